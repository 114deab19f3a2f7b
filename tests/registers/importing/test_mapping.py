"""A mapping is checked against table and register before the first row; a proposal can be read."""

from datetime import date

import pytest
from tests.registers.importing.conftest import HEADER, PLACES, definition, estonian, mapping, row

from riik.core import Refused
from riik.registers import check, load_register, make_plan, propose, read_mapping
from riik.registers.importing.founding import found_register
from riik.registers.importing.guessing import field_name, guess_columns


def plan(source):
    return make_plan(
        read_mapping(source),
        header=HEADER,
        definition=definition(),
        places=PLACES,
        encoding="utf-8",
    )


WRONG = [
    ("a column that isn't there", b'column = "number"', b'column = "numbr"', "column"),
    ("a field that isn't there", b'name = "number"', b'name = "numbr"', "field"),
    ("a needed field that is missing", b'name = "fee"', b'name = "place"', "field"),
    ("a field with column and value", b'as = "date"', b'fixed = "2020-01-01"', "mapping"),
    ("a reading nobody knows", b'as = "date"', b'as = "day"', "mapping"),
    ("an order nobody knows", b'"day-first"', b'"day"', "mapping"),
    ("a law the register lacks", b"LAW-TO-BE-NAMED", b"LAW", "law"),
    ("a code without country", b'country = "EE"', b'country = ""', "mapping"),
    ("a total that is no column", b'totals = ["fee"]', b'totals = ["sum"]', "column"),
    ("a day that is none", b'"2024-01-01"', b'"2024-02-30"', "column"),
    ("a key nobody knows", b"decimal", b"decimals", "unknown-key"),
    ("no TOML", b"[record]", b"[record", "syntax"),
]


@pytest.mark.parametrize(("old", "new", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_mapping_is_refused_before_the_first_row(old, new, why):
    source = mapping()
    assert old in source
    with pytest.raises(Refused) as refused:
        plan(source.replace(old, new))
    assert refused.value.why == why


def test_a_needed_field_without_a_column_is_named():
    lacking = mapping().replace(b'[[field]]\nname = "number"\ncolumn = "number"\n', b"")
    with pytest.raises(Refused, match="needs number") as refused:
        plan(lacking)
    assert refused.value.why == "missing"


def test_fixed_values_and_value_tables_are_taken():
    source = mapping().replace(b'column = "place"', b'fixed = "Tartu"')
    assert plan(source).fixed == {"place": "Tartu"}
    tabled = mapping() + b'values = { P = "P\xc3\xb5lva" }\n'
    [place] = [column for column in plan(tabled).columns if column.field == "place"]
    assert place.read("P") == "Põlva"
    with pytest.raises(Refused) as refused:
        place.read("Q")
    assert refused.value.why == "value-unknown"


def guesses():
    rows = [row(n, issued=f"{1 + n % 28:02d}.04.2024", fee=f"{n},50") for n in range(60)]
    return guess_columns(HEADER, rows, places=PLACES)


def test_columns_are_guessed_and_every_guess_has_its_reason():
    found = {guess.column: (guess.kind, guess.order) for guess in guesses()}
    assert found["code"] == ("person", "year-first")
    assert found["issued"] == ("date", "day-first")
    assert found["fee"] == ("amount", "year-first")
    assert all(guess.why for guess in guesses())


def test_dates_that_nothing_tells_apart_are_said_so():
    [guess] = guess_columns(["d"], [["01.02.2024"], ["03.04.2024"]], places=PLACES)
    assert "NO CELL TELLS" in guess.why


def test_nine_digits_among_twelve_are_reported():
    rows = [["001190999001"]] * 9 + [["123456789"]]
    [guess] = guess_columns(["CCCD"], rows, places=PLACES)
    assert (guess.kind, guess.country) == ("person", "VN")
    assert "1 have the old nine digits" in guess.why


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Sünniaeg", "sunniaeg"),
        ("Ngày sinh", "ngay_sinh"),
        ("Địa chỉ", "dia_chi"),
        ("1.", "column_1"),
    ],
)
def test_a_column_becomes_a_fields_name(column, field):
    assert field_name(column) == field


def test_a_proposed_mapping_can_be_used_as_it_is():
    made = found_register("permits", owner="o", languages=("en",), columns=guesses())
    kept = load_register(made.files)
    text = propose(
        kept, guesses(), encoding="utf-8", delimiter=",", country="EE", today=date(2026, 1, 1)
    )
    read = read_mapping(text.encode())
    used = make_plan(read, header=HEADER, definition=kept, places=PLACES, encoding="utf-8")
    assert {column.field for column in used.columns} == set(kept.schema.fields)
    assert text.count("#") >= len(HEADER)


@pytest.mark.parametrize("columns", ["none", "guessed"])
def test_a_new_folder_passes_its_own_tests(columns):
    given = guesses() if columns == "guessed" else ()
    made = found_register("permits", owner="o", languages=("et", "vi"), columns=given)
    outcomes = check(load_register(made.files))
    assert len(outcomes) >= 3
    assert all(outcome.passed for outcome in outcomes)
    assert made.guesses


def test_a_code_is_in_no_guess():
    said = " ".join(guess.why for guess in guesses())
    assert estonian(1) not in said
