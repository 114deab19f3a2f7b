"""Which times there are: hours by the wall's clock, days off, limits, and days when clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from riik.appointments import AppointmentRefused, free_slots, slot_named
from riik.appointments.slots import first_day, slots_of_day

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def of_day(plan, kind, day):
    return list(slots_of_day(plan, plan.kinds[kind], plan.places["hall"], day))


def free(plan, kind, *, since, until, taken=None, now=NOW, closed=frozenset()):
    return list(
        free_slots(
            plan,
            plan.kinds[kind],
            plan.places["hall"],
            now=now,
            since=since,
            until=until,
            taken=taken or {},
            closed=closed,
        )
    )


def test_slots_fill_the_hours_and_none_hangs_over(plan):
    found = of_day(plan, "exam", date(2026, 11, 24))
    assert [one.begins.hour * 60 + one.begins.minute for one in found] == [420, 510, 660]


@pytest.mark.parametrize(
    ("day", "count"),
    # A night of three hours by the wall: clocks go back in October and forward in March.
    [(date(2026, 10, 18), 3), (date(2026, 10, 25), 4), (date(2027, 3, 28), 2)],
)
def test_a_night_in_which_clocks_change_has_as_many_slots_as_hours(plan, day, count):
    found = of_day(plan, "ceremony", day)
    assert len(found) == len({one.begins for one in found}) == count
    assert all(one.ends - one.begins == timedelta(hours=1) for one in found)


@pytest.mark.parametrize(
    "day",
    [date(2026, 12, 8), date(2026, 12, 1), date(2026, 11, 25)],
    ids=["public holiday", "exception", "no hours on that day"],
)
def test_a_closed_day_has_no_slots(plan, day):
    assert of_day(plan, "ceremony", day) == []


def test_what_an_office_closed_by_hand_has_no_slots(plan):
    day = date(2026, 11, 30)
    assert free(plan, "ceremony", since=day, until=day)
    assert not free(plan, "ceremony", since=day, until=day, closed={("hall", day)})


def test_what_is_past_too_soon_or_too_far_is_not_free(plan):
    found = free(plan, "exam", since=date(2026, 11, 1), until=date(2027, 12, 31))
    assert found[0].begins.date() == date(2026, 11, 29)
    assert found[-1].begins.date() <= date(2027, 1, 22)


def test_a_slot_is_free_until_its_last_seat_is_taken(plan):
    day = date(2026, 11, 30)
    [first, second] = free(plan, "exam", since=day, until=day)
    for count, left in ((2, [first, second]), (3, [second])):
        taken = {("room", first.begins + timedelta(minutes=85)): count}
        assert free(plan, "exam", since=day, until=day, taken=taken) == left


def test_a_month_after_the_last_of_january_is_the_last_of_february(plan):
    from dataclasses import replace

    kind = replace(plan.kinds["exam"], lead_months=1)
    assert first_day(kind, date(2027, 1, 31)) == date(2027, 2, 28)
    assert first_day(kind, date(2026, 12, 15)) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hall@2026-11-30T07:00Z", ""),
        ("hall@2026-11-30T07:05Z", "unknown"),
        ("hall@2026-11-30T07:00", "unknown"),
        ("moon@2026-11-30T07:00Z", "unknown"),
        ("hall@soon", "unknown"),
        ("", "unknown"),
        ("hall@2026-11-23T07:00Z", "gone"),
        ("hall@2027-11-29T07:00Z", "gone"),
    ],
)
def test_an_answer_names_a_slot_that_there_is(plan, name, why):
    kind = plan.kinds["ceremony"]
    if not why:
        assert slot_named(plan, kind, name, now=NOW).name == name
        return
    with pytest.raises(AppointmentRefused) as refused:
        slot_named(plan, kind, name, now=NOW)
    assert refused.value.why == why
