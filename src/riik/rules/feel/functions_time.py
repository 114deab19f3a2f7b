"""Built-in functions of FEEL over dates, times, durations, and what is the same.

DMN 1.5 §10.3.4.1 (conversion), §10.3.4.11 (temporal), §10.3.4.12 (``is``), §10.3.4.13
(``now``, ``today``: the caller says when; without a moment they are null).
"""

from decimal import Decimal
from typing import Any

from riik.rules.feel import temporal
from riik.rules.feel.operators import as_date_time, whole
from riik.rules.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from riik.rules.feel.values import Value, equal, kind_of

__all__ = ["TIMES"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
)
_MONTHS = tuple(_MONTH_NAMES.split())


def _whole(*numbers: Decimal) -> bool:
    return all(each == each.to_integral_value() for each in numbers)


def date_from(value: Value) -> Value:
    """The date in a text, or of a date and time."""
    if isinstance(value, str):
        return temporal.read_date(value)
    return value.date if isinstance(value, DateTime) else value


def date_of(year: Decimal, month: Decimal, day: Decimal) -> Value:
    """The date of three whole numbers."""
    if not _whole(year, month, day) or abs(year) > temporal.LAST_YEAR:
        return None
    return temporal.valid_date(whole(year), whole(month), whole(day))


def time_from(value: Value) -> Value:
    """The time in a text, or of a date and time; of a date, midnight in UTC."""
    if isinstance(value, str):
        return temporal.read_time(value)
    if isinstance(value, Date):
        return Time(0, 0, 0, 0, 0)
    return value.time if isinstance(value, DateTime) else value


def time_of(
    hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None
) -> Value:
    """The time of numbers; seconds may have a fraction."""
    if not _whole(hour, minute) or not 0 <= second < 60:
        return None
    seconds = whole(second)
    nanos = whole((second - seconds).scaleb(9))
    if abs(hour) > 24 or abs(minute) > 60:
        return None
    east = None
    if offset is not None:
        east, rest = divmod(abs(offset.nanos), temporal.NANOS)
        east = -east if offset.nanos < 0 else east
        if rest:
            return None
    return temporal.valid_time(whole(hour), whole(minute), seconds, nanos, east)


def moment_from(value: Value) -> Value:
    """The date and time in a text; of a date, its midnight in UTC."""
    if isinstance(value, str):
        return temporal.read_date_time(value)
    return as_date_time(value)


def moment_of(day: Value, time: Time) -> Value:
    """A date with a time."""
    return DateTime(day.date if isinstance(day, DateTime) else day, time)


def moment_of_numbers(  # noqa: PLR0917 - called by position, as FEEL's signature has it
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: Value = None,
) -> Value:
    """A date and time of numbers, with an offset or the name of a zone."""
    date = date_of(year, month, day)
    zoned = isinstance(offset, str)
    time = time_of(hour, minute, second, None if zoned else offset)
    if date is None or time is None:
        return None
    if zoned:
        time = temporal.valid_time(time.hour, time.minute, time.second, time.nanos, None, offset)
    return DateTime(date, time) if time else None


def duration(value: Value) -> Value:
    """The duration in a text."""
    return temporal.read_duration(value) if isinstance(value, str) else value


def months_between(start: Value, end: Value) -> Value:
    """Whole years and months from one to the other."""
    first, second = as_date_time(start), as_date_time(end)
    return YearsMonths(temporal.months_between(first, second))


def _day(value: Value) -> Date:
    found: Date = value.date if isinstance(value, DateTime) else value
    return found


def day_of_year(value: Value) -> Value:
    """From 1."""
    day = _day(value)
    return Decimal(temporal.ordinal(day) - temporal.ordinal(Date(day.year, 1, 1)) + 1)


def day_of_week(value: Value) -> Value:
    """Its English name."""
    return _DAYS[(temporal.ordinal(_day(value)) - 1) % 7]


def month_of_year(value: Value) -> Value:
    """Its English name."""
    return _MONTHS[_day(value).month - 1]


def week_of_year(value: Value) -> Value:
    """The week of ISO 8601, from 1 to 53."""
    number = temporal.ordinal(_day(value))
    thursday = temporal.from_ordinal(number - (number - 1) % 7 + 3)
    if thursday is None:
        return None
    first = temporal.ordinal(Date(thursday.year, 1, 1))
    return Decimal((temporal.ordinal(thursday) - first) // 7 + 1)


def now(run: Any) -> Value:
    """The moment of the decision, in UTC."""
    return temporal.from_datetime(run.now) if run.now else None


def today(run: Any) -> Value:
    """The day of the decision, by the clock the caller gave."""
    return Date(run.now.year, run.now.month, run.now.day) if run.now else None


def same(run: Any, first: Value, second: Value) -> Value:
    """Are they the very same: kind, value, offset and zone?"""
    if kind_of(first) != kind_of(second):
        return False
    if isinstance(first, Time | DateTime):
        return bool(first == second)
    return equal(first, second, run.tick) is True


_DAY_OR_MOMENT = "date: date|date and time"

TIMES: dict[str, Any] = {
    "date": [
        (date_from, "from: string|date|date and time"),
        (date_of, "year: number, month: number, day: number"),
    ],
    "time": [
        (time_from, "from: string|time|date and time|date"),
        (
            time_of,
            "hour: number, minute: number, second: number, offset?: days and time duration?",
        ),
    ],
    "date and time": [
        (moment_from, "from: string|date|date and time"),
        (moment_of, "date: date|date and time, time: time"),
        (
            moment_of_numbers,
            "year: number, month: number, day: number, hour: number, minute: number,"
            " second: number, offset?: days and time duration?",
        ),
        (
            moment_of_numbers,
            "year: number, month: number, day: number, hour: number, minute: number,"
            " second: number, timezone: string",
        ),
    ],
    "duration": (
        duration,
        "from: string|days and time duration|years and months duration",
    ),
    "years and months duration": (
        months_between,
        "from: date|date and time, to: date|date and time",
    ),
    "day of year": (day_of_year, _DAY_OR_MOMENT),
    "day of week": (day_of_week, _DAY_OR_MOMENT),
    "month of year": (month_of_year, _DAY_OR_MOMENT),
    "week of year": (week_of_year, _DAY_OR_MOMENT),
    "now": (now, "run"),
    "today": (today, "run"),
    "is": (same, "run, value1: any, value2: any"),
}
