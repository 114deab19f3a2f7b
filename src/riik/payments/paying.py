"""How a fee can be paid by any bank: account, reference, amount, and a code that its app scans.

In euros an EPC code, in đồng a VietQR code. A page shows the words as well: the code is a help,
never the only way. Pure.
"""

from collections.abc import Mapping

from riik.core import Refused
from riik.formats.payments.epc import MOST_NAME, epc_code
from riik.formats.payments.vietqr import vietqr_code
from riik.payments.model import Fee

__all__ = ["way_of"]

BEFORE_NUMBER = 6
"""Country, check digits and bank code stand before the number that an account has at its bank."""


def way_of(fee: Fee, *, account: str, payee: str, bank_number: str) -> Mapping[str, str]:
    """What a payer types or scans; nothing where there is no account, or it was paid.

    Args:
        fee: What is owed.
        account: The authority's.
        payee: The authority's name.
        bank_number: Of its bank at NAPAS; empty outside Viet Nam.
    """
    if not account or fee.paid_at is not None:
        return {}
    # Viet Nam has no IBAN: there people type the bank's number for the account, and name the bank.
    local = fee.amount.currency == "VND"
    return {
        "account": account[BEFORE_NUMBER:] if local else account,
        "bank": f"NAPAS {bank_number}" if local and bank_number else "",
        "payee": payee,
        "code": _code(fee, account=account, payee=payee, bank_number=bank_number),
    }


def _code(fee: Fee, *, account: str, payee: str, bank_number: str) -> str:
    try:
        if fee.amount.currency == "VND":
            return vietqr_code(
                bank=bank_number,
                account=account[BEFORE_NUMBER:],
                amount=fee.amount,
                text=fee.reference,
            )
        return epc_code(
            name=payee[:MOST_NAME], iban=account, amount=fee.amount, reference=fee.reference
        )
    except Refused:
        # What no code can say is still said in words.
        return ""
