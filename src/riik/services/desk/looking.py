"""What an official is shown of cases and people; each look is on record before anything leaves.

A look is written twice in one unit of work: into the log that the person sees, and into the
official's own. Every method blocks: it reads and writes the node's database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from riik.cases import Case, Cases
from riik.core import Clock, Database, Entropy, PersonCode, SubjectId, Vault, Work, to_text
from riik.payments import Fees
from riik.services.desk.batches import DeskLook
from riik.services.desk.evidence import Around, case_view
from riik.services.desk.queues import Queues
from riik.services.desk.staff import Seat
from riik.services.letters import Authority
from riik.services.model import Standing
from riik.services.running import Files, Running
from riik.services.shown.rows import Speaker

__all__ = ["PURPOSES", "RELATED", "CheckMessage", "LookStore", "Looking"]

RELATED = "related-case"
PURPOSES = frozenset({"person-here", "person-calls", RELATED})
"""What an official may look somebody up for."""

REVIEW = "case-review"
LOOKS = 100


class RecordLook(Protocol):
    """Writes down an official's look at a case, in the caller's unit of work."""

    def __call__(
        self,
        subject: SubjectId,
        *,
        purpose: str,
        legal_basis: str,
        acting: PersonCode,
        case: str,
        work: Work,
    ) -> object: ...


class LookStore(Protocol):
    """Officials' own logs."""

    def add_look(self, look: DeskLook, *, official: SubjectId, work: Work) -> None: ...
    def looks(
        self, official: SubjectId, *, before: str, limit: int, work: Work
    ) -> Sequence[DeskLook]: ...


class CheckMessage(Protocol):
    """Looks a register's answer up in the node's own message log, and verifies it."""

    def __call__(self, message_id: str, /) -> str:
        """``proved`` (signed and time-stamped), ``signed`` (no time-stamp yet) or ``missing``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Officials' looks at the cases of one authority.

    Attributes:
        authority: Who decides, and how the country says names.
        sources: Names of the organisations that play each role, by language.
    """

    database: Database
    store: LookStore
    files: Files
    cases: Cases
    fees: Fees
    vault: Vault
    clock: Clock
    entropy: Entropy
    queues: Queues
    record_look: RecordLook
    check_message: CheckMessage
    authority: Authority
    sources: Mapping[str, Mapping[str, str]]

    def open(self, seat: Seat, running: Running, language: str) -> dict[str, Any]:
        """A case with everything that belongs to it."""
        self._note_review(seat, running, version=running.version)
        return self._view(seat, running, language)

    def note(self, seat: Seat, running: Running) -> None:
        """Write down that the official looked at what is in a case."""
        self._note_review(seat, running)

    def document(self, seat: Seat, running: Running, name: str) -> tuple[bytes, str]:
        """A paper of the case: content and media type."""
        self._note_review(seat, running)
        with self.database.read() as work:
            paper = self.cases.document(running.case, name, work=work)
        return paper.content, paper.media_type

    def look_up(
        self, seat: Seat, code: PersonCode, purpose: str, errand: str, language: str
    ) -> list[dict[str, Any]]:
        """Write the look down, then look; a person whom this node never met gets a subject."""
        subject = self.vault.subject_of(code)
        [law, *_] = [
            self.files.definitions[one].law[0]
            for one in (*self.queues.staff.services_of((seat.unit.code,)), *self.files.definitions)
            if one in self.files.definitions
        ]
        with self.database.work() as work:
            case = self.cases.find(errand, work=work) if purpose == RELATED else None
            self._note(
                seat,
                subject,
                purpose=purpose,
                legal_basis=law,
                errand=errand,
                case=case,
                work=work,
            )
        with self.database.read() as work:
            return self.queues.of_person(seat, subject, language, work=work)

    def own_looks(self, seat: Seat, before: str) -> list[dict[str, Any]]:
        """What the official looked at, the newest first."""
        with self.database.read() as work:
            looks = self.store.looks(seat.me, before=before, limit=LOOKS, work=work)
        return [
            {
                "at": to_text(look.at),
                "purpose": look.purpose,
                "case": look.case,
                "number": look.number,
            }
            for look in looks
        ]

    def _note_review(self, seat: Seat, running: Running, *, version: int | None = None) -> None:
        with self.database.work() as work:
            self._note(
                seat,
                running.case.subject,
                purpose=REVIEW,
                legal_basis=running.definition.law[0],
                errand=running.case.id,
                case=running.case,
                version=version,
                work=work,
            )

    def _note(
        self,
        seat: Seat,
        subject: SubjectId,
        *,
        purpose: str,
        legal_basis: str,
        errand: str,
        case: Case | None,
        version: int | None = None,
        work: Work,
    ) -> None:
        """Write one look down twice in one unit: for the person, and in the official's own log."""
        self.record_look(
            subject,
            purpose=purpose,
            legal_basis=legal_basis,
            acting=seat.official.person,
            case=errand,
            work=work,
        )
        look = DeskLook(
            id=self.entropy.bytes(16).hex(),
            at=self.clock.now(),
            purpose=purpose,
            case=case.id if case else "",
            number=case.number if case else "",
            version=version,
        )
        self.store.add_look(look, official=seat.me, work=work)

    def _view(self, seat: Seat, running: Running, language: str) -> dict[str, Any]:
        case, holders = running.case, self.queues.holders()
        with self.database.read() as work:
            timeline = self.cases.timeline(case, work=work)
            documents = [
                {"name": one.name, "media_type": one.media_type, "size": one.size}
                for one in self.cases.papers(case, work=work)
            ]
            fee = self.fees.of_case(case.id, work=work)
        around = Around(
            timeline=timeline,
            documents=documents,
            fee=fee,
            proofs={
                fact.message_id: self.check_message(fact.message_id)
                for fact in running.dossier.facts.values()
                if fact.standing is not Standing.UNAVAILABLE
            },
            holder=holders.get(case.assigned_to) if case.assigned_to else None,
            colleagues=self.queues.staff.colleagues(seat.official),
        )
        speaker = Speaker(
            running=running,
            language=language,
            authority=self.authority,
            sources=self.sources,
            zone=self.files.zone,
            official=True,
        )
        return case_view(speaker, seat=seat, around=around)
