"""How a person wants to be told that something is in their inbox.

GET  /inbox/settings   what holds, and what there is to choose; POST keeps a choice
POST /inbox/browser    this browser is told too: a PushSubscription, sent by the page's script
GET  /inbox/push.js, /inbox/push-worker.js   what asks for it, and what shows a message
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.pages import INBOX
from riik.portal.citizen.telling.component import Telling, Told
from riik.portal.citizen.telling.rows import (
    FIELDS,
    chosen_by,
    errors_of,
    settings_of,
)
from riik.portal.session import Form, FormRefused, Visitor
from riik.portal.session.http import Handler

__all__ = ["routes"]

SETTINGS = "/inbox/settings"
KEEPER = "population"
KEPT_AN_HOUR: Final = {"Cache-Control": "public, max-age=3600"}
SCRIPTS: Final = ("push.js", "push-worker.js")


def routes(hall: Hall, telling: Telling) -> list[Route]:
    """The routes of being told."""
    page = _Settings(hall, telling)
    return [
        Route(SETTINGS, hall.page(page.show, refill=True), methods=["GET"]),
        Route(SETTINGS, hall.page(page.choose, refill=True), methods=["POST"]),
        Route("/inbox/browser", hall.page(page.browser), methods=["POST"]),
        *(Route(f"/inbox/{name}", _script(name), methods=["GET"]) for name in SCRIPTS),
    ]


def _script(name: str) -> Handler:
    """A script of this room; a worker's scope is the folder of its address."""
    content = files("riik.portal.citizen.telling").joinpath(name).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(content, media_type="text/javascript", headers=KEPT_AN_HOUR)

    return answer


@dataclass(frozen=True, slots=True)
class _Settings:
    """The handlers."""

    hall: Hall
    telling: Telling

    async def show(self, request: Request) -> Response:
        """GET /inbox/settings: what holds."""
        visitor = await self.hall.site.visitor(request)
        kept = await self.hall.site.kept(request)
        return await self._page(request, visitor, await self.telling.of(visitor), typed=kept)

    async def choose(self, request: Request) -> Response:
        """POST /inbox/settings: keep a choice; the same page then says that it is the person's."""
        hall, site = self.hall, self.hall.site
        visitor, form = await site.visitor(request), await site.form(request)
        if set(form.fields) - FIELDS:
            raise FormRefused("the form has fields that this page does not", why="fields")
        told = await self.telling.of(visitor)
        errors = errors_of(form, hall.texts(request))
        if errors:
            return await self._page(request, visitor, told, typed=form, errors=errors)
        await self.telling.choose(visitor, chosen_by(form, told))
        return site.go(SETTINGS)

    async def browser(self, request: Request) -> Response:
        """POST /inbox/browser: the subscription that the page's script got."""
        visitor, form = await self.hall.site.visitor(request), await self.hall.site.form(request)
        try:
            told = msgspec.json.decode(form.text("subscription"), type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
            raise FormRefused("this is no browser's subscription", why="fields") from error
        await self.telling.subscribe(visitor, told)
        return self.hall.site.go(SETTINGS)

    async def _page(
        self,
        request: Request,
        visitor: Visitor,
        told: Told,
        *,
        typed: Form | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        hall = self.hall
        held = await hall.soon(hall.counter.own(visitor, hall.language(request), only=(KEEPER,)))
        return await hall.show(
            request,
            "telling.html",
            tab=INBOX,
            status=422 if errors else 200,
            errors=errors or [],
            **settings_of(told, hall.texts(request), held=held or (), typed=typed),
        )
