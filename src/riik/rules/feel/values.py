"""Values of FEEL: their kinds, equality, order, text, and how they enter and leave.

DMN 1.5 §10.3.2.2–3 (types and values), §10.3.2.13 (semantics of equality and order).
A number is a Decimal, a list a Python list, a context a dict; nothing changes them once
made. Arithmetic is in `operators`, types of item definitions are in `types`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeAlias

from riik.core import Money
from riik.rules.errors import DecisionRefused
from riik.rules.feel import temporal
from riik.rules.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths

__all__ = [
    "FeelFunction",
    "Range",
    "Value",
    "compare",
    "decimal128",
    "equal",
    "from_plain",
    "kind_of",
    "number",
    "text_of",
    "to_plain",
]

Value: TypeAlias = Any
"""A FEEL value; its Python class is one of `KINDS`, or None for null."""


Tick: TypeAlias = Callable[[int], None]
"""Counts steps of a run; raises `LimitRefused` when there were too many."""


def decimal128() -> Context:
    """A context of IEEE 754 decimal128: 34 digits, half to even (DMN §10.3.2.3.1)."""
    context = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144)
    context.clear_traps()
    return context


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """An interval; ``sign`` tells how a one-sided one was written (``<``, ``=``, ``!=`` …)."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool
    sign: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FeelFunction:
    """A function as a value: built in, defined in FEEL, or a knowledge model.

    Attributes:
        parameters: Names, in order; empty for built-in ones, which know their own.
        call: Takes the run, positional values and named values.
        signature: Types of the parameters and the result, when they are declared.
    """

    parameters: tuple[str, ...]
    call: Callable[[Any, Sequence[Value], Mapping[str, Value] | None], Value]
    name: str = "function"
    types: tuple[Any, ...] = ()
    result: Any = field(default=None)

    def __str__(self) -> str:
        return f"function({', '.join(self.parameters)})"


KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTime: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    FeelFunction: "function",
}


_PLAINLY = frozenset((Decimal, str, bool, Date, DaysTime, YearsMonths))


def kind_of(value: Value) -> str:
    """The name of the value's type, as FEEL writes it."""
    return KINDS[type(value)]


def number(value: int | str) -> Decimal:
    """A FEEL number of a whole number or a text."""
    return Decimal(value)


def _seconds(nanos: int) -> int:
    return nanos // temporal.NANOS


def _free(_steps: int) -> None:
    """Counts nothing: for values whose size is known to be small."""


def _same_range(left: Range, right: Range) -> bool:
    if (left.start_included, left.end_included, left.sign) != (
        right.start_included,
        right.end_included,
        right.sign,
    ):
        return False
    return equal(left.start, right.start) is True and equal(left.end, right.end) is True


def _same_list(left: list[Value], right: list[Value], tick: Tick) -> bool:
    tick(len(left))
    return len(left) == len(right) and all(
        equal(a, b, tick) is True for a, b in zip(left, right, strict=True)
    )


def _same_context(left: dict[str, Value], right: dict[str, Value], tick: Tick) -> bool:
    tick(len(left))
    return left.keys() == right.keys() and all(
        equal(value, right[key], tick) is True for key, value in left.items()
    )


def _same_moment(left: tuple[bool, int], right: tuple[bool, int]) -> bool:
    # Parts are compared, and the part called "second" is whole (§10.3.2.13, table 54).
    return left[0] == right[0] and _seconds(left[1]) == _seconds(right[1])


def _same_parts(left: Value, right: Value) -> bool:
    if isinstance(left, Range):
        return _same_range(left, right)
    if isinstance(left, DateTime):
        return _same_moment(temporal.instant(left), temporal.instant(right))
    if isinstance(left, Time):
        return _same_moment(temporal.time_instant(left), temporal.time_instant(right))
    return left is right


def equal(left: Value, right: Value, tick: Tick = _free) -> bool | None:
    """FEEL's ``=``: true, false, or null for values of different kinds (table 54).

    ``tick`` counts the steps through lists and contexts against the run's limit.
    """
    kind = type(left)
    if left is None or right is None:
        return left is right
    if kind is not type(right):
        return None
    if kind in _PLAINLY:
        return bool(left == right)
    if kind is list:
        return _same_list(left, right, tick)
    return _same_context(left, right, tick) if kind is dict else _same_parts(left, right)


def compare(left: Value, right: Value) -> int | None:
    """Negative, zero or positive as ``left`` is before, at or after; null if unordered."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in (Decimal, str, Date, DaysTime, YearsMonths):
        return int(left > right) - int(left < right)
    if kind is DateTime:
        first, second = temporal.instant(left), temporal.instant(right)
    elif kind is Time:
        first, second = temporal.time_instant(left), temporal.time_instant(right)
    else:
        return None
    if first[0] != second[0]:
        return None
    return int(first[1] > second[1]) - int(first[1] < second[1])


def number_text(value: Decimal) -> str:
    """Digits without an exponent and without zeros that say nothing."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quoted(value: Value, tick: Tick) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text_of(value, tick)


def _range_text(value: Range) -> str:
    if value.sign:
        bound = value.end if value.start is None else value.start
        return f"({value.sign}{_quoted(bound, _free)})"
    opening, closing = "(["[value.start_included], ")]"[value.end_included]
    return f"{opening}{_quoted(value.start, _free)}..{_quoted(value.end, _free)}{closing}"


def _nested_text(value: list[Value] | dict[str, Value], tick: Tick) -> str:
    tick(len(value) + 1)
    if isinstance(value, list):
        text = "[" + ", ".join(_quoted(each, tick) for each in value) + "]"
    else:
        pairs = (f"{_key_text(key)}: {_quoted(each, tick)}" for key, each in value.items())
        text = "{" + ", ".join(pairs) + "}"
    tick(len(text) // 16)
    return text


def text_of(value: Value, tick: Tick = _free) -> str:
    """The text that ``string(value)`` gives (§10.3.4.1)."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list | dict):
        return _nested_text(value, tick)
    return _range_text(value) if isinstance(value, Range) else str(value)


def _key_text(key: str) -> str:
    plain = all(sign not in key for sign in '{}[],:"\\')
    return key if plain else _quoted(key, _free)


def from_plain(value: Any, *, depth: int = 40) -> Value:
    """Take a value of Python or JSON into FEEL.

    Whole numbers, Decimal, text, truth, dates, times with or without a zone, timedelta,
    `Money` (its amount), lists and mappings with text keys. Floats are refused.

    Raises:
        DecisionRefused: For ``float``, ``input-type`` or ``input-depth``.
    """
    if depth == 0:
        raise DecisionRefused("an input is nested too deep", why="input-depth")
    if type(value) in KINDS and not isinstance(value, dict | list):
        return _finite(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Mapping):
        return {_key(key): from_plain(each, depth=depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [from_plain(each, depth=depth - 1) for each in value]
    return _from_calendar(value)


def _finite(value: Value) -> Value:
    if isinstance(value, Decimal) and not value.is_finite():
        raise DecisionRefused("infinity is not a number of FEEL", why="input-type")
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise DecisionRefused("names in an input are text", why="input-type")
    return key


def _from_calendar(value: Any) -> Value:
    if isinstance(value, Money):
        return Decimal(value.decimal())
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return temporal.from_datetime(value)
        return temporal.read_date_time(value.isoformat())
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, timedelta):
        micros = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
        return DaysTime(micros * 1000)
    why = "float" if isinstance(value, float) else "input-type"
    raise DecisionRefused(f"a {type(value).__name__} is not a value of FEEL", why=why)


def to_plain(value: Value) -> Any:
    """A FEEL value as JSON has it: whole numbers as int, others and dates as text."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < 2**53
        return int(value) if whole else number_text(value)
    if isinstance(value, list):
        return [to_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: to_plain(each) for key, each in value.items()}
    if value is None or isinstance(value, bool | str):
        return value
    return text_of(value)
