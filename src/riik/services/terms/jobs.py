"""What the clock does in cases: every few seconds, what has come due."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from riik.core import InThread
from riik.services.terms.waiting import Waits

__all__ = ["TICK_EVERY", "ticker"]

TICK_EVERY = timedelta(seconds=5)


def ticker(waits: Waits, *, in_thread: InThread) -> Callable[[], Awaitable[None]]:
    """Lets times that have come do what they do."""

    async def tick() -> None:
        await in_thread(waits.tick)

    return tick
