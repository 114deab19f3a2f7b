"""Tables of fees (the authority's side) and of accounts, orders and entries (the bank's)."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    func,
    insert,
    select,
    update,
)

from riik.core import ClientId, Money, SubjectId, Work, from_text, to_text
from riik.payments.model import Account, Fee, Order

__all__ = ["SqlBankStore", "SqlFeeStore"]

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
    Column("paid_at", Text),
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

    def _one(self, condition: object, *, work: Work) -> Fee | None:
        row = work.execute(select(_fee).where(condition)).first()  # type: ignore[arg-type]
        if row is None:
            return None
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
            )
        )

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
        row = work.execute(select(_account).where(_account.c.holder == holder)).first()
        if row is None:
            return None
        return Account(iban=row.iban, holder=SubjectId(row.holder), currency=row.currency)

    def balance(self, account: str, *, work: Work) -> int:
        """What is on an account, in minor units: credits less debits."""
        signed = case((_entry.c.credit == account, _entry.c.minor), else_=-_entry.c.minor)
        touched = (_entry.c.credit == account) | (_entry.c.debit == account)
        total = select(func.coalesce(func.sum(signed), 0)).where(touched)
        return int(work.execute(total).scalar_one())

    def enter(
        self, *, order: str, debit: str, credit: str, amount: Money, at: str, work: Work
    ) -> None:
        """Write one double entry; the same order between the same accounts is entered once."""
        work.execute(
            insert(_entry).values(
                order_id=order,
                debit=debit,
                credit=credit,
                currency=amount.currency,
                minor=amount.minor,
                at=at,
            )
        )

    def _order(self, condition: object, *, work: Work) -> Order | None:
        row = work.execute(select(_order).where(condition)).first()  # type: ignore[arg-type]
        if row is None:
            return None
        return Order(
            id=row.id,
            creditor=ClientId.parse(row.creditor),
            account=row.account,
            amount=Money(row.currency, row.minor),
            reference=row.reference,
            text=row.text,
            paid_at=from_text(row.paid_at) if row.paid_at else None,
        )
