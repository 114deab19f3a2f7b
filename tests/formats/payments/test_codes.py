"""Payment codes and references: check digits, limits, and what is refused by its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import Money
from riik.formats.payments.checks import (
    domestic_reference,
    is_iban,
    is_reference,
    rf_reference,
)
from riik.formats.payments.epc import MOST_BYTES, EpcRefused, epc_code
from riik.formats.payments.vietqr import VietQrRefused, crc16, read_vietqr, vietqr_code
from riik.formats.qr import qr_modules

IBAN = "EE471000001020145685"
FEE = Money("EUR", 2300)
EPC = {"name": "Transpordiamet", "iban": IBAN, "amount": FEE, "reference": "RF18539007547034"}
VIET = {"bank": "970499", "account": "VN9999012345678901", "amount": Money("VND", 115_000)}


def test_references_of_others_hold():
    assert is_iban("GB82WEST12345698765432")
    assert is_reference("RF18539007547034")
    assert is_reference("2800049777")


@pytest.mark.parametrize(
    "wrong", ["", "EE471000001020145684", "ee471000001020145685", "EE47", "EE47100000102014568٥"]
)
def test_an_account_with_a_slip_is_none(wrong):
    assert not is_iban(wrong)


@given(
    body=st.text("0123456789", min_size=1, max_size=19), at=st.integers(0, 18), by=st.integers(1, 9)
)
def test_an_estonian_reference_holds_and_with_one_digit_changed_does_not(body, at, by):
    reference = domestic_reference(body)
    assert is_reference(reference)
    at %= len(body)
    changed = body[:at] + str((int(body[at]) + by) % 10) + body[at + 1 :]
    # 7, 3 and 1 have no divisor in common with 10: one digit is always noticed.
    assert not is_reference(changed + reference[-1])


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21))
def test_an_rf_reference_holds(body):
    assert is_reference(rf_reference(body))


def test_an_epc_code_is_eleven_lines_at_most():
    code = epc_code(**EPC)
    assert code.split("\n") == [
        *("BCD", "002", "1", "SCT", "", "Transpordiamet", IBAN, "EUR23.00", ""),
        "RF18539007547034",
    ]
    assert qr_modules(code)


EPC_WRONG = [
    ({"reference": "RF18539007547035"}, "reference"),
    ({"text": "and a text"}, "both"),
    ({"amount": Money("EUR", 0)}, "amount"),
    ({"amount": Money("EUR", 100_000_000_000)}, "amount"),
    ({"amount": Money("VND", 1)}, "currency"),
    ({"iban": "EE1"}, "iban"),
    ({"name": ""}, "name"),
    ({"name": "x" * 71}, "name"),
    ({"name": "two\nlines"}, "lines"),
    ({"bic": "HABA"}, "bic"),
    ({"reference": "", "text": "x" * 141}, "text"),
    ({"reference": "", "text": "ế" * 140}, "long"),
]


@pytest.mark.parametrize(("change", "why"), EPC_WRONG, ids=lambda value: str(value)[:30])
def test_what_is_no_epc_code_is_refused(change, why):
    with pytest.raises(EpcRefused) as refused:
        epc_code(**EPC | change)
    assert refused.value.why == why


@given(name=st.text("aõ ế", min_size=1, max_size=70), text=st.text("aõế ", max_size=140))
def test_an_epc_code_is_never_longer_than_its_limit(name, text):
    try:
        code = epc_code(name=name, iban=IBAN, amount=FEE, text=text)
    except EpcRefused:
        # Only what would be longer is refused: nine lines of 49 bytes stand besides.
        assert len(name.encode()) + len(text.encode()) > MOST_BYTES - 60
    else:
        assert len(code.encode()) <= MOST_BYTES


def test_the_crc_is_the_published_one():
    # The check value of CRC-16/CCITT-FALSE in catalogues of checks.
    assert crc16(b"123456789") == 0x29B1


def test_a_vietqr_code_has_its_fields_in_order():
    code = vietqr_code(**VIET, text="2026-000001")
    account = "0010A000000727" + "0132" + "0006970499" + "0118VN9999012345678901" + "0208QRIBFTTA"
    assert code.startswith("000201" + "010212" + f"38{len(account)}" + account)
    assert "5303704" + "5406115000" + "5802VN" + "62150811" + "2026-000001" + "6304" in code


@given(
    bank=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=st.from_regex(r"[0-9A-Z]{1,19}", fullmatch=True),
    minor=st.integers(1, 10**13 - 1),
    text=st.from_regex(r"[A-Za-z0-9 .-]{1,25}", fullmatch=True),
)
def test_a_vietqr_code_is_read_again(bank, account, minor, text):
    code = vietqr_code(bank=bank, account=account, amount=Money("VND", minor), text=text)
    assert read_vietqr(code) == {
        "bank": bank,
        "account": account,
        "amount": str(minor),
        "text": text,
    }


@given(at=st.integers(0, 10_000), sign=st.sampled_from("0123456789ABCDEF"))
def test_a_vietqr_code_with_one_sign_changed_is_refused(at, sign):
    code = vietqr_code(**VIET, text="2026-000001")
    at %= len(code)
    changed = code[:at] + sign + code[at + 1 :]
    if changed != code:
        with pytest.raises(VietQrRefused):
            read_vietqr(changed)


VIET_WRONG = [
    ({"bank": "97049"}, "bank"),
    ({"bank": "97049٥"}, "bank"),
    ({"account": ""}, "account"),
    ({"account": "0" * 20}, "account"),
    ({"amount": FEE}, "currency"),
    ({"amount": Money("VND", 0)}, "amount"),
    ({"amount": Money("VND", 10**13)}, "amount"),
    ({"text": "lệ phí"}, "text"),
    ({"text": "x" * 26}, "text"),
]


@pytest.mark.parametrize(("change", "why"), VIET_WRONG, ids=lambda value: str(value)[:30])
def test_what_is_no_vietqr_code_is_refused(change, why):
    with pytest.raises(VietQrRefused) as refused:
        vietqr_code(**VIET | change)
    assert refused.value.why == why


def sealed(body):
    return f"{body}6304{crc16((body + '6304').encode()):04X}"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "crc"),
        ("x" * 513, "long"),
        (sealed("000201"), "other"),
        (sealed("0002"), "fields"),
        (sealed("00020100020153"), "fields"),
    ],
)
def test_codes_of_others_are_refused_by_reason(code, why):
    with pytest.raises(VietQrRefused) as refused:
        read_vietqr(code)
    assert refused.value.why == why
