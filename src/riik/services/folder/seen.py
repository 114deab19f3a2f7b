"""Is everything that a service asks of registers shown to people, or used by its rules? Pure.

Whoever is told "you see all of it before you sign" must: a field that is asked, that no line of the
guide shows and that nothing of the folder speaks of is asked for nothing.
"""

import re
from collections.abc import Iterator, Mapping

from riik.services.folder.finding import Finding
from riik.services.folder.places import line_of
from riik.services.model import ServiceDefinition

__all__ = ["seen_findings"]

_SPEAK = ("rules.dmn", "process.bpmn", "form.json")


def seen_findings(definition: ServiceDefinition, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Fields that are asked and neither shown nor used."""
    shown = {(row.need, field) for row in definition.guide.known for field in row.fields}
    shown |= {(fact.need, fact.field) for fact in definition.letter.facts}
    changes = [*filter(None, [definition.record]), *definition.also]
    spoken = " ".join(
        [
            *(files.get(name, b"").decode(errors="replace") for name in _SPEAK),
            *(text for change in changes for text in (*change.values.values(), change.of or "")),
        ]
    )
    for need in definition.needs:
        for field in need.fields:
            if (need.id, field) in shown or re.search(rf"\b{re.escape(field)}\b", spoken):
                continue
            yield Finding(
                why="unseen",
                file="needs.toml",
                line=line_of(files.get("needs.toml", b""), need.id, field),
                text=f"{need.id}: {field!r} is asked, and neither shown nor used",
                remedy="leave it out, or show it in [[guide.known]]",
            )
