"""Web eID tokens: bent in every member, and of every algorithm the format knows."""

import json
from base64 import b64decode, b64encode
from hashlib import new as new_hash

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st
from tests.login.conftest import ORIGIN

from riik.core import KeyKind
from riik.login import TokenRefused, verify_token
from riik.testing.cards import bound_card, web_eid_token
from riik.testing.ports import NOON

NONCE = "12345678123456781234567812345678912356789123"
FIELDS = ("format", "unverifiedCertificate", "algorithm", "signature")


@pytest.fixture(scope="module")
def token(country):
    return web_eid_token(bound_card(country), origin=ORIGIN, nonce=NONCE)


def verify(token, country, **changes):
    wanted = {"nonce": NONCE, "origin": ORIGIN, "anchors": country.anchors, "at": NOON}
    return verify_token(token, **{**wanted, **changes})


def refused(token, country, why, **changes):
    with pytest.raises(TokenRefused) as caught:
        verify(token, country, **changes)
    assert caught.value.why == why


def bent(token, **changes):
    kept = {**json.loads(token), **changes}
    return json.dumps({name: value for name, value in kept.items() if value != "gone"})


def test_a_card_s_token_names_its_holder(token, country):
    credential = verify(token, country)
    assert credential.identifier == "PNOEE-38001085718"
    assert (credential.given_names, credential.surname) == ("JAAK-KRISTJAN", "JÕEORG")
    assert credential.issuer == country.ca.certificate


BENT = [
    ({"format": "gone"}, "format"),
    ({"format": "web-eid:2"}, "format"),
    ({"format": "web-eid:10"}, "format"),
    ({"format": "web-eid:1.0 "}, "format"),
    ({"format": "WEB-EID:1.0"}, "format"),
    ({"format": 1}, "parse"),
    ({"unverifiedCertificate": "gone"}, "certificate-missing"),
    ({"unverifiedCertificate": ""}, "certificate-missing"),
    ({"unverifiedCertificate": ["x"]}, "parse"),
    ({"unverifiedCertificate": "MIIB" * 30}, "certificate"),
    ({"unverifiedCertificate": "%%%%"}, "certificate"),
    ({"algorithm": "gone"}, "algorithm"),
    ({"algorithm": "none"}, "algorithm"),
    ({"algorithm": "HS384"}, "algorithm"),
    ({"algorithm": "ES384 "}, "algorithm"),
    ({"algorithm": "es384"}, "algorithm"),
    ({"algorithm": "ES256"}, "signature"),
    ({"algorithm": "ES512"}, "signature"),
    ({"algorithm": "RS384"}, "signature"),
    ({"algorithm": "PS384"}, "signature"),
    ({"signature": "gone"}, "signature"),
    ({"signature": ""}, "signature"),
    ({"signature": "AAAA"}, "signature"),
    ({"signature": b64encode(bytes(96)).decode()}, "signature"),
    ({"signature": "not base64"}, "signature"),
]


@pytest.mark.parametrize(("change", "why"), BENT, ids=lambda value: str(value)[:60])
def test_a_bent_token_is_refused(token, country, change, why):
    refused(bent(token, **change), country, why)


@pytest.mark.parametrize("form", ["web-eid:1", "web-eid:1.0", "web-eid:1.1"])
def test_minor_versions_and_unknown_members_are_taken(token, country, form):
    assert verify(bent(token, format=form, more={"x": [1.5]}), country).country == "EE"


TEXTS = [("", "length"), ("null", "length"), (" " * 99, "length"), (" " * 10_001, "length")]
TEXTS += [("x" * 100, "parse"), ("[" * 100, "parse"), ("null" + " " * 100, "parse")]
TEXTS += [('{"format":"\ud800"}' + " " * 100, "parse")]


@pytest.mark.parametrize(("text", "why"), TEXTS, ids=lambda value: value[:12].encode().hex()
                         if "\ud800" not in value else "surrogate")  # fmt: skip
def test_a_text_that_is_no_token_is_refused(country, text, why):
    refused(text, country, why)


CHANGES = [
    ({"nonce": ""}, "nonce"),
    ({"nonce": NONCE[:43]}, "nonce"),
    ({"nonce": NONCE[:-1] + "4"}, "signature"),
    ({"origin": ORIGIN + "/"}, "origin"),
    ({"origin": "login.demo.ee"}, "origin"),
    ({"origin": "https://other.ee"}, "signature"),
    ({"anchors": ()}, "issuer"),
    ({"at": NOON.replace(year=2025)}, "not-yet-valid"),
    ({"at": NOON.replace(year=2036)}, "expired"),
    ({"disallowed_policies": ("0.4.0.2042",)}, "policy"),
    ({"disallowed_policies": ("0.4.0.2042.1.2",)}, "policy"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES, ids=lambda value: str(value)[:60])
def test_another_setting_refuses_the_same_token(token, country, change, why):
    refused(token, country, why, **change)


def test_a_policy_is_no_prefix_of_a_longer_number(token, country):
    verify(token, country, disallowed_policies=("0.4.0.2042.1.20", "0.4.0.204"))


def rsa_token(country, algorithm, *, pss):
    person = country.person(kind=KeyKind.RSA2048).authentication
    chosen = hashes.SHA256()
    parts = (new_hash("sha256", text.encode()).digest() for text in (ORIGIN, NONCE))
    scheme = padding.PSS(padding.MGF1(chosen), 32) if pss else padding.PKCS1v15()
    signature = person.key.private.sign(b"".join(parts), scheme, chosen)
    return json.dumps(
        {
            "format": "web-eid:1.0",
            "unverifiedCertificate": b64encode(person.certificate).decode(),
            "algorithm": algorithm,
            "signature": b64encode(signature).decode(),
        }
    )


@pytest.mark.parametrize(("algorithm", "pss"), [("RS256", False), ("PS256", True)])
def test_rsa_cards_sign_with_the_padding_that_they_name(country, algorithm, pss):
    assert verify(rsa_token(country, algorithm, pss=pss), country)
    refused(rsa_token(country, algorithm, pss=not pss), country, "signature")


@given(at=st.integers(0, 95), bit=st.integers(0, 7))
def test_no_changed_bit_of_the_signature_goes_unseen(token, country, at, bit):
    signature = bytearray(b64decode(json.loads(token)["signature"]))
    signature[at] ^= 1 << bit
    refused(bent(token, signature=b64encode(signature).decode()), country, "signature")


@given(st.text(min_size=100, max_size=200))
def test_any_text_is_refused_and_nothing_else_is_raised(country, text):
    with pytest.raises(TokenRefused):
        verify(text, country)
