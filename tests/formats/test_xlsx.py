"""Workbooks: each kind of value as text, and nothing that a workbook shouldn't be."""

import io
import zipfile

import pytest
from tests.formats.workbooks import (
    REFERS,
    STRICT,
    cell,
    related,
    sheet,
    texts,
    workbook,
)

from riik.formats.date_formats import is_date_format
from riik.formats.xlsx import Limits, XlsxRefused, open_workbook


def rows(source, *, limits=None):
    book = open_workbook(source, limits=limits or Limits())
    return [row for one in book.sheets for row in book.rows(one)]


def value(held, **others):
    """The text of one cell."""
    [row] = rows(workbook({"S": sheet(f'<row r="1">{held}</row>')}, **others))
    return row.cells[0]


VALUES = [
    ("a whole number", cell("A1", "38001085718"), "38001085718"),
    ("a number that binary can't hold", cell("A1", "0.30000000000000004"), "0.3"),
    ("three digits behind the point never stand alone", cell("A1", "1.125"), "1.1250"),
    ("a small number", cell("A1", "1.2E-3"), "0.0012"),
    ("a number with power of ten", cell("A1", "1.5E+6"), "1500000"),
    ("a day", cell("A1", "45351", style="1"), "2024-02-29"),
    ("a day by a format of its own", cell("A1", "45351", style="2"), "2024-02-29"),
    ("a colour and a quoted word are no day", cell("A1", "12.5", style="3"), "12.5"),
    ("a day with its time", cell("A1", "45351.5", style="4"), "2024-02-29T12:00:00"),
    ("the first day of 1900", cell("A1", "1", style="1"), "1900-01-01"),
    ("the day that Excel made up", cell("A1", "60", style="1"), "1900-02-29"),
    ("the day after it", cell("A1", "61", style="1"), "1900-03-01"),
    ("a time without a day", cell("A1", "0.25", style="4"), "06:00:00"),
    ("a day of ISO 8601", cell("A1", "2024-02-29T00:00:00", "d"), "2024-02-29"),
    ("a day beyond the calendar stays a number", cell("A1", "99999999", style="1"), "99999999"),
    ("yes", cell("A1", "1", "b"), "true"),
    ("a text in its cell", cell("A1", "Põlva", "inlineStr"), "Põlva"),
    ("what a formula gave", cell("A1", "7", formula="3+4"), "7"),
    ("the text that a formula gave", cell("A1", "seven", "str", formula="x"), "seven"),
]


@pytest.mark.parametrize(("held", "text"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_a_value_becomes_text(held, text):
    assert value(held) == text


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    assert value(cell("A1", "43889", style="1"), settings='date1904="1"') == "2024-02-29"


def test_shared_strings_are_put_together_and_hints_left_out():
    strings = ["<si><r><t>Võ</t></r><r><t>ru</t></r><rPh><t>hint</t></rPh></si>", "<si><t/></si>"]
    assert value(cell("A1", "0", "s"), strings=strings) == "Võru"


def test_cells_that_are_left_out_are_empty():
    [row] = rows(workbook({"S": sheet(f'<row r="3">{cell("C3", "5")}</row>', "<row r='4'/>")}))
    assert (row.number, row.cells) == (3, ["", "", "5"])


def test_the_strict_form_reads_the_same():
    source = workbook({"S": sheet(texts(1, "a"), main=STRICT)}, main=STRICT)
    assert rows(source)[0].cells == ["a"]


def test_hidden_sheets_say_so():
    book = open_workbook(workbook({"A": sheet(), "B": sheet()}, states=("visible", "veryHidden")))
    assert [(one.name, one.hidden) for one in book.sheets] == [("A", False), ("B", True)]


def test_formulas_are_counted_and_one_without_a_value_is_a_fault():
    given, never = cell("A1", "1", formula="f"), '<c r="B1"><f>now()</f></c>'
    [row] = rows(workbook({"S": sheet(f'<row r="1">{given}{never}</row>')}))
    assert (row.formulas, row.fault) == (2, "formula-empty")


def test_an_error_of_a_formula_is_a_fault():
    [row] = rows(workbook({"S": sheet(f'<row r="1">{cell("A1", "#N/A", "e")}</row>')}))
    assert row.fault == "formula-error"


DEEP = "<x>" * 80 + "</x>" * 80
ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'
EVIL = {
    "a document type": ("doctype", {"S": ENTITY + sheet(texts(1, "&a;"))}, {}),
    "a document type in the strings": (
        "doctype", {"S": sheet(texts(1, "a"))}, {"xl__strings.xml": ENTITY + "<sst/>"}
    ),
    "no XML": ("syntax", {"S": "not a sheet"}, {}),
    "half a sheet": ("syntax", {"S": sheet(texts(1, "a"))[:-9]}, {}),
    "an entity of nobody": ("syntax", {"S": sheet(texts(1, "&nbsp;"))}, {}),
    "bottomless nesting": ("depth", {"S": sheet(DEEP)}, {}),
    "a string that isn't there": (
        "string", {"S": sheet(f'<row r="1">{cell("A1", "7", "s")}</row>')}, {}
    ),
    "a string of no number": (
        "string", {"S": sheet(f'<row r="1">{cell("A1", "-1", "s")}</row>')}, {}
    ),
    "rows in no order": ("row", {"S": sheet(texts(2, "a"), texts(1, "b"))}, {}),
    "a row of no number": ("row", {"S": sheet('<row r="x"></row>')}, {}),
    "the same cell twice": (
        "row", {"S": sheet(f'<row r="1">{cell("A1", "1")}{cell("A1", "2")}</row>')}, {}
    ),
    "a cell beyond the last column": (
        "row", {"S": sheet(f'<row r="1">{cell("ZZZZ1", "1")}</row>')}, {}
    ),
    "an enormous cell": (
        "text", {"S": sheet(texts(1, *(f"{n}" for n in range(2)), "x" * 1_000_001))}, {}
    ),
    "an enormous row": (
        "text", {"S": sheet(texts(1, *("x" * 900_000 for n in range(5))))}, {}
    ),
    "no sheet at all": ("sheets", {}, {}),
    "a sheet elsewhere": (
        "external",
        {"S": sheet()},
        {"xl__" + "_rels__workbook.xml.rels": related(
            ("s0", "worksheet", "file:///etc/passwd", ' TargetMode="External"'))},
    ),
    "a sheet above the file": (
        "external",
        {"S": sheet()},
        {"xl__" + "_rels__workbook.xml.rels": related(
            ("s0", "worksheet", "../../../etc/passwd", ""))},
    ),
    "no workbook": ("no-workbook", {"S": sheet()}, {"xl__workbook.xml": None}),
    "no relationships": ("no-workbook", {"S": sheet()}, {"_rels__.rels": None}),
}  # fmt: skip


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
def test_a_workbook_is_refused_for(evil):
    why, sheets, replaced = evil
    replaced = {
        name.replace("xl___rels__", "xl/_rels/").replace("_rels__.", "_rels/."): content
        for name, content in replaced.items()
    }
    with pytest.raises(XlsxRefused) as refused:
        rows(workbook(sheets, **replaced), limits=Limits(ratio=10_000))
    assert refused.value.why == why


def packed(*entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made


def test_a_bomb_is_refused_by_its_proportion_before_it_is_opened():
    bomb = packed(("xl/worksheets/0.xml", b" " * 30_000_000))
    with pytest.raises(XlsxRefused) as refused:
        open_workbook(bomb)
    assert refused.value.why == "ratio"


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(entries=3), "entries"),
        (Limits(content=100), "content"),
        (Limits(strings=3), "strings"),
        (Limits(strings=15), "strings"),
        (Limits(part=200), "content"),
    ],
)
def test_a_workbook_that_is_too_large_is_refused(limits, why):
    source = workbook({"S": sheet()}, strings=["<si><t>four</t></si>"])
    with pytest.raises(XlsxRefused) as refused:
        open_workbook(source, limits=limits)
    assert refused.value.why == why


def test_two_files_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = packed(("a.xml", b"1"), ("a.xml", b"2"))
    with pytest.raises(XlsxRefused) as refused:
        open_workbook(twice)
    assert refused.value.why == "duplicate"


def test_what_is_damaged_is_refused():
    whole = workbook({"S": sheet(*(texts(n, "abc") for n in range(1, 50)))}).getvalue()
    at = whole.index(b"xl/worksheets/0.xml") + 60
    broken = whole[:at] + bytes(8) + whole[at + 8 :]
    with pytest.raises(XlsxRefused) as refused:
        rows(io.BytesIO(broken))
    assert refused.value.why in ("damaged", "syntax")


@pytest.mark.parametrize("source", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"code;number"])
def test_what_is_no_workbook_is_refused(source):
    with pytest.raises(XlsxRefused):
        open_workbook(io.BytesIO(source))


def test_the_namespace_of_another_thing_is_no_cell():
    foreign = f'<row r="1"><x:c xmlns:x="{REFERS}" r="A1"><x:v>1</x:v></x:c></row>'
    assert rows(workbook({"S": sheet(foreign)})) == []


@pytest.mark.parametrize(
    ("number", "code", "dated"),
    [
        (0, None, False), (9, None, False), (14, None, True), (22, None, True), (46, None, True),
        (164, "General", False), (164, "0.00", False), (164, "yyyy-mm-dd", True),
        (164, "[h]:mm", True), (164, "[Red]0", False), (164, '0" days"', False),
        (164, "0\\d", False), (164, "[$-425]d. mmmm yyyy", True), (164, "#,##0;[Red]-#,##0", False),
    ],
)  # fmt: skip
def test_date_formats_are_told_from_others(number, code, dated):
    assert is_date_format(number, code) is dated
