"""The code that a bank's app in Europe scans: an EPC credit transfer as text for a QR code.

European Payments Council, EPC069-12 (guidelines, version 002): twelve lines, at most 331 bytes,
error correction M. A structured reference or a text, never both. Euro only. Pure.
"""

from riik.core import Money, Refused
from riik.formats.payments.checks import is_iban, is_reference

__all__ = ["MOST_BYTES", "EpcRefused", "epc_code"]

MOST_BYTES = 331
MOST_NAME, MOST_TEXT = 70, 140
MOST_MINOR = 99_999_999_999


class EpcRefused(Refused):
    """This can't be an EPC code: a field is wrong, or the whole too long."""

    code = "formats.epc-refused"


def epc_code(
    *, name: str, iban: str, amount: Money, reference: str = "", text: str = "", bic: str = ""
) -> str:
    """What the code says.

    Args:
        name: Who is paid, at most 70 characters.
        iban: Theirs.
        amount: 0.01 to 999,999,999.99 euros.
        reference: Structured, with check digits that hold.
        text: For people, at most 140; only without a reference.
        bic: Of their bank; needed outside the European Economic Area only.

    Raises:
        EpcRefused: For ``name``, ``iban``, ``amount``, ``currency``, ``reference``, ``text``,
            ``both``, ``bic``, ``lines`` or ``long``.
    """
    _check_payee(name, iban, bic)
    _check_amount(amount)
    _check_purpose(reference, text)
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        name,
        iban,
        f"EUR{amount.decimal()}",
        "",
        reference,
        text,
    )
    if any(ord(sign) < 32 for line in lines for sign in line):
        raise EpcRefused("a field has a sign that ends its line", why="lines")
    code = "\n".join(lines).rstrip("\n")
    if len(code.encode()) > MOST_BYTES:
        raise EpcRefused(f"more than {MOST_BYTES} bytes", why="long")
    return code


def _check_payee(name: str, iban: str, bic: str) -> None:
    if not 0 < len(name) <= MOST_NAME:
        raise EpcRefused(f"who is paid has 1 to {MOST_NAME} characters", why="name")
    if not is_iban(iban):
        raise EpcRefused("the account is no IBAN whose check digits hold", why="iban")
    if bic and (len(bic) not in (8, 11) or not bic.isalnum() or not bic.isascii()):
        raise EpcRefused("a BIC has 8 or 11 letters and digits", why="bic")


def _check_amount(amount: Money) -> None:
    if amount.currency != "EUR":
        raise EpcRefused("an EPC code is in euros", why="currency")
    if not 0 < amount.minor <= MOST_MINOR:
        raise EpcRefused("the amount is 0.01 to 999999999.99", why="amount")


def _check_purpose(reference: str, text: str) -> None:
    if reference and text:
        raise EpcRefused("a reference or a text, not both", why="both")
    if reference and not is_reference(reference):
        raise EpcRefused("the reference's check digits do not hold", why="reference")
    if len(text) > MOST_TEXT:
        raise EpcRefused(f"the text has more than {MOST_TEXT} characters", why="text")
