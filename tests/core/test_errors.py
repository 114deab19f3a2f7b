"""The two families of failure."""

import pytest

from riik.core import Refused, Unavailable


@pytest.mark.parametrize(("family", "status"), [(Refused, 400), (Unavailable, 503)])
def test_a_failure_tells_its_reason_and_facts(family, status):
    failure = family("a sentence", why="reason", most=7)
    assert (failure.why, failure.facts, failure.status) == ("reason", {"most": 7}, status)
    assert str(failure) == "a sentence"
