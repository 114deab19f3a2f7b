"""Signing in at the national login: OpenID Connect's code flow, as any client does it.

OpenID Connect Core 1.0 §3.1 with PKCE (RFC 7636), ``iss`` in the answer (RFC 9207), logout
started here (RP-Initiated Logout 1.0) and logout told to us (Back-Channel Logout 1.0).
"""

import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bank.web import Refused, Silent, Web

__all__ = ["Login"]

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
KEEP_SECONDS, PAUSE_SECONDS, SKEW_SECONDS = 3_600, 30, 10


class Login:
    """One client of the national login."""

    def __init__(self, web: Web, *, origin: str, client_id: str, secret: str, site: str) -> None:
        """Say who the login is, and who we are there; ``site`` is our own origin."""
        self.web, self.origin, self.client_id, self.site = web, origin, client_id, site
        named = b64encode(f"{quote(client_id)}:{quote(secret)}".encode()).decode()
        self._own = {"Authorization": f"Basic {named}"}
        self._about: dict[str, Any] = {}
        self._keys, self._keys_at = KeySet([]), 0.0

    async def request(
        self, *, to: str, language: str, nonce: str = "", **more: str
    ) -> tuple[str, str, dict[str, str]]:
        """Begin a sign-in: the address to go to, its state, and what to remember under it.

        Args:
            to: Our own page to go on to afterwards.
            language: The person's.
            nonce: What the ID token must be bound to; chance where nothing is given.
            more: Further parameters, such as ``prompt``.
        """
        state, verifier, nonce = token_urlsafe(24), token_urlsafe(48), nonce or token_urlsafe(24)
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.site}/sign-in/back",
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "acr_values": "high",
            "ui_locales": language,
            "code_challenge": _base64url(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **more,
        }
        address = f"{(await self.about())['authorization_endpoint']}?{urlencode(asked)}"
        return address, state, {"to": to, "nonce": nonce, "verifier": verifier}

    async def finish(
        self, answer: Mapping[str, str], begun: dict[str, str]
    ) -> tuple[str, dict[str, Any]]:
        """End a sign-in: the ID token as it came, and what it says once it is verified."""
        if "code" not in answer:
            raise Refused(answer.get("error", "status"))
        about = await self.about()
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": f"{self.site}/sign-in/back",
            "code_verifier": begun["verifier"],
        }
        given = await self.web.json("POST", about["token_endpoint"], data=form, headers=self._own)
        token = str(given.get("id_token"))
        claims = await self._verified(token, nonce={"essential": True, "value": begun["nonce"]})
        if claims.get("acr") != "high":
            raise Refused("level")
        return token, claims

    async def logout_address(self, id_token: str, state: str) -> str:
        """Where to send a browser so that the login's own session ends too."""
        asked = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": f"{self.site}/",
            "state": state,
        }
        return f"{(await self.about())['end_session_endpoint']}?{urlencode(asked)}"

    async def ended(self, logout_token: str) -> str:
        """Which session ended, by the login's own word (Back-Channel Logout 1.0 §2.6)."""
        claims = await self._verified(logout_token, sid={"essential": True})
        if LOGOUT not in claims.get("events", {}) or "nonce" in claims:
            raise Refused("token")
        return str(claims["sid"])

    async def about(self) -> dict[str, Any]:
        """The login's addresses; it must speak for itself (Discovery 1.0 §4.3)."""
        if not self._about:
            url = f"{self.origin}/.well-known/openid-configuration"
            found = await self.web.json("GET", url)
            if found.get("issuer") != self.origin:
                raise Silent(url)
            self._about = found
        return self._about

    async def _verified(self, token: str, **claims: Any) -> dict[str, Any]:
        """A token's claims, if the login signed them for us and they hold now."""
        wanted = jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self.origin},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            **claims,
        )
        await self._fetch_keys(older_than=KEEP_SECONDS)
        try:
            try:
                found = jwt.decode(token, self._keys, algorithms=["RS256"])
            except ValueError:
                # A key that we don't know yet: the login may have a new one, but we ask rarely.
                await self._fetch_keys(older_than=PAUSE_SECONDS)
                found = jwt.decode(token, self._keys, algorithms=["RS256"])
            wanted.validate(found.claims)
        except (JoseError, ValueError, RecursionError) as error:
            # A token's parts are JSON of anybody's making until they are verified.
            raise Refused("token") from error
        return dict(found.claims)

    async def _fetch_keys(self, *, older_than: float) -> None:
        if self._keys_at and time.monotonic() - self._keys_at < older_than:
            return
        published = await self.web.json("GET", (await self.about())["jwks_uri"])
        self._keys, self._keys_at = KeySet.import_key_set(published), time.monotonic()  # type: ignore[arg-type]


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
