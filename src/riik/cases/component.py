"""Cases: where does each person's matter stand, who has it, what belongs to it?

What a case is about (answers, rules, letters) is `services`; this component keeps the
case itself, its timeline, its queue and its documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from riik.cases.errors import CaseUnknown
from riik.cases.lifecycle import follow
from riik.cases.model import Case, Document, Event, State
from riik.core import Clock, SubjectId, Vault, Work

__all__ = ["CaseStore", "Cases"]


class CaseStore(Protocol):
    """What this component needs kept."""

    def insert(self, case: Case, *, work: Work) -> None: ...
    def count_in_year(self, year: int, *, work: Work) -> int: ...
    def load(self, case_id: str, *, work: Work) -> Case | None: ...
    def of_subject(self, subject: SubjectId, *, work: Work) -> list[Case]: ...
    def in_state(self, state: State, *, limit: int, work: Work) -> list[Case]: ...
    def set_state(
        self, case_id: str, state: State, *, due_at: datetime | None, work: Work
    ) -> None: ...
    def set_official(self, case_id: str, official: SubjectId, *, work: Work) -> None: ...
    def append_event(self, case_id: str, event: Event, *, work: Work) -> None: ...
    def timeline(self, case_id: str, *, work: Work) -> Sequence[Event]: ...
    def put_document(self, case_id: str, document: Document, *, work: Work) -> None: ...
    def document(self, case_id: str, name: str, *, work: Work) -> Document | None: ...
    def document_names(self, case_id: str, *, work: Work) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One authority's cases."""

    store: CaseStore
    vault: Vault
    clock: Clock

    def open(self, case_id: str, *, service: str, subject: SubjectId, work: Work) -> Case:
        """Open a case, or answer the one that this person opened under the same id.

        Raises:
            CaseUnknown: The id is taken by another person or service (``not-yours``).
        """
        found = self.store.load(case_id, work=work)
        if found is not None:
            if (found.subject, found.service) != (subject, service):
                raise CaseUnknown("no such case", why="not-yours")
            return found
        now = self.clock.now()
        number = self.store.count_in_year(now.year, work=work) + 1
        case = Case(
            id=case_id,
            number=f"{now.year}-{number:06d}",
            service=service,
            subject=subject,
            state=State.DRAFT,
            opened_at=now,
        )
        self.store.insert(case, work=work)
        self._tie(case_id, kind="opened", actor="person", detail="", work=work)
        return case

    def find(self, case_id: str, *, work: Work, subject: SubjectId | None = None) -> Case:
        """A case; with ``subject`` only if it is that person's.

        Raises:
            CaseUnknown: For ``unknown`` or ``not-yours``.
        """
        case = self.store.load(case_id, work=work)
        if case is None:
            raise CaseUnknown("no such case", why="unknown")
        if subject is not None and case.subject != subject:
            raise CaseUnknown("no such case", why="not-yours")
        return case

    def of_person(self, subject: SubjectId, *, work: Work) -> list[Case]:
        """One person's cases, newest first."""
        return self.store.of_subject(subject, work=work)

    def queue(self, *, limit: int = 100, work: Work) -> list[Case]:
        """What waits for an official, the most urgent first."""
        return self.store.in_state(State.WITH_OFFICIAL, limit=limit, work=work)

    def move(
        self,
        case: Case,
        state: State,
        *,
        kind: str,
        actor: str,
        detail: str = "",
        due_at: datetime | None = None,
        work: Work,
    ) -> None:
        """Say what happened and where the case stands after it.

        Raises:
            TransitionRefused: ``state`` can't follow the present one.
        """
        now = self.find(case.id, work=work).state
        self.store.set_state(case.id, follow(now, state), due_at=due_at, work=work)
        self._tie(case.id, kind=kind, actor=actor, detail=detail, work=work)

    def assign(self, case: Case, *, official: SubjectId, work: Work) -> None:
        """Give the case to an official."""
        self.store.set_official(case.id, official, work=work)
        self._tie(case.id, kind="assigned", actor="official", detail="", work=work)

    def timeline(self, case: Case, *, work: Work) -> Sequence[Event]:
        """What happened, in order."""
        return self.store.timeline(case.id, work=work)

    def attach(self, case: Case, document: Document, *, work: Work) -> None:
        """Keep a document, sealed under the person's key; the same name is kept once."""
        if self.store.document(case.id, document.name, work=work) is not None:
            return
        context = _context(case.id, document.name)
        sealed = self.vault.seal(case.subject, document.content, context=context)
        kept = Document(name=document.name, media_type=document.media_type, content=sealed)
        self.store.put_document(case.id, kept, work=work)

    def document(self, case: Case, name: str, *, work: Work) -> Document:
        """A document of the case, opened.

        Raises:
            CaseUnknown: There is none of that name (``no-document``).
        """
        kept = self.store.document(case.id, name, work=work)
        if kept is None:
            raise CaseUnknown("the case has no such document", why="no-document")
        content = self.vault.open(case.subject, kept.content, context=_context(case.id, name))
        return Document(name=name, media_type=kept.media_type, content=content)

    def document_names(self, case: Case, *, work: Work) -> list[str]:
        """What the case holds, by name."""
        return self.store.document_names(case.id, work=work)

    def _tie(self, case_id: str, *, kind: str, actor: str, detail: str, work: Work) -> None:
        event = Event(at=self.clock.now(), kind=kind, actor=actor, detail=detail)
        self.store.append_event(case_id, event, work=work)


def _context(case_id: str, name: str) -> str:
    return f"cases_document/{case_id}/{name}"
