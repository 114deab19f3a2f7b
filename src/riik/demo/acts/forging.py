"""Change a log entry: everything in the clinic's database agrees, and the witness remembers."""

import asyncio
from base64 import b64decode, b64encode
from typing import Any

import aiohttp

from riik.core import RiikError
from riik.demo.acts import store
from riik.demo.acts.client import TRAVELLER, at_home, kept_looks, node_status
from riik.demo.acts.model import ActRefused, Line, Outcome
from riik.demo.configuration import log_origin
from riik.demo.running import Demonstration
from riik.node import read_config
from riik.portal.design.texts import later
from riik.transparency import Proof, VerifierKey, verify_file

__all__ = ["mend", "rewrite"]

REGISTER = "medical-certificates"
WAITS, PAUSE = 24, 0.5
ROUND = 1.5
"""Seconds in which a log's sequencer ends what it began."""


async def rewrite(running: Demonstration) -> Outcome:
    """Let the newest look at somebody's certificate never have happened."""
    if await asyncio.to_thread(store.rewritten, running.folder) is not None:
        raise ActRefused("the log is rewritten already", why="done")
    receipt, count = await _newest(running)
    await _noticed(running)  # As the person would: the portal remembers the head that it saw.
    position = Proof.parse(receipt).index
    kept = await asyncio.to_thread(store.rewrite, running.folder, position)
    published = await _published(running, until=False)
    remembered = await _remembered(running)
    gone = count - len(await _looks(running))
    noticed = await _noticed(running)
    values = _values(running) | {"position": position, "count": gone}
    forged = b64encode(kept.forged).decode()
    refused = not published and remembered not in ("", forged)
    state = [
        Line(later("The clinic’s own program noticed nothing: it signed the new tree head.")),
        Line(
            later(
                "{witness} refused to countersign it. It remembers another root for the same log: "
                "{remembered}…, not {forged}…"
            ),
            "yes" if refused else "no",
            {**values, "remembered": remembered[:12], "forged": forged[:12]},
        ),
        Line(
            later(
                "Without the countersignature nothing is published: the log stands still, "
                "and no new receipt can be given."
            ),
            "yes" if not published else "no",
        ),
        _old_receipt(running, receipt),
        Line(
            later(
                "{person}’s page “Who looked” says that {clinic}’s log was changed: it does not "
                "go on from the head that the portal remembers."
            ),
            "yes" if noticed else "no",
            values,
        ),
    ]
    return _rewritten(running, values, state=state, held=refused and noticed)


async def mend(running: Demonstration) -> Outcome:
    """Put the entry back."""
    kept = await asyncio.to_thread(store.rewritten, running.folder)
    if kept is None:
        raise ActRefused("nothing was rewritten", why="nothing")
    await asyncio.to_thread(store.mend, running.folder, kept)
    # The clinic's program may be asking the witness about the forged head just now, and would
    # keep it afterwards: once its round is over, the same is done again.
    await asyncio.sleep(ROUND)
    await asyncio.to_thread(store.mend, running.folder, kept)
    await asyncio.to_thread(store.forget, running.folder)
    published = await _published(running, until=True)
    looks = await _looks(running)
    whole = published and any(one.get("disclosure") for one in looks)
    values = _values(running) | {"position": kept.position}
    return Outcome(
        did=[Line(later("Entry {position} of {clinic}’s log is what it was."), values=values)],
        state=[
            Line(
                later("{witness} countersigns again: the log continues what it remembers."),
                "yes" if published else "no",
                values,
            ),
            Line(
                later("{person} sees the look again, with a receipt that fits."),
                "yes" if whole else "no",
                values,
            ),
            Line(
                later(
                    "{witness} keeps the forged tree head, signed by the clinic: evidence for good."
                ),
                "yes",
                values,
            ),
        ],
        see=[Line(later("The witness, on the status page."), href="/status#witness")],
        held=whole,
    )


def _rewritten(
    running: Demonstration, values: dict[str, Any], *, state: list[Line], held: bool
) -> Outcome:
    return Outcome(
        did=[
            Line(
                later(
                    "Entry {position} of {clinic}’s log is another now, and {person} no longer "
                    "sees that look."
                ),
                values=values,
            )
        ],
        state=state,
        see=[
            Line(
                later("Be {person} and open “Who looked”: it names the changed log."),
                values=values,
                href=f"{running.places['portal'].origin}/looks",
            ),
            Line(
                later("The clinic’s published tree head: there is none."),
                href=f"{running.places[store.KEEPER].origin}/checkpoint",
            ),
            Line(later("The witness, on the status page."), href="/status#witness"),
            Line(later("Put the entry back, here.")),
        ],
        held=held,
    )


def _values(running: Demonstration) -> dict[str, Any]:
    members = running.country.members
    return {
        "clinic": members[store.KEEPER].names,
        "witness": members["witness"].names,
        "person": running.holder(TRAVELLER).name,
    }


async def _looks(running: Demonstration) -> list[dict[str, Any]]:
    async with at_home(running, TRAVELLER) as browser:
        await browser.enter(running.places["portal"].origin)
        return await kept_looks(running, browser, REGISTER)


async def _noticed(running: Demonstration) -> bool:
    """Whether the person's page names the clinic's log as changed."""
    clinic = running.country.members[store.KEEPER].names.values()
    async with at_home(running, TRAVELLER) as browser:
        await browser.enter(running.places["portal"].origin)
        found = await browser.get(f"{running.places['portal'].origin}/v1/mine/looks")
    changed = [one["organisation"] for one in found["logs"] if one["standing"] == "changed"]
    return any(name in clinic for name in changed)


async def _newest(running: Demonstration) -> tuple[bytes, int]:
    """The receipt of the newest look at the person's certificate, and how many looks there are.

    Raises:
        ActRefused: For ``no-look``: nobody has looked, or no receipt has come yet.
    """
    looks = await _looks(running)
    proved = [one for one in looks if one["disclosure"]]
    if not proved:
        raise ActRefused("there is no look to remove yet", why="no-look")
    newest = max(proved, key=lambda one: str(one["access"]["at"]))
    return b64decode(newest["disclosure"]), len(looks)


async def _published(running: Demonstration, *, until: bool) -> bool:
    """Whether the clinic has a published tree head; waits for it to come, or not to come."""
    url = f"{running.places[store.KEEPER].origin}/checkpoint"
    limit = aiohttp.ClientTimeout(total=3)
    found = False
    # A head that should not come gets the time in which it would have come.
    async with aiohttp.ClientSession(timeout=limit) as http:
        for _ in range(WAITS if until else WAITS // 4):
            try:
                async with http.get(url) as answer:
                    found = answer.status == 200
            except (aiohttp.ClientError, TimeoutError):
                found = False
            if found:
                break
            await asyncio.sleep(PAUSE)
    return found


async def _remembered(running: Demonstration) -> str:
    """The root that the witness cosigned last for the clinic's log; empty when it is silent."""
    origin = log_origin(running.country, store.KEEPER)
    told = await node_status(running, "witness") or {}
    roots = [one["root"] for one in told.get("watches", ()) if one["origin"] == origin]
    return str(roots[0]) if roots else ""


def _old_receipt(running: Demonstration, receipt: bytes) -> Line:
    """Does the receipt that the person had taken home still prove the look?"""
    values = _values(running)
    try:
        verify_file(receipt, **_keys(running))
    except RiikError:
        return Line(later("{person}’s old receipt does not fit."), "no", values)
    return Line(
        later(
            "{person}’s old receipt still proves the look to anyone: clinic and "
            "witness had signed it."
        ),
        "yes",
        values,
    )


def _keys(running: Demonstration) -> dict[str, Any]:
    witness = read_config(running.folder / "witness" / "node.toml").file.witness
    keeper = read_config(running.folder / store.KEEPER / "node.toml").file.log
    if witness is None or keeper is None:
        raise AssertionError("the country has a witness, and the clinic a log")
    origin = log_origin(running.country, store.KEEPER)
    return {
        "log": VerifierKey.parse(dict(witness.logs)[origin]),
        "witnesses": (VerifierKey.parse(keeper.witness_key),),
    }
