"""The bank's side: accounts, orders and payments, kept as double entries.

Who the payer is has been proved before, in `counter`: here money moves, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import msgspec

from riik.core import (
    ClientId,
    Clock,
    Entropy,
    Money,
    Outbox,
    PersonCode,
    SubjectId,
    Vault,
    Work,
)
from riik.payments.errors import OrderRefused, OrderUnknown
from riik.payments.model import Account, Entry, Order
from riik.payments.references import check_reference, iban

__all__ = ["NOTIFY", "Bank", "BankStore"]

NOTIFY = "payments.notify"
"""Outbox topic: tell a creditor that its order was paid; key and payload are the order's id."""


class BankStore(Protocol):
    """What the bank needs kept."""

    def insert_order(self, order: Order, *, work: Work) -> None: ...
    def order(self, order_id: str, *, work: Work) -> Order | None: ...
    def order_for(self, creditor: ClientId, reference: str, *, work: Work) -> Order | None: ...
    def orders_of(
        self, since: datetime, until: datetime, *, limit: int, work: Work
    ) -> list[Order]: ...
    def set_paid(self, order: Order, *, work: Work) -> None: ...
    def insert_accounts(self, accounts: Sequence[Account], *, work: Work) -> None: ...
    def account(self, iban: str, *, work: Work) -> Account | None: ...
    def account_of(self, holder: str, *, work: Work) -> Account | None: ...
    def accounts_of(self, holders: Sequence[SubjectId], *, work: Work) -> list[Account]: ...
    def balance(self, account: str, *, work: Work) -> int: ...
    def entries(
        self, account: str, *, before: int | None, limit: int, work: Work
    ) -> list[Entry]: ...
    def payer(self, order_id: str, *, work: Work) -> str: ...
    def enter(
        self, *, order: str, debit: str, credit: str, amount: Money, at: datetime, work: Work
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One bank's accounts and orders."""

    store: BankStore
    vault: Vault
    outbox: Outbox
    clock: Clock
    entropy: Entropy
    country: str
    bank_code: str

    def open_account(self, holder: PersonCode, *, currency: str, work: Work) -> Account:
        """Open a current account for a person, or answer the one they have."""
        return self.open_accounts([holder], currency=currency, work=work)[0]

    def open_accounts(
        self, holders: Sequence[PersonCode], *, currency: str, work: Work
    ) -> list[Account]:
        """The same for many people, in the given order; nobody twice."""
        subjects = self.vault.subjects_of(holders)
        known = {one.holder: one for one in self.store.accounts_of(subjects, work=work)}
        fresh = {
            subject: Account(iban=self._new_number(), holder=subject, currency=currency)
            for subject in subjects
            if subject not in known
        }
        self.store.insert_accounts(list(fresh.values()), work=work)
        return [known.get(subject) or fresh[subject] for subject in subjects]

    def deposit(self, account: Account, amount: Money, *, source: str, work: Work) -> None:
        """Enter money that came to an account, such as a salary."""
        at = self.clock.now()
        self.store.enter(
            order=source, debit="cash", credit=account.iban, amount=amount, at=at, work=work
        )

    def accept(
        self,
        *,
        creditor: ClientId,
        account: str,
        amount: Money,
        reference: str,
        text: str,
        work: Work,
    ) -> Order:
        """Accept a creditor's order; the same reference again is the same order.

        Raises:
            OrderRefused: For ``amount``, or ``changed`` when the reference had another amount.
        """
        check_reference(reference)
        if amount.minor <= 0:
            raise OrderRefused("an order is for more than nothing", why="amount")
        found = self.store.order_for(creditor, reference, work=work)
        if found is not None:
            if found.amount != amount:
                raise OrderRefused("this reference was ordered with another amount", why="changed")
            return found
        order = Order(
            id=self.entropy.bytes(16).hex(),
            creditor=creditor,
            account=account,
            amount=amount,
            reference=reference,
            text=text,
            asked_at=self.clock.now(),
        )
        self.store.insert_order(order, work=work)
        return order

    def find(self, order_id: str, *, work: Work) -> Order:
        """An order as it stands.

        Raises:
            OrderUnknown: For ``unknown``.
        """
        order = self.store.order(order_id, work=work)
        if order is None:
            raise OrderUnknown("no such order", why="unknown")
        return order

    def payer(self, order: Order, *, work: Work) -> str:
        """The account that paid an order; empty while nobody did."""
        return self.store.payer(order.id, work=work)

    def account_of(self, holder: PersonCode, *, work: Work) -> Account:
        """A person's account.

        Raises:
            OrderRefused: For ``no-account``.
        """
        # Looked up, never made: a stranger leaves no trace by asking.
        subject = self.vault.find(holder)
        account = None if subject is None else self.store.account_of(subject, work=work)
        if account is None:
            raise OrderRefused("this person has no account here", why="no-account")
        return account

    def balance(self, account: str, *, work: Work) -> Money:
        """What is on an account.

        Raises:
            OrderRefused: For ``no-account``.
        """
        found = self.store.account(account, work=work)
        if found is None:
            raise OrderRefused("there is no such account here", why="no-account")
        return Money(found.currency, self.store.balance(account, work=work))

    def pay(self, order_id: str, *, payer: PersonCode, work: Work) -> Order:
        """Pay an open order from the payer's account; a paid one stays paid once.

        Raises:
            OrderUnknown: There is none.
            OrderRefused: For ``no-account``, ``currency`` or ``funds``.
        """
        order = self.find(order_id, work=work)
        if order.paid_at is not None:
            return order
        account = self.account_of(payer, work=work)
        if account.currency != order.amount.currency:
            raise OrderRefused("the account is in another currency", why="currency")
        if self.store.balance(account.iban, work=work) < order.amount.minor:
            raise OrderRefused("there is not enough on the account", why="funds")
        paid = replace(order, paid_at=self.clock.now())
        self.store.enter(
            order=order.id,
            debit=account.iban,
            credit=order.account,
            amount=order.amount,
            at=self.clock.now(),
            work=work,
        )
        self.store.set_paid(paid, work=work)
        self.outbox.put(NOTIFY, order.id, msgspec.json.encode(order.id), work=work)
        return paid

    def _new_number(self) -> str:
        digits = int.from_bytes(self.entropy.bytes(8)) % 10**14
        return iban(self.country, f"{self.bank_code}{digits:014d}")
