"""Fees: what does a case owe this authority, and was it paid?

The authority's side. The bank's side, for the demonstration bank, is `bank`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from riik.core import Clock, Money, Outbox, Work
from riik.payments.errors import FeeRefused
from riik.payments.model import Fee, Notification
from riik.payments.paying import way_of
from riik.payments.references import check_reference, creditor_reference

__all__ = ["FEE_PAID", "FeeStore", "Fees"]

FEE_PAID = "payments.fee-paid"
"""Outbox topic: a fee was settled; the event's key and payload are the case's id."""


class FeeStore(Protocol):
    """What this component needs kept."""

    def insert(self, fee: Fee, *, work: Work) -> None: ...
    def of_case(self, case: str, *, work: Work) -> Fee | None: ...
    def by_reference(self, reference: str, *, work: Work) -> Fee | None: ...
    def set_paid(self, fee: Fee, *, work: Work) -> None: ...
    def paid_since(self, since: datetime, *, limit: int, work: Work) -> list[Fee]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """One authority's fees.

    Attributes:
        account: To which they are paid; empty where none can be.
        payee: The authority's name, as payers read it.
        bank_number: Of its bank at NAPAS, for VietQR codes; empty outside Viet Nam.
    """

    store: FeeStore
    outbox: Outbox
    clock: Clock
    account: str = ""
    payee: str = ""
    bank_number: str = ""

    def owe(self, case: str, *, number: str, amount: Money, law: str, work: Work) -> Fee:
        """Write down what a case owes; the same case owes once.

        Args:
            case: The case's id.
            number: The case's number for people; it becomes the payment's reference.
            amount: More than nothing.
            law: The article that sets the amount.
            work: The unit in which the case is moved on.

        Raises:
            FeeRefused: For ``amount``, or ``changed`` when the case owes something else.
        """
        if amount.minor <= 0:
            raise FeeRefused("a fee is more than nothing", why="amount")
        found = self.store.of_case(case, work=work)
        if found is not None:
            if found.amount != amount:
                raise FeeRefused("the case owes another amount already", why="changed")
            return found
        fee = Fee(reference=creditor_reference(number), case=case, amount=amount, law=law)
        self.store.insert(fee, work=work)
        return fee

    def of_case(self, case: str, *, work: Work) -> Fee | None:
        """What a case owes or has paid; None where there is no fee."""
        return self.store.of_case(case, work=work)

    def way(self, fee: Fee | None) -> Mapping[str, str]:
        """How a fee can be paid by any bank: account, bank, payee and code, or nothing."""
        if fee is None:
            return {}
        return way_of(fee, account=self.account, payee=self.payee, bank_number=self.bank_number)

    def under(self, reference: str, *, work: Work) -> Fee | None:
        """What is or was owed under a reference; None where nothing is, or it is no reference."""
        return self.store.by_reference(reference, work=work) if reference else None

    def paid_since(self, since: datetime, *, limit: int = 100_000, work: Work) -> list[Fee]:
        """What was paid since then, the newest first: for figures of many."""
        return self.store.paid_since(since, limit=limit, work=work)

    def settle(self, notification: Notification, *, work: Work) -> Fee:
        """Take the bank's word that a fee was paid; a repeated word changes nothing.

        Raises:
            FeeRefused: For ``unknown``, ``currency``, ``short`` or ``over``: the case goes on
                waiting, and the bank is told why.
        """
        fee = self.store.by_reference(check_reference(notification.reference), work=work)
        if fee is None:
            raise FeeRefused("nothing is owed under this reference", why="unknown")
        if notification.amount.currency != fee.amount.currency:
            raise FeeRefused("paid in another currency", why="currency")
        if notification.amount.minor != fee.amount.minor:
            short = notification.amount.minor < fee.amount.minor
            raise FeeRefused("paid another amount", why="short" if short else "over")
        if fee.paid_at is not None:
            return fee
        paid = replace(fee, paid_at=notification.paid_at)
        self.store.set_paid(paid, work=work)
        self.outbox.put(FEE_PAID, fee.case, fee.case.encode(), work=work)
        return paid
