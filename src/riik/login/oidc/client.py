"""Calls to sites: the news that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.5)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from riik.login.oidc.errors import ClientSilent
from riik.runtime.http_client import HttpClient

__all__ = ["BackChannel"]

SECONDS: Final = 5.0
MOST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class BackChannel:
    """Posts logout tokens."""

    http: HttpClient

    async def __call__(self, address: str, token: str, /) -> None:
        """Tell one site.

        Raises:
            ClientSilent: For ``status``: it did not say that it took the news.
            PeerUnavailable: It did not answer.
        """
        reply = await self.http.request(
            "POST",
            address,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode({"logout_token": token}).encode(),
            timeout=SECONDS,
            max_bytes=MOST_BYTES,
        )
        if reply.status not in (200, 204):
            raise ClientSilent("a site did not take the news", why="status", status=reply.status)
