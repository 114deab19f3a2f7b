"""Times as text: RFC 3339 in UTC, always with ``Z``, so that text order is time order."""

from datetime import UTC, date, datetime

from riik.core.errors import Refused

__all__ = ["TimeRefused", "from_text", "to_text", "years_between"]


class TimeRefused(Refused):
    """A text that should be a time isn't, or has no zone."""

    code = "core.time-refused"


def to_text(moment: datetime) -> str:
    """Write ``2026-11-23T20:01:43.000000Z``: fixed width, microseconds, UTC."""
    if moment.tzinfo is None:
        raise TimeRefused("a time without a zone means nothing to others", why="zone")
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{plain.isoformat(timespec='microseconds')}Z"


def from_text(text: str) -> datetime:
    """Read an RFC 3339 time with a zone into UTC.

    Raises:
        TimeRefused: For ``shape`` or ``zone``.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise TimeRefused("not a time of RFC 3339", why="shape") from error
    if moment.tzinfo is None:
        raise TimeRefused("a time without a zone means nothing to others", why="zone")
    return moment.astimezone(UTC)


def years_between(birth: date, day: date) -> int:
    """Whole years from ``birth`` to ``day``; who is born on 29 February ages on 1 March."""
    before_birthday = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - before_birthday
