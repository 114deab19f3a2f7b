"""The OCSP responder's side: what is asked, and the signed answer.

Implements requests (RFC 6960 §4.1) and responses (§4.2), and echoes nonces of 1 to 128
bytes (RFC 9654 §2.1). Pure: which standing a certificate has is looked up by `component`,
verifying answers is `ocsp`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from riik.core import Signer
from riik.formats import der
from riik.trust import oids
from riik.trust.algorithms import signing_algorithm
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
    "OcspRequest",
    "ResponseStatus",
    "make_ocsp_response",
    "read_ocsp_request",
    "refuse_ocsp",
]

MOST_REQUEST_BYTES: Final = 8 * 1024
MOST_CERTIFICATES_ASKED: Final = 16
MOST_NONCE_BYTES: Final = 128


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
    if len(request) > MOST_REQUEST_BYTES:
        raise RequestRefused("the request is too long", why="too-long", most=MOST_REQUEST_BYTES)
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
