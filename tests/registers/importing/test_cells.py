"""What a cell says, or the reason why it doesn't."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registers.importing.conftest import PLACES, estonian

from riik.registers.importing.cells import (
    CellRefused,
    ambiguous,
    boolean,
    day,
    integer,
    minor_units,
    person,
)


def refused(read, cell, **how):
    with pytest.raises(CellRefused) as error:
        read(cell, **how)
    return error.value.why


@pytest.mark.parametrize(
    ("cell", "order", "means"),
    [
        ("2024-02-29", "year-first", date(2024, 2, 29)),
        ("2024-02-29T00:00:00", "day-first", date(2024, 2, 29)),
        ("03/04/2024", "day-first", date(2024, 4, 3)),
        ("03/04/2024", "month-first", date(2024, 3, 4)),
        ("3.4.2024", "day-first", date(2024, 4, 3)),
    ],
)
def test_a_day_is_read_in_its_order(cell, order, means):
    assert day(cell, order=order) == means


@pytest.mark.parametrize(
    ("cell", "order", "why"),
    [
        ("29.02.2023", "day-first", "date"),
        ("31/04/2024", "day-first", "date"),
        ("00.01.2024", "day-first", "date"),
        ("13/13/2024", "day-first", "date"),
        ("04/13/2024", "day-first", "date"),
        ("03/04/2024", "year-first", "date-form"),
        ("03/04/24", "day-first", "date-year"),
        ("2024", "year-first", "date-form"),
        ("2024-02-29T12:00:00", "year-first", "date-form"),
        ("45000", "day-first", "date-form"),
    ],
)
def test_a_day_that_is_none_is_refused(cell, order, why):
    assert refused(day, cell, order=order) == why


@pytest.mark.parametrize(
    ("cell", "unsure"),
    [("03/04/2024", True), ("13/04/2024", False), ("04/04/2024", False), ("2024-03-04", False)],
)
def test_a_date_that_could_be_another_day_is_known(cell, unsure):
    assert ambiguous(cell) is unsure


@pytest.mark.parametrize(
    ("cell", "decimal", "units"),
    [("1 234,5", ",", 123450), ("1.234,56", ",", 123456), ("1,234.56", ".", 123456),
     ("-0,01", ",", -1), ("12", ".", 1200), ("1\u00a0234", ",", 123400), ("1.50000", ".", 150)],
)  # fmt: skip
def test_an_amount_becomes_minor_units(cell, decimal, units):
    assert minor_units(cell, digits=2, decimal=decimal) == units


@pytest.mark.parametrize(
    "cell", ["", "1,234.5", "12,345", "1.2345,00", "1e3", "NaN", "١٢", "1,2,3"]
)
def test_an_amount_that_is_none_is_refused(cell):
    assert refused(minor_units, cell, digits=2, decimal=",") == "amount"


def test_numbers_beyond_what_canonical_json_writes_are_refused():
    assert refused(integer, "9007199254740992") == "number-size"
    assert refused(minor_units, "90071992547409.92", digits=2, decimal=".") == "number-size"


@pytest.mark.parametrize("cell", ["1.0", "0x1", "", "١", "1 2"])
def test_a_whole_number_that_is_none_is_refused(cell):
    assert refused(integer, cell) == "number"


def test_yes_and_no_in_four_languages():
    assert [boolean(cell) for cell in ("jah", "Có", "YES", "1")] == [True] * 4
    assert [boolean(cell) for cell in ("ei", "không", "no", "0")] == [False] * 4
    assert refused(boolean, "maybe") == "boolean"


def test_codes_are_checked_by_their_country():
    assert person(estonian(1), country="EE", places=PLACES) == f"EE{estonian(1)}"
    assert person("001 190 999 001", country="VN", places=PLACES) == "VN001190999001"


@pytest.mark.parametrize(
    ("cell", "country", "why"),
    [
        ("49001019905", "EE", "code-check-digit"),
        ("49013019904", "EE", "code-date"),
        ("4900101990", "EE", "code-digits"),
        ("123456789", "VN", "code-outdated"),
        ("999190999001", "VN", "code-place"),
        ("00119099900", "VN", "code-digits"),
        ("ä", "LV", "code-digits"),
    ],
)
def test_a_code_that_is_none_is_refused(cell, country, why):
    assert refused(person, cell, country=country, places=PLACES) == why


@given(st.text(max_size=20))
def test_no_cell_breaks_a_reader(cell):
    for read, how in (
        (day, {"order": "day-first"}),
        (integer, {}),
        (boolean, {}),
        (minor_units, {"digits": 2, "decimal": ","}),
        (person, {"country": "EE", "places": PLACES}),
        (person, {"country": "VN", "places": PLACES}),
    ):
        with suppress(CellRefused):
            read(cell, **how)
