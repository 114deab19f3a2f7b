"""What became of a table's rows, in numbers that must add up. Pure; no cell is in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from riik.registers.errors import ImportRefused
from riik.registers.importing.mapping import Plan
from riik.registers.importing.table import Row

__all__ = ["Report", "amount_of"]

READ = "read"
FATES = ("written", "repeated", "rejected")


@dataclass(slots=True)
class Report:
    """Counts of one run; they go on where a run that was cut off had come.

    Attributes:
        read: Rows read.
        written: Records opened, or to be opened in a dry run.
        repeated: Rows that were imported before, here or in this file.
        rejected: Rows that can't be taken.
        reasons: How many rows each reason rejected; a row counts once, by its first.
        ambiguous: By column: dates that would be other days in another order.
        totals: By column: the sum over ``read``, ``written``, ``repeated``, ``rejected`` as
            text, and how many cells were no number (``unreadable``).
    """

    read: int = 0
    written: int = 0
    repeated: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    ambiguous: Counter[str] = field(default_factory=Counter)
    totals: dict[str, dict[str, str]] = field(default_factory=dict)

    def count(self, fate: str, rows: Sequence[Row], plan: Plan, *, reason: str = "") -> None:
        """Count rows: ``read``, and then ``written``, ``repeated`` or ``rejected``."""
        if not rows:
            return
        setattr(self, fate, getattr(self, fate) + len(rows))
        if reason:
            self.reasons[reason] += len(rows)
        for name, position, decimal in plan.totals:
            sums = self.totals.setdefault(name, {})
            amounts = [amount_of(row.cells, position, decimal) for row in rows]
            numbers = [amount for amount in amounts if amount is not None]
            if fate != READ and len(numbers) < len(amounts):
                unreadable = int(sums.get("unreadable", "0")) + len(amounts) - len(numbers)
                sums["unreadable"] = str(unreadable)
            if numbers or fate == READ:
                sums[fate] = str(sum(numbers, Decimal(sums.get(fate, "0"))))

    def reconcile(self) -> None:
        """Refuse numbers that don't add up: rows, and each total.

        Raises:
            ImportRefused: For ``reconcile``.
        """
        if self.read != self.written + self.repeated + self.rejected:
            raise ImportRefused("rows were lost between reading and writing", why="reconcile")
        for name, sums in self.totals.items():
            parts = sum((Decimal(sums.get(fate, "0")) for fate in FATES), Decimal(0))
            if parts != Decimal(sums.get("read", "0")):
                raise ImportRefused(f"the totals of {name} don't add up", why="reconcile")

    def to_json(self) -> dict[str, Any]:
        """The counts as values of JSON."""
        return {
            "read": self.read,
            "written": self.written,
            "repeated": self.repeated,
            "rejected": self.rejected,
            "reasons": dict(self.reasons.most_common()),
            "ambiguous": dict(self.ambiguous),
            "totals": self.totals,
        }

    @classmethod
    def from_json(cls, source: bytes) -> "Report":
        """What `to_json` answered, as a run keeps it."""
        known = msgspec.json.decode(source)
        for name in ("reasons", "ambiguous"):
            known[name] = Counter(known[name])
        return cls(**known)


def amount_of(cells: Sequence[str], position: int, decimal: str) -> Decimal | None:
    """A cell as a number to be added up; None when it isn't one."""
    if position >= len(cells):
        return None
    cell = cells[position].replace("\u00a0", "").replace(" ", "")
    if decimal == ",":
        cell = cell.replace(".", "").replace(",", ".")
    try:
        found = Decimal(cell or "0")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
