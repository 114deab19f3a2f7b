"""No container of the shared corpus that should fail is called valid, and most are right."""

import pytest
from tests.corpora import corpora
from tests.corpora.signatures import run

SHARED = corpora() / "signatures"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared corpora are not on this machine"
)


@pytest.fixture(scope="module")
def outcomes():
    return list(run(SHARED, SHARED))


def test_nothing_bad_is_called_valid(outcomes):
    assert [one.id for one in outcomes if one.unsafe] == []


def test_nothing_crashes(outcomes):
    assert [one.id for one in outcomes if one.got.startswith("crash")] == []


def test_nine_in_ten_are_judged_right(outcomes):
    judged = [one for one in outcomes if one.skipped is None]
    assert sum(one.right for one in judged) >= 0.9 * len(judged) > 150
