"""Deciding: many verdicts, one signature, and each case goes on by itself.

`prepare` lays out one decision list for 1 to 50 cases and keeps it, sealed; `complete` takes the
card's signature, ends the container (ASiC-E LT) and writes, in one unit of work, into every case
its record, the container and the outcome. A fall between the two loses nothing: the same value
can be sent again. A case that was changed meanwhile is left as it is and named.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from riik.cases import Case, Cases, Document, Mark, State
from riik.core import Clock, Database, Entropy, InThread, Refused, SubjectId, Vault, Work, to_text
from riik.formats import canonical_json
from riik.services.desk.amending import ASIC_E
from riik.services.desk.batches import Batch, BatchCase, PutAside
from riik.services.desk.errors import DeskConflict, DeskRefused
from riik.services.desk.model import ANOTHER, Act, Decided, Official, Verdict
from riik.services.desk.records import decision_list, decision_record, digest_of
from riik.services.desk.staff import Seat
from riik.services.desk.verdicts import check_alone, check_own_eyes, check_verdict
from riik.services.dossier import Dossier, Proposal
from riik.services.letters import Authority
from riik.services.outcome import Prepared
from riik.services.running import Files, Running
from riik.services.steps import Pens

__all__ = ["BatchStore", "Decisions", "Laid", "settled"]

MOST_CASES = 50
_TICKET = re.compile(r"[A-Za-z0-9_-]{22,64}\Z")
KEPT = timedelta(days=1)
SALT_BYTES = 16


class BatchStore(Protocol):
    """What is kept of signatures that were begun."""

    def insert_batch(self, batch: Batch, *, work: Work) -> None: ...
    def batch(self, batch_id: str, *, official: SubjectId, work: Work) -> Batch | None: ...
    def end_batch(self, batch_id: str, outcome: bytes, *, work: Work) -> None: ...
    def drop_batches(self, *, official: SubjectId, before: Any, work: Work) -> None: ...
    def drop_batch(self, batch_id: str, *, official: SubjectId, work: Work) -> None: ...
    def put_verdict(self, aside: PutAside, *, official: SubjectId, work: Work) -> None: ...
    def verdicts(self, official: SubjectId, *, work: Work) -> list[PutAside]: ...
    def opened(self, case: str, *, version: int, official: SubjectId, work: Work) -> bool: ...
    def drop_verdicts(self, cases: Sequence[str], *, official: SubjectId, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A decision list that waits for its signature.

    Attributes:
        batch: Its id, for `Decisions.complete`.
        prepared: What the card must sign.
        paper: The list itself.
    """

    batch: str
    prepared: Prepared
    paper: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One case of a batch with its verdict and its record."""

    running: Running
    verdict: Verdict
    act: Act
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The decisions of one authority's officials.

    Attributes:
        authority: Who decides, as letters say it.
    """

    database: Database
    store: BatchStore
    files: Files
    cases: Cases
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    pens: Pens
    authority: Authority

    async def prepare(
        self, verdicts: Sequence[Verdict], *, seat: Seat, certificate: bytes, ticket: str = ""
    ) -> Laid:
        """Lay out one list of decisions and answer what the card must sign.

        Args:
            verdicts: What is decided.
            seat: Who decides.
            certificate: Of the official's card, DER.
            ticket: The id that the page chose; laid out again under it, the earlier is void.

        Raises:
            DeskRefused: For ``how-many``, or as `check_verdict`; of a certified copy also for
                ``alone``, ``unseen`` and ``compared``.
            DeskConflict: For ``with-another``, ``not-here`` or ``four-eyes``; ``signed`` when
                this ticket's signature has ended.
        """
        if ticket and not _TICKET.match(ticket):
            raise DeskRefused("this is no page's ticket", why="ticket")
        if not 0 < len(verdicts) <= MOST_CASES or len({v.case for v in verdicts}) < len(verdicts):
            raise DeskRefused("one to fifty cases, each once", why="how-many", most=MOST_CASES)
        if ticket:
            await self.in_thread(self._check_open, ticket, seat)
        at = to_text(self.clock.now())
        items = await self.in_thread(self._items, verdicts, seat, at)
        paper = decision_list(
            [item.record for item in items],
            authority={"names": dict(self.authority.names), "code": self.authority.code},
            official=self.name_of(seat.official),
            unit=seat.unit,
            at=at,
        )
        prepared = await self.pens.begin(
            paper, certificate, person=seat.official.person, language="en", name="decisions.json"
        )
        batch = await self.in_thread(self._keep, items, prepared, seat, ticket)
        return Laid(batch=batch, prepared=prepared, paper=paper)

    async def complete(self, batch_id: str, value: bytes, *, seat: Seat) -> dict[str, Any]:
        """End the signature and let every case go on.

        Returns:
            ``done``: the cases decided or proposed; ``refused``: those that were changed
            meanwhile, each with its reason. The same again is answered the same.

        Raises:
            DeskRefused: This official began no such signature (``no-batch``).
            DeskConflict: None of the cases could be decided (the reason of the first).
        """
        batch = await self.in_thread(self._batch, batch_id, seat)
        if batch.outcome:
            return _told(batch.outcome)
        opaque = self.vault.open(batch.official, batch.sealed, context=_context(batch.id))
        container = await self.pens.finish(opaque, value)
        return await self.in_thread(self._end, batch, container, seat)

    def put_aside(self, verdict: Verdict, *, seat: Seat) -> None:
        """Keep a verdict until it is signed, perhaps with others; blocks.

        Raises:
            DeskRefused, DeskConflict: As `prepare`.
        """
        with self.database.work() as work:
            running = self.files.load(verdict.case, work=work)
            check_verdict(verdict, running, seat=seat)
            check_alone(running)
            self._take(running, seat, work=work)
            aside = PutAside(
                case=verdict.case,
                version=verdict.version,
                outcome=verdict.outcome,
                sealed=self.vault.seal(
                    running.case.key,
                    msgspec.json.encode(verdict),
                    context=_aside_context(seat.me, verdict.case),
                ),
            )
            self.store.put_verdict(aside, official=seat.me, work=work)

    def take_back(self, cases: Sequence[str], *, seat: Seat) -> None:
        """Forget verdicts that were put aside; blocks."""
        with self.database.work() as work:
            self.store.drop_verdicts(cases, official=seat.me, work=work)

    def ready(self, seat: Seat) -> list[tuple[Case, PutAside, bool]]:
        """What waits for this official's signature; blocks.

        Returns:
            Each case, the verdict, and whether the case is still as the official saw it.
        """
        with self.database.read() as work:
            found = []
            for aside in self.store.verdicts(seat.me, work=work):
                running = self.files.load(aside.case, work=work)
                same = running.version == aside.version
                waits = running.case.state is State.WITH_OFFICIAL
                found.append((running.case, aside, same and waits))
        return found

    def put_aside_verdicts(self, shown: Mapping[str, str], *, seat: Seat) -> list[Verdict]:
        """The verdicts that were put aside for these cases; blocks.

        Args:
            shown: By case, the mark of the verdict that the list showed.
            seat: Who signs.

        Raises:
            DeskConflict: One is not there, is another than was shown, or its case was changed
                since (``changed``).
        """
        with self.database.read() as work:
            kept = {aside.case: aside for aside in self.store.verdicts(seat.me, work=work)}
            same = {
                case: aside if (aside := kept.get(case)) and aside.mark == mark else None
                for case, mark in shown.items()
            }
            return [self._aside(aside, case, seat, work=work) for case, aside in same.items()]

    def name_of(self, official: Official) -> str:
        """An official's whole name in the order of the country's letters."""
        name = official.name
        return self.authority.full_name(
            given_names=name.given, family_name=name.family, middle_names=name.middle
        )

    def _aside(self, aside: PutAside | None, case: str, seat: Seat, *, work: Work) -> Verdict:
        running = self.files.load(case, work=work)
        if aside is None or aside.version != running.version:
            number = running.case.number
            raise DeskConflict("the case was changed meanwhile", why="changed", number=number)
        plain = self.vault.open(
            running.case.key, aside.sealed, context=_aside_context(seat.me, case)
        )
        # Verdicts were sealed without their version once: it stood beside them only.
        said = {**msgspec.json.decode(plain), "version": aside.version}
        return msgspec.convert(said, type=Verdict)

    def _items(self, verdicts: Sequence[Verdict], seat: Seat, at: str) -> list[_Item]:
        items = []
        with self.database.read() as work:
            for verdict in verdicts:
                running = self.files.load(verdict.case, work=work)
                act = self._check(verdict, running, seat, work=work)
                if len(verdicts) > 1:
                    check_alone(running)
                record = decision_record(
                    running,
                    verdict,
                    act=act,
                    official=seat.official,
                    name=self.name_of(seat.official),
                    unit=seat.unit,
                    papers=self._papers(running, work=work),
                    at=at,
                    salt=self.entropy.bytes(SALT_BYTES),
                )
                items.append(_Item(running=running, verdict=verdict, act=act, record=record))
        return items

    def _check(self, verdict: Verdict, running: Running, seat: Seat, *, work: Work) -> Act:
        act = check_verdict(verdict, running, seat=seat)
        opened = self.store.opened(
            running.case.id, version=running.version, official=seat.me, work=work
        )
        check_own_eyes(verdict, running, opened=opened)
        return act

    def _papers(self, running: Running, *, work: Work) -> dict[str, str]:
        """Digests of the signed papers that the decision rests on."""
        names = [paper.name for paper in self.cases.papers(running.case, work=work)]
        signed = [name for name in names if name.startswith(("application", "amendment"))]
        return {
            name: sha256(self.cases.document(running.case, name, work=work).content).hexdigest()
            for name in signed
        }

    def _keep(self, items: Sequence[_Item], prepared: Prepared, seat: Seat, ticket: str) -> str:
        me, batch_id = seat.me, ticket or self.entropy.bytes(16).hex()
        cases = tuple(
            BatchCase(
                case=item.running.case.id,
                version=item.running.version,
                sealed=self.vault.seal(
                    item.running.case.key,
                    canonical_json.encode(dict(item.record)),
                    context=_record_context(batch_id, item.running.case.id),
                ),
            )
            for item in items
        )
        batch = Batch(
            id=batch_id,
            official=me,
            begun_at=self.clock.now(),
            sealed=self.vault.seal(me, prepared.opaque, context=_context(batch_id)),
            cases=cases,
        )
        with self.database.work() as work:
            self.store.drop_batches(official=me, before=self.clock.now() - KEPT, work=work)
            self.store.drop_batch(batch_id, official=me, work=work)
            self.store.insert_batch(batch, work=work)
            for item in items:
                self._take(item.running, seat, work=work)
        return batch_id

    def _check_open(self, ticket: str, seat: Seat) -> None:
        with self.database.read() as work:
            earlier = self.store.batch(ticket, official=seat.me, work=work)
        if earlier is not None and earlier.outcome:
            raise DeskConflict("these decisions are signed", why="signed")

    def _take(self, running: Running, seat: Seat, *, work: Work) -> None:
        """Whoever lays a decision out has the case: nobody else begins meanwhile."""
        case = self.cases.find(running.case.id, work=work)
        if not seat.works_on(case):
            raise DeskConflict("a colleague has this case", why="with-another", number=case.number)
        if case.assigned_to is None:
            self.cases.assign(case, official=seat.me, kind="taken", work=work)

    def _batch(self, batch_id: str, seat: Seat) -> Batch:
        with self.database.read() as work:
            batch = self.store.batch(batch_id, official=seat.me, work=work)
        if batch is None:
            raise DeskRefused("this official began no such signature", why="no-batch")
        return batch

    def _end(self, batch: Batch, container: bytes, seat: Seat) -> dict[str, Any]:
        done: list[str] = []
        refused: list[dict[str, str]] = []
        first: Refused | None = None
        with self.database.work() as work:
            again = self.store.batch(batch.id, official=batch.official, work=work)
            if again is not None and again.outcome:
                return _told(again.outcome)
            for kept in batch.cases:
                try:
                    self._decide(batch, kept, container, seat, work=work)
                except (DeskConflict, DeskRefused) as refusal:
                    first = first or refusal
                    refused.append({"case": kept.case, "why": refusal.why})
                else:
                    done.append(kept.case)
            if first is not None and not done:
                raise first
            self.store.drop_verdicts(done, official=batch.official, work=work)
            outcome = msgspec.json.encode({"done": done, "refused": refused})
            self.store.end_batch(batch.id, outcome, work=work)
        return _told(outcome)

    def _decide(
        self, batch: Batch, kept: BatchCase, container: bytes, seat: Seat, *, work: Work
    ) -> None:
        """Write one verdict into its case: record, container, outcome, and what follows."""
        running = self.files.load(kept.case, work=work)
        if running.version != kept.version:
            raise DeskConflict("the case was changed meanwhile", why="changed")
        content = self.vault.open(
            running.case.key, kept.sealed, context=_record_context(batch.id, kept.case)
        )
        record = canonical_json.decode(content)
        verdict = Verdict(
            case=kept.case,
            version=kept.version,
            outcome=record["outcome"],
            grounds=tuple(record["grounds"]),
            reason=record["reason"],
        )
        act = self._check(verdict, running, seat, work=work)
        name = _paper_name(running, act)
        decided = Decided(
            act=act,
            official=seat.official.person,
            name=record["official"]["name"],
            unit=record["official"]["unit"],
            outcome=verdict.outcome,
            grounds=verdict.grounds,
            reason=verdict.reason,
            at=record["at"],
            digest=digest_of(record),
            document=f"{name}.asice",
        )
        papers = (
            Document(name=f"{name}.json", media_type="application/json", content=content),
            Document(name=f"{name}.asice", media_type=ASIC_E, content=container),
        )
        for paper in papers:
            self.cases.attach(running.case, paper, work=work)
        if act is Act.PROPOSE:
            self._propose(running, decided, batch.official, work=work)
        else:
            self._settle(running, decided, work=work)

    def _settle(self, running: Running, decided: Decided, *, work: Work) -> None:
        """The case is decided: its process goes on from the review."""
        task = running.task("review")
        if task is None:
            raise DeskConflict("the case is at another step", why="not-here")
        dossier = settled(running.dossier, decided)
        self.cases.move(
            running.case, State.IN_PROGRESS, kind="reviewed", actor="official", work=work
        )
        self.files.save(running.done(task, dossier), work=work)

    def _propose(
        self, running: Running, decided: Decided, official: SubjectId, *, work: Work
    ) -> None:
        """The case waits for a second official, whoever of the unit it is."""
        dossier = replace(running.dossier, colleague=decided)
        mark = Mark(needs=running.case.needs, proposal=decided.outcome, proposed_by=official)
        self.cases.assign(running.case, official=None, kind="verdict-proposed", work=work)
        self.cases.mark(running.case, mark, work=work)
        self.files.save(replace(running, dossier=dossier), wake=False, work=work)


def settled(dossier: Dossier, decided: Decided) -> Dossier:
    """The dossier after an official decided; the rules' way to their proposal stays in it."""
    earlier = dossier.proposal
    proposal = Proposal(
        outcome=decided.outcome,
        # What no rule names stands in the official's own words alone.
        grounds=tuple(ground for ground in decided.grounds if ground != ANOTHER),
        explanation=earlier.explanation if earlier else (),
        by="official",
    )
    return replace(dossier, proposal=proposal, decided=decided)


def _paper_name(running: Running, act: Act) -> str:
    if act is not Act.PROPOSE:
        return "decision-signed"
    # A second proposal is kept beside the first: nothing that was signed is written over.
    colleague = running.dossier.colleague
    return "proposal-1" if colleague is None else f"proposal-{_number(colleague.document) + 1}"


def _number(document: str) -> int:
    return int(document.removeprefix("proposal-").removesuffix(".asice"))


def _told(outcome: bytes) -> dict[str, Any]:
    return msgspec.json.decode(outcome, type=dict[str, Any])


def _context(batch: str) -> str:
    return f"desk_batch/{batch}"


def _record_context(batch: str, case: str) -> str:
    return f"desk_batch_case/{batch}/{case}"


def _aside_context(official: SubjectId, case: str) -> str:
    return f"desk_verdict/{official}/{case}"
