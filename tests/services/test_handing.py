"""Cases between organisations: handed over, taken once, given back; and the alarm."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from tests.services.house import CASE, JAAN, MARI, TRANSPORT

from riik.core import ClientId, Unavailable
from riik.exchange import Answer
from riik.services import DeskConflict, ServiceRefused
from riik.services.store import SqlServiceStore
from riik.services.terms.handing import Handing, Parcel

TOWN = ClientId.parse("EE-DEMO/GOV/75000001/services")
STRANGER = ClientId.parse("EE-DEMO/COM/10000001/services")


class Line:
    """The exchange between this authority and the town: it can be cut, and the town may say no."""

    def __init__(self):
        self.sent, self.cut, self.refuses = [], False, False

    async def call(self, call):
        if self.cut:
            raise Unavailable("no answer", why="connect")
        self.sent.append(call)
        if self.refuses:
            return Answer(status=409, body=b'{"why": "no-service"}')
        return Answer(body=b'{"number": "2026-000777"}')


class Full:
    """An outbox of a node whose worker stands still."""

    def put(self, topic, key, payload, /, *, work):
        pass


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def handing(house, line):
    services = house.services
    made = Handing(
        database=house.database,
        store=SqlServiceStore(),
        files=services.files,
        cases=services.cases,
        vault=services.files.vault,
        outbox=house.worker,
        clock=house.clock,
        in_thread=services.in_thread,
        exchange=line,
        client=TRANSPORT,
        partners={"town": TOWN},
        units={"driving-licence": "licences"},
    )
    house.desk = replace(house.desk, handing=made)
    house.worker.handlers["services.hand-over"] = made.deliver
    return made


@pytest.fixture
async def waiting(house, world, handing):
    world.silent = {"driver-certificate"}
    await house.waiting()
    return house


def case_of(house, case=CASE):
    with house.database.read() as work:
        return house.services.cases.find(case, work=work)


def kinds(house, case=CASE):
    with house.database.read() as work:
        return [e.kind for e in house.services.cases.timeline(case_of(house, case), work=work)]


async def parcel_of(house, line):
    await house.desk.pass_on(house.clerk(), CASE, "town")
    await house.worker.rest()
    return msgspec.json.decode(line.sent[-1].body, type=Parcel)


@pytest.mark.anyio
async def test_a_case_goes_with_what_was_signed_and_ends_here(waiting, handing, line):
    parcel = await parcel_of(waiting, line)
    assert (str(line.sent[0].service), line.sent[0].subject) == (f"{TOWN}/handed-over", MARI)
    assert "application.asice" in [name for name, _, _ in parcel.papers]
    assert (case_of(waiting).state, kinds(waiting)[-2:]) == (
        "withdrawn",
        ["handing-over", "passed-on"],
    )
    assert handing.check_age() == 0


@pytest.mark.anyio
async def test_the_other_takes_it_once_and_decides_it(waiting, handing, line):
    parcel = await parcel_of(waiting, line)
    number = handing.take(parcel, case="case-at-the-town-0001", sender=TOWN)
    assert handing.take(parcel, case="case-at-the-town-0001", sender=TOWN) == number
    await waiting.worker.rest()
    with waiting.database.read() as work:
        taken = waiting.services.cases.numbered(number, work=work)
    assert (taken.state, taken.needs, taken.handed_by) == (
        "with-official",
        ("handed-over",),
        str(TOWN),
    )
    await waiting.decide(waiting.verdict(taken.id), official=JAAN)
    assert case_of(waiting, taken.id).state == "granted"


@pytest.mark.anyio
async def test_what_the_other_will_not_have_is_given_back(waiting, line):
    line.refuses = True
    await waiting.desk.pass_on(waiting.clerk(), CASE, "town")
    await waiting.worker.rest()
    case = case_of(waiting)
    assert (case.state, "given-back" in case.needs, case.unit) == (
        "with-official",
        True,
        "licences",
    )
    await waiting.decide(waiting.verdict())
    assert case_of(waiting).state == "granted"


@pytest.mark.anyio
async def test_a_case_that_nobody_takes_is_an_alarm(waiting, handing, line):
    line.cut = True
    with waiting.database.work() as work:
        running = waiting.services.files.load(CASE, work=work)
        replace(handing, outbox=Full()).pass_on(running, "town", work=work)
    waiting.clock.advance(timedelta(hours=47))
    assert handing.check_age() == 47 * 3600
    waiting.clock.advance(timedelta(hours=2))
    with pytest.raises(Unavailable) as late:
        handing.check_age()
    assert late.value.why == "late"
    line.cut = False
    await handing.deliver(CASE)
    assert handing.check_age() == 0
    await handing.deliver(CASE)
    assert len(line.sent) == 1


@pytest.mark.anyio
async def test_while_it_is_on_its_way_nobody_decides_it(waiting, handing, line):
    with waiting.database.work() as work:
        running = waiting.services.files.load(CASE, work=work)
        replace(handing, outbox=Full()).pass_on(running, "town", work=work)
    with pytest.raises(DeskConflict) as refused:
        await waiting.decide(waiting.verdict())
    assert refused.value.why == "not-here"
    with pytest.raises(DeskConflict):
        await waiting.desk.pass_on(waiting.clerk(), CASE, "town")


WRONG = [
    ("from a stranger", {}, STRANGER, "no-partner"),
    ("of a service that isn't here", {"service": "fishing"}, TOWN, "no-service"),
    ("about another person", {"person": JAAN}, TOWN, "parcel"),
    ("without a person", {"person": "x"}, TOWN, "parcel"),
    ("without a dossier", {"dossier": "{}"}, TOWN, "parcel"),
    ("with a dossier that is none", {"dossier": "[1]"}, TOWN, "parcel"),
    ("with papers that are no base64", {"papers": (("a", "b", "!"),)}, TOWN, "parcel"),
    ("with too many papers", {"papers": (("a", "b", ""),) * 51}, TOWN, "parcel"),
    ("of no time", {"opened": "yesterday"}, TOWN, "parcel"),
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parts", "sender", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
async def test_what_is_no_case_of_a_partner_is_refused(waiting, handing, line, parts, sender, why):
    parcel = msgspec.structs.replace(await parcel_of(waiting, line), **parts)
    with pytest.raises(ServiceRefused) as refused:
        handing.take(parcel, case="case-at-the-town-0001", sender=sender)
    assert refused.value.why == why


@pytest.mark.anyio
async def test_there_is_nobody_else_to_hand_it_to(waiting, handing):
    with pytest.raises(ServiceRefused) as refused:
        await waiting.desk.pass_on(waiting.clerk(), CASE, "moon")
    assert refused.value.why == "no-partner"
    assert case_of(waiting).state == "with-official"
