"""One provider's services and its desk, whole but for the world outside, which is simulated."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec

import riik.services
from riik.core import ClientId, MemberId, Unavailable, person_code
from riik.exchange import Answer
from riik.payments import Notification
from riik.services import Clerk, Prepared, Verdict, Visit
from riik.services.applicant.model import ApplicantRule

MARI, JAAN, ANNELI = map(person_code, ("EE49001010001", "EE38001085718", "EE48510101239"))
TIINA, REIN = map(person_code, ("EE49009010002", "EE37605030299"))
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
        self.known = dict(KNOWN)

    async def call(self, call):
        service = call.service.service
        if call.method == "GET":
            if service in self.silent:
                raise Unavailable("no answer", why="connect")
            found = self.known.get(service)
            return Answer(status=200 if found else 404, body=msgspec.json.encode(found or {}))
        self.weather.blow(after=False)
        self.taken.setdefault(call.message_id, []).append(service)
        self.weather.blow(after=True)
        return Answer(body=b"{}")


class Paper:
    """A press and a pen that make bytes."""

    def __init__(self, weather):
        self.weather, self.letters, self.drafts = weather, [], []

    async def letter(self, template, content, /, *, language, enclosed=()):
        self.letters.append(content)
        self.enclosed = list(enclosed)
        self.weather.blow(after=False)
        self.weather.blow(after=True)
        return f"{template} {content['title']}".encode()

    async def draft(self, template, content, /, *, language):
        self.drafts.append(content)
        return f"draft {template} {content['title']}".encode()

    async def begin(self, content, certificate, /, *, person, language, name="application.json"):
        opaque = msgspec.json.encode({"name": name, "content": content, "signer": person})
        return Prepared(to_sign=b"p", digest=b"d", hash="SHA-384", opaque=opaque)

    async def begin_more(self, container, certificate, /, *, person):
        opaque = msgspec.json.encode({"over": container.decode(), "signer": person})
        return Prepared(to_sign=b"p", digest=b"d", hash="SHA-384", opaque=opaque)

    def paper(self, container, /):
        return container.split(b"signed ", 1)[1]

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


class Looks:
    """What was written down of looks at people's data, and a store that may fail first."""

    def __init__(self):
        self.kept, self.full = [], False

    def __call__(self, subject, *, purpose, legal_basis, acting, case, work):
        if self.full:
            raise Unavailable("the log can't be written", why="test")
        self.kept.append((subject, purpose, acting, case))


def stated(actor, person):
    """Login's word in these tests: who acts, and as a parent where it is for another."""
    return actor if actor == person else f"{actor}~parent"


class House:
    """The provider and what people do there; its officials in `desk`, their help in `errands`.

    What is in `expired` of login's statements is over.
    """

    def __init__(self, services, desk, worker, database, clock, looks, errands, expired):
        self.services, self.desk, self.worker = services, desk, worker
        self.errands, self.expired = errands, expired
        self.database, self.clock, self.looks = database, clock, looks
        self.person, self.actor, self.case = MARI, None, CASE

    @property
    def definition(self):
        return self.services.files.definitions["driving-licence"]

    def change(self, **parts):
        """Another folder of the same service."""
        self.services.files.definitions["driving-licence"] = replace(self.definition, **parts)

    def visit(self, person=None, actor=None):
        """By default the person of the case, or who acts for them, through the portal."""
        actor, person = actor or person or self.actor or self.person, person or self.person
        return Visit(
            person=person,
            actor=actor,
            case=self.case,
            authority=stated(actor, person),
            carrier=PORTAL,
        )

    def open_to(self, *roles, least_age=0):
        """The same service, as others may do it for a person."""
        self.change(applicant=ApplicantRule(represented_by=roles, least_age=least_age))

    async def start(self):
        return await self.services.start("driving-licence", self.visit())

    async def step(self, step, content=None, **who):
        return await self.services.step(step, content or {}, self.visit(**who))

    async def status(self):
        return await self.services.status(self.visit())

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
            fee = self.services.fees.of_case(self.case, work=work)
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
        return await self.status()

    async def waiting(self, case=CASE, person=MARI):
        """A case that went all the way to an official, for a register was silent."""
        self.case, self.person = case, person
        return await self.go()

    def clerk(self, person=ANNELI, *, stated=None):
        """An official at the desk; what login states can be about another case."""

        async def state(case, /):
            return f"{person}/{stated or case}"

        return Clerk(person=person, state=state)

    def version(self, case=None):
        """The version of a case as it stands now: what a page opened now would show."""
        with self.database.read() as work:
            return self.services.files.store.load(case or self.case, work=work).version

    def verdict(self, case=None, *, outcome="grant", **more):
        """A verdict on a case as it stands now."""
        case = case or self.case
        return Verdict(case=case, version=self.version(case), outcome=outcome, **more)

    async def decide(self, *verdicts, official=ANNELI):
        """Lay decisions out and sign them."""
        verdicts = verdicts or (self.verdict(),)
        laid = await self.desk.prepare(self.clerk(official), verdicts, certificate=b"c")
        done = await self.desk.complete(self.clerk(official), laid["batch"], b"v")
        await self.worker.rest()
        return done
