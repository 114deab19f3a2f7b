"""A provider of one folder: real steps, forms and rules; what is outside is pretended."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import riik.cases
import riik.payments
import riik.portal.session
import riik.runtime.vault
import riik.services
from riik.cases import Case, Cases, Document
from riik.cases.store import SqlCaseStore
from riik.core import ClientId, Clock, Entropy, InThread, MemberId, PersonCode, Refused
from riik.login import Level
from riik.node.fillers.terms import appeal_process
from riik.node.preview.facts import made_up
from riik.node.preview.outside import Outside, Pretended, Worker
from riik.payments import FEE_PAID, Fees, Notification
from riik.payments.store import SqlFeeStore
from riik.portal.session import KeptForms, SessionRules, Visitor
from riik.portal.session.store import SqlSessionStore
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import SqlVault
from riik.services import (
    RUN,
    Acting,
    Amendments,
    Files,
    JointSigning,
    Lookups,
    Operations,
    PatternCheck,
    Receiving,
    ServiceDefinition,
    Services,
    Steps,
    read_service,
)
from riik.services.desk.helping.assisting import Assisting
from riik.services.jobs import handlers
from riik.services.letters import Authority
from riik.services.running import Effect, Running
from riik.services.store import SqlServiceStore
from riik.services.terms.appealing import Appeals

__all__ = ["MEMBER", "PEOPLE", "PROVIDER", "Place", "Previewed"]

MEMBER = MemberId.parse("EE-PREVIEW/GOV/1")
PROVIDER = ClientId(MEMBER, "services")
APPLICANT = PersonCode("EE49005140001")
PEOPLE: Mapping[str, tuple[str, str]] = {
    "EE49005140001": ("Mari", "Maasikas"),
    "EE38001085718": ("Jaan", "Kask"),
}
"""The made-up people: who applies, and who may be asked to sign as well."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a preview stands on.

    Attributes:
        folder: Where its files lie while it runs; empty at the beginning.
        standard: The process of a folder that has none.
        zone: The country's.
    """

    folder: Path
    standard: bytes
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    zone: str


@dataclass
class Previewed:
    """The folder that is previewed, as it was read last, and what people did with it.

    Attributes:
        refused: Why the folder can't run as it is now; empty when it can.
        person: Who one is.
        begun: Whose matter each case is.
    """

    place: Place
    origin: str
    refused: str = ""
    person: PersonCode = APPLICANT
    begun: dict[str, PersonCode] = field(default_factory=dict)
    definitions: dict[str, ServiceDefinition] = field(default_factory=dict)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.outside, self.loop = Outside(), asyncio.get_running_loop()
        self.worker = Worker(self._later)
        database = self._open("node", _tables())
        keys = self._open("vault", {"vault": _migrations(riik.runtime.vault)})
        place = self.place
        vault = SqlVault(keys, vault_key=place.entropy.bytes(32), entropy=place.entropy)
        self.kept = KeptForms(
            store=SqlSessionStore(),
            rules=SessionRules(),
            database=database,
            vault=vault,
            clock=place.clock,
            entropy=place.entropy,
            in_thread=place.in_thread,
        )
        self.database = database
        self.services = _services(self, database, vault)
        told = dict(handlers(self.services))
        self.worker.handlers = {RUN: told[RUN], FEE_PAID: told[FEE_PAID], **told}

    def read(self, files: Mapping[str, bytes]) -> None:
        """Take up the folder as it is now; one that can't run leaves the last one standing."""
        try:
            definition = read_service(files, standard=self.place.standard)
        except Refused as refused:
            self.refused = str(refused)
            return
        self.refused = ""
        self.definitions.clear()
        self.definitions[definition.id] = definition
        today = self.place.clock.now().date()
        self.outside.facts = made_up(definition, files, today=today)
        self.outside.asked = {(one.provider, one.service): one.id for one in definition.needs}
        with self.database.work() as work:
            self.services.files.keep(files, standard=self.place.standard, work=work)

    @property
    def definition(self) -> ServiceDefinition | None:
        """The service, once the folder could be read."""
        return next(iter(self.definitions.values()), None)

    def visitor(self) -> Visitor:
        """Who is at the pages."""
        given, family = PEOPLE[self.person]
        return Visitor(
            person=self.person,
            handle="preview",
            given_names=given,
            surname=family,
            birth_date="1990-05-14",
            level=Level.HIGH,
            method="preview",
            sid="",
            began_at=self.place.clock.now(),
        )

    def pay(self, case: str) -> None:
        """As if the bank told that the fee was paid."""
        fees, now = self.services.fees, self.place.clock.now()
        with self.database.work() as work:
            fee = fees.of_case(case, work=work)
            if fee is not None and fee.paid_at is None:
                told = Notification(
                    order=case, reference=fee.reference, amount=fee.amount, paid_at=now
                )
                fees.settle(told, work=work)

    async def rest(self) -> None:
        """Wait until nothing runs any more."""
        while self.running:
            await asyncio.gather(*self.running)

    def close(self) -> None:
        """Let go of the files."""
        self.database.close()

    def _later(self, doing: Awaitable[None]) -> None:
        async def done() -> None:
            await doing

        def begin() -> None:
            task = self.loop.create_task(done())
            self.running.add(task)
            task.add_done_callback(self.running.discard)

        # A unit of work ends in a thread of its own.
        self.loop.call_soon_threadsafe(begin)

    def _open(self, name: str, tables: Mapping[str, Path]) -> SqlDatabase:
        database = open_database(f"sqlite:///{self.place.folder}/{name}.db", name=name)
        migrate(database, tables)
        return database


def _migrations(component: Any) -> Path:
    return Path(component.__file__).parent / "migrations"


def _tables() -> dict[str, Path]:
    return {
        "cases": _migrations(riik.cases),
        "payments": _migrations(riik.payments),
        "services": _migrations(riik.services),
        "session": _migrations(riik.portal.session),
    }


def _services(here: Previewed, database: SqlDatabase, vault: SqlVault) -> Services:
    place, pretended = here.place, Pretended(here.origin)
    cases = Cases(store=SqlCaseStore(), vault=vault, clock=place.clock)
    fees = Fees(store=SqlFeeStore(), outbox=here.worker, clock=place.clock)
    joint = _joint(here, database, cases, pretended)
    operations = Operations(
        cases=cases,
        fees=fees,
        lookups=joint.lookups,
        papers=pretended,
        clock=place.clock,
        authority=joint.authority,
        sources={},
        invite=joint.invite,
        offer=_no_offer,
        enclose=_nothing_enclosed,
        zone=place.zone,
    )
    files = Files(
        store=SqlServiceStore(),
        cases=cases,
        vault=vault,
        outbox=here.worker,
        clock=place.clock,
        definitions=here.definitions,
        appeals=appeal_process(),
        zone=place.zone,
    )
    steps = Steps(
        cases=cases,
        pens=pretended,
        request_payment=pretended.order,
        amendments=Amendments(cases=cases, clock=place.clock, again=operations),
        joint=joint,
        receiving=Receiving(cases=cases, scan=PatternCheck(), in_thread=place.in_thread),
    )
    return Services(
        database=database,
        files=files,
        clock=place.clock,
        in_thread=place.in_thread,
        cases=cases,
        fees=fees,
        operations=operations,
        steps=steps,
        verify=_believe,
        who_has=_nobody,
        appeals=Appeals(files=files, cases=cases, clock=place.clock),
        assisting=Assisting(names={}, record_look=_no_look),
    )


def _joint(
    here: Previewed, database: SqlDatabase, cases: Cases, pretended: Pretended
) -> JointSigning:
    return JointSigning(
        cases=cases,
        pens=pretended,
        lookups=Lookups(
            exchange=here.outside,
            client=PROVIDER,
            providers=_Roles(),
            clock=here.place.clock,
        ),
        database=database,
        outbox=here.worker,
        clock=here.place.clock,
        in_thread=here.place.in_thread,
        authority=Authority(
            names={"en": "Your authority", "et": "Sinu asutus", "vi": "Cơ quan của bạn"},
            code="1",
            address="",
        ),
    )


class _Roles(Mapping[str, ClientId]):
    """Every role is played here."""

    def __getitem__(self, role: str) -> ClientId:
        return ClientId(MEMBER, role)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _believe(token: str, *, carrier: MemberId, person: PersonCode, case: str, level: str) -> Acting:
    """The statement of a preview is the code of who is at its pages."""
    return Acting(person=PersonCode(token))


async def _no_offer(running: Running, /) -> Effect:
    """Nothing is offered in a preview."""
    return Effect(dossier=running.dossier)


async def _nothing_enclosed(case: Case, files: Sequence[Mapping[str, Any]], /) -> list[Document]:
    """No file lies inside a letter that is not printed."""
    return []


def _nobody(case: Case, /) -> tuple[Mapping[str, str], str]:
    return {}, ""


def _no_look(*_: object, **__: object) -> None:
    """Officials don't look into a preview."""
