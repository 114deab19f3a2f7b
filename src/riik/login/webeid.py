"""Web eID: does this token prove that the holder of that card is here, now, on our site?

Implements the validation of authentication tokens of Web eID 1.0 (system architecture
document, "Authentication token validation"; the format's minor versions are taken alike):
shape, certificate, its purpose and policies, its issuer, then the signature over
``H(origin) || H(nonce)``, and last how fresh an OCSP answer must be.
Pure. The nonce is kept in `store`; who answers OCSP is asked in `component`.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from hashlib import new as new_hash
from typing import Final, NoReturn

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.login.errors import TokenRefused
from riik.login.model import Credential
from riik.trust import (
    Certificate,
    CertificateRefused,
    KeyUsage,
    PathRefused,
    Revocation,
    TrustAnchor,
    read_certificate,
    validate_path,
)

__all__ = ["MOBILE_ID_POLICIES", "check_freshness", "verify_token"]

MOBILE_ID_POLICIES: Final = ("1.3.6.1.4.1.10015.1.3",)
CLIENT_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.2"
LEAST_NONCE = 44
LEAST_CHARACTERS, MOST_CHARACTERS = 100, 10_000

_FORMAT: Final = re.compile(r"web-eid:1(\.[0-9]{1,3})?\Z")
_ORIGIN: Final = re.compile(r"https?://[^/?#@\s]+\Z")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: Final[dict[str, tuple[type[ec.EllipticCurve], int]]] = {
    "256": (ec.SECP256R1, 32),
    "384": (ec.SECP384R1, 48),
    "512": (ec.SECP521R1, 66),
}


class _Token(msgspec.Struct, rename="camel"):
    """The members that count; others are ignored, as the format asks."""

    format: str | None = None
    unverified_certificate: str | None = None
    algorithm: str | None = None
    signature: str | None = None


def verify_token(
    token: str,
    *,
    nonce: str,
    origin: str,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    disallowed_policies: Collection[str] = MOBILE_ID_POLICIES,
) -> Credential:
    """Verify a token up to its signature; whether the certificate was revoked comes after.

    Args:
        token: The JSON text that the browser sent.
        nonce: The challenge that this browser was given, base64, at least 44 characters.
        origin: Our site as browsers write it, without a slash at the end.
        anchors: CAs that issue people's authentication certificates.
        at: Now.
        disallowed_policies: Dotted policies, with all below them, that are not taken.

    Raises:
        TokenRefused: For ``nonce``, ``origin``, ``length``, ``parse``, ``format``,
            ``certificate-missing``, ``certificate``, ``expired``, ``not-yet-valid``,
            ``purpose-missing``, ``purpose``, ``policy``, ``issuer``, ``algorithm``
            or ``signature``.
    """
    if len(nonce) < LEAST_NONCE:
        _refuse("there is no challenge of enough entropy", why="nonce")
    if not _ORIGIN.match(origin):
        _refuse("the site's origin is not one", why="origin")
    read = _read(token)
    certificate = _read_certificate(read)
    _check_validity(certificate, at=at)
    _check_purpose(certificate)
    _check_policies(certificate, disallowed=disallowed_policies)
    issuer = _issuer(certificate, anchors=anchors, at=at)
    _check_signature(read, key=certificate.public_key, origin=origin, nonce=nonce)
    subject = certificate.subject
    return Credential(
        certificate=certificate.der,
        issuer=issuer.der,
        identifier=subject.serial_number or "",
        country=subject.country or "",
        given_names=subject.given_name or "",
        surname=subject.surname or "",
    )


def check_freshness(
    revocation: Revocation, *, at: datetime, skew: timedelta, age: timedelta
) -> None:
    """Check that an OCSP answer is of now, within the skew of clocks (RFC 6960 §4.2.2.1).

    Raises:
        TokenRefused: For ``revocation-early``, ``revocation-old`` or ``revocation-period``.
    """
    if revocation.this_update > at + skew:
        _refuse("the OCSP answer is from the future", why="revocation-early")
    if revocation.this_update < at - age:
        _refuse("the OCSP answer is too old", why="revocation-old")
    following = revocation.next_update
    if following is not None and (following < at - skew or following < revocation.this_update):
        _refuse("the OCSP answer's time is over", why="revocation-period")


def _read(token: str) -> _Token:
    if not LEAST_CHARACTERS <= len(token) <= MOST_CHARACTERS:
        _refuse("a token has 100 to 10,000 characters", why="length")
    try:
        read = msgspec.json.decode(token, type=_Token)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise TokenRefused("the token is no JSON of its kind", why="parse") from error
    if read.format is None or not _FORMAT.match(read.format):
        _refuse("the token is of another format", why="format")
    return read


def _read_certificate(token: _Token) -> Certificate:
    if not token.unverified_certificate:
        _refuse("the token has no certificate", why="certificate-missing")
    try:
        return read_certificate(b64decode(token.unverified_certificate, validate=True))
    except (ValueError, CertificateRefused) as error:
        raise TokenRefused("the certificate can't be read", why="certificate") from error


def _check_validity(certificate: Certificate, *, at: datetime) -> None:
    if at < certificate.not_before:
        _refuse("the certificate is not yet valid", why="not-yet-valid")
    if at > certificate.not_after:
        _refuse("the certificate has expired", why="expired")


def _check_purpose(certificate: Certificate) -> None:
    """For signing in, not for signing: the key usage must be there and say so."""
    if not certificate.key_usage:
        _refuse("the certificate names no key usage", why="purpose-missing")
    purposes = certificate.extended_key_usage
    if KeyUsage.DIGITAL_SIGNATURE not in certificate.key_usage or (
        purposes and CLIENT_AUTHENTICATION not in purposes
    ):
        _refuse("the certificate is not for signing in", why="purpose")


def _check_policies(certificate: Certificate, *, disallowed: Collection[str]) -> None:
    for policy in certificate.policies:
        if any(policy == root or policy.startswith(f"{root}.") for root in disallowed):
            _refuse("certificates of this policy are not taken", why="policy")


def _issuer(
    certificate: Certificate, *, anchors: Sequence[TrustAnchor], at: datetime
) -> Certificate:
    try:
        path = validate_path(certificate.der, anchors=anchors, at=at)
    except PathRefused as error:
        raise TokenRefused("the issuer is not trusted for this", why="issuer") from error
    if len(path.certificates) < 2:
        _refuse("the certificate is its own anchor", why="issuer")
    return path.certificates[1]


def _check_signature(token: _Token, *, key: bytes, origin: str, nonce: str) -> None:
    name = token.algorithm or ""
    check, chosen = _CHECKS.get(name[:2]), _HASHES.get(name[2:])
    if check is None or chosen is None:
        _refuse("the signature's algorithm is not one of the format's", why="algorithm")
    message = b"".join(new_hash(chosen.name, text.encode()).digest() for text in (origin, nonce))
    try:
        signature = b64decode(token.signature or "", validate=True)
        check(load_der_public_key(key), signature, message, chosen)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise TokenRefused("the signature doesn't hold", why="signature") from error


_Check = Callable[[PublicKeyTypes, bytes, bytes, hashes.HashAlgorithm], None]


def _check_ecdsa(
    key: PublicKeyTypes, signature: bytes, message: bytes, chosen: hashes.HashAlgorithm
) -> None:
    curve, octets = _CURVES[chosen.name[-3:]]
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve):
        raise InvalidSignature
    if len(signature) != 2 * octets:
        raise InvalidSignature
    r, s = (int.from_bytes(half, "big") for half in (signature[:octets], signature[octets:]))
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(chosen))


def _check_rsa(
    key: PublicKeyTypes, signature: bytes, message: bytes, chosen: hashes.HashAlgorithm
) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature
    key.verify(signature, message, padding.PKCS1v15(), chosen)


def _check_pss(
    key: PublicKeyTypes, signature: bytes, message: bytes, chosen: hashes.HashAlgorithm
) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature
    pss = padding.PSS(padding.MGF1(chosen), chosen.digest_size)
    key.verify(signature, message, pss, chosen)


_CHECKS: Final[dict[str, _Check]] = {"ES": _check_ecdsa, "RS": _check_rsa, "PS": _check_pss}


def _refuse(message: str, *, why: str) -> NoReturn:
    raise TokenRefused(message, why=why)
