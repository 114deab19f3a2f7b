"""Unplug a register, kill a node: what stops, what goes on, what was kept meanwhile."""

import asyncio
from dataclasses import dataclass
from typing import Any

from riik.core import RiikError
from riik.demo.acts import device
from riik.demo.acts.client import at_home, journey, node_status, verdict
from riik.demo.acts.model import Line, Outcome
from riik.demo.journey import Journey
from riik.demo.running import Demonstration
from riik.portal.design.texts import later

__all__ = ["APPLICANT", "Killed", "kill", "plug", "start", "unplug"]

APPLICANT = "peeter"
WAITS, PAUSE = 60, 0.25
WAITING = "waiting-for-provider"


async def unplug(running: Demonstration, role: str) -> Outcome:
    """Close a register's port; somebody then begins an application."""
    await device.unplug(running, role)
    values = {
        "register": running.country.members[role].names,
        "person": running.holder(APPLICANT).name,
    }
    try:
        silent, state = await _begin(running)
    except RiikError as error:
        silent, state = [], verdict(error)
    waits = Line(
        later(
            "{person} began a licence application meanwhile. It was not stopped: what could not "
            "be asked is marked “an official will ask”. Facts like that: {count}."
        ),
        "yes",
        {**values, "count": len(silent)},
    )
    other = Line(
        later("{person} tried to begin a licence application: {state}."),
        "wait",
        {**values, "state": state},
    )
    return Outcome(
        did=[
            Line(later("The port of {register} for other organisations is closed."), values=values)
        ],
        state=[
            waits if silent else other,
            Line(
                later("All other organisations go on; none of them needs it for its own work."),
                "yes",
            ),
        ],
        see=[
            Line(later("On the map its edge is broken as soon as somebody asks it."), href="/"),
            Line(
                later("Apply for a licence yourself: the page says who could not be asked."),
                href=f"{running.places['portal'].origin}/",
            ),
        ],
    )


async def plug(running: Demonstration, role: str) -> Outcome:
    """Open the port again."""
    await device.plug(running, role)
    names = running.country.members[role].names
    told = await node_status(running, role)
    return Outcome(
        did=[Line(later("{register} is plugged in again."), values={"register": names})],
        state=[
            Line(
                later("It answers, with everything it had. Messages in its log: {count}."),
                "yes",
                {"count": told["messages"]},
            )
            if told
            else Line(later("It does not answer yet."), "wait")
        ],
        see=[Line(later("Every organisation answers on the status page."), href="/status")],
        held=told is not None,
    )


async def _begin(running: Demonstration) -> tuple[list[str], str]:
    """Begin an application; answers what could not be asked, and where the case stands."""
    async with at_home(running, APPLICANT) as browser:
        life = journey(running, browser)
        await life.sign_in()
        await life.start()
        facts = life.result.status.get("facts", ())
        silent = [one["need"] for one in facts if one["standing"] in ("silent", "unavailable")]
        return silent, life.result.outcome


@dataclass(slots=True)
class Killed:
    """What a node had when it was killed, and the application that was on its way to it.

    Attributes:
        messages: How many messages its log held.
        looks: How many looks its log of looks held.
        case: Number of the application, when there was one.
    """

    messages: int = 0
    looks: int = 0
    case: str = ""


async def kill(running: Demonstration, role: str, killed: Killed) -> Outcome:
    """Stop a node in the middle; before that, somebody signs what it should get."""
    names = running.country.members[role].names
    told = await node_status(running, role) or {}
    killed.messages = told.get("messages", 0)
    killed.looks = (told.get("log") or {}).get("size", 0)
    state: list[Line] = []
    if role == "transport":
        state.append(await _sign_and_kill(running, role, killed))
    else:
        await device.kill(running, role)
    silent = await node_status(running, role) is None
    state.append(
        Line(later("The others notice: it does not answer. They go on."), "yes" if silent else "no")
    )
    return Outcome(
        did=[Line(later("{node} was stopped in the middle of its work."), values={"node": names})],
        state=state,
        see=[
            Line(later("On the map and on the status page it is away."), href="/status"),
            Line(later("Start it again, here, and see what it still knows.")),
        ],
        held=silent,
    )


async def _sign_and_kill(running: Demonstration, role: str, killed: Killed) -> Line:
    values = {
        "person": running.holder(APPLICANT).name,
        "portal": running.country.members["portal"].names,
    }
    async with at_home(running, APPLICANT) as browser:
        life = journey(running, browser)
        try:
            await life.sign_in()
            await life.start()
            await life.answer()
            await _post(life, "submission", {"certificate": browser.certificate()})
            value = await browser.signature(life.result.status["signature"])
        finally:
            await device.kill(running, role)
        await _post(life, "signature", {"value": value})
        killed.case = str(life.result.status["case"])
        kept = life.result.outcome == WAITING
    if not kept:
        return Line(later("{person}’s signed application was not kept."), "no", values)
    return Line(
        later(
            "{person}’s signed application arrived too late. {portal} keeps it, "
            "sealed, and tries again."
        ),
        "yes",
        values,
    )


async def start(running: Demonstration, role: str, killed: Killed) -> Outcome:
    """Start the node again, and see what it still knows."""
    await device.start(running, role)
    names = running.country.members[role].names
    told = await node_status(running, role) or {}
    found = told.get("messages", 0)
    whole = found >= killed.messages
    state = [
        Line(
            later("Its log held {before} messages when it was killed; it holds {after} now."),
            "yes" if whole else "no",
            {"before": killed.messages, "after": found},
        )
    ]
    if told.get("log"):
        whole = whole and told["log"]["size"] >= killed.looks
        state.append(
            Line(
                later("Its log of looks held {before} looks; it holds {after}."),
                "yes" if told["log"]["size"] >= killed.looks else "no",
                {"before": killed.looks, "after": told["log"]["size"]},
            )
        )
    if killed.case:
        went_on = await _went_on(running, killed.case)
        whole = whole and went_on
        values = {"person": running.holder(APPLICANT).name}
        state.append(
            Line(
                later("{person}’s application arrived by itself; nobody was asked again."),
                "yes",
                values,
            )
            if went_on
            else Line(
                later("{person}’s application has not arrived yet; it is tried again."),
                "wait",
                values,
            )
        )
    return Outcome(
        did=[Line(later("{node} was started again from its files."), values={"node": names})],
        state=state,
        see=[Line(later("Every organisation answers on the status page."), href="/status")],
        held=whole,
    )


async def _went_on(running: Demonstration, case: str) -> bool:
    """Is the case with its provider again?"""
    async with at_home(running, APPLICANT) as browser:
        life = journey(running, browser)
        await life.sign_in()
        life.result.status = {"case": case}
        for _ in range(WAITS):
            try:
                await life.refresh()
            except RiikError:
                await asyncio.sleep(PAUSE)
                continue
            kinds = {event["kind"] for event in life.result.status.get("events", ())}
            if "signed" in kinds and life.result.outcome != WAITING:
                return True
            await asyncio.sleep(PAUSE)
    return False


async def _post(life: Journey, step: str, content: dict[str, Any]) -> None:
    case = life.result.status["case"]
    url = f"{life.portal}/v1/cases/{case}/{step}"
    life.result.status = await life.browser.post(url, content)
