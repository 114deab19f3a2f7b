"""Tables of separated values: their form is recognised, a bad row is a row with a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.registers import ImportRefused
from riik.registers.importing.table import as_it_was, guess_form, neutral, read_header, read_rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_sign_that_cuts_all_lines_alike(delimiter):
    rows = [["name", "where, and how; and why"], ["a", "b"], ["c", "d"]]
    lines = [delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows]
    form = guess_form(lines)
    assert form.delimiter == delimiter
    assert [row.fault for row in read_rows(lines, form)] == ["", ""]


def test_a_decimal_comma_is_no_delimiter():
    assert guess_form(["a;b\n", "1,5;2,5\n", "1;2,5\n"]).delimiter == ";"


@pytest.mark.parametrize("line", ["a,,b\n", "a,a\n", "\n", ""])
def test_a_header_without_names_of_its_own_is_refused(line):
    with pytest.raises(ImportRefused) as refused:
        read_header([line], guess_form(["a,b"]))
    assert refused.value.why == "header"


def test_a_quoted_cell_may_have_lines():
    [row] = read_rows(["a,b\n", '"1\n', '2",3\n'], guess_form(["a,b"]))
    assert (row.line, row.cells) == (3, ["1\n2", "3"])


@pytest.mark.parametrize(
    ("line", "fault"),
    [("1\n", "ragged"), ("1,2,3\n", "ragged"), ("1,\x00\n", "nul"), ("1,é\udcff\n", "encoding"),
     ("1,\ufffd\n", "encoding"), (f"1,{'x' * 100_001}\n", "cell-size"), ('1,"open\n', "")],
)  # fmt: skip
def test_a_bad_row_has_its_fault_and_the_next_is_read(line, fault):
    rows = list(read_rows(["a,b\n", line, "3,4\n"], guess_form(["a,b"])))
    assert rows[0].fault == fault
    if fault:
        assert list(rows[1].cells) == ["3", "4"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "'=1", "'", "''x"])
def test_what_would_be_a_formula_is_none_and_comes_back_as_it_was(cell):
    assert neutral(cell)[0] == "'"
    assert as_it_was(neutral(cell)) == cell


@given(st.text(max_size=20))
def test_every_cell_comes_back_as_it_was(cell):
    assert as_it_was(neutral(cell)) == cell
    assert not neutral(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_lines_are_read_to_their_end(lines):
    rows = list(read_rows(["a,b\n", *lines], guess_form(lines)))
    assert all(row.line <= len(lines) + 1 for row in rows)
