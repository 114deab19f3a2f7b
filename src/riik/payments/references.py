"""Creditor references and account numbers with their check digits.

ISO 11649 (RF reference) and ISO 13616 (IBAN) share the check of ISO 7064 MOD 97-10.
"""

import re

from riik.payments.errors import PaymentRefused

__all__ = ["check_reference", "creditor_reference", "iban"]

_REFERENCE = re.compile(r"RF\d{2}[A-Z0-9]{1,21}\Z")


def creditor_reference(text: str) -> str:
    """Make an RF reference of up to 21 letters and digits (ISO 11649 §5)."""
    body = re.sub(r"[^A-Z0-9]", "", text.upper())[:21]
    return f"RF{_check_digits(body, 'RF')}{body}"


def check_reference(reference: str) -> str:
    """Answer the reference if its check digits hold.

    Raises:
        PaymentRefused: For ``reference``.
    """
    if not _REFERENCE.match(reference) or _remainder(reference[4:] + reference[:4]) != 1:
        raise PaymentRefused("this is not a creditor reference", why="reference")
    return reference


def iban(country: str, account: str) -> str:
    """Put country and check digits before a domestic account number (ISO 13616 §6)."""
    return f"{country}{_check_digits(account, country)}{account}"


def _check_digits(body: str, prefix: str) -> str:
    return f"{98 - _remainder(f'{body}{prefix}00'):02d}"


def _remainder(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97
