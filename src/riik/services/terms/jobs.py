"""What the clock does in cases: what has come due, the law's day, the end of keeping."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from riik.core import InThread
from riik.services.terms.erasing import Erasing
from riik.services.terms.waiting import Waits
from riik.services.terms.watching import Watch

__all__ = ["ERASE_EVERY", "TICK_EVERY", "WATCH_EVERY", "eraser", "ticker", "watcher"]

TICK_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(minutes=1)
ERASE_EVERY = timedelta(hours=6)

Job = Callable[[], Awaitable[None]]


def ticker(waits: Waits, *, in_thread: InThread) -> Job:
    """Lets times that have come do what they do."""

    async def tick() -> None:
        await in_thread(waits.tick)

    return tick


def watcher(watch: Watch, *, in_thread: InThread) -> Job:
    """Tells leads before the law's day, and lets silence decide after it."""

    async def look() -> None:
        await in_thread(watch.tick)

    return look


def eraser(erasing: Erasing, *, in_thread: InThread) -> Job:
    """Erases what is kept no longer."""

    async def sweep() -> None:
        await in_thread(erasing.sweep)

    return sweep
