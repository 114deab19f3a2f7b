"""iCalendar streams: components in, text of RFC 5545 out; and back, unfolded and unescaped.

Implements RFC 5545 §3.1 (lines and folding), §3.3.11 (escaping), §3.6.1 (events) and §3.6.6
(alarms); the methods are those of RFC 5546 §3.2. Times are written in UTC (§3.3.5 form 2), so that
no zone table has to travel along. Pure: which event is told is decided by who calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from riik.core import Refused

__all__ = ["CalendarEvent", "CalendarRefused", "read_lines", "write_calendar"]

MOST_OCTETS = 75
PRODUCT = "-//Riik//Appointments//EN"

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


class CalendarRefused(Refused):
    """A stream that isn't iCalendar, or an event that can't be told in it."""

    code = "formats.calendar-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One event (RFC 5545 §3.6.1).

    Attributes:
        uid: The same through all its changes, such as ``<id>@<host>``.
        sequence: Grows with every change (§3.8.7.4).
        stamped: When this was written (DTSTAMP).
        begins: First moment.
        ends: First moment after it.
        summary: What it is.
        location: Where; may have several lines.
        description: What to know; may have several lines.
        address: Where the person reads on, or empty.
        cancelled: It does not take place.
        alarms: How many minutes before it a calendar reminds.
    """

    uid: str
    sequence: int
    stamped: datetime
    begins: datetime
    ends: datetime
    summary: str
    location: str = ""
    description: str = ""
    address: str = ""
    cancelled: bool = False
    alarms: tuple[int, ...] = ()


def write_calendar(events: Sequence[CalendarEvent], *, method: Method) -> bytes:
    """Write a calendar, UTF-8, lines ended by CRLF and folded at 75 octets.

    Raises:
        CalendarRefused: For ``order`` (it ends before it begins) or ``empty``.
    """
    if not events:
        raise CalendarRefused("a calendar has one event at least", why="empty")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines.append(f"METHOD:{method}")
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: CalendarEvent) -> list[str]:
    if event.ends <= event.begins:
        raise CalendarRefused("an event ends after it begins", why="order")
    told = [
        ("SUMMARY", event.summary),
        ("LOCATION", event.location),
        ("DESCRIPTION", event.description),
    ]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escaped(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_moment(event.stamped)}",
        f"DTSTART:{_moment(event.begins)}",
        f"DTEND:{_moment(event.ends)}",
        *(f"{name}:{_escaped(text)}" for name, text in told if text),
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
    ]
    if event.address:
        lines.append(f"URL:{_plain(event.address)}")
    for minutes in event.alarms:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(event.summary)}"]
        lines += [f"TRIGGER:-PT{minutes}M", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def read_lines(source: bytes) -> list[tuple[str, str]]:
    """The content lines of a stream: name with parameters, and the unescaped text.

    Raises:
        CalendarRefused: For ``syntax``: a line without CRLF or colon, or longer than allowed.
    """
    if not source.endswith(b"\r\n"):
        raise CalendarRefused("the last line has no end", why="syntax")
    octets = source[:-2].split(b"\r\n")
    if any(len(line) > MOST_OCTETS or b"\n" in line or b"\r" in line for line in octets):
        raise CalendarRefused("a line is too long, or ends otherwise", why="syntax")
    lines: list[bytes] = []
    for line in octets:
        if line.startswith((b" ", b"\t")) and lines:
            lines[-1] += line[1:]
        else:
            lines.append(line)
    parted = [line.decode().partition(":") for line in lines]
    if any(not colon for _, colon, _ in parted):
        raise CalendarRefused("a line has no value", why="syntax")
    return [(name, _unescaped(text)) for name, _, text in parted]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(text: str) -> str:
    """One line, whatever came: nobody writes a line of their own into a stream of ours."""
    return "".join(sign for sign in text if sign.isprintable())


def _escaped(text: str) -> str:
    """TEXT of RFC 5545 §3.3.11; signs that are none are left out, for §3.1 forbids them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    plain = [
        _plain(line).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines
    ]
    return "\\n".join(plain)


def _unescaped(text: str) -> str:
    read, signs = [], iter(text)
    for sign in signs:
        if sign != "\\":
            read.append(sign)
            continue
        after = next(signs, "")
        read.append("\n" if after in ("n", "N") else after)
    return "".join(read)


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, never through a letter (§3.1)."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > MOST_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    pieces.append(piece)
    return b"\r\n".join(pieces) + b"\r\n"
