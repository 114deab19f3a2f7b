"""Login over HTTP: for people's browsers, and for members on the exchange.

For browsers (JSON; a request counts only when it comes from a page of our own origin):

POST /auth/challenge   a nonce for the Web eID extension, bound to this browser
POST /auth/web-eid     ?request=: the extension's token as it is; signs in, for that request
GET  /auth/session     who is signed in here
POST /auth/logout      ends the session and every member's handle on it

For members, subsystem ``login``:

sessions    POST /status  {"handle"}: does the session live, and whose is it
mandates    POST /        {"handle"}: whom the person may act for
statements  POST /        {"handle", "audience", "case", "represented"?, "purpose"?}
"""

from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.core import ClientId, InThread, MemberId, person_code, to_text
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.login.component import Login
from riik.login.errors import OriginRefused, RequestRefused, SessionRefused
from riik.login.model import Grant, Session, source_of
from riik.login.relying import Relying
from riik.runtime.web import Cookies, body_of, check_own_page

__all__ = ["offers", "routes"]

Shape = TypeVar("Shape")

MOST_BYTES: Final = 16_384
NEVER: Final = {"Cache-Control": "no-store"}
JSON: Final = (("Content-Type", "application/json"),)


class _Handle(msgspec.Struct, forbid_unknown_fields=True):
    handle: str


class _StatementAsked(msgspec.Struct, forbid_unknown_fields=True):
    handle: str
    audience: str
    case: str
    represented: str | None = None
    purpose: str | None = None


def routes(login: Login, *, cookies: Cookies) -> list[Route]:
    """Signing in and out, for browsers."""
    return [*_sign_in_routes(login, cookies), *_session_routes(login, cookies)]


def _sign_in_routes(login: Login, cookies: Cookies) -> list[Route]:
    async def challenge(request: Request) -> Response:
        """POST /auth/challenge: a nonce for this browser."""
        check_own_page(request, origin=login.rules.origin, refusal=OriginRefused)
        browser = cookies.read(request, "browser") or login.secret()
        given = await login.in_thread(login.start, browser=browser)
        content = {"nonce": given.nonce, "expires_at": to_text(given.expires_at)}
        response = JSONResponse(content, headers=NEVER)
        cookies.put(response, "browser", browser)
        return response

    async def web_eid(request: Request) -> Response:
        """POST /auth/web-eid: sign in with the token in the body."""
        check_own_page(request, origin=login.rules.origin, refusal=OriginRefused)
        token = (await body_of(request, most=MOST_BYTES, refusal=RequestRefused)).decode(
            "utf-8", "replace"
        )
        session = await login.authenticate(
            token,
            browser=cookies.read(request, "browser"),
            source=_source(request),
            earlier=cookies.read(request, "session"),
            request=request.query_params.get("request", ""),
        )
        response = JSONResponse(_shown(session), headers=NEVER)
        cookies.put(response, "session", session.id)
        return response

    return [
        Route("/auth/challenge", challenge, methods=["POST"]),
        Route("/auth/web-eid", web_eid, methods=["POST"]),
    ]


def _session_routes(login: Login, cookies: Cookies) -> list[Route]:
    async def session(request: Request) -> Response:
        """GET /auth/session: who is signed in here."""
        found = await login.in_thread(login.session, _secret(request, cookies))
        return JSONResponse(_shown(found), headers=NEVER)

    async def logout(request: Request) -> Response:
        """POST /auth/logout: sign out everywhere."""
        check_own_page(request, origin=login.rules.origin, refusal=OriginRefused)
        await login.in_thread(login.logout, cookies.read(request, "session"))
        response = Response(status_code=204, headers=NEVER)
        cookies.drop(response, "session")
        return response

    return [
        Route("/auth/session", session, methods=["GET"]),
        Route("/auth/logout", logout, methods=["POST"]),
    ]


def offers(relying: Relying, *, provider: ClientId, in_thread: InThread) -> list[Offer]:
    """What members may ask of login. The person drives it, so no other purpose is needed."""

    async def sessions(incoming: Incoming) -> Answer:
        held, member = _decoded(incoming.body, _Handle), incoming.client.member
        return _json(_granted(await in_thread(relying.grant, held.handle, relying=member)))

    async def mandates(incoming: Incoming) -> Answer:
        held = _decoded(incoming.body, _Handle)
        found = await relying.mandates(held.handle, relying=incoming.client.member)
        listed = [
            {"represented": each.represented, "role": each.role, "name": each.name}
            for each in found.found
        ]
        return _json({"mandates": listed, "silent": [str(each) for each in found.silent]})

    async def statements(incoming: Incoming) -> Answer:
        asked = _decoded(incoming.body, _StatementAsked)
        statement = await relying.statement(
            asked.handle,
            relying=incoming.client.member,
            audience=MemberId.parse(asked.audience),
            case=asked.case,
            represented=None if asked.represented is None else person_code(asked.represented),
            purpose=asked.purpose,
        )
        return _json({"statement": statement})

    handlers = {"sessions": sessions, "mandates": mandates, "statements": statements}
    paths = {"sessions": "/status"}
    return [
        Offer(
            provider=provider,
            service=service,
            endpoints=(Endpoint("POST", paths.get(service, "/")),),
            handler=handler,
            requires_purpose=False,
        )
        for service, handler in handlers.items()
    ]


async def _body(request: Request) -> bytes:
    return await body_of(request, most=MOST_BYTES, refusal=RequestRefused)


def _secret(request: Request, cookies: Cookies) -> str:
    secret = cookies.read(request, "session")
    if not secret:
        raise SessionRefused("nobody is signed in here", why="unknown")
    return secret


def _source(request: Request) -> str:
    return source_of(request.client.host) if request.client is not None else "unknown"


def _shown(session: Session) -> dict[str, Any]:
    return {
        "person": session.person,
        "given_names": session.given_names,
        "surname": session.surname,
        "level": session.level.value,
        "method": session.method.value,
        "began_at": to_text(session.began_at),
        "ends_at": to_text(session.ends_at),
    }


def _granted(grant: Grant) -> dict[str, Any]:
    return {"handle": grant.handle, **_shown(grant.session)}


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise RequestRefused("the content lacks what it must have", why="content") from error


def _json(content: object) -> Answer:
    return Answer(headers=JSON, body=msgspec.json.encode(content))
