"""Workbooks as a source: their sheet becomes records; what is not read is said."""

import pytest
from tests.formats.workbooks import cell, sheet, texts, workbook
from tests.registers.importing.conftest import HEADER, estonian, mapping
from tests.registers.importing.test_component import CutOff, cut_off_at

from riik.formats.xlsx import XlsxRefused
from riik.registers import ImportRefused, read_mapping
from riik.registers.importing.client import open_file
from riik.registers.importing.mapping import SourceShape

POINT = mapping().replace(b'decimal = ","', b'decimal = "."').replace(b"day-first", b"year-first")


def permit(row, who, day="45395", fee="12.5", place="Põlva"):
    """A good row as a program would write it: numbers as numbers, days as days."""
    held = [
        cell(f"A{row}", estonian(who)),
        cell(f"B{row}", f"K-{who}", "inlineStr"),
        cell(f"C{row}", day, style="1"),
        cell(f"D{row}", fee),
        cell(f"E{row}", place, "inlineStr"),
    ]
    return f'<row r="{row}">{"".join(held)}</row>'


@pytest.fixture
def book(many):
    def write(sheets, **others):
        path = many.folder / "table.xlsx"
        path.write_bytes(workbook(sheets, **others).getvalue())
        return path

    return write


def permits(*rows):
    return sheet(texts(1, *HEADER), *rows)


def test_a_sheet_becomes_records(many, book):
    _, report = many.run(book({"Load": permits(permit(2, 1), permit(3, 2))}), mapping=POINT)
    assert (report.written, report.totals["fee"]["written"]) == (2, "25.0")
    [[opened]] = many.house.registers.history("permits", f"EE{estonian(1)}")
    assert opened.change.values["issued"] == "2024-04-13"
    assert (opened.change.values["fee"], opened.change.values["place"]) == (1250, "Põlva")


FAULTS = [
    ("a day that Excel made up", {"day": "60"}, "date:issued"),
    ("a text for a day", {"day": "45395.5"}, "date-form:issued"),
    ("three digits behind the point", {"fee": "1.125"}, "amount:fee"),
    ("a letter in an amount", {"fee": "x"}, "amount:fee"),
]


@pytest.mark.parametrize(("cells", "why"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_row_of_a_sheet_is_rejected_with_its_line(many, book, cells, why):
    _, report = many.run(book({"S": permits(permit(2, 1), permit(3, 2, **cells))}), mapping=POINT)
    assert (report.written, report.reasons) == (1, {why: 1})
    assert f",3,{why}" in many.rejected.read_text()


def test_a_number_is_never_read_as_if_its_point_grouped_thousands(many, book):
    """The mapping says comma, the sheet has the number 1.125: refused, not 1125."""
    comma = mapping().replace(b"day-first", b"year-first")
    _, report = many.run(book({"S": permits(permit(2, 1, fee="1.125"))}), mapping=comma)
    assert report.reasons == {"amount:fee": 1}


def test_formulas_errors_and_width_reject_their_row_only(many, book):
    error = permit(3, 2).replace("<v>12.5</v>", "<v>#N/A</v>").replace('r="D3"', 'r="D3" t="e"')
    never = permit(4, 3).replace("<v>12.5</v>", "<f>1+1</f>")
    wide = permit(5, 4).replace("</row>", f"{cell('F5', '1')}</row>")
    _, report = many.run(book({"S": permits(permit(2, 1), error, never, wide)}), mapping=POINT)
    assert report.reasons == {"formula-error": 1, "formula-empty": 1, "ragged": 1}


def test_formulas_with_a_value_are_read_and_said(many, book):
    made = permit(2, 1).replace("<v>12.5</v>", "<f>10+2.5</f><v>12.5</v>")
    _, source = many.opened(book({"S": permits(made)}), POINT)
    [row] = source.rows()
    assert row.cells[3] == "12.5"
    assert source.remarks == (
        "1 cells come from formulas: the values that the file keeps were read",
    )


def test_the_first_sheet_that_people_see_is_read_and_the_others_named(book):
    sheets = {"Old": permits(), "Empty": sheet(), "Load": permits(permit(2, 1)), "More": permits()}
    path = book(sheets, states=("hidden", "visible", "visible", "visible"))
    source = open_file(path, SourceShape())
    assert source.sheet.name == "Load"
    assert source.told[1:] == (
        "the hidden sheet 'Old' is not read",
        "the sheet 'Empty' is not read",
        "the sheet 'More' is not read",
    )


def test_a_sheet_is_chosen_by_the_mapping(book):
    shape = read_mapping(b'[source]\nsheet = "B"\n' + mapping()).source
    assert open_file(book({"A": permits(), "B": sheet(texts(1, "x"))}), shape).header == ("x",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old or encrypted workbook", "old-workbook"),
        (workbook({"A": sheet()}).getvalue(), "sheet"),
        (workbook({"A": sheet(texts(1, "a", "a"))}).getvalue(), "header"),
    ],
    ids=["an old or locked workbook", "nothing in any sheet", "a column twice"],
)
def test_a_workbook_without_a_table_is_refused(tmp_path, content, why):
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        open_file(path, SourceShape())
    assert refused.value.why == why


def test_a_sheet_that_isnt_there_is_refused_with_those_that_are(book):
    with pytest.raises(ImportRefused, match="'Load'"):
        open_file(book({"Load": permits()}), SourceShape(), sheet="Lode")


def test_a_sheet_that_breaks_in_the_middle_ends_the_run_and_what_is_written_stays(many, book):
    good = [permit(n + 2, n) for n in range(1500)]
    broken = permits(*good).replace("</sheetData>", "")
    with pytest.raises(XlsxRefused):
        many.run(book({"S": broken}), mapping=POINT)
    assert many.alive() in (0, 1000)
    with pytest.raises(ImportRefused) as refused:
        many.run(book({"S": broken}), mapping=POINT)
    assert refused.value.why == "unfinished"


def test_a_sheet_goes_on_where_it_was_cut_off(many, book):
    path = book({"S": permits(*(permit(n + 2, n) for n in range(1200)))})
    with pytest.raises(CutOff):
        many.run(path, mapping=POINT, told=cut_off_at(1))
    run, report = many.run(path, mapping=POINT, resume=True)
    assert (run.state, report.read, report.written) == ("done", 1200, 1200)
