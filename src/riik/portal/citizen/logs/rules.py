"""Does a register's log go on from the tree head that this portal remembers?

A proof that a look is logged says nothing of a look that is no longer told. So the portal does
what a witness does: it remembers each log's last tree head, and believes a new one only if the old
one is its beginning (`riik.transparency.open_continued`). Pure: what is remembered and what was
told go in, a verdict comes out.
"""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

import msgspec

from riik.core import Refused
from riik.portal.citizen.errors import AnswerUnreadable
from riik.transparency import Checkpoint, TrustPolicy, open_continued

__all__ = [
    "CHANGED",
    "EMPTY",
    "SILENT",
    "UNKNOWN",
    "WHOLE",
    "Head",
    "Remembered",
    "Verdict",
    "judge",
    "read_head",
]

WHOLE, EMPTY, CHANGED = "whole", "empty", "changed"
SILENT, UNKNOWN = "silent", "unknown"
MOST_GROWTH = 63


class _Told(msgspec.Struct, frozen=True):
    head: str | None
    growth: list[str]


@dataclass(frozen=True, slots=True)
class Head:
    """What a register answered to ``/v2/head``: a signed tree head, if there is one, and growth."""

    note: bytes | None
    growth: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The last tree head of a log that was believed here.

    Attributes:
        checkpoint: What it says.
        at: When it was seen last, UTC: until then the log was whole.
    """

    checkpoint: Checkpoint
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows for one log.

    Attributes:
        standing: `WHOLE`; `EMPTY`: there was never a head; `CHANGED`: it does not go on from what
            is remembered; `SILENT`: it could not be asked; `UNKNOWN`: its key is not known here.
        why: Of `CHANGED`: ``gone``, ``shrunk``, ``root``, or why its signatures don't hold.
        since: When the log was last seen whole.
        checkpoint: The tree head that is to be remembered now.
    """

    standing: str
    why: str = ""
    since: datetime | None = None
    checkpoint: Checkpoint | None = None


def read_head(body: bytes) -> Head:
    """What a register's ``/v2/head`` answered.

    Raises:
        AnswerUnreadable: For ``shape``.
    """
    try:
        told = msgspec.json.decode(body, type=_Told)
        note = None if told.head is None else b64decode(told.head, validate=True)
        growth = tuple(b64decode(one, validate=True) for one in told.growth[: MOST_GROWTH + 1])
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise AnswerUnreadable("this is no tree head of a log", why="shape") from error
    return Head(note, growth)


def judge(head: Head, remembered: Remembered | None, *, policy: TrustPolicy) -> Verdict:
    """Whether a log goes on from what is remembered of it."""
    since = remembered.at if remembered else None
    if head.note is None:
        if remembered is None:
            return Verdict(standing=EMPTY)
        return Verdict(standing=CHANGED, why="gone", since=since)
    known = remembered.checkpoint if remembered else None
    try:
        trusted = open_continued(head.note, policy=policy, known=known, path=head.growth)
    except Refused as refused:
        return Verdict(standing=CHANGED, why=refused.why, since=since)
    return Verdict(standing=WHOLE, since=since, checkpoint=trusted.checkpoint)
