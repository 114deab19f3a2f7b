"""The table of officials' orders; what they say is sealed per person."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, delete, insert, select, update

from riik.core import SubjectId, Work, from_text, to_text
from riik.registers.desk.orders import LAID, PROPOSED, Order

__all__ = ["SqlOrderStore"]

_order = Table(
    "registers_order",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("official", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("paper", LargeBinary, nullable=False),
    Column("begun", LargeBinary, nullable=False),
    Column("second", Text, nullable=False),
    Column("container", LargeBinary, nullable=False),
)


class SqlOrderStore:
    """Keeps orders in SQL."""

    def insert(self, order: Order, *, work: Work) -> None:
        """Write an order that was laid out."""
        work.execute(insert(_order).values(**_values(order)))

    def load(self, order: str, *, work: Work) -> Order | None:
        """An order, or None."""
        found = _orders(work, select(_order).where(_order.c.id == order))
        return found[0] if found else None

    def save(self, order: Order, *, before: str, work: Work) -> bool:
        """Write what became of an order; False when it was in another state by now."""
        this = (_order.c.id == order.id) & (_order.c.state == before)
        return bool(work.execute(update(_order).where(this).values(**_values(order))).rowcount)

    def drop(self, order: str, *, work: Work) -> None:
        """Forget an order that was only laid out: it is laid out anew."""
        work.execute(delete(_order).where(_order.c.id == order, _order.c.state == LAID))

    def drop_laid(self, *, before: datetime, work: Work) -> None:
        """Forget what was laid out and never signed."""
        old = (_order.c.state == LAID) & (_order.c.at < to_text(before))
        work.execute(delete(_order).where(old))

    def proposed(self, *, limit: int, work: Work) -> list[Order]:
        """What waits for a second official, the oldest first."""
        waits = select(_order).where(_order.c.state == PROPOSED).order_by(_order.c.at)
        return _orders(work, waits.limit(limit))

    def of_record(self, record: str, *, work: Work) -> Sequence[Order]:
        """Every signed order of one record."""
        signed = select(_order).where(_order.c.record == record, _order.c.state != LAID)
        return _orders(work, signed.order_by(_order.c.at))


def _values(order: Order) -> dict[str, Any]:
    return {**asdict(order), "at": to_text(order.at)}


def _orders(work: Work, query: object) -> list[Order]:
    return [
        Order(
            id=row.id,
            register=row.register,
            record=row.record,
            subject=SubjectId(row.subject),
            official=SubjectId(row.official),
            state=row.state,
            at=from_text(row.at),
            paper=bytes(row.paper),
            begun=bytes(row.begun),
            second=row.second,
            container=bytes(row.container),
        )
        for row in work.execute(query)
    ]
