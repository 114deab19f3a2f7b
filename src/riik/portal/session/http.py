"""What every page of a site asks first: who is here, and is this form ours?

    site = Site(guests=…, forms=…, origin="https://portal.example", node="portal")

    def routes(portal: Portal, *, site: Site) -> list[Route]:
        async def cases(request: Request) -> Response:
            '''GET /cases: the person's cases.'''
            visitor = await site.visitor(request)          # raises SignedOut
            shell = site.shell(request, tabs=TABS, tab="cases")
            shown = await portal.my_cases(visitor)
            return site.show(pages, "cases.html", shell, cases=shown, once=site.ticket(), errors=[])

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
Handlers of JSON are wrapped in `Site.script`: they use `Site.json`, and answer 401.
The addresses of signing in and out are in `door`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from hmac import digest as hmac
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from riik.core import from_text
from riik.formats.jose import JwsRefused, decode_base64url, encode_base64url
from riik.portal.design.formats import Formats
from riik.portal.design.http import address_of, html, language_of
from riik.portal.design.pages import Pages
from riik.portal.design.shell import Shell
from riik.portal.session.component import Guests
from riik.portal.session.errors import (
    AlreadyReceived,
    ForeignRequest,
    FormRefused,
    SignedOut,
    StalePage,
)
from riik.portal.session.forms import MOST_BYTES, Form, local_path, read_form
from riik.portal.session.frame import Frame
from riik.portal.session.kept import KeptForms
from riik.portal.session.model import KeptForm, Once, Visitor
from riik.runtime.web import Cookies, check_own_page

__all__ = ["KEPT", "NEVER", "SIGN_IN", "Site", "body_of"]

Handler = Callable[[Request], Awaitable[Response]]

NEVER: Final = {"Cache-Control": "no-store"}
FORM: Final = "application/x-www-form-urlencoded"
SIGN_IN: Final = "/sign-in"
KEPT: Final = "/sign-in/kept"
SAFE: Final = frozenset({"GET", "HEAD"})
MASK_BYTES: Final = 32
LOOKS: Final = 20
LOOK_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One node's site, as its handlers use it; see the example above.

    Attributes:
        guests: Who is signed in here.
        forms: Forms that must not be lost, nor done twice.
        origin: The site's origin as browsers write it.
        node: The node's name, for its cookies.
        frame: What stands around every page here.
        pages: Of `riik.portal.session`.
        wait: Seconds between looks at a form that is being done.
    """

    guests: Guests
    forms: KeptForms
    origin: str
    node: str
    frame: Frame
    pages: Pages
    wait: float = LOOK_SECONDS

    @property
    def cookies(self) -> Cookies:
        """The rules that fit the origin."""
        return Cookies.of(self.origin, node=self.node)

    async def visitor(self, request: Request) -> Visitor:
        """Who is signed in; asking twice asks the store once.

        What changes something is taken from our own pages alone, before anybody is looked up.

        Raises:
            ForeignRequest: For ``origin`` or ``site``.
            SignedOut: For ``no-cookie``, and as `Guests.visitor`.
        """
        if request.method not in SAFE:
            self._check_origin(request)
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

    def shell(self, request: Request, **other: Any) -> Shell:
        """The frame's values for a page; ask `visitor` or `who` before, for their name.

        Args:
            request: What came.
            other: Fields of `Shell` besides, or instead.
        """
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        profile, zone = self.frame.profile, self.frame.zone
        language, address = language_of(request, profile.languages), address_of(request)
        usual: dict[str, Any] = {
            "language": language,
            "profile": profile,
            "zone": zone,
            "address": address,
            "place": self.frame.name(language),
            "demonstration": self.frame.demonstration,
            "sign_in": self.sign_in(address),
            "sign_out": "/sign-out",
            "posted": request.method not in SAFE,
        }
        if visitor is not None:
            named = Formats(profile, language, zone).name(visitor.given_names, visitor.surname)
            usual |= {"who": named, "csrf": self.csrf(request)}
        return Shell(**(usual | other))

    def show(
        self, pages: Pages, template: str, shell: Shell, /, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of a room; its forms may lead to login, for whom they find signed out.

        Args:
            pages: The room's.
            template: Its name.
            shell: From `shell`.
            status: 422 for a form that is shown again with its errors.
            values: The page's own.
        """
        leads_to = (self.guests.client.issuer, *self.frame.leads_to)
        content = pages.render(template, shell, **values)
        return html(content, shell.language, status, form_action=leads_to, headers=NEVER)

    def csrf(self, request: Request) -> str:
        """The token that every form of this session carries (field ``csrf``); empty without one.

        It looks different each time, so that the length of a packed page tells nothing of it.
        """
        secret = self.cookies.read(request, "guest")
        if not secret:
            return ""
        mask = self.guests.entropy.bytes(MASK_BYTES)
        return encode_base64url(mask + _masked(_token(secret), mask))

    async def form(self, request: Request) -> Form:
        """The form that the visitor sent from one of our pages; asking twice reads it once.

        Raises:
            SignedOut: As `visitor`.
            ForeignRequest: For ``origin``, ``site`` or ``csrf``.
            StalePage: The page is of an earlier session (``csrf``).
            FormRefused: As `read_form`.
        """
        await self.visitor(request)
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
            content = msgspec.json.decode(await body_of(request) or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FormRefused("the content is not JSON", why="json") from error
        if not isinstance(content, dict):
            raise FormRefused("the content is not an object", why="json")
        return content

    async def upload(self, request: Request, token: str) -> Visitor:
        """Whoever sent a form with a file from our page; its parts are read by the handler.

        Args:
            request: Whose body is read already.
            token: The form's ``csrf``.

        Raises:
            SignedOut: As `visitor`.
            ForeignRequest: For ``origin``, ``site`` or ``csrf``.
        """
        visitor = await self.visitor(request)
        self._check_origin(request)
        self._check_token(request, token)
        return visitor

    async def guard(self, request: Request) -> Visitor:
        """Whoever sent this from a script of ours: as `json`, for a body that is read elsewhere."""
        visitor = await self.visitor(request)
        self._check_token(request, request.headers.get("x-csrf", ""))
        return visitor

    def sign_in(self, to: str, *, fresh: bool = False) -> str:
        """Where one signs in and comes back to ``to``; ``fresh``: with the card again."""
        query = urlencode({"to": to, **({"fresh": "yes"} if fresh else {})})
        return f"{SIGN_IN}?{query}"

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

    async def led(self, request: Request, ticket: str) -> str:
        """Where the visitor's own sending of a form led; empty where they sent no such form.

        What a page confirms is taken from there: an address alone can be made by anybody.
        """
        visitor = await self.visitor(request)
        return await self.forms.led(ticket, person=visitor.person) if ticket else ""

    async def tell(self, request: Request, what: str) -> str:
        """Keep what the visitor did; `led` tells it to them under the ticket that this answers."""
        visitor, ticket = await self.visitor(request), self.ticket()
        once = await self.forms.once(ticket, person=visitor.person)
        await self.forms.done(once, location=what)
        return ticket

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
            except AlreadyReceived as received:
                return self._received(request, received)
            if getattr(request.state, "drop_kept", False):
                self.cookies.drop(response, "kept")
            return response

        return guarded

    def script(self, handler: Handler) -> Handler:
        """A handler of JSON: who is signed out is told so, and stays it."""

        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except SignedOut as out:
                await self._end(request, out)
                raise

        return guarded

    async def _sign_in_again(self, request: Request, out: SignedOut, *, refill: bool) -> Response:
        await self._end(request, out)
        path, fresh = local_path(address_of(request)), out.why == "stale"
        if request.method in SAFE:
            return self.go(self.sign_in(path, fresh=fresh))
        self._check_origin(request)
        key = await self._keep(request)
        if not key:
            return self.go(self.sign_in(self._page_before(request)))
        response = self.go(self.sign_in(path if refill else KEPT, fresh=fresh))
        self.cookies.put(response, "kept", key)
        return response

    async def _end(self, request: Request, out: SignedOut) -> None:
        """End the session whose handle login takes no more."""
        if out.why == "handle":
            await self.guests.end(self.cookies.read(request, "guest"), why=out.why)

    async def _ask_again(self, request: Request, *, refill: bool) -> Response:
        """The page was of an earlier session of this browser: show what was sent."""
        response = self.go(local_path(address_of(request)) if refill else KEPT)
        self.cookies.put(response, "kept", await self._keep(request))
        return response

    def _received(self, request: Request, received: AlreadyReceived) -> Response:
        """The same form came before and is still being worked on: nothing more is to be done."""
        shell = self.shell(request)
        at = from_text(str(received.facts["at"]))
        return self.show(self.pages, "received.html", shell, status=received.status, at=at)

    async def _keep(self, request: Request) -> str:
        """Keep what was sent for whose session this is or was; nothing for a stranger."""
        form = await self._sent(request)
        subject = await self.guests.whose(self.cookies.read(request, "guest"))
        if subject is None:
            return ""
        kept = KeptForm(path=local_path(address_of(request)), body=form.encoded())
        return await self.forms.keep(kept, subject=subject)

    async def _sent(self, request: Request) -> Form:
        form: Form | None = getattr(request.state, "form", None)
        if form is None:
            kind = request.headers.get("content-type", "")
            form = read_form(await body_of(request), media_type=kind)
            request.state.form = form
        return form

    def _check_origin(self, request: Request) -> None:
        check_own_page(request, origin=self.origin, refusal=ForeignRequest)

    def _check_token(self, request: Request, token: str) -> None:
        """The page was made for this session; another's token is of an earlier one."""
        try:
            sent = decode_base64url(token)
        except JwsRefused:
            sent = b""
        if len(sent) != 2 * MASK_BYTES:
            raise ForeignRequest("the page's own token is missing", why="csrf")
        own = _token(self.cookies.read(request, "guest"))
        if not compare_digest(_masked(sent[MASK_BYTES:], sent[:MASK_BYTES]), own):
            raise StalePage("the page is of an earlier session", why="csrf")

    def _page_before(self, request: Request) -> str:
        """The page that a form was on, as the browser says."""
        parts = urlsplit(request.headers.get("referer", ""))
        here = f"{parts.scheme}://{parts.netloc}" == self.origin
        query = f"?{parts.query}" if parts.query else ""
        return local_path(f"{parts.path}{query}") if here else "/"


def _token(secret: str) -> bytes:
    return hmac(secret.encode(), b"csrf", "sha256")


def _masked(value: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(value, mask, strict=True))


async def body_of(request: Request) -> bytes:
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
