"""What exactly a sign-in is for: the payment that a person is shown before their card answers.

Implements rich authorization requests (RFC 9396 §2, §5) with one type, ``payment_initiation``, in
the shape of its own example, so that amount and payee stand where the PIN is asked (dynamic
linking, Commission Delegated Regulation (EU) 2018/389, art. 5(1)(a)). Login shows it and puts it
into the ID token as it was shown; the bank holds it against its order. Pure.
"""

import re
from typing import Final

import msgspec

from riik.core import Money, MoneyRefused
from riik.login.oidc.errors import AuthorizationRefused
from riik.login.oidc.model import PAYMENT, PaymentShown

__all__ = ["details_of", "read_details"]

MOST_CHARACTERS: Final = 1_000
_ACCOUNT: Final = re.compile(r"[A-Z0-9]{4,34}\Z")
MOST_NAME: Final = 140


class _Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: str
    amount: str


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    iban: str


class _Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    type: str
    instructed_amount: _Amount
    creditor_name: str
    creditor_account: _Account


def read_details(text: str, *, taken: frozenset[str]) -> PaymentShown | None:
    """Read ``authorization_details``; None where none came.

    Args:
        text: The parameter, a JSON list of one.
        taken: Types that this client is registered for.

    Raises:
        AuthorizationRefused: For ``details``, with ``invalid_authorization_details``: another type
            than the client's, a field too many or too few, or one that nobody could read.
    """
    if not text:
        return None
    try:
        [found] = msgspec.json.decode(text, type=tuple[_Payment])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _refused("these details are none that login shows") from error
    if len(text) > MOST_CHARACTERS or found.type != PAYMENT or PAYMENT not in taken:
        raise _refused("this client may not ask for that")
    amount, account = found.instructed_amount, found.creditor_account.iban
    name = found.creditor_name
    try:
        Money.parse(amount.amount, amount.currency)
    except MoneyRefused as error:
        raise _refused(str(error)) from error
    # What can't be seen, or turns the line around, would show another payee than it names.
    if not name.strip() or len(name) > MOST_NAME or not name.isprintable():
        raise _refused("a payee has a name of one line")
    if not _ACCOUNT.match(account):
        raise _refused("an account has letters and figures")
    return PaymentShown(amount=amount.amount, currency=amount.currency, payee=name, account=account)


def details_of(payment: PaymentShown) -> list[dict[str, object]]:
    """The same for an ID token (RFC 9396 §7)."""
    return [
        {
            "type": PAYMENT,
            "instructedAmount": {"currency": payment.currency, "amount": payment.amount},
            "creditorName": payment.payee,
            "creditorAccount": {"iban": payment.account},
        }
    ]


def _refused(text: str) -> AuthorizationRefused:
    return AuthorizationRefused(text, why="details", error="invalid_authorization_details")
