"""Tables of what came and went on an authority's account."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    and_,
    case,
    func,
    insert,
    select,
    update,
)

from riik.core import Money, Work, from_text, to_text
from riik.payments.reconciling.model import Receipt, Standing, Sums

__all__ = ["SqlReceiptStore"]

MOST_IN_A_QUERY = 500

_tables = MetaData()

_receipt = Table(
    "payments_receipt",
    _tables,
    Column("id", Text, primary_key=True),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("came", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("surplus", BigInteger, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("resolved_at", Text),
    Column("resolved_by", Text, nullable=False),
    Column("resolution", Text, nullable=False),
    Index("payments_receipt_reference", "reference"),
    Index("payments_receipt_case", "case_id"),
    Index("payments_receipt_waits", "resolved_at", "standing"),
)
_fee = Table(
    "payments_fee",
    _tables,
    Column("reference", Text, primary_key=True),
    Column("currency", Text),
    Column("minor", BigInteger),
    Column("paid_at", Text),
)
_refund = Table("payments_refund", _tables, Column("id", Text, primary_key=True))
_SETTLES = (Standing.SETTLED, Standing.OVER, Standing.CASH)
_WAITS = tuple(one.value for one in Standing if one.waits)


class SqlReceiptStore:
    """Keeps what the bank told."""

    def insert(self, receipts: Sequence[Receipt], *, work: Work) -> None:
        """Write new movements; a bank's id that is here already fails the unit."""
        work.execute(insert(_receipt), [_row_of(one) for one in receipts])

    def receipt(self, receipt_id: str, *, work: Work) -> Receipt | None:
        """One movement, or None."""
        row = work.execute(select(_receipt).where(_receipt.c.id == receipt_id)).first()
        return None if row is None else _receipt_of(row)

    def known(self, ids: Sequence[str], *, work: Work) -> dict[str, Receipt]:
        """Which of these movements were told before."""
        found: dict[str, Receipt] = {}
        for start in range(0, len(ids), MOST_IN_A_QUERY):
            some = ids[start : start + MOST_IN_A_QUERY]
            rows = work.execute(select(_receipt).where(_receipt.c.id.in_(some)))
            found |= {row.id: _receipt_of(row) for row in rows}
        return found

    def short(self, reference: str, *, work: Work) -> list[Receipt]:
        """What came short under a reference and was neither completed nor ended."""
        same = (_receipt.c.reference == reference) & (_receipt.c.standing == Standing.SHORT)
        rows = work.execute(select(_receipt).where(same & _receipt.c.resolved_at.is_(None)))
        return [_receipt_of(row) for row in rows]

    def settles(self, reference: str, *, work: Work) -> bool:
        """Whether a movement settles the fee under a reference already, in time or late."""
        full = _receipt.c.standing.in_((*_SETTLES, Standing.LATE, Standing.NO_ACCOUNT))
        same = (_receipt.c.reference == reference) & full
        return work.execute(select(_receipt.c.id).where(same).limit(1)).first() is not None

    def complete(self, reference: str, *, work: Work) -> None:
        """What came short is part of a settled fee now."""
        same = (_receipt.c.reference == reference) & (_receipt.c.standing == Standing.SHORT)
        chosen = update(_receipt).where(same & _receipt.c.resolved_at.is_(None))
        work.execute(chosen.values(standing=Standing.SETTLED, surplus=0))

    def unsettle(self, receipt_id: str, standing: Standing, *, work: Work) -> bool:
        """What settled a fee waits under another standing; False when it did not settle."""
        full = _receipt.c.standing.in_(_SETTLES) & (_receipt.c.came == 1)
        chosen = update(_receipt).where((_receipt.c.id == receipt_id) & full)
        all_of_it = chosen.values(
            standing=standing,
            surplus=_receipt.c.minor,
            resolved_at=None,
            resolved_by="",
            resolution="",
        )
        return bool(work.execute(all_of_it).rowcount)

    def resolve(self, receipt: Receipt, *, work: Work) -> bool:
        """Write how it ended; False when it had ended."""
        same = (_receipt.c.id == receipt.id) & _receipt.c.resolved_at.is_(None)
        ended = {
            "resolved_at": to_text(receipt.resolved_at) if receipt.resolved_at else None,
            "resolved_by": receipt.resolved_by,
            "resolution": receipt.resolution,
        }
        return bool(work.execute(update(_receipt).where(same).values(**ended)).rowcount)

    def waiting(self, *, limit: int, work: Work) -> list[Receipt]:
        """What waits for an official, the oldest first."""
        waits = _receipt.c.resolved_at.is_(None) & _receipt.c.standing.in_(_WAITS)
        query = select(_receipt).where(waits).order_by(_receipt.c.day, _receipt.c.id)
        return [_receipt_of(row) for row in work.execute(query.limit(limit))]

    def of_case(self, case: str, *, work: Work) -> list[Receipt]:
        """What came for a case's fee, the oldest first."""
        query = select(_receipt).where(_receipt.c.case_id == case)
        rows = work.execute(query.order_by(_receipt.c.day, _receipt.c.id))
        return [_receipt_of(row) for row in rows]

    def sums(self, *, work: Work) -> list[Sums]:
        """What all movements come to, and the fees that they settled."""
        came, minor = _receipt.c.came == 1, _receipt.c.minor
        refund = _receipt.c.standing == Standing.REFUND
        moved = select(
            _receipt.c.currency,
            func.sum(case((came, minor), else_=0)).label("came"),
            func.sum(_receipt.c.surplus).label("surplus"),
            func.sum(case((came, 0), else_=minor)).label("went"),
            func.sum(case((refund, minor), else_=0)).label("refunded"),
        ).group_by(_receipt.c.currency)
        told = select(_receipt.c.id).where(
            and_(
                _receipt.c.reference == _fee.c.reference,
                came,
                _receipt.c.standing.in_(_SETTLES),
            )
        )
        paid = _fee.c.paid_at.is_not(None) & told.exists()
        fees = select(_fee.c.currency, func.sum(_fee.c.minor)).where(paid).group_by(_fee.c.currency)
        settled = {row[0]: int(row[1]) for row in work.execute(fees)}
        return [
            Sums(
                currency=row.currency,
                came=int(row.came),
                settled=settled.get(row.currency, 0),
                surplus=int(row.surplus),
                went=int(row.went),
                refunded=int(row.refunded),
            )
            for row in work.execute(moved.order_by(_receipt.c.currency))
        ]

    def is_refund(self, about: str, *, work: Work) -> bool:
        """Whether a movement's id at its holder is of a refund."""
        return work.execute(select(_refund.c.id).where(_refund.c.id == about)).first() is not None


def _row_of(one: Receipt) -> dict[str, Any]:
    return {
        "id": one.id,
        "currency": one.amount.currency,
        "minor": one.amount.minor,
        "came": int(one.came),
        "day": one.day.isoformat(),
        "reference": one.reference,
        "other": one.other,
        "standing": one.standing.value,
        "surplus": one.surplus,
        "case_id": one.case,
        "resolved_by": "",
        "resolution": "",
    }


def _receipt_of(row: Row[Any]) -> Receipt:
    return Receipt(
        id=row.id,
        amount=Money(row.currency, row.minor),
        came=bool(row.came),
        day=date.fromisoformat(row.day),
        reference=row.reference,
        other=row.other,
        standing=Standing(row.standing),
        surplus=row.surplus,
        case=row.case_id,
        resolved_at=from_text(row.resolved_at) if row.resolved_at else None,
        resolved_by=row.resolved_by,
        resolution=row.resolution,
    )
