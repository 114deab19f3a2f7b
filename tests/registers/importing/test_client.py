"""Files and databases of others, as they are found."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Numeric, Table, Text, create_engine, text
from tests.registers.importing.conftest import HEADER, PLACES, estonian, mapping, row
from tests.registers.importing.test_component import CutOff, cut_off_at

from riik.registers import ImportRefused, SourceShape, make_plan, read_mapping
from riik.registers.importing.client import RejectedFile, open_file, open_table


def source_url(request, folder):
    if request.param != "sqlite":
        return request.getfixturevalue(request.param).new_database()
    return f"sqlite:///{folder}/source.db"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def source(request, tmp_path):
    """An agency's database with a table of permits."""
    url = source_url(request, tmp_path)
    url = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    engine = create_engine(url)
    table = Table(
        "permits",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("code", Text),
        Column("number", Text),
        Column("issued", Date),
        Column("fee", Numeric(10, 2)),
        Column("place", Text),
    )
    table.create(engine)
    with engine.begin() as connection:
        for n in (3, 1, 2):
            values = {"id": n, "code": estonian(n), "number": f"K-{n}", "fee": 12.5}
            connection.execute(table.insert(), values | {"issued": date(2024, 4, n)})
    yield url, engine
    engine.dispose()


def test_a_databases_table_is_imported_in_the_order_of_its_key(bench, source):
    url, _ = source
    table = open_table(url, "permits")
    read = read_mapping(mapping().replace(b'decimal = ","', b'decimal = "."'))
    plan = make_plan(
        read, header=table.header, definition=bench.holding.definition, places=PLACES, encoding=""
    )
    rejects = RejectedFile(bench.rejected, table.header, encoding=table.encoding)
    run, report = bench.importer.run(
        plan, table, rejects=rejects, resume=False, told=bench.told.append
    )
    assert (run.state, report.written, report.totals["fee"]["read"]) == ("done", 3, "37.50")
    assert [r.cells[0] for r in table.rows()] == ["1", "2", "3"]


def test_a_table_whose_columns_change_under_way_ends_the_run(source):
    url, engine = source
    table = open_table(url, "permits")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE permits ADD COLUMN more TEXT"))
    with pytest.raises(ImportRefused) as refused:
        table.check()
    assert refused.value.why == "changed"


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ("ALTER TABLE permits RENAME COLUMN fee TO price",
         "ALTER TABLE permits RENAME COLUMN price TO fee"),
        ("ALTER TABLE permits RENAME TO others", "ALTER TABLE others RENAME TO permits"),
    ],
    ids=["a column has another name", "the table has another name"],
)  # fmt: skip
def test_a_source_whose_schema_changes_under_way_is_refused_and_goes_on_when_it_is_back(
    bench, source, change, back
):
    url, engine = source
    read = read_mapping(mapping().replace(b'decimal = ","', b'decimal = "."'))
    importer = replace(bench.importer, batch=2)

    def run(**given):
        table = open_table(url, "permits")
        plan = make_plan(
            read,
            header=table.header,
            definition=bench.holding.definition,
            places=PLACES,
            encoding="",
        )
        rejects = RejectedFile(bench.rejected, table.header, encoding=table.encoding)
        return importer.run(plan, table, rejects=rejects, **given)

    with pytest.raises(CutOff):
        run(resume=False, told=cut_off_at(1))
    assert bench.alive() == 2
    with engine.begin() as connection:
        connection.execute(text(change))
    with pytest.raises(ImportRefused) as refused:
        run(resume=True, told=bench.told.append)
    assert refused.value.why in ("column", "source")
    with engine.begin() as connection:
        connection.execute(text(back))
    _, report = run(resume=True, told=bench.told.append)
    assert (report.read, report.repeated, report.written, bench.alive()) == (3, 2, 1, 3)


def test_a_table_that_goes_under_way_ends_the_run(source):
    url, engine = source
    table = open_table(url, "permits")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE permits"))
    with pytest.raises(ImportRefused) as refused:
        list(table.rows())
    assert refused.value.why == "source"


@pytest.mark.parametrize(
    "url",
    ["sqlite:///nowhere/at-all.db", "nonsense", "oracle://user:secret@127.0.0.1/x",
     "postgresql+psycopg://user:secret@127.0.0.1:1/x"],
)  # fmt: skip
def test_a_source_out_of_reach_is_refused_without_its_password(url):
    with pytest.raises(ImportRefused) as refused:
        open_table(url, "permits")
    assert refused.value.why == "source"
    assert "secret" not in str(refused.value)


def test_a_file_in_an_old_encoding_is_read_and_said(bench):
    path = bench.file(row(1, place="Šilute žemė"), encoding="cp1257")
    assert open_file(path, SourceShape()).encoding == "windows-1257"
    _, report = bench.run(path)
    assert report.written == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_header_is_the_same_in_every_encoding(bench, encoding):
    path = bench.file(*[row(n) for n in range(3)], encoding=encoding)
    assert open_file(path, SourceShape()).header == HEADER
    assert bench.run(path)[1].written == 3


def test_bytes_that_are_no_text_reject_their_row_only(many):
    path = many.file(row(1, place="Põlva"), row(2, place="Tartu"), row(3))
    path.write_bytes(path.read_bytes().replace(b"Tartu", b"T\xe4rtu\xff"))
    said = b'[source]\nencoding = "utf-8"\n' + mapping()
    _, report = many.run(path, mapping=said)
    assert (report.written, report.reasons) == (2, {"encoding": 1})


@pytest.mark.parametrize("held", [b"", b"\n\n", b"a,a\n1,2\n", b"\x00" * 40])
def test_a_file_without_columns_is_refused(tmp_path, held):
    path = tmp_path / "empty.csv"
    path.write_bytes(held)
    with pytest.raises(ImportRefused):
        open_file(path, SourceShape())


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImportRefused) as refused:
        open_file(tmp_path / "none.csv", SourceShape())
    assert refused.value.why == "file"


def test_a_line_without_end_is_refused(tmp_path):
    path = tmp_path / "bomb.csv"
    path.write_bytes(b"a,b\n" + b"x" * 4_000_001)
    with pytest.raises(ImportRefused) as refused:
        open_file(path, SourceShape())
    assert refused.value.why == "line-size"


def test_a_databases_table_that_was_cut_off_is_read_from_its_first_row_again(bench, source):
    """Rows may have come and gone since: skipping as many as were read would lose some."""
    url, engine = source
    read = read_mapping(mapping().replace(b'decimal = ","', b'decimal = "."'))
    table = open_table(url, "permits")
    plan = make_plan(
        read, header=table.header, definition=bench.holding.definition, places=PLACES, encoding=""
    )
    rejects = RejectedFile(bench.rejected, table.header, encoding=table.encoding)
    with pytest.raises(ZeroDivisionError):
        bench.importer.run(plan, table, rejects=rejects, resume=False, told=lambda _: 1 / 0)
    with engine.begin() as connection:
        connection.execute(text("UPDATE permits SET id = id + 10 WHERE id = 1"))
        connection.execute(text("INSERT INTO permits SELECT 0, :c, 'K-0', issued, fee, place"
                                " FROM permits WHERE id = 2"), {"c": estonian(0)})  # fmt: skip
    _, report = bench.importer.run(
        plan, table, rejects=rejects, resume=True, told=bench.told.append
    )
    assert (report.read, report.written) == (4, 1)


@pytest.mark.parametrize(
    ("encoding", "written", "place"),
    [("windows-1257", "cp1257", "Šilute"), ("tcvn3", "latin-1", "Qu\xb6ng Ng\xb7i")],
)
def test_rejected_rows_come_back_with_the_mapping_that_names_the_tables_form(
    many, encoding, written, place
):
    said = f'[source]\nencoding = "{encoding}"\ndelimiter = ";"\n'.encode() + mapping()
    path = many.folder / "old.csv"
    cells = [HEADER, row(1, issued="31.02.2024", place=place)]
    path.write_text("".join(";".join(line) + "\n" for line in cells), encoding=written)
    many.run(path, mapping=said)
    text = many.rejected.read_text(encoding="utf-8")
    assert ("Šilute" in text) or ("Quảng Ngãi" in text)
    back = many.folder / "back.csv"
    back.write_text(text.replace("31.02.", "29.02."), encoding="utf-8")
    assert many.run(back, mapping=said)[1].written == 1
