"""What became of fields and rights from one version of a register to the next, as data.

Pure. ``versions.toml`` says it; nothing is rewritten by it: a record that was written under an
earlier version stays as it was signed, and is read through these steps as the newer one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from riik.formats.toml import Shape, read_toml
from riik.registers.errors import DefinitionRefused
from riik.registers.model import Ended, RegisterDefinition, Step, Who, version_key

__all__ = ["former_names", "read_steps", "upgrade"]


class _Who(Shape):
    role: str = ""
    member_class: str = ""
    subsystem: str = ""
    client: str = ""


class _Change(Shape):
    to: str
    field: str
    renamed_from: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    default: Any = msgspec.UNSET
    ended: bool = False


class _Ended(Shape):
    to: str
    offer: str
    client: _Who | None = None
    purpose: str = ""


class _Versions(Shape):
    change: tuple[_Change, ...] = ()
    ended: tuple[_Ended, ...] = ()


def read_steps(source: bytes | None) -> tuple[tuple[Step, ...], tuple[Ended, ...]]:
    """Read ``versions.toml``; without one nothing changed yet.

    Raises:
        TomlRefused: For ``size``, ``syntax``, ``unknown-key`` or ``value``.
        DefinitionRefused: For ``version``: a change that says nothing, or two things.
    """
    if source is None:
        return (), ()
    read = read_toml(source, _Versions, name="versions.toml")
    for to in [one.to for one in read.change] + [one.to for one in read.ended]:
        if not version_key(to):
            message = f"versions.toml: {to!r} is no version such as 1 or 1.2"
            raise DefinitionRefused(message, why="version")
    steps = sorted((_step(change) for change in read.change), key=lambda one: version_key(one.to))
    ended = tuple(
        Ended(
            to=one.to,
            offer=one.offer,
            who=_who(one.client),
            purpose=one.purpose,
        )
        for one in read.ended
    )
    return tuple(steps), ended


def _who(client: _Who | None) -> Who | None:
    if client is None:
        return None
    return Who(
        role=client.role,
        member_class=client.member_class,
        subsystem=client.subsystem,
        client=client.client,
    )


def _step(change: _Change) -> Step:
    defaulted = change.default is not msgspec.UNSET
    if change.ended and (change.renamed_from or change.values or defaulted):
        message = f"versions.toml: {change.field!r} ended, and nothing else can become of it"
        raise DefinitionRefused(message, why="version")
    if not (change.ended or change.renamed_from or change.values or defaulted):
        message = f"versions.toml: what became of {change.field!r}? It needs renamed-from, "
        raise DefinitionRefused(message + "values, default or ended", why="version")
    if isinstance(change.default, float):
        raise DefinitionRefused("versions.toml: a default is no fraction", why="version")
    return Step(
        to=change.to,
        field=change.field,
        renamed_from=change.renamed_from,
        values=change.values,
        default=change.default if defaulted else None,
        ended=change.ended,
    )


def upgrade(
    values: Mapping[str, Any], *, written: str, definition: RegisterDefinition
) -> Mapping[str, Any]:
    """What was written under an earlier version, as this one has it.

    Args:
        values: The record as it was written.
        written: The register's version under which it was; empty when nobody knows.
        definition: The register as it is now.
    """
    steps = definition.steps_after(written) if written else ()
    if not steps:
        return values
    found = dict(values)
    for step in steps:
        _take(step, found, definition)
    return found


def _take(step: Step, values: dict[str, Any], definition: RegisterDefinition) -> None:
    if step.renamed_from and step.renamed_from in values:
        values[step.field] = values.pop(step.renamed_from)
    if step.ended:
        values.pop(step.field, None)
        return
    value = values.get(step.field)
    if step.values and isinstance(value, str):
        values[step.field] = value = step.values.get(value, value)
    if step.default is not None and (
        value is None or not definition.schema.fits(step.field, value)
    ):
        values[step.field] = step.default


def former_names(steps: Sequence[Step], field: str) -> Iterable[str]:
    """What a field was called before, the newest name first: blind indexes stand under it."""
    name = field
    for step in reversed(steps):
        if step.renamed_from and step.field == name:
            name = step.renamed_from
            yield name
