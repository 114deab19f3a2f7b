"""`source.toml`: the table that a register reads in place, and how its cells are read.

Written as a mapping is, so that one can become the other. Checked against the register's schema
and offers before anything runs; where the database lies is the node's secret, not the folder's.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from riik.formats.toml import Shape, read_toml
from riik.profiles import birth_places
from riik.registers.errors import DefinitionRefused
from riik.registers.importing.mapping import Column, Columns, FieldShape
from riik.registers.schema import RecordSchema

__all__ = ["SourceDefinition", "read_source"]

FILE: Final = "source.toml"
MOST_SECONDS: Final = 10


class _Record(Shape):
    subject: str
    country: str
    valid_from: str = ""
    valid_to: str = ""
    last_day: str = ""
    known_from: str = ""
    known_to: str = ""
    order: str = "year-first"


class _Source(Shape):
    table: str
    record: _Record
    seconds: int = 2
    field: tuple[FieldShape, ...] = msgspec.field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDefinition:
    """A table that is read in place.

    Attributes:
        table: Its name, perhaps with the schema in front.
        header: The columns that are asked for, in this order.
        seconds: How long it may take.
        subject: The column with the code that says whose a row is.
        country: Whose codes.
        columns: Fields that come from columns.
        fixed: Fields that are the same in every record.
        valid_from: The column with the first day; None: the source keeps no days.
        valid_to: The column with the day after the last, or None.
        last_day: The column with the last day, or None.
        known_from: Position of the column with the moment of entry; None: it keeps none.
        known_to: Position of the column with the moment until which it was known, or None.
    """

    table: str
    header: tuple[str, ...]
    seconds: int
    subject: Column
    country: str
    columns: tuple[Column, ...]
    fixed: Mapping[str, Any]
    valid_from: Column | None
    valid_to: Column | None
    last_day: Column | None
    known_from: int | None
    known_to: int | None

    @property
    def fields(self) -> frozenset[str]:
        """The fields that a record has."""
        return frozenset(column.field for column in self.columns) | frozenset(self.fixed)

    @property
    def searched(self) -> frozenset[str]:
        """The fields by which a record may be looked up: text that stands as it is."""
        return frozenset(column.field for column in self.columns if column.plain)

    def position(self, field: str) -> int:
        """Where a field's column stands."""
        return next(column.position for column in self.columns if column.field == field)


def read_source(source: bytes, *, schema: RecordSchema) -> SourceDefinition:
    """Read `source.toml`; how it fits the register's offers is told by `faults`.

    Raises:
        TomlRefused: It has an unknown key or a wrong value.
        DefinitionRefused: For ``source``, with the remedy.
        ImportRefused: For ``mapping``: a field is read in a way that there isn't.
    """
    file = read_toml(source, _Source, name=FILE)
    if not 1 <= file.seconds <= MOST_SECONDS:
        raise _refused(f"{FILE}: seconds is 1 to {MOST_SECONDS}")
    _check_days(file.record)
    _check_fields(file.field, schema)
    header = _header(file)
    record = file.record
    table = Columns(header=header, places=birth_places())

    def day(name: str) -> Column | None:
        shape = FieldShape(name=name, column=name, read_as="date", order=record.order)
        return table.column(shape) if name else None

    code = FieldShape(
        name="subject", column=record.subject, read_as="person", country=record.country
    )
    return SourceDefinition(
        table=file.table,
        header=header,
        seconds=file.seconds,
        subject=table.column(code),
        country=record.country,
        columns=tuple(table.column(one) for one in file.field if one.column),
        fixed={one.name: one.fixed for one in file.field if one.fixed is not None},
        valid_from=day(record.valid_from),
        valid_to=day(record.valid_to),
        last_day=day(record.last_day),
        known_from=header.index(record.known_from) if record.known_from else None,
        known_to=header.index(record.known_to) if record.known_to else None,
    )


def _header(file: _Source) -> tuple[str, ...]:
    record = file.record
    named = [
        record.subject, record.valid_from, record.valid_to, record.last_day, record.known_from,
        record.known_to, *(one.column for one in file.field),
    ]  # fmt: skip
    return tuple(dict.fromkeys(name for name in named if name))


def _check_days(record: _Record) -> None:
    if record.valid_to and record.last_day:
        raise _refused(f"{FILE}: valid-to or last-day, not both")
    if (record.valid_to or record.last_day or record.known_from) and not record.valid_from:
        raise _refused(f"{FILE}: days need valid-from as well")
    if bool(record.known_from) != bool(record.known_to):
        raise _refused(f"{FILE}: known-from and known-to stand together")


def _check_fields(given: Sequence[FieldShape], schema: RecordSchema) -> None:
    names = [one.name for one in given]
    if len(set(names)) < len(names):
        raise _refused(f"{FILE}: a field stands twice")
    for one in given:
        if one.name not in schema.fields:
            raise _refused(f"{FILE}: record.json has no field {one.name!r}")
        if bool(one.column) == (one.fixed is not None):
            raise _refused(f"{FILE}: {one.name}: a column or a fixed value, and one of them")
    for name in schema.document.get("required", ()):
        if name not in names:
            raise _refused(f"{FILE}: record.json needs {name!r}; name its column")


def _refused(message: str) -> DefinitionRefused:
    return DefinitionRefused(message, why="source")
