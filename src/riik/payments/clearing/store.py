"""The table of a bank's transfers, beside its ledger."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Row, Table, Text, insert, select

from riik.core import ClientId, Money, Work, from_text, to_text
from riik.formats.payments.camt054 import Movement
from riik.formats.payments.pain002 import DONE
from riik.payments.clearing.component import Booked

__all__ = ["SqlClearingStore"]

_tables = MetaData()

_transfer = Table(
    "payments_transfer",
    _tables,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("credit", Integer, nullable=False),
    Column("reversal", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
)
_order = Table(
    "payments_order",
    _tables,
    Column("id", Text, primary_key=True),
    Column("creditor", Text),
    Column("account", Text),
    Column("reference", Text),
    Column("asked_at", Text),
)
_entry = Table(
    "payments_entry",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("order_id", Text),
    Column("debit", Text),
    Column("credit", Text),
    Column("currency", Text),
    Column("minor", BigInteger),
    Column("at", Text),
)


class SqlClearingStore:
    """Keeps a bank's transfers."""

    def insert(self, booked: Booked, *, work: Work) -> None:
        """Write a new one."""
        one = booked.movement
        work.execute(
            insert(_transfer).values(
                id=one.id,
                account=booked.account,
                other=one.other,
                credit=int(one.credit),
                reversal=int(one.reversal),
                currency=one.amount.currency,
                minor=one.amount.minor,
                reference=one.reference,
                text=one.text,
                about=one.about,
                client=booked.client,
                status=booked.status,
                reason=booked.reason,
                at=to_text(booked.at),
            )
        )

    def booked(self, booked_id: str, *, work: Work) -> Booked | None:
        """One transfer, or None."""
        return self._one(_transfer.c.id == booked_id, work=work)

    def asked(self, client: str, account: str, about: str, *, work: Work) -> Booked | None:
        """What a customer asked for under an id of theirs, or None."""
        same = (_transfer.c.client == client) & (_transfer.c.account == account)
        return self._one(same & (_transfer.c.about == about), work=work)

    def holder(self, account: str, *, work: Work) -> ClientId | None:
        """Who is told of an account: whoever has orders paid to it."""
        query = select(_order.c.creditor).where(_order.c.account == account)
        row = work.execute(query.order_by(_order.c.asked_at.desc()).limit(1)).first()
        return None if row is None else ClientId.parse(row.creditor)

    def is_holder(self, client: ClientId, account: str, *, work: Work) -> bool:
        """Whether this customer has orders paid to the account."""
        own = (_order.c.account == account) & (_order.c.creditor == str(client))
        return work.execute(select(_order.c.id).where(own).limit(1)).first() is not None

    def movements(
        self, account: str, *, since: datetime, until: datetime, work: Work
    ) -> list[Movement]:
        """All movements of an account in a period, in the order of the ledger."""
        touched = (_entry.c.credit == account) | (_entry.c.debit == account)
        in_time = (_entry.c.at >= to_text(since)) & (_entry.c.at < to_text(until))
        joined = _entry.outerjoin(_order, _entry.c.order_id == _order.c.id).outerjoin(
            _transfer, _entry.c.order_id == _transfer.c.id
        )
        query = select(
            _entry,
            _order.c.reference.label("ordered"),
            _transfer.c.reference.label("given"),
            _transfer.c.reversal,
            _transfer.c.text,
            _transfer.c.about,
        ).select_from(joined)
        rows = work.execute(query.where(touched & in_time).order_by(_entry.c.id))
        return [_entered(row, account) for row in rows]

    def _one(self, condition: object, *, work: Work) -> Booked | None:
        row = work.execute(select(_transfer).where(condition)).first()  # type: ignore[arg-type]
        return None if row is None else _booked_of(row)


def _entered(row: Row[Any], account: str) -> Movement:
    came = row.credit == account
    other = row.debit if came else row.credit
    return Movement(
        id=row.order_id,
        amount=Money(row.currency, row.minor),
        credit=came,
        reversal=bool(row.reversal),
        day=from_text(row.at).date(),
        reference=row.ordered or row.given or "",
        text=row.text or "",
        other="" if other == "other-bank" else other,
        about=row.about or "",
    )


def _booked_of(row: Row[Any]) -> Booked:
    at = from_text(row.at)
    movement = Movement(
        id=row.id,
        amount=Money(row.currency, row.minor),
        credit=bool(row.credit),
        reversal=bool(row.reversal),
        day=date(at.year, at.month, at.day),
        reference=row.reference,
        text=row.text,
        other=row.other,
        about=row.about,
    )
    return Booked(
        account=row.account,
        movement=movement,
        at=at,
        client=row.client,
        status=row.status or DONE,
        reason=row.reason,
    )
