"""What can stand against an application by a service's rules, each with its law.

Pure. A decision table with an output ``code`` is a table of grounds (DMN 1.5 §8); its rows are
what an official can name when they refuse, and what the desk shows as looked into.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from riik.formats.xml import parse

__all__ = ["Ground", "read_grounds"]

CODE, EFFECT, CHECK = "code", "effect", "check"
"""The columns, and the effect of what is only to be checked: a register that did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One ground.

    Attributes:
        code: Its texts are the folder's.
        law: What its row names.
        refuses: Whether a refusal can rest on it; what is only to be checked (the effect
            ``check``) refuses nobody.
    """

    code: str
    law: str
    refuses: bool = True


def read_grounds(source: bytes) -> tuple[Ground, ...]:
    """The grounds of a DMN file, each once, in the order of the rows."""
    found: dict[str, Ground] = {}
    for table in parse(source).iterfind("{*}decision/{*}decisionTable"):
        names = [output.get("name", "") for output in table.iterfind("{*}output")]
        if CODE in names:
            for ground in _rows(table, names):
                found.setdefault(ground.code, ground)
    return tuple(found.values())


def _rows(table: _Element, names: list[str]) -> Iterator[Ground]:
    annotations = [one.get("name", "") for one in table.iterfind("{*}annotation")]
    for rule in table.iterfind("{*}rule"):
        outputs = [_text(entry) for entry in rule.iterfind("{*}outputEntry")]
        notes = [_text(entry) for entry in rule.iterfind("{*}annotationEntry")]
        law = dict(zip(annotations, notes, strict=False)).get("law", "")
        told = dict(zip(names, outputs, strict=False))
        # A code that isn't a plain text can't be told before the rules are asked.
        if told[CODE].startswith('"'):
            refuses = told.get(EFFECT, "").strip('"') != CHECK
            yield Ground(code=told[CODE].strip('"'), law=law, refuses=refuses)


def _text(entry: _Element) -> str:
    return (entry.findtext("{*}text") or "").strip()
