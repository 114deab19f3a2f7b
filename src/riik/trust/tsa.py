"""The time-stamp authority's side: what is asked, and the token.

Implements requests (RFC 3161 §2.4.1), tokens and responses (§2.4.2) under the limits of
EN 319 422: imprints from SHA-256 up, the signer's certificate bound in by
signingCertificateV2 (RFC 5816). The DER is joined by hand, for a token is made in the
time that one signature takes. Pure; verifying is `timestamps`, clock and serials come
from `component`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from hashlib import new as new_hash
from hashlib import sha256
from typing import Final

from riik.core import KeyKind, Signer
from riik.formats import der
from riik.trust import oids
from riik.trust.algorithms import HASH_NAMES, hash_identifier, signing_algorithm, signing_hash
from riik.trust.certificates import read_certificate
from riik.trust.errors import RequestRefused

__all__ = [
    "Failure",
    "TimeStampRequest",
    "make_timestamp_response",
    "make_token",
    "read_timestamp_request",
    "refuse_timestamp",
]

MOST_REQUEST_BYTES: Final = 4 * 1024
MOST_NONCE_BITS: Final = 512
IMPRINT_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
ACCURACY_SECONDS: Final = 1


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
    if len(request) > MOST_REQUEST_BYTES:
        raise RequestRefused("the request is too long", why="too-long", most=MOST_REQUEST_BYTES)
    try:
        return _read_request(der.Reader.only(request))
    except der.DerRefused as error:
        raise RequestRefused(f"not a time-stamp request: {error}", why="malformed") from error


def _read_request(body: der.Reader) -> TimeStampRequest:
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
