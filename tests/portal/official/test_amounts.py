"""Amounts of registers at the desk: as money, and never anything else as money."""

import pytest

from riik.portal.design.formats import Formats
from riik.portal.design.texts import read_texts
from riik.portal.official.records.shown import Telling
from riik.profiles import country_profile

TELLING = Telling(
    read_texts("riik.portal.official", language="en"),
    Formats(country_profile("ee"), "en", "Europe/Tallinn"),
)


def shown(value, currency):
    row = {"value": value, "kind": "number", "currency": currency, "called": {"en": value}}
    return TELLING.value(row).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "currency", "told"),
    [("32000", "EUR", "320.00 €"), ("14000", "VND", "14,000 ₫"), ("-500", "EUR", "-5.00 €")],
)
def test_an_amount_is_told_as_money(value, currency, told):
    assert shown(value, currency) == told


@pytest.mark.parametrize(
    ("value", "currency"),
    [("32000", ""), ("32000", "euro"), ("3.5", "EUR"), ("١٢", "EUR"), ("--5", "EUR"), ("", "EUR")],
)
def test_what_is_no_amount_stays_as_it_is(value, currency):
    assert shown(value, currency) == value
