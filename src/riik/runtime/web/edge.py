"""Where the outside meets the node: ids, limits, problem documents, security headers.

Every request gets an id, a total time, a largest body and a largest header; every answer
the id and headers that a browser needs to be careful. Errors become problem documents here,
once for all: `riik.core.Refused` with its status, `Unavailable` as 503, all else as 500
with nothing of its text (OWASP ASVS 5.0 V16.5.1, V13.4.2).
"""

import asyncio
import re
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riik.core import Entropy
from riik.runtime.entropy import SystemEntropy
from riik.runtime.logs import REQUEST_ID, JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.web.problems import (
    BodyTooLarge,
    HeadersTooLarge,
    Problem,
    TooSlow,
    problem_of,
)

__all__ = ["Edge", "edge"]

Pages = Callable[[Request, Problem], Response]

MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_768
REQUEST_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")

# A handler's own header wins: pages bring a policy that lets their style sheets in.
CAREFUL = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def edge(
    routes: Sequence[BaseRoute],
    *,
    metrics: Metrics,
    logger: JsonLog,
    max_body: int = 1_048_576,
    larger: Mapping[str, int] | None = None,
    timeout: float = 30.0,
    pages: Pages | None = None,
    entropy: Entropy | None = None,
) -> ASGIApp:
    """Make an ASGI application of routes.

    Args:
        routes: Starlette's; the first that fits answers.
        metrics: Gets ``riik_http_seconds`` by route, method and status.
        logger: Gets one line a request, and where a bug was.
        max_body: Bytes of the largest body, counted as they come.
        larger: The same for single paths that take files, ``/cases/*/files/*``.
        timeout: Seconds from the first byte of the body to the end of the answer.
        pages: Makes a page of a problem for whoever accepts HTML; JSON when left out.
        entropy: Request ids; the system's when left out.
    """
    return Edge(
        router=Router(routes, redirect_slashes=False),
        metrics=metrics,
        log=logger,
        max_body=max_body,
        larger=larger or {},
        timeout=timeout,
        pages=pages,
        entropy=entropy or SystemEntropy(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The application that `edge` makes."""

    router: Router
    metrics: Metrics
    log: JsonLog
    max_body: int
    larger: Mapping[str, int]
    timeout: float
    pages: Pages | None
    entropy: Entropy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = asyncio.get_running_loop().time()
        headers = Headers(scope=scope)
        request_id = self._request_id(headers)
        scope["app"] = self
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, secure=scope["scheme"] == "https")
        token = REQUEST_ID.set(request_id)
        try:
            most = self._most(scope["path"])
            await self._routed(scope, _Body(receive, headers, most), answer)
        except ClientDisconnect:
            answer.status = answer.status or 499
        except Exception as error:  # noqa: BLE001 - the edge turns everything into an answer
            await self._fail(scope, error, answer, request_id)
        finally:
            self._tell(scope, answer, asyncio.get_running_loop().time() - begun)
            REQUEST_ID.reset(token)

    def _most(self, path: str) -> int:
        """How large a body an address takes; ``*`` in a pattern stands for one part of a path."""
        parts = path.split("/")
        for pattern, most in self.larger.items():
            wanted = pattern.split("/")
            if len(wanted) == len(parts) and all(
                one in ("*", part) for one, part in zip(wanted, parts, strict=True)
            ):
                return most
        return self.max_body

    async def _routed(self, scope: Scope, body: "_Body", answer: "_Answer") -> None:
        _check_headers(scope)
        body.check_length()
        try:
            async with asyncio.timeout(self.timeout):
                await self.router(scope, body.receive, answer.send)
        except TimeoutError as error:
            raise TooSlow("the answer took too long", why="time-limit") from error

    async def _fail(
        self, scope: Scope, error: Exception, answer: "_Answer", request_id: str
    ) -> None:
        problem = problem_of(error, request=request_id)
        if problem.status >= 500:
            self.log.failure("request-failed", error)
        # Once begun, an answer can only be broken off: the server sees it isn't whole.
        if not answer.begun:
            response = self._problem_response(Request(scope), problem)
            response.headers.update(problem.headers)
            with suppress(OSError):
                await response(scope, _nothing, answer.send)

    def _problem_response(self, request: Request, problem: Problem) -> Response:
        if self.pages is not None and "text/html" in request.headers.get("accept", ""):
            return self.pages(request, problem)
        media = "application/problem+json"
        return Response(problem.document(), problem.status, media_type=media)

    def _request_id(self, headers: Headers) -> str:
        given = headers.get("x-request-id", "")
        if REQUEST_SHAPE.match(given):
            return given
        return b32encode(self.entropy.bytes(15)).decode().lower()

    def _tell(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        route, method = getattr(scope.get("route"), "path", "none"), scope["method"]
        status = answer.status or 500
        seen = self.metrics.histogram(
            "riik_http_seconds", "Time from request to answer.", "route", "method", "status"
        )
        # Methods come from outside: an odd one must not become a label of its own.
        known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"
        seen.labels(route, known, str(status)).observe(seconds)
        fields = {"route": route} if route.startswith("/") else {}
        self.log.write(
            "request", method=known, status=status, ms=round(seconds * 1000, 1), **fields
        )


class _Body:
    """Counts a body as it comes."""

    __slots__ = ("_most", "_receive", "_seen", "_stated")

    def __init__(self, receive: Receive, headers: Headers, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0
        self._stated = headers.get("content-length", "0")

    def check_length(self) -> None:
        """Refuse before the first byte what is stated to be too large."""
        # A number of thousands of digits can't even be read.
        short = len(self._stated) < 20 and self._stated.isdecimal()
        if not short or int(self._stated) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        """The next part of the body; refused when it becomes too large."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge("the body is too large", why="size", most=self._most)


class _Answer:
    """Adds headers to an answer and remembers how far it came."""

    __slots__ = ("_request_id", "_secure", "_send", "begun", "status")

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._secure = secure
        self.begun = False
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start":
            self.begun, self.status = True, message["status"]
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers["x-request-id"] = self._request_id
            for name, value in CAREFUL.items():
                headers.setdefault(name, value)
            if self._secure:
                headers.setdefault("strict-transport-security", "max-age=63072000")
        await self._send(message)


def _check_headers(scope: Scope) -> None:
    fields = scope["headers"]
    size = sum(len(name) + len(value) for name, value in fields)
    if len(fields) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        raise HeadersTooLarge("too many or too long headers", why="size", most=MOST_HEADER_BYTES)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
