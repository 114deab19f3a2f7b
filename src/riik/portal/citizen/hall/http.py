"""How every page for citizens is shown, and what happens when one can't be.

    hall = Hall(site=…, counter=…, pages=Pages(riik.portal.citizen), clock=…)

    async def show(request: Request) -> Response:
        '''GET /cases: my cases.'''
        visitor = await hall.site.visitor(request)               # raises SignedOut
        shown = await hall.counter.cases.mine(visitor, hall.language(request))
        return await hall.show(request, "cases.html", tab=CASES, cases=shown, errors=[])

    Route("/cases", hall.page(show), methods=["GET"])

A template extends ``citizen.html`` (tabs) or ``citizen-flow.html`` (one thing at a time).
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from riik.core import Clock, RiikError
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.guides import named
from riik.portal.citizen.hall.ports import Counter
from riik.portal.citizen.pages import foot, tabs
from riik.portal.citizen.shelf import PATIENCE
from riik.portal.design.formats import Formats
from riik.portal.design.http import language_of
from riik.portal.design.pages import Pages
from riik.portal.design.texts import Texts
from riik.portal.session import SignedOut, Visitor
from riik.portal.session.http import Handler, Site

__all__ = ["Hall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """The citizens' site, as its handlers use it.

    Attributes:
        site: Who is signed in, whose form it is.
        counter: What may be asked.
        pages: Of the room `riik.portal.citizen`.
        clock: For greetings, and for how long ago something was.
        card: Origin of the demonstration card; empty outside the demonstration.
        patience: Seconds that a page waits for a part of it that may be missing.
    """

    site: Site
    counter: Counter
    pages: Pages
    clock: Clock
    card: str = ""
    patience: float = PATIENCE

    def language(self, request: Request) -> str:
        """The visitor's language."""
        return language_of(request, self.site.frame.profile.languages)

    def texts(self, request: Request) -> Texts:
        """The room's texts in that language."""
        return self.pages.texts[self.language(request)]

    def formats(self, request: Request) -> Formats:
        """How that visitor reads days, names and amounts."""
        frame = self.site.frame
        return Formats(frame.profile, self.language(request), frame.zone)

    def access(self, request: Request) -> dict[str, Any]:
        """By which law people see and correct what is held of them, and how long that takes."""
        access, language = self.site.frame.profile.access, self.language(request)
        return {
            "days": access.answer_days,
            "see": named(access.see, language),
            "correct": named(access.correct, language),
        }

    def name_of(self, request: Request, visitor: Visitor) -> str:
        """A visitor's name in the country's order."""
        return self.formats(request).name(visitor.given_names, visitor.surname)

    async def soon(self, asked: Awaitable[Any], /) -> Any:
        """A part of a page, or nothing (``{}``) when who knows it is silent, slow or says no.

        A session that ended is no missing part: the person signs in again.
        """
        try:
            return await asyncio.wait_for(asked, self.patience)
        except SignedOut:
            raise
        except (RiikError, TimeoutError):
            return {}

    def now(self) -> datetime:
        """The moment, UTC."""
        return self.clock.now()

    def page(self, handler: Handler, *, refill: bool = False) -> Handler:
        """A handler of pages: `Site.page`, and a friendly page for what this person doesn't have.

        Args:
            handler: May raise `SignedOut`, and `PortalRefused` for what is not there.
            refill: As `Site.page`.
        """

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except PortalRefused as refused:
                # Another's case and no case at all look the same: nobody learns which exist.
                return await self.show(request, "missing.html", status=404, why=refused.why)

        return self.site.page(answer, refill=refill)

    async def show(
        self,
        request: Request,
        template: str,
        /,
        *,
        tab: str = "",
        place: str = "",
        unread: int = 0,
        status: int = 200,
        popups: bool = False,
        **values: Any,
    ) -> Response:
        """A page in the citizens' frame.

        Args:
            request: What came; also says who is signed in.
            template: Its name in the room.
            tab: The id of the current place.
            place: Who answers, beside the brand: the organisation in a flow.
            unread: Notices that wait.
            status: 422 for a form that is shown again with its errors, 404 for what is not there.
            popups: The page opens the demonstration card's window.
            values: The page's own.
        """
        visitor = await self.site.who(request)
        texts = self.texts(request)
        # Who fills it in with the person at a desk, where no other place is.
        beside = str(getattr(request.state, "beside", ""))
        shell = self.site.shell(
            request,
            place=place,
            tabs=tabs(texts, unread=unread) if visitor and not beside else (),
            tab=tab,
            foot=() if beside else foot(texts),
            who_href="" if beside else "/me",
            role=texts("{official} helps", official=beside) if beside else "",
        )
        response = self.site.show(
            self.pages, template, shell, status=status, beside=beside, **values
        )
        if popups:
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response
