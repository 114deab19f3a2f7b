"""What login does by the clock: end sessions that are over, forget what nobody needs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from riik.login.component import Login

__all__ = ["SWEEP_EVERY", "sweeper"]

SWEEP_EVERY: Final = timedelta(minutes=1)

# Used codes stay as long as a stolen one may still be shown; failures as long as they count.
KEPT: Final = timedelta(hours=1)


def sweeper(login: Login) -> Callable[[], Awaitable[None]]:
    """The job; running it twice, or in two processes at once, ends and deletes nothing more."""

    def sweep() -> int:
        with login.database.work() as work:
            return login.store.sweep(before=login.clock.now() - KEPT, work=work)

    async def run() -> None:
        while await login.in_thread(login.expire):
            pass
        await login.in_thread(sweep)

    return run
