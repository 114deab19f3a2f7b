"""One demonstration country for many tests: its people at their browsers, its nodes' own records."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from riik.core import PersonCode
from riik.demo.browser import Browser
from riik.demo.journey import Journey
from riik.demo.running import Demonstration, open_demonstration
from riik.transparency import VerifierKey

RESIDENTS = 12
PATIENCE = 30.0
SHIFT = 1_000 + os.getpid() % 500 * 40
"""Ports of this test process: a port that a test closes for a while is nobody else's meanwhile."""

LICENCE = {
    "reason": "lost",
    "photo": "identity-document",
    "speed": "standard",
    "delivery": "post",
}
COURSE = {"category": "A", "language": "et"}

T = TypeVar("T")


@asynccontextmanager
async def running(folder: Path, profile: str = "ee", **more: Any) -> AsyncIterator[Demonstration]:
    """A small country of its own; ``members`` names whom it needs besides the nation's own."""
    usual = {"residents": RESIDENTS, "shift": SHIFT, "patience": int(PATIENCE)}
    country = await open_demonstration(profile, folder, tell=lambda _line: None, **(usual | more))
    try:
        yield country
    finally:
        await country.close()


@asynccontextmanager
async def visit(
    country: Demonstration,
    who: str,
    *,
    service: str = "",
    answers: Mapping[str, Any] = LICENCE,
    person: str = "",
) -> AsyncIterator[Journey]:
    """Somebody at their computer, not signed in yet."""
    async with Browser(country.holder(who), country.folder / "cards") as browser:
        yield Journey(
            country=country.country,
            places=country.places,
            browser=browser,
            clock=time.monotonic,
            tell=lambda _step: None,
            answers=answers,
            service=service or country.country.service,
            language=country.country.profile_language,
            person=country.holder(person).code if person else "",
        )


@dataclass(frozen=True, slots=True)
class Lived:
    """A journey that ended, as the person can see it.

    Attributes:
        code: Who lived it.
        status: The case at the end.
        files: What the person took home.
        looks: Looks of this case with their receipts, by register.
        notices: What the inbox holds of this case.
    """

    code: PersonCode
    status: Mapping[str, Any]
    files: Mapping[str, bytes]
    looks: Mapping[str, list[dict[str, Any]]]
    notices: list[dict[str, Any]]

    @property
    def case(self) -> str:
        """The case's id."""
        return str(self.status["case"])

    @property
    def events(self) -> list[str]:
        """What happened in the case, in order."""
        return [event["kind"] for event in self.status["events"]]

    @property
    def grounds(self) -> list[str]:
        """What stood against it."""
        return [ground["code"] for ground in self.status["grounds"]]


async def live(country: Demonstration, who: str, **how: Any) -> Lived:
    """Go the whole way, then see what the state tells of it."""
    async with visit(country, who, **how) as journey:
        await journey.run()
        return await told(journey)


async def told(journey: Journey) -> Lived:
    """What a journey left."""
    case = journey.result.status["case"]
    looks = {
        register: await looks_of(journey, register, case=case)
        for register in journey.country.registers
    }
    notices = await journey.browser.get(f"{journey.portal}/v1/notices")
    return Lived(
        code=journey.browser.holder.code,
        status=journey.result.status,
        files=journey.result.files,
        looks=looks,
        notices=[notice for notice in notices if notice["case"] == case],
    )


async def looks_of(journey: Journey, register: str, *, case: str) -> list[dict[str, Any]]:
    """The looks of one case at one register, once all have their receipts."""
    address = f"{journey.portal}/v1/looks/{list(journey.country.registers).index(register)}/proofs"

    async def proved() -> list[dict[str, Any]] | None:
        found = (await journey.browser.get(address))["proofs"]
        ours = [one for one in found if one["access"].get("case") == case]
        return ours if all(one["disclosure"] for one in ours) else None

    return await until(proved)


async def until(question: Callable[[], Awaitable[T | None]], *, seconds: float = PATIENCE) -> T:
    """Ask again and again until there is an answer."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found = await question()
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing happened in {seconds:.0f} seconds")


def balance(country: Demonstration, code: PersonCode) -> int:
    """What is on somebody's account, in minor units."""
    node = country.nodes["bank"]
    bank = node.parts.bank
    with node.base.database.read() as work:
        account = bank.store.account_of(bank.vault.find(code), work=work)
        return bank.store.balance(account.iban, work=work)


def right_of(country: Demonstration, code: PersonCode) -> list[Any]:
    """Every signed change of somebody's right to drive, oldest first."""
    [chain] = country.nodes["transport"].parts.registers.history("driving-rights", code)
    return list(chain)


def log_keys(country: Demonstration, role: str) -> dict[str, Any]:
    """What a person needs to check receipts of one member: the keys others were told."""
    logs = country.nodes["witness"].base.config.file.witness.logs
    section = country.nodes[role].base.config.file.log
    return {
        "log": VerifierKey.parse(logs[section.origin]),
        "witnesses": [VerifierKey.parse(section.witness_key)],
        "threshold": 1,
    }
