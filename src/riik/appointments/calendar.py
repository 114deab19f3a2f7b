"""An appointment as a calendar keeps it (RFC 5545, RFC 5546 §3.2). Pure."""

from datetime import datetime

from riik.appointments.model import Booking, Plan, Standing
from riik.formats.icalendar import CalendarEvent, write_calendar

__all__ = ["calendar_of"]

DAY_MINUTES = 24 * 60


def calendar_of(
    booking: Booking, plan: Plan, *, language: str, host: str, now: datetime, address: str = ""
) -> bytes:
    """One booking as an ``.ics`` file: a request, or its cancellation."""
    kind, place = plan.kinds[booking.slot.kind], plan.places[booking.slot.place]
    cancelled = booking.standing in (Standing.CANCELLED, Standing.LAPSED)
    name = in_language(place.names, language)
    event = CalendarEvent(
        uid=f"{booking.id}@{host}",
        sequence=booking.sequence,
        stamped=now,
        begins=booking.slot.begins,
        ends=booking.slot.ends,
        summary=in_language(kind.names, language),
        location=f"{name}, {place.address}" if place.address else name,
        description=in_language(kind.bring, language),
        address=address,
        cancelled=cancelled,
        alarms=() if cancelled else tuple(days * DAY_MINUTES for days in kind.remind_days),
    )
    return write_calendar([event], method="CANCEL" if cancelled else "PUBLISH")


def in_language(texts: object, language: str) -> str:
    """A text in a language, or in the first there is."""
    known = dict(texts) if isinstance(texts, dict) else {}
    return str(known.get(language) or next(iter(known.values()), ""))
