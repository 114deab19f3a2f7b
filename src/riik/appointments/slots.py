"""Which times there are: a place's hours, the country's days off, a kind's length and limits. Pure.

Hours are what the clock on the wall shows; slots are moments. On a day when clocks change an
interval is an hour shorter or longer, and so has fewer or more slots; none is at an hour that
does not exist and none is twice.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from riik.appointments.errors import AppointmentRefused
from riik.appointments.model import Hours, Kind, Place, Plan, Slot

__all__ = ["first_day", "first_shown", "free_slots", "last_day", "slot_named", "slots_of_day"]

Taken = Mapping[tuple[str, datetime], int]
"""How many seats of a resource are taken in the five minutes that begin then."""

TICK = timedelta(minutes=5)


def hours_of(
    place: Place, day: date, *, holidays: Set[date], closed: Set[tuple[str, date]]
) -> Hours:
    """When a place is open on a day: what its own exceptions say comes before the country's."""
    if (place.id, day) in closed:
        return ()
    if day in place.exceptions:
        return place.exceptions[day]
    off = day in holidays and not place.open_on_days_off
    return () if off else place.hours.get(day.weekday(), ())


def slots_of_day(
    plan: Plan, kind: Kind, place: Place, day: date, *, closed: Set[tuple[str, date]] = frozenset()
) -> Iterator[Slot]:
    """The slots of one day, whoever has them."""
    zone, length = ZoneInfo(place.zone), timedelta(minutes=kind.minutes)
    for opens, closes in hours_of(place, day, holidays=plan.holidays, closed=closed):
        begins = datetime.combine(day, opens, zone).astimezone(UTC)
        until = datetime.combine(day, closes, zone).astimezone(UTC)
        while begins + length <= until:
            yield Slot(begins=begins, ends=begins + length, place=place.id, kind=kind.id)
            begins += length


def first_day(kind: Kind, today: date) -> date:
    """The first day that may be booked: days later, or months later by the calendar.

    A month after 31 January is the last day of February.
    """
    return max(_months(today, kind.lead_months), today + timedelta(days=kind.lead_days))


def first_shown(kind: Kind, today: date) -> date:
    """The day with which a list of free times begins; earlier ones are there on request."""
    return max(_months(today, kind.shown_after_months), first_day(kind, today))


def _months(today: date, months: int) -> date:
    month = today.month - 1 + months
    year, month = today.year + month // 12, month % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def last_day(kind: Kind, today: date) -> date:
    """The last day for which there are times."""
    return today + timedelta(days=kind.ahead_days)


def free_slots(
    plan: Plan,
    kind: Kind,
    place: Place,
    *,
    now: datetime,
    since: date,
    until: date,
    taken: Taken,
    closed: Set[tuple[str, date]] = frozenset(),
) -> Iterator[Slot]:
    """The slots from one day to another in which somebody can be had."""
    today = now.astimezone(ZoneInfo(place.zone)).date()
    day, last = max(since, first_day(kind, today)), min(until, last_day(kind, today))
    resources = [(one.id, one.seats) for one in plan.fitting(kind, place.id)]
    while day <= last:
        for slot in slots_of_day(plan, kind, place, day, closed=closed):
            if slot.begins > now and any(
                all(taken.get((name, tick), 0) < seats for tick in ticks(slot))
                for name, seats in resources
            ):
                yield slot
        day += timedelta(days=1)


def ticks(slot: Slot) -> Iterable[datetime]:
    """The five minutes that a slot takes, each by its first moment."""
    count = (slot.ends - slot.begins) // TICK
    return [slot.begins + number * TICK for number in range(count)]


def slot_named(
    plan: Plan, kind: Kind, name: str, *, now: datetime, closed: Set[tuple[str, date]] = frozenset()
) -> Slot:
    """The slot that a form's answer names, if there is such a one and it may still be booked.

    Raises:
        AppointmentRefused: For ``unknown`` (no such time or place) or ``gone`` (too early or late).
    """
    place_id, _, moment = name.partition("@")
    place = plan.places.get(place_id)
    try:
        begins = datetime.fromisoformat(moment)
    except ValueError as error:
        raise AppointmentRefused("this is no time", why="unknown") from error
    if place is None or begins.tzinfo is None:
        raise AppointmentRefused("there is no such place", why="unknown")
    zone = ZoneInfo(place.zone)
    day, today = begins.astimezone(zone).date(), now.astimezone(zone).date()
    known = slots_of_day(plan, kind, place, day, closed=closed)
    slot = next((one for one in known if one.begins == begins), None)
    if slot is None:
        raise AppointmentRefused("there is no appointment at that time", why="unknown")
    if slot.begins <= now or not first_day(kind, today) <= day <= last_day(kind, today):
        raise AppointmentRefused("this time can't be booked now", why="gone")
    return slot
