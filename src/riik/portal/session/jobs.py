"""What sessions do by the clock: forget those that are over, and all that goes with them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from riik.core import Clock, Database, InThread, Work

__all__ = ["SWEEP_EVERY", "SweepStore", "sweeper"]

SWEEP_EVERY: Final = timedelta(minutes=10)

# Sessions that are over stay so long, for the answers of pages that are still open; so do forms
# that were done, for who sends one again.
KEPT: Final = timedelta(hours=24)


class SweepStore(Protocol):
    """What the sweeper needs; `store.SqlSessionStore` has it."""

    def sweep(self, *, at: datetime, before: datetime, work: Work) -> int: ...


def sweeper(
    store: SweepStore, *, database: Database, clock: Clock, in_thread: InThread
) -> Callable[[], Awaitable[None]]:
    """The job; running it twice, or in two processes at once, deletes nothing more."""

    def sweep() -> int:
        now = clock.now()
        with database.work() as work:
            return store.sweep(at=now, before=now - KEPT, work=work)

    async def run() -> None:
        await in_thread(sweep)

    return run
