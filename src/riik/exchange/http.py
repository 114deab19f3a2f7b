"""The ports of a security server, and what the centre serves.

Port 5500 takes signed messages over mutual TLS, port 5577 tells OCSP responses of our own
certificates; both on aiohttp, whose server shows the peer's certificate. Information systems
of the member itself ask over X-Road's REST interface; the centre's configuration is public
and signed in itself: both plain routes.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from aiohttp import web
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import ClientId, PersonCode, Refused, Unavailable
from riik.exchange.centre import Centre
from riik.exchange.component import Exchange
from riik.exchange.errors import (
    ExchangeRefused,
    ExchangeUnavailable,
    InvalidMessage,
    PeerRefused,
    ServiceFailed,
)
from riik.exchange.model import Call, header
from riik.exchange.protocol.messages import FAULT_TYPE, write_fault, write_statuses
from riik.exchange.protocol.rest import METHODS, error_answer, parse_request

__all__ = ["centre_routes", "client_routes", "serve"]

_log = logging.getLogger("riik.exchange")

_OVERHEAD = 256 * 1024
_BODY_SECONDS = 60
_FOLLOW_SECONDS = 30


@asynccontextmanager
async def serve(
    exchange: Exchange,
    *,
    context: ssl.SSLContext,
    host: str,
    port: int = 5500,
    status_port: int = 5577,
) -> AsyncIterator[None]:
    """Serve both ports of a security server as long as the context lasts.

    Args:
        exchange: What answers.
        context: Our TLS key and certificate, from `client.tls_context`.
        host: The address to listen at.
        port: For messages.
        status_port: For OCSP responses.
    """
    runners = []
    try:
        for handler, number, tls in (
            (_messages(exchange), port, context),
            (_statuses(exchange), status_port, None),
        ):
            runner = web.ServerRunner(
                web.Server(handler, access_log=None, keepalive_timeout=75), shutdown_timeout=1
            )
            await runner.setup()
            runners.append(runner)
            await web.TCPSite(runner, host, number, ssl_context=tls, backlog=512).start()
        following = asyncio.create_task(_follow(exchange, context))
        yield
        following.cancel()
    finally:
        for runner in runners:
            await runner.cleanup()


async def _follow(exchange: Exchange, context: ssl.SSLContext) -> None:
    """Keep up with the configuration that another process of this node may have downloaded."""
    while True:
        await asyncio.sleep(_FOLLOW_SECONDS)
        with suppress(Refused, Unavailable):
            await exchange.in_thread(exchange.recall)
            for authority in exchange.configuration().authorities:
                context.load_verify_locations(cadata=authority.certificate)


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def _messages(exchange: Exchange) -> Handler:
    most = exchange.most_bytes + _OVERHEAD

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        content = await _read(request, most)
        if content is None:
            error = InvalidMessage("the message is too large or too slow", why="size")
            content_type, answer = FAULT_TYPE, write_fault(error, trace="")
        else:
            content_type, answer = await _answer(exchange, request, content)
        return web.Response(
            status=500 if content_type == FAULT_TYPE else 200,
            headers={"Content-Type": content_type, "x-hash-algorithm": "SHA-512"},
            body=answer,
        )

    return handle


async def _answer(
    exchange: Exchange, request: web.BaseRequest, content: bytes
) -> tuple[str, bytes]:
    wrapped = request.transport.get_extra_info("ssl_object") if request.transport else None
    peer = wrapped.getpeercert(binary_form=True) if wrapped else None
    try:
        return await exchange.handle(request.headers.get("Content-Type", ""), content, peer=peer)
    except Exception as bug:  # noqa: BLE001 - the edge: a bug is answered with its trace id
        trace = exchange.entropy.bytes(8).hex()
        # The message is left out: it may hold what a request holds.
        _log.error("%s in a handler, trace %s", type(bug).__name__, trace)
        error = ServiceFailed("the service failed", why="bug")
        return FAULT_TYPE, write_fault(error, trace=trace)


async def _read(request: web.BaseRequest, most: int) -> bytes | None:
    """The body, unless it is larger than allowed or comes too slowly."""
    if (request.content_length or 0) > most:
        return None
    chunks, size = [], 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > most:
                    return None
                chunks.append(chunk)
    except TimeoutError:
        return None
    return b"".join(chunks)


def _statuses(exchange: Exchange) -> Handler:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked = []
        for text in request.query.getall("cert_hash", []):
            try:
                asked.append(bytes.fromhex(text))
            except ValueError:
                return web.Response(status=400)
        boundary = exchange.entropy.bytes(16).hex()
        try:
            found = await exchange.statuses(asked)
        except Unavailable:
            return web.Response(status=503)
        content_type, body = write_statuses(found, boundary=boundary)
        return web.Response(headers={"Content-Type": content_type}, body=body)

    return handle


def client_routes(exchange: Exchange, *, clients: Collection[ClientId]) -> list[Route]:
    """X-Road's REST interface for information systems of our own (PR-REST r1 §4).

    Whoever reaches these routes speaks for ``clients``: they belong on a port that only the
    member's own systems reach.
    """

    async def ask(request: Request) -> Response:
        """ANY /r1/…: a call in the name of ``X-Road-Client``."""
        try:
            answer = await exchange.call(_call(request, await request.body(), clients))
        except (ExchangeRefused, ExchangeUnavailable) as error:
            accept = request.headers.get("accept", "")
            trace = str(UUID(bytes=exchange.entropy.bytes(16), version=4))
            answer = error_answer(error, accept=accept, trace=trace)
        response = Response(answer.body, status_code=answer.status)
        response.raw_headers = [
            *((name.encode(), value.encode()) for name, value in answer.headers),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        return response

    async def list_clients(_request: Request) -> Response:
        """GET /listClients: who is registered (PR-META §5.2)."""
        return Response(exchange.clients(), media_type="application/json")

    methods = sorted(METHODS - {"TRACE"})
    return [
        Route("/r1/{rest:path}", ask, methods=methods),
        Route("/listClients", list_clients, methods=["GET"]),
    ]


def _call(request: Request, body: bytes, clients: Collection[ClientId]) -> Call:
    path, query = request.scope["raw_path"].decode("latin-1"), request.url.query
    headers = tuple(
        (name.decode("latin-1"), value.decode("utf-8", errors="replace"))
        for name, value in request.headers.raw
    )
    read = parse_request(request.method, f"{path}?{query}" if query else path, headers)
    if not isinstance(read.client, ClientId) or read.client not in clients:
        raise PeerRefused("this client isn't asked for here", why="client")
    subject, user = header(headers, "riik-subject"), header(headers, "x-road-userid")
    return Call(
        client=read.client,
        service=read.service,
        method=read.method,
        path=read.path,
        query=read.query,
        headers=headers,
        body=body,
        purpose=header(headers, "riik-purpose"),
        legal_basis=header(headers, "riik-legal-basis"),
        subject=PersonCode(subject) if subject else None,
        authority=header(headers, "riik-authority"),
        user=PersonCode(user) if user else None,
        issue=header(headers, "x-road-issue"),
        message_id=read.message_id or None,
        server=read.server,
    )


def centre_routes(centre: Centre) -> list[Route]:
    """The signed directory and its parts (PR-GCONF §4), for every node."""

    async def directory(request: Request) -> Response:
        """GET /internalconf?version=6: the signed directory."""
        published = await centre.in_thread(centre.published)
        if request.query_params.get("version") != "6" or published is None:
            return Response(status_code=404)
        return Response(published.directory, headers={"Content-Type": published.content_type})

    async def part(request: Request) -> Response:
        """GET /V6/{stamp}/{name}: one part of it."""
        published = await centre.in_thread(centre.published)
        content = published.parts.get(request.url.path) if published else None
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type="text/xml")

    return [
        Route("/internalconf", directory, methods=["GET"]),
        Route("/V6/{stamp}/{name}", part, methods=["GET"]),
    ]
