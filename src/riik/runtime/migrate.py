"""Brings a database's tables up to this release, one component's folder at a time.

A folder holds ``0001_what.py``, ``0002_…``: Alembic revisions called ``<component>_0001``
and so on, one straight line, forward only. The version stands in the table
``<component>_alembic``, so components move on independently. When a component is at its
newest revision already, that is one small query and Alembic stays out of it.
"""

import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Text, column, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from riik.runtime.database import SqlDatabase
from riik.runtime.database.unit import raise_translated
from riik.runtime.errors import MigrationRefused

__all__ = ["migrate"]

REVISION_FILE = re.compile(r"(\d{4})_\w+\.py\Z")

# What comes first in a unit that migrates. On PostgreSQL: time for large tables, and one
# process at a time. On SQLite any statement, for Alembic asks whether a unit is open.
PREPARE = {
    "postgresql": (
        "SET LOCAL statement_timeout = 0",
        "SET LOCAL lock_timeout = 0",
        "SELECT pg_advisory_xact_lock(hashtext('riik migrations'))",
    ),
    "sqlite": ("SELECT 1",),
}

# Alembic keeps the running operations in a module of its own (`alembic.op`): two nodes of
# one process take turns.
_ALEMBIC_IS_ONE = threading.Lock()


def migrate(database: SqlDatabase, folders: Mapping[str, Path]) -> None:
    """Create or alter the tables of these components; all of one component, or nothing.

    Several processes may start at once: one migrates, the others wait and find it done.

    Args:
        database: Where the tables are.
        folders: Component to its folder of revisions.

    Raises:
        MigrationRefused: For ``newer`` when the database was used by a later release
            already, ``line`` when the files don't number 0001, 0002, … without a gap.
        DatabaseUnavailable: When it can't be read or written.
    """
    heads = {component: _head(component, folder) for component, folder in folders.items()}
    with database.read() as unit:
        versions = _versions(unit.connection, folders)
    for component, folder in folders.items():
        if versions[component] != heads[component]:
            _migrate_one(database, component, folder, head=heads[component])


def _head(component: str, folder: Path) -> str:
    numbers = sorted(
        int(found[1]) for path in folder.iterdir() if (found := REVISION_FILE.match(path.name))
    )
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise MigrationRefused(f"the revisions of {component} have a gap", why="line")
    return f"{component}_{numbers[-1]:04d}"


def _versions(connection: Connection, components: Mapping[str, Path]) -> dict[str, str | None]:
    present = set(inspect(connection).get_table_names())
    return {
        component: _version(connection, component) if _table(component) in present else None
        for component in components
    }


def _version(connection: Connection, component: str) -> str | None:
    version = column("version_num", Text)
    return connection.execute(select(version).select_from(table(_table(component)))).scalar()


def _table(component: str) -> str:
    return f"{component}_alembic"


def _migrate_one(database: SqlDatabase, component: str, folder: Path, *, head: str) -> None:
    # Large, and needed at the first start and after an upgrade only.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(folder), version_locations=[str(folder)])
    known = {revision.revision for revision in script.walk_revisions()}
    if script.get_heads() != [head]:
        raise MigrationRefused(f"the revisions of {component} form no line", why="line")

    def steps(current: Any, _context: object) -> Any:
        for revision in current:
            if revision not in known:
                raise MigrationRefused(
                    f"{component} has tables of a later release ({revision})", why="newer"
                )
        return script._upgrade_revs("head", current)

    with _ALEMBIC_IS_ONE, database.work_loosely() as unit:
        for statement in PREPARE[database.engine]:
            unit.execute(text(statement))
        context = MigrationContext.configure(
            unit.connection, opts={"version_table": _table(component), "fn": steps}
        )
        with Operations.context(context):
            try:
                context.run_migrations()
            except SQLAlchemyError as error:
                raise_translated(error)
