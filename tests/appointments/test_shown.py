"""Where a list of free times begins, and places that are open when the country rests."""

from datetime import date

import pytest

from riik.appointments.model import Kind, Place
from riik.appointments.slots import first_day, first_shown, hours_of


def kind(**said):
    names = {"en": "Marriage"}
    return Kind(id="marriage", names=names, service="marriage", skill="m", minutes=20, **said)


@pytest.mark.parametrize(
    ("said", "today", "day"),
    [
        ({}, date(2026, 11, 30), date(2026, 11, 30)),
        ({"shown_after_months": 1}, date(2027, 1, 31), date(2027, 2, 28)),
        ({"shown_after_months": 1, "lead_days": 60}, date(2026, 11, 30), date(2027, 1, 29)),
        ({"shown_after_months": 1, "lead_months": 2}, date(2026, 11, 30), date(2027, 1, 30)),
    ],
)
def test_what_is_seen_first_is_never_too_early_to_book(said, today, day):
    assert first_shown(kind(**said), today) == day
    assert first_day(kind(**said), today) <= day


HOURS = (("09:00", "09:20"),)
HOLIDAY = date(2026, 12, 25)


def place(**said):
    return Place(id="p", names={}, address="", zone="Europe/Tallinn", hours={4: HOURS}, **said)


@pytest.mark.parametrize(
    ("said", "closed", "opened"),
    [
        ({}, set(), ()),
        ({"open_on_days_off": True}, set(), HOURS),
        ({"open_on_days_off": True}, {("p", HOLIDAY)}, ()),
        ({"open_on_days_off": True, "exceptions": {HOLIDAY: ()}}, set(), ()),
    ],
    ids=["closed", "on call", "closed by hand", "an exception of its own"],
)
def test_only_who_is_on_call_works_on_a_holiday(said, closed, opened):
    assert hours_of(place(**said), HOLIDAY, holidays={HOLIDAY}, closed=closed) == opened
