"""Digests and canonical forms: is this what the signature's references were made of?

Implements the algorithms of XML-DSig §4.4, §6 and RFC 6931/9231 that a signature may
name here: SHA-2 (SHA-1 in old evidence), C14N 1.0, 1.1 and exclusive, RSA, RSA-PSS and
ECDSA. XPath, XSLT, HMAC and fetched addresses don't exist here, so they can't be used.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import new as new_hash
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lxml import etree

from riik.core import KeyKind
from riik.formats import der, oids, xml
from riik.signatures.errors import FormatRefused
from riik.signatures.shape import DS, EXCLUSIVE
from riik.trust import SignatureRefused, read_algorithm, verify_signature

__all__ = [
    "DIGESTS",
    "METHODS",
    "Canonical",
    "base64",
    "check_signature",
    "digest_of",
    "digest_uri",
    "from_raw",
    "is_weak",
    "method_hash",
    "read_canonical",
    "to_raw",
]

DIGESTS: Final = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_DIGEST_URIS: Final = {name: uri for uri, name in DIGESTS.items()}

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"
_HASH_OIDS: Final = {
    "sha224": oids.SHA224,
    "sha256": oids.SHA256,
    "sha384": oids.SHA384,
    "sha512": oids.SHA512,
}
_PSS_SALT: Final = {"sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


def _plain(identifier: str) -> bytes:
    return der.sequence(der.oid(identifier))


def _pss(name: str) -> bytes:
    """AlgorithmIdentifier of RSASSA-PSS as RFC 9231 §2.3.9 fixes its parameters."""
    chosen = der.sequence(der.oid(_HASH_OIDS[name]))
    return der.sequence(
        der.oid(oids.RSA_PSS),
        der.sequence(
            der.context(0, chosen),
            der.context(1, der.sequence(der.oid(oids.MGF1), chosen)),
            der.context(2, der.integer(_PSS_SALT[name])),
        ),
    )


METHODS: Final[dict[str, tuple[str, bytes]]] = {
    f"{DS}rsa-sha1": ("sha1", _plain("1.2.840.113549.1.1.5")),
    f"{_MORE}rsa-sha224": ("sha224", _plain("1.2.840.113549.1.1.14")),
    f"{_MORE}rsa-sha256": ("sha256", _plain("1.2.840.113549.1.1.11")),
    f"{_MORE}rsa-sha384": ("sha384", _plain("1.2.840.113549.1.1.12")),
    f"{_MORE}rsa-sha512": ("sha512", _plain("1.2.840.113549.1.1.13")),
    f"{_MORE}ecdsa-sha1": ("sha1", _plain("1.2.840.10045.4.1")),
    f"{_MORE}ecdsa-sha224": ("sha224", _plain("1.2.840.10045.4.3.1")),
    f"{_MORE}ecdsa-sha256": ("sha256", _plain("1.2.840.10045.4.3.2")),
    f"{_MORE}ecdsa-sha384": ("sha384", _plain("1.2.840.10045.4.3.3")),
    f"{_MORE}ecdsa-sha512": ("sha512", _plain("1.2.840.10045.4.3.4")),
    f"{_MORE_2007}sha224-rsa-MGF1": ("sha224", _pss("sha224")),
    f"{_MORE_2007}sha256-rsa-MGF1": ("sha256", _pss("sha256")),
    f"{_MORE_2007}sha384-rsa-MGF1": ("sha384", _pss("sha384")),
    f"{_MORE_2007}sha512-rsa-MGF1": ("sha512", _pss("sha512")),
}
"""Signature methods: the hash and the AlgorithmIdentifier of X.509 that means the same."""

SIGNING_METHODS: Final = {
    KeyKind.P256: f"{_MORE}ecdsa-sha256",
    KeyKind.P384: f"{_MORE}ecdsa-sha384",
    KeyKind.RSA2048: f"{_MORE}rsa-sha256",
}

_INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_INCLUSIVE_11: Final = "http://www.w3.org/2006/12/xml-c14n11"
_CANONICAL: Final = {
    _INCLUSIVE: (False, False),
    f"{_INCLUSIVE}#WithComments": (False, True),
    _INCLUSIVE_11: (False, False),
    f"{_INCLUSIVE_11}#WithComments": (False, True),
    EXCLUSIVE: (True, False),
    f"{EXCLUSIVE}WithComments": (True, True),
}

# When a hash stopped being strong enough for new signatures (TS 119 312 §9.2).
_WEAK_FROM: Final = {
    "sha1": datetime(2017, 1, 1, tzinfo=UTC),
    "sha224": datetime(2029, 1, 1, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonicalisation method; without an element it is C14N 1.0 (XML-DSig §4.4.3.2)."""

    exclusive: bool = False
    with_comments: bool = False
    prefixes: tuple[str, ...] = ()

    def __call__(self, element: etree._Element) -> bytes:
        """The canonical bytes of the element.

        Raises:
            FormatRefused: For ``canonical``.
        """
        try:
            return xml.canonicalise(
                element,
                exclusive=self.exclusive,
                with_comments=self.with_comments,
                prefixes=self.prefixes,
            )
        except xml.XmlRefused as error:
            raise FormatRefused(f"no canonical form: {error}", why="canonical") from error


def read_canonical(method: etree._Element) -> Canonical:
    """Read a CanonicalizationMethod or a Transform that canonicalises.

    Raises:
        FormatRefused: For ``algorithm``.
    """
    algorithm = method.get("Algorithm", "")
    if algorithm not in _CANONICAL:
        raise FormatRefused("a transform that isn't canonicalisation", why="algorithm")
    exclusive, with_comments = _CANONICAL[algorithm]
    given = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    prefixes: Sequence[str] = () if given is None else (given.get("PrefixList") or "").split()
    if "#default" in prefixes or (prefixes and not exclusive):
        raise FormatRefused("a prefix list that isn't understood", why="algorithm")
    return Canonical(exclusive, with_comments, tuple(prefixes))


def base64(text: str) -> bytes:
    """Bytes of base64 with any white space; nothing else is skipped.

    Raises:
        FormatRefused: For ``base64``.
    """
    try:
        return b64decode("".join(text.split()), validate=True)
    except (Base64Error, ValueError) as error:
        raise FormatRefused("not base64", why="base64") from error


def digest_of(content: bytes, *, uri: str) -> bytes:
    """The digest by the algorithm of this URI.

    Raises:
        FormatRefused: For ``algorithm``.
    """
    if uri not in DIGESTS:
        raise FormatRefused("an unknown digest algorithm", why="algorithm")
    return new_hash(DIGESTS[uri], content).digest()


def digest_uri(hash_name: str) -> str:
    """The URI of one of hashlib's names."""
    return _DIGEST_URIS[hash_name]


def method_hash(method: str) -> str:
    """The hash of a signature method.

    Raises:
        FormatRefused: For ``algorithm``.
    """
    if method not in METHODS:
        raise FormatRefused("an unknown signature method", why="algorithm")
    return METHODS[method][0]


def is_weak(hash_name: str, *, at: datetime) -> bool:
    """Was the hash no longer strong enough at that time?"""
    until = _WEAK_FROM.get(hash_name)
    return until is not None and at >= until


def check_signature(public_key: bytes, *, method: str, signature: bytes, message: bytes) -> None:
    """Check a SignatureValue; ECDSA is r and s of the curve's size, one after the other.

    Raises:
        FormatRefused: For ``algorithm``.
        SignatureRefused: The signature doesn't verify.
    """
    method_hash(method)
    if "#ecdsa-" in method:
        signature = from_raw(signature, public_key=public_key)
    verify_signature(
        public_key,
        algorithm=read_algorithm(METHODS[method][1]),
        signature=signature,
        message=message,
    )


def from_raw(signature: bytes, *, public_key: bytes) -> bytes:
    """DER of an ECDSA signature from r and s (RFC 4050 §3.3, XML-DSig 1.1 §6.4.3).

    Raises:
        SignatureRefused: For ``signature`` when it isn't twice the curve's size, or ``key``.
    """
    size = _coordinate_bytes(public_key)
    if len(signature) != 2 * size:
        raise SignatureRefused("r and s are of another size", why="signature")
    halves = signature[:size], signature[size:]
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))


def to_raw(signature: bytes, *, public_key: bytes) -> bytes:
    """R and s of an ECDSA signature in DER, as a `Signer` makes it."""
    size = _coordinate_bytes(public_key)
    return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(signature))


def _coordinate_bytes(public_key: bytes) -> int:
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureRefused("the public key can't be used", why="key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureRefused("the key is of another kind", why="key")
    return (key.key_size + 7) // 8
