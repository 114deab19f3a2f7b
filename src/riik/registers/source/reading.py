"""Rows of somebody else's table as records: whose they are, and which hold on a day. Pure.

What the source does not keep is not made up: without days it answers for today only, without
moments of entry for what it knows now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from riik.core import PersonCode
from riik.registers.errors import RecordRefused, RequestRefused, SourceUnavailable
from riik.registers.importing.cells import CellRefused
from riik.registers.importing.mapping import Column
from riik.registers.model import Look
from riik.registers.schema import RecordSchema
from riik.registers.source.definition import SourceDefinition

__all__ = ["Found", "InPlace", "RowsOf"]


class RowsOf(Protocol):
    """Asks the table: every row whose column has one of these values, as texts."""

    def __call__(self, position: int, values: Sequence[str], /) -> list[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A row as a record: whose it is, and its values."""

    subject: PersonCode
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlace:
    """One register's table, read in place.

    Attributes:
        definition: What `source.toml` says.
        schema: What a record must be.
        rows_of: Asks the table.
    """

    definition: SourceDefinition
    schema: RecordSchema
    rows_of: RowsOf

    def find(self, look: Look, *, as_of: date, known_at: datetime, today: date) -> list[Found]:
        """The records that a question is about.

        Args:
            look: The question.
            as_of: The day for which it asks.
            known_at: The moment at which it was known so.
            today: The day it is.

        Raises:
            RequestRefused: For ``no-history``: the source doesn't keep what is asked for.
            SourceUnavailable: For ``down``, ``slow``, ``changed`` or ``rows``.
        """
        said = self.definition
        if as_of != today and said.valid_from is None:
            raise RequestRefused("this register knows no other day than today", why="no-history")
        if look.known_at is not None and said.known_from is None:
            message = "this register doesn't keep what it knew at other times"
            raise RequestRefused(message, why="no-history")
        if look.subject is not None:
            country, plain = look.subject[:2], look.subject[2:]
            if country != said.country:
                return []
            rows = self.rows_of(said.subject.position, (plain, f"{country}{plain}"))
        else:
            name, value = look.key or ("", "")
            rows = self.rows_of(said.position(name), (value,))
        held = [row for row in rows if self._holds(row, as_of, known_at)]
        found = [self._record(row) for row in held]
        return [one for one in found if look.subject in (None, one.subject)]

    def _holds(self, row: Sequence[str], as_of: date, known_at: datetime) -> bool:
        said = self.definition
        first, until = self._day(said.valid_from, row), self._day(said.valid_to, row)
        last = self._day(said.last_day, row)
        if last is not None:
            until = last + timedelta(days=1)
        if (first and as_of < first) or (until and as_of >= until):
            return False
        if said.known_from is None or said.known_to is None:
            return True
        entered, replaced = _moment(row[said.known_from]), _moment(row[said.known_to])
        return (entered is None or entered <= known_at) and (
            replaced is None or known_at < replaced
        )

    def _day(self, column: Column | None, row: Sequence[str]) -> date | None:
        cell = row[column.position] if column else ""
        return date.fromisoformat(self._read(column, cell)) if column and cell else None

    def _record(self, row: Sequence[str]) -> Found:
        said = self.definition
        subject = self._read(said.subject, row[said.subject.position])
        values = dict(said.fixed)
        for column in said.columns:
            cell = row[column.position]
            if cell:
                values[column.field] = self._read(column, cell)
        try:
            self.schema.check(values)
        except RecordRefused as refused:
            raise _changed(f"a row breaks record.json at {refused.facts.get('pointer')}") from None
        return Found(PersonCode(subject), values)

    def _read(self, column: Column, cell: str) -> Any:
        try:
            return column.read(cell)
        except CellRefused as refused:
            raise _changed(f"column {column.name!r} has a cell that is {refused.why!r}") from None


def _moment(cell: str) -> datetime | None:
    """A moment of entry; without a zone it is UTC. Far ends of time stand for never."""
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise _changed("a moment of entry can't be read") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _changed(message: str) -> SourceUnavailable:
    return SourceUnavailable(f"the table isn't what source.toml says: {message}", why="changed")
