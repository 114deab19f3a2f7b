"""Queues and "my cases" are read from one index each: permission, lane and order stand in it."""

from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from tests.tables import lay_tables

import riik.cases
from riik.cases import Lane, Pick
from riik.cases.store import count_queries, of_subject_query, page_queries, seen_queries
from riik.core import SubjectId
from riik.core.time import from_text
from riik.runtime.database import open_database

ME, TIINA = SubjectId("me"), SubjectId("tiina")
NOON = from_text("2026-11-30T12:00:00.000000Z")
PLACE = ("2026-11-30T08:00:00.000000Z", "2026-000001")
PICKS = {
    "mine": Pick(lane=Lane.WAITING, officials=(ME, TIINA)),
    "team": Pick(lane=Lane.WAITING, units=("licences",)),
    "all": Pick(lane=Lane.WAITING, units=("licences", "fines")),
    "everyone": Pick(lane=Lane.WAITING, everyone=True),
    "everyone of a service": Pick(lane=Lane.WAITING, everyone=True, service="driving-licence"),
    "everyone, overdue": Pick(lane=Lane.WAITING, everyone=True, due_before=NOON),
    "overdue": Pick(lane=Lane.WAITING, units=("licences",), due_before=NOON),
    "asked": Pick(lane=Lane.ASKED, units=("licences",)),
    "ended": Pick(lane=Lane.ENDED, units=("licences",)),
    "mine of a service": Pick(lane=Lane.WAITING, officials=(ME,), service="driving-licence"),
    "team of a service": Pick(lane=Lane.WAITING, units=("licences",), service="driving-licence"),
    "the next page": Pick(lane=Lane.WAITING, units=("licences",), after=PLACE),
    "the next page of what ended": Pick(lane=Lane.ENDED, units=("licences",), after=PLACE),
}
QUERIES = {
    **{name: page_queries(pick) for name, pick in PICKS.items()},
    **{f"how many: {name}": count_queries(pick, most=1000) for name, pick in PICKS.items()},
    "my cases": [of_subject_query(ME, limit=200)],
    "what an official sees of one person": seen_queries(
        ME, Pick(lane=Lane.NONE, units=("licences",), officials=(TIINA,))
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_sqlite_reads_one_index_and_sorts_nothing(name, database):
    lay_tables(database, {"cases": Path(riik.cases.__file__).parent / "migrations"})
    for query in QUERIES[name]:
        said = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        with database.read() as work:
            plan = [
                row.detail
                for row in work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")
                if "cases_case" in row.detail or "TEMP" in row.detail
            ]
        assert len(plan) == 1, plan
        assert plan[0].startswith("SEARCH cases_case USING "), plan
        assert "INDEX cases_case_" in plan[0], plan


@pytest.mark.full
def test_postgresql_reads_one_index_and_sorts_nothing(postgresql):
    database = open_database(postgresql.new_database(), name="plans")
    lay_tables(database, {"cases": Path(riik.cases.__file__).parent / "migrations"})
    for name, queries in QUERIES.items():
        for query in queries:
            said = query.compile(
                dialect=postgresql_dialect(), compile_kwargs={"literal_binds": True}
            )
            with database.read() as work:
                # An empty table is quicker to scan: what is asked is whether an index can do it.
                work.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                rows = work.connection.exec_driver_sql(f"EXPLAIN {said}".replace("%", "%%"))
                plan = "\n".join(row[0] for row in rows)
            assert "Index" in plan, (name, plan)
            assert "Sort" not in plan, (name, plan)
    database.close()


def postgresql_dialect():
    return postgresql.dialect()
