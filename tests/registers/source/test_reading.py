"""A table read in place: what it says of a person, and what it keeps of other days."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from tests.registers.importing.conftest import estonian
from tests.registers.source.conftest import SOURCE, TODAY, look, read

from riik.registers.errors import RequestRefused, SourceUnavailable
from riik.registers.source.client import SqlSource, question


def test_a_row_is_a_record_of_its_person(table):
    table.put(1)
    table.put(2)
    [found] = table.find(1)
    assert found.subject == f"EE{estonian(1)}"
    assert found.values == {
        "number": "K-1",
        "issued": "2024-04-13",
        "fee": 1250,
        "kind": "fishing",
        "state": "kept",
    }


def test_codes_with_their_country_in_front_are_found_as_well(table):
    table.put(1, holder=f"EE{estonian(1)}")
    assert len(table.find(1)) == 1


def test_a_record_is_found_by_its_number_and_says_whose_it_is(table):
    table.put(1)
    table.put(2)
    [found] = table.find(key=("number", "K-2"))
    assert found.subject == f"EE{estonian(2)}"
    assert table.find(key=("number", "K-2' OR '1'='1")) == []


def test_nothing_is_found_of_somebody_else(table):
    table.put(1)
    assert table.find(2) == []


@pytest.mark.parametrize(
    ("day", "found"),
    [("2024-04-12", 0), ("2024-04-13", 1), ("2024-12-31", 1), ("2025-01-01", 0)],
)
def test_a_row_holds_from_its_first_day_to_its_last(table, day, found):
    table.put(1, expires=date(2024, 12, 31))
    assert len(table.find(1, as_of=date.fromisoformat(day))) == found


def test_what_was_known_at_another_time_is_answered_so(table):
    table.put(1, fee="10.00", r=datetime(2025, 1, 1))
    table.put(9, holder=estonian(1), fee="20.00", e=datetime(2025, 1, 1))
    before = datetime(2024, 6, 1, tzinfo=UTC)
    [then] = table.find(1, known_at=before)
    [now] = table.find(1)
    assert (then.values["fee"], now.values["fee"]) == (1000, 2000)


WITHOUT = SOURCE.replace('known-from = "entered"\nknown-to = "replaced"\n', "")
TODAYS = WITHOUT.replace('valid-from = "issued"\nlast-day = "expires"\n', "")


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        (TODAYS, {"as_of": date(2025, 1, 1)}),
        (WITHOUT, {"known_at": datetime(2025, 1, 1, tzinfo=UTC)}),
    ],
    ids=["another day", "another moment"],
)
def test_history_that_the_source_does_not_keep_is_refused_not_made_up(plain, source, asked):
    plain.put(1)
    given = {"as_of": TODAY, "known_at": datetime(2026, 11, 23, tzinfo=UTC)} | asked
    question_ = look(1, known_at=asked.get("known_at"))
    with pytest.raises(RequestRefused) as refused:
        plain.place(source).find(question_, **given, today=TODAY)
    assert refused.value.why == "no-history"


BAD = [
    ("a day that is none", {"issued": "soon"}),
    ("an amount that is none", {"fee": "much"}),
    ("a kind that nobody named", {"kind": "X"}),
    ("a number that is too long", {"no": "x" * 21}),
    ("no number at all", {"no": None}),
    ("a code with a wrong check digit", {"holder": f"{estonian(1)[:-1]}x"}),
    ("a moment that is none", {"e": "then"}),
]


@pytest.mark.parametrize("cells", [b[1] for b in BAD], ids=[b[0] for b in BAD])
def test_a_row_that_is_not_what_was_said_is_given_to_nobody(plain, cells):
    plain.put(1, **cells)
    key = ("number", cells["no"] or "") if "no" in cells else ("number", "K-1")
    if cells.get("no", "") is None:
        key = None
    with pytest.raises(SourceUnavailable) as refused:
        plain.find(1 if key is None else None, key=key)
    assert refused.value.why == "changed"
    assert "soon" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE permits RENAME COLUMN fee TO price", "DROP TABLE permits"],
    ids=["a column has another name", "the table is gone"],
)
def test_a_table_that_changed_under_way_is_told_as_changed(table, change):
    table.put(1)
    place = table.place()
    asked = {"as_of": TODAY, "known_at": datetime(2026, 11, 23, tzinfo=UTC), "today": TODAY}
    assert len(place.find(look(1), **asked)) == 1
    table.run(change)
    with pytest.raises(SourceUnavailable) as refused:
        place.find(look(1), **asked)
    assert refused.value.why == "changed"
    assert "permits" not in str(refused.value).replace("source.toml", "")


def test_a_source_that_is_down_is_told_as_down_and_makes_no_file(tmp_path):
    source = SqlSource(read(), f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(SourceUnavailable) as refused:
        source(0, ["x"])
    assert refused.value.why == "down"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:secret@127.0.0.1:1/x",
        "mysql+pymysql://user:secret@127.0.0.1:1/x",
        "nonsense",
        "oracle+nodriver://user:secret@127.0.0.1/x",
    ],
)
def test_no_password_stands_in_what_is_told_of_a_source_that_is_down(url):
    with pytest.raises(SourceUnavailable) as refused:
        SqlSource(read(), url)(0, ["x"])
    assert refused.value.why == "down"
    assert "secret" not in repr(refused.value) + str(refused.value.__cause__)


def test_a_source_that_takes_too_long_is_told_as_slow(plain):
    """A view that never ends, with the shortest time there may be."""
    plain.run("DROP TABLE permits")
    plain.run(
        "CREATE VIEW permits AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS id, CAST(-i AS TEXT) AS holder, 'b' AS permit_no, NULL AS issued, NULL AS expires,"
        " 1 AS fee, 'K' AS kind, NULL AS entered, NULL AS replaced FROM n"
    )
    source = SqlSource(read(f"seconds = 1\n{SOURCE}"), plain.url)
    with pytest.raises(SourceUnavailable) as refused:
        source(0, ["nobody"])
    assert refused.value.why == "slow"


def test_a_source_is_never_written(table):
    table.put(1)
    table.find(1)
    with (
        pytest.raises(Exception, match=r"(?i)read.?only"),
        table.source._engine.connect() as held,
    ):
        held.exec_driver_sql("DELETE FROM permits")


def test_more_rows_than_anybody_has_are_refused(plain):
    plain.put(1)
    plain.run(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1002)"
        " INSERT INTO permits SELECT i, holder, 'K-' || i, issued, expires, fee, kind, entered,"
        " replaced FROM permits, n"
    )
    with pytest.raises(SourceUnavailable) as refused:
        plain.find(1)
    assert refused.value.why == "rows"


def test_a_column_of_numbers_is_asked_with_numbers(table):
    table.run("ALTER TABLE permits ADD COLUMN code BIGINT")
    table.run(
        "INSERT INTO permits (id, permit_no, issued, fee, kind, code)"
        f" VALUES (1, 'K-1', '2024-04-13', 1, 'K', {estonian(1)})"
    )
    place = table.place(SOURCE.replace('subject = "holder"', 'subject = "code"'))
    asked = {"as_of": TODAY, "known_at": datetime(2026, 11, 23, tzinfo=UTC), "today": TODAY}
    assert len(place.find(look(1), **asked)) == 1


@pytest.mark.parametrize("dialect", [sqlite, postgresql, mysql, oracle, mssql])
def test_the_question_is_said_in_every_dialect(dialect):
    """Oracle's and SQL Server's are compiled only: no such server runs in these tests."""
    said = read(SOURCE.replace('table = "permits"', 'table = "Old Data.permits"'))
    compiled = str(
        question(said, 0)
        .params(some=["a", "b"])
        .compile(dialect=dialect.dialect(), compile_kwargs={"render_postcompile": True})
    )
    assert "holder" in compiled
    assert "Old Data" in compiled
    assert "IN (" in compiled
