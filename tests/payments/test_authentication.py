"""ID tokens as proof: what a bank takes, and everything it does not."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.payments.conftest import MARI
from tests.payments.house import ISSUER, SITE, claims_of, seconds, shown, token

from riik.core import ClientId, Money
from riik.formats import canonical_json, jose
from riik.payments.authentication import (
    check_confirmation,
    key_of,
    link_of,
    verify_authentication,
)
from riik.payments.errors import AuthenticationRefused
from riik.payments.model import Order
from riik.testing.pki import make_pki

ORDER = Order(
    id="0f" * 16,
    creditor=ClientId.parse("EE-DEMO/GOV/70001053/services"),
    account="EE471000001020145685",
    amount=Money("EUR", 2300),
    reference="RF18539007547034",
    text="Driving licence",
)


def verify(text, key, at):
    return verify_authentication(text, key=key.public_key, issuer=ISSUER, audience=SITE, at=at)


def refused(action):
    with pytest.raises(AuthenticationRefused) as caught:
        action()
    return caught.value.why


def test_the_link_is_what_anyone_computes_from_what_is_shown():
    """No library of ours: sorted keys, no spaces, SHA-256, base64url without padding."""
    text = (
        '{"account":"EE471000001020145685","amount":"23.00","currency":"EUR",'
        f'"id":"{ORDER.id}","reference":"RF18539007547034"}}'
    )
    digest = urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
    assert link_of(ORDER) == digest


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0e" * 16},
        {"account": "EE101010220034796011"},
        {"amount": Money("EUR", 2301)},
        {"amount": Money("VND", 23)},
        {"reference": "RF712348231"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_changes_the_link(change):
    assert link_of(replace(ORDER, **change)) != link_of(ORDER)


def test_a_token_says_who_signed_in(clock, login_key):
    found = verify(token(login_key, claims_of(MARI, at=clock.now())), login_key, clock.now())
    assert (found.id, found.person, found.nonce) == ("token-1", MARI, "of-nothing")
    assert found.signed_in == clock.now()


def test_one_audience_in_a_list_is_one_audience(clock, login_key):
    claims = claims_of(MARI, at=clock.now(), aud=[SITE], azp=SITE)
    assert verify(token(login_key, claims), login_key, clock.now()).person == MARI


WRONG = [
    ("another issuer", {"iss": "http://localhost:7101"}, "issuer"),
    ("the issuer with a slash", {"iss": f"{ISSUER}/"}, "issuer"),
    ("no issuer", {"iss": None}, "issuer"),
    ("the portal's token", {"aud": "portal"}, "audience"),
    ("two audiences", {"aud": [SITE, "portal"]}, "audience"),
    ("no audience", {"aud": None}, "audience"),
    ("an empty audience", {"aud": []}, "audience"),
    ("another authorised party", {"azp": "portal"}, "audience"),
    ("level substantial", {"acr": "substantial"}, "level"),
    ("level low", {"acr": "low"}, "level"),
    ("no level", {"acr": None}, "level"),
    ("level in a list", {"acr": ["high"]}, "level"),
    ("no id", {"jti": None}, "token"),
    ("an empty id", {"jti": ""}, "token"),
    ("a very long id", {"jti": "x" * 256}, "token"),
    ("a number as id", {"jti": 7}, "token"),
    ("no nonce", {"nonce": None}, "token"),
    ("no subject", {"sub": None}, "token"),
    ("nobody's code", {"sub": "x"}, "person"),
    ("no time of issue", {"iat": None}, "token"),
    ("no end", {"exp": None}, "token"),
    ("a text as end", {"exp": "tomorrow"}, "token"),
    ("true as end", {"exp": True}, "token"),
    ("an end beyond all time", {"exp": 2**50}, "token"),
]


@pytest.mark.parametrize(("change", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_token_that_says_something_else_is_refused(clock, login_key, change, why):
    text = token(login_key, claims_of(MARI, at=clock.now(), **change))
    assert refused(lambda: verify(text, login_key, clock.now())) == why


TIMES = [
    ("ended now", {"iat": {"seconds": -40}, "exp": {}}, "expired"),
    ("ended long ago", {"iat": {"hours": -1}, "exp": {"minutes": -59}}, "expired"),
    ("made six minutes ago, though it lives", {"iat": {"minutes": -6}}, "expired"),
    ("made tomorrow", {"iat": {"days": 1}, "exp": {"days": 2}}, "future"),
    ("not before tomorrow", {"nbf": {"days": 1}, "exp": {"days": 2}}, "future"),
]


@pytest.mark.parametrize(("moved", "why"), [t[1:] for t in TIMES], ids=[t[0] for t in TIMES])
def test_a_token_of_another_time_is_refused(clock, login_key, moved, why):
    at = clock.now()
    times = {name: seconds(at, **difference) for name, difference in moved.items()}
    text = token(login_key, claims_of(MARI, at=at, **times))
    assert refused(lambda: verify(text, login_key, at)) == why


def test_a_clock_that_is_a_little_behind_is_forgiven(clock, login_key):
    text = token(login_key, claims_of(MARI, at=clock.now(), iat=seconds(clock.now(), seconds=20)))
    assert verify(text, login_key, clock.now()).person == MARI


def test_a_token_of_another_key_is_refused(clock, login_key, other_key):
    text = token(other_key, claims_of(MARI, at=clock.now()))
    assert refused(lambda: verify(text, login_key, clock.now())) == "signature"


def test_a_changed_token_is_refused(clock, login_key):
    head, _, signature = token(login_key, claims_of(MARI, at=clock.now())).split(".")
    claims = canonical_json.encode(claims_of("EE38001085718", at=clock.now()))
    text = f"{head}.{jose.encode_base64url(claims)}.{signature}"
    assert refused(lambda: verify(text, login_key, clock.now())) == "signature"


def unsigned(claims, **header):
    head = jose.encode_base64url(json.dumps(header).encode())
    return f"{head}.{jose.encode_base64url(canonical_json.encode(claims))}."


NO_TOKENS = {
    "nothing": "",
    "two parts": "a.b",
    "no base64": "*.*.*",
    "a kilobyte of dots": "." * 1_000,
    "very long": "a" * 9_000,
}


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_is_refused(text):
    assert refused(lambda: key_of(text)) == "token"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "PS256", "ES256", ""])
def test_no_algorithm_but_one(clock, algorithm):
    text = unsigned(claims_of(MARI, at=clock.now()), alg=algorithm, kid="k1")
    assert refused(lambda: key_of(text)) == "token"


def test_a_curve_s_key_under_an_rsa_name_is_refused(clock):
    key = make_pki(at=clock.now()).tsa.key
    text = token(key, claims_of(MARI, at=clock.now()))
    assert refused(lambda: verify(text, key, clock.now())) == "token"


@pytest.mark.parametrize("kid", [None, "", 7, "x" * 256], ids=str)
def test_a_token_names_its_key(clock, login_key, kid):
    text = token(login_key, claims_of(MARI, at=clock.now()), kid=kid)
    assert refused(lambda: key_of(text)) == "key"


def confirmed(clock, key, **claims):
    claims = {**shown(ORDER), **claims}
    text = token(key, claims_of(MARI, at=clock.now(), **claims))
    return verify(text, key, clock.now())


def test_a_sign_in_for_an_order_confirms_it(clock, login_key):
    check_confirmation(confirmed(clock, login_key), ORDER, at=clock.now())


@pytest.mark.parametrize("nonce", ["x", link_of(ORDER)[:-1], link_of(ORDER) + "=", ORDER.id])
def test_a_sign_in_for_something_else_confirms_nothing(clock, login_key, nonce):
    given = confirmed(clock, login_key, nonce=nonce)
    assert refused(lambda: check_confirmation(given, ORDER, at=clock.now())) == "other-order"


NOT_SHOWN = [
    ("nothing", None),
    ("an empty list", []),
    ("no list", "payment_initiation"),
    ("another amount", [{"instructedAmount": {"currency": "EUR", "amount": "1.00"}}]),
    ("the amount in another way", [{"instructedAmount": {"currency": "EUR", "amount": "23"}}]),
    ("another currency", [{"instructedAmount": {"currency": "VND", "amount": "23.00"}}]),
    ("another account", [{"creditorAccount": {"iban": "EE101010220034796011"}}]),
    ("no account", [{"creditorAccount": {}}]),
    ("another type", [{"type": "account_information"}]),
    ("two payments", [{}, {}]),
]


@pytest.mark.parametrize("details", [n[1] for n in NOT_SHOWN], ids=[n[0] for n in NOT_SHOWN])
def test_what_login_did_not_show_is_not_confirmed(clock, login_key, details):
    [payment] = shown(ORDER)["authorization_details"]
    if isinstance(details, list):
        details = [payment | one for one in details]
    given = confirmed(clock, login_key, authorization_details=details)
    assert refused(lambda: check_confirmation(given, ORDER, at=clock.now())) == "not-shown"


@pytest.mark.parametrize("moved", [{"minutes": -6}, {"hours": -8}, {"minutes": 6}], ids=str)
def test_a_session_from_before_confirms_nothing(clock, login_key, moved):
    given = confirmed(clock, login_key, auth_time=seconds(clock.now(), **moved))
    assert refused(lambda: check_confirmation(given, ORDER, at=clock.now())) == "not-fresh"


def test_a_token_that_hides_when_the_card_was_used_confirms_nothing(clock, login_key):
    given = confirmed(clock, login_key, auth_time=None)
    assert refused(lambda: check_confirmation(given, ORDER, at=clock.now())) == "not-fresh"
