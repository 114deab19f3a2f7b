"""What members get of a session, and what they don't."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest
from tests.login.conftest import CHILD, LOGIN, MARI, POPULATION, PORTAL, RETURN, TRANSPORT

from riik.core import PersonCode
from riik.login import (
    CodeRefused,
    MandateRefused,
    SessionRefused,
    StatementRefused,
    verify_statement,
)

pytestmark = pytest.mark.anyio
CASE = "2026-000123"
STRANGER = PersonCode("EE38001085718")


@pytest.fixture
async def handle(login, relying, sign_in):
    """The portal's handle on Mari's session."""
    code = login.token((await sign_in()).id, relying=PORTAL, address=RETURN)
    return relying.redeem(code, relying=PORTAL).handle


def verified(token, clock, country, **changes):
    wanted = {
        "audience": TRANSPORT,
        "subject": MARI,
        "carrier": PORTAL,
        "case": CASE,
        "at": clock.now(),
        "anchors": country.anchors,
        "issuer_member": LOGIN,
    }
    return verify_statement(token, **{**wanted, **changes})


async def test_a_code_gives_a_handle_once(login, relying, sign_in):
    code = login.token((await sign_in()).id, relying=PORTAL, address=RETURN)
    grant = relying.redeem(code, relying=PORTAL)
    assert (grant.session.person, grant.session.id) == (MARI, "")
    with pytest.raises(CodeRefused) as caught:
        relying.redeem(code, relying=PORTAL)
    assert caught.value.why == "used"


async def test_a_code_that_comes_twice_takes_back_what_it_gave(login, relying, sign_in):
    code = login.token((await sign_in()).id, relying=PORTAL, address=RETURN)
    handle = relying.redeem(code, relying=PORTAL).handle
    with pytest.raises(CodeRefused):
        relying.redeem(code, relying=PORTAL)
    with pytest.raises(SessionRefused):
        relying.grant(handle, relying=PORTAL)


@pytest.mark.parametrize(
    ("relying_member", "seconds", "why"),
    [(TRANSPORT, 0, "relying"), (PORTAL, 30, "expired")],
)
async def test_a_code_is_for_one_member_and_for_seconds(
    login, relying, sign_in, clock, relying_member, seconds, why
):
    code = login.token((await sign_in()).id, relying=PORTAL, address=RETURN)
    clock.advance(seconds=seconds)
    with pytest.raises(CodeRefused) as caught:
        relying.redeem(code, relying=relying_member)
    assert caught.value.why == why


async def test_a_refused_code_is_used_up(login, relying, sign_in):
    code = login.token((await sign_in()).id, relying=PORTAL, address=RETURN)
    with pytest.raises(CodeRefused):
        relying.redeem(code, relying=TRANSPORT)
    with pytest.raises(CodeRefused) as caught:
        relying.redeem(code, relying=PORTAL)
    assert caught.value.why == "used"


@pytest.mark.parametrize(("verifier", "why"), [("other", "verifier"), ("", "verifier")])
async def test_a_stolen_code_lacks_its_verifier(login, relying, sign_in, verifier, why):
    digest = urlsafe_b64encode(sha256(b"right").digest()).rstrip(b"=").decode()
    session = await sign_in()
    code = login.token(session.id, relying=PORTAL, address=RETURN, verifier_hash=digest)
    with pytest.raises(CodeRefused) as caught:
        relying.redeem(code, relying=PORTAL, verifier=verifier)
    assert caught.value.why == why
    code = login.token(session.id, relying=PORTAL, address=RETURN, verifier_hash=digest)
    assert relying.redeem(code, relying=PORTAL, verifier="right").session.person == MARI


async def test_another_member_can_t_use_the_handle(relying, handle):
    with pytest.raises(SessionRefused):
        await relying.statement(handle, relying=TRANSPORT, audience=TRANSPORT, case=CASE)


async def test_a_handle_dies_with_the_session(login, relying, sign_in):
    session = await sign_in()
    code = login.token(session.id, relying=PORTAL, address=RETURN)
    handle = relying.redeem(code, relying=PORTAL).handle
    login.logout(session.id)
    with pytest.raises(SessionRefused):
        await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)


async def test_a_statement_says_who_what_for_and_to_whom(relying, handle, clock, country):
    token = await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
    statement = verified(token, clock, country)
    assert (statement.person, statement.represented) == (MARI, None)
    assert (statement.issuer, statement.relying, statement.case) == (LOGIN, PORTAL, CASE)
    assert (statement.level, statement.methods) == ("high", ("idcard",))


REFUSED = [
    ({"audience": POPULATION}, "audience"),
    ({"subject": STRANGER}, "subject"),
    ({"subject": CHILD}, "subject"),
    ({"case": "2026-000124"}, "case"),
    ({"issuer_member": PORTAL}, "issuer"),
    ({"anchors": ()}, "certificate"),
]


@pytest.mark.parametrize(("change", "why"), REFUSED, ids=lambda value: str(value)[:40])
async def test_what_a_statement_doesn_t_say_is_denied(relying, handle, clock, country, change, why):
    token = await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
    with pytest.raises(StatementRefused) as caught:
        verified(token, clock, country, **change)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("moved", "why"), [({"minutes": 15}, "expired"), ({"minutes": -2}, "not-yet-valid")]
)
async def test_a_statement_is_of_its_time(relying, handle, clock, country, moved, why):
    token = await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
    clock.advance(**moved)
    with pytest.raises(StatementRefused) as caught:
        verified(token, clock, country)
    assert caught.value.why == why


async def test_a_guardian_acts_for_the_child(relying, handle, clock, country, guardians):
    token = await relying.statement(
        handle, relying=PORTAL, audience=TRANSPORT, case=CASE, represented=CHILD
    )
    statement = verified(token, clock, country, subject=CHILD)
    assert (statement.person, statement.represented, statement.role) == (MARI, CHILD, "guardian")
    assert verified(token, clock, country, subject=MARI) == statement


async def test_the_register_of_guardians_is_asked_with_a_statement_of_its_own(
    relying, handle, clock, country, guardians
):
    await relying.mandates(handle, relying=PORTAL)
    [(person, authority, case)] = guardians.asked
    said = {"audience": POPULATION, "carrier": None, "case": case}
    statement = verified(authority, clock, country, **said)
    assert (person, statement.person, statement.relying) == (MARI, MARI, None)


async def test_without_a_mandate_nobody_is_represented(relying, handle):
    with pytest.raises(MandateRefused) as caught:
        await relying.statement(
            handle, relying=PORTAL, audience=TRANSPORT, case=CASE, represented=STRANGER
        )
    assert caught.value.why == "unknown"


async def test_a_silent_register_gives_no_mandate_and_stops_no_list(relying, handle, guardians):
    guardians.silent = True
    mandates = await relying.mandates(handle, relying=PORTAL)
    assert (mandates.found, mandates.silent) == ((), (POPULATION,))
    with pytest.raises(MandateRefused) as caught:
        await relying.statement(
            handle, relying=PORTAL, audience=TRANSPORT, case=CASE, represented=CHILD
        )
    assert caught.value.why == "silent"


async def test_a_statement_stands_in_the_person_s_history(login, relying, sign_in):
    session = await sign_in()
    code = login.token(session.id, relying=PORTAL, address=RETURN)
    handle = relying.redeem(code, relying=PORTAL).handle
    await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
    [stated] = [event for event in login.history(session.id) if event.action == "stated"]
    assert (stated.relying, stated.why) == (PORTAL, f"{TRANSPORT} {CASE}")
