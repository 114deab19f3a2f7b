"""Fees that are owed, and orders to pay them."""

from dataclasses import dataclass
from datetime import datetime

from riik.core import ClientId, Money, SubjectId

__all__ = ["Account", "Fee", "Notification", "Order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What one case owes, at the authority.

    Attributes:
        reference: Creditor reference (ISO 11649), the same on every paper of this payment.
        case: The case's id.
        amount: What is owed.
        law: The article that says so.
        paid_at: When the bank settled it, UTC; None while owed.
    """

    reference: str
    case: str
    amount: Money
    law: str
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A creditor's request to be paid, at the bank.

    Attributes:
        id: The bank's own.
        creditor: The subsystem that asked and that will be told.
        account: The creditor's IBAN (ISO 13616).
        amount: What is asked.
        reference: The creditor's reference.
        text: What the payer reads, in their language.
        paid_at: When it was paid, UTC; None while open.
    """

    id: str
    creditor: ClientId
    account: str
    amount: Money
    reference: str
    text: str
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A current account at the bank."""

    iban: str
    holder: SubjectId | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The bank's word to a creditor: this was paid (cf. ISO 20022 camt.054)."""

    order: str
    reference: str
    amount: Money
    paid_at: datetime
