"""Where in a folder something stands: the line that a finding points to.

Pure. XML knows its lines by itself; what stands in TOML and JSON is looked for by its words
(`riik.formats.places`).
"""

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from riik.core import Refused, RiikError
from riik.formats.places import line_of
from riik.formats.xml import XmlRefused, parse

__all__ = ["line_of", "lines_of_elements", "lines_of_rules", "place_of_refusal"]

_FILES = {
    "schema": ("form.json",),
    "pages": ("form.json",),
    "process": ("process.bpmn",),
    "needs": ("needs.toml",),
}
_QUOTED = re.compile(r"'([^']+)'")
_AT_LINE = re.compile(r"(rules/\S+?\.csv)(?:, line (\d+))?")
_LINE = re.compile(r"\(at line (\d+),")


def lines_of_rules(source: bytes | None) -> dict[tuple[str, int], int]:
    """The line of each decision (rule 0) and of each row of its table, by its name."""
    found: dict[tuple[str, int], int] = {}
    for decision in parse(source) if source else ():
        name = decision.get("name") or ""
        found[name, 0] = _line(decision)
        rules = decision.iterfind(".//{*}decisionTable/{*}rule")
        found |= {(name, number): _line(rule) for number, rule in enumerate(rules, start=1)}
    return found


def lines_of_elements(source: bytes) -> dict[str, int]:
    """The line of each element of a process that has an id."""
    return {one.get("id", ""): _line(one) for one in parse(source).iter("*") if one.get("id")}


def place_of_refusal(refused: RiikError, files: Mapping[str, bytes]) -> tuple[str, int]:
    """The file and line that a refusal speaks of, as far as it can be told; else "" and 0."""
    told = str(refused)
    if isinstance(refused, XmlRefused):
        return _broken_xml(files)
    if refused.code.startswith("rules.") and (table := _AT_LINE.search(told)):
        return table[1], int(table[2] or 1)
    if refused.code.startswith("rules."):
        names = [*re.findall(r"^(\S+) needs itself", told), *_QUOTED.findall(told)]
        return "rules.dmn", _first_line(files.get("rules.dmn", b""), names)
    why = refused.why if isinstance(refused, Refused) else ""
    named = [name for name in files if name in told]
    candidates = named or list(_FILES.get(why, ("service.toml",)))
    at = _LINE.search(told)
    if at:
        return candidates[0], int(at[1])
    words = [*_QUOTED.findall(told), *re.findall(r"[\w.-]+", told)]
    for name in candidates:
        line = _first_line(files.get(name, b""), words)
        if line:
            return name, line
    return candidates[0], 0


def _first_line(source: bytes, words: list[str]) -> int:
    return next((line for line in _lines(source, words) if line), 0)


def _lines(source: bytes, words: list[str]) -> Iterator[int]:
    for word in words:
        if len(word) > 1 and not word.endswith((".toml", ".json", ".po")):
            yield line_of(source, word)


def _broken_xml(files: Mapping[str, bytes]) -> tuple[str, int]:
    for name in ("rules.dmn", "process.bpmn"):
        try:
            parse(files[name])
        except KeyError:
            continue
        except XmlRefused as refused:
            cause = refused.__cause__
            return name, cause.lineno if isinstance(cause, SyntaxError) and cause.lineno else 0
    return "", 0


def _line(element: _Element) -> int:
    line: object = getattr(element, "sourceline", None)
    return line if isinstance(line, int) else 0
