"""Do a node's database and a vault belong together?

Each is a file or a server of its own, with backups of its own: a vault that was lost, or made anew
under another key, would open nothing and find nobody, and the node would not know why. So the
node's database keeps the vault's mark from the first start on, and every start compares. A table
with a column ``subject`` speaks of people whom the vault must have met.
"""

from sqlalchemy import Text, column, select, table, text

from riik.core import Work
from riik.runtime.database import SqlDatabase
from riik.runtime.errors import VaultRefused
from riik.runtime.vault import SqlVault

__all__ = ["check_belonging"]

KEPT = text("SELECT mark FROM runtime_vault")
KEEP = text(
    "INSERT INTO runtime_vault (one, mark) VALUES (1, :mark)"
    " ON CONFLICT (one) DO UPDATE SET mark = excluded.mark"
)
OF_PEOPLE = {
    "sqlite": "SELECT t.name FROM sqlite_master t, pragma_table_info(t.name) c"
    " WHERE t.type = 'table' AND c.name = 'subject'",
    "postgresql": "SELECT table_name FROM information_schema.columns"
    " WHERE column_name = 'subject' AND table_schema = current_schema()",
}
"""The tables that speak of people, by engine."""


def check_belonging(database: SqlDatabase, vault: SqlVault) -> None:
    """Refuse a vault that isn't the one this database was written with.

    Args:
        database: The node's; migrate all its tables first.
        vault: The node's, with its key.

    Raises:
        VaultRefused: For ``other``, when the vault or its key isn't what it was, ``empty``,
            when it met nobody and the database speaks of people, or ``database``, when it
            is the database that is a new one.
    """
    mark, new, name = vault.mark(), vault.is_new(), database.name
    with database.read() as unit:
        kept = _kept(unit)
        lost = new and _speaks_of_people(unit, engine=database.engine)
    if lost:
        raise VaultRefused(f"{name} speaks of people and its vault knows nobody", why="empty")
    if kept == mark:
        return
    if kept:
        raise VaultRefused(f"{name} was written with another vault or vault key", why="other")
    if kept is None and not new:
        raise VaultRefused(f"the vault of {name} knows people, {name} is new", why="database")
    with database.work_loosely() as unit:
        unit.execute(KEEP, {"mark": mark})


def _kept(work: Work) -> bytes | None:
    """The mark; empty when any vault may be taken, None when there never was a start."""
    found = work.execute(KEPT).scalar()
    return bytes(found) if found is not None else None


def _speaks_of_people(work: Work, *, engine: str) -> bool:
    subject = column("subject", Text)
    names = [str(row[0]) for row in work.execute(text(OF_PEOPLE[engine]))]
    anybody = [select(subject).select_from(table(one)).where(subject.is_not(None)) for one in names]
    return any(work.execute(query.limit(1)).first() is not None for query in anybody)
