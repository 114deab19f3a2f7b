"""Compact JWS and JWK: the RFCs' own examples, and what must not verify."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as other
from joserfc.jwk import import_key

from riik.core import KeyKind
from riik.formats.jose import (
    JwsRefused,
    algorithm_of,
    claims,
    decode_base64url,
    encode_base64url,
    jwk,
    public_key_of,
    read,
    sign,
    thumbprint,
    verify,
)
from riik.testing.pki import MemoryKey

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "formats" / "jose.json").read_text())
ALL = {"ES256", "ES384", "EdDSA", "RS256"}
KEYS = {kind: MemoryKey(kind) for kind in KeyKind}


def refused(action, why):
    with pytest.raises(JwsRefused) as caught:
        action()
    assert caught.value.why == why


def token_of(header, payload=b"{}", signature=b"x" * 64):
    head = json.dumps(header).encode() if isinstance(header, dict) else header
    return ".".join(encode_base64url(part) for part in (head, payload, signature))


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["id"])
def test_the_examples_of_the_rfcs_verify(case):
    jws = verify(case["token"], key=public_key_of(case["jwk"]), algorithms={case["algorithm"]})
    assert jws.payload.decode() == case["payload"]


def test_the_thumbprint_is_the_rfc_s():
    case = VECTORS["thumbprint"]
    assert thumbprint(public_key_of(case["jwk"])) == case["expect"]


@pytest.mark.parametrize("kind", KEYS, ids=str)
def test_what_is_signed_verifies_here_and_elsewhere(kind):
    signer = KEYS[kind]
    token = sign(b'{"a":1}', signer=signer, header={"typ": "x+jwt"}, certificates=[b"der"])
    jws = verify(token, key=signer.public_key, algorithms=ALL)
    assert (claims(jws), jws.header["typ"], jws.certificates) == ({"a": 1}, "x+jwt", (b"der",))
    names = [algorithm_of(kind)]
    assert other.deserialize_compact(token, import_key(jwk(signer.public_key)), names).payload


@pytest.mark.parametrize("kind", KEYS, ids=str)
def test_a_key_survives_as_jwk(kind):
    key = KEYS[kind].public_key
    assert public_key_of(jwk(key)) == key


@pytest.mark.parametrize("kind", KEYS, ids=str)
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_another_key_verifies_nothing(kind, key):
    if kind is key:
        pytest.skip("its own key")
    token = sign(b"x", signer=KEYS[kind])
    refused(lambda: verify(token, key=KEYS[key].public_key, algorithms=ALL), "key")


HEADERS = [
    ({"alg": "none"}, "algorithm"),
    ({"alg": "None"}, "algorithm"),
    ({"alg": "HS256"}, "algorithm"),
    ({"alg": ["ES256"]}, "algorithm"),
    ({"alg": None}, "algorithm"),
    ({}, "algorithm"),
    ({"alg": "ES256", "crit": ["x"]}, "critical"),
    ({"alg": "ES256", "b64": False}, "critical"),
    (b'{"alg":"ES256","alg":"ES256"}', "header"),
    (b'{"alg":"ES256",}', "header"),
    (b'["ES256"]', "header"),
    (b"\xff", "header"),
    (b"[" * 5000, "header"),
]


@pytest.mark.parametrize(("header", "why"), HEADERS, ids=lambda value: str(value)[:40])
def test_a_header_that_could_mislead_is_refused(header, why):
    refused(lambda: read(token_of(header), algorithms=ALL), why)


def test_a_public_key_is_no_shared_secret():
    token = token_of({"alg": "HS256"})
    refused(
        lambda: verify(token, key=KEYS[KeyKind.P256].public_key, algorithms={"HS256"}),
        "algorithm",
    )


def test_the_caller_names_the_algorithms():
    token = sign(b"x", signer=KEYS[KeyKind.P256])
    key = KEYS[KeyKind.P256].public_key
    refused(lambda: verify(token, key=key, algorithms={"ES384"}), "algorithm")


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("", "parts"),
        ("a.b", "parts"),
        ("a.b.c.d", "parts"),
        ("e30=.e30.e30", "base64"),
        ("e31.e30.e30", "base64"),
        ("e 0.e30.e30", "base64"),
        ("e3+.e30.e30", "base64"),
        ("ééé.e30.e30", "base64"),
        ("x" * 70_000, "size"),
    ],
    ids=lambda value: value[:14],
)
def test_a_text_that_is_no_compact_jws_is_refused(token, why):
    refused(lambda: read(token, algorithms=ALL), why)


@pytest.mark.parametrize("length", [0, 63, 65, 72, 96])
def test_an_ecdsa_signature_has_one_length(length):
    token = token_of({"alg": "ES256"}, signature=b"\1" * length)
    key = KEYS[KeyKind.P256].public_key
    refused(lambda: verify(token, key=key, algorithms=ALL), "signature")


@given(at=st.integers(0, 63), bit=st.integers(0, 7))
def test_no_changed_bit_goes_unseen(at, bit):
    signer = KEYS[KeyKind.P256]
    head, body, signature = sign(b"x", signer=signer).split(".")
    changed = bytearray(decode_base64url(signature))
    changed[at] ^= 1 << bit
    token = f"{head}.{body}.{encode_base64url(bytes(changed))}"
    refused(lambda: verify(token, key=signer.public_key, algorithms=ALL), "signature")


@given(st.text(max_size=200))
def test_any_text_is_refused_and_nothing_else_is_raised(text):
    with pytest.raises(JwsRefused):
        read(text, algorithms=ALL)


@given(st.binary())
def test_base64url_has_one_spelling(octets):
    assert decode_base64url(encode_base64url(octets)) == octets


@pytest.mark.parametrize("payload", [b"[]", b"1", b"{", b'{"a":1,"a":1}', b"\xff", b""])
def test_claims_are_one_strict_json_object(payload):
    signer = KEYS[KeyKind.ED25519]
    jws = verify(sign(payload, signer=signer), key=signer.public_key, algorithms=ALL)
    refused(lambda: claims(jws), "claims")


@pytest.mark.parametrize("chain", ["x", [1], ["%"], [b64encode(b"a").decode()] * 9], ids=str)
def test_a_chain_is_a_short_list_of_base64(chain):
    jws = read(token_of({"alg": "ES256", "x5c": chain}), algorithms=ALL)
    refused(lambda: jws.certificates, "header")


EC = jwk(KEYS[KeyKind.P256].public_key)


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "oct", "k": "AAAA"},
        {**EC, "d": "AAAA"},
        {**EC, "crv": "P-384"},
        {**EC, "crv": "secp256k1"},
        {**EC, "x": EC["y"], "y": EC["x"]},
        {**EC, "x": "AAAA"},
        {**EC, "x": 1},
        {"kty": "OKP", "crv": "X25519", "x": EC["x"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
    ],
    ids=lambda key: "-".join(f"{name}={len(str(value))}" for name, value in key.items()) or "empty",
)
def test_a_jwk_that_is_no_public_key_is_refused(key):
    with pytest.raises(JwsRefused):
        public_key_of(key)
