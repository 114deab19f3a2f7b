"""What service tasks do: collect, owe-fee, acknowledge, propose, decide, record, notify, lapse.

Each operation may be done again after a fall: calls carry ids made of the case, documents are
kept once by name, and the case's version lets only one writer through.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from riik.cases import Case, Cases, Document, Mark, State
from riik.core import Clock, Money, Work, person_code, to_text
from riik.payments import Fees
from riik.rules import decide
from riik.services.dossier import Proposal
from riik.services.joint.model import SIGNED
from riik.services.letters import Authority, decision_letter, receipt_slip, written
from riik.services.lookups import Lookups, Written
from riik.services.model import Fact, RecordChange, Standing
from riik.services.offering.model import OCCASION
from riik.services.running import Effect, Running, due_after, local_day
from riik.services.shown.recorded import worked_out
from riik.services.terms.days import next_look
from riik.services.terms.delivering import ASK_EVERY, DeliveryStore, notice_of
from riik.services.terms.model import APPEALED
from riik.services.terms.refunding import GivingBack, by_rule

__all__ = ["Operations", "Papers"]

RECEIPT = "receipt.pdf"
"""The slip that says what was received and when the answer comes."""


class Invite(Protocol):
    """Asks those who sign as well (`joint.signing`)."""

    async def __call__(self, running: Running, /) -> Effect: ...


class Enclose(Protocol):
    """Opens files of a case."""

    async def __call__(
        self, case: Case, files: Sequence[Mapping[str, Any]], /
    ) -> Sequence[Document]: ...


class Papers(Protocol):
    """Makes and seals the authority's documents."""

    async def letter(
        self,
        template: str,
        content: Mapping[str, Any],
        /,
        *,
        language: str,
        enclosed: Sequence[Document] = (),
    ) -> bytes:
        """A letter as a sealed PDF, with files inside."""
        ...

    async def draft(self, template: str, content: Mapping[str, Any], /, *, language: str) -> bytes:
        """The same letter before it is decided: marked as a draft, without a seal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """The operations of one authority's services.

    Attributes:
        sources: Names of the organisations that play each role, by language.
        invite: Asks the others of a joint application.
        enclose: Opens the files that a decision is to hold (`forms.enclosing`).
        offer: Offers what nobody asked for (`offering`).
        units: Which unit of officials has a service's cases, by the service's id.
        zone: The time zone of days.
        works: Whether offices work on a day; none asks nobody.
        giving_back: Proposes to give back a fee where the folder says so.
        watch: Watches how a notice with legal effect comes to its person; None watches none.
    """

    cases: Cases
    fees: Fees
    lookups: Lookups
    papers: Papers
    clock: Clock
    authority: Authority
    sources: Mapping[str, Mapping[str, str]]
    invite: Invite
    offer: Invite
    enclose: Enclose
    units: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    works: Callable[[date], bool] | None = None
    giving_back: GivingBack | None = None
    watch: DeliveryStore | None = None

    async def run(self, operation: str, running: Running) -> Effect:
        """Do one operation and answer what is to be written."""
        known: Mapping[str, Callable[[Running], Awaitable[Effect]]] = {
            "collect": self.collect,
            "invite": self.invite,
            "owe-fee": self.owe_fee,
            "propose": self.propose,
            "decide": self.decide,
            "record": self.record,
            "notify": self.notify,
            "acknowledge": self.acknowledge,
            "offer": self.offer,
            "lapse": self.lapse,
            "hear": self.hear,
        }
        return await known[operation](running)

    async def collect(self, running: Running) -> Effect:
        """Ask every register of the once-only list, at the same time.

        Of who signs as well it is asked once they did: their word is needed for it.
        """
        dossier, case = running.dossier, running.case.id
        signed = bool(dossier.signers) and dossier.signers[0].standing == SIGNED
        running = running.with_occasion()
        dossier = running.dossier
        now = {"applicant": True, "other": signed, OCCASION: bool(dossier.occasion)}
        needs = [
            need
            for need in running.definition.needs
            if need.id not in dossier.facts and now[need.of]
        ]
        facts = await asyncio.gather(
            *(self.lookups.ask(n, dossier=dossier, case=case) for n in needs)
        )
        return Effect(dossier=dossier.with_facts(list(facts)))

    async def owe_fee(self, running: Running) -> Effect:
        """Write down what the rules say is owed."""
        fee = running.known()["fee"]
        amount = Money(running.definition.currency, fee["amount"])

        def write(work: Work) -> None:
            self.fees.owe(
                running.case.id,
                number=running.case.number,
                amount=amount,
                law=fee["law"],
                work=work,
            )
            if running.case.state.ended:
                # Paid after the decision: the case stands where it was decided.
                self.cases.note(running.case, kind="fee-owed", actor="computer", work=work)
            else:
                self.cases.move(
                    running.case, State.TO_PAY, kind="fee-owed", actor="computer", work=work
                )

        return Effect(dossier=running.dossier, write=write)

    async def acknowledge(self, running: Running) -> Effect:
        """Give the person a sealed slip: what was received, and when the answer comes."""
        definition = running.definition
        if not definition.letter.receipt:
            return Effect(dossier=running.dossier)
        owed = running.known()["fee"]["amount"]
        fee = Money(definition.currency, owed) if owed else None
        slip = receipt_slip(
            running,
            authority=self.authority,
            sources=self.sources,
            due=local_day(self._due(running), self.zone),
            fee=written(fee) if fee else "",
        )
        language = running.dossier.language
        content = await self.papers.letter(definition.letter.receipt, slip, language=language)
        paper = Document(name=RECEIPT, media_type="application/pdf", content=content)

        def write(work: Work) -> None:
            self.cases.attach(running.case, paper, work=work)
            self.cases.move(
                running.case, State.IN_PROGRESS, kind="received", actor="computer", work=work
            )

        return Effect(dossier=running.dossier, write=write)

    async def propose(self, running: Running) -> Effect:
        """Let the rules propose; without rules an official decides."""
        proposal = self.proposal(running)
        due, terms = self._due(running), running.definition.terms

        def write(work: Work) -> None:
            move = partial(self.cases.move, running.case, actor="computer", work=work)
            move(
                State.IN_PROGRESS,
                kind="proposed",
                detail=proposal.outcome,
                due_at=due,
                watch_at=next_look(due, terms, zone=self.zone, escalated=False),
            )
            if proposal.outcome == "official":
                mark = Mark(needs=proposal.grounds, proposal=proposal.outcome)
                unit = self.units.get(running.definition.id, "")
                self.cases.give(running.case, unit=unit, mark=mark, work=work)

        return Effect(dossier=replace(running.dossier, proposal=proposal), write=write)

    async def decide(self, running: Running) -> Effect:
        """Write the decision as a sealed letter and end the case with it."""
        proposal = running.dossier.proposal
        granted = proposal is not None and proposal.outcome == "grant"
        letter = await self._letter(running)

        def write(work: Work) -> None:
            if letter:
                paper = Document(name="decision.pdf", media_type="application/pdf", content=letter)
                self.cases.attach(running.case, paper, work=work)
            state = State.GRANTED if granted else State.REFUSED
            by = proposal.by if proposal else "computer"
            self.cases.move(running.case, state, kind="decided", actor=by, detail=state, work=work)
            by_rule(running, state, self.giving_back, work=work)
            if running.dossier.appeal is not None:
                about = self.cases.find(running.dossier.appeal.case, work=work)
                self.cases.note(
                    about, kind="appeal-decided", actor=by, detail=state.value, work=work
                )

        return Effect(dossier=running.dossier, write=write)

    async def record(self, running: Running) -> Effect:
        """Write a granted outcome into its registers, one change after the other."""
        definition, dossier = running.definition, running.dossier
        changes = [*filter(None, [definition.record]), *definition.also]
        for number, change in enumerate(changes):
            about = f"record-{number}" if number else "record"
            for sent in self._written(running, change, about):
                await self.lookups.change(change, sent, dossier=dossier, case=running.case.id)
        return Effect(dossier=dossier)

    async def notify(self, running: Running) -> Effect:
        """Tell the person, in all languages of the service."""
        proposal = running.dossier.proposal
        granted = proposal is not None and proposal.outcome == "grant"
        notice = running.definition.notices.get("granted" if granted else "refused")
        if notice is not None:
            text = running.definition.text
            content = {
                "id": f"{running.case.id}-decided",
                "case": running.case.id,
                "legal_effect": notice.legal_effect,
                "texts": {
                    language: {
                        "title": text(notice.title, language),
                        "body": text(notice.body, language),
                    }
                    for language in running.definition.languages
                },
            }
            await self._tell_all(content, running)
            return Effect(dossier=running.dossier, write=self._watched(content))
        return Effect(dossier=running.dossier)

    def _watched(self, content: dict[str, Any]) -> Callable[[Work], None] | None:
        now, watch = self.clock.now(), self.watch
        sent = notice_of(content, at=now)
        if watch is None or sent is None:
            return None

        def write(work: Work) -> None:
            watch.begin_delivery(sent, due=to_text(now + ASK_EVERY), work=work)

        return write

    async def lapse(self, running: Running) -> Effect:
        """End a case that nobody decided: what the person was to do did not come in time."""

        def write(work: Work) -> None:
            self.cases.move(
                running.case, State.WITHDRAWN, kind="lapsed", actor="computer", work=work
            )

        return Effect(dossier=running.dossier, write=write)

    async def hear(self, running: Running) -> Effect:
        """Give an appeal, or what another organisation handed over, to the officials."""
        terms, appeal = running.definition.terms, running.dossier.appeal
        days = terms.appeal_decide_days if appeal else running.definition.deadline_days
        needs = running.dossier.proposal.grounds if running.dossier.proposal else (APPEALED,)
        due = due_after(self.clock.now(), days=days, zone=self.zone, works=self.works)

        def write(work: Work) -> None:
            self.cases.move(
                running.case,
                State.IN_PROGRESS,
                kind="appeal-heard" if appeal else "came",
                actor="computer",
                due_at=due,
                watch_at=next_look(due, terms, zone=self.zone, escalated=False),
                work=work,
            )
            unit = self.units.get(running.definition.id, "")
            mark = Mark(needs=needs, proposal="official")
            self.cases.give(running.case, unit=unit, mark=mark, work=work)

        return Effect(dossier=running.dossier, write=write)

    def judge(self, decision: str, running: Running) -> Effect:
        """Take one decision of the rules and keep what it gives, as ``decisions.<name>``."""
        rules, dossier = running.definition.rules, running.dossier
        value = decide(rules, decision, running.known()).plain if rules else None
        return Effect(dossier=replace(dossier, decisions={**dossier.decisions, decision: value}))

    async def _tell_all(self, content: Mapping[str, Any], running: Running) -> None:
        """Tell who applied, and everybody who signed with them."""
        case, law = running.case.id, running.definition.law[0]
        await self.lookups.tell(content, legal_basis=law, dossier=running.dossier, case=case)
        for number, signer in enumerate(running.dossier.signers, start=1):
            about = f"notice-{number}"
            notice = {**content, "id": f"{case}-decided-{number}"}
            other = replace(running.dossier, person=signer.person)
            await self.lookups.tell(notice, legal_basis=law, dossier=other, case=case, about=about)

    async def silent(self, running: Running, /) -> list[Fact]:
        """Ask the registers that were silent once more (the desk's port `AskAgain`)."""
        dossier, case = running.dossier, running.case.id
        unanswered = [
            need
            for need in running.definition.needs
            if need.id in dossier.facts and dossier.facts[need.id].standing is Standing.UNAVAILABLE
        ]
        again = f"v{running.version}"
        asked = (self.lookups.ask(n, dossier=dossier, case=case, again=again) for n in unanswered)
        return list(await asyncio.gather(*asked))

    def proposal(self, running: Running, /) -> Proposal:
        """What the rules propose by what is known (the desk's port `AskAgain`)."""
        return running.proposed()

    def _due(self, running: Running) -> datetime:
        days = running.definition.deadline_days
        return due_after(self.clock.now(), days=days, zone=self.zone, works=self.works)

    def _written(self, running: Running, change: RecordChange, about: str) -> list[Written]:
        """What is sent: to everybody's record whom the change names, and to nobody's else."""
        of: Any = [running.dossier.person]
        if change.of:
            named = self._values(running, {"of": change.of})["of"]
            of = named if isinstance(named, list) else [named]
        values, key = self._values(running, change.values), self._values(running, change.key)
        return [
            Written(
                of=person_code(code),
                values=values,
                key={name: str(value) for name, value in key.items()},
                about=f"{about}-{number}" if number else about,
            )
            for number, code in enumerate(one for one in of if one is not None)
        ]

    def _values(self, running: Running, expressions: Mapping[str, str]) -> dict[str, Any]:
        """The register's new values: FEEL over what is known and what the rules decided."""
        return worked_out(running, expressions)

    async def _letter(self, running: Running) -> bytes:
        template = running.definition.letter.template
        if not template:
            return b""
        content = decision_letter(running, authority=self.authority, sources=self.sources)
        enclosed = await self.enclose(running.case, content.get("enclosed", ()))
        return await self.papers.letter(
            template, content, language=running.dossier.language, enclosed=enclosed
        )
