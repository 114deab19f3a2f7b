"""What members get of a session, and what they don't."""

import pytest
from tests.login.conftest import CHILD, LOGIN, MARI, POPULATION, PORTAL, TRANSPORT

from riik.core import PersonCode
from riik.login import (
    MandateRefused,
    SessionRefused,
    StatementRefused,
    verify_statement,
)

pytestmark = pytest.mark.anyio
CASE = "2026-000123"
STRANGER = PersonCode("EE38001085718")


@pytest.fixture
async def handle(sign_in, handle_on):
    """The portal's handle on Mari's session."""
    return handle_on(await sign_in())


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


async def test_another_member_can_t_use_the_handle(relying, handle):
    with pytest.raises(SessionRefused):
        await relying.statement(handle, relying=TRANSPORT, audience=TRANSPORT, case=CASE)


async def test_a_handle_shows_whose_session_it_is_and_not_its_secret(relying, handle):
    session = relying.grant(handle, relying=PORTAL).session
    assert (session.person, session.id) == (MARI, "")


async def test_a_handle_dies_with_the_session(login, relying, sign_in, handle_on):
    session = await sign_in()
    handle = handle_on(session)
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


async def test_who_no_longer_represents_begins_and_does_not_send(relying, handle, guardians):
    wanted = {"relying": PORTAL, "audience": TRANSPORT, "case": CASE, "represented": CHILD}
    assert await relying.statement(handle, **wanted)
    guardians.ended = True
    with pytest.raises(MandateRefused) as caught:
        await relying.statement(handle, **wanted)
    assert caught.value.why == "unknown"


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


async def test_a_statement_stands_in_the_person_s_history(login, relying, sign_in, handle_on):
    session = await sign_in()
    handle = handle_on(session)
    await relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
    [stated] = [event for event in login.history(session.id) if event.action == "stated"]
    assert (stated.relying, stated.why) == (PORTAL, f"{TRANSPORT} {CASE}")
