"""Clients at the token endpoint: is this the client, and does the code belong to it?

Implements RFC 6749 §2.3.1 (client_secret_basic, client_secret_post: as registered, never
both), §4.1.3 and §5.2, and RFC 7636 §4.6. Pure. A secret is 256 random bits, so its plain
SHA-256 is kept; it is compared in constant time, also when no client has that name.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NoReturn
from urllib.parse import unquote_plus, urlsplit

from riik.formats.jose import encode_base64url
from riik.login.oidc.errors import AuthorizationRefused, ClientRefused, GrantRefused
from riik.login.oidc.model import Client, KeptAuthorization, Parameters
from riik.login.oidc.requests import single

__all__ = ["authenticate", "check_addresses", "check_grant", "fault_of"]

MOST_TEXT: Final = 2_000
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check_addresses(client: Client) -> None:
    """Check a client's registered addresses: whole, without fragment, over https.

    Plain http is for this very machine. Who may log in here and where the answer goes is
    decided by these texts, so a wild card or a relative address is a mistake.

    Raises:
        ClientRefused: For ``address``.
    """
    named = (*client.redirect_uris, *client.post_logout_uris, client.backchannel_uri)
    for address in filter(None, named):
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in _LOCAL
        if parts.scheme != "https" and not local:
            raise ClientRefused(f"{client.id}: an address is https, or local", why="address")
        if not parts.hostname or "@" in parts.netloc or "#" in address or "*" in parts.netloc:
            raise ClientRefused(f"{client.id}: an address is whole and plain", why="address")


def authenticate(
    parameters: Parameters, authorization: str, *, clients: Mapping[str, Client]
) -> Client:
    """Which client asks; it proves itself in the one way that it is registered with.

    Args:
        parameters: The form.
        authorization: The header; empty when there is none.
        clients: By ``client_id``.

    Raises:
        GrantRefused: For ``twice``, ``client-both``, ``client-header``, ``client-unknown``
            (also a wrong secret) or ``client-method``.
    """
    secret = _one(parameters, "client_secret")
    if authorization:
        if secret:
            _refuse("the secret came in two places", why="client-both")
        name, secret = _basic(authorization)
        if _one(parameters, "client_id") not in ("", name):
            _refuse("two clients at once", why="client-both")
    else:
        name = _one(parameters, "client_id")
    client = clients.get(name)
    kept = client.secret_hash if client is not None else sha256(b"nobody").digest()
    fits = compare_digest(sha256(secret.encode()).digest(), kept)
    if client is None or not fits:
        _refuse("no such client, or not its secret", why="client-unknown", error="invalid_client")
    if client.auth != ("basic" if authorization else "post"):
        _refuse(
            "the secret came in another way than registered",
            why="client-method",
            error="invalid_client",
        )
    return client


def check_grant(parameters: Parameters) -> str:
    """The code of a token request that is one.

    Raises:
        GrantRefused: For ``twice``, ``grant-type`` or ``code-missing``.
    """
    for name, _ in parameters:
        _one(parameters, name)
    grant_type = _one(parameters, "grant_type")
    if grant_type != "authorization_code":
        error = "unsupported_grant_type" if grant_type else "invalid_request"
        _refuse("grant_type is authorization_code", why="grant-type", error=error)
    code = _one(parameters, "code")
    if not code:
        _refuse("there is no code", why="code-missing")
    return code


def fault_of(
    kept: KeptAuthorization, parameters: Parameters, *, client: Client, at: datetime
) -> str | None:
    """What is wrong with a code that was just taken, or None.

    The answers are ``expired``, ``client``, ``redirect-uri`` and ``verifier``.
    """
    if at >= kept.expires_at:
        return "expired"
    if kept.asked.client != client.id:
        return "client"
    if _one(parameters, "redirect_uri") != kept.asked.redirect_uri:
        return "redirect-uri"
    return None if _proves(kept.asked.challenge, _one(parameters, "code_verifier")) else "verifier"


def _proves(challenge: str, verifier: str) -> bool:
    """PKCE by S256; a verifier without a challenge means that somebody took it out."""
    if not challenge:
        return not verifier
    if not _VERIFIER.match(verifier):
        return False
    return compare_digest(encode_base64url(sha256(verifier.encode()).digest()), challenge)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "basic" or len(text) > MOST_TEXT:
        _refuse("the header is not Basic", why="client-header", error="invalid_client")
    try:
        name, colon, secret = b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise GrantRefused(
            "the header is not Basic", why="client-header", error="invalid_client"
        ) from error
    if not colon:
        _refuse("the header has no secret", why="client-header", error="invalid_client")
    # RFC 6749 §2.3.1: both are form-encoded before they are joined.
    return unquote_plus(name), unquote_plus(secret)


def _one(parameters: Parameters, name: str) -> str:
    try:
        value = single(parameters, name)
    except AuthorizationRefused as error:
        raise GrantRefused(f"{name} came twice", why="twice", error="invalid_request") from error
    if len(value) > MOST_TEXT:
        _refuse(f"{name} is too long", why="size")
    return value


def _refuse(message: str, *, why: str, error: str = "invalid_request") -> NoReturn:
    raise GrantRefused(message, why=why, error=error)
