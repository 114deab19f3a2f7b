"""What was answered a moment ago, so that looking at a page again is no look at one's data again.

Kept in this process alone, for a while, under the digest of a session; losing it costs a question.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from riik.core import Clock

__all__ = ["Remembered"]

MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Answers by session.

    Attributes:
        clock: The time.
        lasts: How long an answer is good.
    """

    clock: Clock
    lasts: timedelta = timedelta(minutes=15)
    _kept: dict[bytes, tuple[datetime, Any]] = field(default_factory=dict)

    def find(self, session: str) -> Any:
        """What was answered in this session, or None."""
        kept = self._kept.get(_key(session))
        return kept[1] if kept is not None and kept[0] > self.clock.now() else None

    def keep(self, session: str, answer: Any) -> None:
        """Remember an answer; the oldest is forgotten when there are too many."""
        self._kept.pop(_key(session), None)
        self._kept[_key(session)] = (self.clock.now() + self.lasts, answer)
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]


def _key(session: str) -> bytes:
    return sha256(session.encode()).digest()
