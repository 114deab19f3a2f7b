"""Looks by organisation and purpose: what is told, and what the rest would give away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import ClientId
from riik.node.fillers.measuring import LEAST, groups_told

POPULATION = ClientId.parse("EE-DEMO/GOV/70001047/population")
PERSON = f"{POPULATION}/person"


def told(counts, least=LEAST):
    found = {(PERSON, reader, purpose): looks for (reader, purpose), looks in counts.items()}
    return groups_told(found, provider=POPULATION, least=least)


def test_many_looks_are_told_the_most_first():
    groups, hidden = told({("bank", "contract"): 12, ("transport", "renewal"): 40})
    assert [one["reader"] for one in groups] == ["transport", "bank"]
    assert not hidden


def test_the_offers_of_one_register_are_counted_together():
    counts = {(f"{POPULATION}/{offer}", "bank", "contract"): 6 for offer in ("person", "child")}
    [group], _ = groups_told(counts, provider=POPULATION, least=LEAST)
    assert group["looks"] == 12


@pytest.mark.parametrize("looks", [1, LEAST - 1])
def test_few_looks_are_hidden(looks):
    assert told({("bank", "contract"): looks}) == ([], True)


def test_where_the_rest_would_tell_a_few_the_next_smallest_is_hidden_too():
    groups, hidden = told({("bank", "a"): 3, ("clinic", "b"): 11, ("transport", "c"): 40})
    assert [one["reader"] for one in groups] == ["transport"]
    assert hidden


def test_several_small_groups_that_are_many_together_hide_no_more():
    groups, hidden = told({("bank", "a"): 6, ("clinic", "b"): 7, ("transport", "c"): 40})
    assert ([one["looks"] for one in groups], hidden) == ([40], True)


def test_looks_at_other_registers_are_not_told_here():
    other = {("EE-DEMO/GOV/70001047/population-of-cats/cat", "bank", "a"): 40}
    assert groups_told(other, provider=POPULATION, least=LEAST) == ([], False)


counts = st.dictionaries(st.tuples(st.text(max_size=2), st.text(max_size=2)), st.integers(1, 40))


@given(counts)
def test_neither_a_small_count_nor_a_small_rest_is_ever_told(found):
    groups, hidden = told(found)
    rest = sum(found.values()) - sum(one["looks"] for one in groups)
    assert all(one["looks"] >= LEAST for one in groups)
    assert (rest > 0) is hidden
    assert rest == 0 or rest >= LEAST or not groups
