"""iCalendar (RFC 5545): events as a stream that calendars read."""

from riik.formats.icalendar.events import (
    CalendarEvent,
    CalendarRefused,
    read_lines,
    write_calendar,
)

__all__ = ["CalendarEvent", "CalendarRefused", "read_lines", "write_calendar"]
