"""Does a joint application fit together: who is named where, by when, and in which steps? Pure."""

from collections.abc import Iterator, Mapping

from riik.services.errors import FolderRefused
from riik.services.folder.finding import Finding
from riik.services.folder.places import line_of
from riik.services.joint.model import PAYS, JointRule
from riik.services.model import ServiceDefinition

__all__ = ["check_joint", "joint_findings"]

MOST_DAYS = 366
STANDARD = "standard"
"""The process of the house, which asks others only where ``[joint]`` says so."""
STEPS = frozenset({"cosign", "invite"})


def check_joint(definition: ServiceDefinition) -> None:
    """Refuse a joint application that could not run.

    Raises:
        FolderRefused: For ``joint``.
    """
    for text, _, _ in _wrong(definition):
        raise FolderRefused(text, why="joint")


def joint_findings(definition: ServiceDefinition, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is wrong with ``[joint]``, each with its line and what to do."""
    for text, remedy, words in _wrong(definition):
        name = "needs.toml" if words[0] == "of" else "service.toml"
        line = line_of(files.get(name, b""), *words)
        yield Finding(why="joint", file=name, line=line, text=text, remedy=remedy)


_Told = tuple[str, str, tuple[str, ...]]


def _wrong(definition: ServiceDefinition) -> Iterator[_Told]:
    if definition.joint is None:
        return _without(definition)
    return _with(definition, definition.joint)


def _without(definition: ServiceDefinition) -> Iterator[_Told]:
    process = definition.process
    if "cosign" in process.user_tasks and process.id != STANDARD:
        yield "the process waits for others and there is no [joint]", _REMEDY, ("languages",)
    if any(need.of == "other" for need in definition.needs):
        yield "a need is of who signs as well and there is no [joint]", _REMEDY, ("of",)


def _with(definition: ServiceDefinition, rule: JointRule) -> Iterator[_Told]:
    if not _asks(definition, rule):
        remedy = "name a question with x-kind 'person', or group.field of one"
        text = f"joint.field: no question asks for a person: {rule.field!r}"
        yield text, remedy, ("joint", "field")
    if not 1 <= rule.days <= MOST_DAYS:
        yield f"joint.days is 1 to {MOST_DAYS}", "say how long others have", ("joint", "days")
    if rule.pays not in PAYS:
        yield f"joint.pays is one of {', '.join(PAYS)}", "say who pays", ("joint", "pays")
    process = definition.process
    for missing in sorted(STEPS - process.operations - process.user_tasks):
        remedy = "let a serviceTask 'invite' and a userTask 'cosign' follow 'sign'"
        yield f"[joint] wants a step {missing!r} in the process", remedy, ("joint",)
    for need in definition.needs:
        if need.of == "other" and "." in rule.field:
            yield f"{need.id}: of whom, where several sign?", "leave it out", ("of",)


_REMEDY = "add [joint] with field, days and pays to service.toml"


def _asks(definition: ServiceDefinition, rule: JointRule) -> bool:
    group, _, field = rule.field.partition(".")
    schema = definition.form["properties"].get(group, {})
    if field:
        schema = schema.get("items", {}).get("properties", {}).get(field, {})
    return bool(schema.get("x-kind") == "person")
