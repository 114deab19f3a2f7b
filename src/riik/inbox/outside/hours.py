"""Quiet hours: when may somebody be disturbed?

They are hours of the person's clock, so a night of the clock change is an hour longer or shorter.
Pure.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["held_until", "read_hour"]


def read_hour(text: str) -> time:
    """An hour of the clock such as ``22:00``.

    Raises:
        ValueError: It is none.
    """
    if len(text) != 5 or not text.isascii():
        raise ValueError(text)
    return time.fromisoformat(text)


def held_until(moment: datetime, quiet: tuple[str, str] | None, *, zone: ZoneInfo) -> datetime:
    """The first moment, not before ``moment``, at which nobody asked to be left in peace.

    Args:
        moment: With its zone.
        quiet: From and until, two hours of the clock, across midnight or not; None for no rest.
        zone: Where the person is.
    """
    if quiet is None:
        return moment
    begins, ends = read_hour(quiet[0]), read_hour(quiet[1])
    local = moment.astimezone(zone)
    now = local.time()
    late = now >= begins
    inside = (begins <= now < ends) if begins < ends else (late or now < ends)
    if not inside:
        return moment
    day = local.date() + timedelta(days=1 if begins > ends and late else 0)
    until = datetime.combine(day, ends, zone).astimezone(UTC)
    if until <= moment:
        # The clock went back and the hour comes a second time.
        until = datetime.combine(day, ends.replace(fold=1), zone).astimezone(UTC)
    return until
