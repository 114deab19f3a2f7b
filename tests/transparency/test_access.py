"""Access records say everything a look must say, and a commitment tells none of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import ClientId, MemberId, PersonCode, SubjectId, TimeRefused
from riik.transparency.access import Access, Action, Opening
from riik.transparency.errors import AccessRefused

LOOK = Access(
    subject=SubjectId("s-1"),
    reader=ClientId.parse("EE-DEMO/COM/10000001/clinic"),
    purpose="Treatment",
    legal_basis="Health Services Organisation Act § 4^1",
    service="EE-DEMO/GOV/70000001/population/person",
    at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    action=Action.DISCLOSE,
    fields=("name", "birth_date"),
    acting=PersonCode("EE38001085718"),
    case="2026-17",
    message_id="8a6f",
)
KEY = bytes(range(32))


def refusal(why):
    return pytest.raises(AccessRefused, check=lambda error: error.why == why)


MISSING = [
    ({"purpose": " "}, "purpose"),
    ({"purpose": "x" * 2001}, "purpose"),
    ({"legal_basis": ""}, "legal-basis"),
    ({"service": ""}, "service"),
    ({"subject": ""}, "subject"),
    ({"fields": ("",)}, "fields"),
    ({"fields": ("name",) * 501}, "fields"),
    ({"case": "x" * 2001}, "case"),
]


@pytest.mark.parametrize(("change", "why"), MISSING)
def test_a_look_without_what_must_be_known_is_refused(change, why):
    with refusal(why):
        replace(LOOK, **change)


@pytest.mark.parametrize("reader", ["EE-DEMO/COM/10000001/clinic", "EE-DEMO/COM/10000001"])
def test_a_record_is_read_as_it_was_written(reader):
    kind = ClientId if reader.count("/") == 3 else MemberId
    access = replace(LOOK, reader=kind.parse(reader), acting=None, case=None)
    assert Access.from_json(access.to_json()) == access
    assert str(access.member) == "EE-DEMO/COM/10000001"


CHANGED = [
    {"more": "words"},
    {"form": "riik-access/2"},
    {"at": "2026-11-23T12:00:00"},
    {"at": "2026-11-23T14:00:00+02:00"},
    {"reader": "clinic"},
    {"action": "look"},
    {"acting": "nobody"},
    {"fields": [1]},
    {"fields": "name"},
    {"purpose": None},
]


@pytest.mark.parametrize("change", CHANGED, ids=str)
def test_a_record_in_another_form_is_refused(change):
    with refusal("form"):
        Access.from_json(LOOK.to_json() | change)


def test_a_record_with_a_part_missing_is_refused():
    values = LOOK.to_json()
    del values["legal_basis"]
    with refusal("form"):
        Access.from_json(values)
    with refusal("form"):
        Access.from_json(["no", "object"])


OPENINGS = [
    (b"", "form"),
    (b"[]", "form"),
    (b'{"access":{}}', "form"),
    (b' {"access":{},"key":""}', "form"),
    (bytes(Opening(LOOK, KEY)).replace(b'"key":"', b'"key":"!'), "key"),
    (bytes(Opening(LOOK, KEY)).replace(b"AAEC", b""), "key"),
]


@pytest.mark.parametrize(("text", "why"), OPENINGS)
def test_what_is_no_record_with_its_key_is_refused(text, why):
    with refusal(why):
        Opening.parse(text)


def test_a_record_with_its_key_is_read_as_it_was_written():
    assert Opening.parse(bytes(Opening(LOOK, KEY))) == Opening(LOOK, KEY)


@given(purpose=st.text(min_size=1, max_size=40), other=st.binary(min_size=32, max_size=32))
def test_a_commitment_holds_to_one_record_and_one_key(purpose, other):
    first = Opening(LOOK, KEY).commitment
    assert len(first) == 32
    if other != KEY:
        assert Opening(LOOK, other).commitment != first
    if purpose.strip() and purpose != LOOK.purpose:
        assert Opening(replace(LOOK, purpose=purpose), KEY).commitment != first


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TimeRefused):
        Opening(replace(LOOK, at=datetime(2026, 1, 1)), KEY).commitment  # noqa: B018 - computing it is the test
