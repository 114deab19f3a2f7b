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


@pytest.mark.parametrize("currency", ["", "eur", "USD", "EURO"])
def test_an_unknown_currency_is_refused(currency):
    assert why(Money, currency, 1) == "currency"


def test_an_amount_can_not_be_changed():
    with pytest.raises(FrozenInstanceError):
        Money("EUR", 1).minor = 2
