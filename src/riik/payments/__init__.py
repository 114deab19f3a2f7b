"""What is owed, and was it paid? And the bank's side of it, for the demonstration bank."""

from riik.payments.authentication import link_of
from riik.payments.bank import NOTIFY, Bank
from riik.payments.component import FEE_PAID, Fees
from riik.payments.counter import Counter
from riik.payments.errors import (
    AuthenticationRefused,
    FeeRefused,
    LoginSilent,
    OrderRefused,
    PaymentRefused,
)
from riik.payments.model import Account, Fee, Notification, Order

__all__ = [
    "FEE_PAID",
    "NOTIFY",
    "Account",
    "AuthenticationRefused",
    "Bank",
    "Counter",
    "Fee",
    "FeeRefused",
    "Fees",
    "LoginSilent",
    "Notification",
    "Order",
    "OrderRefused",
    "PaymentRefused",
    "link_of",
]
