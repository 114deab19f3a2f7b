"""The front site over HTTP.

GET  /              who are you today, the map, the acts
POST /as/<role>     puts the role's card into the reader and leads to its site: 303
POST /as/<person>/<service>  the same for somebody who can use a service
GET  /laws          the seven laws
GET  /phone         text messages that arrived (`phone`)
GET  /acts/<act> …  what may be done to the country (`riik.demo.acts`)
GET  /status …      what the nodes tell of themselves (`node.status`)

While the country is founded, every page says so and looks again. A POST counts only when it
comes from one of these pages: by its origin, and by a token that only they have.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from riik.core import Refused
from riik.demo.acts import ActPages, Backstage, Stage, act_routes
from riik.demo.cardsite import COOKIE
from riik.demo.front.doors import Door, door
from riik.demo.front.page import FrontPages
from riik.demo.front.phone import Phones
from riik.demo.running import Demonstration
from riik.node import CountryPages, Listed
from riik.portal.design.http import (
    LANGUAGE_COOKIE,
    KeepsLanguage,
    address_of,
    design_routes,
    html,
    language_of,
    problem_pages,
)
from riik.portal.design.pages import Shell
from riik.profiles import Profile
from riik.runtime.entropy import SystemEntropy
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.web import Server, edge, serve

__all__ = ["FrontSite"]

HOST: Final = "127.0.0.1"
KEPT: Final = {LANGUAGE_COOKIE, COOKIE}
OURS: Final = ("riik-", "bank-")
MOST_BYTES: Final = 8_192
LOOK_AGAIN: Final = {"Refresh": "1"}

Handler = Callable[[Request], Awaitable[Response]]


class FrontPageRefused(Refused):
    """A request that none of the front site's own pages sent."""

    code = "demo.front-page-refused"
    status = 403


class NoSuchDoor(Refused):
    """Nobody of that name is in the country."""

    code = "demo.no-such-door"
    status = 404


@dataclass(slots=True, kw_only=True)
class FrontSite:
    """The site; it listens before the country does.

    Attributes:
        profile: The country's.
        stage: The country, when it is there.
        status: What its nodes tell.
        backstage: Does the acts.
        log: Where requests are written down.
        token: Stands in every form of the site.
    """

    profile: Profile
    stage: Stage
    status: CountryPages
    backstage: Backstage
    log: JsonLog
    origin: str = ""
    token: str = field(default_factory=lambda: SystemEntropy().bytes(24).hex())
    pages: FrontPages = field(init=False)
    phones: Phones = field(init=False)
    acts: ActPages = field(default_factory=ActPages)
    _server: Server | None = None

    def __post_init__(self) -> None:
        self.pages = FrontPages(profile=self.profile)
        self.phones = Phones(render=self.pages.phone, language=self.language)

    async def start(self, port: int) -> int:
        """Serve at this port, or at the next free one; answers which."""
        routes = [*self.routes(), *design_routes(gallery=True)]
        pages = problem_pages(self.profile)
        app = KeepsLanguage(edge(routes, metrics=Metrics(), logger=self.log, pages=pages))
        self._server = await serve(app, HOST, port)
        self.origin = f"http://localhost:{self._server.port}"
        return self._server.port

    async def stop(self) -> None:
        """Close the site."""
        await self.backstage.stop()
        if self._server is not None:
            await self._server.stop()
        await self.status.close()

    def let_in(self, running: Demonstration) -> None:
        """The country is there: let people see it, and the cards know the way back."""
        running.cards.front = self.origin
        self.status.members = [
            Listed(
                name=role,
                member=str(member.id),
                names=dict(member.names),
                origin=running.places[role].origin,
            )
            for role, member in running.country.members.items()
        ]
        self.stage.show(running)

    def routes(self) -> Sequence[BaseRoute]:
        """All pages but those of the design."""
        return [
            Route("/", self.staged(self.show), methods=["GET"]),
            Route("/as/{role}", self.staged(self.enter), methods=["POST"]),
            Route("/as/{person}/{service}", self.staged(self.play), methods=["POST"]),
            Route("/laws", self.laws, methods=["GET"]),
            *self.phones.routes(),
            *act_routes(self, self.backstage, pages=self.acts),
            *self.status.routes(),
        ]

    def staged(self, handler: Handler) -> Handler:
        """A handler that needs the country: until it is there, the visitor sees it come."""

        async def answer(request: Request) -> Response:
            if self.stage.running is None:
                return self._progress(request)
            return await handler(request)

        return answer

    async def show(self, request: Request) -> Response:
        """GET /: the front page."""
        language, country = self.language(request), await self.status.country()
        page = self.pages.front(
            country,
            language=language,
            address=address_of(request),
            token=self.token,
            drawing=self.status.page.drawing(country, language=language),
            acts=self.acts.doors(self.backstage, self.shell(request, address="/")),
            places=self.stage.origins,
            cast=self.stage.cast(language),
        )
        return html(page, language, form_action=tuple(self.stage.origins.values()))

    async def enter(self, request: Request) -> Response:
        """POST /as/<role>: through one of the doors."""
        await self.check(request)
        chosen = door(request.path_params["role"])
        if chosen is None:
            raise NoSuchDoor("there is no such door", why="unknown")
        answer = RedirectResponse(chosen.address(self.stage.origins), 303)
        self._change_card(request, answer, chosen)
        return answer

    async def play(self, request: Request) -> Response:
        """POST /as/<person>/<service>: be somebody who can do this, at its page of the portal."""
        await self.check(request)
        wanted = f"{request.path_params['person']}/{request.path_params['service']}"
        parts = self.stage.running.country.cast if self.stage.running else ()
        found = next((one for one in parts if f"{one.person}/{one.service}" == wanted), None)
        if found is None:
            raise NoSuchDoor("nobody of this name can do this", why="unknown")
        page = found.page or f"/services/{found.service}"
        chosen = Door(
            id="", title="", text="", icon="", place="portal", path=page, holder=found.person
        )
        answer = RedirectResponse(chosen.address(self.stage.origins), 303)
        self._change_card(request, answer, chosen)
        return answer

    async def laws(self, request: Request) -> Response:
        """GET /laws: the seven laws."""
        language = self.language(request)
        return html(self.pages.laws(language=language, address=address_of(request)), language)

    async def check(self, request: Request) -> dict[str, str]:
        """The fields of a form that one of our own pages sent.

        Raises:
            FrontPageRefused: For ``origin``, ``size`` or ``token``.
        """
        own = request.headers.get("origin") == self.origin
        if not own or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise FrontPageRefused("this page is not the front page's", why="origin")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise FrontPageRefused("the form is too long", why="size", most=MOST_BYTES)
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
        form = {name: values[0] for name, values in fields.items()}
        if not compare_digest(form.get("csrf", "").encode(), self.token.encode()):
            raise FrontPageRefused("the form is of another time", why="token")
        return form

    def shell(self, request: Request, *, address: str) -> Shell:
        """What stands around a page of the site (fills `acts.http.Frame`)."""
        return self.pages.shell(self.language(request), address, token=self.token)

    def language(self, request: Request) -> str:
        """The visitor's language."""
        return language_of(request, self.profile.languages)

    def _change_card(self, request: Request, answer: Response, chosen: Door) -> None:
        """Put the role's card into the reader; whoever was there before takes their sign-ins along.

        All sites of the country share a host, and cookies know no ports: what the browser holds
        is all of this country. Somebody else would sit at another computer.
        """
        if not chosen.holder or request.cookies.get(COOKIE) == chosen.holder:
            return
        for name in request.cookies:
            if name.startswith(OURS) and name not in KEPT:
                answer.delete_cookie(name, path="/", httponly=True, samesite="lax")
        answer.set_cookie(COOKIE, chosen.holder, path="/", httponly=True, samesite="lax")

    def _progress(self, request: Request) -> Response:
        language = self.language(request)
        address = address_of(request) if request.method == "GET" else "/"
        page = self.pages.progress(self.stage.lines, language=language, address=address)
        return html(page, language, 503, headers=LOOK_AGAIN)
