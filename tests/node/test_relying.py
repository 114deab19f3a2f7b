"""The node as login's relying party: what login's refusals mean to who is signed in here."""

from datetime import UTC, datetime

import msgspec
import pytest

from riik.core import ClientId, MemberId, person_code
from riik.exchange import Answer
from riik.exchange.errors import ServiceFailed, ServiceRefused
from riik.login import Level
from riik.node.fillers.relying import RelyingParty
from riik.portal.session import SignedOut, Visitor

pytestmark = pytest.mark.anyio

MARI, CHILD = person_code("EE49001010001"), person_code("EE61511010002")
PORTAL = ClientId.parse("EE-DEMO/GOV/70001065/portal")
LOGIN = ClientId.parse("EE-DEMO/GOV/70001001/login")
TRANSPORT = ClientId(MemberId.parse("EE-DEMO/GOV/70001053"), "services")
VISITOR = Visitor(
    person=MARI,
    handle="handle",
    given_names="MARI",
    surname="MAASIKAS",
    birth_date="1990-01-01",
    level=Level.HIGH,
    method="idcard",
    sid="session",
    began_at=datetime(2026, 11, 23, tzinfo=UTC),
)


class Exchange:
    """The security server, with login's answer."""

    def __init__(self, status, **body):
        self.answer, self.asked = Answer(status=status, body=msgspec.json.encode(body)), []

    async def call(self, call):
        self.asked.append((call.service.service, msgspec.json.decode(call.body)))
        return self.answer


async def stated(exchange, person=MARI):
    """Login's word for one case."""
    party = RelyingParty(exchange=exchange, client=PORTAL, login=LOGIN)
    return await party.statement(VISITOR, audience=TRANSPORT, case="case-1", person=person)


async def test_a_statement_is_asked_with_the_visitor_s_handle():
    exchange = Exchange(200, statement="signed")
    assert await stated(exchange) == "signed"
    asked = {"handle": "handle", "audience": str(TRANSPORT.member), "case": "case-1"}
    assert exchange.asked == [("statements", asked)]


async def test_who_acts_for_another_says_for_whom():
    exchange = Exchange(200, statement="signed")
    await stated(exchange, person=CHILD)
    assert exchange.asked[0][1]["represented"] == CHILD


@pytest.mark.parametrize("why", ["unknown", "ended"])
async def test_a_handle_that_login_does_not_know_signs_the_person_out(why):
    with pytest.raises(SignedOut) as refused:
        await stated(Exchange(401, why=why))
    assert refused.value.why == "handle"


async def test_a_mandate_that_is_not_there_signs_nobody_out():
    with pytest.raises(ServiceRefused) as refused:
        await stated(Exchange(403, why="unknown"), person=CHILD)
    assert refused.value.why == "unknown"


async def test_a_login_that_fails_signs_nobody_out():
    with pytest.raises(ServiceFailed):
        await stated(Exchange(503, why="network"))
