"""Fees that are owed, and orders to pay them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from riik.core import ClientId, Money, SubjectId

__all__ = [
    "Account",
    "AccountStatement",
    "Entry",
    "Fee",
    "Notification",
    "Order",
    "Visit",
]


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
        asked_at: When the creditor asked, UTC; None of orders from before that was kept.
        paid_at: When it was paid, UTC; None while open.
    """

    id: str
    creditor: ClientId
    account: str
    amount: Money
    reference: str
    text: str
    asked_at: datetime | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A current account at the bank."""

    iban: str
    holder: SubjectId | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an account's statement (cf. ISO 20022 camt.053).

    Attributes:
        id: Grows with each entry of the bank; a page of a statement ends with one.
        at: When it was entered, UTC.
        amount: What came; below nothing, what went.
        other: The account on the other side.
        order: The order that was followed; None for money that came by no order.
    """

    id: int
    at: datetime
    amount: Money
    other: str
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who signed in to see their account.

    Attributes:
        key: SHA-256 of the secret that the site holds for them.
        account: Theirs, as IBAN.
        ends_at: When it ends unless it goes on.
        latest_end: When it ends in any case.
    """

    key: bytes
    account: str
    ends_at: datetime
    latest_end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """An account as its holder sees it.

    Attributes:
        account: IBAN.
        balance: What is on it now.
        entries: The newest first.
    """

    account: str
    balance: Money
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The bank's word to a creditor: this was paid (cf. ISO 20022 camt.054)."""

    order: str
    reference: str
    amount: Money
    paid_at: datetime
