"""Cases: where does each person's matter stand, who has it, what belongs to it?

What a case is about (answers, rules, letters) is `services`; this component keeps the
case itself, its timeline, its queue and its documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from riik.cases.errors import CaseUnknown
from riik.cases.lifecycle import follow, lane_after
from riik.cases.model import Case, Document, Event, Journey, Lane, Mark, Paper, Pick, State
from riik.core import Clock, SubjectId, Vault, Work

__all__ = ["CaseStore", "Cases", "years_after"]

MOST = 200
"""So many cases are told or worked on at once."""


class CaseStore(Protocol):
    """What this component needs kept."""

    def insert(self, case: Case, *, work: Work) -> None: ...
    def next_number(self, year: int, *, work: Work) -> int: ...
    def load(self, case_id: str, *, work: Work) -> Case | None: ...
    def numbered(self, number: str, *, work: Work) -> Case | None: ...
    def of_subject(self, subject: SubjectId, *, limit: int, work: Work) -> list[Case]: ...
    def seen(self, subject: SubjectId, pick: Pick, *, work: Work) -> list[Case]: ...
    def about(self, case_id: str, *, work: Work) -> list[Case]: ...
    def watched(self, before: datetime, *, limit: int, work: Work) -> list[Case]: ...
    def kept(self, before: datetime, *, limit: int, work: Work) -> list[Case]: ...
    def drop_documents(self, case_id: str, *, work: Work) -> None: ...
    def pick(self, pick: Pick, *, work: Work) -> list[Case]: ...
    def count(self, pick: Pick, *, most: int, work: Work) -> int: ...
    def save(self, case: Case, *, work: Work) -> None: ...
    def append_event(self, case_id: str, event: Event, *, work: Work) -> None: ...
    def timeline(self, case_id: str, *, work: Work) -> Sequence[Event]: ...
    def put_document(self, case_id: str, document: Document, *, work: Work) -> None: ...
    def replace_document(self, case_id: str, name: str, content: bytes, *, work: Work) -> bool: ...
    def drop_document(self, case_id: str, name: str, *, work: Work) -> None: ...
    def document(self, case_id: str, name: str, *, work: Work) -> Document | None: ...
    def papers(self, case_id: str, *, work: Work) -> list[Paper]: ...
    def journeys(self, *, since: datetime, limit: int, work: Work) -> list[Journey]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One authority's cases."""

    store: CaseStore
    vault: Vault
    clock: Clock

    def open(
        self,
        case_id: str,
        *,
        service: str,
        subject: SubjectId,
        work: Work,
        channel: str = "",
        sealed_by: SubjectId | None = None,
        about: str = "",
        keep_years: int = 0,
    ) -> Case:
        """Open a case, or answer the one that this person opened under the same id.

        Args:
            case_id: Made by the channel.
            service: Catalogue id.
            subject: Whose matter it is.
            work: The unit.
            channel: ``web``, ``desk`` …; stands beside the first knot of the timeline.
            sealed_by: Whose key seals it, or None for the person's.
            about: The case whose decision it appeals against.
            keep_years: For how long it is kept after its end; 0 for ever.

        Raises:
            CaseUnknown: The id is taken by another person or service (``not-yours``).
        """
        found = self.store.load(case_id, work=work)
        if found is not None:
            if (found.subject, found.service) != (subject, service):
                raise CaseUnknown("no such case", why="not-yours")
            return found
        now = self.clock.now()
        number = self.store.next_number(now.year, work=work)
        case = Case(
            id=case_id,
            number=f"{now.year}-{number:06d}",
            service=service,
            subject=subject,
            state=State.DRAFT,
            opened_at=now,
            sealed_by=sealed_by,
            about=about,
            keep_years=keep_years,
        )
        self.store.insert(case, work=work)
        self._tie(case_id, kind="opened", actor="person", detail=channel, work=work)
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

    def journeys(self, *, since: datetime, limit: int = 100_000, work: Work) -> list[Journey]:
        """Times and outcomes of the cases opened since then, the newest first; nobody's data."""
        return self.store.journeys(since=since, limit=limit, work=work)

    def of_person(self, subject: SubjectId, *, limit: int = MOST, work: Work) -> list[Case]:
        """One person's cases, newest first."""
        return self.store.of_subject(subject, limit=limit, work=work)

    def seen(self, subject: SubjectId, pick: Pick, *, work: Work) -> list[Case]:
        """One person's cases that a pick's units or officials have, newest first."""
        return self.store.seen(subject, pick, work=work)

    def about(self, case: Case, *, work: Work) -> list[Case]:
        """The appeals against a case's decision."""
        return self.store.about(case.id, work=work)

    def watched(self, *, limit: int = MOST, work: Work) -> list[Case]:
        """Cases that the clock is to look at now."""
        return self.store.watched(self.clock.now(), limit=limit, work=work)

    def to_erase(self, *, limit: int = MOST, work: Work) -> list[Case]:
        """Cases that are kept no longer."""
        return self.store.kept(self.clock.now(), limit=limit, work=work)

    def watch(self, case: Case, at: datetime | None, *, work: Work) -> None:
        """Let the clock look at a case at a moment, or no more."""
        self.store.save(replace(self.find(case.id, work=work), watch_at=at), work=work)

    def keep_longer(self, case: Case, until: datetime, *, work: Work) -> None:
        """Keep an ended case beyond the end of its keeping."""
        self.store.save(replace(self.find(case.id, work=work), keep_until=until), work=work)

    def erase(self, case: Case, *, work: Work) -> None:
        """Forget what an ended case was about: its times and its outcome stay, for figures.

        Its papers are deleted and it leads to nobody any more. Destroying its key, which makes
        copies unreadable too, is the caller's next step.
        """
        now = self.clock.now()
        self.store.drop_documents(case.id, work=work)
        found = self.find(case.id, work=work)
        nobody = SubjectId("")
        erased = replace(
            found,
            subject=nobody,
            sealed_by=None,
            lane=Lane.NONE,
            keep_until=None,
            watch_at=None,
            erased_at=now,
        )
        self._write(erased, kind="erased", actor="computer", detail="", work=work)

    def numbered(self, number: str, *, work: Work) -> Case:
        """The case with this number.

        Raises:
            CaseUnknown: For ``unknown``.
        """
        case = self.store.numbered(number, work=work)
        if case is None:
            raise CaseUnknown("no such case", why="unknown")
        return case

    def queue(self, pick: Pick, *, work: Work) -> list[Case]:
        """Cases of officials' work, the most urgent first; those that ended, the newest first."""
        return self.store.pick(pick, work=work)

    def count(self, pick: Pick, *, most: int = 1000, work: Work) -> int:
        """How many such cases there are; ``most`` when there are more."""
        return self.store.count(pick, most=most, work=work)

    def move(
        self,
        case: Case,
        state: State,
        *,
        kind: str,
        actor: str,
        detail: str = "",
        due_at: datetime | None = None,
        watch_at: datetime | None = None,
        work: Work,
    ) -> None:
        """Say what happened and where the case stands after it.

        Args:
            case: Which.
            state: Where it stands now.
            kind: What happened, in a word.
            actor: Who did it.
            detail: A code that explains it.
            due_at: When the law wants it decided, if that begins now.
            watch_at: When the clock looks at it, if that begins now.
            work: The unit in which it is written.

        Raises:
            TransitionRefused: ``state`` can't follow the present one.
        """
        after = self._moved(case, state, due_at=due_at, work=work)
        after = replace(after, watch_at=None if state.ended else watch_at or after.watch_at)
        self._write(after, kind=kind, actor=actor, detail=detail, work=work)

    def note(self, case: Case, *, kind: str, actor: str, detail: str = "", work: Work) -> None:
        """Say what happened in a case that stands where it stood."""
        self._tie(case.id, kind=kind, actor=actor, detail=detail, work=work)

    def give(self, case: Case, *, unit: str, mark: Mark, work: Work) -> None:
        """Give the case to a unit of officials, with what they see of it in their queue.

        Raises:
            TransitionRefused: It can't go to an official now.
        """
        after = self._moved(case, State.WITH_OFFICIAL, work=work)
        after = replace(_marked(after, mark), unit=unit)
        codes = ",".join(mark.needs)
        self._write(after, kind="given-to-official", actor="computer", detail=codes, work=work)

    def mark(self, case: Case, mark: Mark, *, work: Work) -> None:
        """Change what officials see of the case in their queue."""
        self.store.save(_marked(self.find(case.id, work=work), mark), work=work)

    def assign(
        self,
        case: Case,
        *,
        official: SubjectId | None,
        kind: str,
        detail: str = "",
        actor: str = "official",
        work: Work,
    ) -> None:
        """Give the case to an official, or back to all of the unit.

        Args:
            case: Which.
            official: Who has it from now on; None when nobody has.
            kind: What happened, in a word: ``taken``, ``handed-over``.
            detail: A code that explains it.
            actor: Who did it.
            work: The unit in which it is written.
        """
        after = replace(self.find(case.id, work=work), assigned_to=official)
        self._write(after, kind=kind, actor=actor, detail=detail, work=work)

    def ask(self, case: Case, *, detail: str = "", work: Work) -> None:
        """The person is asked for something; from now the case waits for them.

        Raises:
            TransitionRefused: No official has the case.
        """
        after = self._moved(case, State.ASKED, work=work)
        after = replace(after, asked_at=self.clock.now())
        self._write(after, kind="asked", actor="official", detail=detail, work=work)

    def answered(self, case: Case, *, kind: str, actor: str, stops: bool, work: Work) -> None:
        """What was asked is there, or no longer wanted: the case waits for the official again.

        Args:
            case: Which.
            kind: ``amended`` or ``question-withdrawn``.
            actor: Who did it.
            stops: The time to decide stood still meanwhile, so the law's day moves on by it.
            work: The unit in which it is written.

        Raises:
            TransitionRefused: Nothing was asked.
        """
        now = self.find(case.id, work=work)
        due_at = now.due_at
        if stops and due_at is not None and now.asked_at is not None:
            due_at += self.clock.now() - now.asked_at
        after = self._moved(case, State.WITH_OFFICIAL, due_at=due_at, work=work)
        # The clock looks at once: what it waits for has moved with the law's day.
        after = replace(after, watch_at=self.clock.now() if due_at else None)
        self._write(replace(after, asked_at=None), kind=kind, actor=actor, detail="", work=work)

    def timeline(self, case: Case, *, work: Work) -> Sequence[Event]:
        """What happened, in order."""
        return self.store.timeline(case.id, work=work)

    def attach(self, case: Case, document: Document, *, work: Work) -> None:
        """Keep a document, sealed under the person's key; the same name is kept once."""
        if self.store.document(case.id, document.name, work=work) is not None:
            return
        context = _context(case.id, document.name)
        sealed = self.vault.seal(case.key, document.content, context=context)
        kept = Document(name=document.name, media_type=document.media_type, content=sealed)
        self.store.put_document(case.id, kept, work=work)

    def replace(self, case: Case, name: str, content: bytes, *, work: Work) -> None:
        """Keep a document of the case in its next form, such as with one more signature.

        Raises:
            CaseUnknown: There is none of that name (``no-document``).
        """
        sealed = self.vault.seal(case.subject, content, context=_context(case.id, name))
        if not self.store.replace_document(case.id, name, sealed, work=work):
            raise CaseUnknown("the case has no such document", why="no-document")

    def drop(self, case: Case, name: str, *, work: Work) -> None:
        """Keep a document no longer, such as a file that the person took back in a draft."""
        self.store.drop_document(case.id, name, work=work)

    def document(self, case: Case, name: str, *, work: Work) -> Document:
        """A document of the case, opened.

        Raises:
            CaseUnknown: There is none of that name (``no-document``).
        """
        kept = self.store.document(case.id, name, work=work)
        if kept is None:
            raise CaseUnknown("the case has no such document", why="no-document")
        content = self.vault.open(case.key, kept.content, context=_context(case.id, name))
        return Document(name=name, media_type=kept.media_type, content=content)

    def papers(self, case: Case, *, work: Work) -> list[Paper]:
        """What the case holds, by name; nothing is opened."""
        return self.store.papers(case.id, work=work)

    def _moved(
        self, case: Case, state: State, *, due_at: datetime | None = None, work: Work
    ) -> Case:
        """The case as it stands now, moved on to another state."""
        now = self.find(case.id, work=work)
        ended_at = now.ended_at or (self.clock.now() if state.ended else None)
        kept = years_after(ended_at, now.keep_years) if ended_at and now.keep_years else None
        return replace(
            now,
            state=follow(now.state, state),
            lane=lane_after(now.lane, state),
            due_at=due_at or now.due_at,
            ended_at=ended_at,
            keep_until=now.keep_until or kept,
        )

    def _write(self, case: Case, *, kind: str, actor: str, detail: str, work: Work) -> None:
        self.store.save(case, work=work)
        self._tie(case.id, kind=kind, actor=actor, detail=detail, work=work)

    def _tie(self, case_id: str, *, kind: str, actor: str, detail: str, work: Work) -> None:
        event = Event(at=self.clock.now(), kind=kind, actor=actor, detail=detail)
        self.store.append_event(case_id, event, work=work)


def years_after(moment: datetime, years: int) -> datetime:
    """The same day some years later; 28 February where there is no 29th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def _marked(case: Case, mark: Mark) -> Case:
    return replace(case, needs=mark.needs, proposal=mark.proposal, proposed_by=mark.proposed_by)


def _context(case_id: str, name: str) -> str:
    return f"cases_document/{case_id}/{name}"
