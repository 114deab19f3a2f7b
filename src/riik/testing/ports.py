"""The outside world for tests: a clock that stands, entropy from a seed, a disk that fails.

Each replaces one port and nothing else. Given the same seed, a test sees the same bytes;
time passes only when the test says so.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

__all__ = ["ImmediateThread", "SeededEntropy", "StandingClock"]

T = TypeVar("T")

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class StandingClock:
    """A clock that stands until it is moved; its stopwatch moves with it."""

    moment: datetime = NOON
    elapsed: float = 0.0

    def now(self) -> datetime:
        """The moment at which the clock stands."""
        return self.moment

    def monotonic(self) -> float:
        """Seconds that the test has let pass."""
        return self.elapsed

    def advance(self, duration: timedelta | None = None, /, **parts: float) -> None:
        """Let time pass: ``advance(hours=1)``, or a timedelta."""
        step = duration if duration is not None else timedelta(**parts)
        self.moment += step
        self.elapsed += step.total_seconds()

    def set(self, moment: datetime) -> None:
        """Correct the time of day, backwards too; the stopwatch doesn't notice."""
        self.moment = moment


@dataclass(slots=True)
class SeededEntropy:
    """Bytes that follow from a seed and from nothing else; the same from any thread."""

    seed: str = "riik"
    _taken: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def bytes(self, count: int) -> bytes:
        """The next bytes of the stream: SHA-256 of the seed and a counter."""
        with self._lock:
            blocks = -(-count // 32)
            first, self._taken = self._taken, self._taken + blocks
        numbers = range(first, first + blocks)
        stream = b"".join(sha256(f"{self.seed}/{n}".encode()).digest() for n in numbers)
        return stream[:count]


@dataclass(frozen=True, slots=True)
class ImmediateThread:
    """Runs at once, in the caller's own thread: a test sees its order."""

    async def __call__(self, action: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Call ``action`` and answer what it answers."""
        return action(*args, **kwargs)
