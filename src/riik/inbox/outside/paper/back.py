"""What the post says of a letter, read strictly. Pure.

{"letter": "<ref>", "delivered": "2026-12-05"}
{"letter": "<ref>", "returned": "moved"}
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from riik.core import to_text
from riik.inbox.errors import NoticeRefused

__all__ = ["RETURNED", "Back", "read_back"]

RETURNED: Final = ("moved", "unknown", "refused", "not-collected", "dead")
_REF: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """One letter's end: ``why`` it came back, or empty."""

    ref: str
    at: str
    why: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    letter: str
    delivered: date | None = None
    returned: str = ""


def read_back(content: bytes, *, now: datetime, zone: ZoneInfo) -> Back:
    """What one file says.

    A letter counts from noon of the day that the post names: time limits run in whole days.

    Raises:
        NoticeRefused: For ``json``, ``letter``, ``both`` or ``day`` (one that is ahead).
    """
    try:
        told = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise NoticeRefused("this is no word of the post", why="json") from error
    if not _REF.fullmatch(told.letter):
        raise NoticeRefused("no letter is called so", why="letter")
    if (told.delivered is None) == (told.returned not in RETURNED):
        raise NoticeRefused("it was delivered on a day, or returned for a reason", why="both")
    if told.delivered is None:
        return Back(ref=told.letter, at=to_text(now), why=told.returned)
    if told.delivered > now.astimezone(zone).date():
        raise NoticeRefused("nothing is delivered tomorrow", why="day")
    at = datetime.combine(told.delivered, time(12), zone).astimezone(UTC)
    return Back(ref=told.letter, at=to_text(min(at, now)))
