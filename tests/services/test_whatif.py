"""Another fee, another deadline: counted over many past cases, in which nobody can be found."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.test_measures import answered

from riik.core import Money
from riik.services.errors import ServiceRefused, StepRefused
from riik.services.measures.figures import LEAST
from riik.services.measures.whatif import Past, deadline_of, fee_of, fees_of
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio


def paying(minor, times):
    fee = Money("EUR", minor)
    return [Past(paid=fee, handed_in_at=None, decided_at=None) for _ in range(times)]


def taking(days, times):
    return [
        Past(paid=None, handed_in_at=NOON - timedelta(days=days), decided_at=NOON)
        for _ in range(times)
    ]


def test_another_amount_brings_the_difference_as_often_as_it_was_paid():
    past = paying(2_300, 40) + paying(5_000, 12)
    found = fee_of(past, amount=2_300, becomes=2_500, least=LEAST)
    assert (found["paid"], found["income"]) == (40, 92_000)
    assert (found["would_be"], found["difference"]) == (100_000, 8_000)


def test_a_lower_amount_brings_less():
    found = fee_of(paying(2_300, 40), amount=2_300, becomes=0, least=LEAST)
    assert (found["would_be"], found["difference"]) == (0, -92_000)


@pytest.mark.parametrize("times", [0, 1, LEAST - 1])
def test_what_few_paid_is_not_told(times):
    found = fee_of(paying(2_300, times), amount=2_300, becomes=2_500, least=LEAST)
    assert {found[name] for name in ("paid", "income", "would_be", "difference")} == {None}


def test_an_amount_that_nobody_paid_is_not_told_either():
    found = fee_of(paying(2_300, 40), amount=2_301, becomes=1, least=LEAST)
    assert found["paid"] is None


def test_the_amounts_to_choose_from_hide_how_often_the_rare_ones_were_paid():
    past = paying(5_000, 3) + paying(2_300, 40)
    assert fees_of(past, least=LEAST) == [
        {"amount": 2_300, "paid": 40},
        {"amount": 5_000, "paid": None},
    ]


def test_a_shorter_deadline_makes_late_who_took_longer():
    past = taking(3, 60) + taking(12, 30)
    assert deadline_of(past, days=10, least=LEAST) == {"days": 10, "decided": 90, "late": 30}
    assert deadline_of(past, days=12, least=LEAST)["late"] == 0


def test_cases_without_a_decision_count_for_nothing():
    open_case = Past(paid=None, handed_in_at=NOON, decided_at=None)
    assert deadline_of([open_case] * 40, days=1, least=LEAST)["decided"] == 0


@pytest.mark.parametrize("late", [1, LEAST - 1])
def test_a_few_late_ones_are_not_told(late):
    assert deadline_of(taking(1, 60) + taking(9, late), days=5, least=LEAST)["late"] is None


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 30))
def test_no_count_that_is_told_differs_from_the_next_by_a_single_case(times, days):
    past = [one for day in times for one in taking(day, 1)]
    here = deadline_of(past, days=days, least=LEAST)
    there = deadline_of(past, days=days + 1, least=LEAST)
    told = [one["late"] for one in (here, there) if one["late"] is not None]
    assert all(count % LEAST == 0 for count in told)


async def test_the_provider_counts_over_its_real_cases(house):
    for number in range(LEAST):
        house.case = f"case-of-a-what-if-{number:04d}"
        await house.go()
    found = await answered(house, "service=driving-licence&fee=2600&becomes=3000", path="/what-if")
    [fee] = found["fees"]
    assert (fee["paid"], found["fee"]["paid"]) == (LEAST, LEAST if fee["amount"] == 2600 else None)
    tried = f"service=driving-licence&fee={fee['amount']}&becomes={fee['amount'] + 100}"
    assert (await answered(house, tried, path="/what-if"))["fee"]["difference"] == LEAST * 100
    deadline = await answered(house, "service=driving-licence&deadline=1", path="/what-if")
    assert deadline["deadline"] == {"days": 1, "decided": LEAST, "late": 0}


async def test_cases_of_more_than_a_year_ago_are_not_counted(house):
    await house.go()
    house.clock.advance(days=366)
    assert (await answered(house, "service=driving-licence", path="/what-if"))["fees"] == []


async def test_nobody_stands_in_the_answer(house):
    await house.go()
    text = msgspec.json.encode(await answered(house, "service=driving-licence", path="/what-if"))
    assert house.case.encode() not in text
    assert b"2026-000001" not in text


BAD = [
    ("fee=2300", "pair"),
    ("becomes=2300", "pair"),
    ("fee=-1&becomes=5", "figure"),
    ("fee=2300&becomes=25.00", "figure"),
    ("deadline=0", "days"),
    ("deadline=3661", "days"),
    ("deadline=1e3", "figure"),
    ("deadline=999999999999", "days"),
    ("days=30", "parameter"),
    ("person=EE49001010001", "parameter"),
]


@pytest.mark.parametrize(("query", "why"), BAD)
async def test_a_question_that_is_none_is_refused(house, query, why):
    with pytest.raises(ServiceRefused) as refused:
        await answered(house, f"service=driving-licence&{query}", path="/what-if")
    assert refused.value.why == why


async def test_a_service_of_others_is_not_counted_here(house):
    with pytest.raises(StepRefused) as refused:
        await answered(house, "service=building-permit", path="/what-if")
    assert refused.value.why == "no-service"
