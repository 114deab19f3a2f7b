"""The code that a bank's app in Viet Nam scans: VietQR, as text for a QR code.

NAPAS VietQR, a transfer to an account (service ``QRIBFTTA``), in the frame of the EMVCo
merchant-presented QR code (version 1.1): tag, two digits of length, value; the account in tag 38
under NAPAS' identifier, the currency in 53, the amount in 54, the purpose in 62-08, and behind all
a CRC-16/CCITT-FALSE in 63 over everything before its four digits. Pure.
"""

from collections.abc import Mapping

from riik.core import Money, Refused

__all__ = ["VietQrRefused", "crc16", "read_vietqr", "vietqr_code"]

NAPAS = "A000000727"
TO_ACCOUNT = "QRIBFTTA"
DONG, COUNTRY = "704", "VN"
MOST_ACCOUNT, MOST_TEXT, MOST_AMOUNT = 19, 25, 13
MOST_FIELD = 99
MOST_CHARACTERS = 512


class VietQrRefused(Refused):
    """This can't be a VietQR code, or is none."""

    code = "formats.vietqr-refused"


def vietqr_code(*, bank: str, account: str, amount: Money, text: str = "") -> str:
    """What the code says: a code for one payment of a fixed amount.

    Args:
        bank: Its number at NAPAS (BIN), six digits.
        account: 1 to 19 letters and digits.
        amount: In đồng, which have no smaller unit.
        text: The payment's purpose, at most 25 letters, digits and ``- .`` and spaces.

    Raises:
        VietQrRefused: For ``bank``, ``account``, ``currency``, ``amount`` or ``text``.
    """
    if not (len(bank) == 6 and bank.isascii() and bank.isdecimal()):
        raise VietQrRefused("a bank has six digits at NAPAS", why="bank")
    if not (0 < len(account) <= MOST_ACCOUNT and account.isascii() and account.isalnum()):
        raise VietQrRefused(f"an account has 1 to {MOST_ACCOUNT} letters and digits", why="account")
    if amount.currency != "VND":
        raise VietQrRefused("a VietQR code is in đồng", why="currency")
    if amount.minor <= 0 or len(str(amount.minor)) > MOST_AMOUNT:
        raise VietQrRefused(f"an amount has 1 to {MOST_AMOUNT} figures", why="amount")
    if len(text) > MOST_TEXT or not all(_writable(sign) for sign in text):
        raise VietQrRefused(f"a purpose has at most {MOST_TEXT} plain letters", why="text")
    who = _field("00", bank) + _field("01", account)
    payee = _field("00", NAPAS) + _field("01", who) + _field("02", TO_ACCOUNT)
    code = _field("00", "01") + _field("01", "12") + _field("38", payee)
    code += _field("53", DONG) + _field("54", amount.decimal()) + _field("58", COUNTRY)
    code += _field("62", _field("08", text)) if text else ""
    code += "6304"
    return f"{code}{crc16(code.encode()):04X}"


def read_vietqr(code: str) -> Mapping[str, str]:
    """What a code says, by field: ``bank``, ``account``, ``amount``, ``text``.

    Raises:
        VietQrRefused: For ``long``, ``crc``, ``fields``, or ``other``: no transfer to an account.
    """
    if len(code) > MOST_CHARACTERS or not code.isascii():
        raise VietQrRefused("this is too long for a VietQR code, or no text of one", why="long")
    body, told = code[:-4], code[-4:]
    if not body.endswith("6304") or told != f"{crc16(body.encode()):04X}":
        raise VietQrRefused("the check at the end does not hold", why="crc")
    fields = _fields(body[:-4])
    payee = _fields(fields.get("38", ""))
    who = _fields(payee.get("01", ""))
    wanted = (fields.get("53"), fields.get("58"), payee.get("00"), payee.get("02"))
    if wanted != (DONG, COUNTRY, NAPAS, TO_ACCOUNT) or not {"00", "01"} <= set(who):
        raise VietQrRefused("this is no transfer to an account in Viet Nam", why="other")
    text = _fields(fields.get("62", "")).get("08", "")
    return {
        "bank": who["00"],
        "account": who["01"],
        "amount": fields.get("54", ""),
        "text": text,
    }


def crc16(content: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, begun with 0xFFFF, neither side reflected."""
    crc = 0xFFFF
    for byte in content:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _writable(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in "- .")


def _field(tag: str, value: str) -> str:
    if len(value) > MOST_FIELD:
        raise VietQrRefused("a field has at most 99 characters", why="fields")
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        tag, size, rest = text[:2], text[2:4], text[4:]
        figures = (tag + size).isascii() and (tag + size).isdecimal() and len(tag + size) == 4
        if not figures or tag in found or len(rest) < int(size):
            raise VietQrRefused("a field is cut short, or stands there twice", why="fields")
        found[tag], text = rest[: int(size)], rest[int(size) :]
    return found
