"""Calls to other servers: one session, a short limit, and two ways to fail."""

import json
from typing import Any

import aiohttp

__all__ = ["Refused", "Silent", "Web"]

LIMIT = aiohttp.ClientTimeout(total=15, connect=5)


class Refused(Exception):
    """Somebody said no; ``why`` is the word they gave for it."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


class Silent(Exception):
    """Somebody does not answer now; later they may."""


class Web:
    """Opens its session with the first request, in the running loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def bytes(self, method: str, url: str, **more: Any) -> bytes:
        """Send a request, read the answer.

        Raises:
            Refused: With the reason of a problem document or of OAuth, else ``status``.
            Silent: No answer, or an answer that says "later".
        """
        if self._session is None:
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(timeout=LIMIT, cookie_jar=jar)
        try:
            async with self._session.request(method, url, allow_redirects=False, **more) as answer:
                content, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Silent(url) from error
        if status >= 500:
            raise Silent(url)
        if status >= 300:
            raise Refused(_reason(content), status)
        return content

    async def json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """The same for a JSON object; empty where the answer is."""
        content = await self.bytes(method, url, **more)
        try:
            return dict(json.loads(content)) if content else {}
        except (ValueError, TypeError, RecursionError) as error:
            raise Silent(url) from error

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _reason(content: bytes) -> str:
    try:
        told = json.loads(content)
        return str(told.get("why") or told.get("error") or "status")
    except (ValueError, AttributeError, RecursionError):
        return "status"
