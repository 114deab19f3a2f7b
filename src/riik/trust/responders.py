"""The answering side: an OCSP responder's and a time-stamp authority's messages.

Implements OCSP requests (RFC 6960 §4.1) and responses (§4.2), echoing nonces of 1 to 128
bytes (RFC 9654 §2.1); time-stamp requests (RFC 3161 §2.4.1), tokens and responses (§2.4.2)
under the limits of EN 319 422: imprints from SHA-256 up, the signer's certificate bound in
by signingCertificateV2 (RFC 5816). The DER is joined by hand, so an answer is made in the
time that one signature takes. Pure; look-ups, clock and serials come from `component`,
verifying answers is `ocsp` and `timestamps`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from hashlib import new as new_hash
from hashlib import sha256
from typing import Final

from riik.core import KeyKind, Signer
from riik.formats import der, oids
from riik.trust.algorithms import HASH_NAMES, hash_identifier, signing_algorithm, signing_hash
from riik.trust.certificates import read_certificate
from riik.trust.errors import RequestRefused
from riik.trust.model import CertificateStatus, Standing
from riik.trust.ocsp import (
    CERTIFICATE_HOLD,
    CertId,
    key_hash,
    nonce_extension,
    read_cert_id,
    read_extensions,
)

__all__ = [
    "Failure",
    "OcspRequest",
    "ResponseStatus",
    "TimeStampRequest",
    "make_ocsp_response",
    "make_timestamp_response",
    "make_token",
    "read_ocsp_request",
    "read_timestamp_request",
    "refuse_ocsp",
    "refuse_timestamp",
]

MOST_OCSP_BYTES: Final = 8 * 1024
MOST_CERTIFICATES_ASKED: Final = 16
MOST_NONCE_BYTES: Final = 128
MOST_TSP_BYTES: Final = 4 * 1024
MOST_NONCE_BITS: Final = 512
IMPRINT_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
ACCURACY_SECONDS: Final = 1


# OCSP


class ResponseStatus(IntEnum):
    """OCSPResponseStatus (RFC 6960 §4.2.1)."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6


@dataclass(frozen=True, slots=True)
class OcspRequest:
    """A request that was read: whose statuses, and the nonce to echo."""

    asked: tuple[CertId, ...]
    nonce: bytes | None


def read_ocsp_request(request: bytes) -> OcspRequest:
    """Read a request of at most 8 KiB and 16 certificates; a signature on it is not looked at.

    Raises:
        RequestRefused: For ``too-long``, ``malformed``, ``algorithm`` or ``extension``.
    """
    if len(request) > MOST_OCSP_BYTES:
        raise RequestRefused("the request is too long", why="too-long", most=MOST_OCSP_BYTES)
    try:
        body = der.Reader.only(request).enter()
        for optional in (0xA0, 0xA1):
            if body.peek() == optional:
                body.skip()
        asked = tuple(_read_asked(body.enter()))
        extensions = body.optional(0xA2)
        body.finish()
        nonce = None if extensions is None else _read_request_nonce(extensions)
    except der.DerRefused as error:
        raise RequestRefused(f"not an OCSP request: {error}", why="malformed") from error
    if not 1 <= len(asked) <= MOST_CERTIFICATES_ASKED:
        raise RequestRefused(
            f"{len(asked)} certificates asked", why="malformed", most=MOST_CERTIFICATES_ASKED
        )
    return OcspRequest(asked, nonce)


def _read_asked(requests: der.Reader) -> Iterator[CertId]:
    while requests:
        single = requests.enter()
        yield read_cert_id(single)
        extensions = single.optional(0xA0)
        if extensions is not None:
            read_extensions(extensions)


def _read_request_nonce(wrapper: der.Reader) -> bytes | None:
    value = read_extensions(wrapper).get(oids.OCSP_NONCE)
    if value is None:
        return None
    outer = der.Reader(value)
    nonce = outer.octets()
    outer.finish()
    if not 1 <= len(nonce) <= MOST_NONCE_BYTES:
        raise RequestRefused("a nonce of another size", why="extension", most=MOST_NONCE_BYTES)
    return nonce


def refuse_ocsp(status: ResponseStatus) -> bytes:
    """A response that only says what is wrong with the request or the responder."""
    return der.sequence(der.enumerated(status))


def make_ocsp_response(
    answers: Sequence[tuple[CertId, Standing]],
    *,
    responder: bytes,
    signer: Signer,
    at: datetime,
    nonce: bytes | None = None,
    lifetime: timedelta | None = None,
) -> bytes:
    """Sign a response; the responder is named by its key hash and its certificate included.

    Args:
        answers: One or more certificates with their standing.
        responder: The responder's certificate, DER.
        signer: Its key.
        at: Now: producedAt and thisUpdate, cut to whole seconds.
        nonce: The request's, echoed.
        lifetime: How long until newer information; without it there is always newer.
    """
    at = at.astimezone(UTC).replace(microsecond=0)
    this_update = der.generalized_time(at)
    next_update = b"" if lifetime is None else der.context(0, der.generalized_time(at + lifetime))
    singles = b"".join(
        der.sequence(asked.source, _encode_standing(standing), this_update, next_update)
        for asked, standing in answers
    )
    extensions = b"" if nonce is None else der.context(1, der.sequence(nonce_extension(nonce)))
    signed = der.sequence(
        der.context(2, der.octet_string(key_hash(responder))),
        this_update,
        der.sequence(singles),
        extensions,
    )
    basic = der.sequence(
        signed,
        signing_algorithm(signer.kind),
        der.bit_string(signer.sign(signed)),
        der.context(0, der.sequence(responder)),
    )
    return der.sequence(
        der.enumerated(ResponseStatus.SUCCESSFUL),
        der.context(0, der.sequence(der.oid(oids.OCSP_BASIC), der.octet_string(basic))),
    )


def _encode_standing(standing: Standing) -> bytes:
    if standing.status is CertificateStatus.GOOD:
        return der.context(0, primitive=True)
    if standing.status is CertificateStatus.UNKNOWN or standing.since is None:
        return der.context(2, primitive=True)
    since = der.generalized_time(standing.since.replace(microsecond=0))
    reason = standing.reason
    if standing.status is CertificateStatus.SUSPENDED:
        reason = CERTIFICATE_HOLD
    told = b"" if reason is None else der.context(0, der.enumerated(reason))
    return der.context(1, since, told)


# Time-stamps


class Failure(IntEnum):
    """PKIFailureInfo: numbers of the bits (RFC 3161 §2.4.2)."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampRequest:
    """A request that was read.

    Attributes:
        hash_name: ``sha256``, ``sha384`` or ``sha512``.
        policy: The policy that is asked for, dotted, if any.
        with_certificate: The authority's certificate should be in the token.
    """

    imprint: bytes
    hash_name: str = "sha256"
    policy: str | None = None
    nonce: int | None = None
    with_certificate: bool = True


def read_timestamp_request(request: bytes) -> TimeStampRequest:
    """Read a request of at most 4 KiB.

    Raises:
        RequestRefused: For ``too-long``, ``malformed``, ``algorithm`` or ``extension``.
    """
    if len(request) > MOST_TSP_BYTES:
        raise RequestRefused("the request is too long", why="too-long", most=MOST_TSP_BYTES)
    try:
        return _read_stamp_request(der.Reader.only(request))
    except der.DerRefused as error:
        raise RequestRefused(f"not a time-stamp request: {error}", why="malformed") from error


def _read_stamp_request(body: der.Reader) -> TimeStampRequest:
    if body.integer() != 1:
        raise RequestRefused("a request of another version", why="malformed")
    stamped = body.enter()
    hash_name = HASH_NAMES.get(stamped.enter().oid(), "")
    if hash_name not in IMPRINT_BYTES:
        raise RequestRefused("an imprint weaker than SHA-256, or unknown", why="algorithm")
    imprint = stamped.octets()
    stamped.finish()
    if len(imprint) != IMPRINT_BYTES[hash_name]:
        raise RequestRefused("an imprint of another size than its hash", why="malformed")
    policy = body.oid() if body.peek() == der.OID else None
    nonce = body.integer() if body.peek() == der.INTEGER else None
    if nonce is not None and nonce.bit_length() > MOST_NONCE_BITS:
        raise RequestRefused("a nonce too long", why="malformed", most=MOST_NONCE_BITS)
    with_certificate = body.peek() == der.BOOLEAN and body.boolean()
    if body.peek() == 0xA0:
        raise RequestRefused("no extension is known here", why="extension")
    body.finish()
    return TimeStampRequest(
        imprint=imprint,
        hash_name=hash_name,
        policy=policy,
        nonce=nonce,
        with_certificate=with_certificate,
    )


def make_token(
    request: TimeStampRequest,
    *,
    certificate: bytes,
    signer: Signer,
    policy: str,
    serial: int,
    at: datetime,
) -> bytes:
    """Sign a token, DER.

    The time is cut to whole seconds, as OCSP's is: then status information that is asked
    for after the stamp never seems older than it.

    Args:
        request: What to stamp.
        certificate: The authority's certificate, DER.
        signer: Its key.
        policy: The policy it stamps under, dotted.
        serial: A number that it never gave before.
        at: Now.
    """
    at = at.astimezone(UTC).replace(microsecond=0)
    content = der.sequence(
        der.integer(1),
        der.oid(policy),
        der.sequence(hash_identifier(request.hash_name), der.octet_string(request.imprint)),
        der.integer(serial),
        der.generalized_time(at),
        der.sequence(der.integer(ACCURACY_SECONDS)),
        b"" if request.nonce is None else der.integer(request.nonce),
    )
    fixed = _fixed_parts(certificate, signer.kind)
    digest = new_hash(fixed.hash_name, content).digest()
    attributes = b"".join(
        sorted((fixed.content_type, fixed.signing_certificate, _message_digest(digest)))
    )
    signature = signer.sign(der.encode(der.SET, attributes))
    return der.sequence(
        der.oid(oids.SIGNED_DATA),
        der.context(
            0,
            der.sequence(
                der.integer(3),
                der.encode(der.SET, fixed.digest_algorithm),
                der.sequence(der.oid(oids.TST_INFO), der.context(0, der.octet_string(content))),
                der.context(0, certificate) if request.with_certificate else b"",
                der.encode(
                    der.SET,
                    der.sequence(
                        fixed.signer_start,
                        der.context(0, attributes),
                        signing_algorithm(signer.kind),
                        der.octet_string(signature),
                    ),
                ),
            ),
        ),
    )


def make_timestamp_response(token: bytes) -> bytes:
    """Grant: status 0 and the token."""
    return der.sequence(der.sequence(der.integer(0)), token)


def refuse_timestamp(failure: Failure) -> bytes:
    """Reject: status 2 and one bit that says why; no token."""
    bits = (0x80000000 >> failure).to_bytes(4, "big").rstrip(b"\x00")
    unused = 7 - failure % 8
    return der.sequence(der.sequence(der.integer(2), der.bit_string(bits, unused=unused)))


@dataclass(frozen=True, slots=True)
class _FixedParts:
    """What is the same in every token of one authority."""

    hash_name: str
    digest_algorithm: bytes
    content_type: bytes
    signing_certificate: bytes
    signer_start: bytes


@lru_cache(maxsize=16)
def _fixed_parts(certificate: bytes, kind: KeyKind) -> _FixedParts:
    read = read_certificate(certificate)
    hash_name = signing_hash(kind)
    bound = der.sequence(der.sequence(der.octet_string(sha256(certificate).digest())))
    return _FixedParts(
        hash_name=hash_name,
        digest_algorithm=hash_identifier(hash_name),
        content_type=_attribute(oids.CONTENT_TYPE, der.oid(oids.TST_INFO)),
        signing_certificate=_attribute(oids.SIGNING_CERTIFICATE_V2, der.sequence(bound)),
        signer_start=der.integer(1)
        + der.sequence(read.issuer.der, der.integer(read.serial))
        + hash_identifier(hash_name),
    )


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.encode(der.SET, value))


def _message_digest(digest: bytes) -> bytes:
    return _attribute(oids.MESSAGE_DIGEST, der.octet_string(digest))
