"""Who looked at my data.

GET /looks                          by organisation and purpose; ``?days=30|365|all&of=&from=``,
                                    ``of=you`` for what the person looked at through this portal
GET /looks/check                    how to check a proof with a program that is not ours
GET /looks/<register>/<entry>/proof the proof of one look, to keep
GET /looks/<register>/<entry>/why   asking why: whom, and what to write
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import ClientId, IdentifierRefused, RiikError
from riik.portal.citizen.errors import PortalRefused, RegisterSilent
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.pages import LOOKS
from riik.portal.citizen.papers.kinds import disposition
from riik.portal.citizen.tracker.rows import (
    MOST_DRAWN,
    counts,
    find_look,
    group_rows,
    letter,
    log_rows,
    mailto,
    parted,
    sentence,
)
from riik.portal.session.http import NEVER

__all__ = ["routes"]

PERIODS: Final = {"30": 30, "365": 365, "all": 36_500}
MOST_ENTRY: Final = 120
YOU: Final = "you"
"""Of the page that shows one's own looks alone."""


def routes(hall: Hall) -> list[Route]:
    """The routes of the tracker."""
    tracker, look = _Tracker(hall), "/looks/{register:path}/{entry}"
    return [
        Route("/looks", hall.page(tracker.all), methods=["GET"]),
        Route("/looks/check", hall.page(tracker.check), methods=["GET"]),
        Route(f"{look}/proof", hall.page(tracker.proof), methods=["GET"]),
        Route(f"{look}/why", hall.page(tracker.why), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Tracker:
    """The handlers."""

    hall: Hall

    async def all(self, request: Request) -> Response:
        """GET /looks: everybody who looked in a period."""
        hall, query = self.hall, request.query_params
        visitor = await hall.site.visitor(request)
        period = query.get("days", "30")
        period = period if period in PERIODS else "30"
        found = await hall.counter.looks(visitor, hall.language(request), days=PERIODS[period])
        theirs, own = parted(found["groups"])
        members = {one["member"]: one["organisation"] for one in theirs}
        only = query.get("of", "")
        only = only if only in members or only == YOU else ""
        groups = own if only == YOU else [one for one in theirs if only in ("", one["member"])]
        first = _first(query.get("from", ""), most=sum(len(one["looks"]) for one in groups))
        formats, now = hall.formats(request), hall.now()
        return await hall.show(
            request,
            "looks.html",
            tab=LOOKS,
            found=found,
            logs=log_rows(found["logs"], formats),
            access=hall.access(request),
            others=counts(theirs),
            own=counts(own),
            own_groups=() if only == YOU else group_rows(own, formats, now=now),
            groups=group_rows(groups, formats, now=now, first=first),
            sheet=_sheet(groups, first, days=period, of=only),
            period=period,
            members=[{"value": one, "title": name} for one, name in members.items()],
            only=only,
        )

    async def check(self, request: Request) -> Response:
        """GET /looks/check: how to check a proof without us."""
        return await self.hall.show(request, "looks-check.html", tab=LOOKS)

    async def proof(self, request: Request) -> Response:
        """GET /looks/<register>/<entry>/proof: one proof, as a file (C2SP tlog-proof)."""
        visitor = await self.hall.site.visitor(request)
        register, entry = self._named(request)
        content = await self.hall.counter.receipt(visitor, register=register, entry=entry)
        headers = {
            **NEVER,
            "Content-Disposition": disposition("look", f"{entry[:40]}.tlog-proof"),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, headers=headers, media_type="application/octet-stream")

    async def why(self, request: Request) -> Response:
        """GET /looks/<register>/<entry>/why: whom to ask about a look, and what to write."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        register, entry = self._named(request)
        found = await hall.counter.looks(visitor, hall.language(request), days=PERIODS["all"])
        pair = find_look(found["groups"], register=str(register), entry=entry)
        if pair is None and found["silent"]:
            raise RegisterSilent("not every register answers", why="silent")
        if pair is None:
            raise PortalRefused("there is no such look", why="no-look")
        group, look = pair
        formats, texts = hall.formats(request), hall.texts(request)
        name = formats.name(visitor.given_names, visitor.surname)
        access = hall.access(request)
        text = letter(
            group, look, formats, texts, name=name, right=access["see"], days=access["days"]
        )
        contact = await self._contact(request, group["organisation"])
        subject = texts("Why did you look at my data?")
        return await hall.show(
            request,
            "looks-why.html",
            tab=LOOKS,
            group=group,
            sentence=sentence(look),
            text=text,
            contact=contact,
            access=access,
            mail=mailto(contact.get("email", ""), subject=subject, body=text),
        )

    def _named(self, request: Request) -> tuple[ClientId, str]:
        entry = request.path_params["entry"]
        try:
            register = ClientId.parse(request.path_params["register"])
        except IdentifierRefused as error:
            raise PortalRefused("this is no register", why="no-look") from error
        if len(entry) > MOST_ENTRY:
            raise PortalRefused("no look has such a name", why="no-look")
        return register, entry

    async def _contact(self, request: Request, organisation: str) -> dict[str, Any]:
        """How an organisation is reached, as far as a guide of its services tells."""
        try:
            known = await self.hall.counter.catalogue.services(self.hall.language(request))
        except RiikError:
            return {}
        guides = known["services"]
        contact: dict[str, Any] = next(
            (one["contact"] for one in guides if one["organisation"] == organisation), {}
        )
        return contact


def _first(text: str, *, most: int) -> int:
    """The first look of a page, counted from 0; the beginning for whatever is no place in it."""
    place = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return place if place < most else 0


def _sheet(
    groups: Sequence[Mapping[str, Any]], first: int, *, days: str, of: str
) -> dict[str, Any]:
    """Which looks of how many are on a page, and where the others are."""
    total = sum(len(one["looks"]) for one in groups)
    last = min(first + MOST_DRAWN, total)

    def at(place: int) -> str:
        return f"/looks?{urlencode({'days': days, 'of': of, 'from': place})}"

    return {
        "first": first + 1,
        "last": last,
        "total": total,
        "before": at(max(first - MOST_DRAWN, 0)) if first else "",
        "after": at(last) if last < total else "",
    }
