"""Neighbours: people who apply while a visitor looks around, so that officials have work.

They do what anybody does, through the same pages' addresses with their own cards; what their
registers hold makes an official decide. Once in a country's life: its folder remembers.
"""

from collections.abc import Callable
from typing import Final

from riik.core import RiikError
from riik.demo.browser import Browser
from riik.demo.journey import Journey
from riik.demo.running import Demonstration
from riik.runtime.clock import SystemClock
from riik.runtime.files import Disk

__all__ = ["neighbours_apply"]

APPLIED: Final = "neighbours"
ANSWERS: Final = {
    "reason": "expiring",
    "photo": "identity-document",
    "speed": "standard",
    "delivery": "post",
}


async def neighbours_apply(running: Demonstration, *, tell: Callable[[str], None]) -> None:
    """Let each neighbour apply, one after the other; a country in which they did stays as it is.

    Whoever meets an outage stops; the next start goes on.
    """
    applied = running.folder / APPLIED
    done = set((Disk().read(applied) or b"").decode().split())
    for neighbour in running.country.neighbours:
        if neighbour in done:
            continue
        try:
            await _apply(running, neighbour)
        except RiikError as error:
            tell(f"{neighbour} could not apply: {error}")
            return
        done.add(neighbour)
        Disk().write(applied, " ".join(sorted(done)).encode())


async def _apply(running: Demonstration, neighbour: str) -> None:
    async with Browser(running.holder(neighbour), running.folder / "cards") as browser:
        journey = Journey(
            country=running.country,
            places=running.places,
            browser=browser,
            clock=SystemClock().monotonic,
            tell=lambda _step: None,
            answers=ANSWERS,
            service=running.country.service,
            language=running.country.profile_language,
        )
        await journey.run()
