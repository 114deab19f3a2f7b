import pytest

from riik.cases import State, TransitionRefused
from riik.cases.lifecycle import follow

ALLOWED = [
    (State.DRAFT, State.TO_SIGN),
    (State.TO_SIGN, State.IN_PROGRESS),
    (State.IN_PROGRESS, State.TO_PAY),
    (State.TO_PAY, State.IN_PROGRESS),
    (State.IN_PROGRESS, State.WITH_OFFICIAL),
    (State.WITH_OFFICIAL, State.REFUSED),
    (State.IN_PROGRESS, State.GRANTED),
]
REFUSED = [
    (State.DRAFT, State.GRANTED, "order"),
    (State.TO_SIGN, State.GRANTED, "order"),
    (State.TO_PAY, State.GRANTED, "order"),
    (State.WITH_OFFICIAL, State.DRAFT, "order"),
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
