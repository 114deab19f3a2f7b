"""Asks a table of somebody else's database, within its time, and never writes to it.

One prepared question a column, over a few pooled connections that are read-only wherever the
database knows that. What goes wrong is told as what it means to whoever asked: down, slow or
changed; the database's own words stay behind, for they quote values.
"""

import sqlite3
import time
from collections.abc import Sequence
from functools import cached_property, partial
from math import ceil
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import (
    ColumnClause,
    Engine,
    Integer,
    Numeric,
    Select,
    bindparam,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, NoSuchTableError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from riik.registers.errors import SourceUnavailable
from riik.registers.importing.table import cell_of
from riik.registers.source.definition import SourceDefinition

__all__ = ["SqlSource", "question"]

MOST_ROWS: Final = 1_000
POOLED: Final = 4
STEPS: Final = 10_000
"""SQLite's own steps between two looks at the clock."""

# Their numbers: unknown column; statement stopped by its time, in MySQL and in MariaDB.
_MYSQL_CHANGED, _MYSQL_SLOW = frozenset({1054, 1146}), frozenset({3024, 1969, 1317})


class SqlSource:
    """The table of one register; it is called when the first question needs it."""

    def __init__(self, definition: SourceDefinition, url: str) -> None:
        """Name the table.

        Args:
            definition: What `source.toml` says.
            url: The database's address, with the password in it: it is in no message.
        """
        self._definition = definition
        self._url = url
        self._questions: dict[int, Select[Any]] = {}

    def __repr__(self) -> str:
        return f"<SqlSource {self._definition.table}>"

    def __call__(self, position: int, values: Sequence[str], /) -> list[list[str]]:
        """Every row whose column at ``position`` has one of these values.

        Raises:
            SourceUnavailable: For ``down``, ``slow``, ``changed`` or ``rows``.
        """
        try:
            return self._asked(position, values)
        except SQLAlchemyError as error:
            lost = isinstance(error, DBAPIError) and error.connection_invalidated
            if not lost:
                raise _translated(error) from None
        # The server was started anew, and a pooled connection is of the time before.
        try:
            return self._asked(position, values)
        except SQLAlchemyError as error:
            raise _translated(error) from None

    def check(self) -> None:
        """Compare the table's columns with those that `source.toml` names.

        Raises:
            SourceUnavailable: For ``down``, ``slow`` or ``changed``, with the columns that lack.
        """
        try:
            missing = [name for name in self._definition.header if name not in self._types]
        except SQLAlchemyError as error:
            raise _translated(error) from None
        if missing:
            message = f"the table has no column {', '.join(missing)}"
            raise SourceUnavailable(message, why="changed")

    def close(self) -> None:
        """Close the pooled connections."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        try:
            return _engine(make_url(self._url), self._definition.seconds)
        except (ImportError, SQLAlchemyError) as error:
            message = f"the database can't be addressed ({type(error).__name__})"
            raise SourceUnavailable(message, why="down") from None

    @property
    def _types(self) -> dict[str, Any]:
        schema, _, plain = self._definition.table.rpartition(".")
        found = inspect(self._engine).get_columns(plain, schema=schema or None)
        return {one["name"]: one["type"] for one in found}

    @cached_property
    def _numeric(self) -> frozenset[str]:
        """Columns of numbers are asked with numbers: PostgreSQL compares no text with them."""
        return frozenset(
            name for name, kind in self._types.items() if isinstance(kind, Integer | Numeric)
        )

    def _asked(self, position: int, values: Sequence[str]) -> list[list[str]]:
        name = self._definition.header[position]
        sent: list[Any] = list(values)
        if name in self._numeric:
            sent = [int(value) for value in values if value.isdecimal() and value.isascii()]
        asked = self._questions.get(position)
        if asked is None:
            asked = self._questions[position] = question(self._definition, position)
        with self._engine.connect() as connection:
            rows = connection.execute(asked, {"some": sent}).all()
        if len(rows) > MOST_ROWS:
            raise SourceUnavailable("too many rows are about one person", why="rows")
        return [[cell_of(value).strip() for value in row] for row in rows]


def question(definition: SourceDefinition, position: int) -> Select[Any]:
    """The one kind of question that is asked, in the words of any dialect."""
    schema, _, plain = definition.table.rpartition(".")
    columns: dict[str, ColumnClause[Any]] = {name: column(name) for name in definition.header}
    source = table(plain, *columns.values(), schema=schema or None)
    wanted = columns[definition.header[position]].in_(bindparam("some", expanding=True))
    return select(*columns.values()).select_from(source).where(wanted).limit(MOST_ROWS + 1)


def _engine(url: URL, seconds: int) -> Engine:
    kind = url.get_backend_name()
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        pool_size=POOLED,
        max_overflow=POOLED,
        pool_timeout=seconds,
        pool_use_lifo=True,
        **_settings(url, kind, seconds),
    )
    if kind in ("mysql", "mariadb"):
        event.listen(engine, "connect", _read_only_mysql)
    if kind == "sqlite":
        event.listen(engine, "before_cursor_execute", partial(_begin_sqlite, seconds))
    return engine


def _settings(url: URL, kind: str, seconds: int) -> dict[str, Any]:
    """How this kind of database is told to be quick and to write nothing."""
    if kind == "sqlite":
        return {"creator": lambda: _open_sqlite(url.database or "", seconds)}
    if kind == "postgresql":
        milliseconds = 1000 * seconds
        options = f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on"
        return {"connect_args": {"connect_timeout": max(2, seconds), "options": options}}
    if kind in ("mysql", "mariadb"):
        waits = ("connect_timeout", "read_timeout", "write_timeout")
        return {"connect_args": dict.fromkeys(waits, ceil(seconds))}
    return {}


class _Sqlite(sqlite3.Connection):
    """A connection that knows until when its statement may run."""

    until = 0.0

    def is_late(self) -> int:
        """Interrupts the statement when it isn't zero."""
        return int(time.monotonic() > self.until)


def _open_sqlite(path: str, seconds: int) -> _Sqlite:
    """An existing file, never a new one; questions that take too long are interrupted."""
    address = f"file:{quote(path)}?mode=ro"
    found = sqlite3.connect(
        address, uri=True, timeout=seconds, check_same_thread=False, factory=_Sqlite
    )
    found.until = time.monotonic() + seconds
    found.execute("PRAGMA query_only=ON").close()
    found.set_progress_handler(found.is_late, STEPS)
    return found


def _begin_sqlite(seconds: int, connection: Any, *_: Any) -> None:
    connection.connection.dbapi_connection.until = time.monotonic() + seconds


def _read_only_mysql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


def _translated(error: SQLAlchemyError) -> SourceUnavailable:
    match _reason(error):
        case "changed":
            return SourceUnavailable("the table has other columns by now", why="changed")
        case "slow":
            return SourceUnavailable("the source took too long", why="slow")
    return SourceUnavailable("the source can't be reached", why="down")


def _reason(error: SQLAlchemyError) -> str:
    if isinstance(error, PoolTimeout):
        return "slow"
    if isinstance(error, ProgrammingError | NoSuchTableError):
        return "changed"
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        slow = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        return "slow" if code in slow else "changed" if code == sqlite3.SQLITE_ERROR else "down"
    if getattr(original, "sqlstate", None) == "57014":
        return "slow"
    number = next(iter(getattr(original, "args", ())), None)
    if number in _MYSQL_CHANGED:
        return "changed"
    timed_out = number in _MYSQL_SLOW or "timed out" in str(original)
    return "slow" if timed_out else "down"
