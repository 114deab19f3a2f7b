"""When a time limit ends: never on a day when nobody works."""

from datetime import UTC, date, datetime

import pytest

from riik.profiles import country_profile
from riik.services.running import due_after, local_day

ZONES = {"ee": "Europe/Tallinn", "vn": "Asia/Ho_Chi_Minh"}
DUE = [
    ("a working day stays", "ee", "2026-11-23", 3, "2026-11-26"),
    ("a Saturday gives way to Monday", "ee", "2026-11-23", 5, "2026-11-30"),
    ("a Sunday gives way to Monday", "vn", "2026-12-01", 5, "2026-12-07"),
    ("a holiday gives way to the day after", "vn", "2026-11-20", 4, "2026-11-25"),
    ("what is a holiday there is none here", "ee", "2026-11-20", 4, "2026-11-24"),
    ("three days of Christmas end on Monday", "ee", "2026-12-23", 1, "2026-12-28"),
    ("Tết ends a week later", "vn", "2027-02-01", 3, "2027-02-11"),
]


@pytest.mark.parametrize(
    ("country", "begins", "days", "ends"), [d[1:] for d in DUE], ids=[d[0] for d in DUE]
)
def test_a_limit_ends_on_a_working_day(country, begins, days, ends):
    began = datetime.fromisoformat(f"{begins}T05:00:00+00:00")
    works = country_profile(country).is_working_day
    due = due_after(began, days=days, zone=ZONES[country], works=works)
    assert local_day(due, ZONES[country]).isoformat() == ends
    assert due.time() == began.time()


def test_the_day_is_that_of_the_country():
    """Saturday in Hanoi already, Friday still in Greenwich."""
    began = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    due = due_after(began, days=1, zone=ZONES["vn"], works=country_profile("vn").is_working_day)
    assert local_day(due, ZONES["vn"]) == date(2026, 11, 30)


def test_a_country_that_never_works_is_waited_for_in_vain():
    began = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    due = due_after(began, days=1, zone="UTC", works=lambda _day: False)
    assert due.date() == date(2026, 12, 27)


def test_where_nobody_says_when_people_work_days_are_counted_alone():
    began = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    assert due_after(began, days=2, zone="UTC").date() == date(2026, 11, 28)
