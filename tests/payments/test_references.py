import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.payments import PaymentRefused
from riik.payments.references import check_reference, creditor_reference, iban


def test_the_example_of_the_standard():
    """RF18 539007547034 is the worked example of ISO 11649."""
    assert creditor_reference("539007547034") == "RF18539007547034"


def test_an_account_number_of_the_iban_registry():
    assert iban("EE", "2200221020145685") == "EE382200221020145685"


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=21))
def test_every_reference_we_make_is_believed(text):
    reference = creditor_reference(text)
    assert check_reference(reference) == reference


@given(st.text("0123456789", min_size=3, max_size=20), st.integers(0, 19), st.integers(1, 9))
def test_one_changed_digit_is_noticed(text, place, shift):
    reference = creditor_reference(text)
    place = 4 + place % len(text)
    digit = str((int(reference[place]) + shift) % 10)
    with pytest.raises(PaymentRefused):
        check_reference(reference[:place] + digit + reference[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18", "rf18539007547034", "RF00X", "XX18539007547034"]
)
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(PaymentRefused) as refused:
        check_reference(text)
    assert refused.value.why == "reference"
