"""What can be wrong with a fee or a payment.

PaymentRefused
├── FeeRefused             a payment does not settle what is owed
├── OrderRefused           the bank can't follow this payment order
│   └── OrderUnknown       there is none
└── AuthenticationRefused  who says that they are the payer did not prove it
LoginSilent                nobody can say now whether a proof holds
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "AuthenticationRefused",
    "FeeRefused",
    "LoginSilent",
    "OrderRefused",
    "OrderUnknown",
    "PaymentRefused",
]


class PaymentRefused(Refused):
    """A request about money that can't be followed."""

    code = "payments.refused"
    status: ClassVar[int] = 409


class FeeRefused(PaymentRefused):
    """A payment that does not settle the fee: short, of another currency, unknown."""

    code = "payments.fee-refused"


class OrderRefused(PaymentRefused):
    """A payment order the bank can't follow: unknown, of another payer, no funds."""

    code = "payments.order-refused"


class OrderUnknown(OrderRefused):
    """There is no such payment order."""

    code = "payments.order-unknown"
    status: ClassVar[int] = 404


class AuthenticationRefused(PaymentRefused):
    """A proof of sign-in that does not hold, is too old, was used, or is for another order."""

    code = "payments.authentication-refused"
    status = 401


class LoginSilent(Unavailable):
    """The national login can't be asked for its keys now."""

    code = "payments.login-silent"
