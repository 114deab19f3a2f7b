"""May this official decide this case so? Decided without looking outside.

A case is opened by whoever sees it, decided by whoever has it, and never by whom it is about.
"""

from riik.cases import State
from riik.documents import unprintable
from riik.services.desk.errors import DeskConflict, DeskRefused
from riik.services.desk.model import Act, Role, Verdict
from riik.services.desk.staff import Seat
from riik.services.running import DISPUTED, Running

__all__ = ["check_seat", "check_text", "check_verdict"]

MOST_REASON = 2_000
MOST_GROUNDS = 20
MOST_SIGNS = 8


def check_verdict(verdict: Verdict, running: Running, *, seat: Seat) -> Act:
    """What this official's signature under this verdict does, if it may do anything.

    Where a service wants four eyes, the first verdict is a proposal; the same verdict of another
    official confirms it, a different one is a new proposal.

    Raises:
        DeskRefused: For ``outcome``, ``grounds``, ``no-ground``, ``reason``, ``signs``,
            ``role``, ``own-case``, ``helped``, ``decided-before`` or ``unit``.
        DeskConflict: For ``not-here``, ``with-another``, ``four-eyes`` or ``changed``.
    """
    _check_words(verdict)
    case, official = running.case, seat.official
    check_seat(running, seat=seat)
    _check_grounds(verdict, running)
    if official.person in running.dossier.helpers:
        raise DeskRefused("who helped to apply doesn't decide", why="helped")
    appeal = running.dossier.appeal
    if appeal is not None and official.person in appeal.deciders:
        raise DeskRefused("who took the decision doesn't hear the appeal", why="decided-before")
    if Role.DECIDE not in official.roles:
        raise DeskRefused("this official prepares and does not decide", why="role")
    if case.state is not State.WITH_OFFICIAL or running.task("review") is None:
        raise DeskConflict(
            "the case does not wait for an official", why="not-here", number=case.number
        )
    if not seat.works_on(case):
        raise DeskConflict("a colleague has this case", why="with-another", number=case.number)
    act = _act_of(verdict, running, seat=seat)
    if verdict.version != running.version:
        raise DeskConflict(
            "the case was changed since it was opened", why="changed", number=case.number
        )
    return act


def _act_of(verdict: Verdict, running: Running, *, seat: Seat) -> Act:
    if not running.definition.four_eyes:
        return Act.DECIDE
    colleague = running.dossier.colleague
    if colleague is None:
        return Act.PROPOSE
    if colleague.official == seat.official.person:
        raise DeskConflict(
            "another official must look at this proposal",
            why="four-eyes",
            number=running.case.number,
        )
    same = (verdict.outcome, verdict.grounds) == (colleague.outcome, colleague.grounds)
    return Act.CONFIRM if same else Act.PROPOSE


def check_seat(running: Running, *, seat: Seat) -> None:
    """Refuse who may not open this case at all.

    Raises:
        DeskRefused: For ``unit`` or ``own-case``.
    """
    if not seat.sees(running.case):
        raise DeskRefused("this case belongs to another unit", why="unit")
    if seat.official.person in running.dossier.concerned:
        raise DeskRefused("nobody decides their own case", why="own-case")


def _check_grounds(verdict: Verdict, running: Running) -> None:
    """A ground is the service's own; what is silent or said to be wrong is looked into first."""
    if not set(verdict.grounds) <= _known_grounds(running):
        raise DeskRefused("this service has no such ground", why="no-ground")
    open_ = {one.code for one in running.definition.grounds if not one.refuses} | {DISPUTED}
    if verdict.outcome == "refuse" and open_ & set(verdict.grounds):
        raise DeskRefused("what is still to be checked is no ground of a refusal", why="grounds")


def check_text(text: str) -> None:
    """Refuse a text of an official that no letter and no page can show as it was written.

    Raises:
        DeskRefused: For ``signs``; the fact ``signs`` names the first of them.
    """
    if signs := unprintable(text):
        raise DeskRefused(
            "a letter can't print these signs", why="signs", signs=" ".join(signs[:MOST_SIGNS])
        )


def _check_words(verdict: Verdict) -> None:
    if verdict.outcome not in ("grant", "refuse"):
        raise DeskRefused("an official grants or refuses", why="outcome")
    if len(verdict.reason) > MOST_REASON:
        raise DeskRefused("the reason is too long for a letter", why="reason", most=MOST_REASON)
    check_text(verdict.reason)
    if len(verdict.grounds) > MOST_GROUNDS or any(len(one) > 200 for one in verdict.grounds):
        raise DeskRefused("these are too many grounds", why="grounds", most=MOST_GROUNDS)
    if verdict.outcome == "refuse" and not verdict.grounds and not verdict.reason.strip():
        raise DeskRefused("a refusal has its grounds", why="grounds")


def _known_grounds(running: Running) -> set[str]:
    """What a refusal may rest on: the service's own grounds, and what the rules found here."""
    proposal = running.dossier.proposal
    return {ground.code for ground in running.definition.grounds} | set(
        proposal.grounds if proposal else ()
    )
