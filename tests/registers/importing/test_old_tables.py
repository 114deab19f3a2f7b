"""Tables as agencies have them: each old encoding as a whole, and one file with every fault."""

import pytest
from tests.registers.importing.conftest import HEADER, PLACES, estonian, mapping, row

from riik.core import PersonCode
from riik.registers import make_plan, read_mapping
from riik.registers.importing.client import RejectedFile, open_file
from riik.registers.importing.encodings import repaired
from riik.registers.importing.mapping import SourceShape

ESTONIAN = ("Põlva vald", "Šmidti tänav", "Žarkovi küla", "Võhma jõgi, öö ja ülesõit")


def vietnamese_bytes(text, encoding):
    """A text in an old font's bytes: found by trying what each byte becomes."""
    found = b""
    letters = {repaired(chr(n), encoding=encoding): bytes([n]) for n in range(0xA0, 0x100)}
    for sign in text:
        found += letters.get(sign, sign.encode("ascii", "replace"))
    return found


TABLES = [
    ("UTF-8", "utf-8", "utf-8", ESTONIAN),
    ("UTF-8 with its mark", "utf-8-sig", "utf-8-bom", ESTONIAN),
    ("UTF-16", "utf-16", "utf-16", ESTONIAN),
    ("Latin-1", "cp1252", "latin-1", ("Põlva vald", "Jõhvi „Öö” küla", "Tänav ´a")),
    ("Baltic Windows", "cp1257", "windows-1257", ESTONIAN),
    ("ISO 8859-15", "iso8859-15", "iso-8859-15", ("Põlva", "Rašidi tänav", "Kožanovi küla")),
    ("DOS", "cp775", "dos-775", ("Põlva", "Tänava tüüp", "Töökoja 4")),
]


@pytest.mark.parametrize(
    ("written", "name", "places"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES]
)
def test_a_table_in_its_encoding_becomes_what_it_says(many, written, name, places):
    path = many.file(*(row(n, place=text) for n, text in enumerate(places)), encoding=written)
    plan, source = many.opened(path)
    assert (source.encoding, plan.encoding) == (name, name)
    assert name in source.told[0]
    many.run(path)
    for n, text in enumerate(places):
        [[opened]] = many.house.registers.history("permits", PersonCode(f"EE{estonian(n)}"))
        assert opened.change.values["place"] == text


VIETNAMESE = mapping().replace(b'country = "EE"', b'country = "VN"')


def vietnamese(many, rows, *, name="vn.csv", fold=None):
    """A table of permits of people with Vietnamese numbers, in TCVN3 or in UTF-8."""
    path = many.folder / name
    lines = [",".join(HEADER), *(",".join(cells) for cells in rows)]
    text = "\n".join(lines)
    path.write_bytes(vietnamese_bytes(text, fold) if fold else text.encode())
    return path


def numbered(n, place, code=None):
    return [code or f"0791{n:08d}", f"K-{n}", "03.04.2024", "1", place]


def test_a_table_in_tcvn3_becomes_unicode_and_says_so(many):
    rows = [numbered(1, "Quảng Ngãi"), numbered(2, "Hải Phòng"), numbered(3, "thôn Đông")]
    path = vietnamese(many, rows, fold="tcvn3")
    source = open_file(path, SourceShape())
    assert "an old Vietnamese encoding" in source.told[0]
    _, report = many.run(path, mapping=VIETNAMESE)
    assert report.written == 3
    [[opened]] = many.house.registers.history("permits", PersonCode("VN079100000001"))
    assert opened.change.values["place"] == "Quảng Ngãi"


def test_nine_digit_numbers_are_rejected_and_counted_by_their_own_reason(many):
    rows = [numbered(1, "Hue"), numbered(2, "Hue", code="012345678"), numbered(3, "Hue", "98")]
    report = many.dry_run(vietnamese(many, rows), mapping=VIETNAMESE)
    assert report.reasons == {"code-outdated:code": 1, "code-digits:code": 1}


def test_days_first_are_read_so_and_those_that_no_day_tells_are_counted(many):
    days = ["13.04.2024", "03/04/2024", "3-4-2024", "2024-04-03", "04.04.2024"]
    _, report = many.run(many.file(*(row(n, issued=day) for n, day in enumerate(days))))
    assert report.ambiguous == {"issued": 2}
    [[opened]] = many.house.registers.history("permits", PersonCode(f"EE{estonian(1)}"))
    assert opened.change.values["issued"] == "2024-04-03"


EVERY_FAULT = {
    "ragged": lambda: row(1)[:-1],
    "nul": lambda: row(2, place="a\x00b"),
    "cell-size": lambda: row(3, place="x" * 100_001),
    "empty:code": lambda: row(4, code=""),
    "code-digits:code": lambda: row(5, code="DROP TABLE permits"),
    "code-date:code": lambda: row(6, code="39902301234"),
    "code-check-digit:code": lambda: row(7, code="49001019905"),
    "date-form:issued": lambda: row(8, issued="=NOW()"),
    "date-year:issued": lambda: row(9, issued="01.02.24"),
    "date:issued": lambda: row(10, issued="29.02.2023"),
    "amount:fee": lambda: row(11, fee="12,505"),
    "number-size:fee": lambda: row(12, fee="9" * 18),
    "schema-required:number": lambda: row(13, number=""),
    "schema-maxLength:place": lambda: row(14, place="<script>" * 40),
    "subject-has-record": lambda: row(100, number="K-other"),
}


def test_a_file_with_every_fault_rejects_each_row_by_its_own_and_loses_none(bench):
    good = [row(100), row(101), row(101)]
    path = bench.file(*good, *(make() for make in EVERY_FAULT.values()))
    dry = bench.dry_run(path)
    _, report = bench.run(path)
    assert report.reasons == dict.fromkeys(EVERY_FAULT, 1)
    assert report.to_json() == dry.to_json()
    assert (report.read, report.written, report.repeated) == (len(EVERY_FAULT) + 3, 2, 1)
    assert sum(1 for _ in bench.rejected.open(encoding="utf-8")) >= len(EVERY_FAULT) + 1


def test_rejected_rows_with_every_fault_can_all_be_corrected(bench):
    path = bench.file(*(make() for make in EVERY_FAULT.values()))
    bench.run(path)
    back = bench.file(*(row(200 + n) for n in range(15)), name="back.csv")
    read = read_mapping(mapping())
    table = open_file(back, read.source)
    plan = make_plan(
        read,
        header=table.header,
        definition=bench.holding.definition,
        places=PLACES,
        encoding=table.encoding,
    )
    rejects = RejectedFile(bench.folder / "again.csv", table.header, encoding=table.encoding)
    _, report = bench.importer.run(
        plan, table, rejects=rejects, resume=False, told=bench.told.append
    )
    assert (report.written, report.rejected) == (15, 0)
