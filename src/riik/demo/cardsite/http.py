"""The card's site over HTTP, at an origin of its own.

GET  /          the reader: which card is in it, which others there are; works without script
POST /          put a card in, take it out, unblock it, renew its tries: 303, or 422
GET  /window    what pages open: it asks for the PIN
POST /window    one step of it, for its own script: {"html", "answer"?, "failure"?, "close"?}

Which card is in a browser's reader stands in the cookie ``riik-card``, which the front page sets
too: cookies know no ports. A POST counts only when it comes from one of these pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

import riik.demo.cardsite
from riik.core import Refused
from riik.demo.cardsite.asking import Asked, AskedRefused, Asker, read_asked
from riik.demo.cardsite.reader import Face, Reader
from riik.demo.cardsite.window import UNFIT, View, Window
from riik.demo.seeding import Holder
from riik.node import Pin, PortTaken
from riik.portal.design.http import KeepsLanguage, address_of, design_routes, html, language_of
from riik.portal.design.pages import Pages, Shell
from riik.profiles import Profile
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.runtime.web import Server, edge, serve

__all__ = ["COOKIE", "CardSite"]

COOKIE: Final = "riik-card"
HOST: Final = "127.0.0.1"
MOST_BYTES: Final = 32_768
# Its opener must stay reachable, whoever it is: `window` refuses who isn't of the country.
WINDOW: Final = {"Cross-Origin-Opener-Policy": "unsafe-none"}
SCRIPT: Final = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}


class PageRefused(Refused):
    """A request to the card that none of its own pages sent."""

    code = "demo.card-page-refused"
    status = 403


@dataclass(slots=True, kw_only=True)
class CardSite:
    """The site; the demonstration starts and stops it.

    Attributes:
        profile: The country's.
        reader: The cards.
        askers: The country's sites: who may ask.
        offices: Names of the organisations that people decide for, by role and language.
        log: Where its requests are written down.
        front: Address of the demonstration's front page, once it has one.
        in_thread: Its threads: a card is slow, and one at a time.
    """

    profile: Profile
    reader: Reader
    askers: Sequence[Asker]
    offices: Mapping[str, Mapping[str, str]]
    log: JsonLog
    front: str = ""
    in_thread: ThreadPool = field(default_factory=lambda: ThreadPool(4, name="card"))
    pages: Pages = field(default_factory=lambda: Pages(riik.demo.cardsite))
    origin: str = ""
    _server: Server | None = None

    async def start(self, port: int) -> str:
        """Serve at this port, which pages were told; answers the origin.

        Raises:
            PortTaken: Somebody else listens there.
        """
        app = KeepsLanguage(edge(self.routes(), metrics=Metrics(), logger=self.log))
        server = await serve(app, HOST, port)
        if port not in (0, server.port):
            await server.stop()
            raise PortTaken(f"port {port} is taken", why="port", port=port)
        self._server, self.origin = server, f"http://localhost:{server.port}"
        return self.origin

    async def stop(self) -> None:
        """Close the site."""
        if self._server is not None:
            await self._server.stop()
        self.in_thread.close()

    def routes(self) -> list[BaseRoute]:
        """Its pages, its script and the design's files."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/", self.change, methods=["POST"]),
            Route("/window", self.open, methods=["GET"]),
            Route("/window", self.step, methods=["POST"]),
            Route("/card.js", _script, methods=["GET"]),
            *design_routes(),
        ]

    async def show(self, request: Request) -> Response:
        """GET /: the reader."""
        return await self._reader(request, self._holder(request))

    async def change(self, request: Request) -> Response:
        """POST /: what a person does to the reader by hand."""
        form, holder = await self._form(request), self._holder(request)
        if form.get("do") == "unblock" and holder is not None:
            pin = Pin.PIN2 if form.get("which") == "2" else Pin.PIN1
            window, puk = self._window(), form.get("puk", "")
            problem = await self.in_thread(window.try_puk, holder, pin, puk=puk)
            if problem:
                return await self._reader(request, holder, problem=problem, status=422)
        elif form.get("do") == "renew" and holder is not None:
            await self.in_thread(self.reader.renew, holder)
        answer = RedirectResponse("/", 303)
        self._move(answer, form, holder)
        return answer

    async def open(self, request: Request) -> Response:
        """GET /window: waits for the question of the page that opened it."""
        language = language_of(request, usual=self.profile.languages)
        shell = self._shell(request, language)
        return html(self.pages.render("window.html", shell), language, headers=WINDOW)

    async def step(self, request: Request) -> Response:
        """POST /window: one step of the window's own script."""
        form, language = await self._form(request), language_of(request, self.profile.languages)
        holder = self._moved(form, self._holder(request))
        view, asked = await self.in_thread(self._view, form, holder)
        values = {"view": view, "asked": asked, "cards": self.reader.holders}
        shown = self.pages.render(
            f"states/{view.name}.html",
            self._shell(request, language),
            **values,
            office=self._office(language),
        )
        told: dict[str, Any] = {"html": shown, "close": view.close}
        if view.answer:
            told["answer"] = view.answer
        if view.failure:
            told["failure"] = view.failure
        answer = JSONResponse(told)
        self._move(answer, form, holder)
        return answer

    def _view(self, form: Mapping[str, str], holder: Holder | None) -> tuple[View, Asked | None]:
        """What comes next, and the question it is about, if one is open."""
        if "action" not in form:
            face = None if holder is None else self.reader.face(holder)
            return View(name="idle", face=face), None
        try:
            asked = read_asked(form)
        except AskedRefused:
            return View(name="unfit", failure=UNFIT), None
        return self._next(form, asked, holder), asked

    def _next(self, form: Mapping[str, str], asked: Asked, holder: Holder | None) -> View:
        window, act = self._window(), form.get("do", "")
        if act == "out":
            return window.remove(asked)
        if act == "choose":
            return window.choose(asked, holder)
        if act == "confirm":
            return window.confirm(asked, holder, pin=form.get("pin", ""))
        if act == "unblock":
            return window.unblock(asked, holder, puk=form.get("puk", ""))
        if act == "renew" and holder is not None:
            self.reader.renew(holder)
        return window.ask(asked, holder)

    async def _reader(
        self,
        request: Request,
        holder: Holder | None,
        *,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        language = language_of(request, usual=self.profile.languages)
        face: Face | None = None
        if holder is not None:
            face = await self.in_thread(self.reader.face, holder)
        page = self.pages.render(
            "reader.html",
            self._shell(request, language),
            face=face,
            cards=self.reader.holders,
            problem=problem,
            office=self._office(language),
        )
        return html(page, language, status, headers=WINDOW)

    def _window(self) -> Window:
        return Window(reader=self.reader, askers={one.origin: one for one in self.askers})

    def _shell(self, request: Request, language: str) -> Shell:
        texts = self.pages.texts[language]
        return Shell(
            language=language,
            profile=self.profile,
            address=address_of(request),
            place=texts("Demonstration card"),
            demonstration=self.front,
        )

    def _office(self, language: str) -> Mapping[str, str]:
        return {role: names.get(language, names["en"]) for role, names in self.offices.items()}

    def _holder(self, request: Request) -> Holder | None:
        return self.reader.holder(request.cookies.get(COOKIE, ""))

    def _moved(self, form: Mapping[str, str], holder: Holder | None) -> Holder | None:
        """Whose card is in the reader after this step."""
        if form.get("do") == "put":
            return self.reader.holder(form.get("holder", "")) or holder
        return None if form.get("do") == "out" else holder

    def _move(self, answer: Response, form: Mapping[str, str], holder: Holder | None) -> None:
        moved = self._moved(form, holder)
        if form.get("do") == "out":
            answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        elif form.get("do") == "put" and moved is not None:
            answer.set_cookie(COOKIE, moved.id, path="/", httponly=True, samesite="lax")

    async def _form(self, request: Request) -> dict[str, str]:
        """The fields of a form that one of our own pages sent."""
        own = request.headers.get("origin") == self.origin
        if not own or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise PageRefused("this page is not the card's", why="origin")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise PageRefused("the form is too long", why="size", most=MOST_BYTES)
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=40))


async def _script(request: Request) -> Response:
    """GET /card.js: the window's script."""
    return Response(files(__package__).joinpath("card.js").read_bytes(), headers=SCRIPT)
