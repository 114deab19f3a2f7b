"""Rows of a table of separated values: which sign separates, and what is wrong with a row.

After RFC 4180, and what programs really write: semicolons, tabs and bars, line ends of every
kind. A row that can't be read is a row with a fault, never the end of the import. Pure: text
comes in line by line.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from riik.registers.errors import ImportRefused

__all__ = [
    "LINE",
    "REASON",
    "Form",
    "Row",
    "as_it_was",
    "cell_of",
    "checked_header",
    "fault_of",
    "guess_form",
    "neutral",
    "read_header",
    "read_rows",
]

DELIMITERS: Final = ",;\t|"
MOST_IN_CELL: Final = 100_000
MOST_COLUMNS: Final = 1_000
LINE, REASON = "riik_line", "riik_reason"
"""The two columns by which a file of rejected rows is known when it comes back."""

_STARTERS: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""With these a spreadsheet begins a formula; and the sign that keeps it from doing so."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a row's cells are told apart."""

    delimiter: str = ","
    quote: str = '"'


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in its source.

    Attributes:
        line: Where it ends in the file; of a database, which row it was.
        cells: What is in it.
        fault: Why it can't be taken: ``ragged``, ``nul``, ``encoding``, ``cell-size``; of a sheet
            ``formula-error`` or ``formula-empty``; or "".
    """

    line: int
    cells: Sequence[str]
    fault: str = ""


def guess_form(lines: Sequence[str]) -> Form:
    """Tell the delimiter from a file's first lines: the one that cuts them most alike."""
    best, most = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _cut(lines, Form(delimiter)) if row]
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        score = (times / len(widths) if width > 1 else 0.0, width)
        if score > most:
            best, most = delimiter, score
    return Form(best)


def read_header(lines: Iterable[str], form: Form) -> list[str]:
    """The names of the columns, in the file's first row.

    Raises:
        ImportRefused: For ``header``: none, empty or twice the same.
    """
    for names in _cut(lines, form):
        if any(name.strip() for name in names):
            return checked_header(names)
    raise ImportRefused("the file has no header", why="header")


def checked_header(names: Iterable[str]) -> list[str]:
    """The names of columns without spaces around them.

    Raises:
        ImportRefused: For ``header``: one is empty or twice the same.
    """
    stripped = [name.strip() for name in names]
    twice = [name for name, times in Counter(stripped).items() if times > 1]
    bad = "" in stripped or twice or any(fault_of([name], width=1) for name in stripped)
    if bad or len(stripped) > MOST_COLUMNS:
        raise ImportRefused(
            "a column has no name that can be read, or two have the same", why="header"
        )
    return stripped


def read_rows(lines: Iterable[str], form: Form) -> Iterator[Row]:
    """Every row after the header; empty lines are none. The first row says the width."""
    # The limit is the whole process's and only ever stands at one value.
    csv.field_size_limit(MOST_IN_CELL)
    reader = csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote)
    width = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if width:
                yield Row(reader.line_num, (), "cell-size")
            continue
        if not cells:
            continue
        if not width:
            width = len(cells)
            continue
        yield Row(reader.line_num, cells, fault_of(cells, width=width))


def fault_of(cells: Sequence[str], *, width: int) -> str:
    """What is wrong with a row's cells, or nothing."""
    if len(cells) != width:
        return "ragged"
    whole = "".join(cells)
    if len(whole) > MOST_IN_CELL and any(len(cell) > MOST_IN_CELL for cell in cells):
        return "cell-size"
    if "\x00" in whole:
        return "nul"
    return "" if whole.isascii() or _is_text(whole) else "encoding"


def _is_text(whole: str) -> bool:
    """Bytes that no text of this encoding has came in as half characters or as U+FFFD."""
    try:
        whole.encode()
    except UnicodeEncodeError:
        return False
    return "\ufffd" not in whole


def cell_of(value: Any) -> str:
    """A database's value as the text that a file would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\x00"  # no field takes bytes: the row is rejected for ``nul``
    return str(value)


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `as_it_was` undoes it exactly."""
    return f"'{cell}" if cell.startswith(_STARTERS) else cell


def as_it_was(cell: str) -> str:
    """What `neutral` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_STARTERS) else cell


def _cut(lines: Iterable[str], form: Form) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_IN_CELL)
    try:
        yield from csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote)
    except csv.Error:
        return
