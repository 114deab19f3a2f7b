"""Identifiers of members, services, people and keys lead to their text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import (
    ClientId,
    IdentifierRefused,
    KeyId,
    MemberId,
    ServerId,
    ServiceId,
    person_code,
)

PART = st.from_regex(r"[A-Za-z0-9'()+,\-.=?]{1,64}", fullmatch=True)


def why(action, *arguments):
    with pytest.raises(IdentifierRefused) as refused:
        action(*arguments)
    return refused.value.why


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MemberId, "EE-DEMO/GOV/70000001"),
        (ClientId, "EE-DEMO/GOV/70000001/population"),
        (ServiceId, "EE-DEMO/GOV/70000001/population/person"),
        (ServerId, "EE-DEMO/GOV/70000001/ss1"),
    ],
)
def test_an_identifier_is_its_text(kind, text):
    assert str(kind.parse(text)) == text
    assert kind.parse(text) == kind.parse(text)


@given(parts=st.lists(PART, min_size=5, max_size=5))
def test_every_service_s_text_leads_back_to_it(parts):
    service = ServiceId(ClientId(MemberId(*parts[:3]), parts[3]), parts[4])
    assert ServiceId.parse(str(service)) == service


@pytest.mark.parametrize(
    ("kind", "text", "expect"),
    [
        (MemberId, "EE-DEMO/GOV", "part-count"),
        (MemberId, "EE-DEMO/GOV/1/2", "part-count"),
        (MemberId, "", "part-count"),
        (MemberId, "EE-DEMO//70000001", "part-shape"),
        (MemberId, "EE-DEMO/GOV/7000 0001", "part-shape"),
        (MemberId, "EE-DEMO/GOV/" + "7" * 65, "part-shape"),
        (MemberId, "EE-DEMO/GOV/70000001\n", "part-shape"),
        (MemberId, "EE-DEMO/GOV/70%2F1", "part-shape"),
        (ClientId, "EE-DEMO/GOV/70000001", "part-count"),
        (ClientId, "EE-DEMO/GOV/70000001/põhi", "part-shape"),
        (ServiceId, "EE-DEMO/GOV/70000001/population", "part-count"),
        (ServerId, "EE-DEMO/GOV/70000001/../x", "part-count"),
    ],
)
def test_another_text_is_no_identifier(kind, text, expect):
    assert why(kind.parse, text) == expect


@pytest.mark.parametrize("text", ["EE38001085718", "VN001085012345", "FI131052-308T"])
def test_a_person_s_code_has_its_country_in_front(text):
    assert person_code(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "38001085718", "ee38001085718", "EE", "EE38001085718 ", "EE3800/1", "EE" + "1" * 33],
)
def test_another_text_is_no_person_s_code(text):
    assert why(person_code, text) == "person-shape"


def test_a_key_s_text_tells_its_generation():
    assert str(KeyId("EE/GOV/1", "seal")) == "EE/GOV/1/seal/1"
