"""Days that fit: from when to when, by the calendar, when it is answered and when it is sent."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.services.house import CERTIFICATE

from riik.services.errors import AnswerRefused
from riik.services.forms.days import bounds_of, check_days, day_faults, days_fit

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 30)
WEDDING = {"type": "string", "format": "date", "x-earliest": "P1D", "x-latest": "P6M"}
BIRTH = {"type": "string", "format": "date", "x-earliest": "-P120Y", "x-latest": "P0D"}
CHILDREN = {"type": "array", "items": {"type": "object", "properties": {"born": BIRTH}}}


@pytest.mark.parametrize(
    ("span", "today", "day"),
    [
        ("P0D", TODAY, TODAY),
        ("P60D", TODAY, date(2027, 1, 29)),
        ("-P1D", date(2026, 3, 1), date(2026, 2, 28)),
        ("P1M", date(2027, 1, 31), date(2027, 2, 28)),
        ("P1M", date(2028, 1, 31), date(2028, 2, 29)),
        ("P6M", date(2026, 8, 31), date(2027, 2, 28)),
        ("-P1Y", date(2028, 2, 29), date(2027, 2, 28)),
        ("P1Y2M", date(2026, 11, 30), date(2028, 1, 30)),
        ("-P11M", date(2026, 11, 30), date(2025, 12, 30)),
    ],
)
def test_a_bound_goes_by_the_calendar(span, today, day):
    assert bounds_of({"x-earliest": span}, today=today) == (day, None)


@pytest.mark.parametrize(
    ("schema", "day", "why"),
    [
        (WEDDING, "2020-01-01", "early"),
        (WEDDING, "2026-11-30", "early"),
        (WEDDING, "2027-05-31", "late"),
        (WEDDING, "9999-12-31", "late"),
        (BIRTH, "2026-12-01", "late"),
        (BIRTH, "1906-11-29", "early"),
    ],
)
def test_a_day_outside_is_refused(schema, day, why):
    with pytest.raises(AnswerRefused) as refused:
        check_days({"day": schema}, {"day": day}, today=TODAY)
    assert (refused.value.why, refused.value.facts["field"]) == (why, "day")


@pytest.mark.parametrize(
    ("schema", "day"),
    [
        (WEDDING, "2026-12-01"),
        (WEDDING, "2027-05-30"),
        (BIRTH, "2026-11-30"),
        (BIRTH, "1906-11-30"),
    ],
)
def test_the_first_and_the_last_day_fit(schema, day):
    check_days({"day": schema}, {"day": day}, today=TODAY)


def test_a_day_inside_a_list_is_looked_at_too():
    items = [{"born": "2020-01-01"}, {"born": "2027-01-01"}]
    with pytest.raises(AnswerRefused) as refused:
        check_days({"children": CHILDREN}, {"children": items}, today=TODAY)
    assert refused.value.facts["field"] == "born"


@pytest.mark.parametrize(
    "span", ["", "P", "-P", "60D", "PT1H", "P1W", "P1Y2D", "P-1D", "P99999Y", 60]
)
def test_what_is_no_span_of_days_is_a_fault(span):
    assert list(day_faults("day", WEDDING | {"x-latest": span}))


# In a case --------------------------------------------------------------------------------


def asking(house, **bounds):
    """The renewal of a licence, as if it asked for a day on its first page."""
    form, [first, *rest] = dict(house.definition.form), house.definition.pages
    day = {"title": "When?", "type": "string", "format": "date", **bounds}
    form["properties"] = {**form["properties"], "day": day}
    house.change(form=form, pages=(replace(first, fields=(*first.fields, "day")), *rest))


async def answered(house, days):
    asking(house, **{"x-earliest": "P0D", "x-latest": "P10D"})
    await house.start()
    await house.answer()
    day = (house.clock.now().date() + timedelta(days=days)).isoformat()
    return await house.step("answers/reason", {"reason": "expiring", "day": day})


@pytest.mark.parametrize("days", [-2, 12, 4_000])
async def test_a_day_that_does_not_fit_is_no_answer(house, days):
    with pytest.raises(AnswerRefused) as refused:
        await answered(house, days)
    assert refused.value.facts["field"] == "day"


async def test_the_bounds_are_told_with_the_question(house):
    view = await answered(house, 3)
    [question] = [one for one in view["pages"][0]["questions"] if one["field"] == "day"]
    assert (question["kind"], question["earliest"]) == ("day", house.clock.now().date().isoformat())


async def test_a_day_that_passed_before_it_was_sent_is_asked_anew(house, clock):
    await answered(house, 1)
    clock.advance(timedelta(days=3))
    view = await house.status()
    assert view["next"]["step"] == "answers/reason"
    with pytest.raises(AnswerRefused) as refused:
        await house.step("submission", CERTIFICATE)
    assert refused.value.why == "early"


def test_what_is_not_answered_fits():
    assert days_fit({"day": WEDDING}, {}, ["day"], today=TODAY)
