"""The portal between a person and those who answer: cases, and calls that wait."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.tables import lay_tables

import riik.portal.citizen
from riik.core import ClientId, Refused, Unavailable, person_code
from riik.exchange import Answer
from riik.exchange.errors import NetworkFailed, ServiceFailed
from riik.login import Level
from riik.portal.citizen import Portal, PortalRefused
from riik.portal.citizen.component import FORWARD
from riik.portal.citizen.errors import StatementMissing
from riik.portal.citizen.model import CatalogueEntry, Register
from riik.portal.citizen.store import SqlPortalStore
from riik.portal.session import SignedOut, Visitor
from riik.runtime.database import open_database
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
CHILD = person_code("EE61511010002")
PORTAL = ClientId.parse("EE-DEMO/GOV/70001065/portal")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
POPULATION = ClientId.parse("EE-DEMO/GOV/70001047/population")
PEOPLE = {"mari": MARI, "jaan": JAAN}


class Provider:
    """The exchange, with one provider that can be silent or refuse."""

    def __init__(self):
        self.calls, self.silent, self.status, self.hangs = [], False, 200, False
        self.raced = ""

    async def call(self, call):
        if self.hangs:
            await asyncio.Event().wait()
        if self.raced and call.method == "POST":
            raise ServiceFailed("the service can't answer now", why=self.raced)
        if self.silent:
            raise NetworkFailed("nobody listens", why="connect")
        self.calls.append(call)
        body = {"state": "in-progress", "next": {"step": "answers/reason"}, "why": "order"}
        return Answer(status=self.status, body=msgspec.json.encode(body))


class Login:
    """The national login: statements say what they are for; who is a child acts for nobody."""

    def __init__(self):
        self.sessions, self.over = 0, set()

    def visitor(self, who):
        """Somebody signs in."""
        self.sessions += 1
        return Visitor(
            person=PEOPLE[who],
            handle=f"handle-{self.sessions}",
            given_names="MARI",
            surname="MAASIKAS",
            birth_date="1990-01-01",
            level=Level.HIGH,
            method="idcard",
            sid="session",
            began_at=NOON,
        )

    async def statement(self, visitor, /, *, audience, case, person):
        if visitor.handle in self.over:
            raise SignedOut("login ended the session", why="handle")
        if (visitor.person, person) == (JAAN, CHILD):
            raise PortalRefused("nobody says so", why="unknown")
        return f"{visitor.person} for {person} to {audience} about {case}"


class Events:
    """An outbox that is a list."""

    def __init__(self):
        self.events = []

    def put(self, topic, key, payload, /, *, work):
        self.events.append((topic, payload.decode()))


@pytest.fixture
def provider():
    """Who answers."""
    return Provider()


@pytest.fixture
def login():
    """Who states."""
    return Login()


@pytest.fixture
def outbox():
    """What waits to be sent."""
    return Events()


@pytest.fixture
def portal(database, tmp_path, clock, entropy, in_thread, provider, login, outbox):
    """A portal that knows one service and one register."""
    folder = Path(riik.portal.citizen.__file__).parent / "migrations"
    lay_tables(database, {"portal": folder})
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    yield Portal(
        store=SqlPortalStore(),
        database=database,
        vault=SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy),
        outbox=outbox,
        clock=clock,
        entropy=entropy,
        in_thread=in_thread,
        exchange=provider,
        sign_in=login,
        client=PORTAL,
        inbox=ClientId(PORTAL.member, "inbox"),
        access_law="VN 91/2025",
        catalogue=[
            CatalogueEntry(id="licence", provider=TRANSPORT, names={"et": "Luba"}, organisation={})
        ],
        registers=[
            Register(client=POPULATION, organisation={}, own_offer="person", own_basis="RRS")
        ],
    )
    keys.close()


@pytest.fixture
def begin(portal, login):
    """Somebody's case."""

    async def start(who="mari", **more):
        visitor = login.visitor(who)
        status = await portal.start(visitor, service="licence", language="et", **more)
        [case, *_] = await portal.cases(visitor)
        return visitor, case["case"], status

    return start


async def test_a_case_is_asked_of_its_provider_with_the_person_s_statement(begin, provider):
    _, case, _ = await begin()
    [call] = provider.calls
    assert (call.client, call.service.provider, call.issue) == (PORTAL, TRANSPORT, case)
    assert (call.subject, call.user, call.purpose) == (MARI, MARI, "licence")
    assert call.authority == f"{MARI} for {MARI} to {TRANSPORT} about {case}"


async def test_every_step_of_a_case_is_about_whom_it_was_begun_for(portal, begin, provider):
    visitor, case, _ = await begin(person=CHILD)
    await portal.step(visitor, case, step="answers/reason", content={})
    await portal.status(visitor, case)
    await portal.document(visitor, case, "decision.pdf")
    assert [(call.subject, call.user) for call in provider.calls] == [(CHILD, MARI)] * 4


async def test_a_service_nobody_offers_is_refused(portal, login):
    visitor = login.visitor("mari")
    with pytest.raises(PortalRefused) as refused:
        await portal.start(visitor, service="passport", language="et")
    assert refused.value.why == "no-service"


async def test_another_person_s_case_is_not_there(portal, begin):
    _, case, _ = await begin("mari")
    jaan, _, _ = await begin("jaan")
    for ask in (
        portal.status(jaan, case),
        portal.step(jaan, case, step="payment", content={}),
        portal.document(jaan, case, "decision.pdf"),
    ):
        with pytest.raises(PortalRefused) as refused:
            await ask
        assert refused.value.why == "no-case"


async def test_each_sees_only_their_own_cases(portal, begin):
    mari, case, _ = await begin("mari")
    await begin("jaan")
    assert [one["case"] for one in await portal.cases(mari)] == [case]


async def test_what_can_not_be_sent_waits_and_is_sent_once(portal, begin, provider, outbox):
    provider.silent = True
    visitor, case, status = await begin()
    assert (status["state"], status["why"]) == ("waiting-for-provider", "connect")
    assert outbox.events == [(FORWARD, case)]
    with pytest.raises(Unavailable):
        await portal.forward(case)
    provider.silent = False
    await portal.forward(case)
    await portal.forward(case)
    assert [call.method for call in provider.calls] == ["POST"]
    assert (await portal.status(visitor, case))["state"] == "in-progress"


async def test_who_does_not_answer_in_time_keeps_nobody_waiting(portal, login, provider):
    hurried = replace(portal, read_seconds=0.01, step_seconds=0.01)
    visitor, provider.hangs = login.visitor("mari"), True
    status = await hurried.start(visitor, service="licence", language="et")
    assert (status["state"], status["why"]) == ("waiting-for-provider", "slow")
    provider.hangs = False
    await portal.forward(status["case"])
    provider.hangs = True
    assert (await hurried.status(visitor, status["case"]))["next"] == {"step": "waiting"}


async def test_who_comes_second_is_told_where_the_case_is_and_nothing_waits(
    portal, begin, provider, outbox
):
    visitor, case, _ = await begin()
    provider.raced = "changed"
    status = await portal.step(visitor, case, step="submission", content={})
    assert (status["state"], outbox.events) == ("in-progress", [])
    assert [one["waiting"] for one in await portal.cases(visitor)] == [False]


@pytest.mark.parametrize("why", ["timeout", "size", "more"])
async def test_any_other_failure_still_waits(portal, begin, provider, why):
    visitor, case, _ = await begin()
    provider.raced = why
    status = await portal.step(visitor, case, step="submission", content={})
    assert (status["state"], status["why"]) == ("waiting-for-provider", why)


async def test_nothing_overtakes_what_waits(portal, begin, provider):
    provider.silent = True
    visitor, case, _ = await begin()
    provider.silent = False
    status = await portal.step(visitor, case, step="answers/reason", content={"reason": "lost"})
    assert (status["state"], provider.calls) == ("waiting-for-provider", [])


async def test_what_the_provider_refuses_waits_no_longer(portal, begin, provider):
    visitor, case, _ = await begin()
    provider.silent = True
    await portal.step(visitor, case, step="submission", content={})
    provider.silent, provider.status = False, 409
    await portal.forward(case)
    assert [one["waiting"] for one in await portal.cases(visitor)] == [False]


async def test_what_waits_outlives_the_session_in_which_it_was_said(
    portal, begin, provider, login, outbox
):
    provider.silent = True
    visitor, case, _ = await begin()
    provider.silent, login.over = False, {visitor.handle}
    await portal.forward(case)
    assert provider.calls == []
    again = login.visitor("mari")
    await portal.status(again, case)
    assert outbox.events == [(FORWARD, case)] * 2
    await portal.forward(case)
    assert [call.subject for call in provider.calls] == [MARI]


OLD = {"person": str(MARI), "handle": "handle-1", "given_names": "M", "surname": "M"}


async def test_what_an_earlier_release_kept_waits_until_the_person_is_back(
    portal, begin, provider, login, database
):
    provider.silent = True
    _, case, _ = await begin()
    with database.read() as work:
        [kept] = portal.store.waiting(case, work=work)
    plain = msgspec.json.encode({"visitor": OLD, "step": "", "content": {}})
    context = f"portal_case/waiting/{case}"
    sealed = portal.vault.seal(kept.subject, plain, context=context)
    with database.work() as work:
        portal.store.set_waiting(kept, sealed, work=work)
    provider.silent = False
    await portal.forward(case)
    assert provider.calls == []
    await portal.status(login.visitor("mari"), case)
    await portal.forward(case)
    assert [call.subject for call in provider.calls] == [MARI]


async def test_who_is_signed_out_at_login_is_told_so(portal, begin, login):
    visitor, case, _ = await begin()
    login.over = {visitor.handle}
    for ask in (
        portal.status(visitor, case),
        portal.step(visitor, case, step="payment", content={}),
        portal.document(visitor, case, "decision.pdf"),
        portal.notices(visitor),
        portal.own_data(visitor, portal.registers[0]),
    ):
        with pytest.raises(SignedOut) as refused:
            await ask
        assert refused.value.why == "handle"


async def test_who_may_not_act_for_another_stays_signed_in(begin):
    with pytest.raises(StatementMissing) as refused:
        await begin("jaan", person=CHILD)
    assert refused.value.why == "unknown"


async def test_a_beginning_that_was_refused_is_no_case(portal, begin, provider, login):
    with pytest.raises(StatementMissing):
        await begin("jaan", person=CHILD)
    provider.status = 409
    with pytest.raises(Refused):
        await begin("jaan", once="form")
    assert await portal.cases(login.visitor("jaan")) == []
    provider.status = 200
    _, case, _ = await begin("jaan", once="form")
    provider.status = 409
    with pytest.raises(Refused):
        await portal.start(login.visitor("jaan"), service="licence", language="et", once="form")
    assert [one["case"] for one in await portal.cases(login.visitor("jaan"))] == [case]


async def test_a_beginning_that_waited_and_is_refused_is_no_case(portal, begin, provider, login):
    provider.silent = True
    visitor, case, _ = await begin()
    provider.silent, provider.status = False, 409
    await portal.forward(case)
    assert await portal.cases(visitor) == []


async def test_own_data_are_asked_by_the_law_of_their_register(portal, provider, login):
    visitor = login.visitor("mari")
    await portal.own_data(visitor, portal.registers[0])
    [call] = provider.calls
    assert (call.purpose, call.legal_basis, call.subject) == ("own-data", "RRS", MARI)
    assert f"to {PORTAL} about {call.issue}" in call.authority


async def test_the_database_knows_neither_handles_nor_people(begin, provider, tmp_path):
    provider.silent = True
    await begin(person=CHILD)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    words = (b"handle-1", b"MAASIKAS", MARI[2:].encode(), CHILD[2:].encode())
    assert not any(word in kept for word in words)


async def test_a_form_that_is_sent_twice_begins_one_case(portal, provider, begin):
    for _ in range(2):
        visitor, case, _ = await begin(once="form-1")
    assert [one["case"] for one in await portal.cases(visitor)] == [case]
    assert {call.issue for call in provider.calls} == {case}


@pytest.mark.parametrize(
    "other",
    [{"once": "form-2"}, {"once": ""}, {"once": "form-1", "who": "jaan"}, {"once": "form-1", "person": CHILD}],
    ids=["another-form", "no-name", "another-person", "whom-one-represents"],
)  # fmt: skip
async def test_another_form_or_person_begins_another_case(provider, begin, other):
    await begin(once="form-1")
    await begin(**other)
    assert len({call.issue for call in provider.calls}) == 2


async def test_a_case_is_asked_for_in_a_language(portal, begin, provider):
    visitor, case, _ = await begin()
    await portal.status(visitor, case, language="vi")
    assert provider.calls[-1].query == "language=vi"


async def test_what_two_people_said_in_one_case_waits_and_is_sent_for_each(
    portal, begin, provider, login
):
    mari, case, _ = await begin()
    jaan = login.visitor("jaan")
    await portal.take_up(
        jaan,
        case,
        provider=TRANSPORT,
        service="licence",
        person=JAAN,
        opened="2026-11-23T09:00:00Z",
    )
    provider.silent = True
    for visitor in (mari, jaan):
        await portal.step(visitor, case, step="answers/reason", content={})
    provider.silent = False
    provider.calls.clear()
    await portal.forward(case)
    assert {call.user for call in provider.calls} == {MARI, JAAN}
    assert not any(one["waiting"] for one in await portal.cases(jaan))
