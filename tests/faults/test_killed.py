"""A node is killed in the middle of a case and started again: nothing is lost or done twice.

Each organisation runs as a process of its own, as it would on a machine of its own.
"""

import asyncio
import sys

import pytest
from tests.faults.house import post, settle, until_signature
from tests.journeys.house import balance, right_of, running, until, visit

from riik.core import Unavailable
from riik.node import build, read_config

pytestmark = [pytest.mark.anyio, pytest.mark.full, pytest.mark.timeout(180)]

FEE = 2300
LEASES = 90.0
"""Seconds: what a killed worker had taken is free again after 30."""
EVENTS = ["opened", "submitted", "signed", "fee-owed", "fee-paid", "proposed", "decided"]


@pytest.fixture(scope="module")
async def apart(tmp_path_factory):
    """The country with a process for each node; two databases are read from here as well."""
    async with running(tmp_path_factory.mktemp("apart"), processes=True) as country:
        for role in ("transport", "bank"):
            country.nodes[role] = build(read_config(country.folder / role / "node.toml"))
        yield country


@pytest.fixture
def before(apart):
    """What Mari has on her account, and how often her right to drive was changed."""
    mari = apart.holder("mari").code
    return balance(apart, mari), len(right_of(apart, mari))


async def kill(country, role):
    """kill -9."""
    process = country.processes[role]
    process.kill()
    await process.wait()


async def restart(country, role):
    """Start the node again, as its operator would."""
    file = country.folder / role / "node.toml"
    country.processes[role] = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "riik.cli", "node", "serve", str(file), "--demonstration"
    )


async def reached(journey, kind):
    """True once this has happened in the case."""
    await journey.refresh()
    return kind in [event["kind"] for event in journey.result.status.get("events", ())] or None


async def ended(journey):
    """True once nothing is left to do."""
    await journey.refresh()
    return journey.next_step == "none" or None


def check_done_once(country, journey, before):
    """One licence, one fee, one decision, one notice."""
    mari = country.holder("mari").code
    assert journey.result.outcome == "granted"
    assert [event["kind"] for event in journey.result.status["events"]] == EVENTS
    papers = [one["name"] for one in journey.result.status["documents"]]
    assert papers == ["application.asice", "decision.pdf"]
    assert before[0] - balance(country, mari) == FEE
    assert len(right_of(country, mari)) == before[1] + 1


async def test_the_provider_dies_before_the_payment(apart, before):
    async with visit(apart, "mari") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        await post(journey, "signature", {"value": value})
        await kill(apart, "transport")
        await journey.refresh()
        assert journey.result.outcome == "waiting-for-provider"
        await restart(apart, "transport")
        await until(lambda: reached(journey, "fee-owed"))
        await journey.pay()
        await until(lambda: ended(journey), seconds=LEASES)
    check_done_once(apart, journey, before)


async def test_the_provider_dies_while_the_signature_is_taken(apart, before):
    async with visit(apart, "mari") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        await kill(apart, "transport")
        status = await post(journey, "signature", {"value": value})
        assert status["state"] == "waiting-for-provider"
        await restart(apart, "transport")
        await until(lambda: reached(journey, "fee-owed"))
        await journey.pay()
        await until(lambda: ended(journey), seconds=LEASES)
    check_done_once(apart, journey, before)


async def test_the_provider_dies_while_it_decides(apart, before):
    async with visit(apart, "mari") as journey:
        order = await to_pay(journey)
        await settle(journey, order)
        await until(lambda: reached(journey, "fee-paid"))
        await kill(apart, "transport")
        await restart(apart, "transport")
        await until(lambda: ended(journey), seconds=LEASES)
        case = journey.result.status["case"]
        notices = await journey.browser.get(f"{journey.portal}/v1/notices")
    check_done_once(apart, journey, before)
    assert [notice["case"] for notice in notices].count(case) == 1


async def test_the_bank_dies_after_the_payment_and_tells_of_it_later(apart, before):
    async with visit(apart, "mari") as journey:
        order = await to_pay(journey)
        await kill(apart, "transport")
        await settle(journey, order)
        await kill(apart, "bank")
        await restart(apart, "transport")
        await restart(apart, "bank")
        await until(lambda: ended(journey), seconds=LEASES)
    check_done_once(apart, journey, before)


async def test_the_portal_dies_and_keeps_the_session_and_what_waits(apart, before):
    async with visit(apart, "mari") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        await kill(apart, "transport")
        await post(journey, "signature", {"value": value})
        await kill(apart, "portal")
        await restart(apart, "portal")
        await restart(apart, "transport")
        await until(lambda: portal_answers(journey))
        await until(lambda: reached(journey, "fee-owed"))
        await journey.pay()
        await until(lambda: ended(journey), seconds=LEASES)
    check_done_once(apart, journey, before)


async def to_pay(journey):
    """Go as far as the bank's order."""
    value = await journey.browser.signature(await until_signature(journey))
    await post(journey, "signature", {"value": value})
    return (await post(journey, "payment", {}))["payment"]


async def portal_answers(journey):
    """True once the portal's port is open again."""
    try:
        await journey.refresh()
    except Unavailable:
        return None
    return True
