"""Account numbers and payment references, and whether their check digits hold.

ISO 13616 (IBAN) and ISO 11649 (RF creditor reference) share ISO 7064 MOD 97-10; the Estonian
reference number has the 7-3-1 method of the Estonian Banking Association. Pure.
"""

import re

__all__ = ["domestic_reference", "is_iban", "is_reference", "mod_97", "rf_reference"]

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z", re.ASCII)
_RF = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}\Z", re.ASCII)
_DOMESTIC = re.compile(r"[0-9]{2,20}\Z", re.ASCII)
_WEIGHTS = (7, 3, 1)


def mod_97(text: str) -> int:
    """The remainder of letters and digits, each letter as two digits (ISO 7064 MOD 97-10)."""
    return int("".join(str(int(sign, 36)) for sign in text)) % 97


def is_iban(text: str) -> bool:
    """Whether this is an account number whose check digits hold (ISO 13616-1 §6)."""
    return bool(_IBAN.match(text)) and mod_97(text[4:] + text[:4]) == 1


def is_reference(text: str) -> bool:
    """Whether this is a reference whose check digits hold: RF (ISO 11649), or an Estonian one."""
    if _RF.match(text):
        return mod_97(text[4:] + text[:4]) == 1
    return bool(_DOMESTIC.match(text)) and text == domestic_reference(text[:-1])


def rf_reference(body: str) -> str:
    """Put ``RF`` and check digits before 1 to 21 letters and digits (ISO 11649 §5)."""
    return f"RF{98 - mod_97(f'{body}RF00'):02d}{body}"


def domestic_reference(body: str) -> str:
    """Put the check digit behind 1 to 19 digits: an Estonian reference number (viitenumber)."""
    total = sum(int(sign) * _WEIGHTS[at % 3] for at, sign in enumerate(reversed(body)))
    return f"{body}{-total % 10}"
