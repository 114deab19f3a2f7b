"""Signature algorithms: RSA, PSS, ECDSA and Ed25519 verify; weak ones count only once."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.trust.house import refusal

from riik.core import KeyKind
from riik.formats import der, oids
from riik.testing.pki import MemoryKey
from riik.trust import SignatureRefused, read_algorithm, verify_signature
from riik.trust.algorithms import Algorithm, check_hash, check_strength, signing_algorithm

RSA = rsa.generate_private_key(65537, 2048)


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pss(*, hash_oid=oids.SHA256, mask_oid=oids.SHA256, salt=32, generator=oids.MGF1):
    mask = der.sequence(der.oid(generator), der.sequence(der.oid(mask_oid)))
    return der.sequence(
        der.oid(oids.RSA_PSS),
        der.sequence(
            der.context(0, der.sequence(der.oid(hash_oid))),
            der.context(1, mask),
            der.context(2, der.integer(salt)),
        ),
    )


@pytest.mark.parametrize("kind", list(KeyKind))
def test_what_a_signer_signs_verifies(kind):
    key = MemoryKey(kind)
    algorithm = read_algorithm(signing_algorithm(kind))
    verify_signature(
        key.public_key, algorithm=algorithm, signature=key.sign(b"said"), message=b"said"
    )
    with refusal(SignatureRefused, "signature"):
        verify_signature(
            key.public_key, algorithm=algorithm, signature=key.sign(b"said"), message=b"else"
        )


def test_a_signature_of_rsa_pss_verifies():
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = RSA.sign(b"said", scheme, hashes.SHA256())
    algorithm = read_algorithm(pss())
    verify_signature(spki(RSA), algorithm=algorithm, signature=signature, message=b"said")
    with refusal(SignatureRefused, "signature"):
        verify_signature(
            spki(RSA), algorithm=Algorithm("rsa", "sha256"), signature=signature, message=b"said"
        )


def test_rsa_without_a_hash_takes_the_one_named_beside_it():
    identifier = der.sequence(der.oid(oids.RSA), der.null())
    assert read_algorithm(identifier, digest="sha512") == Algorithm("rsa", "sha512")
    with refusal(SignatureRefused, "algorithm"):
        read_algorithm(identifier)


def test_pss_without_parameters_is_sha1_with_20_bytes_of_salt():
    identifier = der.sequence(der.oid(oids.RSA_PSS), der.sequence())
    assert read_algorithm(identifier) == Algorithm("rsa-pss", "sha1", 20)


@pytest.mark.parametrize(
    "identifier",
    [
        b"",
        b"\x30\x00",
        der.sequence(der.oid("1.2.3.4")),
        der.sequence(der.oid("1.2.840.113549.2.9")),
        pss(mask_oid=oids.SHA1),
        pss(generator="1.2.3"),
        pss(hash_oid="1.2.3"),
        pss(salt=-1),
        pss(salt=100_000),
    ],
)
def test_other_algorithms_are_refused(identifier):
    with refusal(SignatureRefused, "algorithm"):
        read_algorithm(identifier)


@pytest.mark.parametrize("family", ["rsa", "rsa-pss", "ecdsa"])
def test_a_key_of_another_family_is_refused(family):
    with refusal(SignatureRefused, "algorithm"):
        verify_signature(
            MemoryKey(KeyKind.ED25519).public_key,
            algorithm=Algorithm(family, "sha256"),
            signature=b"",
            message=b"",
        )


def without_sign(key, *, kind=oids.RSA, more=b"", exponent=65537, bare=True):
    """A key as some Estonian cards of 2014 have it: no zero octet before the modulus."""
    modulus = key.public_key().public_numbers().n.to_bytes(key.key_size // 8, "big")
    number = der.encode(der.INTEGER, modulus if bare else bytes(2) + modulus)
    numbers = der.sequence(number, der.integer(exponent), more)
    return der.sequence(der.sequence(der.oid(kind), der.null()), der.bit_string(numbers))


def test_a_modulus_without_its_zero_octet_is_the_same_key():
    signature = RSA.sign(b"words", padding.PKCS1v15(), hashes.SHA256())
    verify_signature(
        without_sign(RSA),
        algorithm=Algorithm("rsa", "sha256"),
        signature=signature,
        message=b"words",
    )
    with refusal(SignatureRefused, "signature"):
        verify_signature(
            without_sign(RSA),
            algorithm=Algorithm("rsa", "sha256"),
            signature=signature,
            message=b"others",
        )


@pytest.mark.parametrize(
    "public_key",
    [
        without_sign(RSA, kind=oids.RSA_PSS),
        without_sign(RSA, kind="1.2.840.10040.4.1"),
        without_sign(RSA, more=der.integer(1)),
        without_sign(RSA, exponent=2),
        without_sign(RSA, exponent=-3),
        without_sign(RSA, bare=False),
        without_sign(RSA) + b"\x00",
        without_sign(RSA)[:-1],
    ],
)
def test_no_other_fault_of_a_key_is_forgiven(public_key):
    signature = RSA.sign(b"words", padding.PKCS1v15(), hashes.SHA256())
    with refusal(SignatureRefused, "key"):
        verify_signature(
            public_key, algorithm=Algorithm("rsa", "sha256"), signature=signature, message=b"words"
        )


@pytest.mark.parametrize("public_key", [b"", b"\x30\x00", spki(dsa.generate_private_key(1024))])
def test_a_key_that_is_none_of_ours_is_refused(public_key):
    with refusal(SignatureRefused, "key"):
        verify_signature(
            public_key, algorithm=Algorithm("rsa", "sha256"), signature=b"", message=b""
        )


@pytest.mark.parametrize(
    ("hash_name", "until"), [("sha1", datetime(2017, 1, 1)), ("sha224", datetime(2029, 1, 1))]
)
def test_a_weak_hash_counts_until_its_day(hash_name, until):
    check_hash(hash_name, at=until.replace(year=until.year - 1, tzinfo=UTC))
    with refusal(SignatureRefused, "weak-hash"):
        check_hash(hash_name, at=until.replace(tzinfo=UTC))


def test_a_short_rsa_key_counted_until_2014():
    key = spki(rsa.generate_private_key(65537, 1024))
    algorithm = Algorithm("rsa", "sha256")
    check_strength(key, algorithm=algorithm, at=datetime(2013, 12, 31, tzinfo=UTC))
    with refusal(SignatureRefused, "weak-key"):
        check_strength(key, algorithm=algorithm, at=datetime(2014, 1, 1, tzinfo=UTC))
