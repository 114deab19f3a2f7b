"""Asking a paper's issuer: whom the portal asks, what it says of an answer, and how often."""

import msgspec
import pytest

from riik.core import ClientId, Refused, Unavailable
from riik.documents import code_of, token_of
from riik.exchange import Answer
from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.papers.checking.component import IssuedPapers, Pace
from riik.testing.ports import StandingClock

OWN = ClientId.parse("EE/GOV/70001053/services")
PORTAL = ClientId.parse("EE/GOV/70000000/portal")
CODE = code_of("70001053", token_of(bytes(16)))
TOLD = {
    "issuer": {"en": "Transport"},
    "code": "70001053",
    "kind": "decision",
    "issued": "2026-12-01T00:00:00Z",
    "standing": "in-force",
    "digest": "00" * 32,
    "at": "2026-12-01T00:00:00Z",
}
pytestmark = pytest.mark.anyio


class Issuer:
    """The exchange with one issuer: a refusal of who types a number, or an answer."""

    def __init__(self, *, body=b"", refuses="", away=False, **facts):
        self.body, self.refuses, self.away, self.asked = body, refuses, away, []
        self.facts = facts

    async def call(self, call):
        self.asked.append(call)
        if self.away:
            raise Unavailable("nobody is there", why="away")
        if self.refuses and call.method == "POST":
            raise Refused("no", why=self.refuses, **self.facts)
        return Answer(status=200, headers=(), body=self.body or msgspec.json.encode(TOLD))


def papers(issuer):
    provider = Provider(client=OWN, names={"en": "Transport"}, services={})
    return IssuedPapers(exchange=issuer, client=PORTAL, providers=[provider], mask=bytes(32))


async def test_the_issuer_that_the_code_names_is_asked_for_this_paper_alone():
    issuer = Issuer()
    told, why = await papers(issuer).ask(CODE)
    assert (told.standing, why) == ("in-force", "")
    [call] = issuer.asked
    assert (str(call.service), call.path) == (f"{OWN}/papers", f"/{'0' * 26}")


@pytest.mark.parametrize(
    ("why", "code", "issuer"),
    [
        ("code", "nothing", Issuer()),
        ("code", "../../measures", Issuer()),
        ("issuer", code_of("10000001", token_of(bytes(16))), Issuer()),
        ("silent", CODE, Issuer(away=True)),
        ("silent", CODE, Issuer(body=b"<html>")),
        ("silent", CODE, Issuer(body=b'{"standing":"in-force"}')),
    ],
)
async def test_nothing_is_said_of_a_paper_that_no_issuer_answers_for(why, code, issuer):
    assert await papers(issuer).ask(code) == (None, why)


@pytest.mark.parametrize("why", ["number", "tries"])
async def test_a_wrong_number_still_tells_how_the_paper_stands(why):
    told, said = await papers(Issuer(refuses=why)).ask(CODE, number="1")
    assert (told.standing, told.name, said) == ("in-force", "", why)


async def test_the_issuer_s_time_to_try_again_is_passed_on():
    issuer = Issuer(refuses="tries", until="2026-12-01T05:00:00Z")
    told, _ = await papers(issuer).ask(CODE, number="1")
    assert told.until == "2026-12-01T05:00:00Z"


async def test_an_issuer_tells_visitors_apart_and_learns_no_address():
    issuer = Issuer(refuses="number")
    for visitor in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        await papers(issuer).ask(CODE, number="1", visitor=visitor)
    sources = [msgspec.json.decode(one.body)["source"] for one in issuer.asked if one.body]
    assert sources[0] == sources[2] != sources[1]
    assert not any("192" in one.body.decode() for one in issuer.asked)


async def test_one_visitor_who_asks_too_often_waits_and_others_do_not():
    clock = StandingClock()
    pace = Pace(clock=clock, most=2)
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    assert pace.allows("b")
