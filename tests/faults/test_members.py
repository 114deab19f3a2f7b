"""Members who ask what they may not: no right, another purpose, a statement of something else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.faults.house import ask, question, stated

from riik.core import PersonCode, ServiceId
from riik.exchange import AccessDenied, Call, Right, UnknownMember, UnknownService

pytestmark = pytest.mark.anyio

CASE = "case-of-a-fault-test-0001"


def looks(country, who, role="interior"):
    """How often a person's data left one member; refused attempts are on record too."""
    node = country.nodes[role]
    subject = node.base.vault.find(country.holder(who).code)
    found = node.parts.transparency.who_looked(subject).looks
    return len([look for look in found if not look.access.refused])


def why(answer):
    """Status and reason of a refusal."""
    return answer.status, msgspec.json.decode(answer.body)["why"]


def at_transport(country, *, case, authority):
    """The portal's call that begins a case for Liis."""
    liis = country.holder("liis").code
    return Call(
        client=country.country.client("portal", "portal"),
        service=ServiceId(country.country.client("transport", "services"), "cases"),
        method="POST",
        path=f"/{case}",
        headers=(("Content-Type", "application/json"),),
        body=b'{"service":"driving-licence","language":"et","channel":"web"}',
        purpose="driving-licence",
        legal_basis="application",
        subject=liis,
        authority=authority,
        user=liis,
        issue=case,
    )


@pytest.fixture
def school_may_ask(country):
    """The school has a right to the cases of Transport for a while; answers its subsystem."""
    exchange = country.nodes["transport"].exchange
    school = country.country.client("school", "services")
    cases = ServiceId(country.country.client("transport", "services"), "cases")
    right = Right(client=school, service=cases, purposes=frozenset(), legal_bases=frozenset())
    exchange.allow(right)
    yield school
    exchange.disallow(right)


async def test_what_is_asked_rightly_is_answered_and_seen(country):
    before = looks(country, "liis")
    answer = await ask(country, question(country, "liis", case=CASE))
    assert msgspec.json.decode(answer.accepted().body) == {"given_names": "Liis"}
    assert looks(country, "liis") == before + 1


async def test_a_member_without_right_is_refused(country):
    client = country.country.client("witness", "witness")
    with pytest.raises(AccessDenied) as refused:
        await ask(country, question(country, "liis", case=CASE, client=client), role="witness")
    assert refused.value.why == "no-right"


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"purpose": "curiosity"}, "purpose"),
        ({"legal_basis": "Karistusseadustik"}, "legal-basis"),
        ({"purpose": None}, "purpose-missing"),
        ({"legal_basis": None}, "purpose-missing"),
    ],
    ids=str,
)
async def test_another_purpose_or_law_is_refused(country, other, reason):
    before = looks(country, "liis")
    with pytest.raises(AccessDenied) as refused:
        await ask(country, question(country, "liis", case=CASE, **other))
    assert (refused.value.why, looks(country, "liis")) == (reason, before)


async def test_another_subsystem_of_a_member_with_right_is_refused(country):
    client = country.country.client("transport", "driving-rights")
    with pytest.raises(AccessDenied):
        await ask(country, question(country, "liis", case=CASE, client=client))


async def test_nobody_asks_in_the_name_of_another_member(country):
    with pytest.raises(UnknownMember) as refused:
        await ask(country, question(country, "liis", case=CASE), role="bank")
    assert refused.value.why == "client"


async def test_more_fields_than_the_right_names_are_refused(country):
    call = question(country, "liis", case=CASE, query="fields=given_names,phone")
    assert why(await ask(country, call)) == (403, "fields")


async def test_a_service_that_is_not_offered_is_refused(country):
    population = country.country.client("interior", "population")
    call = question(country, "liis", case=CASE, service=ServiceId(population, "everything"))
    with pytest.raises(UnknownService):
        await ask(country, call)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"audience": "school"}, "audience"),
        ({"person": "jaan"}, "subject"),
        ({"case": "another-case-0000000001"}, "case"),
        ({"hours": -2}, "expired"),
        ({"hours": 2}, "not-yet-valid"),
        ({"issuer": "portal"}, "issuer"),
    ],
    ids=str,
)
async def test_a_statement_of_something_else_opens_nothing(country, other, reason):
    before = looks(country, "liis")
    authority = stated(country, "liis", **{"case": CASE, **_said(country, other)})
    answer = await ask(country, question(country, "liis", case=CASE, authority=authority))
    assert (answer.status, why(answer)[1]) in ((403, reason), (400, reason))
    assert looks(country, "liis") == before


async def test_nobody_is_named_as_acting_who_did_not_sign_in(country):
    before = looks(country, "liis")
    call = question(country, "liis", case=CASE, user=country.holder("jaan").code)
    assert why(await ask(country, call)) == (403, "asker")
    assert looks(country, "liis") == before


@pytest.mark.parametrize("authority", [None, "", "eyJ0eXAiOiJKV1QifQ.e30.AAAA", "x" * 200])
async def test_without_a_statement_nothing_is_told(country, authority):
    answer = await ask(country, question(country, "liis", case=CASE, authority=authority))
    assert answer.status in (400, 403)
    assert b"Liis" not in answer.body


async def test_a_changed_statement_opens_nothing(country):
    header, claims, signature = stated(country, "liis", case=CASE).split(".")
    authority = f"{header}.{claims[:-4]}AAAA.{signature}"
    answer = await ask(country, question(country, "liis", case=CASE, authority=authority))
    assert answer.status in (400, 403)


async def test_the_portal_alone_reads_nobody(country):
    call = question(country, "liis", case=CASE, authority=None)
    own = replace(
        call,
        client=country.country.client("portal", "portal"),
        purpose="own-data",
        legal_basis="Rahvastikuregistri seadus",
    )
    assert why(await ask(country, own, role="portal")) == (403, "missing")


async def test_the_portal_alone_starts_no_case(country):
    call = at_transport(country, case=CASE, authority=stated(country, "jaan", case=CASE))
    answer = await ask(country, replace(call, user=country.holder("jaan").code), role="portal")
    assert why(answer)[1] == "subject"


async def test_a_stolen_statement_opens_no_case_to_who_carries_it(country, school_may_ask):
    case = "case-of-a-fault-test-0002"
    rightly = at_transport(country, case=case, authority=stated(country, "liis", case=case))
    assert (await ask(country, rightly, role="portal")).status == 200
    stolen = replace(rightly, client=school_may_ask)
    looking = replace(stolen, method="GET", headers=(), body=b"")
    for call in (stolen, looking):
        answer = await ask(country, call, role="school")
        assert (why(answer)[1], b"Liis" in answer.body) == ("carrier", False)
    seen = await ask(country, replace(looking, client=rightly.client), role="portal")
    assert b"Liis" in seen.accepted().body


async def test_an_official_s_statement_is_taken_at_the_official_s_own_desk_only(country):
    own = country.country.members["transport"].id
    authority = stated(country, "liis", case=CASE, relying=own)
    answer = await ask(
        country, at_transport(country, case=CASE, authority=authority), role="portal"
    )
    assert why(answer)[1] == "carrier"


async def test_a_provider_reads_no_notices_with_the_statement_of_the_person_s_own_look(country):
    portal = country.country.members["portal"].id
    call = Call(
        client=country.country.client("transport", "services"),
        service=ServiceId(country.country.client("portal", "inbox"), "notices"),
        purpose="notice",
        legal_basis="GDPR",
        subject=country.holder("liis").code,
        authority=stated(country, "liis", case=CASE, audience=portal),
        user=country.holder("liis").code,
        issue=CASE,
    )
    assert why(await ask(country, call))[1] == "carrier"


async def test_a_person_nobody_knows_is_not_told_apart(country):
    nobody = PersonCode("EE39912310174")
    authority = stated(country, "liis", case=CASE, person=nobody)
    call = question(country, "liis", case=CASE, subject=nobody, user=nobody, authority=authority)
    assert (await ask(country, call)).status == 404


def _said(country, other):
    """What a statement says otherwise, from the words of the table."""
    members, now = country.country.members, datetime.now(UTC)
    values = {}
    for name, value in other.items():
        if name in ("audience", "issuer"):
            values[name] = members[value].id
        elif name == "person":
            values[name] = country.holder(value).code
        elif name == "hours":
            values["issued_at"] = now + timedelta(hours=value)
            values["expires_at"] = now + timedelta(hours=value, minutes=15)
        else:
            values[name] = value
    return values
