"""Forged, bent and overreaching statements."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.login.conftest import CHILD, LOGIN, MARI, PORTAL, TRANSPORT

from riik.core import MemberId
from riik.formats import canonical_json, jose
from riik.login import Level, Statement, StatementRefused, verify_statement
from riik.login.statements import TYPE, sign_statement
from riik.testing.ports import NOON
from riik.trust import Organisation, exchange_authentication, exchange_signature, organisation_seal

STATEMENT = Statement(
    issuer=LOGIN,
    person=MARI,
    represented=None,
    role=None,
    audience=TRANSPORT,
    relying=PORTAL,
    level=Level.HIGH,
    methods=("idcard",),
    case="1",
    purpose=None,
    issued_at=NOON,
    expires_at=NOON + timedelta(minutes=15),
    id="jti",
)


def verify(token, country, **changes):
    wanted = {
        "audience": TRANSPORT,
        "subject": MARI,
        "carrier": PORTAL,
        "case": "1",
        "at": NOON,
        "anchors": country.anchors,
        "issuer_member": LOGIN,
    }
    return verify_statement(token, **{**wanted, **changes})


def signed(key, **changes):
    statement = replace(STATEMENT, **changes)
    return sign_statement(statement, signer=key.key, certificates=[key.certificate])


def refused(token, country, why, **changes):
    with pytest.raises(StatementRefused) as caught:
        verify(token, country, **changes)
    assert caught.value.why == why


def test_what_was_signed_is_what_is_read(country, statement_key):
    assert verify(signed(statement_key), country) == STATEMENT


BENT = [
    ({"level": Level.LOW}, {}, "level"),
    ({"level": Level.SUBSTANTIAL}, {"level": Level.HIGH}, "level"),
    ({"represented": CHILD}, {"subject": CHILD}, "mandate"),
    ({"represented": CHILD, "role": ""}, {"subject": CHILD}, "mandate"),
    ({"role": "guardian"}, {}, "mandate"),
    ({"represented": CHILD, "role": "guardian"}, {"subject": "EE38001085718"}, "subject"),
    ({"expires_at": NOON + timedelta(hours=2)}, {}, "too-long"),
    ({"expires_at": NOON}, {}, "expired"),
    ({"issued_at": NOON + timedelta(seconds=61)}, {}, "not-yet-valid"),
    ({"issuer": PORTAL}, {}, "issuer"),
    ({"case": ""}, {}, "case"),
    ({"relying": TRANSPORT}, {}, "carrier"),
    ({"relying": None}, {}, "carrier"),
    ({}, {"carrier": TRANSPORT}, "carrier"),
    ({}, {"carrier": MemberId("XX-DEMO", PORTAL.member_class, PORTAL.code)}, "carrier"),
]


@pytest.mark.parametrize(("stated", "asked", "why"), BENT, ids=lambda value: str(value)[:50])
def test_a_signed_statement_that_says_too_little_is_refused(
    country, statement_key, stated, asked, why
):
    refused(signed(statement_key, **stated), country, why, **asked)


def test_who_compares_the_audience_with_the_carrier_takes_what_others_asked_for(
    country, statement_key
):
    assert verify(signed(statement_key), country, carrier=None) == STATEMENT


def test_another_member_s_key_states_nothing(country):
    profile = exchange_signature(PORTAL, server="ss1", name="Portal", country="EE")
    refused(signed(country.issue(profile)), country, "issuer")


def test_a_member_of_another_instance_or_class_is_another(country):
    other = MemberId("XX-DEMO", LOGIN.member_class, LOGIN.code)
    profile = exchange_signature(other, server="ss1", name="Login", country="EE")
    refused(signed(country.issue(profile)), country, "issuer")


def test_the_login_s_seal_states_as_well(country):
    seal = country.issue(organisation_seal(Organisation(country="EE", name="L", code=LOGIN.code)))
    assert verify(signed(seal), country) == STATEMENT


def test_another_organisation_s_seal_states_nothing(country):
    seal = country.issue(organisation_seal(Organisation(country="EE", name="L", code="7")))
    refused(signed(seal), country, "issuer")


def test_a_key_for_tls_states_nothing(country):
    profile = exchange_authentication(LOGIN, server="ss1", name="Login", country="EE")
    refused(signed(country.issue(profile)), country, "certificate")


def test_a_person_s_signature_states_nothing(country):
    refused(signed(country.person().signature), country, "issuer")


def test_an_expired_key_states_nothing(country):
    profile = exchange_signature(LOGIN, server="ss1", name="Login", country="EE")
    refused(signed(country.issue(profile, expired=True)), country, "certificate")


def test_another_key_under_the_login_s_certificate_is_refused(country, statement_key):
    other = country.person().signature
    token = sign_statement(STATEMENT, signer=other.key, certificates=[statement_key.certificate])
    refused(token, country, "signature")


def test_a_claim_changed_afterwards_is_refused(country, statement_key):
    head, payload, signature = signed(statement_key).split(".")
    claims = canonical_json.decode(jose.decode_base64url(payload)) | {"sub": CHILD}
    changed = jose.encode_base64url(canonical_json.encode(claims))
    refused(f"{head}.{changed}.{signature}", country, "signature", subject=CHILD)


def test_something_else_that_login_signed_is_no_statement(country, statement_key):
    token = signed(statement_key)
    payload = jose.decode_base64url(token.split(".")[1])
    other = jose.sign(
        payload,
        signer=statement_key.key,
        certificates=[statement_key.certificate],
        header={"typ": "JWT"},
    )
    refused(other, country, "type")


def test_a_statement_without_a_certificate_is_refused(country, statement_key):
    token = sign_statement(STATEMENT, signer=statement_key.key, certificates=[])
    refused(token, country, "certificate")


@pytest.mark.parametrize("claim", ["sub", "aud", "acr", "amr", "case", "iat", "exp", "jti", "iss"])
def test_each_claim_is_needed(country, statement_key, claim):
    payload = canonical_json.decode(jose.decode_base64url(signed(statement_key).split(".")[1]))
    del payload[claim]
    token = jose.sign(
        canonical_json.encode(payload),
        signer=statement_key.key,
        certificates=[statement_key.certificate],
        header={"typ": TYPE},
    )
    refused(token, country, "claims")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "." * 3, "e30.e30.e30", "x" * 20_000])
def test_a_text_that_is_no_token_is_refused(country, token):
    refused(token, country, "token")
