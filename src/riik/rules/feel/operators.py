"""What FEEL's operators do to values: arithmetic, order, membership, properties.

DMN 1.5 §10.3.2.13 (tables 50–60). Numbers are decimal128; an operation on other kinds
than the table names gives null, never an error. Evaluation order is in `compiler`.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from riik.rules.feel import temporal
from riik.rules.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from riik.rules.feel.values import Range, Tick, Value, compare, decimal128, equal

__all__ = ["ARITHMETIC", "apply", "holds", "negate", "property_of", "within"]

Operation: TypeAlias = Callable[[Value, Value], Value]
MATH = decimal128()
LONGEST_TEXT = 200_000


def finite(value: Decimal) -> Decimal | None:
    """The number, or null for what decimal128 can't hold."""
    return value if value.is_finite() else None


def _midnight(day: Date) -> DateTime:
    return DateTime(day, Time(0, 0, 0, 0, 0))


def _between(left: DateTime, right: DateTime) -> DaysTime | None:
    later, earlier = temporal.instant(left), temporal.instant(right)
    return DaysTime(later[1] - earlier[1]) if later[0] == earlier[0] else None


def _time_between(left: Time, right: Time) -> DaysTime | None:
    later, earlier = temporal.time_instant(left), temporal.time_instant(right)
    return DaysTime(later[1] - earlier[1]) if later[0] == earlier[0] else None


def _join(left: str, right: str) -> str | None:
    return left + right if len(left) + len(right) <= LONGEST_TEXT else None


def whole(value: Decimal) -> int:
    """The number without its fraction; at most 34 digits matter."""
    return int(value.to_integral_value("ROUND_DOWN")) if abs(value.adjusted()) < 40 else 0


def _scaled(nanos: int, factor: Decimal) -> int | None:
    product = MATH.multiply(Decimal(nanos), factor)
    return whole(product) if product.is_finite() and product.adjusted() < 34 else None


def _times_days(left: DaysTime, right: Decimal) -> DaysTime | None:
    nanos = _scaled(left.nanos, right)
    return None if nanos is None else DaysTime(nanos)


def _times_months(left: YearsMonths, right: Decimal) -> YearsMonths | None:
    months = _scaled(left.months, right)
    return None if months is None else YearsMonths(months)


def _divided(left: Decimal, right: Decimal) -> Decimal | None:
    return finite(MATH.divide(left, right)) if right else None


def _per_days(left: DaysTime, right: Decimal) -> DaysTime | None:
    return _times_days(left, MATH.divide(Decimal(1), right)) if right else None


def _per_months(left: YearsMonths, right: Decimal) -> YearsMonths | None:
    if not right:
        return None
    return YearsMonths(whole(MATH.divide(Decimal(left.months), right)))


_N, _S, _D, _T, _DT, _DD, _YM = Decimal, str, Date, Time, DateTime, DaysTime, YearsMonths

_ADD: Mapping[tuple[type, type], Operation] = {
    (_N, _N): lambda a, b: finite(MATH.add(a, b)),
    (_S, _S): _join,
    (_DD, _DD): lambda a, b: DaysTime(a.nanos + b.nanos),
    (_YM, _YM): lambda a, b: YearsMonths(a.months + b.months),
    (_D, _DD): lambda a, b: temporal.add_days_time(a, b.nanos),
    (_DT, _DD): lambda a, b: temporal.add_days_time(a, b.nanos),
    (_T, _DD): lambda a, b: temporal.add_days_time(a, b.nanos),
    (_D, _YM): lambda a, b: temporal.add_months(a, b.months),
    (_DT, _YM): lambda a, b: temporal.add_months(a, b.months),
    (_DD, _D): lambda a, b: temporal.add_days_time(b, a.nanos),
    (_DD, _DT): lambda a, b: temporal.add_days_time(b, a.nanos),
    (_DD, _T): lambda a, b: temporal.add_days_time(b, a.nanos),
    (_YM, _D): lambda a, b: temporal.add_months(b, a.months),
    (_YM, _DT): lambda a, b: temporal.add_months(b, a.months),
}
_SUBTRACT: Mapping[tuple[type, type], Operation] = {
    (_N, _N): lambda a, b: finite(MATH.subtract(a, b)),
    (_DD, _DD): lambda a, b: DaysTime(a.nanos - b.nanos),
    (_YM, _YM): lambda a, b: YearsMonths(a.months - b.months),
    (_D, _D): lambda a, b: _between(_midnight(a), _midnight(b)),
    (_D, _DT): lambda a, b: _between(_midnight(a), b),
    (_DT, _D): lambda a, b: _between(a, _midnight(b)),
    (_DT, _DT): _between,
    (_T, _T): _time_between,
    (_D, _DD): lambda a, b: temporal.add_days_time(a, -b.nanos),
    (_DT, _DD): lambda a, b: temporal.add_days_time(a, -b.nanos),
    (_T, _DD): lambda a, b: temporal.add_days_time(a, -b.nanos),
    (_D, _YM): lambda a, b: temporal.add_months(a, -b.months),
    (_DT, _YM): lambda a, b: temporal.add_months(a, -b.months),
}
_MULTIPLY: Mapping[tuple[type, type], Operation] = {
    (_N, _N): lambda a, b: finite(MATH.multiply(a, b)),
    (_DD, _N): _times_days,
    (_N, _DD): lambda a, b: _times_days(b, a),
    (_YM, _N): _times_months,
    (_N, _YM): lambda a, b: _times_months(b, a),
}
_DIVIDE: Mapping[tuple[type, type], Operation] = {
    (_N, _N): _divided,
    (_DD, _N): _per_days,
    (_YM, _N): _per_months,
    (_DD, _DD): lambda a, b: _divided(Decimal(a.nanos), Decimal(b.nanos)),
    (_YM, _YM): lambda a, b: _divided(Decimal(a.months), Decimal(b.months)),
}
_POWER: Mapping[tuple[type, type], Operation] = {
    (_N, _N): lambda a, b: finite(MATH.power(a, b)),
}

ARITHMETIC: Mapping[str, Mapping[tuple[type, type], Operation]] = {
    "+": _ADD,
    "-": _SUBTRACT,
    "*": _MULTIPLY,
    "/": _DIVIDE,
    "**": _POWER,
}


def apply(sign: str, left: Value, right: Value) -> Value:
    """``left sign right``, or null for kinds that the tables don't pair."""
    operation = ARITHMETIC[sign].get((type(left), type(right)))
    return operation(left, right) if operation else None


def negate(value: Value) -> Value:
    """``-value``."""
    if isinstance(value, Decimal):
        return MATH.minus(value)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    return YearsMonths(-value.months) if isinstance(value, YearsMonths) else None


def holds(sign: str, left: Value, right: Value, tick: Tick) -> bool | None:
    """``left sign right`` for the six comparisons, three-valued."""
    if sign in ("=", "!="):
        same = equal(left, right, tick)
        return same if same is None or sign == "=" else not same
    order = compare(left, right)
    if order is None:
        return None
    if sign[0] == "<":
        return order < 0 or (order == 0 and sign == "<=")
    return order > 0 or (order == 0 and sign == ">=")


def within(value: Value, interval: Range, tick: Tick) -> bool | None:
    """Does the range include the value? Null when they can't be compared."""
    if interval.sign:
        bound = interval.end if interval.start is None else interval.start
        return holds(interval.sign, value, bound, tick)
    low = holds(">=" if interval.start_included else ">", value, interval.start, tick)
    high = holds("<=" if interval.end_included else "<", value, interval.end, tick)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def one_sided(sign: str, bound: Value) -> Range:
    """The range that a test like ``< 5`` means."""
    if sign == "=":
        return Range(bound, bound, True, True, sign)
    if sign == "!=":
        return Range(bound, bound, False, False, sign)
    if sign[0] == "<":
        return Range(None, bound, False, sign == "<=", sign)
    return Range(bound, None, sign == ">=", False, sign)


def _offset(time: Time, moment: DateTime) -> DaysTime | None:
    seconds = time.offset if time.zone is None else temporal.offset_of(moment)
    return None if seconds is None else DaysTime(seconds * temporal.NANOS)


def _second(time: Time) -> Decimal:
    return finite(MATH.add(Decimal(time.second), MATH.scaleb(Decimal(time.nanos), -9))) or Decimal(
        0
    )


_OF_DATE: Mapping[str, Callable[[Date], Value]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal((temporal.ordinal(day) - 1) % 7 + 1),
}
_OF_TIME: Mapping[str, Callable[[Time], Value]] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": _second,
    "timezone": lambda time: time.zone,
}


def _part(nanos: int, unit: int, wrap: int | None) -> Decimal:
    units = abs(nanos) // unit
    units = units % wrap if wrap else units
    return Decimal(-units if nanos < 0 else units)


_OF_DAYS: Mapping[str, Callable[[DaysTime], Value]] = {
    "days": lambda span: _part(span.nanos, temporal.DAY, None),
    "hours": lambda span: _part(span.nanos, 3600 * temporal.NANOS, 24),
    "minutes": lambda span: _part(span.nanos, 60 * temporal.NANOS, 60),
    "seconds": lambda span: _part(span.nanos, temporal.NANOS, 60),
}
_OF_MONTHS: Mapping[str, Callable[[YearsMonths], Value]] = {
    "years": lambda span: _part(span.months, 12, None),
    "months": lambda span: _part(span.months, 1, 12),
}
_OF_RANGE: Mapping[str, Callable[[Range], Value]] = {
    "start": lambda interval: interval.start,
    "end": lambda interval: interval.end,
    "start included": lambda interval: interval.start_included,
    "end included": lambda interval: interval.end_included,
}


def _of_date_time(value: DateTime, name: str) -> Value:
    if name == "time offset":
        return _offset(value.time, value)
    if name in _OF_DATE:
        return _OF_DATE[name](value.date)
    return _OF_TIME[name](value.time) if name in _OF_TIME else None


def _of_time(value: Time, name: str) -> Value:
    if name == "time offset":
        return _offset(value, DateTime(Date(2000, 1, 1), value))
    return _OF_TIME[name](value) if name in _OF_TIME else None


def _looked_up(parts: Mapping[str, Callable[[Value], Value]]) -> Callable[[Value, str], Value]:
    return lambda value, name: parts[name](value) if name in parts else None


_PROPERTIES: Mapping[type, Callable[[Value, str], Value]] = {
    dict: lambda value, name: value.get(name),
    Date: _looked_up(_OF_DATE),
    Time: _of_time,
    DateTime: _of_date_time,
    DaysTime: _looked_up(_OF_DAYS),
    YearsMonths: _looked_up(_OF_MONTHS),
    Range: _looked_up(_OF_RANGE),
}

PROPERTY_NAMES = ("time offset", "start included", "end included")


def property_of(value: Value, name: str) -> Value:
    """``value.name`` (§10.3.2.11, table 53); of a list: the list of them."""
    if isinstance(value, list):
        return [property_of(each, name) for each in value]
    read = _PROPERTIES.get(type(value))
    return read(value, name) if read else None


def as_date_time(value: Date | DateTime) -> DateTime:
    """A date counts as its midnight in UTC (§10.3.2.9.4)."""
    return _midnight(value) if isinstance(value, Date) else value


def days(start: Value, end: Value) -> Iterator[Date] | None:
    """Every day from one date to another, up or down; nothing for other kinds."""
    if not isinstance(start, Date) or not isinstance(end, Date):
        return None
    first, last = temporal.ordinal(start), temporal.ordinal(end)
    step = 1 if first <= last else -1
    found = (temporal.from_ordinal(each) for each in range(first, last + step, step))
    return (day for day in found if day is not None)
