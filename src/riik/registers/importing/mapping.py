"""The mapping file: which column becomes which field, and how its cells are read.

Everything a register needs to know of somebody else's table, as data: TOML, every key known,
checked against the table's columns and the register's schema before the first row. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

import msgspec

from riik.formats.toml import Shape, read_toml
from riik.registers.errors import ImportRefused
from riik.registers.importing.cells import ORDERS, Reader, reader_of
from riik.registers.importing.encodings import encoding_named
from riik.registers.model import RegisterDefinition

__all__ = [
    "Column",
    "Columns",
    "FieldShape",
    "MappingFile",
    "Plan",
    "SourceShape",
    "make_plan",
    "read_mapping",
]


class SourceShape(Shape):
    """How the table is written; what is left out is recognised, and said."""

    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    sheet: str = ""


class RecordShape(Shape):
    """Whose record a row is, from when it holds, by which law, and what makes it the same row."""

    subject: str
    country: str
    ground: str
    valid_from: str
    order: str = "year-first"
    key: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    decimal: str = "."


class FieldShape(Shape):
    """One field: a column, or the same value in every record.

    ``as`` is a word of Python's, so that the attribute has another name.
    """

    name: str
    column: str = ""
    read_as: str = msgspec.field(default="text", name="as")
    order: str = "year-first"
    digits: int = 2
    decimal: str = "."
    country: str = ""
    separator: str = ","
    values: dict[str, str | int | bool] = msgspec.field(default_factory=dict)
    fixed: str | int | bool | list[str] | None = None


class MappingFile(Shape):
    """`MAP.toml` as it is written."""

    record: RecordShape
    source: SourceShape = msgspec.field(default_factory=SourceShape)
    field: tuple[FieldShape, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's cell stands in a row, and how it is read; ``plain`` text, as it stands."""

    field: str
    name: str
    position: int
    read: Reader
    dated: bool
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A mapping that was checked against this table and this register.

    Attributes:
        header: The table's columns.
        digest: SHA-256 of what the mapping says, hex.
        ground: The law that every opened record names.
        subject: Position of the column with the subject's code, and how it is read.
        starts: Position of the column with the first day, and how it is read; or the day.
        columns: Fields that come from columns.
        fixed: Fields that are the same in every record.
        key: Positions of the columns that make a row the same row; empty: all.
        totals: Columns to add up: name, position, decimal sign.
        encoding: Which old letters are repaired.
    """

    header: tuple[str, ...]
    digest: str
    ground: str
    subject: Column
    starts: Column | date
    columns: tuple[Column, ...]
    fixed: Mapping[str, Any]
    key: tuple[int, ...]
    totals: tuple[tuple[str, int, str], ...]
    encoding: str


def read_mapping(source: bytes) -> MappingFile:
    """Read `MAP.toml`.

    Raises:
        TomlRefused: It has an unknown key or a wrong value.
        ImportRefused: For ``mapping`` or ``encoding``.
    """
    file = read_toml(source, MappingFile, name="the mapping")
    if file.source.encoding:
        encoding_named(file.source.encoding)
    if len(file.source.delimiter) > 1 or len(file.source.quote) != 1:
        raise ImportRefused("delimiter and quote are one sign each", why="mapping")
    return file


def make_plan(
    file: MappingFile,
    *,
    header: Sequence[str],
    definition: RegisterDefinition,
    places: frozenset[str],
    encoding: str,
) -> Plan:
    """Check a mapping against a table and a register.

    Raises:
        ImportRefused: For ``column``, ``field``, ``mapping``, ``missing`` or ``law``.
    """
    table = Columns(header=tuple(header), places=places)
    maker = _Maker(table=table, definition=definition)
    record = file.record
    columns, fixed = maker.fields(file.field)
    laws = {law.id for law in definition.laws}
    if record.ground not in laws:
        raise ImportRefused(f"the register has no law {record.ground!r}", why="law")
    return Plan(
        header=tuple(header),
        digest=sha256(msgspec.json.encode(file, order="deterministic")).hexdigest(),
        ground=record.ground,
        subject=table.column(
            FieldShape(name="", column=record.subject, read_as="person", country=record.country)
        ),
        starts=_starts(record, table),
        columns=columns,
        fixed=fixed,
        key=tuple(table.position(name) for name in record.key),
        totals=tuple((name, table.position(name), record.decimal) for name in record.totals),
        encoding=encoding,
    )


def _starts(record: RecordShape, table: "Columns") -> Column | date:
    """A day that stands in the mapping itself, or the column that has it."""
    if record.valid_from not in table.header:
        try:
            return date.fromisoformat(record.valid_from)
        except ValueError:
            pass
    starts = FieldShape(name="", column=record.valid_from, read_as="date", order=record.order)
    return table.column(starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of one table: where each stands, and how its cells are read."""

    header: tuple[str, ...]
    places: frozenset[str]

    def position(self, name: str) -> int:
        """Where a column stands.

        Raises:
            ImportRefused: For ``column``, with the nearest name.
        """
        if name not in self.header:
            near = get_close_matches(name, self.header, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ImportRefused(f"the table has no column {name!r}{hint}", why="column")
        return self.header.index(name)

    def column(self, field: FieldShape) -> Column:
        """How a field's cells are read.

        Raises:
            ImportRefused: For ``column`` or ``mapping``.
        """
        if field.order not in ORDERS or field.decimal not in (".", ","):
            raise ImportRefused(f"order is one of {', '.join(ORDERS)}", why="mapping")
        if not 0 <= field.digits <= 4:
            raise ImportRefused("digits is 0 to 4", why="mapping")
        if field.read_as == "person" and len(field.country) != 2:
            raise ImportRefused("a code needs its country: EE or VN", why="mapping")
        read = reader_of(
            field.read_as,
            order=field.order,
            digits=field.digits,
            decimal=field.decimal,
            country=field.country,
            places=self.places,
            separator=field.separator,
            values=field.values,
        )
        dated = field.read_as == "date" and not field.values and field.order != "year-first"
        plain = field.read_as == "text" and not field.values
        return Column(field.name, field.column, self.position(field.column), read, dated, plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    table: Columns
    definition: RegisterDefinition

    def fields(self, given: Sequence[FieldShape]) -> tuple[tuple[Column, ...], dict[str, Any]]:
        schema = self.definition.schema
        names = [field.name for field in given]
        for name in names:
            if name not in schema.fields:
                near = get_close_matches(name, schema.fields, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ImportRefused(f"the register has no field {name!r}{hint}", why="field")
        if len(set(names)) < len(names):
            raise ImportRefused("a field stands twice", why="field")
        missing = sorted(set(schema.document.get("required", ())) - set(names))
        if missing:
            raise ImportRefused(f"the register needs {', '.join(missing)}", why="missing")
        for field in given:
            if bool(field.column) == (field.fixed is not None):
                message = f"{field.name}: a column or a fixed value, and one of them"
                raise ImportRefused(message, why="mapping")
        columns = tuple(self.table.column(field) for field in given if field.column)
        return columns, {field.name: field.fixed for field in given if field.fixed is not None}
