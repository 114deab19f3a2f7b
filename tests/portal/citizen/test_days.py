"""Days that a page takes, and how it says which would fit."""

import pytest

from riik.portal.citizen.apply.answers import Given, within
from riik.portal.design.formats import Formats
from riik.portal.design.texts import read_texts
from riik.profiles import country_profile

FORMATS = Formats(country_profile("ee"), "en", "Europe/Tallinn")
TEXTS = read_texts("riik.portal.citizen", language="en")
BOTH = {"earliest": "2026-11-30", "latest": "2027-01-29"}


def given(day, **bounds):
    question = {"field": "day", "kind": "day", **bounds}
    errors = within([question], Given({"day": day}, {}), FORMATS, TEXTS).errors
    return [(one["field"], one["text"].replace("\N{NO-BREAK SPACE}", " ")) for one in errors]


@pytest.mark.parametrize(
    ("day", "bounds", "told"),
    [
        ("2020-01-01", BOTH, "You can choose a day between 30 November 2026 and 29 January 2027"),
        ("2027-01-30", BOTH, "You can choose a day between 30 November 2026 and 29 January 2027"),
        ("2026-11-29", {"earliest": "2026-11-30"}, "The first day that you can choose is 30 November 2026"),
        ("2026-12-01", {"latest": "2026-11-30"}, "The last day that you can choose is 30 November 2026"),
    ],
)  # fmt: skip
def test_a_day_outside_is_told_with_the_days_that_fit(day, bounds, told):
    assert given(day, **bounds) == [("day", told)]


@pytest.mark.parametrize("bounds", [BOTH, {}, {"earliest": None, "latest": None}])
def test_a_day_inside_is_an_answer(bounds):
    assert given("2026-11-30", **bounds) == []
