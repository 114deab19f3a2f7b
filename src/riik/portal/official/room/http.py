"""How every page of the desk is shown, and what happens when something can't be done.

desk = Room(site=…, desk=…, pages=Pages(riik.portal.official), clock=…)

async def show(request: Request) -> Response:
'''GET /desk: the queue.'''
reader = await desk.reader(request)                      # raises SignedOut
return await desk.show(request, "queue.html", reader, rows=…, errors=[])

Route("/desk", desk.page(show), methods=["GET"])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from riik.core import Clock, Refused
from riik.portal.design.formats import Formats
from riik.portal.design.http import language_of
from riik.portal.design.pages import Pages
from riik.portal.design.shell import Finder, Link, Tab
from riik.portal.design.texts import Texts
from riik.portal.official.ports import Desk, Reader
from riik.portal.official.shown import Telling, told_as, told_of
from riik.portal.official.words import refusal_text
from riik.portal.session.http import Handler, Site

__all__ = ["ERRAND", "KEYS", "WITH", "Room"]

ERRAND: Final = "errand"
"""Cookie of a browser in which an official began to help somebody."""

WITH: Final = "/desk/with"
"""Where whom an official helps goes on."""

KEYS: Final = "riik-keys"
"""Cookie of a browser that wants no single letters to act: ``off``."""

_TOLD: Final = frozenset(
    {
        "services.desk-refused",
        "services.desk-conflict",
        "services.authority-missing",
        "cases.unknown",
        "payments.fee-refused",
    }
)
"""Refusals that the desk tells in words of its own; others are the frame's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The desk's site, as its handlers use it.

    Attributes:
        site: Who is signed in, whose form it is.
        desk: What officials may do.
        pages: Of the room `riik.portal.official`.
        clock: For what is late.
        card: Origin of the demonstration card; empty outside the demonstration.
        helps: People are helped here; not where the portal itself has their addresses.
        corrections: Whether this site also has the desk of a register's owner.
        payments: Whether money comes here.
        times: Whether people come here at times that were booked.
    """

    site: Site
    desk: Desk
    pages: Pages
    clock: Clock
    card: str = ""
    helps: bool = True
    corrections: bool = False
    payments: bool = False
    times: bool = False

    async def reader(self, request: Request) -> Reader:
        """The official who is signed in, and their language.

        Raises:
            SignedOut: Nobody is.
        """
        return Reader(
            visitor=await self.site.visitor(request),
            language=language_of(request, self.site.frame.profile.languages),
        )

    def texts(self, reader: Reader) -> Texts:
        """The room's texts in the reader's language."""
        return self.pages.texts[reader.language]

    def telling(self, reader: Reader) -> Telling:
        """How this reader is told things."""
        frame = self.site.frame
        return Telling(
            texts=self.texts(reader),
            formats=Formats(frame.profile, reader.language, frame.zone),
            now=self.clock.now(),
        )

    async def tell(self, request: Request, what: str, number: str) -> str:
        """Keep what the official just did, for the next page; answers the ticket of it."""
        return await self.site.tell(request, told_as(what, number))

    async def told(self, request: Request) -> dict[str, str]:
        """What the official did before this page: theirs alone, whatever the address says."""
        return told_of(await self.site.led(request, request.query_params.get("done", "")))

    def page(self, handler: Handler) -> Handler:
        """A handler of pages; who isn't signed in goes to login, who may not reads why."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                if refused.code not in _TOLD:
                    raise
                return await self._refused(request, refused)

        return self.site.page(answer)

    async def show(
        self,
        request: Request,
        template: str,
        reader: Reader,
        /,
        *,
        tab: str = "",
        status: int = 200,
        popups: bool = False,
        **values: Any,
    ) -> Response:
        """A page in the officials' frame.

        Args:
            request: What came.
            template: Its name in the room.
            reader: Who reads it.
            tab: The id of the current place.
            status: 422 for a form that is shown again with its errors, 403 and 409 for what
                can't be done.
            popups: The page opens the demonstration card's window.
            values: The page's own.
        """
        _, seat = self.texts(reader), self.desk.seat(reader)
        unit = self.telling(reader).named(seat["unit"])
        shell = self.site.shell(
            request,
            home="/desk",
            role=unit,
            who_href="/desk/looks",
            find=Finder("/desk/find", _("Find a case by its number   ( / )"), post=True),
            tabs=_tabs(_, helps=self.helps and any(one["desk"] for one in seat["services"])),
            tab=tab,
            foot=self._foot(_, money="money" in seat["roles"]),
        )
        keys = request.cookies.get(KEYS, "") != "off"
        response = self.site.show(
            self.pages, template, shell, status=status, seat=seat, unit=unit, keys_on=keys, **values
        )
        if popups:
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response

    def _foot(self, _: Texts, *, money: bool) -> tuple[Link, ...]:
        """A desk has five places at most: what else is at the same site stands at its foot."""
        return (
            *((Link("/desk/appointments", _("Appointments")),) if self.times else ()),
            *((Link("/desk/payments", _("Payments")),) if self.payments and money else ()),
            *((Link("/desk/corrections", _("Corrections")),) if self.corrections else ()),
            *((Link("/desk/records", _("Records")),) if self.corrections else ()),
            Link("/desk/keys", _("All keys")),
        )

    async def _refused(self, request: Request, refused: Refused) -> Response:
        reader = await self.reader(request)
        sentence = refusal_text(self.texts(reader), refused.why, refused.facts)
        number = str(refused.facts.get("number", ""))
        if refused.why == "no-official" and self.site.cookies.read(request, ERRAND):
            return self.site.go(WITH)
        if refused.why == "no-official":
            shell = self.site.shell(request, home="/desk")
            return self.site.show(self.pages, "stranger.html", shell, status=403)
        return await self.show(
            request,
            "refused.html",
            reader,
            status=refused.status,
            sentence=sentence,
            number=number,
            again=_again(request) if refused.why == "changed" else "",
        )


def _again(request: Request) -> str:
    """Where the case that was changed is looked at anew; empty for a call of many cases."""
    case = request.path_params.get("case", "")
    return f"/desk/cases/{case}" if case else ""


def _tabs(_: Texts, *, helps: bool) -> Sequence[Tab]:
    """The places of the desk; ``helps``: some service of the unit is filled in with people here."""
    tabs = (
        Tab("queue", "/desk", _("Queue"), "inbox"),
        Tab("sign", "/desk/sign", _("To sign"), "pen"),
        Tab("help", "/desk/help", _("Somebody is here"), "desk"),
        Tab("person", "/desk/look-up", _("A person"), "person"),
        Tab("looks", "/desk/looks", _("My looks"), "eye"),
    )
    return [tab for tab in tabs if helps or tab.id != "help"]
