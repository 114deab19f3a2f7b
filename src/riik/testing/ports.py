"""The outside world for tests: a clock that stands, entropy from a seed, a disk that fails.

Each replaces one port and nothing else. Given the same seed, a test sees the same bytes;
time passes only when the test says so.
"""

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from riik.runtime.files import Disk

__all__ = ["FaultyDisk", "ImmediateThread", "SeededEntropy", "StandingClock"]

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


class FaultyDisk(Disk):
    """A disk on which the n-th operation fails, as a full or broken one does.

    Operations are counted from 1 over writes, flushes, names and folder flushes, so that a
    test can fail at each in turn until none is left.
    """

    def __init__(self, *, fail_at: int | None = None, error: int = errno.ENOSPC) -> None:
        """Fail at the ``fail_at``-th operation and ever after, with this errno."""
        self.fail_at = fail_at
        self.operations = 0
        self._error = error

    def repair(self) -> None:
        """Fail no more."""
        self.fail_at = None

    def write_all(self, handle: int, content: bytes) -> None:
        """Write half of it, then fail, as a full disk does."""
        if self._fails():
            super().write_all(handle, content[: len(content) // 2])
            raise self._failure()
        super().write_all(handle, content)

    def flush(self, handle: int) -> None:
        """Flush a file, or fail."""
        self._count()
        super().flush(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Rename a file, or fail."""
        self._count()
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        """Name a file, or fail."""
        self._count()
        super().link(source, target)

    def flush_folder(self, folder: Path) -> None:
        """Flush a folder, or fail."""
        self._count()
        super().flush_folder(folder)

    def _count(self) -> None:
        if self._fails():
            raise self._failure()

    def _fails(self) -> bool:
        self.operations += 1
        return self.fail_at is not None and self.operations >= self.fail_at

    def _failure(self) -> OSError:
        return OSError(self._error, os.strerror(self._error))
