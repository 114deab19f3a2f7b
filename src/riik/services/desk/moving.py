"""Who has a case, and what the person is asked: what moves it about before it is decided.

Every method blocks: it writes one unit of work in the node's database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riik.cases import Case, Cases, Mark, State
from riik.core import Database, Outbox, Vault
from riik.services.desk.errors import DeskConflict, DeskRefused
from riik.services.desk.model import Official, Question, Role
from riik.services.desk.staff import Seat
from riik.services.running import Files, Running

__all__ = ["ASKED", "Moving"]

ASKED = "services.asked"
"""Outbox topic: a person was asked something; the payload is the case's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Cases of one authority between its officials and the people they are about."""

    database: Database
    files: Files
    cases: Cases
    vault: Vault
    outbox: Outbox

    def take(self, seat: Seat, case_id: str) -> None:
        """Make a case the official's own."""
        with self.database.work() as work:
            case = self.cases.find(case_id, work=work)
            self._check_mine(seat, case)
            if case.assigned_to != seat.me:
                self.cases.assign(case, official=seat.me, kind="taken", work=work)

    def hand_over(self, seat: Seat, cases: Sequence[str], colleague: Official | None) -> int:
        """Give cases to a colleague, or back to all of the unit; answers how many."""
        to = self.vault.subject_of(colleague.person) if colleague else None
        with self.database.work() as work:
            for case_id in dict.fromkeys(cases):
                case = self.cases.find(case_id, work=work)
                if not seat.sees(case):
                    raise DeskRefused("this case belongs to another unit", why="unit")
                if not seat.works_on(case) and Role.LEAD not in seat.official.roles:
                    raise DeskRefused("a colleague has this case", why="not-yours")
                if case.state.ended:
                    raise DeskConflict("the case has ended", why="not-here", number=case.number)
                if case.assigned_to != to:
                    self.cases.assign(case, official=to, kind="handed-over", work=work)
        return len(set(cases))

    def ask(self, seat: Seat, running: Running, question: Question) -> None:
        """Ask the person: the case waits for them, and they are told."""
        self.check_waits(seat, running.case)
        after = replace(running, dossier=replace(running.dossier, question=question, amended={}))
        with self.database.work() as work:
            case = self.cases.find(running.case.id, work=work)
            self.check_waits(seat, case)
            if case.assigned_to is None:
                self.cases.assign(case, official=seat.me, kind="taken", work=work)
            self.cases.ask(case, detail=",".join(question.pages), work=work)
            self.files.save(after, wake=False, work=work)
            self.outbox.put(ASKED, f"{case.id}/{question.at}", case.id.encode(), work=work)

    def withdraw(self, seat: Seat, running: Running) -> None:
        """Take a question back."""
        if running.dossier.question is None:
            raise DeskConflict("nothing is asked", why="not-asked", number=running.case.number)
        after = replace(running, dossier=replace(running.dossier, question=None, amended={}))
        with self.database.work() as work:
            case = self.cases.find(running.case.id, work=work)
            self._check_mine(seat, case)
            self.cases.answered(
                case,
                kind="question-withdrawn",
                actor="official",
                stops=running.definition.clock_stops,
                work=work,
            )
            self.files.save(after, wake=False, work=work)

    def asked_again(self, after: Running) -> None:
        """Keep what registers answered that had been silent, and what the rules propose by it."""
        proposal = after.dossier.proposal
        with self.database.work() as work:
            case = self.cases.find(after.case.id, work=work)
            if proposal is not None:
                mark = Mark(
                    needs=proposal.grounds,
                    proposal=proposal.outcome,
                    proposed_by=case.proposed_by,
                )
                self.cases.mark(case, mark, work=work)
            self.files.save(after, wake=False, work=work)

    def check_waits(self, seat: Seat, case: Case) -> None:
        """Refuse what is done with a case that is not this official's to decide now."""
        if case.state is not State.WITH_OFFICIAL:
            raise DeskConflict(
                "the case does not wait for an official", why="not-here", number=case.number
            )
        self._check_mine(seat, case)

    def _check_mine(self, seat: Seat, case: Case) -> None:
        if not seat.works_on(case):
            raise DeskConflict("a colleague has this case", why="with-another", number=case.number)
