"""PostgreSQL as a node's database: pooled connections, a transaction for each unit.

Units are SERIALIZABLE, so that a store written against SQLite's one writer stays right;
a unit that lost against another is `DatabaseUnavailable` for ``conflict``. The server does
its own group commit. Several host names in the address let libpq find the primary after a
fail-over (``target_session_attrs=read-write``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from riik.runtime.database.unit import OnePerThread, Unit, raise_translated

__all__ = ["PostgresqlDatabase"]

POOLED = 8
MOST_CONNECTIONS = 24

SETTINGS = (
    "-c synchronous_commit=on -c statement_timeout=30000 -c lock_timeout=10000"
    " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
)


class PostgresqlDatabase:
    """A database on a server; several processes of one node share it."""

    engine = "postgresql"

    def __init__(self, url: URL, *, name: str) -> None:
        """Prepare the pool; the server is called when the first unit needs it."""
        self.name = name
        self._alone = OnePerThread(name)
        self._engine = create_engine(
            url,
            isolation_level="SERIALIZABLE",
            # Rows are people's data: an error tells the statement, never its values.
            hide_parameters=True,
            pool_size=POOLED,
            max_overflow=MOST_CONNECTIONS - POOLED,
            pool_timeout=10,
            pool_use_lifo=True,
            connect_args={"connect_timeout": 5, "options": SETTINGS, "application_name": name},
        )
        self._loose = self._engine.execution_options(isolation_level="READ COMMITTED")
        self._snapshot = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def __repr__(self) -> str:
        return f"<PostgresqlDatabase {self.name}>"

    @contextmanager
    def work(self) -> Iterator[Unit]:
        """A unit that may write. Leaving it returns when the commit is on disk."""
        with self._alone(), _connected(self._engine) as connection:
            unit = Unit(connection, writes=True)
            yield unit
            unit.close()
            _commit(connection)
        unit.committed()

    @contextmanager
    def work_loosely(self) -> Iterator[Unit]:
        """A unit that sees what others commit meanwhile (READ COMMITTED)."""
        with self._alone(), _connected(self._loose) as connection:
            unit = Unit(connection, writes=True)
            yield unit
            unit.close()
            _commit(connection)
        unit.committed()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """A consistent snapshot; writing through it is refused."""
        with _connected(self._snapshot) as connection:
            unit = Unit(connection, writes=False)
            yield unit
            unit.close()

    def checkpoint(self) -> None:
        """The server's own matter (autovacuum, ``wal_recycle``)."""

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise_translated(error)
    with connection:
        yield connection


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except SQLAlchemyError as error:
        raise_translated(error)
