"""How a fee can be paid by any bank: in words always, by a code where one can say it."""

from datetime import UTC, datetime

import pytest

from riik.core import Money
from riik.formats.payments.vietqr import read_vietqr
from riik.payments.model import Fee
from riik.payments.paying import way_of
from riik.payments.references import creditor_reference

REFERENCE = creditor_reference("2026-000001")
OURS, THERE = "EE471000001020145685", "VN7399010200000000001018"


def way(amount, *, account=OURS, paid_at=None, bank_number="970499"):
    fee = Fee(reference=REFERENCE, case="c", amount=amount, law="", paid_at=paid_at)
    return way_of(fee, account=account, payee="Transpordiamet", bank_number=bank_number)


def test_in_euros_an_epc_code_says_it():
    code = way(Money("EUR", 2300))["code"].split("\n")
    assert (code[0], code[5], code[6], code[7], code[9]) == (
        *("BCD", "Transpordiamet", OURS, "EUR23.00"),
        REFERENCE,
    )


def test_in_dong_a_vietqr_code_says_it():
    assert read_vietqr(way(Money("VND", 115_000), account=THERE)["code"]) == {
        "bank": "970499",
        "account": THERE[6:],
        "amount": "115000",
        "text": REFERENCE,
    }


def test_in_dong_the_account_is_its_number_at_the_bank_that_is_named():
    found = way(Money("VND", 115_000), account=THERE)
    assert (found["account"], found["bank"]) == (THERE[6:], "NAPAS 970499")
    assert way(Money("EUR", 2300))["bank"] == ""


@pytest.mark.parametrize(
    ("amount", "more"),
    [
        (Money("VND", 115_000), {"account": THERE, "bank_number": ""}),
        (Money("EUR", 2300), {"account": "EE1"}),
        (Money("USD", 2300), {}),
    ],
    ids=["no bank number", "no iban", "neither euro nor dong"],
)
def test_what_no_code_can_say_is_said_in_words(amount, more):
    found = way(amount, **more)
    assert (found["code"], found["payee"]) == ("", "Transpordiamet")


def test_what_is_paid_or_has_no_account_has_no_way():
    assert way(Money("EUR", 2300), account="") == {}
    assert way(Money("EUR", 2300), paid_at=datetime(2026, 11, 30, tzinfo=UTC)) == {}
