"""Amounts are whole numbers of minor units."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import Money, MoneyRefused


def why(action, *arguments):
    with pytest.raises(MoneyRefused) as refused:
        action(*arguments)
    return refused.value.why


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


@pytest.mark.parametrize("currency", ["", "eur", "XAU", "EURO"])
def test_an_unknown_currency_is_refused(currency):
    assert why(Money, currency, 1) == "currency"


def test_an_amount_can_not_be_changed():
    with pytest.raises(FrozenInstanceError):
        Money("EUR", 1).minor = 2


@given(st.sampled_from(["EUR", "VND"]), st.integers(0, 10**15))
def test_an_amount_that_was_written_is_read_again(currency, minor):
    money = Money(currency, minor)
    assert Money.parse(money.decimal(), currency) == money


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("23.00", "XAU", "currency"),
        ("23", "EUR", "amount"),
        ("23.0", "EUR", "amount"),
        ("23.000", "EUR", "amount"),
        ("23,00", "EUR", "amount"),
        ("-23.00", "EUR", "amount"),
        ("+23.00", "EUR", "amount"),
        ("1e2.00", "EUR", "amount"),
        ("023.00", "EUR", "amount"),
        (".00", "EUR", "amount"),
        ("", "EUR", "amount"),
        ("", "VND", "amount"),
        ("115000.", "VND", "amount"),
        ("115.000", "VND", "amount"),
        ("\u0661\u0662.00", "EUR", "amount"),
        ("9" * 40, "VND", "amount"),
    ],
)
def test_what_is_no_amount_is_refused(text, currency, said):
    assert why(Money.parse, text, currency) == said
