"""A person is here: an official fills in with them on this screen.

GET  /desk/help        what they want; POST begins and leads to /desk/with
POST /desk/help/again  the official's word anew, for what they began in this browser
GET  /desk/with        first: hand over the card reader; then the person's own way on

The person's way is made of the citizens' pages, under their own addresses (`at_side`). Nothing of
a case is shown before its person showed their card.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.core import Refused
from riik.portal.design.http import language_of
from riik.portal.official.ports import Helps
from riik.portal.official.room.http import ERRAND, WITH, Room
from riik.portal.official.words import refusal_text
from riik.portal.session.http import NEVER, Handler

__all__ = ["at_side", "help_routes"]

_ELSEWHERE: Final = (
    "/cases",
    "/services",
    "/services/{service}",
    "/documents",
    "/inbox",
    "/looks",
    "/me",
    "/me/wrong",
    "/help",
    "/accessibility",
)
"""Places of the portal to which the citizens' pages lead: at a desk they lead back here."""

_FIELDS: Final = {"no-service": "service", "unknown": "number"}


def help_routes(room: Room, helps: Helps) -> list[Route]:
    """The routes of the officials' part, and of the page between both."""
    calls = _Calls(room, helps)
    return [
        Route("/desk/help", room.page(calls.ask), methods=["GET"]),
        Route("/desk/help", room.page(calls.begin), methods=["POST"]),
        Route("/desk/help/again", room.page(calls.again), methods=["POST"]),
        Route(WITH, calls.between, methods=["GET"]),
    ]


def at_side(room: Room, helps: Helps, routes: Sequence[Route]) -> list[Route]:
    """The citizens' pages with the official's name beside the person's; nobody alone sees them.

    Args:
        room: The desk's site.
        helps: Who is at whose side.
        routes: The citizens' pages of applying.
    """

    async def back(request: Request) -> Response:
        """A place of the portal: at home."""
        return room.site.go(WITH)

    async def case(request: Request) -> Response:
        """GET /cases/<case>: what was handed in; a desk follows no case."""
        return room.site.go(f"/cases/{request.path_params['case']}/receipt")

    guarded = [
        Route(one.path, _guarded(room, helps, one.endpoint), methods=sorted(one.methods or ()))
        for one in routes
    ]
    places = [Route(path, back, methods=["GET"]) for path in _ELSEWHERE]
    return [*guarded, *places, Route("/cases/{case}", case, methods=["GET"])]


def _guarded(room: Room, helps: Helps, handler: Callable[..., Any]) -> Handler:
    async def answer(request: Request) -> Response:
        visitor = await room.site.who(request)
        if visitor is None:
            return room.site.go(WITH)
        try:
            request.state.beside = (await helps.beside(visitor))["official"]
            response: Response = await handler(request)
        except Refused as refused:
            if refused.why not in ("no-errand", "word-over"):
                raise
            over = f"{WITH}?over=yes" if refused.why == "word-over" else WITH
            if request.headers.get("content-type", "").startswith("application/json"):
                return JSONResponse({"location": over}, headers=NEVER)
            return room.site.go(over)
        return response

    return answer


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers."""

    room: Room
    helps: Helps

    async def ask(self, request: Request) -> Response:
        """GET /desk/help: what does the person want?"""
        return await self._ask(request)

    async def begin(self, request: Request) -> Response:
        """POST /desk/help: begin, in this browser."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        service, number = form.text("service"), form.text("number").replace(" ", "")
        try:
            secret = await self.helps.begin(reader, service=service, number=number)
        except Refused as refused:
            field = _FIELDS.get(refused.why)
            if field is None:
                raise
            text = refusal_text(room.texts(reader), refused.why)
            errors = [{"field": field, "text": text}]
            return await self._ask(request, service=service, number=number, errors=errors)
        response = room.site.go(WITH)
        room.site.cookies.put(response, ERRAND, secret)
        return response

    async def again(self, request: Request) -> Response:
        """POST /desk/help/again: the official's word anew."""
        room = self.room
        reader = await room.reader(request)
        await room.site.form(request)
        await self.helps.again(reader, room.site.cookies.read(request, ERRAND))
        return room.site.go(WITH)

    async def between(self, request: Request) -> Response:
        """GET /desk/with: hand the card reader over; then, with the person's card, go on."""
        visitor = await self.room.site.who(request)
        over = request.query_params.get("over") == "yes"
        told = await self._told(request)
        if told is None:
            return self._show(request, "nobody", status=404)
        official = visitor is not None and visitor.person == told["code"]
        if visitor is None or official:
            stage = "over" if over or told["taken"] else "hand-over"
            return self._show(request, stage, **told, official_here=official)
        if over:
            return self._show(request, "over", **told)
        secret = self.room.site.cookies.read(request, ERRAND)
        try:
            beside = await self.helps.take_up(visitor, secret)
        except Refused as refused:
            if refused.why == "word-over":
                return self._show(request, "over", **told)
            return self._show(request, "nobody", status=404)
        case, service = beside["case"], beside["service"]
        onward = f"/cases/{case}/continue" if beside["begun"] else f"/services/{service}/start"
        return self._show(request, "here", **told, onward=onward, begun=beside["begun"])

    async def _ask(
        self,
        request: Request,
        *,
        service: str = "",
        number: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        room = self.room
        reader = await room.reader(request)
        telling, told = room.telling(reader), await self._told(request)
        mine = told is not None and told["code"] == reader.visitor.person
        return await room.show(
            request,
            "help.html",
            reader,
            tab="help",
            status=422 if errors else 200,
            options=[
                {"value": one["id"], "title": telling.named(one["names"])}
                for one in room.desk.seat(reader)["services"]
                if one["desk"]
            ],
            service=service,
            number=number,
            open_title=telling.named(told["names"]) if told and mine else "",
            errors=errors or [],
        )

    async def _told(self, request: Request) -> dict[str, Any] | None:
        secret = self.room.site.cookies.read(request, ERRAND)
        if not secret:
            return None
        try:
            return dict(await self.helps.told(secret))
        except Refused:
            return None

    def _show(self, request: Request, stage: str, *, status: int = 200, **told: Any) -> Response:
        site, names = self.room.site, told.get("names", {})
        language = language_of(request, site.frame.profile.languages)
        title = names.get(language) or names.get("en") or next(iter(names.values()), "")
        shell = site.shell(request, home=WITH, sign_in="")
        return site.show(
            self.room.pages,
            "with.html",
            shell,
            status=status,
            stage=stage,
            official=told.get("official", ""),
            title=title,
            sign_in=site.sign_in(WITH, fresh=True),
            sign_in_official=site.sign_in("/desk/help", fresh=True),
            official_here=told.get("official_here", False),
            onward=told.get("onward", ""),
            begun=told.get("begun", False),
        )
