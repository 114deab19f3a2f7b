"""OCSP, time-stamps, authorities and the trusted list over HTTP.

The protocols (RFC 6960 §A, RFC 3161 §3.4) give refusals bodies of their own, so a bad
request is answered here in its protocol and not as a problem document at the edge.
"""

from base64 import b64decode
from binascii import Error as Base64Error

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import InThread, Unavailable
from riik.trust.component import ListPublisher, Trust
from riik.trust.responders import Failure, ResponseStatus, refuse_ocsp, refuse_timestamp

__all__ = ["list_routes", "routes"]

MOST_OCSP_BYTES = 8 * 1024
MOST_TSP_BYTES = 4 * 1024
OCSP_REQUEST, OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
TSP_QUERY, TSP_REPLY = "application/timestamp-query", "application/timestamp-reply"
CERTIFICATE = "application/pkix-cert"
TRUSTED_LIST = "application/vnd.etsi.tsl+xml"
NEVER = {"Cache-Control": "no-store"}
HOUR = {"Cache-Control": "public, max-age=3600"}


def routes(trust: Trust, *, in_thread: InThread) -> list[Route]:
    """The trust centre's own protocols and its authorities, for anyone."""

    async def issuing(_: Request) -> Response:
        """GET /ca.crt: the issuing authority's certificate."""
        return Response(trust.hierarchy.issuing.certificate, 200, HOUR, CERTIFICATE)

    async def root(_: Request) -> Response:
        """GET /root.crt: the root's certificate."""
        return Response(trust.hierarchy.root.certificate, 200, HOUR, CERTIFICATE)

    return [
        *_ocsp_routes(trust, in_thread),
        *_tsa_routes(trust, in_thread),
        Route("/ca.crt", issuing, methods=["GET"]),
        Route("/root.crt", root, methods=["GET"]),
    ]


def _ocsp_routes(trust: Trust, in_thread: InThread) -> list[Route]:
    async def ocsp_post(request: Request) -> Response:
        """POST /ocsp: an OCSP request as the body."""
        if _media_type(request) != OCSP_REQUEST:
            return _ocsp(refuse_ocsp(ResponseStatus.MALFORMED_REQUEST), status=415)
        return await _answer_ocsp(await _body(request, most=MOST_OCSP_BYTES))

    async def ocsp_get(request: Request) -> Response:
        """GET /ocsp/{base64}: the request in the path (RFC 6960 §A.1)."""
        try:
            asked = b64decode(request.path_params["asked"], validate=True)
        except (Base64Error, ValueError):
            asked = b""
        return await _answer_ocsp(asked)

    async def _answer_ocsp(asked: bytes | None) -> Response:
        if asked is None:
            return _ocsp(refuse_ocsp(ResponseStatus.MALFORMED_REQUEST), status=413)
        try:
            return _ocsp(await in_thread(trust.answer_ocsp, asked))
        except Unavailable:
            return _ocsp(refuse_ocsp(ResponseStatus.TRY_LATER), status=503)

    return [
        Route("/ocsp", ocsp_post, methods=["POST"]),
        Route("/ocsp/{asked:path}", ocsp_get, methods=["GET"]),
    ]


def _tsa_routes(trust: Trust, in_thread: InThread) -> list[Route]:
    async def tsa(request: Request) -> Response:
        """POST /tsa: a time-stamp request as the body (RFC 3161 §3.4)."""
        if _media_type(request) != TSP_QUERY:
            return _tsp(refuse_timestamp(Failure.BAD_DATA_FORMAT), status=415)
        asked = await _body(request, most=MOST_TSP_BYTES)
        if asked is None:
            return _tsp(refuse_timestamp(Failure.BAD_REQUEST), status=413)
        try:
            return _tsp(await in_thread(trust.timestamp, asked))
        except Unavailable:
            return _tsp(refuse_timestamp(Failure.SYSTEM_FAILURE), status=503)

    return [Route("/tsa", tsa, methods=["POST"])]


def list_routes(publisher: ListPublisher, *, in_thread: InThread) -> list[Route]:
    """The trusted list, for anyone."""

    async def trusted_list(_: Request) -> Response:
        """GET /tl.xml: the list that was published last."""
        document = await in_thread(publisher.current)
        return Response(document, 200, {"Cache-Control": "public, max-age=60"}, TRUSTED_LIST)

    return [Route("/tl.xml", trusted_list, methods=["GET"])]


async def _body(request: Request, *, most: int) -> bytes | None:
    """The body, or nothing when it is longer than ``most`` bytes; never reads on beyond it."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _ocsp(response: bytes, *, status: int = 200) -> Response:
    return Response(response, status, NEVER, OCSP_RESPONSE)


def _tsp(response: bytes, *, status: int = 200) -> Response:
    return Response(response, status, NEVER, TSP_REPLY)
