"""OCSP: what is this certificate's status, and who says so?

Implements the asking side of RFC 6960 (requests §4.1, verifying responses §3.2) with
the nonce of RFC 9654, over CertIDs with SHA-1 or SHA-256. Pure: the network is `client`,
making responses is `responders`. A responder is believed when it is the issuer, holds its
delegation (§4.2.2.2), or is named in a trusted list as a status service.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import new as new_hash
from hashlib import sha1
from typing import Final, Self

from riik.formats import der, oids
from riik.trust.algorithms import (
    HASH_NAMES,
    check_strength,
    read_algorithm,
    verify_signature,
)
from riik.trust.certificates import names_agree, read_certificate
from riik.trust.errors import CertificateRefused, OcspRefused, RequestRefused, SignatureRefused
from riik.trust.model import (
    Certificate,
    CertificateStatus,
    KeyUsage,
    Revocation,
    ServiceKind,
    Standing,
    TrustAnchor,
)
from riik.trust.paths import verify_issued

__all__ = [
    "OCSP_KINDS",
    "CertId",
    "key_hash",
    "make_ocsp_request",
    "nonce_extension",
    "read_cert_id",
    "read_extensions",
    "verify_ocsp",
]

MOST_RESPONSE_BYTES: Final = 64 * 1024
CERTIFICATE_HOLD: Final = 6
SUCCESSFUL: Final = 0
SKEW: Final = timedelta(minutes=1)

_CERT_ID_HASHES: Final = {"sha1", "sha256"}
OCSP_KINDS: Final = frozenset({ServiceKind.OCSP, ServiceKind.OCSP_QC})


@dataclass(frozen=True, slots=True)
class CertId:
    """Whose status is asked: hashes of the issuer's name and key, and the serial number.

    Attributes:
        source: CertID as it came or as it is sent, DER; an answer repeats it.
    """

    hash_name: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    source: bytes = field(compare=False)

    @classmethod
    def of(cls, certificate: Certificate, *, issuer: Certificate, hash_name: str) -> Self:
        """Name a certificate; the algorithm carries NULL, as deployed software compares it."""
        name_hash, key_hash = _issuer_hashes(issuer, hash_name)
        source = der.sequence(
            der.sequence(der.oid(_HASH_OIDS[hash_name]), der.null()),
            der.octet_string(name_hash),
            der.octet_string(key_hash),
            der.integer(certificate.serial),
        )
        return cls(hash_name, name_hash, key_hash, certificate.serial, source)

    def issued_by(self, issuer: Certificate) -> bool:
        """Do the hashes name this issuer?"""
        return (self.name_hash, self.key_hash) == _issuer_hashes(issuer, self.hash_name)


_HASH_OIDS: Final = {name: identifier for identifier, name in HASH_NAMES.items()}


@lru_cache(maxsize=64)
def _issuer_hashes(issuer: Certificate, hash_name: str) -> tuple[bytes, bytes]:
    return (
        new_hash(hash_name, issuer.subject.der).digest(),
        new_hash(hash_name, _key_bits(issuer)).digest(),
    )


@lru_cache(maxsize=64)
def key_hash(certificate: bytes) -> bytes:
    """A responder's KeyHash: SHA-1 by definition (RFC 6960 §4.2.1)."""
    return sha1(_key_bits(read_certificate(certificate))).digest()  # noqa: S324 - an index


def _key_bits(certificate: Certificate) -> bytes:
    """The subject's public key without its algorithm (RFC 6960 §4.1.1 issuerKeyHash)."""
    body = der.Reader.only(certificate.public_key)
    body.skip()
    return body.bits()


def make_ocsp_request(
    certificate: bytes, *, issuer: bytes, nonce: bytes | None = None, hash_name: str = "sha1"
) -> bytes:
    """Ask for one certificate's status.

    SHA-1 names the issuer by default: it is an index here, not a proof, and older
    responders know no other (RFC 6960 §4.3 asks for both).
    """
    asked = CertId.of(
        read_certificate(certificate), issuer=read_certificate(issuer), hash_name=hash_name
    )
    extensions = b"" if nonce is None else der.context(2, der.sequence(nonce_extension(nonce)))
    return der.sequence(der.sequence(der.sequence(der.sequence(asked.source)), extensions))


def read_cert_id(single: der.Reader) -> CertId:
    """Read the CertID that comes next.

    Raises:
        RequestRefused: For ``algorithm``.
    """
    source = single.raw(der.SEQUENCE)
    body = der.Reader.only(source)
    hash_name = HASH_NAMES.get(body.enter().oid(), "")
    if hash_name not in _CERT_ID_HASHES:
        raise RequestRefused("a CertID with another hash", why="algorithm")
    identifier = CertId(hash_name, body.octets(), body.octets(), body.integer(), source)
    body.finish()
    return identifier


def read_extensions(wrapper: der.Reader) -> dict[str, bytes]:
    """Read extensions into values by their dotted kind; critical ones must be known.

    Raises:
        RequestRefused: For ``extension``.
    """
    found: dict[str, bytes] = {}
    extensions = wrapper.enter()
    while extensions:
        extension = extensions.enter()
        kind = extension.oid()
        critical = extension.peek() == der.BOOLEAN and extension.boolean()
        if critical and kind != oids.OCSP_NONCE:
            raise RequestRefused(f"critical extension {kind}", why="extension")
        found[kind] = extension.octets()
    return found


def nonce_extension(nonce: bytes) -> bytes:
    """The nonce as an extension (RFC 9654 §2.1)."""
    return der.sequence(der.oid(oids.OCSP_NONCE), der.octet_string(der.octet_string(nonce)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basic:
    """BasicOCSPResponse with one answer, as it came."""

    signed: bytes
    algorithm: bytes
    signature: bytes
    certificates: tuple[Certificate, ...]
    responder_name: bytes | None
    responder_key: bytes | None
    produced_at: datetime
    asked: CertId
    standing: Standing
    this_update: datetime
    next_update: datetime | None
    nonce: bytes | None

    def names(self, responder: Certificate) -> bool:
        """Is this certificate the one that ResponderID means?"""
        if self.responder_name is not None:
            return self.responder_name == responder.subject.der
        return self.responder_key == key_hash(responder.der)


def verify_ocsp(
    response: bytes,
    *,
    certificate: bytes,
    issuer: bytes,
    anchors: Sequence[TrustAnchor] = (),
    at: datetime | None = None,
    max_age: timedelta | None = None,
    nonce: bytes | None = None,
    kinds: Collection[ServiceKind] = OCSP_KINDS,
) -> Revocation:
    """Believe a response about ``certificate``, or refuse it.

    A believed response may say that the certificate is revoked: ask ``require_good``.

    Args:
        response: OCSPResponse, DER, with exactly one answer.
        certificate: Whose status it should tell, DER.
        issuer: That certificate's issuer, DER, itself already believed.
        anchors: Status services that a list trusts directly.
        at: The time to judge at; without it the response's own time: evidence inside a
            signature, whose times the caller compares.
        max_age: How long before ``at`` thisUpdate may lie.
        nonce: What the request carried; then the response must carry the same.
        kinds: Which kinds of listed service may answer here.

    Raises:
        OcspRefused: For ``encoding``, ``response-status``, ``response-count``,
            ``other-certificate``, ``responders``, ``responder-expired``, ``signature``,
            ``weak``, ``nonce``, ``too-early``, ``too-late`` or ``too-old``.
    """
    basic = _read_response(response)
    authority = read_certificate(issuer)
    if basic.asked.serial != read_certificate(certificate).serial or not basic.asked.issued_by(
        authority
    ):
        raise OcspRefused("the answer is about another certificate", why="other-certificate")
    if nonce is not None and basic.nonce != nonce:
        raise OcspRefused("the answer is to another request", why="nonce")
    _check_times(basic, at=at or basic.produced_at, max_age=max_age)
    listed = [anchor for anchor in anchors if anchor.kind in OCSP_KINDS and anchor.kind in kinds]
    responder = _find_responder(basic, authority=authority, anchors=listed)
    _check_signed(basic, responder=responder)
    return Revocation(
        status=basic.standing.status,
        produced_at=basic.produced_at,
        this_update=basic.this_update,
        next_update=basic.next_update,
        revoked_at=basic.standing.since,
        reason=basic.standing.reason,
        responder=responder,
        nonce=basic.nonce,
    )


def _read_response(response: bytes) -> _Basic:
    try:
        outer = der.Reader.only(response, most=MOST_RESPONSE_BYTES)
        status = outer.integer(der.ENUMERATED)
        if status != SUCCESSFUL:
            raise OcspRefused(
                f"the responder answered {status}", why="response-status", status=status
            )
        envelope = outer.enter(0xA0).enter()
        outer.finish()
        if envelope.oid() != oids.OCSP_BASIC:
            raise OcspRefused("not a basic response", why="encoding")
        return _read_basic(der.Reader.only(envelope.octets()))
    except (der.DerRefused, RequestRefused, CertificateRefused) as error:
        raise OcspRefused(f"not an OCSP response: {error}", why="encoding") from error


def _read_basic(body: der.Reader) -> _Basic:
    signed, algorithm, signature = body.raw(der.SEQUENCE), body.raw(der.SEQUENCE), body.bits()
    wrapper = body.optional(0xA0)
    body.finish()
    inner = der.Reader.only(signed)
    if inner.peek() == 0xA0:
        inner.skip()
    by_name = inner.optional(0xA1)
    by_key = None if by_name is not None else inner.enter(0xA2)
    produced_at = inner.time()
    singles = inner.enter()
    single = singles.enter()
    if singles:
        raise OcspRefused("more than one answer", why="response-count")
    extensions = inner.optional(0xA1)
    inner.finish()
    asked = read_cert_id(single)
    standing = _read_standing(single)
    this_update = single.time()
    next_update = single.optional(0xA0)
    return _Basic(
        signed=signed,
        algorithm=algorithm,
        signature=signature,
        certificates=tuple(_read_certificates(wrapper)),
        responder_name=None if by_name is None else by_name.raw(der.SEQUENCE),
        responder_key=None if by_key is None else by_key.octets(),
        produced_at=produced_at,
        asked=asked,
        standing=standing,
        this_update=this_update,
        next_update=None if next_update is None else next_update.time(),
        nonce=None if extensions is None else _read_response_nonce(extensions),
    )


def _read_certificates(wrapper: der.Reader | None) -> Iterator[Certificate]:
    certificates = None if wrapper is None else wrapper.enter()
    while certificates:
        yield read_certificate(certificates.raw(der.SEQUENCE))


def _read_standing(single: der.Reader) -> Standing:
    tag = single.peek()
    if tag in {0x80, 0x82}:
        single.skip()
        good = tag == 0x80
        return Standing(CertificateStatus.GOOD if good else CertificateStatus.UNKNOWN)
    revoked = single.enter(0xA1)
    since = revoked.time()
    given = revoked.optional(0xA0)
    reason = None if given is None else given.integer(der.ENUMERATED)
    held = reason == CERTIFICATE_HOLD
    status = CertificateStatus.SUSPENDED if held else CertificateStatus.REVOKED
    return Standing(status, since, reason)


def _read_response_nonce(wrapper: der.Reader) -> bytes | None:
    """The nonce, or its raw value from responders older than RFC 6960 (time-marks)."""
    value = read_extensions(wrapper).get(oids.OCSP_NONCE)
    if value is None:
        return None
    try:
        outer = der.Reader(value)
        nonce = outer.octets()
        outer.finish()
    except der.DerRefused:
        return value
    return nonce


def _check_times(basic: _Basic, *, at: datetime, max_age: timedelta | None) -> None:
    if max(basic.this_update, basic.produced_at) > at + SKEW:
        raise OcspRefused("the answer is from the future", why="too-early")
    if basic.next_update is not None and basic.next_update < at - SKEW:
        raise OcspRefused("newer information was due", why="too-late")
    if max_age is not None and at - basic.this_update > max_age + SKEW:
        raise OcspRefused("the answer is too old", why="too-old")


def _find_responder(
    basic: _Basic, *, authority: Certificate, anchors: Sequence[TrustAnchor]
) -> Certificate:
    """The certificate that ResponderID means and that may speak for this issuer."""
    if basic.names(authority):
        return authority
    for anchor in anchors:
        if anchor.trusted_at(basic.produced_at):
            listed = read_certificate(anchor.certificate)
            if basic.names(listed):
                return _in_time(listed, basic.produced_at)
    for delegate in basic.certificates:
        if basic.names(delegate) and _is_delegated(
            delegate, authority=authority, at=basic.produced_at
        ):
            return _in_time(delegate, basic.produced_at)
    raise OcspRefused("the responder may not speak for this issuer", why="responder")


def _is_delegated(delegate: Certificate, *, authority: Certificate, at: datetime) -> bool:
    if (
        oids.OCSP_SIGNING not in delegate.extended_key_usage
        or not delegate.allows(KeyUsage.DIGITAL_SIGNATURE)
        or not names_agree(delegate.issuer, authority.subject)
    ):
        return False
    try:
        verify_issued(delegate, issuer=authority)
        algorithm = read_algorithm(delegate.signature_algorithm)
        check_strength(authority.public_key, algorithm=algorithm, at=at)
    except SignatureRefused:
        return False
    return True


def _in_time(responder: Certificate, at: datetime) -> Certificate:
    if not responder.holds_at(at):
        raise OcspRefused("the responder's certificate had expired", why="responder-expired")
    return responder


def _check_signed(basic: _Basic, *, responder: Certificate) -> None:
    try:
        algorithm = read_algorithm(basic.algorithm)
        check_strength(responder.public_key, algorithm=algorithm, at=basic.produced_at)
    except SignatureRefused as error:
        raise OcspRefused(f"too weak: {error}", why="weak") from error
    try:
        verify_signature(
            responder.public_key,
            algorithm=algorithm,
            signature=basic.signature,
            message=basic.signed,
        )
    except SignatureRefused as error:
        raise OcspRefused("the responder did not sign this", why="signature") from error
