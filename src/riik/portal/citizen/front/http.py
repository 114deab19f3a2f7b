"""Home, search, life events, services; help, accessibility and whether this site is real.

GET /                   home; without sign-in the same without what is the person's own
GET /services?q=        all services, or those that fit the words
GET /events/<id>        a life event
GET /services/<id>      what a service is, for whom, at what price, by which law
GET /help, /accessibility, /real
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import Memo, from_text
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.events import event_views
from riik.portal.citizen.front.leaflets import Leaflets
from riik.portal.citizen.front.telling import price_of
from riik.portal.citizen.front.topics import find_topics
from riik.portal.citizen.front.welcome import (
    CERTIFICATES,
    DRIVING_RIGHTS,
    fitting,
    offer_of,
    waiting_of,
)
from riik.portal.citizen.guides import Guide, guide_of
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.hall.remembered import Remembered
from riik.portal.citizen.pages import HOME, greeting
from riik.portal.session import Visitor

__all__ = ["routes"]

MOST_WORDS: Final = 100
MOST_LEAFLETS: Final = 256
EMPTY: Final[dict[str, Any]] = {
    "greeting": "",
    "waiting": (),
    "offer": None,
    "price": "",
    "people": (),
    "silent": (),
    "unread": 0,
}
"""The home page of somebody who is not signed in."""


def routes(hall: Hall) -> list[Route]:
    """The routes of the front pages."""
    leaflets = Leaflets(pages=hall.pages, drawn=Memo(MOST_LEAFLETS))
    front = _Front(hall, Remembered(clock=hall.clock), leaflets)
    return [
        Route("/", hall.page(front.home), methods=["GET"]),
        Route("/services", hall.page(front.search), methods=["GET"]),
        Route("/services/{service}", hall.page(front.service), methods=["GET"]),
        Route("/events/{event}", hall.page(front.event), methods=["GET"]),
        Route("/help", hall.page(front.help), methods=["GET"]),
        Route("/accessibility", hall.page(front.accessibility), methods=["GET"]),
        Route("/real", hall.page(front.real), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Front:
    """The handlers."""

    hall: Hall
    held: Remembered
    leaflets: Leaflets

    async def home(self, request: Request) -> Response:
        """GET /: what do you need today?"""
        hall = self.hall
        visitor = await hall.site.who(request)
        known = await hall.counter.catalogue.services(hall.language(request))
        own = await self._own(request, visitor, known["services"]) if visitor else {}
        values = EMPTY | own
        events = event_views(_offered_first(known["services"], values), hall.texts(request))
        return await hall.show(
            request, "home.html", tab=HOME, now=hall.now(), events=events, **values
        )

    async def _own(
        self, request: Request, visitor: Visitor, guides: Sequence[Guide]
    ) -> dict[str, Any]:
        """What is only for who is signed in: each part may be missing, the page is not."""
        hall, language = self.hall, self.hall.language(request)
        counter, formats, now = hall.counter, hall.formats(request), hall.now()
        mine, notices, mandates, own = await asyncio.gather(
            hall.soon(counter.cases.mine(visitor, language)),
            hall.soon(counter.notices(visitor, language)),
            hall.soon(counter.mandates(visitor, language)),
            hall.soon(self._held(visitor, language, DRIVING_RIGHTS)),
        )
        cases = mine.get("cases", ())
        today = date.fromisoformat(formats.iso(now)[:10])
        offer = offer_of(own or (), guides, cases, today=today)
        if offer is not None:
            held = await hall.soon(self._held(visitor, language, CERTIFICATES))
            offer = fitting(offer, held or None, guides, cases, today=today)
        return {
            "greeting": greeting(formats, visitor, now=now),
            "waiting": waiting_of(cases, notices.get("notices", ())),
            "offer": offer,
            "price": price_of(offer.price, formats, hall.texts(request)) if offer else "",
            "people": mandates.get("people", ()),
            "silent": mine.get("silent", ()),
            "unread": notices.get("unread", 0),
        }

    async def _held(self, visitor: Visitor, language: str, register: str) -> list[dict[str, Any]]:
        """What a register holds of the person, asked once in a while: each is a look."""
        session = f"{visitor.handle} {language} {register}"
        known: list[dict[str, Any]] | None = self.held.find(session)
        if known is None:
            known = await self.hall.counter.own(visitor, language, only=(register,))
            if not any(one["silent"] for one in known):
                self.held.keep(session, known)
        return known

    async def search(self, request: Request) -> Response:
        """GET /services?q=: services, and pages of ours, that fit the words; all without words."""
        catalogue, language = self.hall.counter.catalogue, self.hall.language(request)
        words = request.query_params.get("q", "").strip()[:MOST_WORDS]
        known = await catalogue.services(language)
        topics, left = find_topics(words, known["services"], self.hall.texts(request))
        found = await catalogue.search(left, language) if left else []
        return await self.hall.show(
            request,
            "services.html",
            tab=HOME,
            words=words,
            topics=topics,
            found=found if words else known["services"],
            all=known["services"],
            silent=known["silent"],
        )

    async def event(self, request: Request) -> Response:
        """GET /events/<id>: what the state does when this happens."""
        events = await self.hall.counter.catalogue.events(self.hall.language(request))
        event = next((one for one in events if one["id"] == request.path_params["event"]), None)
        if event is None:
            raise PortalRefused("there is no such life event", why="no-event")
        return await self.hall.show(request, "event.html", tab=HOME, event=event, events=events)

    async def service(self, request: Request) -> Response:
        """GET /services/<id>: everything that one wants to know before beginning."""
        hall, language = self.hall, self.hall.language(request)
        known = await hall.counter.catalogue.services(language)
        guide = guide_of(known["services"], request.path_params["service"])
        events = event_views(known["services"], hall.texts(request))
        return await hall.show(
            request,
            "service.html",
            tab=HOME,
            guide=guide,
            leaflet=self.leaflets.of(guide, hall.formats(request)),
            event=next((one for one in events if one["id"] in guide["events"]), None),
            silent=guide["organisation"] in known["silent"],
            suspended=from_text(guide["suspended"]) if guide.get("suspended") else None,
            once=hall.site.ticket(),
        )

    async def help(self, request: Request) -> Response:
        """GET /help: where people help, and how to ask."""
        known = await self.hall.counter.catalogue.services(self.hall.language(request))
        return await self.hall.show(request, "help.html", services=known["services"])

    async def accessibility(self, request: Request) -> Response:
        """GET /accessibility: what we hold to, what we know is missing, whom to tell."""
        return await self.hall.show(request, "accessibility.html")

    async def real(self, request: Request) -> Response:
        """GET /real: how to tell that this is the state's own site."""
        return await self.hall.show(request, "real.html", origin=self.hall.site.origin)


def _offered_first(guides: Sequence[Guide], values: dict[str, Any]) -> list[Guide]:
    """Services with the one that is offered first, so that its life event names it."""
    offer = values["offer"]
    return sorted(guides, key=lambda one: offer is None or one["id"] != offer.service)
