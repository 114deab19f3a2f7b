"""SQLite as a node's database: one writer, many readers, one commit for many units.

WAL with ``synchronous=FULL``: a commit is on disk when it answers. That costs a flush, so
units that wait for each other share one (group commit): they run one after another on the
writer's connection, each a SAVEPOINT of the same transaction, and a unit is left only when
the COMMIT that holds it is done. Other processes may use the same file: the transaction
begins IMMEDIATE and waits for theirs.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from riik.runtime.database.unit import (
    OnePerThread,
    Unit,
    raise_translated,
    sqlite_reason,
    unavailable,
)
from riik.runtime.errors import DatabaseUnavailable

__all__ = ["BUSY_SECONDS", "SqliteDatabase"]

BUSY_SECONDS = 5
MOST_UNITS = 256
READERS = 32

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # What was deleted is overwritten: a destroyed key must not lie in free pages.
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)


class _Batch:
    """The units that one COMMIT makes durable, and how that COMMIT ended."""

    __slots__ = ("done", "error", "units")

    def __init__(self) -> None:
        self.units = 0
        self.error: DatabaseUnavailable | None = None
        self.done = threading.Event()

    def end(self, error: DatabaseUnavailable | None) -> None:
        self.error = error
        self.done.set()

    def wait(self) -> None:
        self.done.wait()
        if self.error is not None:
            # Each unit raises an exception of its own: a traceback belongs to one thread.
            raise unavailable(self.error.why) from self.error


class _Writer:
    """The one connection that writes, and the order in which units get it."""

    def __init__(self, engine: Engine) -> None:
        try:
            self.connection = engine.connect()
        except SQLAlchemyError as error:
            raise_translated(error)
        # The driver's own connection, for what SQLAlchemy has no words for: BEGIN IMMEDIATE.
        self._raw = cast("sqlite3.Connection", self.connection.connection.dbapi_connection)
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    def take_turn(self) -> None:
        """Wait until no other unit runs."""
        with self._count:
            self._waiting += 1
        try:
            self._turn.acquire()
        except BaseException:
            # Interrupted while waiting: a unit before us may have counted on our commit.
            with self._count:
                self._waiting -= 1
            self._turn.acquire()
            self.end_turn()
            raise
        with self._count:
            self._waiting -= 1

    def end_turn(self) -> None:
        """Commit if nobody else is about to, and let the next unit run."""
        try:
            with self._count:
                last = self._waiting == 0
            if self._batch is not None and (last or self._batch.units >= MOST_UNITS):
                self._commit(self._batch)
        finally:
            self._turn.release()

    def begin(self) -> _Batch:
        """Open a savepoint, in the running transaction or in a new one."""
        try:
            if self._batch is None:
                self._raw.execute("BEGIN IMMEDIATE")
                self._batch = _Batch()
            self._raw.execute("SAVEPOINT unit")
        except sqlite3.Error as error:
            self._drop_if_gone(error)
            raise _translated(error) from error
        return self._batch

    def keep(self) -> None:
        """Fold the savepoint into the transaction."""
        try:
            self._raw.execute("RELEASE unit")
        except sqlite3.Error as error:
            self._drop_if_gone(error)
            raise _translated(error) from error
        if self._batch is not None:
            self._batch.units += 1

    def undo(self) -> None:
        """Roll back to the savepoint; the units before it stay."""
        try:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK TO unit")
                self._raw.execute("RELEASE unit")
            else:
                self._drop(unavailable("rolled-back"))
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._raw.execute("ROLLBACK")
            self._drop(_translated(error))

    def close(self) -> None:
        """Wait for the running unit and close the connection."""
        with self._turn:
            self.connection.close()

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, as far as readers allow it."""
        with self._turn, suppress(sqlite3.Error):
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _commit(self, batch: _Batch) -> None:
        self._batch = None
        # Whatever happens, nobody may wait for ever: not even for an interrupted COMMIT.
        outcome: DatabaseUnavailable | None = unavailable("interrupted")
        try:
            self._raw.execute("COMMIT")
            outcome = None
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._raw.execute("ROLLBACK")
            outcome = _translated(error)
        finally:
            batch.end(outcome)

    def _drop_if_gone(self, error: sqlite3.Error) -> None:
        # A full disk or a failed write can end the whole transaction (SQLite, "Response To
        # Errors Within A Transaction"): then all its units have failed, not this one alone.
        if not self._raw.in_transaction:
            self._drop(_translated(error))

    def _drop(self, error: DatabaseUnavailable) -> None:
        batch, self._batch = self._batch, None
        if batch is not None:
            batch.end(error)


class SqliteDatabase:
    """A database in one file; threads share it, and so may other processes."""

    engine = "sqlite"

    def __init__(self, path: Path, *, name: str, patience: float = BUSY_SECONDS) -> None:
        """Open the file, or make it; see `open_database`."""
        self.name = name
        self._alone = OnePerThread(name)
        _make_private(path)
        self._write_engine = _engine(path, readers=0, patience=patience)
        self._writer = _Writer(self._write_engine)
        self._read_engine = _engine(path, readers=READERS, patience=patience)

    def __repr__(self) -> str:
        return f"<SqliteDatabase {self.name}>"

    @contextmanager
    def work(self) -> Iterator[Unit]:
        """A unit that may write. Leaving it returns when the commit is on disk."""
        with self._alone():
            unit, batch = self._run_unit_begin()
            try:
                yield unit
                unit.close()
                self._writer.keep()
            except BaseException:
                self._writer.undo()
                raise
            finally:
                self._writer.end_turn()
            batch.wait()
        unit.committed()

    def work_loosely(self) -> Any:
        """The same as `work`: here all units run one by one."""
        return self.work()

    def _run_unit_begin(self) -> tuple[Unit, _Batch]:
        self._writer.take_turn()
        try:
            batch = self._writer.begin()
        except BaseException:
            self._writer.end_turn()
            raise
        return Unit(self._writer.connection, writes=True), batch

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """A consistent snapshot; writing through it is refused."""
        try:
            connection = self._read_engine.connect()
        except SQLAlchemyError as error:
            raise_translated(error)
        with connection:
            # Straight to the driver: through SQLAlchemy it would take as long as a query.
            cast("sqlite3.Connection", connection.connection.dbapi_connection).execute("BEGIN")
            unit = Unit(connection, writes=False)
            yield unit
            unit.close()

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, as far as readers allow it."""
        self._writer.checkpoint()

    def close(self) -> None:
        """Wait for the running unit, then close the file."""
        self._read_engine.dispose()
        self._writer.close()
        self._write_engine.dispose()


def _engine(path: Path, *, readers: int, patience: float) -> Engine:
    """An engine whose connections begin nothing by themselves."""
    pool: dict[str, Any] = (
        {"poolclass": QueuePool, "pool_size": readers, "max_overflow": 0, "pool_timeout": 10}
        if readers
        else {"poolclass": StaticPool}
    )
    engine = create_engine(
        f"sqlite:///{path}",
        isolation_level="AUTOCOMMIT",
        # Rows are people's data: an error tells the statement, never its values.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": patience},
        **pool,
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma).close()
        if readers:
            connection.execute("PRAGMA query_only=ON").close()

    event.listen(engine, "connect", prepare)
    return engine


def _make_private(path: Path) -> None:
    """Make folder and file, for their owner only, and their names durable."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise unavailable("cannot-open") from error


def _translated(error: sqlite3.Error) -> DatabaseUnavailable:
    return unavailable(sqlite_reason(error) or "engine")
