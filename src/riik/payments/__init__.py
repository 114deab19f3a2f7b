"""What is owed, and was it paid? And the bank's side of it, for the demonstration bank."""

from riik.payments.bank import NOTIFY, Bank
from riik.payments.component import FEE_PAID, Fees
from riik.payments.errors import FeeRefused, OrderRefused, PaymentRefused
from riik.payments.model import Account, Fee, Notification, Order

__all__ = [
    "FEE_PAID",
    "NOTIFY",
    "Account",
    "Bank",
    "Fee",
    "FeeRefused",
    "Fees",
    "Notification",
    "Order",
    "OrderRefused",
    "PaymentRefused",
]
