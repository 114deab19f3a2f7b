"""What the clock does in cases: what has come due, the law's day, the end of keeping."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from riik.core import InThread
from riik.services.terms.erasing import Erasing
from riik.services.terms.handing import HAND_OVER, Handing
from riik.services.terms.waiting import Waits
from riik.services.terms.watching import Watch

__all__ = [
    "ERASE_EVERY",
    "TICK_EVERY",
    "WATCH_EVERY",
    "alarm",
    "carrier",
    "eraser",
    "ticker",
    "watcher",
]

TICK_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(minutes=1)
ERASE_EVERY = timedelta(hours=6)

Job = Callable[[], Awaitable[None]]


def carrier(handing: Handing) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic: brings cases to other organisations."""

    async def deliver(payload: bytes) -> None:
        await handing.deliver(payload.decode())

    return {HAND_OVER: deliver}


def alarm(handing: Handing, *, in_thread: InThread, tell: Callable[[float], None]) -> Job:
    """Fails while a hand-over waits too long, so that whoever watches the jobs sees it."""

    async def check() -> None:
        tell(await in_thread(handing.check_age))

    return check


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
