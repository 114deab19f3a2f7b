"""Tables for a test, copied from databases that were migrated once in this process.

`migrate` itself is tested in `tests/runtime/test_migrate.py`; here it would take longer than most
of the tests that need tables.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.migrate import migrate

__all__ = ["lay_tables"]


def lay_tables(database: SqlDatabase, folders: Mapping[str, Path]) -> None:
    """Do as `migrate` does; in SQLite new tables are copied, and `migrate` finds nothing to do."""
    if database.engine != "sqlite":
        migrate(database, folders)
        return
    with database.read() as unit:
        file = unit.connection.exec_driver_sql("PRAGMA database_list").one().file
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_schema")}
        for component, folder in folders.items():
            if f"{component}_alembic" not in there:
                copy.executescript(_script(component, folder))
    migrate(database, folders)


@cache
def _script(component: str, folder: Path) -> str:
    """A component's tables and what stands in them when they are new, as statements."""
    with TemporaryDirectory() as made:
        database = open_database(f"sqlite:///{made}/model.db", name="model")
        try:
            migrate(database, {component: folder})
        finally:
            database.close()
        with closing(sqlite3.connect(f"{made}/model.db")) as model:
            return "\n".join(model.iterdump())
