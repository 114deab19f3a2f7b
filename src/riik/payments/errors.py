"""What can be wrong with a fee or a payment.

PaymentRefused
├── FeeRefused      a payment does not settle what is owed
├── ForeignPage     a page that is not the bank's wants to pay
└── OrderRefused    the bank can't follow this payment order
"""

from typing import ClassVar

from riik.core import Refused

__all__ = ["FeeRefused", "ForeignPage", "OrderRefused", "PaymentRefused"]


class PaymentRefused(Refused):
    """A request about money that can't be followed."""

    code = "payments.refused"
    status: ClassVar[int] = 409


class FeeRefused(PaymentRefused):
    """A payment that does not settle the fee: short, of another currency, unknown."""

    code = "payments.fee-refused"


class ForeignPage(PaymentRefused):
    """A request to pay that doesn't come from a page of the bank."""

    code = "payments.foreign-page"
    status: ClassVar[int] = 403


class OrderRefused(PaymentRefused):
    """A payment order the bank can't follow: unknown, of another payer, no funds."""

    code = "payments.order-refused"
