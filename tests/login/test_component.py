"""Signing in with a card: what succeeds once, and everything that must not."""

import pytest
from sqlalchemy import text
from tests.login.conftest import BROWSER, MARI, ORIGIN, PORTAL, SOURCE, TRANSPORT

from riik.core import KeyKind
from riik.login import (
    ChallengeRefused,
    Level,
    RevocationUnknown,
    SessionRefused,
    TokenRefused,
    TooManyAttempts,
)
from riik.testing.cards import bound_card, web_eid_token
from riik.testing.pki import make_pki
from riik.testing.ports import NOON
from riik.trust import organisation_seal, read_certificate

pytestmark = pytest.mark.anyio


async def refused(login, token, why, error=TokenRefused, *, browser=BROWSER, source=SOURCE):
    with pytest.raises(error) as caught:
        await login.authenticate(token, browser=browser, source=source)
    assert caught.value.why == why


async def test_a_card_signs_its_holder_in(login, sign_in):
    session = await sign_in()
    assert (session.person, session.surname, session.level) == (MARI, "MÄNNIK", Level.HIGH)
    assert login.session(session.id).person == MARI


async def test_a_token_counts_once(login, card):
    nonce = login.start(browser=BROWSER).nonce
    token = web_eid_token(card, origin=ORIGIN, nonce=nonce)
    await login.authenticate(token, browser=BROWSER, source=SOURCE)
    await refused(login, token, "unknown", ChallengeRefused)


async def test_a_token_stolen_into_another_browser_counts_nothing(login, card):
    nonce = login.start(browser=BROWSER).nonce
    token = web_eid_token(card, origin=ORIGIN, nonce=nonce)
    login.start(browser="thief")
    with pytest.raises(TokenRefused) as caught:
        await login.authenticate(token, browser="thief", source=SOURCE)
    assert caught.value.why == "signature"


async def test_a_new_challenge_makes_the_older_one_void(login, card):
    older = login.start(browser=BROWSER).nonce
    login.start(browser=BROWSER)
    token = web_eid_token(card, origin=ORIGIN, nonce=older)
    await refused(login, token, "signature")


async def test_a_challenge_is_answered_within_five_minutes(login, card, clock):
    token = web_eid_token(card, origin=ORIGIN, nonce=login.start(browser=BROWSER).nonce)
    clock.advance(minutes=5)
    await refused(login, token, "expired", ChallengeRefused)


async def test_a_nonce_has_256_bits_and_no_two_are_alike(login):
    nonces = {login.start(browser=str(number)).nonce for number in range(50)}
    assert len(nonces) == 50
    assert {len(nonce) for nonce in nonces} == {44}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", ORIGIN + "/", ORIGIN + ":8443", "http://login.demo.ee"]
)
async def test_a_token_for_another_page_is_refused(login, card, origin):
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=origin, nonce=nonce), "signature")


async def test_a_signing_certificate_signs_nobody_in(login, card):
    nonce = login.start(browser=BROWSER).nonce
    token = web_eid_token(card, origin=ORIGIN, nonce=nonce, pin="12345", signing=True)
    await refused(login, token, "purpose")


async def test_an_expired_certificate_is_refused(login, country):
    card = bound_card(country, MARI, expired=True)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), "expired")


async def test_a_card_of_another_country_of_the_same_name_is_refused(login):
    card = bound_card(make_pki(at=NOON, kind=KeyKind.P256), MARI)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), "issuer")


async def test_a_seal_is_no_person(login, country):
    from riik.trust import Organisation

    profile = organisation_seal(Organisation(country="EE", name="Firma", code="10747013"))
    card = bound_card(country, MARI, authentication=profile)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), "purpose")


@pytest.mark.parametrize(
    ("act", "why"), [("suspend", "suspended"), ("revoke", "revoked"), ("forget", "unknown")]
)
async def test_a_certificate_that_is_not_good_is_refused(login, country, card, act, why):
    getattr(country, act)(card.state.authentication_certificate)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), why)


async def test_a_resumed_card_signs_in_again(country, card, sign_in):
    country.suspend(card.state.authentication_certificate)
    country.resume(card.state.authentication_certificate)
    assert (await sign_in()).person == MARI


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"late": -121}, "revocation-old"),
        ({"late": 901}, "revocation-early"),
        ({"forget_nonce": True}, "revocation"),
    ],
    ids=str,
)
async def test_an_ocsp_answer_that_is_not_of_now_is_refused(login, card, responder, change, why):
    from datetime import timedelta

    for name, value in change.items():
        setattr(responder, name, timedelta(seconds=value) if name == "late" else value)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), why)


async def test_an_ocsp_answer_of_somebody_else_is_refused(login, card, responder, country):
    from riik.trust import Organisation

    profile = organisation_seal(Organisation(country="EE", name="Firma", code="10747013"))
    responder.responder = country.issue(profile)
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), "revocation")


async def test_without_an_ocsp_answer_nobody_signs_in(login, card, responder):
    responder.silent = True
    token = web_eid_token(card, origin=ORIGIN, nonce=login.start(browser=BROWSER).nonce)
    with pytest.raises(RevocationUnknown):
        await login.authenticate(token, browser=BROWSER, source=SOURCE)


JUNK = "{" + " " * 200 + "}"


async def fail_too_often(login):
    for _ in range(login.rules.failures):
        login.start(browser="a stranger's browser")
        await refused(login, JUNK, "format", browser="a stranger's browser")


async def test_a_source_that_fails_too_often_learns_nothing_more_for_a_while(login, clock):
    await fail_too_often(login)
    login.start(browser=BROWSER)
    await refused(login, JUNK, "source", TooManyAttempts)
    clock.advance(minutes=16)
    login.start(browser=BROWSER)
    await refused(login, JUNK, "format")


async def test_a_stranger_s_failures_keep_no_good_card_out(login, sign_in):
    await fail_too_often(login)
    assert (await sign_in()).person == MARI


async def test_what_fails_over_the_count_is_not_kept(login):
    def kept():
        with login.database.read() as work:
            return work.execute(text("SELECT count(*) FROM login_failure")).scalar_one()

    await fail_too_often(login)
    before = kept()
    for _ in range(3):
        login.start(browser=BROWSER)
        await refused(login, JUNK, "source", TooManyAttempts)
    assert kept() == before > 0


async def test_a_card_that_is_not_good_is_not_asked_about_for_ever(
    login, country, card, responder, clock
):
    country.suspend(card.state.authentication_certificate)

    async def tries(number, why, error=TokenRefused):
        source = f"192.0.2.{number}"
        nonce = login.start(browser=BROWSER).nonce
        token = web_eid_token(card, origin=ORIGIN, nonce=nonce)
        await refused(login, token, why, error, source=source)

    for number in range(login.rules.failures):
        await tries(number, "suspended")
    country.resume(card.state.authentication_certificate)
    await tries(200, "card", TooManyAttempts)
    clock.advance(minutes=16)
    assert (
        await login.authenticate(
            web_eid_token(card, origin=ORIGIN, nonce=login.start(browser=BROWSER).nonce),
            browser=BROWSER,
            source=SOURCE,
        )
    ).person == MARI


async def test_each_sign_in_has_a_session_of_its_own(sign_in):
    assert (await sign_in()).id != (await sign_in()).id


async def test_a_session_lives_while_it_is_used(login, sign_in, clock):
    session = await sign_in()
    for _ in range(5):
        clock.advance(minutes=14)
        login.session(session.id)
    clock.advance(minutes=30)
    with pytest.raises(SessionRefused) as caught:
        login.session(session.id)
    assert caught.value.why == "ended"


async def test_no_session_outlives_twelve_hours(login, sign_in, clock):
    session = await sign_in()
    for _ in range(12 * 6 - 1):
        clock.advance(minutes=10)
        login.session(session.id)
    clock.advance(minutes=10)
    with pytest.raises(SessionRefused):
        login.session(session.id)


async def test_signing_out_ends_the_session_and_twice_is_no_error(login, sign_in):
    session = await sign_in()
    login.logout(session.id)
    login.logout(session.id)
    with pytest.raises(SessionRefused):
        login.session(session.id)


async def test_the_history_tells_what_was_done_and_names_nobody(
    login, relying, sign_in, handle_on, clock
):
    session = await sign_in()
    clock.advance(seconds=1)
    await relying.statement(handle_on(session), relying=PORTAL, audience=TRANSPORT, case="7")
    events = login.history(session.id)
    assert [event.action for event in events] == ["stated", "signed-in"]
    assert MARI not in repr(events)


async def test_nothing_in_the_database_names_the_person(sign_in, card, database, tmp_path):
    session = await sign_in()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    for secret in (MARI[2:].encode(), "MÄNNIK".encode(), session.id.encode(), SOURCE.encode()):
        assert secret not in kept


async def test_the_stranger_s_certificate_without_a_personal_number_is_refused(login, country):
    from riik.trust import Person, person_authentication

    profile = person_authentication(Person(code=MARI, given_name="M", surname="M"))
    odd = profile.subject.replace(b"PNOEE-49403136526", b"IDCEE-49403136526")
    from dataclasses import replace

    card = bound_card(country, MARI, authentication=replace(profile, subject=odd))
    assert read_certificate(card.state.authentication_certificate).subject.serial_number
    nonce = login.start(browser=BROWSER).nonce
    await refused(login, web_eid_token(card, origin=ORIGIN, nonce=nonce), "identifier")
