"""May this official decide this case so? Decided without looking outside.

A case is opened by whoever sees it, decided by whoever has it, and never by whom it is about.
"""

from riik.cases import State
from riik.documents import unprintable
from riik.services.desk.errors import DeskConflict, DeskRefused
from riik.services.desk.model import ANOTHER, Act, Role, Verdict
from riik.services.desk.staff import Seat
from riik.services.running import DISPUTED, Running
from riik.services.shown.rows import unsaid

__all__ = [
    "attested",
    "check_alone",
    "check_decider",
    "check_own_eyes",
    "check_seat",
    "check_text",
    "check_verdict",
]

MOST_REASON = 2_000
MOST_GROUNDS = 20
MOST_SIGNS = 8
BY_HAND = "official"
"""The effect of a ground that an official establishes, whatever the rules know."""


def check_verdict(verdict: Verdict, running: Running, *, seat: Seat) -> Act:
    """What this official's signature under this verdict does, if it may do anything.

    Where a service wants four eyes, the first verdict is a proposal; the same verdict of another
    official confirms it, a different one is a new proposal.

    Raises:
        DeskRefused: For ``outcome``, ``grounds``, ``another``, ``rests``, ``no-ground``,
            ``reason``, ``signs``, or as `check_decider`.
        DeskConflict: For ``changed``, or as `check_decider`.
    """
    _check_words(verdict)
    check_seat(running, seat=seat)
    _check_grounds(verdict, running)
    check_decider(running, seat=seat)
    if verdict.version != running.version:
        raise DeskConflict(
            "the case was changed since it was opened", why="changed", number=running.case.number
        )
    return _act_of(verdict, running)


def check_decider(running: Running, *, seat: Seat) -> None:
    """Refuse who may not decide this case now, whatever they would decide.

    Raises:
        DeskRefused: For ``role``, ``own-case``, ``helped``, ``decided-before`` or ``unit``.
        DeskConflict: For ``not-here``, ``with-another`` or ``four-eyes``.
    """
    case, official, dossier = running.case, seat.official, running.dossier
    check_seat(running, seat=seat)
    if official.person in dossier.helpers:
        raise DeskRefused("who helped to apply doesn't decide", why="helped")
    if dossier.appeal is not None and official.person in dossier.appeal.deciders:
        raise DeskRefused("who took the decision doesn't hear the appeal", why="decided-before")
    if Role.DECIDE not in official.roles:
        raise DeskRefused("this official prepares and does not decide", why="role")
    if case.state is not State.WITH_OFFICIAL or running.task("review") is None:
        raise DeskConflict(
            "the case does not wait for an official", why="not-here", number=case.number
        )
    if not seat.works_on(case):
        raise DeskConflict("a colleague has this case", why="with-another", number=case.number)
    colleague = dossier.colleague if running.definition.four_eyes else None
    if colleague is not None and colleague.official == official.person:
        raise DeskConflict(
            "another official must look at this proposal", why="four-eyes", number=case.number
        )


def _act_of(verdict: Verdict, running: Running) -> Act:
    if not running.definition.four_eyes:
        return Act.DECIDE
    colleague = running.dossier.colleague
    if colleague is None:
        return Act.PROPOSE
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
    """What a verdict rests on stands in it, with its law where the rules name one.

    A ground is the service's own; what is silent or said to be wrong is looked into first.
    """
    definition, words = running.definition, bool(verdict.reason.strip())
    if not set(verdict.grounds) <= _known_grounds(running):
        raise DeskRefused("this service has no such ground", why="no-ground")
    if not words and unsaid(running):
        raise DeskRefused("no register said what this decision rests on", why="rests")
    if verdict.outcome != "refuse":
        return
    listed = {one.code for one in definition.grounds if one.refuses}
    open_ = {one.code for one in definition.grounds if not one.refuses} | {DISPUTED}
    if open_ & set(verdict.grounds):
        raise DeskRefused("what is still to be checked is no ground of a refusal", why="grounds")
    if listed and not verdict.grounds:
        raise DeskRefused("a refusal has its grounds", why="grounds")
    if not words and (ANOTHER in verdict.grounds or not verdict.grounds):
        raise DeskRefused("a ground that no rule names is written out", why="another")


def attested(running: Running) -> tuple[str, ...]:
    """What an official says they did themselves before they grant a certified copy."""
    proposal = running.dossier.proposal
    if proposal is None or not running.definition.letter.encloses:
        return ()
    rows = [row["outputs"] for row in proposal.explanation]
    return tuple(dict.fromkeys(str(one["code"]) for one in rows if one.get("effect") == BY_HAND))


def check_alone(running: Running) -> None:
    """Refuse to decide a certified copy together with other cases.

    Raises:
        DeskRefused: For ``alone``.
    """
    if running.definition.letter.encloses:
        raise DeskRefused(
            "a certified copy is decided by itself", why="alone", number=running.case.number
        )


def check_own_eyes(verdict: Verdict, running: Running, *, opened: bool) -> None:
    """Refuse to certify what this official did not look at, or does not say they compared.

    Args:
        verdict: What they would sign.
        running: The case; only a granted certified copy is looked at here.
        opened: Whether they opened it as it stands.

    Raises:
        DeskRefused: For ``unseen`` or ``compared``.
    """
    if verdict.outcome != "grant" or not running.definition.letter.encloses:
        return
    if not opened:
        raise DeskRefused(
            "whoever certifies opened the case as it stands",
            why="unseen",
            number=running.case.number,
        )
    if not set(attested(running)) <= set(verdict.grounds):
        raise DeskRefused("whoever certifies says what they compared", why="compared")


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


def _known_grounds(running: Running) -> set[str]:
    """What a refusal may rest on: the service's own grounds, and what the rules found here."""
    proposal = running.dossier.proposal
    own = {ground.code for ground in running.definition.grounds}
    return own | {ANOTHER} | set(proposal.grounds if proposal else ())
