"""How acts ask: over a member's own security server, and as people with their browsers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from riik.core import Refused, Unavailable
from riik.demo.browser import Browser
from riik.demo.journey import Journey
from riik.demo.running import Demonstration, server_of
from riik.demo.storytelling import read_story
from riik.runtime.clock import SystemClock

__all__ = [
    "CITIZEN",
    "TRAVELLER",
    "at_home",
    "journey",
    "kept_looks",
    "node_status",
    "position_of",
    "server_of",
    "verdict",
]

CITIZEN: Final = "mari"
"""Whom a visitor may be: behind the door of citizens."""

TRAVELLER: Final = "piret"
"""Whose licence is renewed at every start: of this person there are a case and looks at once."""

SECONDS = 3.0


@asynccontextmanager
async def at_home(running: Demonstration, who: str) -> AsyncIterator[Browser]:
    """Somebody of the stories at their computer, card in the reader."""
    async with Browser(running.holder(who), running.folder / "cards") as browser:
        yield browser


def journey(running: Demonstration, browser: Browser) -> Journey:
    """A licence renewal that a visitor lets somebody make."""
    return Journey(
        country=running.country,
        places=running.places,
        browser=browser,
        clock=SystemClock().monotonic,
        tell=lambda step: None,
        answers=read_story("driving-licence", "renewed")[1].answers,
        service=running.country.service,
        language=running.country.profile_language,
    )


async def position_of(running: Demonstration, browser: Browser, register: str) -> int:
    """The portal's number for a register.

    Raises:
        Refused: As `Browser.get`.
    """
    registers = await browser.get(f"{running.places['portal'].origin}/v1/registers")
    names = [one["client"].rpartition("/")[2] for one in registers]
    return names.index(register)


async def kept_looks(
    running: Demonstration, browser: Browser, register: str
) -> list[dict[str, Any]]:
    """The looks at the person's data that a register shows them, with their receipts."""
    place = await position_of(running, browser, register)
    page = await browser.get(f"{running.places['portal'].origin}/v1/looks/{place}/proofs")
    found: list[dict[str, Any]] = page["proofs"]
    return found


async def node_status(running: Demonstration, role: str) -> dict[str, Any] | None:
    """What a node tells anyone of itself; None from one that does not answer."""
    url = f"{running.places[role].origin}/status.json"
    limit = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit) as http, http.get(url) as answer:
            told: dict[str, Any] = await answer.json()
            return told
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


def verdict(error: Exception) -> str:
    """A refusal as its code and reason, such as ``exchange.access-denied: right``."""
    if isinstance(error, Refused | Unavailable):
        return f"{error.code}: {error.why}"
    return type(error).__name__
