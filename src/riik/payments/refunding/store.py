"""The table of refunds."""

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Row, Table, Text, case, insert, select, update

from riik.core import Money, Work, from_text, to_text
from riik.payments.refunding.model import Refund, RefundState

__all__ = ["SqlRefundStore"]

_tables = MetaData()

_refund = Table(
    "payments_refund",
    _tables,
    Column("id", Text, primary_key=True),
    Column("receipt", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("law", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text),
    Column("told_at", Text),
    Column("answer", Text, nullable=False),
)
_receipt = Table(
    "payments_receipt",
    _tables,
    Column("id", Text, primary_key=True),
    Column("surplus", BigInteger),
)


class SqlRefundStore:
    """Keeps an authority's refunds."""

    def insert(self, refund: Refund, *, work: Work) -> None:
        """Write a new one."""
        work.execute(insert(_refund).values(**_row_of(refund)))

    def refund(self, refund_id: str, *, work: Work) -> Refund | None:
        """One refund, or None."""
        row = work.execute(select(_refund).where(_refund.c.id == refund_id)).first()
        return None if row is None else _refund_of(row)

    def of_receipt(self, receipt: str, *, work: Work) -> list[Refund]:
        """All refunds of one movement."""
        rows = work.execute(select(_refund).where(_refund.c.receipt == receipt))
        return [_refund_of(row) for row in rows]

    def of_case(self, case: str, *, work: Work) -> list[Refund]:
        """All refunds of a case's fee, the oldest first."""
        query = select(_refund).where(_refund.c.case_id == case)
        rows = work.execute(query.order_by(_refund.c.proposed_at, _refund.c.id))
        return [_refund_of(row) for row in rows]

    def listed(self, *, limit: int, work: Work) -> list[Refund]:
        """Those that wait for an official first, then the newest."""
        waits = case((_refund.c.state == RefundState.PROPOSED, 0), else_=1)
        query = select(_refund).order_by(waits, _refund.c.proposed_at.desc(), _refund.c.id)
        return [_refund_of(row) for row in work.execute(query.limit(limit))]

    def lock(self, receipt: str, *, work: Work) -> None:
        """Hold a movement's row until the unit ends: two officials don't give it back twice."""
        chosen = update(_receipt).where(_receipt.c.id == receipt)
        work.execute(chosen.values(surplus=_receipt.c.surplus))

    def move(self, refund: Refund, *, before: RefundState, work: Work) -> bool:
        """Write where it stands now; False when it stood elsewhere than ``before``."""
        same = (_refund.c.id == refund.id) & (_refund.c.state == before)
        return bool(work.execute(update(_refund).where(same).values(**_row_of(refund))).rowcount)


def _row_of(one: Refund) -> dict[str, Any]:
    return {
        "id": one.id,
        "receipt": one.receipt,
        "case_id": one.case,
        "account": one.account,
        "currency": one.amount.currency,
        "minor": one.amount.minor,
        "law": one.law,
        "reason": one.reason,
        "state": one.state.value,
        "proposed_by": one.proposed_by,
        "proposed_at": to_text(one.proposed_at),
        "decided_by": one.decided_by,
        "decided_at": to_text(one.decided_at) if one.decided_at else None,
        "told_at": to_text(one.told_at) if one.told_at else None,
        "answer": one.answer,
    }


def _refund_of(row: Row[Any]) -> Refund:
    return Refund(
        id=row.id,
        receipt=row.receipt,
        case=row.case_id,
        account=row.account,
        amount=Money(row.currency, row.minor),
        law=row.law,
        reason=row.reason,
        state=RefundState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=from_text(row.proposed_at),
        decided_by=row.decided_by,
        decided_at=from_text(row.decided_at) if row.decided_at else None,
        told_at=from_text(row.told_at) if row.told_at else None,
        answer=row.answer,
    )
