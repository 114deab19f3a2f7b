"""Creditor references and account numbers with their check digits.

ISO 11649 (RF reference) and ISO 13616 (IBAN) share the check of ISO 7064 MOD 97-10; the check
digits themselves are in `riik.formats.payments.checks`.
"""

import re

from riik.formats.payments.checks import is_reference, mod_97, rf_reference
from riik.payments.errors import PaymentRefused

__all__ = ["check_reference", "creditor_reference", "iban"]


def creditor_reference(text: str) -> str:
    """Make an RF reference of up to 21 letters and digits (ISO 11649 §5)."""
    return rf_reference(re.sub(r"[^A-Z0-9]", "", text.upper())[:21])


def check_reference(reference: str) -> str:
    """Answer the reference if its check digits hold.

    Raises:
        PaymentRefused: For ``reference``.
    """
    if not reference.startswith("RF") or not is_reference(reference):
        raise PaymentRefused("this is not a creditor reference", why="reference")
    return reference


def iban(country: str, account: str) -> str:
    """Put country and check digits before a domestic account number (ISO 13616 §6)."""
    return f"{country}{98 - mod_97(f'{account}{country}00'):02d}{account}"
