"""What can stand against an application by a service's rules, each with its law.

Pure. A decision table with an output ``code`` is a table of grounds (DMN 1.5 §8); its rows are
what an official can name when they refuse, and what the desk shows as looked into.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from riik.formats.xml import parse

__all__ = ["Ground", "read_grounds"]

CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One ground: its code, whose texts the folder has, and the law that its row names."""

    code: str
    law: str


def read_grounds(source: bytes) -> tuple[Ground, ...]:
    """The grounds of a DMN file, each once, in the order of the rows."""
    found: dict[str, Ground] = {}
    for table in parse(source).iterfind("{*}decision/{*}decisionTable"):
        names = [output.get("name", "") for output in table.iterfind("{*}output")]
        if CODE in names:
            for code, law in _rows(table, names.index(CODE)):
                found.setdefault(code, Ground(code=code, law=law))
    return tuple(found.values())


def _rows(table: _Element, column: int) -> Iterator[tuple[str, str]]:
    annotations = [one.get("name", "") for one in table.iterfind("{*}annotation")]
    for rule in table.iterfind("{*}rule"):
        outputs = [_text(entry) for entry in rule.iterfind("{*}outputEntry")]
        notes = [_text(entry) for entry in rule.iterfind("{*}annotationEntry")]
        law = dict(zip(annotations, notes, strict=False)).get("law", "")
        # A code that isn't a plain text can't be told before the rules are asked.
        if outputs[column].startswith('"'):
            yield outputs[column].strip('"'), law


def _text(entry: _Element) -> str:
    return (entry.findtext("{*}text") or "").strip()
