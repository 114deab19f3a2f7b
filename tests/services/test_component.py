"""A case from start to end at one provider; ports that fail at every place where they can."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import riik.cases
import riik.payments
import riik.services
from riik.cases import Cases, CaseUnknown, Lane, Pick
from riik.cases.store import SqlCaseStore
from riik.core import ClientId, MemberId, Unavailable, person_code
from riik.exchange import Answer
from riik.payments import FEE_PAID, Fees, Notification
from riik.payments.store import SqlFeeStore
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file
from riik.services import Lookups, Operations, Prepared, Services, Steps, Visit, read_service
from riik.services.errors import AnswerRefused, AuthorityMissing, StepRefused
from riik.services.letters import Authority
from riik.services.running import RUN, Files
from riik.services.store import SqlServiceStore

pytestmark = pytest.mark.anyio

MARI, JAAN, ANNELI = map(person_code, ("EE49001010001", "EE38001085718", "EE48510101239"))
CASE = "case-of-a-test-0001"
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
PORTAL = MemberId.parse("EE-DEMO/GOV/70001065")
SOURCE = Path(riik.services.__file__).parent
FOLDER = SOURCE.parent / "catalogue" / "services" / "driving-licence"
KNOWN = {
    "person": {
        "given_names": "Mari",
        "family_name": "Maasikas",
        "birth_date": "1980-10-15",
        "residence": {"text": "Tallinn"},
        "residence_days": 365,
    },
    "image": {"photo": "data:,", "photo_date": "2025-01-01", "signature": "data:,"},
    "driver-certificate": {"group": 1, "issued_on": "2025-01-01", "restrictions": [], "fit": True},
    "right": {
        "licence_number": "ET000101",
        "categories": ["B"],
        "valid_until": "2027-01-01",
        "photo_date": "2020-01-01",
        "status": "valid",
    },
}
ANSWERS = {
    "reason": {"reason": "expiring"},
    "photo": {"photo": "identity-document"},
    "speed": {"speed": "standard"},
    "delivery": {"delivery": "post"},
}
VALUE = {"value": "AAAA"}
CERTIFICATE = {"certificate": "AAAA"}


class Weather:
    """Lets one call of the world outside fail, before it was done or after."""

    def __init__(self):
        self.calls, self.bad, self.lost = 0, -1, False

    def blow(self, *, after):
        self.calls += after
        if self.calls == self.bad + after and after == self.lost:
            self.bad = -1
            raise Unavailable("the world outside is silent", why="test")


class World:
    """Other members: registers that answer and take changes once by message id; an inbox."""

    def __init__(self, weather):
        self.weather, self.taken, self.silent = weather, {}, set()

    async def call(self, call):
        service = call.service.service
        if call.method == "GET":
            if service in self.silent:
                raise Unavailable("no answer", why="connect")
            found = KNOWN.get(service)
            return Answer(status=200 if found else 404, body=msgspec.json.encode(found or {}))
        self.weather.blow(after=False)
        self.taken.setdefault(call.message_id, []).append(service)
        self.weather.blow(after=True)
        return Answer(body=b"{}")


class Paper:
    """A press and a pen that make bytes."""

    def __init__(self, weather):
        self.weather = weather

    async def letter(self, template, content, /, *, language):
        self.weather.blow(after=False)
        self.weather.blow(after=True)
        return f"{template} {content['title']}".encode()

    async def begin(self, content, certificate, /, *, person, language):
        return Prepared(to_sign=b"p", digest=b"d", hash="SHA-384", opaque=b"o")

    async def finish(self, opaque, value, /):
        self.weather.blow(after=False)
        return b"signed " + opaque


class Worker:
    """Takes events after their commit, and again until they are done: at least once."""

    def __init__(self):
        self.handlers, self.tasks = {}, set()

    def put(self, topic, key, payload, /, *, work):
        work.after_commit(lambda: self.wake(topic, payload))

    def wake(self, topic, payload):
        task = asyncio.get_running_loop().create_task(self.take(topic, payload))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def take(self, topic, payload):
        for _ in range(5):
            try:
                return await self.handlers[topic](payload.decode())
            except Unavailable:
                await asyncio.sleep(0)
        raise AssertionError("still not done")

    async def rest(self):
        while self.tasks:
            await asyncio.gather(*self.tasks)


@pytest.fixture
def weather():
    """Good until a test says otherwise."""
    return Weather()


@pytest.fixture
def world(weather):
    """The other members."""
    return World(weather)


@pytest.fixture
def house(database, tmp_path, clock, entropy, in_thread, weather, world):
    """One provider's services with everything that is theirs; the world outside is simulated."""
    folders = {
        component.__name__.rpartition(".")[2]: Path(component.__file__).parent / "migrations"
        for component in (riik.cases, riik.payments, riik.services)
    }
    migrate(database, folders)
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    migrate(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    worker, paper = Worker(), Paper(weather)
    cases = Cases(store=SqlCaseStore(), vault=vault, clock=clock)
    fees = Fees(store=SqlFeeStore(), outbox=worker, clock=clock)
    files = {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    definition = read_service(files, standard=(SOURCE / "standard.bpmn").read_bytes())
    roles = {need.provider for need in definition.needs} | {"driving-rights", "inbox"}

    def verify(token, *, carrier, person, case, level):
        if token == "another's" or carrier != PORTAL:
            raise AuthorityMissing("this is about another person", why="subject")
        return person_code(token)

    async def order(case, /, *, text, back=""):
        return {"order": "1", "url": f"http://bank/pay/1?{back}"}

    services = Services(
        database=database,
        files=Files(
            store=SqlServiceStore(),
            cases=cases,
            vault=vault,
            outbox=worker,
            clock=clock,
            definitions={definition.id: definition},
            zone="Europe/Tallinn",
        ),
        clock=clock,
        in_thread=in_thread,
        cases=cases,
        fees=fees,
        operations=Operations(
            cases=cases,
            fees=fees,
            lookups=Lookups(
                exchange=world,
                client=TRANSPORT,
                providers={role: ClientId(TRANSPORT.member, role) for role in roles},
                clock=clock,
            ),
            papers=paper,
            clock=clock,
            authority=Authority(names={"et": "Amet"}, code="70001053", address=""),
            sources={},
        ),
        steps=Steps(cases=cases, pens=paper, request_payment=order, officials=frozenset({ANNELI})),
        verify=verify,
        record_look=lambda *_, **__: None,
    )

    async def paid(payload):
        await services.fee_paid(payload)

    worker.handlers = {RUN: services.run, FEE_PAID: paid}
    yield House(services, worker, database, clock)
    keys.close()


class House:
    """The provider and what a person does there."""

    def __init__(self, services, worker, database, clock):
        self.services, self.worker = services, worker
        self.database, self.clock = database, clock
        self.person, self.actor = MARI, None

    def visit(self, person=None, actor=None):
        """By default the person of the case, or who acts for them, through the portal."""
        actor = actor or person or self.actor or self.person
        return Visit(
            person=person or self.person, actor=actor, case=CASE, authority=actor, carrier=PORTAL
        )

    async def start(self):
        return await self.services.start("driving-licence", self.visit())

    async def step(self, step, content=None, **who):
        return await self.services.step(step, content or {}, self.visit(**who))

    async def answer(self):
        for page, content in ANSWERS.items():
            await self.step(f"answers/{page}", content)

    async def sign(self):
        await self.start()
        await self.answer()
        await self.step("submission", CERTIFICATE)
        return await self.step("signature", VALUE)

    def settle(self, reference):
        """The bank's word that the fee was paid."""
        with self.database.work() as work:
            fee = self.services.fees.of_case(CASE, work=work)
            told = Notification(
                order="1", reference=reference, amount=fee.amount, paid_at=self.clock.now()
            )
            self.services.fees.settle(told, work=work)

    async def go(self):
        """The whole way; a step that failed is taken again, as a person would."""
        await self.start()
        await self.answer()
        await self.step("submission", CERTIFICATE)
        try:
            signed = await self.step("signature", VALUE)
        except Unavailable:
            signed = await self.step("signature", VALUE)
        self.settle(signed["fee"]["reference"])
        await self.worker.rest()
        return await self.services.status(self.visit())


EVENTS = ["opened", "submitted", "signed", "fee-owed", "fee-paid", "proposed", "decided"]


def kinds(status):
    """What happened, in order."""
    return [event["kind"] for event in status["events"]]


async def test_a_case_goes_from_start_to_end(house, world):
    status = await house.go()
    assert (status["state"], status["next"], kinds(status)) == ("granted", {"step": "none"}, EVENTS)
    assert world.taken == {f"{CASE}-record": ["renewal"], f"{CASE}-notice": ["notices"]}


@pytest.mark.parametrize("lost", [False, True], ids=["not-done", "answer-lost"])
@pytest.mark.parametrize("bad", range(3))
async def test_whatever_fails_once_is_done_all_the_same(house, world, weather, bad, lost):
    weather.bad, weather.lost = bad, lost
    status = await house.go()
    assert (status["state"], kinds(status)) == ("granted", EVENTS)
    assert [one["name"] for one in status["documents"]] == ["application.asice", "decision.pdf"]
    assert set(world.taken) == {f"{CASE}-record", f"{CASE}-notice"}


async def test_a_case_is_started_once(house):
    first = await house.start()
    assert (await house.start())["timeline"] == first["timeline"]


async def test_a_fee_that_is_told_twice_is_paid_once(house):
    signed = await house.sign()
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    house.settle(signed["fee"]["reference"])
    await house.services.fee_paid(CASE)
    await house.worker.rest()
    assert kinds(await house.services.status(house.visit())) == EVENTS


@pytest.mark.parametrize("step", ["submission", "signature", "payment"])
async def test_no_step_can_be_skipped(house, step):
    await house.start()
    with pytest.raises((StepRefused, AnswerRefused)):
        await house.step(step, {**CERTIFICATE, **VALUE})


async def test_answers_can_be_changed_until_they_are_handed_in(house):
    await house.start()
    await house.answer()
    await house.step("answers/reason", {"reason": "lost"})
    status = await house.step("submission", CERTIFICATE)
    assert status["answers"]["reason"] == "lost"
    await house.step("signature", VALUE)
    with pytest.raises(StepRefused):
        await house.step("answers/reason", {"reason": "expiring"})


async def test_another_answer_before_the_signature_is_laid_out_anew(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    status = await house.step("answers/reason", {"reason": "lost"})
    assert (status["state"], status["next"]["step"]) == ("to-sign", "submission")
    with pytest.raises(StepRefused) as refused:
        await house.step("signature", VALUE)
    assert refused.value.why == "not-prepared"
    await house.step("submission", CERTIFICATE)
    assert (await house.step("signature", VALUE))["state"] == "to-pay"


async def test_an_answer_that_asks_for_more_is_followed_before_the_signature(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    status = await house.step("answers/reason", {"reason": "stolen"})
    assert status["next"]["step"] == "answers/proof"
    with pytest.raises(AnswerRefused):
        await house.step("submission", CERTIFICATE)


async def test_what_is_signed_is_in_the_language_of_the_page(house):
    await house.start()
    await house.answer()
    status = await house.step("submission", {**CERTIFICATE, "language": "vi"})
    assert (status["language"], status["title"]) == ("vi", "Đổi giấy phép lái xe")


@pytest.mark.parametrize("language", ["", "VI", "vie", "../", 7, None])
async def test_a_language_that_is_none_is_refused(house, language):
    await house.start()
    await house.answer()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("submission", {**CERTIFICATE, "language": language})
    assert refused.value.facts["field"] == "language"


async def test_a_case_is_told_in_the_language_that_is_asked_for(house):
    await house.start()
    vietnamese = await house.services.status(house.visit(), language="vi")
    [row] = await house.services.of_person(house.visit(), language="en")
    assert (vietnamese["state_text"], row["title"]) == ("Chưa nộp", "Renew a driving licence")


@pytest.mark.parametrize("far", ["started", "answered", "to sign", "to pay", "with an official"])
async def test_an_application_is_taken_back_until_it_is_decided(house, world, far):
    await until(house, world, far)
    status = await house.step("withdrawal")
    assert (status["state"], status["next"], status["may"]) == ("withdrawn", {"step": "none"}, [])
    assert status["timeline"][-1]["title"] == "Võtsid taotluse tagasi"


async def until(house, world, far):
    """Go some way and stop there."""
    world.silent = {"driver-certificate"}
    await house.start()
    if far == "started":
        return
    await house.answer()
    if far != "answered":
        await house.step("submission", CERTIFICATE)
    if far == "to pay":
        await house.step("signature", VALUE)
    if far == "with an official":
        await house.go()


@pytest.mark.parametrize("step", ["submission", "payment", "answers/reason", "withdrawal"])
async def test_nothing_more_happens_in_a_withdrawn_case(house, step):
    await house.start()
    await house.step("withdrawal")
    with pytest.raises(StepRefused):
        await house.step(step, {**CERTIFICATE, "reason": "lost"})


async def test_a_decided_case_is_not_taken_back(house):
    await house.go()
    with pytest.raises(StepRefused) as refused:
        await house.step("withdrawal")
    assert refused.value.why == "ended"


async def test_nobody_takes_back_what_another_asked_for(house):
    await house.start()
    with pytest.raises(AuthorityMissing):
        await house.step("withdrawal", person=JAAN)


async def test_a_fee_that_comes_after_the_withdrawal_opens_nothing(house):
    signed = await house.sign()
    await house.step("withdrawal")
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    assert (await house.services.status(house.visit()))["state"] == "withdrawn"


async def test_the_bank_is_told_where_the_person_goes_then(house):
    await house.sign()
    status = await house.step("payment", {"return": "https://portal.example/cases/1"})
    assert status["payment"]["url"] == "http://bank/pay/1?https://portal.example/cases/1"


@pytest.mark.parametrize(
    "back", ["javascript:alert(1)", "http://evil.example", "//evil", "x" * 501, 7]
)
async def test_a_return_that_is_no_site_is_refused(house, back):
    await house.sign()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("payment", {"return": back})
    assert refused.value.facts["field"] == "return"


async def test_an_unknown_service_is_refused(house):
    with pytest.raises(StepRefused) as refused:
        await house.services.start("passport", house.visit())
    assert refused.value.why == "no-service"


async def test_another_person_s_case_is_not_there(house):
    await house.start()
    with pytest.raises(AuthorityMissing):
        await house.step("answers/reason", {"reason": "lost"}, person=JAAN)
    with pytest.raises(CaseUnknown):
        await house.services.status(house.visit(JAAN))


async def test_nothing_of_a_case_is_read_without_the_person_s_word(house):
    await house.sign()
    stolen = house.visit(MARI, actor="another's")
    with pytest.raises(AuthorityMissing):
        await house.services.status(stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.document("application.asice", stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.of_person(stolen)
    assert (await house.services.document("application.asice", house.visit()))[0]
    assert [one["case"] for one in await house.services.of_person(house.visit())] == [CASE]


async def test_no_step_is_taken_with_a_statement_that_another_member_carries(house):
    await house.start()
    stolen = replace(house.visit(), carrier=TRANSPORT.member)
    with pytest.raises(AuthorityMissing):
        await house.services.step("answers/reason", {"reason": "lost"}, stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.start("driving-licence", stolen)


@pytest.mark.parametrize("silent", ["person", "image", "driver-certificate", "right"])
async def test_a_silent_register_gives_the_case_to_an_official(house, world, silent):
    world.silent = {silent}
    status = await house.go()
    assert (status["state"], status["next"]["step"]) == ("with-official", "review")
    with house.database.read() as work:
        [waiting] = house.services.cases.queue(Pick(lane=Lane.WAITING, units=("",)), work=work)
    assert (waiting.id, waiting.proposal, len(waiting.needs)) == (CASE, "official", 1)


@pytest.mark.parametrize(
    ("decision", "why"),
    [({}, "value"), ({"outcome": "perhaps"}, "value"), ({"outcome": "refuse"}, "missing")],
    ids=["nothing", "perhaps", "no-grounds"],
)
async def test_an_official_decides_with_grounds(house, world, decision, why):
    world.silent = {"driver-certificate"}
    await house.go()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("review", decision, person=ANNELI)
    assert refused.value.why == why


async def test_nobody_but_an_official_reviews(house, world):
    world.silent = {"driver-certificate"}
    await house.go()
    with pytest.raises(AuthorityMissing) as refused:
        await house.step("review", {"outcome": "grant"})
    assert refused.value.why == "no-official"


@pytest.mark.parametrize(
    ("person", "actor"), [(ANNELI, ANNELI), (MARI, ANNELI)], ids=["own", "as-representative"]
)
@pytest.mark.parametrize("outcome", ["grant", "refuse"])
async def test_nobody_decides_their_own_case(house, world, person, actor, outcome):
    world.silent = {"driver-certificate"}
    house.person, house.actor = person, actor
    before = await house.go()
    decision = {"outcome": outcome, "grounds": ["medical"]}
    with pytest.raises(AuthorityMissing) as refused:
        await house.step("review", decision, person=ANNELI)
    assert refused.value.why == "own-case"
    with pytest.raises(AuthorityMissing):
        await house.services.look(house.visit(ANNELI))
    assert await house.services.status(house.visit()) == before


async def test_another_official_s_case_is_decided_like_anybody_s(house, world):
    world.silent = {"driver-certificate"}
    house.person = JAAN
    await house.go()
    await house.step("review", {"outcome": "grant"}, person=ANNELI)
    await house.worker.rest()
    assert (await house.services.status(house.visit()))["state"] == "granted"


@pytest.mark.parametrize("grounds", [7, "medical", {"medical": 1}, None], ids=str)
async def test_grounds_are_a_list(house, world, grounds):
    world.silent = {"driver-certificate"}
    await house.go()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("review", {"outcome": "refuse", "grounds": grounds}, person=ANNELI)
    assert (refused.value.why, refused.value.facts["field"]) == ("value", "grounds")


async def test_what_is_known_of_a_person_is_sealed(house, tmp_path):
    await house.go()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert not any(word in kept for word in (b"Maasikas", b"1980-10-15", MARI[2:].encode()))
