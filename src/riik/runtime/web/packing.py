"""Pages come packed to whoever takes it: on a slow line a page is a fifth of itself.

What is packed tells by its length what it has twice (the BREACH attack, 2013). So a page whose
address carries words is sent as it is: they may stand in it, and a stranger may have chosen them.
What is answered to a form is, too. The tokens of forms look different each time (`portal.session`).
"""

import gzip
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Packs"]

LEAST: Final = 1_024
LEVEL: Final = 5
PLAIN: Final = re.compile(rb"(?:[a-z]{1,8}=[a-z0-9]{0,4}(?:&|\Z))*\Z")


class Packs:
    """Packs pages with gzip (RFC 9110 §8.4.1.3) around an application (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; pack the answer if it is a page and may be packed."""
        if scope["type"] == "http" and _may_pack(scope):
            send = _Packed(send).send
        await self.app(scope, receive, send)


def _may_pack(scope: Scope) -> bool:
    takes = "gzip" in Headers(scope=scope).get("accept-encoding", "")
    return takes and scope["method"] == "GET" and bool(PLAIN.match(scope["query_string"]))


class _Packed:
    """One answer: its beginning waits for its end, for only then is its length known."""

    __slots__ = ("_body", "_send", "_start")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._end(self._start)

    async def _end(self, start: Message) -> None:
        body, headers = bytes(self._body), MutableHeaders(raw=start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if len(body) >= LEAST:
            body = gzip.compress(body, LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    page = headers.get("content-type", "").startswith("text/html")
    return page and "content-encoding" not in headers
