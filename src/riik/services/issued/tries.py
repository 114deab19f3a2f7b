"""How many wrong case numbers may be tried for a paper: a measure that fills again by itself.

Case numbers can be guessed; who guesses runs dry, and who mistyped types again. Each asker has a
small measure of their own for each paper, and all askers share a larger one, so that many who
guess together get no further. Nothing is closed for good. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from riik.core import from_text, to_text

__all__ = ["MOST_OF_ALL", "MOST_OF_ONE", "REFILL", "Tries", "opens_at", "with_one_more"]

MOST_OF_ONE: Final = 5
MOST_OF_ALL: Final = 20
REFILL: Final = timedelta(hours=1)
"""After so long one try is given back: 24 a day, of the hundred thousands of a year's numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What was tried.

    Attributes:
        used: How many wrong numbers count still, when they were last counted.
        at: When that was, RFC 3339.
    """

    used: int
    at: str


def _now(tries: Tries | None, now: datetime) -> tuple[int, datetime]:
    """How many count now, and since when the next is being given back."""
    if tries is None:
        return 0, now
    since = from_text(tries.at)
    back = max(0, (now - since) // REFILL)
    left = max(0, tries.used - back)
    return left, since + back * REFILL if left else now


def with_one_more(tries: Tries | None, *, now: datetime) -> Tries:
    """After one more wrong number."""
    used, since = _now(tries, now)
    return Tries(used=used + 1, at=to_text(since))


def opens_at(tries: Tries | None, *, most: int, now: datetime) -> datetime | None:
    """When a number may be tried again; None when it may be now."""
    used, since = _now(tries, now)
    if used < most:
        return None
    return since + (used - most + 1) * REFILL
