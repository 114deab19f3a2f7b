"""The login's pages.

GET  /             to one's own sign-ins
GET  /login        ?request=: how to sign in for a site, or: may it know who you are
                   without: sign in to see one's own sign-ins
GET  /sessions     where I am signed in, and what happened in my name
POST /sessions     only=<sid>, or nothing: end that one, or all
GET  /logout       with a logout request's parameters: shall it end? The answer goes to /oidc/logout
GET  /logged-out   it ended

Signing in itself is `/auth/…` (JSON, for the page's script), the protocol is `/oidc/…`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from riik.login import (
    ClientRefused,
    Login,
    Need,
    OpenIdProvider,
    OriginRefused,
    Pending,
    RequestRefused,
    Session,
    SessionRefused,
)
from riik.portal.design.http import address_of, design_routes, html, language_of
from riik.portal.design.texts import LANGUAGES
from riik.portal.login.page import SESSIONS, LoginPages, Sight
from riik.runtime.web import Cookies, body_of, check_own_page

__all__ = ["login_page_routes", "shown_to_people"]

Handler = Callable[[Request], Awaitable[Response]]

MOST_BYTES = 16_384
MOST_FIELDS = 60
MOST_EVENTS = 60
FORM = "application/x-www-form-urlencoded"


def login_page_routes(
    provider: OpenIdProvider, *, pages: LoginPages, cookies: Cookies
) -> list[BaseRoute]:
    """The routes, with those of the design's files."""
    calls = _Calls(provider, pages, cookies)
    return [
        Route("/", calls.front, methods=["GET"]),
        Route("/login", calls.choose, methods=["GET"]),
        Route("/sessions", calls.sessions, methods=["GET"]),
        Route("/sessions", calls.end, methods=["POST"]),
        Route("/logout", calls.leave, methods=["GET"]),
        Route("/logged-out", calls.left, methods=["GET"]),
        *design_routes(),
    ]


def shown_to_people(
    routes: Sequence[Route], *, provider: OpenIdProvider, pages: LoginPages, cookies: Cookies
) -> list[Route]:
    """The provider's routes; who comes with a browser gets a page of what can't be answered."""
    calls = _Calls(provider, pages, cookies)
    return [Route(one.path, calls.told(one.endpoint), methods=one.methods) for one in routes]


class _Calls:
    """The handlers of one login."""

    def __init__(self, provider: OpenIdProvider, pages: LoginPages, cookies: Cookies) -> None:
        self.provider, self.pages, self.cookies = provider, pages, cookies

    @property
    def login(self) -> Login:
        """Whose sessions these are."""
        return self.provider.login

    async def front(self, request: Request) -> Response:
        """GET /: where the head of every page leads."""
        return RedirectResponse(SESSIONS, 303)

    async def choose(self, request: Request) -> Response:
        """GET /login: how to sign in, or may the site know."""
        name = request.query_params.get("request", "")
        if not name:
            return self._page(request, self.pages.choose(self._sight(request), None, request=""))
        try:
            pending = await self.login.in_thread(
                self.provider.pending,
                name,
                browser=self.cookies.read(request, "browser"),
                secret=self._secret(request),
            )
        except ClientRefused as refused:
            return self._refused(request, refused)
        sight = self._sight(request, pending)
        other = request.query_params.get("other") == "yes"
        if pending.need in (Need.CONFIRM, Need.NOTHING) and not other:
            shown = self.pages.confirm(sight, pending, request=name)
        else:
            shown = self.pages.choose(sight, pending, request=name)
        return self._page(request, shown, pending=pending)

    async def sessions(self, request: Request) -> Response:
        """GET /sessions: where I am signed in."""
        secret = self._secret(request)
        try:
            places = await self.login.in_thread(self.login.places, secret)
        except SessionRefused:
            return RedirectResponse("/login", 303)
        here = next(place for place in places if place.here)
        sight = self._sight(request, None, here=here.session)
        if await self.login.in_thread(self.provider.at_shared_screen, secret):
            return self._page(request, self.pages.sessions(sight, [here], None))
        events = await self.login.in_thread(self.login.history, secret, limit=MOST_EVENTS)
        return self._page(request, self.pages.sessions(sight, places, events))

    async def end(self, request: Request) -> Response:
        """POST /sessions: sign out there, or everywhere; at a shared screen, here alone."""
        check_own_page(request, origin=self.provider.issuer, refusal=OriginRefused)
        only = (await _form(request)).get("only", "")
        secret = self._secret(request)
        try:
            if await self.login.in_thread(self.provider.at_shared_screen, secret):
                only = (await self.login.in_thread(self.login.session, secret)).sid
            await self.login.in_thread(self.login.logout_everywhere, secret, only=only)
        except SessionRefused:
            return RedirectResponse("/logged-out", 303)
        here = await self.login.in_thread(self.provider.session_of, secret)
        return RedirectResponse(SESSIONS if here is not None else "/logged-out", 303)

    async def leave(self, request: Request) -> Response:
        """GET /logout: shall it end?"""
        try:
            places = await self.login.in_thread(self.login.places, self._secret(request))
        except SessionRefused:
            return RedirectResponse("/logged-out", 303)
        here = next(place for place in places if place.here)
        fields = _pairs(request.url.query)
        sight = self._sight(request, None, here=here.session)
        address = request.query_params.get("post_logout_redirect_uri", "")
        shown = self.pages.leave(sight, fields, here)
        return self._page(request, shown, forms=self._known_origin(address))

    async def left(self, request: Request) -> Response:
        """GET /logged-out: it ended."""
        return self._page(request, self.pages.left(self._sight(request)))

    def told(self, handler: Handler) -> Handler:
        """A handler of the provider, with our page where nobody but the person can be told."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except ClientRefused as refused:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                return self._refused(request, refused)

        return answer

    def _refused(self, request: Request, refused: ClientRefused) -> Response:
        number = request.scope.get("state", {}).get("request_id", "")
        shown = self.pages.refused(self._sight(request), refused.why, number=number)
        return self._page(request, shown, status=refused.status)

    def _page(
        self,
        request: Request,
        content: str,
        *,
        status: int = 200,
        pending: Pending | None = None,
        forms: tuple[str, ...] = (),
    ) -> Response:
        if pending is not None:
            forms = (_origin(pending.asked.redirect_uri),)
        language = self._language(request, pending)
        return html(content, language, status, form_action=forms, popups=bool(self.pages.card))

    def _sight(
        self, request: Request, pending: Pending | None = None, here: Session | None = None
    ) -> Sight:
        return Sight(
            language=self._language(request, pending),
            address=address_of(request),
            now=self.login.clock.now(),
            session=here,
        )

    def _language(self, request: Request, pending: Pending | None) -> str:
        """Asked for here, else what the site says that the person reads, else as everywhere."""
        wanted = pending.asked.languages if pending is not None else ()
        known = [one[:2] for one in wanted if one[:2] in LANGUAGES]
        if known and request.query_params.get("lang") not in LANGUAGES:
            return known[0]
        return language_of(request, tuple(self.pages.profile.languages))

    def _secret(self, request: Request) -> str:
        return self.cookies.read(request, "session")

    def _known_origin(self, address: str) -> tuple[str, ...]:
        """Where a form may lead after signing out: an address that some site registered."""
        sites = self.provider.clients.values()
        known = any(address in site.post_logout_uris for site in sites)
        return (_origin(address),) if known else ()


async def _form(request: Request) -> Mapping[str, str]:
    body = await body_of(request, media_type=FORM, most=MOST_BYTES, refusal=RequestRefused)
    return dict(_pairs(body.decode("utf-8", "replace")))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise RequestRefused("there are too many parameters", why="size") from error


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
