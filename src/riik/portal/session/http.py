"""What every page of a site asks first: who is here, and is this form ours?

    site = Site(guests=…, forms=…, origin="https://portal.example", node="portal")

    def routes(portal: Portal, *, site: Site) -> list[Route]:
        async def cases(request: Request) -> Response:
            '''GET /cases: the person's cases.'''
            visitor = await site.visitor(request)          # raises SignedOut
            shown = await portal.my_cases(visitor)
            shell = …(csrf=site.csrf(request))
            return html(pages.render("cases.html", shell, cases=shown, once=site.ticket()))

        async def begin(request: Request) -> Response:
            '''POST /cases: begin a case.'''
            visitor = await site.visitor(request)
            form = await site.form(request)                # ours, and not too large
            once = await site.once(request)                # the hidden field `once`
            if once.done:
                return site.go(once.location)
            case = await portal.start(visitor, service=form.text("service"), once=once.key)
            return await site.done(once, f"/cases/{case}") # 303; a second sending goes there too

        return [
            Route("/cases", site.page(cases), methods=["GET"]),
            Route("/cases", site.page(begin), methods=["POST"]),
        ]

`Site.page` turns `SignedOut` into a visit to the national login and back; what was typed is kept.
Handlers of JSON are not wrapped: they use `Site.json`, and answer 401.

GET  /sign-in?to=<path>       to the national login (``fresh=yes``: with the card again)
GET  /sign-in/back            from there, to <path>
POST /sign-out                leave, here and at login
POST /sign-out/back-channel   login says that a session is over
GET  /v1/session              who is signed in, and the token for X-Csrf; DELETE leaves
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from hmac import digest as hmac
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.core import to_text
from riik.formats.jose import encode_base64url
from riik.portal.session.component import Guests
from riik.portal.session.errors import (
    AlreadyReceived,
    ForeignRequest,
    FormRefused,
    SignedOut,
    SignInRefused,
    StalePage,
    TokenRefused,
)
from riik.portal.session.forms import MOST_BYTES, Form, local_path, read_form
from riik.portal.session.kept import KeptForms
from riik.portal.session.model import KeptForm, Once, Visitor
from riik.portal.session.oidc import read_answer
from riik.runtime.web import check_own_page

__all__ = ["Cookies", "Site"]

Handler = Callable[[Request], Awaitable[Response]]

NEVER: Final = {"Cache-Control": "no-store"}
FORM: Final = "application/x-www-form-urlencoded"
SIGN_IN: Final = "/sign-in"
KEPT: Final = "/sign-in/kept"
SAFE: Final = frozenset({"GET", "HEAD"})
TOKEN_LENGTH: Final = 43
LOOKS: Final = 20
LOOK_SECONDS: Final = 0.25
_LANGUAGE: Final = re.compile(r"[a-z]{2}\Z")


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and rules of a site's cookies.

    All nodes of a demonstration live on ``localhost``, and cookies know no ports: names tell
    them apart. Over https a name is bound to its host (``__Host-``, RFC 6265bis §4.1.3).

    Attributes:
        node: The node's name.
        secure: The origin is https.
    """

    node: str
    secure: bool

    def name(self, what: str) -> str:
        """The full name of a cookie: ``guest``, ``visit`` or ``kept``."""
        return f"{'__Host-' if self.secure else ''}riik-{self.node}-{what}"

    def read(self, request: Request, what: str) -> str:
        """Its value; empty when the browser sent none."""
        return request.cookies.get(self.name(what), "")

    def put(self, response: Response, what: str, value: str) -> None:
        """Set it until the browser closes: out of scripts' reach, not for others' forms."""
        response.set_cookie(
            self.name(what), value, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, what: str) -> None:
        """Take it back."""
        response.delete_cookie(
            self.name(what), path="/", secure=self.secure, httponly=True, samesite="lax"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One node's site, as its handlers use it; see the example above.

    Attributes:
        guests: Who is signed in here.
        forms: Forms that must not be lost, nor done twice.
        origin: The site's origin as browsers write it.
        node: The node's name, for its cookies.
        wait: Seconds between looks at a form that is being done.
    """

    guests: Guests
    forms: KeptForms
    origin: str
    node: str
    wait: float = LOOK_SECONDS

    @property
    def cookies(self) -> Cookies:
        """The rules that fit the origin."""
        return Cookies(self.node, self.origin.startswith("https://"))

    async def visitor(self, request: Request) -> Visitor:
        """Who is signed in; asking twice asks the store once.

        Raises:
            SignedOut: For ``no-cookie``, and as `Guests.visitor`.
        """
        found: Visitor | None = getattr(request.state, "visitor", None)
        if found is None:
            secret = self.cookies.read(request, "guest")
            if not secret:
                raise SignedOut("nobody is signed in here", why="no-cookie")
            found = await self.guests.visitor(secret)
            request.state.visitor = found
        return found

    async def who(self, request: Request) -> Visitor | None:
        """Who is signed in, or None: for pages that anyone may see."""
        try:
            return await self.visitor(request)
        except SignedOut:
            return None

    async def fresh(self, request: Request, *, seconds: int = 300) -> Visitor:
        """Who signed in at most so long ago: step up before what can't be taken back.

        Raises:
            SignedOut: As `visitor`, and ``stale``: `page` then sends them to show their card.
        """
        visitor = await self.visitor(request)
        age = self.guests.clock.now() - visitor.began_at
        if age > timedelta(seconds=seconds):
            raise SignedOut("the person signed in too long ago for this", why="stale")
        return visitor

    def csrf(self, request: Request) -> str:
        """The token that every form of this session carries (field ``csrf``); empty without one."""
        secret = self.cookies.read(request, "guest")
        return _token(secret) if secret else ""

    async def form(self, request: Request) -> Form:
        """The form that the visitor sent from one of our pages; asking twice reads it once.

        Raises:
            SignedOut: As `visitor`.
            ForeignRequest: For ``origin``, ``site`` or ``csrf``.
            StalePage: The page is of an earlier session (``csrf``).
            FormRefused: As `read_form`.
        """
        await self.visitor(request)
        self._check_origin(request)
        form = await self._sent(request)
        self._check_token(request, form.text("csrf"))
        kept = self.cookies.read(request, "kept")
        if kept:
            await self.forms.forget(kept)
            request.state.drop_kept = True
        return form.without({"csrf"})

    async def json(self, request: Request) -> dict[str, Any]:
        """The JSON object that a script of ours sent, with the token in ``X-Csrf``.

        Raises:
            SignedOut: As `visitor`.
            ForeignRequest: For ``origin``, ``site`` or ``csrf``.
            FormRefused: For ``media-type``, ``size`` or ``json``.
        """
        await self.guard(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise FormRefused("the content is JSON here", why="media-type")
        try:
            content = msgspec.json.decode(await _body(request) or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FormRefused("the content is not JSON", why="json") from error
        if not isinstance(content, dict):
            raise FormRefused("the content is not an object", why="json")
        return content

    async def guard(self, request: Request) -> Visitor:
        """Whoever sent this from a script of ours: as `json`, for a body that is read elsewhere."""
        visitor = await self.visitor(request)
        self._check_origin(request)
        self._check_token(request, request.headers.get("x-csrf", ""))
        return visitor

    def ticket(self) -> str:
        """A new value for the hidden field ``once`` of a form that must not be done twice."""
        return self.forms.ticket()

    async def once(self, request: Request) -> Once:
        """Take up the sending of a form: if `Once.done`, go to its location instead.

        A second sending that comes while the first is worked on waits for it.

        Raises:
            AlreadyReceived: It is still being worked on.
        """
        visitor, form = await self.visitor(request), await self.form(request)
        ticket = form.text("once")
        for _ in range(LOOKS):
            try:
                return await self.forms.once(ticket, person=visitor.person)
            except AlreadyReceived:
                await asyncio.sleep(self.wait)
        return await self.forms.once(ticket, person=visitor.person)

    async def done(self, once: Once, location: str) -> Response:
        """The form was done: remember where it led, and go there."""
        await self.forms.done(once, location=location)
        return self.go(location)

    def go(self, location: str) -> Response:
        """303: what was posted is done, the next page is there (RFC 9110 §15.4.4)."""
        return RedirectResponse(local_path(location), 303, headers=NEVER)

    async def kept(self, request: Request) -> Form | None:
        """What this person had typed here when their session ended, or None."""
        key, path = self.cookies.read(request, "kept"), request.url.path
        if not key:
            return None
        visitor = await self.visitor(request)
        kept = await self.forms.kept(key, person=visitor.person, path=path)
        if kept is None:
            return None
        return read_form(kept.body, media_type=FORM).without({"csrf", "once"})

    def page(self, handler: Handler, *, refill: bool = False) -> Handler:
        """A handler of pages: who is not signed in goes to login and comes back.

        Args:
            handler: May raise `SignedOut` anywhere.
            refill: The page at the same address fills itself with `kept`; else a page between
                asks whether the kept answers shall be sent.
        """

        async def guarded(request: Request) -> Response:
            try:
                response = await handler(request)
            except SignedOut as out:
                return await self._sign_in_again(request, out, refill=refill)
            except StalePage:
                return await self._ask_again(request, refill=refill)
            if getattr(request.state, "drop_kept", False):
                self.cookies.drop(response, "kept")
            return response

        return guarded

    def routes(self) -> list[Route]:
        """Signing in and out."""
        return _routes(self)

    async def _sign_in_again(self, request: Request, out: SignedOut, *, refill: bool) -> Response:
        secret = self.cookies.read(request, "guest")
        if out.why == "handle":
            await self.guests.end(secret, why=out.why)
        path = _path(request)
        if request.method in SAFE:
            return _to_sign_in(path, fresh=out.why == "stale")
        self._check_origin(request)
        form, subject = await self._sent(request), await self.guests.whose(secret)
        if subject is None:
            return _to_sign_in(self._page_before(request), fresh=False)
        kept = KeptForm(path=path, body=form.encoded())
        key = await self.forms.keep(kept, subject=subject)
        response = _to_sign_in(path if refill else KEPT, fresh=out.why == "stale")
        self.cookies.put(response, "kept", key)
        return response

    async def _ask_again(self, request: Request, *, refill: bool) -> Response:
        """The page was of an earlier session of this browser: show what was sent."""
        form = await self._sent(request)
        subject = await self.guests.whose(self.cookies.read(request, "guest"))
        if subject is None:
            return _to_sign_in(self._page_before(request), fresh=False)
        kept = KeptForm(path=_path(request), body=form.encoded())
        key = await self.forms.keep(kept, subject=subject)
        response = self.go(kept.path if refill else KEPT)
        self.cookies.put(response, "kept", key)
        return response

    async def _sent(self, request: Request) -> Form:
        form: Form | None = getattr(request.state, "form", None)
        if form is None:
            kind = request.headers.get("content-type", "")
            form = read_form(await _body(request), media_type=kind)
            request.state.form = form
        return form

    def _check_origin(self, request: Request) -> None:
        check_own_page(request, origin=self.origin, refusal=ForeignRequest)

    def _check_token(self, request: Request, token: str) -> None:
        """The page was made for this session; another's token is of an earlier one."""
        if len(token) != TOKEN_LENGTH:
            raise ForeignRequest("the page's own token is missing", why="csrf")
        if not compare_digest(token.encode(), self.csrf(request).encode()):
            raise StalePage("the page is of an earlier session", why="csrf")

    def _page_before(self, request: Request) -> str:
        """The page that a form was on, as the browser says."""
        parts = urlsplit(request.headers.get("referer", ""))
        here = f"{parts.scheme}://{parts.netloc}" == self.origin
        query = f"?{parts.query}" if parts.query else ""
        return local_path(f"{parts.path}{query}") if here else "/"


def _routes(site: Site) -> list[Route]:
    calls = _Calls(site)
    return [
        Route(SIGN_IN, calls.begin, methods=["GET"]),
        Route(f"{SIGN_IN}/back", calls.back, methods=["GET"]),
        Route("/sign-out", calls.leave, methods=["POST"]),
        Route("/sign-out/back-channel", calls.hear, methods=["POST"]),
        Route("/v1/session", calls.told, methods=["GET"]),
        Route("/v1/session", calls.leave_by_script, methods=["DELETE"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers of signing in and out."""

    site: Site

    async def begin(self, request: Request) -> Response:
        """GET /sign-in: to the national login, unless somebody is signed in."""
        site, to = self.site, local_path(request.query_params.get("to", "/"))
        fresh = request.query_params.get("fresh") == "yes"
        if not fresh and await site.who(request) is not None:
            return site.go(to)
        browser = site.cookies.read(request, "visit") or site.guests.secret()
        address = await site.guests.begin(
            browser=browser, to=to, language=_language(request), fresh=fresh
        )
        response = RedirectResponse(address, 303, headers=NEVER)
        site.cookies.put(response, "visit", browser)
        return response

    async def back(self, request: Request) -> Response:
        """GET /sign-in/back: from the national login."""
        site = self.site
        try:
            answer = read_answer(request.query_params, issuer=site.guests.client.issuer)
            entered = await site.guests.enter(
                answer,
                browser=site.cookies.read(request, "visit"),
                earlier=site.cookies.read(request, "guest"),
            )
        except SignInRefused:
            # The back button leads here again: who is signed in needs no explanation.
            if await site.who(request) is not None:
                return site.go("/")
            raise
        response = site.go(entered.to)
        site.cookies.put(response, "guest", entered.secret)
        return response

    async def leave(self, request: Request) -> Response:
        """POST /sign-out: leave, here and at login."""
        try:
            await self.site.form(request)
        except SignedOut:
            return self.site.go("/")
        return self._left(RedirectResponse(await self._leave(request), 303, headers=NEVER))

    async def leave_by_script(self, request: Request) -> Response:
        """DELETE /v1/session: leave here; answers where to leave login too."""
        await self.site.guard(request)
        location = await self._leave(request)
        return self._left(JSONResponse({"location": location}, headers=NEVER))

    async def hear(self, request: Request) -> Response:
        """POST /sign-out/back-channel: login says that a session is over."""
        try:
            kind = request.headers.get("content-type", "")
            form = read_form(await _body(request), media_type=kind)
            await self.site.guests.hear_logout(form.text("logout_token"))
        except (FormRefused, TokenRefused) as refused:
            told = {"error": "invalid_request", "error_description": refused.why}
            return JSONResponse(told, 400, headers=NEVER)
        return Response(status_code=200, headers=NEVER)

    async def told(self, request: Request) -> Response:
        """GET /v1/session: who is signed in, and the token for X-Csrf."""
        visitor = await self.site.visitor(request)
        return JSONResponse(_shown(visitor) | {"csrf": self.site.csrf(request)}, headers=NEVER)

    async def _leave(self, request: Request) -> str:
        kept = self.site.cookies.read(request, "kept")
        if kept:
            await self.site.forms.forget(kept)
        return await self.site.guests.leave(self.site.cookies.read(request, "guest"))

    def _left(self, response: Response) -> Response:
        self.site.cookies.drop(response, "guest")
        self.site.cookies.drop(response, "kept")
        return response


def _to_sign_in(to: str, *, fresh: bool) -> Response:
    query = urlencode({"to": to, **({"fresh": "yes"} if fresh else {})})
    return RedirectResponse(f"{SIGN_IN}?{query}", 303, headers=NEVER)


def _token(secret: str) -> str:
    return encode_base64url(hmac(secret.encode(), b"csrf", "sha256"))


def _path(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(f"{request.url.path}{query}")


def _language(request: Request) -> str:
    wanted = request.cookies.get("riik-lang", "")
    return wanted if _LANGUAGE.match(wanted) else ""


def _shown(visitor: Visitor) -> dict[str, Any]:
    return {
        "given_names": visitor.given_names,
        "surname": visitor.surname,
        "birth_date": visitor.birth_date,
        "level": visitor.level.value,
        "method": visitor.method,
        "began_at": to_text(visitor.began_at),
    }


async def _body(request: Request) -> bytes:
    """The body, once; refused as soon as it is too large."""
    read: bytes | None = getattr(request.state, "body", None)
    if read is None:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise FormRefused("what was sent is too large", why="size", most=MOST_BYTES)
        read = bytes(body)
        request.state.body = read
    return read
