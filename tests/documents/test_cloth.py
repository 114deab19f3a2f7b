"""The weave: the same for the same digest, another for another, and cloth every time."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from riik.documents import belt, weave


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_papers_wear_the_same_band_only_if_they_are_the_same(first, second):
    bands = [weave(sha256(each).digest()) for each in (first, second)]
    assert (bands[0] == bands[1]) is (first == second)


def test_a_band_is_decoration_without_words_or_script():
    band = weave(bytes(32))
    assert band.startswith("<svg ")
    assert band.count("<path") == 3
    assert "script" not in band


def test_the_belt_is_always_the_same():
    assert belt() == belt()
    assert belt() != belt(units=10)
