"""Dates, times and durations of FEEL: reading, writing, reckoning.

DMN 1.5 §10.3.2.3.4–8. Own values instead of `datetime`: years have up to nine digits,
fractions nine, and a time may be without a zone, with an offset or with a zone's name.
Pure: what "now" is comes from the caller. Zone names are read from the tz database.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import date as calendar_date
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = [
    "Date",
    "DateTime",
    "DaysTime",
    "Time",
    "YearsMonths",
    "add_days_time",
    "add_months",
    "days_in_month",
    "from_ordinal",
    "instant",
    "months_between",
    "ordinal",
    "read_date",
    "read_date_time",
    "read_duration",
    "read_time",
    "valid_date",
    "valid_time",
]

NANOS = 1_000_000_000
DAY = 86_400 * NANOS
LAST_YEAR = 999_999_999

_DATE = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)\Z", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?"
    r"(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*))?\Z",
    re.ASCII,
)
_MONTHS = re.compile(r"(-)?P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?\Z", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?:(\d{1,12})D)?(T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,15})(?:\.(\d{1,9})\d*)?S)?)?\Z",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; ``offset`` in seconds east, or the zone's name, or neither."""

    hour: int
    minute: int
    second: int
    nanos: int = 0
    offset: int | None = None
    zone: str | None = None

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        if self.nanos:
            text += f".{self.nanos:09d}".rstrip("0")
        if self.zone is not None:
            return f"{text}@{self.zone}"
        if self.offset is None:
            return text
        return text + _offset_text(self.offset)

    @property
    def of_day(self) -> int:
        """Nanoseconds since midnight, by its own clock."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nanos


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of day."""

    date: Date
    time: Time

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration, in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        days, seconds = divmod(seconds, 86_400)
        hours, seconds = divmod(seconds, 3_600)
        minutes, seconds = divmod(seconds, 60)
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        clock = f"{hours}H" * (hours > 0) + f"{minutes}M" * (minutes > 0)
        clock += f"{seconds}{fraction}S" * (seconds > 0 or nanos > 0)
        if not days and not clock:
            return "PT0S"
        sign = "-" if self.nanos < 0 else ""
        return f"{sign}P" + f"{days}D" * (days > 0) + f"T{clock}" * bool(clock)


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        if not years and not months:
            return "P0M"
        sign = "-" if self.months < 0 else ""
        return f"{sign}P" + f"{years}Y" * (years > 0) + f"{months}M" * (months > 0)


def _offset_text(offset: int) -> str:
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """How many days this month has."""
    return (
        29
        if month == 2 and _leap(year)
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )


def ordinal(day: Date) -> int:
    """Days since 1 January of year 1, from 1, as `datetime.date.toordinal` counts."""
    turns, year = divmod(day.year - 1, 400)
    return turns * 146_097 + calendar_date(year + 1, day.month, day.day).toordinal()


def from_ordinal(number: int) -> Date | None:
    """The day of that ordinal; nothing beyond years of nine digits."""
    turns, rest = divmod(number - 1, 146_097)
    near = calendar_date.fromordinal(rest + 1)
    year = near.year + 400 * turns
    return Date(year, near.month, near.day) if abs(year) <= LAST_YEAR else None


def valid_date(year: int, month: int, day: int) -> Date | None:
    """The date if there is such a day."""
    if abs(year) > LAST_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        return None
    return Date(year, month, day)


def valid_time(  # noqa: PLR0917 - the parts of a time in their order
    hour: int, minute: int, second: int, nanos: int, offset: int | None, zone: str | None = None
) -> Time | None:
    """The time if clocks and offsets (18 hours at most, as zones have them) go that far."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nanos < NANOS):
        return None
    if offset is not None and abs(offset) > 18 * 3600:
        return None
    if zone is not None and _zone(zone) is None:
        return None
    return Time(hour, minute, second, nanos, offset, zone)


def read_date(text: str) -> Date | None:
    """Read ``2026-11-23``."""
    found = _DATE.match(text)
    return valid_date(*map(int, found.groups())) if found else None


def read_time(text: str) -> Time | None:
    """Read ``10:44:00``, ``…Z``, ``…+02:00`` or ``…@Europe/Tallinn``."""
    found = _TIME.match(text)
    if found is None:
        return None
    hour, minute, second, fraction, utc, sign, east_h, east_m, east_s, zone = found.groups()
    offset = 0 if utc else None
    if sign:
        if int(east_m) > 59 or int(east_s or 0) > 59:
            return None
        offset = (int(east_h) * 60 + int(east_m)) * 60 + int(east_s or 0)
        offset = -offset if sign == "-" else offset
    nanos = int((fraction or "").ljust(9, "0"))
    return valid_time(int(hour), int(minute), int(second), nanos, offset, zone)


def read_date_time(text: str) -> DateTime | None:
    """Read a date, ``T`` and a time; a date alone begins at midnight."""
    day_text, mark, time_text = text.partition("T")
    day = read_date(day_text)
    time = read_time(time_text) if mark else Time(0, 0, 0)
    return DateTime(day, time) if day and time else None


def read_duration(text: str) -> DaysTime | YearsMonths | None:
    """Read ``P1Y2M`` or ``P3DT4H5M6.7S``; FEEL has no duration of both kinds."""
    if found := _MONTHS.match(text):
        sign, years, months = found.groups()
        if years is None and months is None:
            return None
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    found = _DAYS.match(text)
    if found is None:
        return None
    sign, days, clock, hours, minutes, seconds, fraction = found.groups()
    if (days is None and clock is None) or clock == "T":
        return None
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60
    nanos = (whole + int(seconds or 0)) * NANOS + int((fraction or "").ljust(9, "0"))
    return DaysTime(-nanos if sign else nanos)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_of(moment: DateTime) -> int | None:
    """Seconds east of UTC at that moment; none for a local time."""
    time = moment.time
    if time.zone is None:
        return time.offset
    zone = _zone(time.zone)
    if zone is None:
        return None
    # A cycle of 400 years keeps the calendar; zones have rules for years 1 to 9999 only.
    year = moment.date.year
    near = year if 2 <= year <= 9998 else 2000 + year % 400
    at = datetime(  # noqa: DTZ001 - the zone is asked in the next line
        near, moment.date.month, moment.date.day, time.hour, time.minute, time.second
    )
    shift = at.replace(tzinfo=zone).utcoffset()
    return int((shift or timedelta()).total_seconds())


def instant(moment: DateTime) -> tuple[bool, int]:
    """Whether it has a zone, and nanoseconds since day 0 in UTC (or local)."""
    offset = offset_of(moment)
    nanos = ordinal(moment.date) * DAY + moment.time.of_day
    return offset is not None, nanos - (offset or 0) * NANOS


def time_instant(time: Time) -> tuple[bool, int]:
    """The same for a time of day; a named zone is taken as on 1 January 2000."""
    return instant(DateTime(Date(2000, 1, 1), time))


def add_months(start: Date | DateTime, months: int) -> Date | DateTime | None:
    """Go that many months on; the 31st becomes the month's last day (§10.3.2.3.7)."""
    day = start if isinstance(start, Date) else start.date
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if abs(year) > LAST_YEAR:
        return None
    moved = Date(year, month + 1, min(day.day, days_in_month(year, month + 1)))
    return moved if isinstance(start, Date) else replace(start, date=moved)


def add_days_time(start: Date | DateTime | Time, nanos: int) -> Date | DateTime | Time | None:
    """Go that long on; a date stays a date, a time of day turns around midnight."""
    if isinstance(start, Date):
        return from_ordinal((ordinal(start) * DAY + nanos) // DAY)
    if isinstance(start, Time):
        return _at(start, (start.of_day + nanos) % DAY)
    days, rest = divmod(start.time.of_day + nanos, DAY)
    day = from_ordinal(ordinal(start.date) + days)
    return DateTime(day, _at(start.time, rest)) if day else None


def _at(like: Time, of_day: int) -> Time:
    seconds, nanos = divmod(of_day, NANOS)
    return Time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanos, like.offset, like.zone)


def months_between(start: DateTime, end: DateTime) -> int:
    """Whole months from one to the other, negative when it goes back (§10.3.4.7)."""
    if (start.date, start.time.of_day) > (end.date, end.time.of_day):
        return -months_between(end, start)
    months = (end.date.year - start.date.year) * 12 + end.date.month - start.date.month
    early = (end.date.day, end.time.of_day) < (start.date.day, start.time.of_day)
    return months - early


def from_datetime(moment: datetime) -> DateTime:
    """The FEEL value of a moment with a zone, in UTC."""
    at = moment.astimezone(UTC)
    time = Time(at.hour, at.minute, at.second, at.microsecond * 1000, 0)
    return DateTime(Date(at.year, at.month, at.day), time)
