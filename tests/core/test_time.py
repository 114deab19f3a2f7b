"""Times as text: always in UTC, and in the order of the moments."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import TimeRefused, from_text, to_text, years_between


def why(action, *arguments):
    with pytest.raises(TimeRefused) as refused:
        action(*arguments)
    return refused.value.why


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_a_moment_s_text_leads_back_to_it(moment):
    assert from_text(to_text(moment)) == moment


@given(*[st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC))] * 2)
def test_the_order_of_texts_is_the_order_of_moments(first, second):
    assert (to_text(first) < to_text(second)) == (first < second)


def test_a_moment_of_another_zone_is_written_in_utc():
    tallinn = timezone(timedelta(hours=2))
    assert to_text(datetime(2026, 11, 23, 1, tzinfo=tallinn)) == "2026-11-22T23:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "expect"),
    [("", "shape"), ("now", "shape"), ("2026-02-30T00:00:00Z", "shape"), ("2026-11-23", "zone"),
     ("2026-11-23T12:00:00", "zone")],
)  # fmt: skip
def test_another_text_is_no_moment(text, expect):
    assert why(from_text, text) == expect


def test_a_moment_without_a_zone_is_not_written():
    assert why(to_text, datetime(2026, 11, 23)) == "zone"


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(2000, 6, 15), date(2018, 6, 14), 17),
        (date(2000, 6, 15), date(2018, 6, 15), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_years_are_counted_in_whole(birth, day, years):
    assert years_between(birth, day) == years
