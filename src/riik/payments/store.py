"""Tables of fees (the authority's side) and of accounts, orders and entries (the bank's)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from riik.core import ClientId, Money, SubjectId, Work, from_text, to_text
from riik.payments.model import Account, Entry, Fee, Order, Visit

__all__ = ["SqlBankStore", "SqlCounterStore", "SqlFeeStore"]

MOST_IN_A_QUERY = 500

_tables = MetaData()

_fee = Table(
    "payments_fee",
    _tables,
    Column("reference", Text, primary_key=True),
    Column("case_id", Text, nullable=False, unique=True),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("law", Text, nullable=False),
    Column("paid_at", Text),
    Index("payments_fee_paid", "paid_at"),
)
_order = Table(
    "payments_order",
    _tables,
    Column("id", Text, primary_key=True),
    Column("creditor", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", Text),
    Column("paid_at", Text),
    Index("payments_order_asked", "asked_at"),
    Index("payments_order_of_creditor", "creditor", "reference", unique=True),
)
_account = Table(
    "payments_account",
    _tables,
    Column("iban", Text, primary_key=True),
    Column("holder", Text, unique=True),
    Column("currency", Text, nullable=False),
)
_entry = Table(
    "payments_entry",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("order_id", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Index("payments_entry_once", "order_id", "debit", "credit", unique=True),
    Index("payments_entry_debit", "debit"),
    Index("payments_entry_credit", "credit"),
)
_used = Table(
    "payments_used",
    _tables,
    Column("token", Text, primary_key=True),
    Column("until", Text, nullable=False),
)
_visit = Table(
    "payments_visit",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("latest_end", Text, nullable=False),
)


class SqlFeeStore:
    """Keeps an authority's fees."""

    def insert(self, fee: Fee, *, work: Work) -> None:
        """Write what is owed."""
        work.execute(
            insert(_fee).values(
                reference=fee.reference,
                case_id=fee.case,
                currency=fee.amount.currency,
                minor=fee.amount.minor,
                law=fee.law,
            )
        )

    def of_case(self, case: str, *, work: Work) -> Fee | None:
        """The fee of a case, or None."""
        return self._one(_fee.c.case_id == case, work=work)

    def by_reference(self, reference: str, *, work: Work) -> Fee | None:
        """The fee under a reference, or None."""
        return self._one(_fee.c.reference == reference, work=work)

    def set_paid(self, fee: Fee, *, work: Work) -> None:
        """Write when it was paid."""
        if fee.paid_at is not None:
            chosen = update(_fee).where(_fee.c.reference == fee.reference)
            work.execute(chosen.values(paid_at=to_text(fee.paid_at)))

    def paid_since(self, since: datetime, *, limit: int, work: Work) -> list[Fee]:
        """Fees that were paid since then, the newest first."""
        query = select(_fee).where(_fee.c.paid_at >= to_text(since))
        rows = work.execute(query.order_by(_fee.c.paid_at.desc()).limit(limit))
        return [_fee_of(row) for row in rows]

    def _one(self, condition: object, *, work: Work) -> Fee | None:
        row = work.execute(select(_fee).where(condition)).first()  # type: ignore[arg-type]
        return None if row is None else _fee_of(row)


def _fee_of(row: Row[Any]) -> Fee:
    return Fee(
        reference=row.reference,
        case=row.case_id,
        amount=Money(row.currency, row.minor),
        law=row.law,
        paid_at=from_text(row.paid_at) if row.paid_at else None,
    )


class SqlBankStore:
    """Keeps a bank's orders, accounts and entries."""

    def insert_order(self, order: Order, *, work: Work) -> None:
        """Write a new order."""
        work.execute(
            insert(_order).values(
                id=order.id,
                creditor=str(order.creditor),
                account=order.account,
                currency=order.amount.currency,
                minor=order.amount.minor,
                reference=order.reference,
                text=order.text,
                asked_at=to_text(order.asked_at) if order.asked_at else None,
            )
        )

    def orders_of(self, since: datetime, until: datetime, *, limit: int, work: Work) -> list[Order]:
        """Orders that creditors sent from a moment on and before another, the newest first."""
        asked = (_order.c.asked_at >= to_text(since)) & (_order.c.asked_at < to_text(until))
        query = select(_order).where(asked).order_by(_order.c.asked_at.desc(), _order.c.id)
        return [_order_of(row) for row in work.execute(query.limit(limit)).mappings()]

    def order(self, order_id: str, *, work: Work) -> Order | None:
        """An order, or None."""
        return self._order(_order.c.id == order_id, work=work)

    def order_for(self, creditor: ClientId, reference: str, *, work: Work) -> Order | None:
        """A creditor's order under a reference, or None."""
        same = (_order.c.creditor == str(creditor)) & (_order.c.reference == reference)
        return self._order(same, work=work)

    def set_paid(self, order: Order, *, work: Work) -> None:
        """Write when it was paid."""
        if order.paid_at is not None:
            chosen = update(_order).where(_order.c.id == order.id)
            work.execute(chosen.values(paid_at=to_text(order.paid_at)))

    def insert_accounts(self, accounts: Sequence[Account], *, work: Work) -> None:
        """Write new accounts."""
        rows = [
            {"iban": one.iban, "holder": one.holder, "currency": one.currency} for one in accounts
        ]
        if rows:
            work.execute(insert(_account), rows)

    def accounts_of(self, holders: Sequence[SubjectId], *, work: Work) -> list[Account]:
        """The accounts of these people, of those there are, in no order."""
        found: list[Account] = []
        for start in range(0, len(holders), MOST_IN_A_QUERY):
            some = holders[start : start + MOST_IN_A_QUERY]
            rows = work.execute(select(_account).where(_account.c.holder.in_(some)))
            found += [
                Account(iban=row.iban, holder=SubjectId(row.holder), currency=row.currency)
                for row in rows
            ]
        return found

    def account_of(self, holder: str, *, work: Work) -> Account | None:
        """A person's account, or None."""
        return self._account(_account.c.holder == holder, work=work)

    def account(self, iban: str, *, work: Work) -> Account | None:
        """An account by its number, or None."""
        return self._account(_account.c.iban == iban, work=work)

    def balance(self, account: str, *, work: Work) -> int:
        """What is on an account, in minor units: credits less debits."""
        signed = case((_entry.c.credit == account, _entry.c.minor), else_=-_entry.c.minor)
        touched = (_entry.c.credit == account) | (_entry.c.debit == account)
        total = select(func.coalesce(func.sum(signed), 0)).where(touched)
        return int(work.execute(total).scalar_one())

    def entries(self, account: str, *, before: int | None, limit: int, work: Work) -> list[Entry]:
        """An account's entries with their orders, newest first; only those ``before`` an entry."""
        touched = (_entry.c.credit == account) | (_entry.c.debit == account)
        if before is not None:
            touched &= _entry.c.id < before
        joined = _entry.outerjoin(_order, _entry.c.order_id == _order.c.id)
        chosen = select(_entry, _order).select_from(joined).where(touched)
        rows = work.execute(chosen.order_by(_entry.c.id.desc()).limit(limit)).mappings()
        return [_entry_of(row, account) for row in rows]

    def payer(self, order_id: str, *, work: Work) -> str:
        """The account that paid an order; empty while nobody did."""
        paid = select(_entry.c.debit).where(_entry.c.order_id == order_id)
        return str(work.execute(paid).scalar() or "")

    def enter(
        self, *, order: str, debit: str, credit: str, amount: Money, at: datetime, work: Work
    ) -> None:
        """Write one double entry; the same order between the same accounts is entered once."""
        work.execute(
            insert(_entry).values(
                order_id=order,
                debit=debit,
                credit=credit,
                currency=amount.currency,
                minor=amount.minor,
                at=to_text(at),
            )
        )

    def _account(self, condition: object, *, work: Work) -> Account | None:
        row = work.execute(select(_account).where(condition)).first()  # type: ignore[arg-type]
        if row is None:
            return None
        return Account(iban=row.iban, holder=SubjectId(row.holder), currency=row.currency)

    def _order(self, condition: object, *, work: Work) -> Order | None:
        row = work.execute(select(_order).where(condition)).mappings().first()  # type: ignore[arg-type]
        return None if row is None else _order_of(row)


class SqlCounterStore:
    """Keeps which proofs of sign-in were used, and who is at the bank's counter now."""

    def use(self, token: str, *, until: datetime, now: datetime, work: Work) -> bool:
        """Write that a token is used; False when it was before. Ended ones are forgotten."""
        work.execute(delete(_used).where(_used.c.until < to_text(now)))
        fresh = insert_or(_used).on_conflict_do_nothing()
        return bool(work.execute(fresh.values(token=token, until=to_text(until))).rowcount)

    def put(self, visit: Visit, *, now: datetime, work: Work) -> None:
        """Write a new visit. Ended ones are forgotten."""
        work.execute(delete(_visit).where(_visit.c.latest_end < to_text(now)))
        work.execute(
            insert(_visit).values(
                key=visit.key,
                account=visit.account,
                ends_at=to_text(visit.ends_at),
                latest_end=to_text(visit.latest_end),
            )
        )

    def visit(self, key: bytes, *, work: Work) -> Visit | None:
        """A visit, or None."""
        row = work.execute(select(_visit).where(_visit.c.key == key)).first()
        if row is None:
            return None
        return Visit(
            key=row.key,
            account=row.account,
            ends_at=from_text(row.ends_at),
            latest_end=from_text(row.latest_end),
        )

    def move_end(self, key: bytes, *, ends_at: datetime, work: Work) -> None:
        """Write when a visit ends unless it goes on."""
        work.execute(update(_visit).where(_visit.c.key == key).values(ends_at=to_text(ends_at)))

    def drop(self, key: bytes, *, work: Work) -> None:
        """Forget a visit."""
        work.execute(delete(_visit).where(_visit.c.key == key))


def _order_of(row: Mapping[Any, Any]) -> Order:
    columns = _order.c
    return Order(
        id=row[columns.id],
        creditor=ClientId.parse(row[columns.creditor]),
        account=row[columns.account],
        amount=Money(row[columns.currency], row[columns.minor]),
        reference=row[columns.reference],
        text=row[columns.text],
        asked_at=from_text(row[columns.asked_at]) if row[columns.asked_at] else None,
        paid_at=from_text(row[columns.paid_at]) if row[columns.paid_at] else None,
    )


def _entry_of(row: Mapping[Any, Any], account: str) -> Entry:
    columns = _entry.c
    came = row[columns.credit] == account
    minor = row[columns.minor]
    return Entry(
        id=row[columns.id],
        at=from_text(row[columns.at]),
        amount=Money(row[columns.currency], minor if came else -minor),
        other=row[columns.debit] if came else row[columns.credit],
        order=None if row[_order.c.id] is None else _order_of(row),
    )
