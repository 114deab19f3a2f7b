"""When a timer of a process is due: durations by the country's calendar, ISO 8601.

Pure. Days and months are counted on the calendar: a day after ten o'clock is ten o'clock again,
also when clocks were changed in the night. Hours, minutes and seconds are counted as they pass.
A month after 31 January is the last day of February.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from riik.core import from_text, to_text
from riik.rules import expression, to_plain
from riik.services.errors import FolderRefused
from riik.services.process.model import Node, Timer

__all__ = ["after", "again", "arm", "check_timer", "is_duration"]

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?\Z"
)
_EVERY = re.compile(r"R([1-9]\d{0,2})/(P.+)\Z")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T.+)?\Z")


def is_duration(text: str) -> bool:
    """Whether this is a duration of ISO 8601."""
    return bool(_DURATION.match(text))


def after(begin: datetime, duration: str, *, zone: str) -> datetime:
    """The moment a duration after another, UTC.

    Raises:
        FolderRefused: For ``timer``: it is no duration.
    """
    found = _DURATION.match(duration)
    if found is None:
        raise FolderRefused(f"{duration!r} is no duration", why="timer")
    years, months, weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    local = begin.astimezone(ZoneInfo(zone))
    month = local.month - 1 + months + 12 * years
    year, month = local.year + month // 12, month % 12 + 1
    if year > date.max.year - 300:
        raise FolderRefused(f"{duration!r} ends in no year of ours", why="timer")
    day = min(local.day, monthrange(year, month)[1])
    moved = local.replace(year=year, month=month, day=day) + timedelta(days=days + 7 * weeks)
    passed = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return moved.astimezone(UTC) + passed


def arm(node: Node, event: str, known: Mapping[str, Any], *, at: datetime, zone: str) -> Timer:
    """A timer that begins to run.

    Raises:
        FolderRefused: For ``timer``: what it waits for is no duration and no moment.
    """
    if node.every:
        times, duration = _repeated(node.every)
        return Timer(event, to_text(after(at, duration, zone=zone)), times - 1)
    if node.after:
        return Timer(event, to_text(after(at, _said(node.after, known), zone=zone)))
    return Timer(event, to_text(_moment(_said(node.moment, known), zone=zone)))


def again(node: Node, timer: Timer, *, zone: str) -> Timer:
    """The same timer after it came: due once more, or over."""
    if not node.every or not timer.left:
        return Timer(timer.event)
    _, duration = _repeated(node.every)
    due = after(from_text(timer.due), duration, zone=zone)
    return Timer(timer.event, to_text(due), timer.left - 1)


def check_timer(node: Node) -> None:
    """Refuse a timer that could never be reckoned: for ``process``."""
    if node.every and not _EVERY.match(node.every):
        raise FolderRefused(f"{node.id}: {node.every!r} is no repetition", why="process")
    for text in filter(None, (node.after, node.moment)):
        if _DURATION.match(text) or _ISO.match(text):
            continue
        # FEEL speaks of what the case knows (answers.day); a bare word is a slip.
        if not any(mark in text for mark in ". ("):
            raise FolderRefused(f"{node.id}: {text!r} is no duration", why="process")
        expression(text)


def _repeated(text: str) -> tuple[int, str]:
    found = _EVERY.match(text)
    if found is None:
        raise FolderRefused(f"{text!r} is no repetition such as R3/P7D", why="timer")
    return int(found[1]), found[2]


def _said(text: str, known: Mapping[str, Any]) -> str:
    """What the file says itself, or what its expression gives."""
    if _DURATION.match(text) or _ISO.match(text):
        return text
    value = to_plain(expression(text).value(known))
    if not isinstance(value, str):
        raise FolderRefused(f"{text!r} gives no time", why="timer")
    return value


def _moment(text: str, *, zone: str) -> datetime:
    """A day begins at its midnight in the country; a moment says its zone or has the country's."""
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(
                UTC
            )
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FolderRefused(f"{text!r} is no day or moment", why="timer") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
