"""Authorization requests: what may be asked, in which way, and where the answer may go."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.login.oidc.conftest import BACK, BANK_SITE, CHALLENGE, OLD_SITE, PORTAL_SITE, asked

from riik.login import Level
from riik.login.oidc import AuthorizationRefused, ClientRefused
from riik.login.oidc.clients import check_addresses
from riik.login.oidc.requests import answer, find_client, read_authorization, refusal

CLIENTS = {site.id: site for site in (PORTAL_SITE, BANK_SITE, OLD_SITE)}


def read(client=PORTAL_SITE, **changes):
    return read_authorization(asked(**changes), client=client, redirect_uri=BACK)


def test_a_whole_request_is_read():
    found = read(scope="openid profile other", acr_values="high low", max_age="0", prompt="login")
    assert found.scopes == ("openid", "profile")
    assert found.level is Level.LOW
    assert found.max_age == 0
    assert found.challenge == CHALLENGE


STRANGE_ADDRESSES = [
    BACK + "/",
    BACK + "?x=1",
    BACK + "#fragment",
    BACK + "%2e",
    BACK[:-1],
    BACK.upper(),
    BACK.replace("https", "http"),
    BACK.replace("demo.ee", "demo.ee:443"),
    BACK.replace("demo.ee", "demo.ee."),
    BACK.replace("portal", "evil.example/portal"),
    BACK.replace("portal.demo.ee", "portal.demo.ee@evil.example"),
    BACK.replace("portal.demo.ee", "portal.demo.ee.evil.example"),
    BACK.replace("/sign-in", "/../sign-in"),
    BACK.replace("/sign-in/back", "/sign-in\\back"),
    " " + BACK,
    BACK + "\n",
    "//evil.example/",
    "javascript:alert(1)",
    "https://bank.demo.ee/back?from=login",
    "",
    None,
]


@pytest.mark.parametrize("address", STRANGE_ADDRESSES, ids=repr)
def test_no_other_address_than_the_registered_one(address):
    with pytest.raises(ClientRefused) as caught:
        find_client(asked(redirect_uri=address), clients=CLIENTS)
    assert caught.value.why == "redirect-uri"


@pytest.mark.parametrize("name", ["", "Portal", "portal ", "nobody", None])
def test_no_other_client_than_a_registered_one(name):
    with pytest.raises(ClientRefused) as caught:
        find_client(asked(client_id=name), clients=CLIENTS)
    assert caught.value.why == "client"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_who_asks_is_said_once(name):
    twice = [*asked(), (name, dict(asked())[name])]
    with pytest.raises(ClientRefused) as caught:
        find_client(twice, clients=CLIENTS)
    assert caught.value.why == "twice"


@pytest.mark.parametrize(
    "name", ["state", "nonce", "scope", "response_type", "code_challenge", "x"]
)
def test_nothing_is_said_twice(name):
    twice = [*asked(), (name, "again-again"), (name, "again-again")]
    with pytest.raises(AuthorizationRefused) as caught:
        read_authorization(twice, client=PORTAL_SITE, redirect_uri=BACK)
    assert (caught.value.why, caught.value.facts["error"]) == ("twice", "invalid_request")


def test_a_flood_of_parameters_is_refused_at_once():
    with pytest.raises(ClientRefused) as caught:
        find_client([*asked(), *[(str(n), "") for n in range(60)]], clients=CLIENTS)
    assert caught.value.why == "size"


BENT = [
    ({"response_type": None}, "response-type", "invalid_request"),
    ({"response_type": "token"}, "response-type", "unsupported_response_type"),
    ({"response_type": "id_token"}, "response-type", "unsupported_response_type"),
    ({"response_type": "code token"}, "response-type", "unsupported_response_type"),
    ({"response_type": "none"}, "response-type", "unsupported_response_type"),
    ({"response_mode": "fragment"}, "response-mode", "invalid_request"),
    ({"response_mode": "form_post"}, "response-mode", "invalid_request"),
    ({"state": None}, "state", "invalid_request"),
    ({"state": "1234567"}, "state", "invalid_request"),
    ({"state": "x" * 1001}, "state", "invalid_request"),
    ({"state": "line\nfeed-1"}, "state", "invalid_request"),
    ({"nonce": "x" * 2001}, "size", "invalid_request"),
    ({"nonce": "\x00"}, "size", "invalid_request"),
    ({"login_hint": "x" * 5000}, "size", "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "challenge", "invalid_request"),
    ({"code_challenge": None}, "challenge", "invalid_request"),
    ({"code_challenge_method": None}, "challenge", "invalid_request"),
    ({"code_challenge_method": "plain"}, "challenge", "invalid_request"),
    ({"code_challenge_method": "s256"}, "challenge", "invalid_request"),
    ({"code_challenge": CHALLENGE[:-1]}, "challenge", "invalid_request"),
    ({"code_challenge": CHALLENGE[:-1] + "="}, "challenge", "invalid_request"),
    ({"scope": None}, "scope", "invalid_scope"),
    ({"scope": "profile"}, "scope", "invalid_scope"),
    ({"scope": "openid email"}, "scope", "invalid_scope"),
    ({"scope": "OPENID"}, "scope", "invalid_scope"),
    ({"acr_values": "highest"}, "level", "invalid_request"),
    ({"prompt": "none login"}, "prompt", "invalid_request"),
    ({"prompt": "create"}, "prompt", "invalid_request"),
    ({"max_age": "-1"}, "max-age", "invalid_request"),
    ({"max_age": "1e3"}, "max-age", "invalid_request"),
    ({"max_age": "9" * 30}, "max-age", "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "not-taken", "request_not_supported"),
    ({"request_uri": "https://evil.example/r"}, "not-taken", "request_uri_not_supported"),
    ({"registration": "{}"}, "not-taken", "registration_not_supported"),
]


@pytest.mark.parametrize(("changes", "why", "error"), BENT, ids=lambda value: str(value)[:50])
def test_a_bent_request_is_refused_by_the_standard_s_word(changes, why, error):
    with pytest.raises(AuthorizationRefused) as caught:
        read(**changes)
    assert (caught.value.why, caught.value.facts["error"]) == (why, error)


def test_an_old_client_may_do_without_a_challenge_but_not_with_a_plain_one():
    assert read(OLD_SITE, code_challenge=None, code_challenge_method=None).challenge == ""
    with pytest.raises(AuthorizationRefused):
        read(OLD_SITE, code_challenge_method="plain")


def test_who_is_refused_gets_back_only_a_state_that_can_be_trusted():
    refused = AuthorizationRefused("no", why="scope", error="invalid_scope")
    assert refusal(asked(), refused)["state"] == "state-12345678"
    assert "state" not in refusal([*asked(), ("state", "second-state")], refused)
    assert "state" not in refusal(asked(state="a\r\nSet-Cookie: x"), refused)


def test_an_answer_keeps_the_query_of_the_address():
    assert answer("https://a.ee/b?c=d", {"code": "1"}) == "https://a.ee/b?c=d&code=1"
    assert answer("https://a.ee/b", {"code": "&x"}, issuer="i") == "https://a.ee/b?code=%26x&iss=i"


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_of_a_client_can_break_out_of_the_query(state, code):
    made = answer(BACK, {"state": state, "code": code})
    assert made.startswith(BACK + "?")
    assert "#" not in made
    assert "\n" not in made


BAD_ADDRESSES = [
    "http://portal.demo.ee/back",
    "https://portal.demo.ee/back#x",
    "https://user@portal.demo.ee/back",
    "https://*.demo.ee/back",
    "/back",
    "javascript:alert(1)",
    "http://localhost.evil.example/",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_a_client_can_t_be_registered_with_such_an_address(address):
    for changes in (
        {"redirect_uris": (address,)},
        {"post_logout_uris": (address,)},
        {"backchannel_uri": address},
    ):
        with pytest.raises(ClientRefused):
            check_addresses(replace(PORTAL_SITE, **changes))


def test_plain_http_is_for_this_machine():
    check_addresses(replace(PORTAL_SITE, redirect_uris=("http://localhost:7100/sign-in/back",)))


PAYS = replace(BANK_SITE, details=frozenset({"payment_initiation"}))


def payment(**changes):
    told = {
        "type": "payment_initiation",
        "instructedAmount": {"currency": "EUR", "amount": "23.00"},
        "creditorName": "Transport Administration",
        "creditorAccount": {"iban": "EE471000001020145685"},
    }
    return json.dumps([told | changes])


def test_a_payment_is_read_and_asks_for_the_card():
    found = read(PAYS, authorization_details=payment())
    assert (found.payment.amount, found.payment.currency) == ("23.00", "EUR")
    assert found.payment.payee == "Transport Administration"
    assert found.prompts == ("login",)


def test_a_payment_is_not_confirmed_without_a_person():
    with pytest.raises(AuthorizationRefused) as caught:
        read(PAYS, authorization_details=payment(), prompt="none")
    assert caught.value.why == "prompt"


NO_DETAILS = [
    ("no JSON", "{"),
    ("no list", payment()[1:-1]),
    ("nothing in it", "[]"),
    ("two", f"[{payment()[1:-1]},{payment()[1:-1]}]"),
    ("deep", "[" * 900),
    ("another type", payment(type="account_information")),
    ("a field more", payment(remittance="x")),
    ("no payee", payment(creditorName="  ")),
    ("a payee of two lines", payment(creditorName="Transport\nAdministration")),
    ("a payee that turns the line", payment(creditorName="\u202e00.1")),
    ("a long payee", payment(creditorName="x" * 141)),
    ("a number", payment(instructedAmount={"currency": "EUR", "amount": 23})),
    ("a third place", payment(instructedAmount={"currency": "EUR", "amount": "23.005"})),
    ("less than nothing", payment(instructedAmount={"currency": "EUR", "amount": "-23.00"})),
    ("an unknown currency", payment(instructedAmount={"currency": "XXX", "amount": "23.00"})),
    ("no account", payment(creditorAccount={})),
    ("an account in small letters", payment(creditorAccount={"iban": "ee471000001020145685"})),
    ("an account with a blank", payment(creditorAccount={"iban": "EE47 1000"})),
]


@pytest.mark.parametrize("details", [n[1] for n in NO_DETAILS], ids=[n[0] for n in NO_DETAILS])
def test_what_login_would_not_show_is_refused(details):
    with pytest.raises(AuthorizationRefused) as caught:
        read(PAYS, authorization_details=details)
    assert caught.value.why == "details"
    assert caught.value.facts["error"] == "invalid_authorization_details"


def test_a_site_that_is_no_bank_asks_for_no_payment():
    with pytest.raises(AuthorizationRefused) as caught:
        read(BANK_SITE, authorization_details=payment())
    assert caught.value.why == "details"
