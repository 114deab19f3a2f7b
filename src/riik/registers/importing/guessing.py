"""What might a column be? Guessed from its name and its cells, and every guess says it is one.

Nothing is imported by a guess: it stands in a proposed mapping or in a new register's folder,
with its reason, until somebody has read it. Pure.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from riik.profiles import fold_for_search
from riik.registers.importing.cells import CellRefused, boolean, day, minor_units, person

__all__ = ["Guess", "field_name", "guess_columns"]

ENOUGH: Final = 0.95
_YEAR_FIRST: Final = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./]\d{4}\Z")
_WHOLE: Final = re.compile(r"-?(0|[1-9]\d{0,14})\Z", re.ASCII)
_AMOUNT: Final = re.compile(r"-?\d[\d  .,']*[.,]\d{1,2}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column seems to be.

    Attributes:
        column: Its name.
        field: A name for a field made of it.
        kind: As a mapping writes it.
        order: Order of dates.
        decimal: Which sign divides amounts.
        country: Whose personal codes.
        full: No cell is empty.
        unique: No two cells are equal.
        longest: Letters of the longest cell.
        why: The guess in words.
    """

    column: str
    field: str
    kind: str
    order: str = "year-first"
    decimal: str = "."
    country: str = ""
    full: bool
    unique: bool
    longest: int
    why: str


def guess_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, places: frozenset[str]
) -> tuple[Guess, ...]:
    """Guess every column from some rows of the table."""
    taken: Counter[str] = Counter()
    found = []
    for position, name in enumerate(header):
        cells = [row[position].strip() for row in rows if position < len(row)]
        field = field_name(name)
        taken[field] += 1
        if taken[field] > 1:
            field = f"{field}_{taken[field]}"
        found.append(_guess(name, field, cells, places))
    return tuple(found)


def field_name(column: str) -> str:
    """A column's name as a field's: small Latin letters, digits and underlines."""
    folded = re.sub(r"[^a-z0-9]+", "_", fold_for_search(column).lower()).strip("_")
    return folded if folded[:1].isalpha() else f"column_{folded}".rstrip("_")


def _guess(name: str, field: str, cells: Sequence[str], places: frozenset[str]) -> Guess:
    filled = [cell for cell in cells if cell]
    kind, order, decimal, country, why = _kind(filled, places)
    return Guess(
        column=name,
        field=field,
        kind=kind,
        order=order,
        decimal=decimal,
        country=country,
        full=bool(cells) and len(filled) == len(cells),
        unique=bool(filled) and len(set(filled)) == len(filled),
        longest=max(map(len, filled), default=0),
        why=why,
    )


def _kind(cells: Sequence[str], places: frozenset[str]) -> tuple[str, str, str, str, str]:
    """Kind, order, decimal sign, country and the reason, from the cells that are filled."""
    plain = ("year-first", ".", "")
    if not cells:
        return "text", *plain, "no cell is filled"
    code = _coded(cells, places)
    if code:
        return "person", "year-first", ".", *code
    if _share(cells, boolean) == 1 and len(set(cells)) <= 2:
        return "boolean", *plain, f"only {', '.join(sorted(set(cells)))}"
    dated = _dated(cells)
    if dated:
        return "date", dated[0], ".", "", dated[1]
    return _number_or_text(cells)


def _number_or_text(cells: Sequence[str]) -> tuple[str, str, str, str, str]:
    whole = sum(bool(_WHOLE.match(cell)) for cell in cells)
    if whole >= ENOUGH * len(cells):
        return "integer", "year-first", ".", "", "whole numbers without leading zeros"
    decimal = _divides(cells)
    if decimal:
        return "amount", "year-first", decimal, "", f"amounts with {decimal!r}"
    return "text", "year-first", ".", "", "nothing more special fits"


def _coded(cells: Sequence[str], places: frozenset[str]) -> tuple[str, str] | None:
    """The country of these personal codes, if they are codes, and why it is thought so."""
    for country in ("EE", "VN"):
        share = _share(cells, partial(person, country=country, places=places))
        old = sum(cell.isdecimal() and len(cell) == 9 for cell in cells)
        if share >= ENOUGH or (country == "VN" and share > 0 and share + old / len(cells) >= 0.8):
            outdated = f"; {old} have the old nine digits" if old else ""
            return country, f"{_percent(share)} are codes{outdated}"
    return None


def _divides(cells: Sequence[str]) -> str:
    """The sign that divides amounts; empty when these are none."""
    if sum(bool(_AMOUNT.match(cell)) for cell in cells) < ENOUGH * len(cells):
        return ""
    decimal = "," if sum(cell[-3:].count(",") for cell in cells) > len(cells) / 2 else "."
    reads = _share(cells, partial(minor_units, digits=2, decimal=decimal))
    return decimal if reads >= ENOUGH else ""


def _dated(cells: Sequence[str]) -> tuple[str, str] | None:
    """The order of dates, if these are dates: days beyond 12 tell it, or nothing does."""
    if sum(bool(_YEAR_FIRST.match(cell)) for cell in cells) >= ENOUGH * len(cells):
        return "year-first", "dates with the year first"
    found = [match for cell in cells if (match := _YEAR_LAST.match(cell))]
    if len(found) < ENOUGH * len(cells):
        return None
    day_first = sum(int(match[1]) > 12 for match in found)
    month_first = sum(int(match[2]) > 12 for match in found)
    order = "month-first" if month_first > day_first else "day-first"
    if _share(cells, partial(day, order=order)) < ENOUGH:
        return None
    if not day_first and not month_first:
        return order, "dates; NO CELL TELLS whether day or month stands first"
    return order, f"dates; {max(day_first, month_first)} cells tell the order"


def _share(cells: Sequence[str], read: Callable[[str], object]) -> float:
    fitting = 0
    for cell in cells:
        try:
            read(cell)
        except CellRefused:
            continue
        fitting += 1
    return fitting / len(cells)


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
