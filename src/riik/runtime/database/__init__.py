"""A node's database behind the port `Database`: SQLite in a file, or a PostgreSQL server.

Units of work mean the same on both engines: each is serialisable, each is durable before
`work` is left, and after a statement has failed nothing but leaving is possible.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from riik.core import Database
from riik.runtime.database.postgresql import PostgresqlDatabase
from riik.runtime.database.sqlite import BUSY_SECONDS, SqliteDatabase
from riik.runtime.database.unit import Unit
from riik.runtime.errors import UrlRefused

__all__ = ["SqlDatabase", "Unit", "open_database"]


class SqlDatabase(Database, Protocol):
    """What `runtime` itself may ask of a database, beyond the port."""

    @property
    def name(self) -> str:
        """How messages and threads call it, such as ``population``."""
        ...

    @property
    def engine(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...

    def work(self) -> AbstractContextManager[Unit]: ...

    def read(self) -> AbstractContextManager[Unit]: ...

    def work_loosely(self) -> AbstractContextManager[Unit]:
        """A unit that sees what others commit meanwhile (READ COMMITTED on PostgreSQL).

        For leases and migrations, which take locks of their own and would gain nothing
        but conflicts from serialisable units. On SQLite all units run one by one anyway.
        """
        ...

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, so that deleted rows leave the disk."""
        ...

    def close(self) -> None:
        """Wait for running units, then let go of file or server."""
        ...


def open_database(url: str, *, name: str, patience: float = BUSY_SECONDS) -> SqlDatabase:
    """Open a database; its tables are `migrate`'s matter.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or
            ``postgresql+psycopg://user@host:port/database``. The SQLite file and its
            folder are made when they are missing, readable to their owner only.
        name: How messages call this database.
        patience: Seconds to wait for another process that holds a SQLite file.

    Raises:
        UrlRefused: For ``shape``, ``engine`` or ``memory``.
        DatabaseUnavailable: When the file can't be opened; servers are called later.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The message leaves the address out: it may hold a password.
        raise UrlRefused(f"the address of database {name} is none", why="shape") from error
    if parsed.get_backend_name() == "postgresql":
        return PostgresqlDatabase(parsed.set(drivername="postgresql+psycopg"), name=name)
    if parsed.drivername != "sqlite":
        raise UrlRefused(f"no engine {parsed.drivername} here", why="engine")
    if parsed.database in {None, "", ":memory:"}:
        raise UrlRefused("a database in memory forgets what it acknowledged", why="memory")
    return SqliteDatabase(Path(str(parsed.database)), name=name, patience=patience)
