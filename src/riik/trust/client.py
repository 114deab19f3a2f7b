"""Asking OCSP responders and time-stamp authorities over HTTP.

RFC 6960 §A.1 and RFC 3161 §3.4, with limits on size and time. What comes back is read but
not believed: `verify_ocsp` and `verify_timestamp` do that, under the caller's anchors. An
address inside a certificate is called only if the node's configuration allows it, for
otherwise any certificate could make the node call anywhere.
"""

from dataclasses import dataclass
from typing import Protocol

from riik.core import Entropy, Refused, Unavailable
from riik.runtime.http_client import HttpReply
from riik.trust.certificates import read_certificate
from riik.trust.errors import TrustUnavailable
from riik.trust.ocsp import make_ocsp_request
from riik.trust.timestamps import (
    make_timestamp_request,
    read_timestamp,
    read_timestamp_response,
)

__all__ = ["Http", "OcspClient", "TsaClient"]

SECONDS = 5.0
MOST_OCSP_BYTES = 64 * 1024
MOST_TSP_BYTES = 256 * 1024
NONCE_BYTES = 16
TRY_LATER = b"\x30\x03\x0a\x01\x03"


class Http(Protocol):
    """What is needed of `riik.runtime.http_client.HttpClient`."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109 - the client's own limit
        max_bytes: int,
    ) -> HttpReply:
        """Send one request; raises `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspClient:
    """A `RevocationSource` over HTTP.

    Attributes:
        url: The responder that is asked about every certificate; without it the address
            in the certificate, if it is one of ``allowed``.
        allowed: Addresses that a certificate may name.
    """

    http: Http
    url: str | None = None
    allowed: frozenset[str] = frozenset()

    async def ocsp(
        self, certificate: bytes, issuer: bytes, /, *, nonce: bytes | None = None
    ) -> bytes:
        """Ask for a certificate's status; the response, DER, not verified.

        Raises:
            CertificateRefused: A certificate can't be read.
            TrustUnavailable: For ``no-responder``, ``refused``, ``timeout``, ``reset``,
                ``tls``, ``too-large``, ``status``, ``media-type`` or ``try-later``.
        """
        request = make_ocsp_request(certificate, issuer=issuer, nonce=nonce)
        named = read_certificate(certificate).ocsp_urls
        url = self.url or next((each for each in named if each in self.allowed), None)
        if url is None:
            raise TrustUnavailable("no responder may be asked", why="no-responder")
        response = await _post(
            self.http, url, request, kind="application/ocsp", most=MOST_OCSP_BYTES
        )
        if response == TRY_LATER:
            raise TrustUnavailable("the responder is busy", why="try-later")
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class TsaClient:
    """A `TimeStamper` over HTTP."""

    http: Http
    url: str
    entropy: Entropy

    async def stamp(self, imprint: bytes, /, *, hash_name: str = "sha256") -> bytes:
        """Ask for a token over a digest; the token, DER, not verified.

        Raises:
            TrustUnavailable: For ``refused``, ``timeout``, ``reset``, ``tls``,
                ``too-large``, ``status``, ``media-type``, or ``answer`` when it is not a
                token over this digest and for this request.
        """
        nonce = int.from_bytes(self.entropy.bytes(NONCE_BYTES), "big")
        request = make_timestamp_request(imprint, hash_name=hash_name, nonce=nonce)
        response = await _post(
            self.http, self.url, request, kind="application/timestamp", most=MOST_TSP_BYTES
        )
        try:
            token = read_timestamp_response(response)
            read = read_timestamp(token)
        except Refused as error:
            raise TrustUnavailable("the authority gave no token", why="answer") from error
        if (read.imprint, read.hash_name, read.nonce) != (imprint, hash_name, nonce):
            raise TrustUnavailable("the token is for another request", why="answer")
        return token


_MEDIA = {
    "application/ocsp": ("application/ocsp-request", "application/ocsp-response"),
    "application/timestamp": ("application/timestamp-query", "application/timestamp-reply"),
}


async def _post(http: Http, url: str, body: bytes, *, kind: str, most: int) -> bytes:
    asked, answered = _MEDIA[kind]
    try:
        reply = await http.request(
            "POST",
            url,
            headers={"Content-Type": asked, "Accept": answered},
            body=body,
            timeout=SECONDS,
            max_bytes=most,
        )
    except Unavailable as error:
        raise TrustUnavailable("the service did not answer", why=error.why) from error
    if reply.status != 200:
        raise TrustUnavailable(
            f"the service answered {reply.status}", why="status", status=reply.status
        )
    given = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given != answered:
        raise TrustUnavailable("the service answered something else", why="media-type")
    return reply.body
