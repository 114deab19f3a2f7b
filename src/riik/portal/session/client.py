"""The national login as its clients reach it: discovery, keys and the token endpoint.

Implements OpenID Connect Discovery 1.0 §4 and the token request of OpenID Connect Core 1.0
§3.1.3.1 with ``client_secret_basic`` (RFC 6749 §2.3.1). What login says of itself is kept in
this process for a while; nothing that must be right depends on it.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from riik.core import Clock, Unavailable
from riik.portal.session.component import Tokens
from riik.portal.session.errors import LoginSilent, SignInRefused
from riik.portal.session.model import RelyingClient
from riik.portal.session.oidc import Endpoints, read_endpoints, read_keys
from riik.runtime.http_client import HttpClient, HttpReply

__all__ = ["OidcProvider"]

KEPT_SECONDS: Final = 3_600.0
AGAIN_SECONDS: Final = 30.0
PATIENCE: Final = 10.0
MOST_BYTES: Final = 262_144
DISCOVERY: Final = "/.well-known/openid-configuration"


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    id_token: str
    token_type: str


class _Denied(msgspec.Struct, frozen=True):
    error: str


@dataclass(slots=True, kw_only=True)
class OidcProvider:
    """One site's view of the national login.

    Attributes:
        client: What the site is there.
        http: Connections.
        clock: Its stopwatch says how old a kept document is.
    """

    client: RelyingClient
    http: HttpClient
    clock: Clock
    _endpoints: tuple[float, Endpoints] | None = field(default=None, repr=False)
    _keys: tuple[float, dict[str, bytes]] | None = field(default=None, repr=False)

    async def endpoints(self, *, fresh: bool = False) -> Endpoints:
        """Where login is asked, as it says itself; ``fresh``: just now, so that it is there.

        Raises:
            LoginSilent: For ``network``, ``status`` or ``discovery``.
        """
        now = self.clock.monotonic()
        if not fresh and self._endpoints is not None and now - self._endpoints[0] < KEPT_SECONDS:
            return self._endpoints[1]
        document = await self._get(f"{self.client.issuer}{DISCOVERY}")
        found = read_endpoints(document, issuer=self.client.issuer)
        self._endpoints = (now, found)
        return found

    async def keys(self, *, fresh: bool = False) -> dict[str, bytes]:
        """Login's keys; fresh ones at most every half minute, whoever invents names of keys.

        Raises:
            LoginSilent: As `endpoints`, and for ``keys``.
        """
        now = self.clock.monotonic()
        if self._keys is not None:
            age = now - self._keys[0]
            if age < (AGAIN_SECONDS if fresh else KEPT_SECONDS):
                return self._keys[1]
        document = await self._get((await self.endpoints()).keys)
        found = read_keys(document)
        self._keys = (now, found)
        return found

    async def redeem(self, code: str, /, *, verifier: str) -> Tokens:
        """Login's tokens for a code.

        Raises:
            SignInRefused: For ``code``: it is used, too old, or was not given to us.
            LoginSilent: For ``network``, ``status`` or ``answer``; ``client`` when login does
                not take our word for who we are.
        """
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.back,
            "code_verifier": verifier,
        }
        pair = f"{quote(self.client.id, safe='')}:{quote(self.client.secret, safe='')}"
        headers = {
            "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        address = (await self.endpoints()).token
        reply = await self._send("POST", address, headers=headers, body=urlencode(asked).encode())
        if reply.status != 200:
            raise _denied(reply)
        try:
            granted = msgspec.json.decode(reply.body, type=_Granted)
        except msgspec.DecodeError as error:
            raise LoginSilent("login's answer holds no tokens", why="answer") from error
        if granted.token_type.lower() != "bearer":
            raise LoginSilent("login gave another kind of token", why="answer")
        return Tokens(granted.access_token, granted.id_token)

    async def _get(self, url: str) -> bytes:
        reply = await self._send("GET", url, headers={"Accept": "application/json"})
        if reply.status != 200:
            raise LoginSilent("login has no such document", why="status")
        return reply.body

    async def _send(
        self, method: str, url: str, *, headers: dict[str, str], body: bytes | None = None
    ) -> HttpReply:
        try:
            return await self.http.request(
                method, url, headers=headers, body=body, timeout=PATIENCE, max_bytes=MOST_BYTES
            )
        except Unavailable as error:
            raise LoginSilent("login does not answer", why="network") from error


def _denied(reply: HttpReply) -> Exception:
    """What a refusal of the token endpoint means (RFC 6749 §5.2)."""
    try:
        error = msgspec.json.decode(reply.body, type=_Denied).error
    except msgspec.DecodeError:
        error = ""
    if error == "invalid_grant":
        return SignInRefused("login takes this code no more", why="code")
    why = "client" if error in ("invalid_client", "unauthorized_client") else "status"
    return LoginSilent("login gave no tokens", why=why)
