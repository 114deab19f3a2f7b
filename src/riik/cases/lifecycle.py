"""Which state may follow which: the life of a case, decided without looking outside."""

from collections.abc import Mapping

from riik.cases.errors import TransitionRefused
from riik.cases.model import Lane, State

__all__ = ["follow", "lane_after"]

_DECIDED = {State.GRANTED, State.REFUSED}

# An official or the rules may decide once the person has done their part; the person may
# withdraw until then. Who was asked answers, or the official takes the question back.
_NEXT: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset(
        {State.TO_SIGN, State.TO_PAY, State.IN_PROGRESS, State.REFUSED, State.WITHDRAWN}
    ),
    State.TO_SIGN: frozenset({State.DRAFT, State.TO_PAY, State.IN_PROGRESS, State.WITHDRAWN}),
    # Who signs as well may say no, or let the time pass: it is taken back by itself.
    State.TO_COSIGN: frozenset({State.IN_PROGRESS, State.WITHDRAWN}),
    State.TO_PAY: frozenset({State.IN_PROGRESS, State.WITHDRAWN}),
    State.IN_PROGRESS: frozenset(
        {State.TO_COSIGN, State.TO_PAY, State.WITH_OFFICIAL, State.WITHDRAWN, *_DECIDED}
    ),
    State.WITH_OFFICIAL: frozenset({State.IN_PROGRESS, State.ASKED, State.WITHDRAWN, *_DECIDED}),
    # By law silence can decide while the person is asked, where asking doesn't stop the clock.
    State.ASKED: frozenset({State.WITH_OFFICIAL, State.IN_PROGRESS, State.WITHDRAWN}),
}


def follow(now: State, then: State) -> State:
    """The state after, if it may follow; the same state again is no change.

    Raises:
        TransitionRefused: For ``ended`` or ``order``.
    """
    if now == then:
        return now
    if now.ended:
        raise TransitionRefused(f"the case has ended as {now}", why="ended", state=str(now))
    if then not in _NEXT[now]:
        raise TransitionRefused(f"{then} can't follow {now}", why="order", state=str(now))
    return then


def lane_after(lane: Lane, state: State) -> Lane:
    """Where a case stands among officials' work once it is in ``state``.

    A case that no official ever had appears in no lane, nor when it ends.
    """
    if state is State.WITH_OFFICIAL:
        return Lane.WAITING
    if state is State.ASKED:
        return Lane.ASKED
    if lane is Lane.NONE:
        return Lane.NONE
    return Lane.ENDED if state.ended else Lane.DECIDED
