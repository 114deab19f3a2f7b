"""Cases between organisations: handed over by the exchange, taken once, or given back.

Whoever is not competent hands a case to who is (Estonia: HMS § 15 (4); Vietnam: Decree 61/2018 art.
17). What the person signed, what they answered and what registers said goes along; their case here
ends when the other has taken it, and not before. A hand-over that waits too long is an alarm.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from riik.cases import Cases, Document, Mark, State
from riik.core import (
    ClientId,
    Clock,
    Database,
    InThread,
    Outbox,
    PersonCode,
    Refused,
    ServiceId,
    Unavailable,
    Vault,
    Work,
    from_text,
    person_code,
    to_text,
)
from riik.exchange import Call
from riik.services.dossier import Dossier, Proposal
from riik.services.errors import ServiceRefused
from riik.services.lookups import CallOut
from riik.services.process import State as Tokens
from riik.services.process import start
from riik.services.running import Files, Running

__all__ = ["HANDED", "HAND_OVER", "HandStore", "Handing", "Parcel"]

HAND_OVER = "services.hand-over"
"""Outbox topic: a case goes to another organisation; the payload is its id."""

HANDED, GIVEN_BACK = "handed-over", "given-back"
"""What needs a human: it came from another organisation; the other would not have it."""

PURPOSE = "hand-over"
LATE = timedelta(days=2)
MOST_PAPERS = 50


class HandStore(Protocol):
    """What is kept of cases on their way."""

    def put_handed(self, case: str, partner: str, at: str, *, work: Work) -> None: ...
    def handed(self, case: str, *, work: Work) -> str: ...
    def drop_handed(self, case: str, *, work: Work) -> None: ...
    def oldest_handed(self, *, work: Work) -> str: ...


class Parcel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case as it travels.

    Attributes:
        service: Catalogue id, the same at both.
        number: Under which the sender had it.
        person: Whose matter it is.
        language: The person's.
        opened: When they began it, RFC 3339.
        dossier: Their answers and what registers said, JSON of `Dossier`.
        papers: Name, media type and content (base64) of what was signed.
    """

    service: str
    number: str
    person: str
    language: str
    opened: str
    dossier: str
    papers: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """Hands the cases of one authority over, and takes others'.

    Attributes:
        client: The subsystem that hands over.
        partners: To whom and from whom, by the name that the node's configuration has.
        units: Which unit of officials has a service's cases.
        names: How people call each partner, by language.
    """

    database: Database
    store: HandStore
    files: Files
    cases: Cases
    vault: Vault
    outbox: Outbox
    clock: Clock
    in_thread: InThread
    exchange: CallOut
    client: ClientId
    partners: Mapping[str, ClientId]
    units: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def pass_on(self, running: Running, partner: str, *, work: Work) -> None:
        """Send a case on its way; it stands still here until the other has taken it.

        Raises:
            ServiceRefused: There is no such partner (``no-partner``).
        """
        if partner not in self.partners:
            raise ServiceRefused("cases are handed to no such organisation", why="no-partner")
        case, at = running.case, to_text(self.clock.now())
        self.cases.move(
            case,
            State.IN_PROGRESS,
            kind="handing-over",
            actor="official",
            detail=partner,
            work=work,
        )
        self.cases.watch(case, None, work=work)
        self.store.put_handed(case.id, partner, at, work=work)
        self.files.save(running, wake=False, work=work)
        self.outbox.put(HAND_OVER, f"{case.id}/{at}", case.id.encode(), work=work)

    async def deliver(self, case: str) -> None:
        """Bring a case to the other organisation; once it has it, it ends here.

        Raises:
            Unavailable: The other can't be reached now; the job repeats it.
        """
        found = await self.in_thread(self._parcel, case)
        if found is None:
            return
        parcel, partner, law = found
        call = Call(
            client=self.client,
            service=ServiceId(self.partners[partner], "handed-over"),
            method="POST",
            path=f"/{case}",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(parcel),
            purpose=PURPOSE,
            legal_basis=law,
            subject=person_code(parcel.person),
            issue=case,
            message_id=f"{case}-hand-over-{parcel.number}",
        )
        try:
            answer = (await self.exchange.call(call)).accepted()
        except Unavailable:
            raise
        except Refused as refused:
            await self.in_thread(self._given_back, case, refused.why)
            return
        told = msgspec.json.decode(answer.body, type=dict[str, str])
        await self.in_thread(self._taken, case, told.get("number", ""))

    def take(self, parcel: Parcel, *, case: str, sender: ClientId) -> str:
        """Take a case of another organisation; answers its number here, once and for all.

        Raises:
            ServiceRefused: For ``no-partner`` (who sends is none of ours), ``no-service``, or
                ``parcel``.
        """
        definition = self.files.definitions.get(parcel.service)
        if sender not in self.partners.values():
            raise ServiceRefused("no cases are taken from this organisation", why="no-partner")
        if definition is None:
            raise ServiceRefused("this authority has no such service", why="no-service")
        person, dossier, papers = _opened(parcel)
        subject = self.vault.subject_of(person)
        case_id = f"handed-{sha256(f'{sender}#{case}'.encode()).hexdigest()[:32]}"
        years = definition.terms.keep_years
        key = self.vault.subject_of(PersonCode(f"case:{case_id}")) if years else None
        with self.database.work() as work:
            opened = self.cases.open(
                case_id,
                service=definition.id,
                subject=subject,
                channel=HANDED,
                about=f"{sender}#{case}",
                sealed_by=key,
                keep_years=years,
                work=work,
            )
            if self.files.store.load(case_id, work=work) is None:
                handed = self.files.as_handed(definition)
                state = start(handed.process, {}, at=self.clock.now(), zone=self.files.zone)
                self.files.insert(self.files.begin(opened, handed, dossier, state), work=work)
                for paper in papers:
                    self.cases.attach(opened, paper, work=work)
        return opened.number

    def check_age(self) -> float:
        """Seconds for which the oldest hand-over waits.

        Raises:
            Unavailable: It waits for more than two days (``late``): somebody must look.
        """
        with self.database.read() as work:
            oldest = self.store.oldest_handed(work=work)
        if not oldest:
            return 0.0
        age: timedelta = self.clock.now() - from_text(oldest)
        if age > LATE:
            raise Unavailable("a case waits to be taken by another organisation", why="late")
        return age.total_seconds()

    def _parcel(self, case: str) -> tuple[Parcel, str, str] | None:
        """What travels, to whom, by which law; None when it is not on its way any more."""
        with self.database.read() as work:
            partner = self.store.handed(case, work=work)
            if not partner:
                return None
            running = self.files.load(case, work=work)
            names = [paper.name for paper in self.cases.papers(running.case, work=work)]
            papers = [self.cases.document(running.case, name, work=work) for name in names]
        dossier = replace(
            running.dossier, authority="", prepared=b"", question=None, amended={}, colleague=None
        )
        parcel = Parcel(
            service=running.definition.id,
            number=running.case.number,
            person=running.dossier.person,
            language=running.dossier.language,
            opened=to_text(running.case.opened_at),
            dossier=dossier.to_json().decode(),
            papers=tuple(
                (paper.name, paper.media_type, b64encode(paper.content).decode())
                for paper in papers
            ),
        )
        return parcel, partner, running.definition.law[0]

    def _taken(self, case: str, number: str) -> None:
        with self.database.work() as work:
            if not self.store.handed(case, work=work):
                return
            running = self.files.load(case, work=work)
            self.store.drop_handed(case, work=work)
            self.cases.move(
                running.case,
                State.WITHDRAWN,
                kind="passed-on",
                actor="computer",
                detail=number[:40],
                work=work,
            )
            self.files.save(replace(running, state=Tokens(ended=True)), wake=False, work=work)

    def _given_back(self, case: str, why: str) -> None:
        """The other would not have it: the officials here have it again."""
        with self.database.work() as work:
            running = self.files.load(case, work=work)
            self.store.drop_handed(case, work=work)
            self.cases.note(
                running.case, kind="given-back", actor="computer", detail=why[:40], work=work
            )
            unit = self.units.get(running.definition.id, "")
            needs = tuple(dict.fromkeys((*running.case.needs, GIVEN_BACK)))
            mark = Mark(needs=needs, proposal="official")
            self.cases.give(running.case, unit=unit, mark=mark, work=work)
            self.cases.watch(running.case, self.clock.now(), work=work)
            self.files.save(running, wake=False, work=work)


def _opened(parcel: Parcel) -> tuple[PersonCode, Dossier, list[Document]]:
    """What came, as far as it can be believed: it is signed by its sender, and still input."""
    if len(parcel.papers) > MOST_PAPERS:
        raise ServiceRefused("there are too many papers", why="parcel", most=MOST_PAPERS)
    try:
        person = person_code(parcel.person)
        opened: datetime = from_text(parcel.opened)
        told = Dossier.from_json(parcel.dossier.encode())
        papers = [
            Document(name=name, media_type=kind, content=b64decode(content, validate=True))
            for name, kind, content in parcel.papers
        ]
    except (Refused, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServiceRefused("this is no case", why="parcel") from error
    if told.person != person or opened.tzinfo is None:
        raise ServiceRefused("this is another person's case", why="parcel")
    dossier = Dossier(
        person=person,
        actor=told.actor,
        language=parcel.language,
        channel=HANDED,
        authority="",
        facts=told.facts,
        answers=told.answers,
        proposal=Proposal(outcome="official", grounds=(HANDED,)),
        disputed=told.disputed,
    )
    return person, dossier, papers
