"""A provider's sandbox: a small country of synthetic people in which its services run.

Everything is founded anew at each start and may be broken freely. A person of the stories goes
through each service as far as the folder's own first test says; an outage shows what the portal
does with a provider that falls silent.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from riik.core import Refused
from riik.demo.browser import Browser
from riik.demo.country import read_country
from riik.demo.joining.place import Joining
from riik.demo.journey import Journey, Step
from riik.demo.loop import until_stopped
from riik.demo.running import Demonstration, open_demonstration
from riik.portal import check_decisions
from riik.runtime.clock import SystemClock
from riik.services import read_cases

__all__ = ["Trial", "try_provider"]

COUNTRY: Final = "ee"
RESIDENTS: Final = 40
PATIENCE: Final = 120.0
ENDED: Final = ("granted", "refused")


class SandboxSlow(Refused):
    """Something that had to come did not, for a long time."""

    code = "demo.sandbox-slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried.

    Attributes:
        joining: Who joins.
        state: Where the small country is; it is forgotten first.
        person: Who of the stories applies.
        once: End after the journeys.
        outage: Let the provider fall silent and come back.
        listen: Every how many seconds the portal asks whether it is there.
        tell: A line of progress.
        show: A line of the result.
    """

    joining: Joining
    state: Path
    person: str
    once: bool
    outage: bool
    listen: int
    tell: Callable[[str], None]
    show: Callable[[str], None]


async def try_provider(trial: Trial) -> bool:
    """Found the country, go through each service, perhaps fall silent; whether all ended.

    Raises:
        ProviderRefused: What is asked of registers can't be granted.
    """
    joining = trial.joining
    # What can't be granted is told before anything is founded.
    joining.rights(COUNTRY)
    running = await open_demonstration(
        COUNTRY,
        trial.state,
        fresh=True,
        residents=RESIDENTS,
        members=joining.members(read_country(COUNTRY)),
        joining=joining,
        listen=trial.listen,
        tell=trial.tell,
    )
    try:
        good = True
        for service in joining.provider.services:
            good = await _go_through(running, trial, service) and good
        if trial.outage:
            good = await _fall_silent(running, trial) and good
        if not trial.once:
            _addresses(running, trial)
            await until_stopped()
    finally:
        await running.close()
    return good


async def _go_through(running: Demonstration, trial: Trial, service: str) -> bool:
    """One person through one service; the provider's own clerk decides where rules don't."""
    trial.show(f"\n{service}, {trial.person}")

    def step(one: Step) -> None:
        detail = f": {one.detail}" if one.detail else ""
        trial.show(f"{one.seconds * 1000:7.0f} ms  {one.title}{detail}")

    async with Browser(running.holder(trial.person), running.folder / "cards") as browser:
        journey = _journey(running, browser, service, step, answers=_answers(trial, service))
        await journey.run()
        if journey.next_step == "review":
            await _decide(running, trial, journey, step)
            await journey.wait()
            await journey.collect()
    papers = ", ".join(journey.result.files) or "none"
    trial.show(f"The case is {journey.result.outcome}. Papers: {papers}.")
    return journey.result.outcome in ENDED


def _journey(
    running: Demonstration,
    browser: Browser,
    service: str,
    step: Callable[[Step], None],
    *,
    answers: Mapping[str, Any],
) -> Journey:
    return Journey(
        country=running.country,
        places=running.places,
        browser=browser,
        clock=SystemClock().monotonic,
        tell=step,
        answers=answers,
        service=service,
        language=running.country.profile_language,
    )


async def _decide(
    running: Demonstration, trial: Trial, journey: Journey, step: Callable[[Step], None]
) -> None:
    [clerk] = [one for one in running.holders if trial.joining.provider.role in one.official]
    async with Browser(clerk, running.folder / "cards") as desk:
        official = _journey(running, desk, journey.service, step, answers={})
        case = journey.result.status["case"]
        role = trial.joining.provider.role
        await official.review(role, case, {"outcome": "grant", "grounds": []})


def _answers(trial: Trial, service: str) -> Mapping[str, Any]:
    """What the folder's first test that is not refused answers."""
    provider = trial.joining.provider
    definition = provider.services[service]
    cases = read_cases(provider.files[f"services/{service}"], definition=definition)
    usual = next((one for one in cases if one.outcome != "refuse"), cases[0] if cases else None)
    return dict(usual.known["answers"]) if usual is not None else {}


async def _fall_silent(running: Demonstration, trial: Trial) -> bool:
    """Close the provider's port until the portal suspends it, open it until it is back."""
    role = trial.joining.provider.role
    node, portal = running.nodes[role], running.places["portal"].origin
    service = next(iter(trial.joining.provider.services))
    async with Browser(running.holder(trial.person), running.folder / "cards") as browser:

        async def offered() -> bool:
            page = await browser.fetch(f"{portal}/services/{service}?lang=en")
            return f"/services/{service}/start".encode() in page

        trial.show(f"\n{role} falls silent: its port for others is closed.")
        await node.close_exchange()
        await _until(offered, False)
        trial.show("The portal does not offer its services any longer.")
        await node.open_exchange()
        trial.show(f"{role} answers again.")
        await _until(offered, True)
        trial.show("The portal offers them again, by itself.")
        sealed = (await browser.fetch(f"{portal}/providers/decisions.jws")).decode().split()
    key = running.nodes["portal"].base.signer("seal").public_key
    told = check_decisions(sealed, key=key)
    for one in told:
        trial.show(f"  decision {one['number']}: {one['provider']} {one['decision']}, {one['at']}")
    return [one["decision"] for one in told][-2:] == ["suspended", "offered-again"]


async def _until(question: Callable[[], Any], wanted: bool) -> None:
    began = SystemClock().monotonic()
    while await question() is not wanted:
        if SystemClock().monotonic() - began > PATIENCE:
            raise SandboxSlow("the portal does not see it", why="slow")
        await asyncio.sleep(0.5)


def _addresses(running: Demonstration, trial: Trial) -> None:
    role = trial.joining.provider.role
    trial.show("\nServing until Ctrl-C. Break it freely: every start founds it anew.")
    trial.show(f"  the portal          {running.places['portal'].origin}")
    trial.show(f"  your desk           {running.places[role].origin}/desk")
    trial.show(f"  your node, operated {running.places[role].origin}/operator")
    trial.show(f"  who offers what     {running.places['portal'].origin}/providers")
    trial.show(f"  everyone's cards    {running.card}")
    for holder in running.holders:
        office = f", decides at {', '.join(holder.official)}" if holder.official else ""
        trial.show(
            f"  {holder.id:8} {holder.name:22} PIN1 {holder.pin1}  PIN2 {holder.pin2}{office}"
        )
