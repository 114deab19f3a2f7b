"""Signature algorithms: does this signature verify, and was its algorithm good enough then?

Reads AlgorithmIdentifier of RFC 3279, 4055, 5758 and 8410: RSA PKCS#1 v1.5 and PSS,
ECDSA, Ed25519. What was strong enough when follows TS 119 312 §9 and, for RSA below
2048 bits, NIST SP 800-131A. Pure; keys that sign are behind the port `Signer`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import KeyKind
from riik.formats import der, oids
from riik.trust.errors import SignatureRefused

__all__ = [
    "HASH_NAMES",
    "Algorithm",
    "check_hash",
    "check_strength",
    "hash_identifier",
    "read_algorithm",
    "signing_algorithm",
    "signing_hash",
    "verify_signature",
]

HASH_NAMES: Final = {
    oids.SHA1: "sha1",
    oids.SHA224: "sha224",
    oids.SHA256: "sha256",
    oids.SHA384: "sha384",
    oids.SHA512: "sha512",
}
"""hashlib's names of the hashes that a foreign signature or time-stamp may use."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - old evidence; `check_strength` says until when
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA: Final = {
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_ECDSA: Final = {
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_SIGNING: Final = {
    KeyKind.P256: der.sequence(der.oid(oids.ECDSA_SHA256)),
    KeyKind.P384: der.sequence(der.oid(oids.ECDSA_SHA384)),
    KeyKind.ED25519: der.sequence(der.oid(oids.ED25519)),
    KeyKind.RSA2048: der.sequence(der.oid(oids.SHA256_WITH_RSA), der.null()),
}
_SIGNING_HASH: Final = {
    KeyKind.P256: "sha256",
    KeyKind.P384: "sha384",
    KeyKind.ED25519: "sha512",
    KeyKind.RSA2048: "sha256",
}

_HASH_UNTIL: Final = {
    "sha1": datetime(2017, 1, 1, tzinfo=UTC),
    "sha224": datetime(2029, 1, 1, tzinfo=UTC),
}
SHORT_RSA_UNTIL: Final = datetime(2014, 1, 1, tzinfo=UTC)
LEAST_RSA_BITS, SHORT_RSA_BITS, LEAST_EC_BITS = 1024, 2048, 256

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm: its family, hash and, for PSS, length of the salt in bytes."""

    family: str
    hash_name: str
    salt: int = 0


def signing_algorithm(kind: KeyKind) -> bytes:
    """AlgorithmIdentifier, DER, of what a `Signer` of this kind makes."""
    return _SIGNING[kind]


def signing_hash(kind: KeyKind) -> str:
    """The hash that fits a key of this kind; SHA-512 for Ed25519 (RFC 8419 §3.1)."""
    return _SIGNING_HASH[kind]


def hash_identifier(name: str) -> bytes:
    """AlgorithmIdentifier, DER, of a hash: parameters absent (RFC 5754 §2)."""
    return der.sequence(der.oid(_HASH_OIDS[name]))


_HASH_OIDS: Final = {name: identifier for identifier, name in HASH_NAMES.items()}


@lru_cache(maxsize=256)
def read_algorithm(identifier: bytes, *, digest: str | None = None) -> Algorithm:
    """Read an AlgorithmIdentifier of a signature.

    Args:
        identifier: AlgorithmIdentifier, DER.
        digest: The hash that CMS names beside it, for plain ``rsaEncryption``.

    Raises:
        SignatureRefused: For ``algorithm``.
    """
    try:
        body = der.Reader.only(identifier)
        name = body.oid()
        if name in _RSA:
            return Algorithm("rsa", _RSA[name])
        if name in _ECDSA:
            return Algorithm("ecdsa", _ECDSA[name])
        if name == oids.ED25519:
            return Algorithm("ed25519", "sha512")
        if name == oids.RSA_PSS:
            return _read_pss(body)
        if name == oids.RSA and digest is not None:
            return Algorithm("rsa", digest)
    except der.DerRefused as error:
        raise SignatureRefused("the algorithm can't be read", why="algorithm") from error
    raise SignatureRefused(f"no signature algorithm {name} here", why="algorithm")


def _read_pss(body: der.Reader) -> Algorithm:
    """RSASSA-PSS-params (RFC 4055 §3.1); both hashes must be the same."""
    hash_name, mask_hash, salt = "sha1", "sha1", 20
    if body:
        parameters = body.enter()
        if (given := parameters.optional(0xA0)) is not None:
            hash_name = _read_hash(given.enter())
        if (given := parameters.optional(0xA1)) is not None:
            mask = given.enter()
            if mask.oid() != oids.MGF1:
                raise SignatureRefused("a mask other than MGF1", why="algorithm")
            mask_hash = _read_hash(mask.enter())
        if (given := parameters.optional(0xA2)) is not None:
            salt = given.integer()
    if mask_hash != hash_name or not 0 <= salt <= 512:
        raise SignatureRefused("PSS with parameters of its own kind", why="algorithm")
    return Algorithm("rsa-pss", hash_name, salt)


def _read_hash(body: der.Reader) -> str:
    name = HASH_NAMES.get(body.oid())
    if name is None:
        raise SignatureRefused("an unknown hash", why="algorithm")
    return name


@lru_cache(maxsize=1024)
def _load(public_key: bytes) -> PublicKey:
    """The key object of a SubjectPublicKeyInfo; a memo, for the same few keys sign most."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        return _without_sign(public_key, error)
    if not isinstance(key, PublicKey):
        raise SignatureRefused("a public key of another kind", why="key")
    return key


def _without_sign(public_key: bytes, error: Exception) -> rsa.RSAPublicKey:
    """An RSA key whose modulus lacks the zero octet that makes it positive (X.690 §8.3.3).

    Certificates of Estonian ID-cards of 2014 and 2015 have such keys (Chromium issue 532048), and
    what they signed stays signed. A modulus is never negative, so there is one way to read it;
    every other fault of a key is a fault.
    """
    try:
        body = der.Reader.only(public_key)
        algorithm = body.enter()
        if algorithm.oid() != oids.RSA:
            raise SignatureRefused("the public key can't be used", why="key") from error
        key = der.Reader.only(body.bits())
        modulus, exponent = key.content(der.INTEGER), key.integer()
        key.finish()
        body.finish()
        if modulus[:1] < b"\x80" or exponent < 1:
            raise SignatureRefused("the public key can't be used", why="key") from error
        return rsa.RSAPublicNumbers(exponent, int.from_bytes(modulus, "big")).public_key()
    except (der.DerRefused, ValueError) as fault:
        raise SignatureRefused("the public key can't be used", why="key") from fault


def verify_signature(
    public_key: bytes, *, algorithm: Algorithm, signature: bytes, message: bytes
) -> None:
    """Check a signature; returns nothing.

    Args:
        public_key: SubjectPublicKeyInfo, DER.
        algorithm: From `read_algorithm`.
        signature: As X.509 carries it; of ECDSA the DER of r and s.
        message: What was signed, not its digest.

    Raises:
        SignatureRefused: For ``key``, ``algorithm`` (the key is of another family) or
            ``signature``.
    """
    key = _load(public_key)
    chosen = _HASHES[algorithm.hash_name]
    try:
        if algorithm.family == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            return key.verify(signature, message, ec.ECDSA(chosen))
        if algorithm.family == "rsa" and isinstance(key, rsa.RSAPublicKey):
            return key.verify(signature, message, padding.PKCS1v15(), chosen)
        if algorithm.family == "rsa-pss" and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(chosen), algorithm.salt)
            return key.verify(signature, message, pss, chosen)
        if algorithm.family == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            return key.verify(signature, message)
    except InvalidSignature as error:
        raise SignatureRefused("the signature is wrong", why="signature") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureRefused("the signature can't be checked", why="algorithm") from error
    raise SignatureRefused("the key is of another kind than the signature", why="algorithm")


def check_hash(hash_name: str, *, at: datetime) -> None:
    """Refuse a hash that was no longer strong enough at that time.

    Raises:
        SignatureRefused: For ``weak-hash``.
    """
    until = _HASH_UNTIL.get(hash_name)
    if until is not None and at >= until:
        raise SignatureRefused(f"{hash_name} no longer counted", why="weak-hash")


def check_strength(public_key: bytes, *, algorithm: Algorithm, at: datetime) -> None:
    """Refuse an algorithm or a key that was no longer strong enough at that time.

    Raises:
        SignatureRefused: For ``weak-hash`` or ``weak-key``.
    """
    check_hash(algorithm.hash_name, at=at)
    key = _load(public_key)
    if isinstance(key, rsa.RSAPublicKey):
        least = LEAST_RSA_BITS if at < SHORT_RSA_UNTIL else SHORT_RSA_BITS
    else:
        least = LEAST_EC_BITS
    if not isinstance(key, ed25519.Ed25519PublicKey) and key.key_size < least:
        raise SignatureRefused(f"a key of {key.key_size} bits was too short", why="weak-key")
