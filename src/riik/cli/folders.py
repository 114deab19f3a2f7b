"""What the checks of services' and registers' folders print alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import click

__all__ = ["Told", "tell"]


class Outcome(Protocol):
    """What became of one of a folder's own tests."""

    @property
    def id(self) -> str: ...
    @property
    def passed(self) -> bool: ...
    @property
    def found(self) -> str: ...
    @property
    def expected(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One folder's check.

    Attributes:
        kind: ``service`` or ``register``.
        id: Its catalogue id.
        version: Its owner's version.
        digest: Of its files.
        outcomes: Of its tests.
        notes: What is worth a look, and no failure.
    """

    kind: str
    id: str
    version: str
    digest: str
    outcomes: Sequence[Outcome]
    notes: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        """It has tests, and all of them passed."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)


def tell(told: Told, *, as_json: bool) -> None:
    """Print a folder's check: a line a test, or one JSON object."""
    if as_json:
        click.echo(json.dumps(_plain(told), ensure_ascii=False))
        return
    for outcome in told.outcomes:
        click.echo(f"{'ok' if outcome.passed else 'NO':<4}{outcome.id}")
        if not outcome.passed:
            click.echo(f"      found   {outcome.found}")
            click.echo(f"      wanted  {outcome.expected}")
    for note in told.notes:
        click.echo(f"note: {note}", err=True)
    failed = sum(not outcome.passed for outcome in told.outcomes)
    count = (
        f"{len(told.outcomes)} tests, {failed} failed" if told.outcomes else "no tests in cases/"
    )
    click.echo(f"{told.kind} {told.id} {told.version}: {count}.", err=True)


def _plain(told: Told) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "id": told.id,
        "version": told.version,
        "digest": told.digest,
        "passed": told.passed,
        "tests": [
            {"id": o.id, "passed": o.passed, "found": o.found, "expected": o.expected}
            for o in told.outcomes
        ],
        "notes": list(told.notes),
    }
