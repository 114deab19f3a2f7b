"""Decisions as readable tables, one CSV file each, and as the DMN file that they stand for.

    Fee,first,,,
    in,in,out,out,law
    answers.speed,channel,amount,law,
    express,desk,6300,SFA § 261,State Fees Act § 261
    express,-,5000,SFA § 261,State Fees Act § 261
    -,-,2300,SFA § 261,State Fees Act § 261

The first row names the decision and its hit policy, or says ``=`` for one expression; the second
what each column is (``in``, ``out``, ``law``); the third their expressions and names. A cell of one
word or of words with commas between is text; everything else is FEEL (DMN 1.5 §8, §10).

Pure. What runs is the written DMN file, read as any other. Each line that is written remembers the
file and the line that it came from.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape as quoted

from riik.rules.errors import RulesRefused
from riik.rules.feel.functions import builtin_functions, builtin_names
from riik.rules.feel.operators import PROPERTY_NAMES
from riik.rules.feel.parser import parse_expression
from riik.rules.feel.tokens import Names
from riik.rules.names import unknown_names

__all__ = ["Line", "write_rules"]

Line = tuple[str, str, int]
"""A line of the DMN file; the file and the line that it was made of."""

POLICIES = {
    "unique": "UNIQUE",
    "any": "ANY",
    "first": "FIRST",
    "priority": "PRIORITY",
    "collect": "COLLECT",
    "rule-order": "RULE ORDER",
}
MOST_ROWS = 2_000
_WORD = re.compile(r"[^\W\d][\w-]*\Z")
_NO_TEXT = frozenset({"true", "false", "null", "-"})


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """One file: a table, or one expression."""

    file: str
    name: str
    head: _Row
    kinds: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    rows: tuple[_Row, ...] = ()
    policy: str = ""
    expression: str = ""

    def columns(self, kind: str) -> list[int]:
        return [place for place, one in enumerate(self.kinds) if one == kind]


def write_rules(files: Mapping[str, bytes]) -> list[Line]:
    """The DMN file of these tables, line by line.

    Args:
        files: CSV files (UTF-8) by their name, such as ``rules/fee.csv``.

    Raises:
        RulesRefused: For ``table``: a file that isn't such a table, with its name and line.
        SyntaxRefused: An expression that isn't FEEL.
    """
    listed = [_read(name, source) for name, source in sorted(files.items())]
    names = [one.name for one in listed]
    if len(set(names)) != len(names):
        raise RulesRefused("two tables have one name", why="table")
    inputs = sorted({name for one in listed for name in _needs(one)} - set(names))
    return [*_head(inputs), *(line for one in listed for line in _decision(one, set(names))), _TAIL]


def _read(file: str, source: bytes) -> _Listed:
    try:
        reader = csv.reader(io.StringIO(source.decode("utf-8-sig")), strict=True)
        rows = [
            _Row(tuple(cell.strip() for cell in cells), reader.line_num)
            for cells in reader
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulesRefused(f"{file} is no CSV file in UTF-8", why="table") from error
    if not rows or len(rows) > MOST_ROWS:
        raise RulesRefused(f"{file} has 1 to {MOST_ROWS} rows", why="table")
    name, how, *rest = (*rows[0].cells, "", "")
    if not _WORD.match(name) or "-" in name:
        raise RulesRefused(f"{file}, line {rows[0].line}: {name!r} names no decision", why="table")
    if how == "=":
        return _Listed(file=file, name=name, head=rows[0], expression=rest[0])
    if how not in POLICIES or len(rows) < 4:
        known = ", ".join(POLICIES)
        text = f"{file}, line {rows[0].line}: {how!r} is none of {known}, or there are no rows"
        raise RulesRefused(text, why="table")
    table = _Listed(
        file=file,
        name=name,
        head=rows[0],
        kinds=_filled(rows[1].cells),
        titles=rows[2].cells,
        rows=tuple(rows[3:]),
        policy=POLICIES[how],
    )
    _check(table)
    return table


def _filled(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells without those that are empty at the end."""
    last = max((place for place, cell in enumerate(cells) if cell), default=-1)
    return tuple(cells[: last + 1])


def _check(table: _Listed) -> None:
    where = f"{table.file}, line {table.head.line + 1}"
    strange = set(table.kinds) - {"in", "out", "law"}
    if strange or "out" not in table.kinds or table.kinds.count("law") > 1:
        raise RulesRefused(f"{where}: a column is in, out or law (once)", why="table")
    for row in table.rows:
        if len(_filled(row.cells)) > len(table.kinds):
            text = f"{table.file}, line {row.line}: more cells than columns"
            raise RulesRefused(text, why="table")


def _needs(one: _Listed) -> list[str]:
    """The names that its expressions speak of: other decisions, or what the case knows."""
    told = [one.expression] if one.expression else []
    told += [one.titles[place] for place in one.columns("in") if place < len(one.titles)]
    for row in one.rows:
        told += [
            _cell(row, place)
            for place in one.columns("out")
            if _feel(_cell(row, place), empty="null") == _cell(row, place)
        ]
    known = set(builtin_functions())
    found: dict[str, None] = {}
    for text in filter(None, told):
        node = parse_expression(
            text, Names.of((), builtin_names()), properties=Names.of(PROPERTY_NAMES)
        )
        found |= dict.fromkeys(unknown_names(node, known))
    return list(found)


def _cell(row: _Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _feel(cell: str, *, empty: str) -> str:
    """A cell as FEEL: words are texts, the rest is as it stands."""
    parts = [part.strip() for part in cell.split(",")]
    if not cell:
        return empty
    if cell in _NO_TEXT or not all(_WORD.match(part) and part not in _NO_TEXT for part in parts):
        return cell
    return ", ".join(f'"{part}"' for part in parts)


_TAIL: Line = ("</definitions>", "", 0)


def _head(inputs: Sequence[str]) -> Iterator[Line]:
    yield '<?xml version="1.0" encoding="UTF-8"?>', "", 0
    yield (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="listed"'
        ' name="listed" namespace="urn:riik:rules:listed">',
        "",
        0,
    )
    for name in inputs:
        yield f'  <inputData id="{name}" name="{name}"><variable name="{name}"/></inputData>', "", 0


def _decision(one: _Listed, names: set[str]) -> Iterator[Line]:
    file, line = one.file, one.head.line
    yield f'  <decision id="{one.name}" name="{one.name}">', file, line
    yield f'    <variable name="{one.name}"/>', file, line
    for need in _needs(one):
        kind = "requiredDecision" if need in names else "requiredInput"
        inside = f'<{kind} href="#{need}"/>'
        yield f"    <informationRequirement>{inside}</informationRequirement>", file, line
    if one.expression:
        text = _text(one.expression)
        yield f"    <literalExpression><text>{text}</text></literalExpression>", file, line
    else:
        yield from _table(one)
    yield "  </decision>", file, line


def _table(one: _Listed) -> Iterator[Line]:
    file, heads = one.file, one.head.line + 2
    yield f'    <decisionTable hitPolicy="{one.policy}">', file, one.head.line
    for place in one.columns("in"):
        text = _text(_cell(_Row(one.titles, heads), place))
        name = f"{one.name}-in{place}"
        inside = f"<inputExpression><text>{text}</text></inputExpression>"
        yield f'      <input id="{name}">{inside}</input>', file, heads
    for place in one.columns("out"):
        name = _attribute(_cell(_Row(one.titles, heads), place))
        yield f'      <output id="{one.name}-out{place}" name={name}/>', file, heads
    if "law" in one.kinds:
        yield '      <annotation name="law"/>', file, heads
    for number, row in enumerate(one.rows, start=1):
        yield (
            f'      <rule id="{one.name}-{number}">' + _entries(one, row) + "</rule>",
            file,
            row.line,
        )
    yield "    </decisionTable>", file, one.head.line


def _entries(one: _Listed, row: _Row) -> str:
    told = []
    for kind, tag, empty in (("in", "inputEntry", "-"), ("out", "outputEntry", "null")):
        for place in one.columns(kind):
            text = _text(_feel(_cell(row, place), empty=empty))
            told.append(f"<{tag}><text>{text}</text></{tag}>")
    for place in one.columns("law"):
        text = _text(_cell(row, place))
        told.append(f"<annotationEntry><text>{text}</text></annotationEntry>")
    return "".join(told)


def _text(said: str) -> str:
    """Text inside an element."""
    return quoted(said, quote=False)


def _attribute(said: str) -> str:
    """A value with its quotes."""
    return f'"{quoted(said)}"'
