"""One row becomes a record, or is rejected with every reason that it has. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from riik.core import PersonCode, Refused
from riik.registers.errors import RecordRefused
from riik.registers.importing.cells import CellRefused, ambiguous
from riik.registers.importing.encodings import repaired
from riik.registers.importing.mapping import Column, Plan
from riik.registers.importing.table import Row
from riik.registers.model import NewRecord
from riik.registers.schema import RecordSchema

__all__ = ["Ready", "Rejected", "take"]

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that became a record.

    Attributes:
        row: The row.
        record: What is to be opened.
        key: What makes it the same row as another, before it is blinded.
        ambiguous: Columns whose dates would be other days in another order.
    """

    row: Row
    record: NewRecord
    key: str
    ambiguous: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not.

    Attributes:
        row: The row.
        reasons: ``reason`` or ``reason:column``, the first one counts.
    """

    row: Row
    reasons: tuple[str, ...]


def take(row: Row, plan: Plan, schema: RecordSchema) -> Ready | Rejected:
    """Read a row by its plan; a value that a reason could show is in no reason."""
    if row.fault:
        return Rejected(row, (row.fault,))
    cells = [cell.strip() for cell in row.cells]
    if not "".join(cells).isascii():
        cells = [repaired(cell, encoding=plan.encoding) for cell in cells]
    reasons: list[str] = []
    unsure: list[str] = []
    subject = _read(plan.subject, cells, reasons, unsure)
    starts: Any = plan.starts
    if isinstance(starts, Column):
        found = _read(starts, cells, reasons, unsure)
        starts = date.fromisoformat(found) if found else None
    values = dict(plan.fixed)
    for column in plan.columns:
        cell = cells[column.position]
        if not cell:
            continue
        values[column.field] = cell if column.plain else _read(column, cells, reasons, unsure)
    if not reasons:
        reasons += _against(schema, values, plan)
    if reasons:
        return Rejected(row, tuple(reasons))
    record = NewRecord(subject=PersonCode(subject), values=values, valid_from=starts)
    key = [cells[position] for position in plan.key] or cells
    return Ready(row, record, _SEPARATOR.join(key), tuple(unsure))


def _read(column: Column, cells: Sequence[str], reasons: list[str], unsure: list[str]) -> Any:
    cell = cells[column.position]
    if not cell:
        reasons.append(f"empty:{column.name}")
        return None
    try:
        value = column.read(cell)
    except CellRefused as refused:
        reasons.append(f"{refused.why}:{column.name}")
        return None
    if column.dated and ambiguous(cell):
        unsure.append(column.name)
    return value


def _against(schema: RecordSchema, values: dict[str, Any], plan: Plan) -> list[str]:
    """What the register's schema says against the record, in the table's words."""
    try:
        schema.check(values)
    except RecordRefused as refused:
        place = str(refused.facts.get("pointer", "")).strip("/").split("/")[0]
        names = {column.field: column.name for column in plan.columns}
        where = names.get(place, place) or _missing(schema, values)
        return [f"schema-{refused.facts.get('rule', '')}:{where}".rstrip(":")]
    except Refused as refused:
        return [re.sub(r"\W", "-", refused.why)]
    return []


def _missing(schema: RecordSchema, values: dict[str, Any]) -> str:
    required = schema.document.get("required", ())
    return ",".join(name for name in required if name not in values)
