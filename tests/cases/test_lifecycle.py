import pytest

from riik.cases import Lane, State, TransitionRefused
from riik.cases.lifecycle import follow, lane_after

ALLOWED = [
    (State.DRAFT, State.TO_SIGN),
    (State.TO_SIGN, State.IN_PROGRESS),
    (State.IN_PROGRESS, State.TO_PAY),
    (State.TO_PAY, State.IN_PROGRESS),
    (State.IN_PROGRESS, State.WITH_OFFICIAL),
    (State.WITH_OFFICIAL, State.REFUSED),
    (State.IN_PROGRESS, State.GRANTED),
    (State.WITH_OFFICIAL, State.ASKED),
    (State.ASKED, State.WITH_OFFICIAL),
    (State.ASKED, State.WITHDRAWN),
    (State.ASKED, State.IN_PROGRESS),
]
REFUSED = [
    (State.DRAFT, State.GRANTED, "order"),
    (State.TO_SIGN, State.GRANTED, "order"),
    (State.TO_PAY, State.GRANTED, "order"),
    (State.WITH_OFFICIAL, State.DRAFT, "order"),
    (State.IN_PROGRESS, State.ASKED, "order"),
    (State.ASKED, State.GRANTED, "order"),
    (State.ASKED, State.REFUSED, "order"),
    (State.GRANTED, State.ASKED, "ended"),
    (State.GRANTED, State.REFUSED, "ended"),
    (State.REFUSED, State.IN_PROGRESS, "ended"),
    (State.WITHDRAWN, State.DRAFT, "ended"),
]


@pytest.mark.parametrize(("now", "then"), ALLOWED)
def test_a_state_that_may_follow_does(now, then):
    assert follow(now, then) is then


@pytest.mark.parametrize("state", list(State))
def test_the_same_state_again_is_no_change(state):
    assert follow(state, state) is state


@pytest.mark.parametrize(("now", "then", "why"), REFUSED)
def test_any_other_state_is_refused(now, then, why):
    with pytest.raises(TransitionRefused) as refused:
        follow(now, then)
    assert refused.value.why == why


LANES = [
    (Lane.NONE, State.IN_PROGRESS, Lane.NONE),
    (Lane.NONE, State.GRANTED, Lane.NONE),
    (Lane.NONE, State.WITH_OFFICIAL, Lane.WAITING),
    (Lane.WAITING, State.ASKED, Lane.ASKED),
    (Lane.ASKED, State.WITH_OFFICIAL, Lane.WAITING),
    (Lane.ASKED, State.WITHDRAWN, Lane.ENDED),
    (Lane.WAITING, State.IN_PROGRESS, Lane.DECIDED),
    (Lane.DECIDED, State.REFUSED, Lane.ENDED),
]


@pytest.mark.parametrize(("lane", "state", "after"), LANES)
def test_a_case_stands_in_officials_work_once_it_was_given_to_them(lane, state, after):
    assert lane_after(lane, state) is after
