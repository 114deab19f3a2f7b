"""The provider over HTTP: addresses as TARA has them, for browsers and for clients' servers.

GET  /.well-known/openid-configuration, /oidc/.well-known/openid-configuration
GET  /oidc/authorize   POST too: a client's request; on to its address, or to our page
GET  /oidc/continue    ?request=: go on with a request after signing in
POST /oidc/continue    request=: the person agrees on our page
GET  /oidc/cancel      ?request=: no sign-in; back to the client with ``user_cancel``
POST /oidc/token       a code for tokens
GET  /oidc/jwks        public keys
GET  /oidc/profile     POST too: the claims, for an access token
GET  /oidc/logout      POST too: end the session, by a client's or our own page

Our pages are `/login?request=` (how to sign in, and who asks) and `/logout` (shall it end);
they belong to the portal. What a client is told of a failure is RFC 6749's JSON; what a person
is told is the edge's.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.core import Refused
from riik.login.errors import OriginRefused
from riik.login.oidc.component import OpenIdProvider
from riik.login.oidc.discovery import metadata
from riik.login.oidc.errors import BearerRefused, ClientRefused, GrantRefused
from riik.login.oidc.model import Onward, Parameters
from riik.runtime.web import Cookies, body_of, check_own_page

__all__ = ["provider_routes"]

Handler = Callable[[Request], Awaitable[Response]]

MOST_FIELDS: Final = 60
MOST_BYTES: Final = 16_384
FORM: Final = "application/x-www-form-urlencoded"
NEVER: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FOR_A_WHILE: Final = {"Cache-Control": "public, max-age=300"}


def provider_routes(provider: OpenIdProvider, *, cookies: Cookies) -> list[Route]:
    """All addresses of the provider."""
    return [
        *_public_routes(provider),
        *_browser_routes(provider, cookies),
        *_client_routes(provider),
        *_logout_routes(provider, cookies),
    ]


def _public_routes(provider: OpenIdProvider) -> list[Route]:
    told = metadata(provider.issuer)

    async def configuration(request: Request) -> Response:
        """GET /.well-known/openid-configuration: what clients read first."""
        return JSONResponse(told, headers=FOR_A_WHILE)

    async def jwks(request: Request) -> Response:
        """GET /oidc/jwks: public keys."""
        return JSONResponse(await provider.login.in_thread(provider.jwks), headers=FOR_A_WHILE)

    return [
        Route("/.well-known/openid-configuration", configuration, methods=["GET"]),
        Route("/oidc/.well-known/openid-configuration", configuration, methods=["GET"]),
        Route("/oidc/jwks", jwks, methods=["GET"]),
    ]


def _browser_routes(provider: OpenIdProvider, cookies: Cookies) -> list[Route]:
    in_thread = provider.login.in_thread

    async def authorize(request: Request) -> Response:
        """GET or POST /oidc/authorize: a client sends a person."""
        browser = cookies.read(request, "browser") or provider.login.secret()
        # A form from another site comes without our cookies: `continue` looks at them.
        secret = cookies.read(request, "session") if request.method == "GET" else ""
        parameters = await _parameters(request)
        source = request.client.host if request.client is not None else "unknown"
        onward = await in_thread(
            provider.begin, parameters, browser=browser, secret=secret, source=source
        )
        page = "/login" if request.method == "GET" else "/oidc/continue"
        response = _go(onward, page=page)
        cookies.put(response, "browser", browser)
        return response

    async def go_on(request: Request) -> Response:
        """GET or POST /oidc/continue: with the session that there is now."""
        confirmed = request.method == "POST"
        if confirmed:
            check_own_page(request, origin=provider.issuer, refusal=OriginRefused)
        onward = await in_thread(
            provider.proceed,
            _named(await _parameters(request)),
            browser=cookies.read(request, "browser"),
            secret=cookies.read(request, "session"),
            confirmed=confirmed,
        )
        return _go(onward, page="/login")

    async def cancel(request: Request) -> Response:
        """GET /oidc/cancel: back without a sign-in."""
        name, browser = _named(await _parameters(request)), cookies.read(request, "browser")
        return _see(await in_thread(provider.cancel, name, browser=browser))

    return [
        Route("/oidc/authorize", authorize, methods=["GET", "POST"]),
        Route("/oidc/continue", go_on, methods=["GET", "POST"]),
        Route("/oidc/cancel", cancel, methods=["GET"]),
    ]


def _client_routes(provider: OpenIdProvider) -> list[Route]:
    in_thread = provider.login.in_thread

    async def token(request: Request) -> Response:
        """POST /oidc/token: a code for tokens."""
        parameters = await _form(request)
        authorization = request.headers.get("authorization", "")
        made = await in_thread(provider.redeem, parameters, authorization=authorization)
        content = {
            "access_token": made.access_token,
            "token_type": "Bearer",
            "expires_in": made.seconds,
            "id_token": made.id_token,
        }
        return JSONResponse(content, headers=NEVER)

    async def profile(request: Request) -> Response:
        """GET or POST /oidc/profile: the claims."""
        bearer = await _bearer(request)
        return JSONResponse(await in_thread(provider.profile, bearer), headers=NEVER)

    return [
        Route("/oidc/token", _told_as_oauth(token), methods=["POST"]),
        Route("/oidc/profile", _told_as_bearer(profile), methods=["GET", "POST"]),
    ]


def _logout_routes(provider: OpenIdProvider, cookies: Cookies) -> list[Route]:
    async def logout(request: Request) -> Response:
        """GET or POST /oidc/logout: end the session, or ask the person first."""
        parameters = await _parameters(request)
        confirmed = request.method == "POST" and _ours(request, provider.issuer)
        bye = await provider.login.in_thread(
            provider.leave,
            parameters,
            secret=cookies.read(request, "session"),
            confirmed=confirmed,
        )
        if bye.ask:
            return _see(f"/logout?{urlencode(parameters)}")
        response = _see(bye.address or "/logged-out")
        cookies.drop(response, "session")
        return response

    return [Route("/oidc/logout", logout, methods=["GET", "POST"])]


async def _parameters(request: Request) -> Parameters:
    """The query of a GET or the form of a POST, doubles kept; never both mixed."""
    if request.method == "POST":
        return await _form(request)
    return _pairs(request.url.query)


async def _form(request: Request) -> Parameters:
    body = await body_of(request, media_type=FORM, most=MOST_BYTES, refusal=ClientRefused)
    try:
        return _pairs(body.decode())
    except UnicodeDecodeError as error:
        raise ClientRefused("the form is not UTF-8", why="form") from error


def _pairs(text: str) -> Parameters:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientRefused("there are too many parameters", why="size") from error


def _named(parameters: Parameters) -> str:
    names = [value for name, value in parameters if name == "request"]
    if len(names) != 1:
        raise ClientRefused("which request is meant?", why="request")
    return names[0]


async def _bearer(request: Request) -> str:
    """The access token, brought in one way (RFC 6750 §2; in the query as TARA allows)."""
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    pairs = list(_pairs(request.url.query))
    if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
        pairs += await _form(request)
    found = [value for name, value in pairs if name == "access_token"]
    if scheme.lower() == "bearer":
        found.append(header.strip())
    if len(found) > 1:
        raise BearerRefused("the token came twice", why="twice", error="invalid_request")
    if not found:
        raise BearerRefused("there is no token", why="missing")
    return found[0]


def _told_as_oauth(handler: Handler) -> Handler:
    """Refusals as RFC 6749 §5.2 writes them."""

    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except (GrantRefused, ClientRefused) as refused:
            content = _oauth(refused)
            headers: dict[str, str] = dict(NEVER)
            if content["error"] == "invalid_client":
                headers["WWW-Authenticate"] = 'Basic realm="token"'
            status = 401 if content["error"] == "invalid_client" else 400
            return JSONResponse(content, status, headers=headers)

    return told


def _told_as_bearer(handler: Handler) -> Handler:
    """Refusals as RFC 6750 §3 writes them."""

    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except BearerRefused as refused:
            error = refused.facts.get("error")
            challenge = f'Bearer error="{error}", error_description="{refused}"'
            headers = {**NEVER, "WWW-Authenticate": challenge if error else "Bearer"}
            status = 400 if error == "invalid_request" else 401
            content: Mapping[str, Any] = _oauth(refused) if error else {}
            return JSONResponse(content, status, headers=headers)

    return told


def _oauth(refused: Refused) -> dict[str, Any]:
    error = refused.facts.get("error", "invalid_request")
    return {"error": error, "error_description": str(refused)}


def _ours(request: Request, origin: str) -> bool:
    try:
        check_own_page(request, origin=origin, refusal=OriginRefused)
    except OriginRefused:
        return False
    return True


def _go(onward: Onward, *, page: str) -> Response:
    if onward.address:
        return _see(onward.address)
    return _see(f"{page}?{urlencode({'request': onward.request})}")


def _see(address: str) -> Response:
    return RedirectResponse(address, 303, headers=NEVER)
