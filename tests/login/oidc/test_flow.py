"""The code flow from request to profile, as a site lives it."""

import json
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.login.conftest import MARI, ORIGIN
from tests.login.oidc.conftest import BACK, asked, basic, claims_of

pytestmark = pytest.mark.anyio


async def test_a_site_learns_who_this_is(browser, signed_in, redeem):
    back = await signed_in()
    assert (back["state"], back["iss"]) == ("state-12345678", ORIGIN)
    tokens = (await redeem(back["code"])).json
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 40
    claims = claims_of(tokens["id_token"])
    assert claims["sub"] == MARI
    assert claims["nonce"] == "nonce-1"
    assert claims["profile_attributes"]["date_of_birth"] == "1994-03-13"


async def test_the_tokens_verify_by_the_published_keys(browser, signed_in, redeem):
    tokens = (await redeem((await signed_in())["code"])).json
    keys = KeySet.import_key_set((await browser.send("GET", "/oidc/jwks")).json)
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    assert token.claims["iss"] == ORIGIN
    assert token.claims["aud"] == "portal"


async def test_the_profile_opens_with_the_access_token(browser, signed_in, redeem):
    tokens = (await redeem((await signed_in())["code"])).json
    bearer = f"Bearer {tokens['access_token']}"
    profile = (await browser.send("GET", "/oidc/profile", authorization=bearer)).json
    assert profile["sub"] == MARI
    assert profile["family_name"] == "MÄNNIK"
    assert profile["birthdate"] == profile["date_of_birth"] == "1994-03-13"


async def test_discovery_stands_at_both_addresses(browser):
    standard = await browser.send("GET", "/.well-known/openid-configuration")
    tara = await browser.send("GET", "/oidc/.well-known/openid-configuration")
    assert standard.json == tara.json
    assert standard.json["issuer"] == ORIGIN
    assert standard.json["code_challenge_methods_supported"] == ["S256"]


async def test_a_request_may_come_as_a_form(browser, enter):
    posted = await browser.send("POST", "/oidc/authorize", asked(), origin="https://portal.demo.ee")
    assert posted.location.startswith("/oidc/continue?request=")
    ask = await browser.send("GET", posted.location)
    assert ask.location.startswith("/login?request=")
    await enter()
    back = await browser.send("GET", posted.location)
    assert back.location.startswith(f"{BACK}?code=")


async def test_a_known_site_is_told_again_without_asking(browser, signed_in):
    await signed_in()
    again = await browser.authorize(prompt="none")
    assert "code" in again.told


async def test_a_new_site_is_told_only_when_the_person_agrees(browser, enter):
    await enter()
    waiting = await browser.authorize()
    assert waiting.location.startswith("/login?request=")
    name = {"request": waiting.told["request"]}
    still = await browser.send("GET", f"/oidc/continue?{urlencode(name)}")
    assert still.location.startswith("/login?request=")
    agreed = await browser.send("POST", "/oidc/continue", name)
    assert agreed.location.startswith(f"{BACK}?code=")


AT_DESK = {"client_id": "desk", "redirect_uri": "https://desk.demo.ee/back"}


async def test_what_is_shown_at_a_shared_screen_opens_no_other_site(browser, signed_in, enter):
    await signed_in(**AT_DESK)
    assert "code" in (await browser.authorize(**AT_DESK)).told
    assert (await browser.authorize(prompt="none")).told["error"] == "login_required"
    request = (await browser.authorize()).told["request"]
    agreed = await browser.send("POST", "/oidc/continue", {"request": request})
    assert "code" not in agreed.told
    await enter()
    assert "code" in (await browser.send("GET", f"/oidc/continue?request={request}")).told


async def test_a_site_that_was_told_before_is_not_told_at_a_shared_screen(browser, signed_in):
    await signed_in()
    waiting = (await browser.authorize(**AT_DESK)).told["request"]
    await browser.send("POST", "/oidc/continue", {"request": waiting})
    assert (await browser.authorize(prompt="none")).told["error"] == "login_required"


async def test_who_cancels_is_sent_back_without_a_name(browser):
    waiting = await browser.authorize()
    back = await browser.send("GET", f"/oidc/cancel?request={waiting.told['request']}")
    assert back.location.startswith(f"{BACK}?")
    assert back.told["error"] == "user_cancel"
    assert back.told["state"] == "state-12345678"


async def test_tara_s_clients_get_tara_s_claims(browser, signed_in, redeem):
    back = await signed_in(client_id="old", code_challenge=None, code_challenge_method=None)
    answer = await redeem(back["code"], code_verifier=None, authorization=basic("old"))
    claims = claims_of(answer.json["id_token"])
    assert claims["at_hash"].endswith("==")
    assert "given_name" not in claims
    assert json.dumps(claims["profile_attributes"])
