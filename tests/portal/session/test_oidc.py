"""What login signs is believed when all of it is for us and of now; anything else is refused."""

import hmac
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from tests.portal.session.house import (
    CLIENT,
    EVENT,
    ISSUER,
    MARI,
    half,
    other_time,
    rsa_key,
    signed,
)

from riik.core import KeyKind
from riik.formats import jose
from riik.login import Level
from riik.portal.session import LoginSilent, SignInRefused, TokenRefused
from riik.portal.session.oidc import (
    Question,
    challenge_of,
    read_answer,
    read_endpoints,
    read_keys,
    verify_id_token,
    verify_logout_token,
)
from riik.testing.pki import MemoryKey

ASKED = {"nonce": "n" * 43, "state": "s" * 43}
ACCESS = "access-token"


@pytest.fixture
def believe(login, clock):
    """Believes an ID token, or refuses it."""

    def check(token=None, **other):
        how = {"nonce": ASKED["nonce"], "state": ASKED["state"], "access_token": ACCESS}
        how |= {"level": Level.SUBSTANTIAL, "at": clock.now(), "keys": login.shown} | other
        return verify_id_token(token or login.id_token(ASKED, ACCESS), client=CLIENT, **how)

    return check


def test_a_request_asks_for_a_code_with_proof_of_possession():
    question = Question(state="s", nonce="n", verifier="v", language="vi", fresh=True)
    address = question.address(f"{ISSUER}/oidc/authorize", CLIENT)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert asked == {
        "response_type": "code", "client_id": "portal", "redirect_uri": CLIENT.back,
        "scope": "openid", "state": "s", "nonce": "n", "code_challenge": challenge_of("v"),
        "code_challenge_method": "S256", "acr_values": "substantial", "ui_locales": "vi",
        "prompt": "login",
    }  # fmt: skip


def test_the_challenge_is_that_of_the_standard():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


ANSWERS = [
    ({"code": "c", "state": "s" * 43, "iss": "http://evil.example"}, "issuer"),
    ({"error": "user_cancel", "state": "s" * 43}, "cancelled"),
    ({"error": "access_denied"}, "cancelled"),
    ({"error": "server_error", "code": "c", "state": "s" * 43}, "error"),
    ({"code": "c"}, "state"),
    ({"code": "c", "state": "short"}, "state"),
    ({"code": "c", "state": "s" * 201}, "state"),
    ({"state": "s" * 43}, "code"),
    ({"code": "c" * 1_001, "state": "s" * 43}, "code"),
]


@pytest.mark.parametrize(("parameters", "why"), ANSWERS, ids=str)
def test_an_answer_that_is_none_is_refused(parameters, why):
    with pytest.raises(SignInRefused) as refused:
        read_answer(parameters, issuer=ISSUER)
    assert refused.value.why == why


def test_a_token_tells_who_signed_in(believe, clock):
    found = believe()
    assert (found.person, found.given_names, found.surname) == (MARI, "MARI", "MAASIKAS")
    assert (found.birth_date, found.level, found.method) == ("1990-01-01", Level.HIGH, "idcard")
    assert (found.sid, found.began_at) == ("session-of-login", clock.now())


@pytest.mark.parametrize("born", ["1990", ""])
def test_a_birth_date_may_be_a_year_or_unknown(believe, login, born):
    profile = {"date_of_birth": born, "given_name": "Tuyết", "family_name": "Nguyễn"}
    login.claims = {"profile_attributes": profile}
    assert believe().birth_date == born


def test_claims_of_the_standard_do_as_well(believe, login):
    flat = {"given_name": "MARI", "family_name": "MAASIKAS", "birthdate": "1990-01-01"}
    login.claims = {"profile_attributes": None, **flat}
    assert believe().surname == "MAASIKAS"


def test_an_audience_of_one_may_be_a_list(believe, login):
    login.claims = {"aud": ["portal"], "azp": "portal"}
    assert believe().person == MARI


CLAIMS = [
    ("another issuer", {"iss": "http://evil.example"}, "issuer"),
    ("issuer with a slash", {"iss": f"{ISSUER}/"}, "issuer"),
    ("another client", {"aud": "bank"}, "audience"),
    ("several clients", {"aud": ["portal", "bank"]}, "audience"),
    ("nobody", {"aud": []}, "audience"),
    ("given to another", {"azp": "bank"}, "audience"),
    ("another nonce", {"nonce": "m" * 43}, "nonce"),
    ("no nonce", {"nonce": None}, "claims"),
    ("another state", {"state": "t" * 43}, "state"),
    ("of another access token", {"at_hash": half("other")}, "at-hash"),
    ("no at_hash", {"at_hash": None}, "claims"),
    ("an empty at_hash", {"at_hash": ""}, "at-hash"),
    ("not sure enough", {"acr": "low"}, "level"),
    ("an unknown level", {"acr": "certain"}, "claims"),
    ("no person", {"sub": None}, "claims"),
    ("a person without a country", {"sub": "49001010001"}, "person"),
    ("no names", {"profile_attributes": None}, "names"),
    ("a birth date that is none", {"profile_attributes": {"date_of_birth": "<b>", "given_name": "A", "family_name": "B"}}, "claims"),
    ("no end", {"exp": None}, "claims"),
    ("an end as text", {"exp": "tomorrow"}, "claims"),
    ("an end beyond the calendar", {"exp": 10**15}, "claims"),
]  # fmt: skip


@pytest.mark.parametrize(("claims", "why"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_token_that_says_something_else_is_refused(believe, login, claims, why):
    login.claims = claims
    with pytest.raises(TokenRefused) as refused:
        believe()
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"iat": {"minutes": -5}, "nbf": {"minutes": -5}, "exp": {"seconds": -30}}, "expired"),
        ({"iat": {"seconds": 31}}, "future"),
        ({"nbf": {"seconds": 31}}, "future"),
    ],
    ids=["expired", "issued later", "good later"],
)
def test_a_token_of_another_time_is_refused(believe, login, clock, parts, why):
    login.claims = {name: other_time(clock, **part) for name, part in parts.items()}
    with pytest.raises(TokenRefused) as refused:
        believe()
    assert refused.value.why == why


def test_clocks_may_differ_a_little(believe, login, clock):
    login.claims = {"exp": other_time(clock, seconds=-29)}
    believe()
    login.claims = {"iat": other_time(clock, seconds=29)}
    believe()


def unsigned(claims):
    """A token with ``alg: none``."""
    head = jose.encode_base64url(json.dumps({"alg": "none", "kid": "2026"}).encode())
    return f"{head}.{jose.encode_base64url(json.dumps(claims).encode())}."


def by_shared_secret(claims, secret):
    """A token by HS256, with something public as the secret."""
    head = jose.encode_base64url(json.dumps({"alg": "HS256", "kid": "2026"}).encode())
    text = f"{head}.{jose.encode_base64url(json.dumps(claims).encode())}"
    return f"{text}.{jose.encode_base64url(hmac.digest(secret, text.encode(), 'sha256'))}"


@pytest.fixture(params=["none", "public-key", "client-secret", "elliptic", "other-key", "changed", "text", "long", "no-kid"])  # fmt: skip
def forged(request, login):
    """Tokens that login did not sign, and why they are refused."""
    true = login.id_token(ASKED, ACCESS)
    claims = jose.claims(jose.read(true, algorithms={"RS256"}))
    head, payload, signature = true.split(".")
    changed = jose.encode_base64url(json.dumps(claims | {"sub": "EE38001085718"}).encode())
    return {
        "none": lambda: (unsigned(claims), "token"),
        "public-key": lambda: (by_shared_secret(claims, login.key.public_key), "token"),
        "client-secret": lambda: (by_shared_secret(claims, CLIENT.secret.encode()), "token"),
        "elliptic": lambda: (signed(MemoryKey(KeyKind.P256), claims, kid="2026"), "token"),
        "other-key": lambda: (signed(rsa_key(), claims, kid="2026"), "signature"),
        "changed": lambda: (f"{head}.{changed}.{signature}", "signature"),
        "text": lambda: ("not a token", "token"),
        "long": lambda: (f"{head}.{payload * 40}.{signature}", "token"),
        "no-kid": lambda: (signed(login.key, claims, kid=None), "key"),
    }[request.param]()


def test_what_login_did_not_sign_is_refused(believe, forged):
    token, why = forged
    with pytest.raises(TokenRefused) as refused:
        believe(token)
    assert refused.value.why == why


def test_a_key_that_login_does_not_show_is_none(believe, login):
    with pytest.raises(TokenRefused) as refused:
        believe(keys={"2025": login.key.public_key})
    assert refused.value.why == "key"


# The key set and the discovery document ---------------------------------------------------


def test_only_rsa_keys_for_signatures_are_read(key):
    own = jose.jwk(key.public_key)
    keys = [
        {**own, "kid": "good"},
        {**own, "kid": "said", "use": "sig", "alg": "RS256"},
        {**own, "kid": "for-encryption", "use": "enc"},
        {**own, "kid": "other-algorithm", "alg": "PS256"},
        {**own},
        {**own, "kid": 7},
        {"kty": "oct", "k": "AAAA", "kid": "shared"},
        {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "broken"},
        {**own, "d": "AAAA", "kid": "private"},
    ]
    assert set(read_keys(msgspec.json.encode({"keys": keys}))) == {"good", "said"}


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b'{"keys": 1}', b'{"keys": ["a"]}'])
def test_what_is_no_key_set_is_silence(document):
    with pytest.raises(LoginSilent) as silent:
        read_keys(document)
    assert silent.value.why == "keys"


DESCRIBED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/oidc/authorize",
    "token_endpoint": f"{ISSUER}/oidc/token",
    "jwks_uri": f"{ISSUER}/oidc/jwks",
    "end_session_endpoint": f"{ISSUER}/oidc/logout",
}


def test_login_describes_itself():
    found = read_endpoints(msgspec.json.encode(DESCRIBED), issuer=ISSUER)
    assert (found.token, found.logout) == (f"{ISSUER}/oidc/token", f"{ISSUER}/oidc/logout")


def test_a_logout_elsewhere_is_none():
    document = DESCRIBED | {"end_session_endpoint": "http://evil.example/"}
    assert read_endpoints(msgspec.json.encode(document), issuer=ISSUER).logout == ""


@pytest.mark.parametrize(
    "other",
    [
        {"issuer": "http://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": f"{ISSUER}.evil.example/"},
        {"jwks_uri": 7},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_another_description_is_not_taken(other):
    with pytest.raises(LoginSilent) as silent:
        read_endpoints(msgspec.json.encode(DESCRIBED | other), issuer=ISSUER)
    assert silent.value.why == "discovery"


# Logout tokens ----------------------------------------------------------------------------


@pytest.fixture
def hear(login, clock):
    """Believes a logout token, or refuses it."""

    def check(**other):
        token = login.logout_token(**other)
        return verify_logout_token(token, keys=login.shown, client=CLIENT, at=clock.now())

    return check


def test_a_logout_names_a_session_or_a_person(hear):
    assert (hear().sid, hear().person) == ("session-of-login", None)
    heard = hear(sid=None, sub=str(MARI))
    assert (heard.sid, heard.person) == ("", MARI)


LOGOUTS = [
    ("another issuer", {"iss": "http://evil.example"}, "issuer"),
    ("another client", {"aud": "bank"}, "audience"),
    ("an ID token", {"nonce": "n", "events": None}, "nonce"),
    ("a nonce", {"nonce": "n" * 43}, "nonce"),
    ("no events", {"events": None}, "claims"),
    ("another event", {"events": {"http://schemas.openid.net/event/other": {}}}, "event"),
    ("an event that is no object", {"events": {EVENT: "yes"}}, "claims"),
    ("no session", {"sid": None}, "session"),
    ("no id", {"jti": None}, "claims"),
    ("an empty id", {"jti": ""}, "session"),
    ("a person without a country", {"sub": "mari"}, "person"),
]


@pytest.mark.parametrize(("claims", "why"), [c[1:] for c in LOGOUTS], ids=[c[0] for c in LOGOUTS])
def test_what_is_no_logout_is_refused(hear, claims, why):
    with pytest.raises(TokenRefused) as refused:
        hear(**claims)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("moved", "exp", "why"),
    [
        (timedelta(minutes=3), 120, "expired"),
        (timedelta(minutes=6), 3_600, "expired"),
        (timedelta(minutes=6), None, "expired"),
        (timedelta(minutes=-1), 120, "future"),
    ],
    ids=["over", "old", "old without an end", "future"],
)
def test_a_logout_of_another_time_is_refused(login, clock, moved, exp, why):
    end = None if exp is None else int(clock.now().timestamp()) + exp
    token = login.logout_token(exp=end)
    with pytest.raises(TokenRefused) as refused:
        verify_logout_token(token, keys=login.shown, client=CLIENT, at=clock.now() + moved)
    assert refused.value.why == why
