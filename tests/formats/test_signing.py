"""Builders of cryptography sign with keys that stay in their store."""

import copy
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from riik.core import KeyId, KeyKind
from riik.formats.signing import SigningRefused, hash_of, signing_key
from riik.runtime.keys import FileKeys

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Riik test")])
START, END = datetime(2026, 1, 1), datetime(2027, 1, 1)


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    """A signer of each kind; the private keys are in encrypted files."""
    keys = FileKeys(tmp_path_factory.mktemp("keys"), "passphrase", cost=2**10)
    return {kind: keys.generate(KeyId("EE", kind.value), kind) for kind in KeyKind}


def certificate(signer):
    key = signing_key(signer)
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), 7, START, END)
    return builder.sign(key, hash_of(signer.kind))


@pytest.mark.parametrize("kind", KeyKind)
def test_a_certificate_is_signed(signers, kind):
    made = certificate(signers[kind])
    made.verify_directly_issued_by(made)


@pytest.mark.parametrize("kind", KeyKind)
def test_a_request_and_a_revocation_list_are_signed(signers, kind):
    key, digest = signing_key(signers[kind]), hash_of(kind)
    request = x509.CertificateSigningRequestBuilder(NAME).sign(key, digest)
    revoked = x509.CertificateRevocationListBuilder(NAME, START, END).sign(key, digest)
    assert request.is_signature_valid
    assert revoked.is_signature_valid(key.public_key())


def test_an_ocsp_response_is_signed(signers):
    signer = signers[KeyKind.P256]
    made = certificate(signer)
    builder = ocsp.OCSPResponseBuilder().responder_id(ocsp.OCSPResponderEncoding.HASH, made)
    good = ocsp.OCSPCertStatus.GOOD
    builder = builder.add_response(made, made, SHA256(), good, START, END, None, None)
    response = builder.sign(signing_key(signer), SHA256())
    ecdsa = ec.ECDSA(SHA256())
    made.public_key().verify(response.signature, response.tbs_response_bytes, ecdsa)


@pytest.mark.parametrize(
    ("kind", "arguments", "why"),
    [
        (KeyKind.P256, [ec.ECDSA(SHA512())], "hash"),
        (KeyKind.P384, [ec.ECDSA(SHA256())], "hash"),
        (KeyKind.P256, [ec.ECDSA(Prehashed(SHA256()))], "hash"),
        (KeyKind.RSA2048, [padding.PKCS1v15(), SHA1()], "hash"),
        (KeyKind.RSA2048, [padding.PSS(padding.MGF1(SHA256()), 32), SHA256()], "padding"),
    ],
    ids=["larger-hash", "smaller-hash", "a-digest", "sha-1", "pss"],
)
def test_other_hashes_and_paddings_are_refused(signers, kind, arguments, why):
    with pytest.raises(SigningRefused) as refused:
        signing_key(signers[kind]).sign(b"message", *arguments)
    assert refused.value.why == why


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("take", ["private_numbers", "private_bytes_raw", "private_bytes"])
def test_the_private_key_is_not_given_away(signers, kind, take):
    key = signing_key(signers[kind])
    with pytest.raises(SigningRefused) as refused:
        getattr(key, take, key.private_bytes)()
    assert refused.value.why == "private"


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.RSA2048])
def test_the_key_agrees_on_and_decrypts_nothing(signers, kind):
    key = signing_key(signers[kind])
    with pytest.raises(SigningRefused):
        (key.exchange if kind is KeyKind.P256 else key.decrypt)(None, None)


def test_a_copy_is_the_same_key(signers):
    key = signing_key(signers[KeyKind.ED25519])
    assert copy.copy(key) is copy.deepcopy(key) is key
