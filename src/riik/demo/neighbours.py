"""Neighbours: people who apply while a visitor looks around, so that officials have work.

They do what anybody does, through the same pages' addresses with their own cards; what their
registers hold makes an official decide. Once in a country's life: its folder remembers.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from riik.core import RiikError
from riik.demo.browser import Browser
from riik.demo.country import Birth
from riik.demo.journey import Journey
from riik.demo.population.births import HOSPITAL, register_birth
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

    Before them children are born, for whose parents something is offered. Whoever meets an outage
    stops; the next start goes on.
    """
    applied = running.folder / APPLIED
    done = set((Disk().read(applied) or b"").decode().split())
    born = {one.id: partial(register_birth, running, one) for one in _born(running)}
    apply = {name: partial(_apply, running, name) for name in running.country.neighbours}
    for name, does in (born | apply).items():
        if name in done:
            continue
        try:
            await does()
        except RiikError as error:
            tell(f"{name} could not apply: {error}" if name in apply else f"no birth: {error}")
            return
        done.add(name)
        Disk().write(applied, " ".join(sorted(done)).encode())


def _born(running: Demonstration) -> Sequence[Birth]:
    """The children of this country, where there is a hospital that tells of them."""
    return running.country.newborns if HOSPITAL in running.country.members else ()


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
