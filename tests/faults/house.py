"""What goes wrong: ports that close, cards that are stopped, statements that say something else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from riik.core import KeyId, PersonCode, ServiceId
from riik.demo.browser import Browser, Page
from riik.demo.journey import Journey
from riik.demo.running import Demonstration
from riik.exchange import Answer, Call
from riik.identity import Actor, Channel, Reason
from riik.login import Level, Statement
from riik.login.statements import sign_statement

OFFICER = Actor(person=PersonCode("EE47101010033"), channel=Channel.DESK, officer=True)


@asynccontextmanager
async def closed_exchange(country: Demonstration, role: str) -> AsyncIterator[None]:
    """A node whose ports for other servers are closed for a while."""
    node = country.nodes[role]
    await node.close_exchange()
    try:
        yield
    finally:
        await node.open_exchange()


@asynccontextmanager
async def closed_door(country: Demonstration, role: str) -> AsyncIterator[None]:
    """A node whose public port is closed for a while: the trust centre's is OCSP and TSA."""
    node = country.nodes[role]
    await node.close_door()
    try:
        yield
    finally:
        await node.open_door()


@asynccontextmanager
async def suspended(country: Demonstration, who: str) -> AsyncIterator[None]:
    """Somebody's card is stopped for a while."""
    identity, code = country.nodes["identity"].parts.identity, country.holder(who).code
    [document] = await identity.suspend(code, reason=Reason.LOST, by=OFFICER)
    try:
        yield
    finally:
        await identity.resume(code, number=document.number, reason=Reason.FOUND, by=OFFICER)


@asynccontextmanager
async def at_home(country: Demonstration, who: str) -> AsyncIterator[Browser]:
    """Somebody's browser with their card in the reader."""
    async with Browser(country.holder(who), country.folder / "cards") as browser:
        yield browser


async def until_signature(journey: Journey) -> dict[str, str]:
    """Go as far as the application that is laid out for the card."""
    await journey.sign_in()
    await journey.start()
    await journey.answer()
    await post(journey, "submission", {"certificate": journey.browser.certificate()})
    return dict(journey.result.status["signature"])


async def post(journey: Journey, step: str, content: dict[str, Any]) -> dict[str, Any]:
    """Take one step of the journey's case."""
    case = journey.result.status["case"]
    url = f"{journey.portal}/v1/cases/{case}/{step}"
    journey.result.status = await journey.browser.post(url, content)
    return journey.result.status


async def settle(journey: Journey, order: dict[str, str]) -> Page:
    """Pay the bank's order on its website, with the card; answers the page at the end."""
    return await journey.browser.submit(await journey.browser.visit(order["url"]))


def stated(country: Demonstration, who: str, **said: Any) -> str:
    """A statement with login's own key; ``said`` has its case, and what is otherwise in it."""
    node, now = country.nodes["authority"], datetime.now(UTC)
    statement = Statement(
        issuer=country.country.members["authority"].id,
        person=country.holder(who).code,
        represented=None,
        role=None,
        audience=country.country.members["transport"].id,
        relying=country.country.members["portal"].id,
        level=Level.HIGH,
        methods=("id-card",),
        case="",
        purpose=None,
        issued_at=now,
        expires_at=now + timedelta(minutes=15),
        id="statement-of-a-test",
    )
    return sign_statement(
        replace(statement, **said),
        signer=node.base.keys.signer(KeyId(str(node.base.config.member), "statements")),
        certificates=[node.base.certificate("statements"), node.base.certificate("issuing")],
    )


def question(country: Demonstration, who: str, *, case: str, **other: Any) -> Call:
    """The Transport Administration's question to the population register, as it should be."""
    holder = country.holder(who)
    call = Call(
        client=country.country.client("transport", "services"),
        service=ServiceId(country.country.client("interior", "population"), "person"),
        query="fields=given_names",
        purpose="driving-licence-renewal",
        legal_basis="Liiklusseadus",
        subject=holder.code,
        authority=stated(country, who, case=case),
        user=holder.code,
        issue=case,
    )
    return replace(call, **other)


async def ask(country: Demonstration, call: Call, *, role: str = "transport") -> Answer:
    """Ask through a member's own security server."""
    return await country.nodes[role].exchange.call(call)
