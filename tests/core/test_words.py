"""The shared words: identifiers, money, time and errors, from text and back."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import (
    ClientId,
    KeyId,
    MemberId,
    Money,
    Refused,
    ServerId,
    ServiceId,
    Unavailable,
    from_text,
    person_code,
    to_text,
    years_between,
)

PART = st.from_regex(r"[A-Za-z0-9'()+,\-.=?]{1,64}", fullmatch=True)


def why(action, *arguments):
    with pytest.raises(Refused) as refused:
        action(*arguments)
    return refused.value.why


# --- identifiers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MemberId, "EE-DEMO/GOV/70000001"),
        (ClientId, "EE-DEMO/GOV/70000001/population"),
        (ServiceId, "EE-DEMO/GOV/70000001/population/person"),
        (ServerId, "EE-DEMO/GOV/70000001/ss1"),
    ],
)
def test_an_identifier_is_its_text(kind, text):
    assert str(kind.parse(text)) == text
    assert kind.parse(text) == kind.parse(text)


@given(parts=st.lists(PART, min_size=5, max_size=5))
def test_every_service_s_text_leads_back_to_it(parts):
    service = ServiceId(ClientId(MemberId(*parts[:3]), parts[3]), parts[4])
    assert ServiceId.parse(str(service)) == service


@pytest.mark.parametrize(
    ("kind", "text", "expect"),
    [
        (MemberId, "EE-DEMO/GOV", "part-count"),
        (MemberId, "EE-DEMO/GOV/1/2", "part-count"),
        (MemberId, "", "part-count"),
        (MemberId, "EE-DEMO//70000001", "part-shape"),
        (MemberId, "EE-DEMO/GOV/7000 0001", "part-shape"),
        (MemberId, "EE-DEMO/GOV/" + "7" * 65, "part-shape"),
        (MemberId, "EE-DEMO/GOV/70000001\n", "part-shape"),
        (MemberId, "EE-DEMO/GOV/70%2F1", "part-shape"),
        (ClientId, "EE-DEMO/GOV/70000001", "part-count"),
        (ClientId, "EE-DEMO/GOV/70000001/põhi", "part-shape"),
        (ServiceId, "EE-DEMO/GOV/70000001/population", "part-count"),
        (ServerId, "EE-DEMO/GOV/70000001/../x", "part-count"),
    ],
)
def test_another_text_is_no_identifier(kind, text, expect):
    assert why(kind.parse, text) == expect


@pytest.mark.parametrize("text", ["EE38001085718", "VN001085012345", "FI131052-308T"])
def test_a_person_s_code_has_its_country_in_front(text):
    assert person_code(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "38001085718", "ee38001085718", "EE", "EE38001085718 ", "EE3800/1", "EE" + "1" * 33],
)
def test_another_text_is_no_person_s_code(text):
    assert why(person_code, text) == "person-shape"


def test_a_key_s_text_tells_its_generation():
    assert str(KeyId("EE/GOV/1", "seal")) == "EE/GOV/1/seal/1"


# --- money -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money", "decimal"),
    [
        (Money("EUR", 2300), "23.00"),
        (Money("EUR", 5), "0.05"),
        (Money("EUR", -5), "-0.05"),
        (Money("EUR", 0), "0.00"),
        (Money("VND", 115_000), "115000"),
    ],
)
def test_an_amount_is_written_as_iso_20022_does(money, decimal):
    assert money.decimal() == decimal


@given(first=st.integers(), second=st.integers())
def test_amounts_add_exactly(first, second):
    assert Money("EUR", first) + Money("EUR", second) == Money("EUR", first + second)


def test_two_currencies_do_not_add():
    assert why(Money("EUR", 1).__add__, Money("VND", 1)) == "currencies-differ"


@pytest.mark.parametrize("currency", ["", "eur", "USD", "EURO"])
def test_an_unknown_currency_is_refused(currency):
    assert why(Money, currency, 1) == "currency"


# --- time ------------------------------------------------------------------------------------


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


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "status"), [(Refused, 400), (Unavailable, 503)])
def test_a_failure_tells_its_reason_and_facts(family, status):
    failure = family("a sentence", why="reason", most=7)
    assert (failure.why, failure.facts, failure.status) == ("reason", {"most": 7}, status)
    assert str(failure) == "a sentence"


def test_identifiers_and_money_can_not_be_changed():
    with pytest.raises(FrozenInstanceError):
        Money("EUR", 1).minor = 2
