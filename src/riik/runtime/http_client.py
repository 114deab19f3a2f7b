"""Calls to other servers: one aiohttp session a node, with limits on size and time.

Bytes go and come as they are: nothing is decompressed, no redirect is followed, no proxy
is taken from the environment, no cookie is kept.
"""

import ssl as tls
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from riik.runtime.errors import PeerUnavailable

__all__ = ["HttpClient", "HttpReply"]

CONNECT_SECONDS = 5.0
MOST_CONNECTIONS = 100
CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What another server answered.

    Attributes:
        status: Its status, whatever it is.
        headers: As they came; names in any case, doubles kept.
        body: All of it, undecoded.
    """

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


class HttpClient:
    """Opens its connections when they are first needed, in the running loop."""

    def __init__(self, *, timeout: float = 30.0, max_bytes: int = 16 * 1_048_576) -> None:
        """Set what holds unless a request says otherwise.

        Args:
            timeout: Seconds for a whole request, from connecting to the last byte.
            max_bytes: The largest answer.
        """
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | CIMultiDict[str] | None = None,
        body: bytes | AsyncIterable[bytes] | None = None,
        ssl: tls.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it becomes the session's own limit
        max_bytes: int | None = None,
    ) -> HttpReply:
        """Send one request and read the whole answer.

        Args:
            method: Such as ``POST``.
            url: ``http`` or ``https``.
            headers: Sent as they are; ``User-Agent`` only if given.
            body: Bytes, or a stream that is sent in chunks.
            ssl: Context of this connection, with its own trust and certificate.
            timeout: Seconds for the whole request.
            max_bytes: The largest answer; one byte more and it is broken off.

        Raises:
            PeerUnavailable: For ``refused``, ``timeout``, ``reset``, ``tls`` or
                ``too-large``. Statuses are answers, not errors.
        """
        limit = aiohttp.ClientTimeout(total=timeout or self._timeout, connect=CONNECT_SECONDS)
        most = self._max_bytes if max_bytes is None else max_bytes
        try:
            async with self._open().request(
                method,
                url,
                headers=headers,
                data=body,
                ssl=ssl or True,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                content = await _read(response, most)
                return HttpReply(response.status, response.headers, content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PeerUnavailable("another server did not answer", why=_why(error)) from error

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    stated = response.content_length or 0
    content = bytearray()
    if stated <= most:
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            content += chunk
            if len(content) > most:
                break
    if max(stated, len(content)) > most:
        response.close()
        raise PeerUnavailable("the answer is too large", why="too-large", most=most)
    return bytes(content)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientSSLError | tls.SSLError):
        return "tls"
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return "refused"
    return "reset"
