"""When a resource works, and which of it nobody has. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from riik.govstack.scheduler_model import SchedulerRefused

__all__ = ["Span", "free_spans", "working_spans"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Span = tuple[datetime, datetime]


def working_spans(hours: Iterable[Mapping[str, Any]], within: Span) -> Iterator[Span]:
    """The times of some working hours inside a span, day by day.

    Raises:
        SchedulerRefused: For ``details``: a day or a time that is none.
    """
    weekly = [_weekly(one) for one in hours]
    day = within[0].date()
    while day <= within[1].date():
        for weekday, opens, closes in weekly:
            if day.weekday() == weekday:
                begins = max(datetime.combine(day, opens, UTC), within[0])
                ends = min(datetime.combine(day, closes, UTC), within[1])
                if begins < ends:
                    yield begins, ends
        day += timedelta(days=1)


def _weekly(one: Mapping[str, Any]) -> tuple[int, time, time]:
    try:
        weekday = DAYS.index(str(one["day_of_week"]).strip("[] ").lower())
        return (
            weekday,
            time.fromisoformat(str(one["start_time"])),
            time.fromisoformat(str(one["end_time"])),
        )
    except (KeyError, ValueError) as error:
        raise SchedulerRefused("working hours have a day and times", why="details") from error


def free_spans(works: Iterable[Span], busy: Sequence[Span]) -> list[Span]:
    """What is left of the working hours."""
    free: list[Span] = []
    for begins, ends in sorted(works):
        at = begins
        for taken, until in sorted(busy):
            if until <= at or taken >= ends:
                continue
            if taken > at:
                free.append((at, taken))
            at = max(at, until)
        if at < ends:
            free.append((at, ends))
    return free
