"""Who reads a case: its person, with login's word of now, and nobody by having a right alone."""

from dataclasses import replace

import msgspec
import pytest
from tests.faults.house import ask, stated

from riik.core import ServiceId
from riik.exchange import Call

pytestmark = pytest.mark.anyio

CASE = "case-of-a-reading-test-0001"
BEGIN = {"service": "driving-licence", "language": "et", "channel": "web"}


def reading(country, path, *, authority, issue=CASE):
    """The portal's question for Liis's case, with somebody's statement."""
    return Call(
        client=country.country.client("portal", "portal"),
        service=ServiceId(country.country.client("transport", "services"), "cases"),
        path=path,
        purpose="driving-licence",
        legal_basis="application",
        subject=country.holder("liis").code,
        authority=authority,
        user=country.holder("liis").code,
        issue=issue,
    )


@pytest.fixture
async def begun(country):
    """A case that Liis began."""
    call = replace(
        reading(country, f"/{CASE}", authority=stated(country, "liis", case=CASE)),
        method="POST",
        headers=(("Content-Type", "application/json"),),
        body=msgspec.json.encode(BEGIN),
    )
    return (await ask(country, call, role="portal")).accepted()


@pytest.mark.parametrize("path", [f"/{CASE}", f"/{CASE}/documents/application.asice", "/"])
@pytest.mark.parametrize("word", ["none", "another-person", "another-case", "another-member"])
async def test_a_case_is_not_read_without_its_person_s_word(country, begun, path, word):
    authority = {
        "none": "not-a-statement",
        "another-person": stated(country, "jaan", case=CASE),
        "another-case": stated(country, "liis", case="another-case-0000000001"),
        "another-member": stated(
            country, "liis", case=CASE, audience=country.country.members["school"].id
        ),
    }[word]
    answer = await ask(country, reading(country, path, authority=authority), role="portal")
    assert answer.status in (400, 403)
    assert b"facts" not in answer.body
    assert CASE.encode() not in answer.body


async def test_its_person_reads_it(country, begun):
    authority = stated(country, "liis", case=CASE)
    status = await ask(country, reading(country, f"/{CASE}", authority=authority), role="portal")
    assert msgspec.json.decode(status.accepted().body)["case"] == CASE
    mine = await ask(country, reading(country, "/", authority=authority), role="portal")
    assert CASE in [one["case"] for one in msgspec.json.decode(mine.accepted().body)]
