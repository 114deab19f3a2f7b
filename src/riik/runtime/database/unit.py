"""One unit of work as both engines give it, and what their failures mean.

PostgreSQL refuses every statement after a failed one, and answers a later COMMIT with a
silent rollback. SQLite would go on. `Unit` is as strict on both, so that a store which
swallows a failure is found out on a laptop and not in a ministry.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from riik.runtime.errors import DatabaseMisused, DatabaseUnavailable

__all__ = ["OnePerThread", "Unit", "raise_translated", "sqlite_reason", "unavailable"]

# SQLite takes 32,766 variables a statement, and has it ready again when it is the same.
MOST_ROWS, MOST_VARIABLES = 2_000, 30_000

SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "disk",
    sqlite3.SQLITE_CANTOPEN: "cannot-open",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_NOMEM: "memory",
    sqlite3.SQLITE_INTERRUPT: "interrupted",
    # The file became read-only, or its folder went: `query_only` is told apart before.
    sqlite3.SQLITE_READONLY: "read-only",
}

# Classes of SQLSTATE (PostgreSQL manual, appendix A); the whole state is looked up first.
POSTGRESQL_REASONS = {
    "40001": "conflict",
    "40P01": "conflict",
    "40": "conflict",
    "08": "connection",
    "57": "connection",
    "53100": "full",
    "53": "busy",
    "55P03": "locked",
    "25006": "read-only",
    "25P03": "too-slow",
    "58": "disk",
    "XX": "damaged",
    "57014": "too-slow",
}


class Unit:
    """The port `Work` on one SQLAlchemy connection."""

    __slots__ = ("_actions", "_ended", "_failed", "connection", "writes")

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        """Open a unit on a connection whose transaction has begun.

        Args:
            connection: Where statements run; nobody else uses it meanwhile.
            writes: False for a snapshot, through which writing is our own mistake.
        """
        self.connection = connection
        self.writes = writes
        self._actions: list[Callable[[], None]] = []
        self._failed = self._ended = False

    def execute(self, statement: Any, parameters: Any = None, /) -> Any:
        """Run one SQLAlchemy Core statement; the answer is its ``CursorResult``.

        Raises:
            IntegrityError: SQLAlchemy's own, when a constraint is broken; the store turns
                it into its component's error, and the unit must be left.
            DatabaseUnavailable: When the database is full, locked, gone, or another unit
                was in the way (``conflict``).
            DatabaseMisused: After the unit's end or a failed statement, or for a write
                through a snapshot.
        """
        self._check_open()
        try:
            return self.connection.execute(statement, parameters)
        except SQLAlchemyError as error:
            self._failed = True
            raise_translated(error, writes=self.writes)

    def insert_many(
        self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], /
    ) -> None:
        """Write many rows straight through the driver: SQLAlchemy takes longer than both engines.

        Args:
            table: Its name, ours and never input.
            columns: Their names, likewise.
            rows: Text, numbers, bytes and None; no type converts them.

        Raises:
            IntegrityError: As `execute`.
            DatabaseUnavailable: As `execute`.
            DatabaseMisused: As `execute`.
        """
        self._check_open()
        if not rows:
            return
        named, width = ", ".join(columns), len(columns)
        sqlite = self.connection.dialect.paramstyle == "qmark"
        values = f"({', '.join(['?' if sqlite else '%s'] * width)})"
        statement = f"INSERT INTO {table} ({named}) VALUES "  # noqa: S608
        try:
            if not sqlite:
                self.connection.exec_driver_sql(statement + values, list(rows))
                return
            # Many rows a statement: another thread may run all the while, not between two rows.
            most = min(MOST_ROWS, MOST_VARIABLES // width)
            for start in range(0, len(rows), most):
                some = rows[start : start + most]
                places = ", ".join([values] * len(some))
                self.connection.exec_driver_sql(statement + places, tuple(chain(*some)))
        except SQLAlchemyError as error:
            self._failed = True
            raise_translated(error, writes=self.writes)

    def _check_open(self) -> None:
        if self._ended or self._failed:
            state = "has ended" if self._ended else "failed at an earlier statement"
            raise DatabaseMisused(f"this unit of work {state}; leave it")

    def after_commit(self, action: Callable[[], None], /) -> None:
        """Call ``action`` once the unit is durable; never when it is rolled back."""
        self._actions.append(action)

    def close(self) -> None:
        """End the unit's body, before its commit.

        Raises:
            DatabaseMisused: When a statement failed and the failure was swallowed.
        """
        self._ended = True
        if self._failed and self.writes:
            raise DatabaseMisused("a statement failed, and the unit went on as if it had not")

    def committed(self) -> None:
        """Do what was left for after the commit."""
        for action in self._actions:
            action()


class OnePerThread:
    """Refuses a second unit in a thread that has one open: it would wait for itself."""

    def __init__(self, name: str) -> None:
        """Watch the units of the database called ``name``."""
        self._name = name
        self._open = threading.local()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the thread's only place while a unit is open."""
        if getattr(self._open, "unit", False):
            raise DatabaseMisused(
                f"a unit of work of {self._name} is open in this thread; hand it on as work="
            )
        self._open.unit = True
        try:
            yield
        finally:
            self._open.unit = False


def unavailable(reason: str, *, name: str = "") -> DatabaseUnavailable:
    """The failure that callers see; the driver's text stays behind, for it quotes values."""
    of = f" of {name}" if name else ""
    return DatabaseUnavailable(f"the unit of work{of} did not become durable", why=reason)


def raise_translated(error: SQLAlchemyError, *, writes: bool = True) -> NoReturn:
    """Raise what an engine's failure means to callers; a bug or a constraint as it is."""
    reason = _reason(error)
    if reason is None:
        raise error
    if reason == "read-only" and not writes:
        raise DatabaseMisused("a snapshot can't be written through") from error
    raise unavailable(reason) from error


def sqlite_reason(error: sqlite3.Error) -> str | None:
    """What a failure of SQLite means; None for a broken constraint or a wrong statement."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    # Extended result codes carry the primary one in their low byte.
    return SQLITE_REASONS.get(code & 0xFF) if code is not None else None


def _reason(error: SQLAlchemyError) -> str | None:
    if isinstance(error, PoolTimeout):
        return "busy"
    if not isinstance(error, DBAPIError):
        return None
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return sqlite_reason(original)
    # The driver's errors are known by their attribute, for a node on SQLite never loads it.
    state: str | None = getattr(original, "sqlstate", None)
    if state is not None:
        return POSTGRESQL_REASONS.get(state) or POSTGRESQL_REASONS.get(state[:2])
    lost = error.connection_invalidated or isinstance(error, OperationalError)
    return "connection" if lost else None
