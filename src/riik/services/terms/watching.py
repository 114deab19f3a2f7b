"""The law's day: a lead is told before it, and silence decides after it where the law says so.

Every method blocks: it writes one unit of work a case. A case that can't go on leaves the others
in peace and is tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from riik.cases import Case, Cases, State
from riik.core import Clock, Database, PersonCode, RiikError, SubjectId, Vault, Work
from riik.services.desk.model import Official, Role
from riik.services.desk.staff import Staff
from riik.services.dossier import Proposal
from riik.services.running import Files, Running
from riik.services.terms.days import escalates_at, next_look, over_at
from riik.services.terms.model import SILENCE

__all__ = ["Watch"]

AGAIN = timedelta(hours=1)
"""Silence that can't decide yet, for a computer is at work in the case, is looked at again then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The time limits of one authority's cases."""

    database: Database
    files: Files
    cases: Cases
    vault: Vault
    clock: Clock
    staff: Staff

    def tick(self) -> int:
        """Look at every case whose moment has come; answers how many there were.

        Raises:
            RiikError: Of the first case that could not go on; the others did.
        """
        with self.database.read() as work:
            due = self.cases.watched(work=work)
        first: RiikError | None = None
        for case in due:
            try:
                with self.database.work() as work:
                    self._look(self.files.load(case.id, work=work), work=work)
            except RiikError as error:
                first = first or error
        if first is not None:
            raise first
        return len(due)

    def _look(self, running: Running, *, work: Work) -> None:
        case, terms, now = running.case, running.definition.terms, self.clock.now()
        stands = case.state is State.ASKED and running.definition.clock_stops
        if case.state.ended or case.due_at is None or stands:
            self.cases.watch(case, None, work=work)
            return
        if terms.silence and now >= over_at(case.due_at, zone=self.files.zone):
            self._silent(running, work=work)
            return
        events = self.cases.timeline(case, work=work)
        escalated = any(event.kind == "escalated" for event in events)
        soon = escalates_at(case.due_at, terms, zone=self.files.zone)
        if terms.escalate_days and not escalated and now >= soon:
            self._escalate(case, work=work)
            escalated = True
        after = next_look(case.due_at, terms, zone=self.files.zone, escalated=escalated)
        self.cases.watch(case, after, work=work)

    def _silent(self, running: Running, *, work: Work) -> None:
        """Nobody decided in time: the law does, with a letter and a notice as any decision."""
        task = running.task("review")
        if task is None:
            self.cases.watch(running.case, self.clock.now() + AGAIN, work=work)
            return
        terms, earlier = running.definition.terms, running.dossier.proposal
        proposal = Proposal(
            outcome=terms.silence,
            grounds=(SILENCE,),
            explanation=earlier.explanation if earlier else (),
        )
        dossier = replace(
            running.dossier, proposal=proposal, question=None, amended={}, colleague=None
        )
        self.cases.move(
            running.case,
            State.IN_PROGRESS,
            kind="silence",
            actor="computer",
            detail=terms.silence,
            work=work,
        )
        self.cases.watch(running.case, None, work=work)
        self.files.save(running.done(task, dossier), work=work)

    def _escalate(self, case: Case, *, work: Work) -> None:
        """A lead of the unit gets the case; who is a lead already keeps it."""
        leads = self._leads(case.unit)
        if case.assigned_to in leads or not leads:
            self.cases.note(case, kind="escalated", actor="computer", work=work)
            return
        to = next(iter(leads))
        self.cases.assign(case, official=to, kind="escalated", actor="computer", work=work)

    def _leads(self, unit: str) -> Mapping[SubjectId, Official]:
        """The leads of a unit; those of the authority when it has none of its own."""
        leads = [one for one in self.staff.officials.values() if Role.LEAD in one.roles]
        own = [one for one in leads if one.unit == unit] or leads
        people: list[PersonCode] = [one.person for one in own]
        return dict(zip(self.vault.subjects_of(people), own, strict=True))
