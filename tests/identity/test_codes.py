"""Personal codes, semantics identifiers and document numbers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import IdentifierRefused, Refused
from riik.identity import (
    CodeRefused,
    check_document_number,
    estonian,
    semantics_identifier,
    vietnamese,
)

CASES = json.loads(
    (Path(__file__).parents[1] / "vectors" / "identity" / "codes.json").read_text("utf-8")
)
GOOD = [case for case in CASES if case["expect"] == "ok"]
BAD = [case for case in CASES if case["expect"] != "ok"]


def read(case):
    if case["scheme"] == "EE":
        return estonian(case["code"])
    return vietnamese(case["code"], places={"001", "079"})


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["id"])
def test_a_code_says_what_its_scheme_says(case):
    facts = read(case)
    said = {
        "birth_date": str(facts.birth_date),
        "birth_year": facts.birth_year,
        "sex": facts.sex.value,
        "place": facts.place,
    }
    assert said | case["says"] == said


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["id"])
def test_a_code_that_breaks_its_scheme_is_refused(case):
    with pytest.raises(CodeRefused) as caught:
        read(case)
    assert caught.value.why == case["expect"]


@given(serial=st.integers(0, 999))
def test_one_check_digit_fits_and_no_other(serial):
    codes = (f"3800108{serial:03d}{digit}" for digit in range(10))
    assert sum(accepted(estonian, code) for code in codes) == 1


@given(st.text(max_size=14))
def test_any_text_is_read_or_refused(text):
    assert not accepted(estonian, text)
    assert not accepted(lambda code: vietnamese(code, places=()), text)
    assert accepted(semantics_identifier, f"PNOEE-{text}") == bool(
        text and all("!" <= letter <= "~" for letter in text)
    )


def accepted(read_one, text):
    try:
        read_one(text)
    except CodeRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "parts", "natural"),
    [
        ("PNOEE-38001085718", ("PNO", "EE", "38001085718"), True),
        ("PASKS-P3000180", ("PAS", "KS", "P3000180"), True),
        ("IDCBE-590082394654", ("IDC", "BE", "590082394654"), True),
        ("TINVN-0101234567", ("TIN", "VN", "0101234567"), True),
        ("NTREE-10747013", ("NTR", "EE", "10747013"), False),
        ("VATBE-0876866142", ("VAT", "BE", "0876866142"), False),
        ("LEIXG-529900T8BM49AURSDO55", ("LEI", "XG", "529900T8BM49AURSDO55"), False),
        ("EI:SE-200007292386", ("EI:", "SE", "200007292386"), False),
    ],
)
def test_an_identifier_has_type_country_and_value(text, parts, natural):
    found = semantics_identifier(text)
    assert (found.kind, found.country, found.value, found.natural, str(found)) == (
        *parts,
        natural,
        text,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "shape"),
        ("PNOEE-", "shape"),
        ("PNOEE38001085718", "shape"),
        ("pnoee-38001085718", "shape"),
        ("PNOEE-3800 1085718", "shape"),
        ("PNOEE-38001085718\n", "shape"),
        (" PNOEE-38001085718", "shape"),
        ("PNO-38001085718", "shape"),
        ("ei:SE-1", "shape"),
        ("XXXEE-1", "kind"),
        ("PNXEE-1", "kind"),
    ],
)
def test_what_is_no_identifier_is_refused(text, why):
    with pytest.raises(CodeRefused) as caught:
        semantics_identifier(text)
    assert caught.value.why == why


def test_a_personal_number_names_a_person_and_a_passport_doesn_t():
    assert semantics_identifier("PNOEE-38001085718").person() == "EE38001085718"
    with pytest.raises(CodeRefused):
        semantics_identifier("PASEE-K0001").person()
    with pytest.raises(IdentifierRefused):
        semantics_identifier("PNOEE-a_b").person()


@pytest.mark.parametrize("number", ["", "AS001234", "AS00123456", "as0012345", "A10012345"])
def test_a_document_number_is_two_letters_and_seven_digits(number):
    check_document_number("AS0012345")
    with pytest.raises(Refused) as caught:
        check_document_number(number)
    assert caught.value.why == "document-number"
