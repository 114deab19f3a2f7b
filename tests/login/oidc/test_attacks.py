"""What goes wrong between browser, site and login, and what each is told."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from tests.login.conftest import MARI, ORIGIN, PORTAL, TRANSPORT
from tests.login.oidc.conftest import (
    BACK,
    BANK_BACK,
    CHALLENGE,
    SECRET,
    VERIFIER,
    Browser,
    asked,
    basic,
    claims_of,
)

from riik.core import PersonCode
from riik.login import ClientRefused, OriginRefused, SessionRefused
from riik.login.errors import TooManyAttempts
from riik.testing.cards import bound_card

pytestmark = pytest.mark.anyio
JAAN = PersonCode("EE38001085718")
AT_DESK = {"client_id": "desk", "redirect_uri": "https://desk.demo.ee/back"}


@pytest.fixture
def jaan(country):
    return bound_card(country, JAAN, given_names="JAAN", surname="KASK")


async def test_a_refused_request_tells_the_client_with_its_state_and_the_issuer(browser):
    answer = await browser.authorize(scope="profile")
    assert answer.location.startswith(BACK + "?")
    assert answer.told["error"] == "invalid_scope"
    assert (answer.told["state"], answer.told["iss"]) == ("state-12345678", ORIGIN)


@pytest.mark.parametrize(
    "changes", [{"client_id": "evil"}, {"redirect_uri": "https://evil.example/"}]
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(browser, changes):
    with pytest.raises(ClientRefused):
        await browser.authorize(**changes)


async def test_a_code_works_once_and_its_second_use_takes_all_back(browser, signed_in, redeem):
    code = (await signed_in())["code"]
    tokens = (await redeem(code)).json
    again = await redeem(code)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")
    bearer = f"Bearer {tokens['access_token']}"
    gone = await browser.send("GET", "/oidc/profile", authorization=bearer)
    assert gone.status == 401
    assert 'error="invalid_token"' in gone.headers["www-authenticate"]


async def test_a_handle_dies_with_a_code_that_comes_twice(relying, signed_in, redeem):
    code = (await signed_in())["code"]
    handle = (await redeem(code)).json["access_token"]
    assert relying.grant(handle, relying=PORTAL).session.person == MARI
    await redeem(code)
    with pytest.raises(SessionRefused):
        relying.grant(handle, relying=PORTAL)


async def test_a_token_is_a_handle_of_its_own_member_alone(relying, signed_in, redeem, clock):
    handle = (await redeem((await signed_in())["code"])).json["access_token"]
    clock.advance(minutes=10)
    assert relying.grant(handle, relying=PORTAL).session.person == MARI
    with pytest.raises(SessionRefused):
        relying.grant(handle, relying=TRANSPORT)


BAD_GRANTS = [
    ({"code_verifier": "w" * 43}, "invalid_grant"),
    ({"code_verifier": CHALLENGE}, "invalid_grant"),
    ({"code_verifier": None}, "invalid_grant"),
    ({"code_verifier": "v" * 42}, "invalid_grant"),
    ({"redirect_uri": None}, "invalid_grant"),
    ({"redirect_uri": BACK + "/"}, "invalid_grant"),
    ({"redirect_uri": BANK_BACK}, "invalid_grant"),
    ({"grant_type": None}, "invalid_request"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ({"code": None}, "invalid_request"),
    ({"code": "nonsense"}, "invalid_grant"),
    ({"code": "x" * 5000}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "error"), BAD_GRANTS, ids=str)
async def test_a_bent_token_request_gives_nothing(signed_in, redeem, changes, error):
    code = (await signed_in())["code"]
    answer = await redeem(**({"code": code} | changes))
    assert (answer.status, answer.json["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


def _header(text):
    return "Basic " + b64encode(text.encode()).decode()


BAD_CLIENTS = [
    basic(secret="wrong"),
    basic("bank"),
    basic("nobody"),
    basic(secret=""),
    _header("portal"),
    _header(":"),
    "Basic !!!",
    "Bearer " + SECRET,
    "basic",
]


@pytest.mark.parametrize("header", BAD_CLIENTS)
async def test_a_client_that_does_not_prove_itself_gets_nothing_and_burns_no_code(
    signed_in, redeem, header
):
    code = (await signed_in())["code"]
    answer = await redeem(code, authorization=header)
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert (await redeem(code)).status == 200


async def test_a_secret_comes_in_one_place(signed_in, redeem):
    both = await redeem((await signed_in())["code"], client_secret=SECRET)
    assert (both.status, both.json["error"]) == (400, "invalid_request")


async def test_a_secret_comes_in_the_registered_place(signed_in, redeem):
    moved = await redeem(
        (await signed_in())["code"], authorization="", client_id="portal", client_secret=SECRET
    )
    assert (moved.status, moved.json["error"]) == (401, "invalid_client")


async def test_two_clients_at_once_are_none(signed_in, redeem):
    answer = await redeem((await signed_in())["code"], client_id="bank")
    assert answer.json["error"] == "invalid_request"


async def test_a_code_of_one_client_is_worth_nothing_to_another(browser, signed_in, redeem):
    code = (await signed_in())["code"]
    stolen = await redeem(code, authorization="", client_id="bank", client_secret=SECRET)
    assert stolen.json["error"] == "invalid_grant"
    # Two had it, so nobody gets anything for it.
    assert (await redeem(code)).json["error"] == "invalid_grant"


@pytest.mark.parametrize("name", ["code", "grant_type", "redirect_uri", "code_verifier", "x"])
async def test_nothing_is_said_twice_at_the_token_endpoint(browser, signed_in, name):
    form = [
        ("grant_type", "authorization_code"),
        ("code", (await signed_in())["code"]),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("x", "1"),
    ]
    twice = [*form, (name, dict(form)[name])]
    answer = await browser.send("POST", "/oidc/token", twice, authorization=basic())
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


async def test_a_verifier_without_a_challenge_means_somebody_took_it_out(
    browser, signed_in, redeem
):
    back = await signed_in(client_id="old", code_challenge=None, code_challenge_method=None)
    answer = await redeem(back["code"], authorization=basic("old"))
    assert answer.json["error"] == "invalid_grant"


async def test_a_code_is_good_for_half_a_minute(signed_in, redeem, clock):
    code = (await signed_in())["code"]
    clock.advance(seconds=30)
    assert (await redeem(code)).json["error"] == "invalid_grant"


async def test_a_token_opens_the_profile_for_forty_seconds(browser, signed_in, redeem, clock):
    tokens = (await redeem((await signed_in())["code"])).json
    bearer = f"Bearer {tokens['access_token']}"
    clock.advance(seconds=39)
    assert (await browser.send("GET", "/oidc/profile", authorization=bearer)).status == 200
    clock.advance(seconds=1)
    assert (await browser.send("GET", "/oidc/profile", authorization=bearer)).status == 401


async def test_a_token_comes_in_one_place(browser, signed_in, redeem):
    token = (await redeem((await signed_in())["code"])).json["access_token"]
    query = f"/oidc/profile?access_token={token}"
    assert (await browser.send("GET", query)).json["sub"] == MARI
    both = await browser.send("GET", query, authorization=f"Bearer {token}")
    assert (both.status, both.json["error"]) == (400, "invalid_request")
    posted = await browser.send("POST", "/oidc/profile", {"access_token": token})
    assert posted.json["sub"] == MARI


async def test_without_a_token_there_is_no_profile_and_no_word_of_error(browser):
    answer = await browser.send("GET", "/oidc/profile")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_code_dies_with_the_session(browser, signed_in, redeem):
    code = (await signed_in())["code"]
    await browser.send("POST", "/auth/logout", content=b"{}")
    assert (await redeem(code)).json["error"] == "invalid_grant"


async def test_prompt_none_without_a_session_is_told_at_once(browser):
    answer = await browser.authorize(prompt="none")
    assert (answer.told["error"], answer.told["state"]) == ("login_required", "state-12345678")


async def test_prompt_none_never_tells_a_new_site_silently(browser, enter):
    await enter()
    assert (await browser.authorize(prompt="none")).told["error"] == "consent_required"


async def test_prompt_login_wants_the_card_again(browser, signed_in, enter, redeem):
    first = claims_of((await redeem((await signed_in())["code"])).json["id_token"])
    waiting = await browser.authorize(prompt="login")
    assert waiting.location.startswith("/login?request=")
    name = waiting.told["request"]
    agreed = await browser.send("POST", "/oidc/continue", {"request": name})
    assert agreed.location.startswith("/login?request=")
    await enter()
    back = await browser.send("GET", f"/oidc/continue?request={name}")
    second = claims_of((await redeem(back.told["code"])).json["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["sid"] == first["sid"]


@pytest.mark.parametrize(("age", "asks"), [("3600", False), ("60", True), ("0", True)])
async def test_max_age_counts_from_the_last_sign_in(browser, signed_in, clock, age, asks):
    await signed_in()
    clock.advance(minutes=10)
    answer = await browser.authorize(max_age=age)
    assert answer.location.startswith("/login?" if asks else BACK) is True


async def test_a_hint_of_another_person_gets_nobody_s_code(browser, signed_in, redeem, enter, jaan):
    token = (await redeem((await signed_in())["code"])).json["id_token"]
    await browser.send("POST", "/auth/logout", content=b"{}")
    waiting = await browser.authorize(id_token_hint=token)
    await enter(jaan)
    back = await browser.send("GET", f"/oidc/continue?request={waiting.told['request']}")
    assert back.told["error"] == "login_required"
    assert "code" not in back.told


async def test_a_hint_fits_its_own_person(browser, signed_in, redeem):
    token = (await redeem((await signed_in())["code"])).json["id_token"]
    assert "code" in (await browser.authorize(id_token_hint=token, prompt="none")).told


async def test_a_hint_of_another_client_or_of_nobody_is_refused(browser, signed_in, redeem):
    token = (await redeem((await signed_in())["code"])).json["id_token"]
    other = {"client_id": "old", "code_challenge": None, "code_challenge_method": None}
    for changes in ({"id_token_hint": token, **other}, {"id_token_hint": token[:-4] + "AAAA"}):
        assert (await browser.authorize(**changes)).told["error"] == "invalid_request"


async def test_another_browser_can_t_go_on_with_a_request(browser, app, enter):
    name = (await browser.authorize()).told["request"]
    stranger = Browser(app)
    await enter(within=stranger)
    with pytest.raises(ClientRefused):
        await stranger.send("GET", f"/oidc/continue?request={name}")


async def test_a_planted_browser_secret_gains_nobody_a_session(browser, app, enter):
    """Fixation: an attacker's cookie in the victim's browser ties the victim's session to nothing."""
    attacker = Browser(app)
    name = (await attacker.authorize()).told["request"]
    browser.cookies.update(attacker.cookies)
    await enter()
    with_request = await attacker.send("GET", f"/oidc/continue?request={name}")
    assert with_request.location.startswith("/login?request=")


async def test_the_session_gets_a_new_secret_at_each_sign_in(browser, enter):
    await enter()
    first = browser.cookies["__Host-riik-login-session"]
    await enter()
    assert browser.cookies["__Host-riik-login-session"] != first
    browser.cookies["__Host-riik-login-session"] = first
    with pytest.raises(SessionRefused):
        await browser.send("GET", "/auth/session")


async def test_a_request_is_answered_once_but_for_a_second_click(browser, enter, clock):
    address = "/oidc/continue?request=" + (await browser.authorize()).told["request"]
    await enter()
    first = await browser.send("GET", address)
    second = await browser.send("GET", address)
    assert first.told["code"] != second.told["code"]
    clock.advance(seconds=10)
    with pytest.raises(ClientRefused):
        await browser.send("GET", address)


@pytest.fixture
def narrow(login, provider):
    """The same provider, of which a source may keep five requests waiting."""
    return replace(provider, login=replace(login, rules=replace(login.rules, requests=5)))


def ask(provider, number, source):
    """One more browser without our cookie, from the same place."""
    return provider.begin(asked(), browser=f"browser-{number}", secret="", source=source)


def kept(login):
    """How many requests the store holds."""
    with login.database.read() as work:
        return work.execute(text("select count(*) from login_request")).scalar()


async def test_a_source_that_keeps_many_requests_waiting_waits_itself(narrow, login, clock):
    for number in range(5):
        ask(narrow, number, "192.0.2.7")
    with pytest.raises(TooManyAttempts) as refused:
        ask(narrow, 5, "192.0.2.7")
    assert (refused.value.why, kept(login)) == ("source", 5)
    ask(narrow, 6, "192.0.2.8")
    clock.advance(minutes=30)
    ask(narrow, 7, "192.0.2.7")


async def test_all_addresses_of_one_line_are_one_source(narrow):
    for number in range(5):
        ask(narrow, number, f"2001:db8:1:2::{number}")
    with pytest.raises(TooManyAttempts):
        ask(narrow, 5, "2001:db8:1:2:ffff::1")
    ask(narrow, 6, "2001:db8:1:3::1")


async def test_a_browser_keeps_its_last_twenty_requests(browser, login, enter, clock):
    names = []
    for _ in range(25):
        names.append((await browser.authorize()).told["request"])
        clock.advance(seconds=1)
    assert kept(login) == 20
    await enter()
    with pytest.raises(ClientRefused):
        await browser.send("GET", f"/oidc/continue?request={names[4]}")
    went = await browser.send("GET", f"/oidc/continue?request={names[24]}")
    assert "code" in went.told


async def test_no_request_tells_in_the_store_from_where_it_came(narrow, login):
    ask(narrow, 1, "192.0.2.7")
    with login.database.read() as work:
        assert b"192.0.2" not in work.execute(text("select source from login_request")).scalar()


async def test_a_request_waits_for_half_an_hour(browser, enter, clock):
    name = (await browser.authorize()).told["request"]
    clock.advance(timedelta(minutes=30))
    await enter()
    with pytest.raises(ClientRefused):
        await browser.send("GET", f"/oidc/continue?request={name}")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": None}, {"sec_fetch_site": "cross-site"}],
    ids=str,
)
async def test_no_other_page_agrees_for_the_person(browser, enter, headers):
    await enter()
    name = (await browser.authorize()).told["request"]
    with pytest.raises(OriginRefused):
        await browser.send("POST", "/oidc/continue", {"request": name}, **headers)


@pytest.mark.parametrize(
    "path",
    [
        "/oidc/authorize?" + "a=" + "x" * 9000,
        "/oidc/authorize?" + "&".join(f"{n}=1" for n in range(100)),
    ],
)
async def test_huge_requests_send_nobody_anywhere(browser, path):
    with pytest.raises(ClientRefused):
        await browser.send("GET", path)


async def test_a_huge_form_is_refused(browser):
    answer = await browser.send(
        "POST", "/oidc/token", [("code", "x" * 20_000)], authorization=basic()
    )
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


async def test_json_is_no_form(browser):
    answer = await browser.send("POST", "/oidc/token", content=b"{}", authorization=basic())
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


async def test_half_a_character_is_no_form(browser):
    answer = await browser.send(
        "POST",
        "/oidc/token",
        content=b"\xff=\xff",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.json["error"] == "invalid_request"


async def test_another_person_in_the_same_browser_ends_the_first_session(
    browser, signed_in, enter, jaan, outbox_events
):
    await signed_in()
    await enter(jaan)
    assert len(outbox_events()) == 1
    assert (await browser.send("GET", "/auth/session")).json["person"] == JAAN


async def test_the_same_person_again_keeps_the_sites(browser, signed_in, enter, outbox_events):
    await signed_in()
    await enter()
    assert outbox_events() == []
    assert "code" in (await browser.authorize(prompt="none")).told


def test_a_request_s_query_has_no_secret_of_ours():
    assert "browser" not in urlencode(asked())


# --- a card that is shown answers the one request on whose page it was shown ---


@pytest.mark.parametrize(
    "earlier", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "consent"}, {}], ids=str
)
async def test_what_waits_elsewhere_is_not_answered_by_a_card_shown_here(
    browser, enter, clock, earlier
):
    """An order that another put there, or a tab of whoever sat there before."""
    planted = (await browser.authorize(**earlier)).told["request"]
    own = (await browser.authorize(client_id="bank", redirect_uri=BANK_BACK)).told["request"]
    await enter(request=own)
    clock.advance(seconds=5)
    answer = await browser.send("GET", f"/oidc/continue?request={planted}")
    assert answer.location.startswith("/login?request=")
    agreed = await browser.send("POST", "/oidc/continue", {"request": planted})
    # What asks for nothing special may be agreed to by the person, on our page.
    plain = earlier in ({}, {"prompt": "consent"})
    assert agreed.location.startswith(BACK) is plain
    assert "code" in (await browser.send("GET", f"/oidc/continue?request={own}")).told


async def test_a_shared_screen_s_card_answers_nothing_that_waited_before(browser, enter):
    """The official's tab that waited for the person's card opens nothing of theirs."""
    planted = (await browser.authorize()).told["request"]
    desk = (await browser.authorize(**AT_DESK)).told["request"]
    await enter(request=desk)
    assert "code" in (await browser.send("GET", f"/oidc/continue?request={desk}")).told
    for method, fields in (("GET", None), ("POST", {"request": planted})):
        address = "/oidc/continue" + (f"?request={planted}" if method == "GET" else "")
        answer = await browser.send(method, address, fields)
        assert answer.location.startswith("/login?request=")


async def test_a_card_shown_for_no_request_answers_none(browser, enter):
    planted = (await browser.authorize(prompt="login")).told["request"]
    await enter(request="")
    answer = await browser.send("GET", f"/oidc/continue?request={planted}")
    assert answer.location.startswith("/login?request=")


@pytest.mark.parametrize(("seconds", "answered"), [(30, True), (90, False)])
async def test_a_card_shown_long_before_the_way_back_is_too_old_for_max_age(
    browser, enter, clock, seconds, answered
):
    name = (await browser.authorize(max_age="0")).told["request"]
    await enter()
    clock.advance(seconds=seconds)
    answer = await browser.send("GET", f"/oidc/continue?request={name}")
    assert ("code" in answer.told) is answered
