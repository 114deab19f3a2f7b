"""What a cell says: a day, a whole number, an amount, a code, yes or no. Or why it doesn't.

Nothing is guessed here: the mapping said how a column is to be read, and a cell that can't be
read so is refused with its reason. Money becomes minor units without ever being a float. Pure.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from riik.identity import CodeRefused, estonian, vietnamese
from riik.registers.errors import ImportRefused

__all__ = ["ORDERS", "CellRefused", "Reader", "ambiguous", "minor_units", "reader_of"]

Reader = Callable[[str], Any]

ORDERS: Final = ("year-first", "day-first", "month-first")
_DATE: Final = re.compile(
    r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})(?:[T ]00:00(?::00(?:\.0+)?)?)?\Z"
)
_AMOUNT: Final = {
    sign: re.compile(rf"(-?)(\d{{1,15}})(?:\{sign}(\d+))?\Z", re.ASCII) for sign in ".,"
}
_NUMBER: Final = re.compile(r"[+-]?\d+\Z", re.ASCII)
_YES: Final = frozenset({"1", "true", "t", "yes", "y", "jah", "j", "có", "x"})
_NO: Final = frozenset({"0", "false", "f", "no", "n", "ei", "e", "không"})
_LARGEST: Final = 2**53 - 1


class CellRefused(ImportRefused):
    """A cell doesn't say what its column should."""

    code = "registers.cell-refused"


def _refuse(message: str, why: str) -> CellRefused:
    return CellRefused(message, why=why)


def text(cell: str) -> str:
    """A text as it stands."""
    return cell


def integer(cell: str) -> int:
    """A whole number.

    Raises:
        CellRefused: For ``number`` or ``number-size``.
    """
    if not _NUMBER.match(cell):
        raise _refuse("no whole number", "number")
    if len(cell) > 17 or abs(int(cell)) > _LARGEST:
        raise _refuse("larger than 2^53", "number-size")
    return int(cell)


def minor_units(cell: str, *, digits: int, decimal: str) -> int:
    """An amount in minor units. Which sign divides is said; the other one and spaces group.

    Raises:
        CellRefused: For ``amount`` or ``number-size``.
    """
    plainly = _AMOUNT[decimal].match(cell)
    if plainly and len(rest := plainly[3] or "") <= digits:
        units = int(plainly[2] + rest.ljust(digits, "0"))
        if units <= _LARGEST:
            return -units if plainly[1] else units
    grouping = "." if decimal == "," else ","
    whole, _, rest = cell.partition(decimal)
    sign = -1 if whole.startswith("-") else 1
    groups = re.split(rf"[{grouping}\s']", whole.lstrip("+-"))
    if any(len(group) != 3 for group in groups[1:]):
        raise _refuse("groups have three digits", "amount")
    plain = "".join(groups)
    if not re.fullmatch(r"\d+", plain, re.ASCII) or not re.fullmatch(r"\d*", rest, re.ASCII):
        raise _refuse("no amount", "amount")
    if len(rest.rstrip("0")) > digits:
        raise _refuse("finer than the minor unit", "amount")
    if len(plain) > 17:
        raise _refuse("larger than 2^53", "number-size")
    units = int(plain + rest[:digits].ljust(digits, "0"))
    if units > _LARGEST:
        raise _refuse("larger than 2^53", "number-size")
    return sign * units


def boolean(cell: str) -> bool:
    """Yes or no, in the words of four languages.

    Raises:
        CellRefused: For ``boolean``.
    """
    word = cell.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _refuse("neither yes nor no", "boolean")


def day(cell: str, *, order: str) -> date:
    """A day, written in one order; a four-digit year in front is always read as such.

    Raises:
        CellRefused: For ``date-form``, ``date-year`` or ``date``: there is no such day.
    """
    found = _DATE.match(cell)
    if found is None:
        raise _refuse("no date", "date-form")
    first, second, third = found.groups()
    if len(first) == 4:
        parts = first, second, third
    elif order == "day-first":
        parts = third, second, first
    elif order == "month-first":
        parts = third, first, second
    else:
        raise _refuse("the year doesn't stand first", "date-form")
    if len(parts[0]) != 4:
        raise _refuse("a year has four digits", "date-year")
    try:
        return date(*map(int, parts))
    except ValueError as error:
        raise _refuse("there is no such day", "date") from error


def ambiguous(cell: str) -> bool:
    """Would this date be another day in another order? ``03/04/2020`` would, ``13/04/2020`` not."""
    found = _DATE.match(cell)
    if found is None or len(found[1]) == 4:
        return False
    return int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2])


def person(cell: str, *, country: str, places: Collection[str]) -> str:
    """A personal code with its country in front.

    Raises:
        CellRefused: For ``code-digits``, ``code-date``, ``code-check-digit``, ``code-place`` or
            ``code-outdated``: nine digits are the Vietnamese number that is valid no longer.
    """
    plain = (cell.replace(" ", "") if " " in cell else cell).removeprefix(country)
    try:
        if country == "EE":
            estonian(plain)
        elif country == "VN":
            if re.fullmatch(r"\d{9}", plain, re.ASCII):
                raise _refuse("nine digits: the old number, valid no longer", "code-outdated")
            vietnamese(plain, places=places)
        elif not re.fullmatch(r"[A-Z0-9-]{1,32}", plain):
            raise _refuse("no code", "code-digits")
    except CodeRefused as error:
        raise _refuse("no personal code", f"code-{error.why}") from error
    return f"{country}{plain}"


def reader_of(
    kind: str,
    *,
    order: str,
    digits: int,
    decimal: str,
    country: str,
    places: Collection[str],
    separator: str,
    values: Mapping[str, Any],
) -> Reader:
    """The reader of one column, chosen once: a million cells go through it.

    Raises:
        ImportRefused: For ``mapping``.
    """
    if values:
        return lambda cell: _looked_up(cell, values)
    readers: dict[str, Reader] = {
        "text": text,
        "integer": integer,
        "boolean": boolean,
        # The days of a table are few: each is read once, and refused ones anew.
        "date": lru_cache(maxsize=40_000)(lambda cell: day(cell, order=order).isoformat()),
        "amount": lambda cell: minor_units(cell, digits=digits, decimal=decimal),
        "person": lambda cell: person(cell, country=country, places=places),
        "list": lambda cell: [part.strip() for part in cell.split(separator) if part.strip()],
    }
    if kind not in readers:
        raise ImportRefused(f"as is one of {', '.join(readers)}", why="mapping")
    return readers[kind]


def _looked_up(cell: str, values: Mapping[str, Any]) -> Any:
    if cell not in values:
        raise _refuse("not in the value table", "value-unknown")
    return values[cell]
