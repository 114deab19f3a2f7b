"""An appeal to the authority itself: a case of its own, about a decision, heard by somebody else.

The person says why and signs it as they signed the application; nothing is asked anew of them or of
registers. Who took the decision, or proposed it, does not hear the appeal. Pure but for `open`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from riik.cases import Cases, State
from riik.core import Clock, Work, to_text
from riik.services.desk.verdicts import check_text
from riik.services.dossier import Appeal, Proposal
from riik.services.errors import AnswerRefused, StepRefused
from riik.services.process import start
from riik.services.running import Files, Running
from riik.services.terms.days import over_at
from riik.services.terms.model import APPEALED

__all__ = ["Appeals", "appeal_begins", "appeal_ends", "may_appeal"]

MOST_REASON = 2_000


def appeal_ends(running: Running) -> datetime | None:
    """The midnight after the last day to appeal; None when one can't here."""
    case, terms = running.case, running.definition.terms
    decided = case.state in (State.GRANTED, State.REFUSED)
    if not terms.appeal_law or not decided or case.ended_at is None:
        return None
    if case.about and not case.handed_by:
        return None
    begins = appeal_begins(running, decided=case.ended_at)
    return over_at(begins + timedelta(days=terms.appeal_days), zone=running.zone)


def appeal_begins(running: Running, *, decided: datetime) -> datetime:
    """From when the days to appeal count: not before the decision reached its person.

    While it has not, they begin at the earliest now. What became of the notice says the inbox, by
    the country's law of delivery (`delivering`).
    """
    reached = running.reached
    if reached is None:
        return decided
    return max(decided, reached.delivered_at or running.now or decided)


def may_appeal(running: Running) -> bool:
    """Whether the person can appeal now."""
    ends = appeal_ends(running)
    return ends is not None and running.now is not None and running.now < ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeals:
    """Opens appeals against one authority's decisions."""

    files: Files
    cases: Cases
    clock: Clock

    def open(self, running: Running, content: Mapping[str, Any], *, work: Work) -> str:
        """Open the case of an appeal; the same again answers the one that was opened.

        Args:
            running: The case whose decision it is about.
            content: ``reason``: why the person does not agree.
            work: The unit in which it is written.

        Raises:
            StepRefused: For ``no-appeal`` (no right to it here, or nothing was decided) or
                ``late``.
            AnswerRefused: For ``missing``: no reason.
        """
        ends = appeal_ends(running)
        if ends is None:
            raise StepRefused("one can't appeal here", why="no-appeal")
        case_id = _id(running.case.id)
        if any(one.id == case_id for one in self.cases.about(running.case, work=work)):
            return case_id
        if self.clock.now() >= ends:
            raise StepRefused("the time to appeal is over", why="late")
        begun = self._begun(running, _reason(content), case_id, work=work)
        self.files.insert(begun, work=work)
        self.cases.note(running.case, kind="appealed", actor="person", work=work)
        return case_id

    def _begun(self, running: Running, reason: str, case_id: str, *, work: Work) -> Running:
        of, old = running.case, running.dossier
        case = self.cases.open(
            case_id,
            service=of.service,
            subject=of.subject,
            channel=old.channel,
            about=of.id,
            sealed_by=of.sealed_by,
            keep_years=of.keep_years,
            work=work,
        )
        decided = [one.official for one in (old.decided, old.colleague) if one]
        appeal = Appeal(
            case=of.id,
            number=of.number,
            outcome=of.state.value,
            reason=reason,
            at=to_text(self.clock.now()),
            deciders=tuple(decided),
        )
        dossier = replace(
            old,
            prepared=b"",
            proposal=Proposal(
                outcome="official",
                grounds=(APPEALED,),
                explanation=old.proposal.explanation if old.proposal else (),
            ),
            fee_reference="",
            amendments=(),
            helpers=(),
            colleague=None,
            decided=None,
            signers=(),
            appeal=appeal,
        )
        definition = self.files.as_appeal(running.definition)
        state = start(definition.process, {}, at=running.now, zone=running.zone)
        return self.files.begin(case, definition, dossier, state)


def _id(case: str) -> str:
    """The appeal's id: made of the case's, so that a second one is the first."""
    return f"appeal-{sha256(case.encode()).hexdigest()[:32]}"


def _reason(content: Mapping[str, Any]) -> str:
    reason = content.get("reason", "")
    if not isinstance(reason, str) or not reason.strip():
        raise AnswerRefused("say why you do not agree", why="missing", field="reason")
    if len(reason) > MOST_REASON:
        raise AnswerRefused("this is too long", why="length", field="reason", most=MOST_REASON)
    check_text(reason)
    return reason.strip()
