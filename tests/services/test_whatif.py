"""Another fee, another deadline: counted over many past cases, in which nobody can be found."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.test_measures import answered

from riik.core import Money, Refused
from riik.services.errors import StepRefused
from riik.services.measures.telling import Telling
from riik.services.measures.whatif import DEADLINES, Past, deadline_of, fee_of, fees_of
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio

EARNEST = Telling()
LEAST = EARNEST.least


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
    found = fee_of(past, amount=2_300, becomes=2_500, telling=EARNEST)
    assert (found["paid"], found["income"]) == (40, 92_000)
    assert (found["would_be"], found["difference"]) == (100_000, 8_000)


def test_a_lower_amount_brings_less():
    found = fee_of(paying(2_300, 40), amount=2_300, becomes=0, telling=EARNEST)
    assert (found["would_be"], found["difference"]) == (0, -92_000)


@pytest.mark.parametrize("times", [0, 1, LEAST - 1])
def test_what_few_paid_is_not_told(times):
    found = fee_of(paying(2_300, times), amount=2_300, becomes=2_500, telling=EARNEST)
    assert {found[name] for name in ("paid", "income", "would_be", "difference")} == {None}


def test_an_amount_that_nobody_paid_is_not_told_either():
    found = fee_of(paying(2_300, 40), amount=2_301, becomes=1, telling=EARNEST)
    assert found["paid"] is None


def test_the_amounts_to_choose_from_are_those_that_many_paid():
    past = paying(5_000, 3) + paying(2_300, 40)
    assert fees_of(past, telling=EARNEST) == [{"amount": 2_300, "paid": 40}]


def test_one_payment_more_is_not_found_by_asking_before_and_after():
    before, after = (
        fee_of(paying(2_300, times), amount=2_300, becomes=2_500, telling=EARNEST)
        for times in (41, 42)
    )
    assert before == after


def test_a_shorter_deadline_makes_late_who_took_longer():
    past = taking(3, 60) + taking(12, 30)
    assert deadline_of(past, days=10, telling=EARNEST) == {"days": 10, "decided": 90, "late": 30}
    assert deadline_of(past, days=12, telling=EARNEST)["late"] is None


def test_cases_without_a_decision_count_for_nothing():
    open_case = Past(paid=None, handed_in_at=NOON, decided_at=None)
    assert deadline_of([open_case] * 40, days=1, telling=EARNEST)["decided"] is None


@pytest.mark.parametrize("late", [0, 1, LEAST - 1])
def test_a_few_late_ones_are_told_as_none_are(late):
    assert deadline_of(taking(1, 60) + taking(9, late), days=5, telling=EARNEST)["late"] is None


def test_the_longest_of_many_is_not_found_from_day_to_day():
    past = taking(3, 200) + taking(87, 1)
    told = [deadline_of(past, days=days, telling=EARNEST)["late"] for days in DEADLINES]
    assert told == [200, None, None, None, None, None, None]
    assert 86 not in DEADLINES
    assert told == [
        deadline_of(past[:-1], days=days, telling=EARNEST)["late"] for days in DEADLINES
    ]


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 30))
def test_no_count_that_is_told_differs_from_the_next_by_a_single_case(times, days):
    past = [one for day in times for one in taking(day, 1)]
    here = deadline_of(past, days=days, telling=EARNEST)
    there = deadline_of(past, days=days + 1, telling=EARNEST)
    told = [one["late"] for one in (here, there) if one["late"] is not None]
    assert all(count % EARNEST.step == 0 for count in told)


async def test_the_provider_counts_over_its_real_cases(house):
    for number in range(LEAST):
        house.case = f"case-of-a-what-if-{number:04d}"
        await house.go()
    house.clock.advance(days=1)
    found = await answered(house, "service=driving-licence&fee=2600&becomes=3000", path="/what-if")
    [fee] = found["fees"]
    assert (fee["paid"], found["fee"]["paid"]) == (LEAST, LEAST if fee["amount"] == 2600 else None)
    tried = f"service=driving-licence&fee={fee['amount']}&becomes={fee['amount'] + 100}"
    assert (await answered(house, tried, path="/what-if"))["fee"]["difference"] == LEAST * 100
    deadline = await answered(house, "service=driving-licence&deadline=1", path="/what-if")
    assert deadline["deadline"] == {"days": 1, "decided": LEAST, "late": None}


async def test_cases_of_more_than_a_year_ago_are_not_counted(house):
    for number in range(LEAST):
        house.case = f"case-of-a-what-if-{number:04d}"
        await house.go()
    house.clock.advance(days=1)
    assert (await answered(house, "service=driving-licence", path="/what-if"))["fees"]
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
    ("deadline=2", "days"),
    ("deadline=86", "days"),
    ("deadline=3661", "days"),
    ("deadline=1e3", "figure"),
    ("deadline=999999999999", "days"),
    ("days=30", "parameter"),
    ("person=EE49001010001", "parameter"),
]


@pytest.mark.parametrize(("query", "why"), BAD)
async def test_a_question_that_is_none_is_refused(house, query, why):
    with pytest.raises(Refused) as refused:
        await answered(house, f"service=driving-licence&{query}", path="/what-if")
    assert refused.value.why == why


async def test_a_service_of_others_is_not_counted_here(house):
    with pytest.raises(StepRefused) as refused:
        await answered(house, "service=building-permit", path="/what-if")
    assert refused.value.why == "no-service"
