"""The whole text of what is signed, as a page: nothing left out, nothing believed."""

import json

import pytest

from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.papers.reading import read_application
from riik.portal.design.formats import Formats
from riik.portal.design.texts import read_texts
from riik.profiles import country_profile

TOLD = {
    "service": {"id": "address", "version": "1.0", "digest": "ab"},
    "title": "Change of address",
    "case": {"id": "c", "number": "2026-000001"},
    "statement": "I live there.",
    "person": {"code": "EE49001010001", "given_names": "Mari"},
    "answers": [{"field": "home", "question": "Which home?", "value": "own", "answer": "My own"}],
    "facts": [
        {
            "need": "person", "source": "EE-DEMO/GOV/1/population", "standing": "known",
            "at": "2026-11-23T09:00:00Z", "message": "m-1",
            "values": {"residence": {"text": "Lai 1"}, "valid_until": "2027-01-12", "children": [{"code": "1"}, {"code": "2"}], "mother": None},
        },
        {"need": "health", "source": "clinic", "standing": "unavailable", "at": "then", "message": "", "values": {}},
    ],
    "fee": {"amount": 2300, "currency": "EUR", "waived": False},
    "somebody's": {"other": ["a", "b"]},
}  # fmt: skip


def read(told, language="en"):
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return read_application(
        content,
        labels={("person", "residence"): "Address", ("licence", "valid_until"): "Licence until"},
        sources={"person": "Population register"},
        formats=Formats(country_profile("ee"), language),
        texts=read_texts("riik.portal.citizen", language=language),
    )


def test_everything_of_the_file_stands_on_the_page():
    page = read(TOLD)
    said = json.dumps(page, ensure_ascii=False)
    for part in ("I live there.", "Which home?", "My own", "Lai 1", "m-1", "23.00", "false", "a, b", "2026-000001", "did not answer"):  # fmt: skip
        assert part in said, part
    assert page["registers"][0]["rows"][0] == {"label": "Address", "value": "Lai 1"}
    assert (page["registers"][0]["name"], page["registers"][1]["at"]) == (
        "Population register",
        "then",
    )


def test_a_field_is_never_called_as_another_register_s_is():
    rows = {row["label"]: row["value"] for row in read(TOLD)["registers"][0]["rows"]}
    assert "Licence until" not in rows
    assert "2027" in rows["valid_until"]


def test_it_is_read_in_the_reader_s_language():
    rest = {row["label"]: row["value"] for row in read(TOLD, "et")["rest"]}
    assert rest["Asja number"] == "2026-000001"


@pytest.mark.parametrize("told", [b"", b"PK\x03\x04", b"[]", b"[" * 100_000, b'"x"'])
def test_what_is_no_application_is_no_page(told):
    with pytest.raises(PortalRefused):
        read(told)


@pytest.mark.parametrize("told", [{}, {"answers": 1, "facts": {"a": 1}}, {"answers": [1, None]}])
def test_what_is_not_of_the_known_shape_breaks_nothing(told):
    assert read(told)["answers"] == []


@pytest.mark.parametrize(
    "fee", [1, [], None, {"amount": "x"}, {"amount": 2.5, "currency": "EUR"}, {"amount": 1, "currency": "ZZZ"}, {"day": "2026-99-99"}],
)  # fmt: skip
def test_what_is_no_fee_and_no_day_breaks_nothing(fee):
    assert read({"fee": fee})["registers"] == []
