"""The queue and what lies around it.

GET  /desk                  cases: ``queue``, ``service``, ``after``
POST /desk/find             a case by its number; a personal code asks for a purpose first
GET  /desk/look-up          a person by their exact code: says what for; POST looks
POST /desk/hand-over        cases to a colleague, or back to all
GET  /desk/looks            one's own looks
GET  /desk/keys             all keys; POST switches single letters on or off
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import Refused
from riik.portal.official.room.http import KEYS, Room
from riik.portal.official.shown import address, place_text, read_place
from riik.portal.official.words import PURPOSES, proposal_text, refusal_text

__all__ = ["queue_routes"]

YEAR: Final = 31_536_000
_CODE = re.compile(r"[A-Z]{2}[0-9A-Za-z-]{4,20}|[0-9]{9,14}")
_NUMBER = re.compile(r"(\d{4}-)?\d{1,8}")
_FIELDS: Final = {
    "purpose": "purpose",
    "case": "case",
    "unknown": "case",
    "person-shape": "code",
}
"""Which field a refused look-up is about."""

_PEOPLE: Final = ("person-here", "person-calls", "related-case")


def queue_routes(room: Room) -> list[Route]:
    """The routes of the queue."""
    calls = _Calls(room)
    return [
        Route("/desk", room.page(calls.queue), methods=["GET"]),
        Route("/desk/find", room.page(calls.find), methods=["POST"]),
        Route("/desk/look-up", room.page(calls.ask_purpose), methods=["GET"]),
        Route("/desk/look-up", room.page(calls.look_up), methods=["POST"]),
        Route("/desk/hand-over", room.page(calls.hand_over), methods=["POST"]),
        Route("/desk/looks", room.page(calls.looks), methods=["GET"]),
        Route("/desk/keys", room.page(calls.keys), methods=["GET"]),
        Route("/desk/keys", room.page(calls.switch_keys), methods=["POST"]),
    ]


class _Calls:
    """The handlers."""

    def __init__(self, room: Room) -> None:
        self.room = room

    async def queue(self, request: Request) -> Response:
        """GET /desk: a page of a queue; without a choice one's own, or the team's if none is."""
        room, query = self.room, request.query_params
        reader = await room.reader(request)
        which, service = query.get("queue", ""), query.get("service", "")
        after = read_place(query.get("after", ""))
        page = await room.desk.queue(reader, which=which or "mine", service=service, after=after)
        if not which:
            which = "mine" if page["counts"]["mine"] else "team"
            if which == "team":
                page = await room.desk.queue(reader, which=which, service=service, after=after)
        telling, seat = room.telling(reader), room.desk.seat(reader)
        ready = await room.desk.ready(reader)
        aside = {one["case"]: one["outcome"] for one in ready if one["same"]}
        rows = [
            telling.queue_row(row, which=which, service=service)
            | {"aside": proposal_text(telling.texts, aside.get(row["case"], ""))}
            for row in page["rows"]
        ]
        told = await room.told(request)
        following = address("/desk", queue=which, service=service, after=place_text(page["next"]))
        return await room.show(
            request,
            "queue.html",
            reader,
            tab="queue",
            which=which,
            service=service,
            filters=telling.filters(page, seat, which, service),
            services=[
                {
                    "href": address("/desk", queue=which, service=one["id"]),
                    "text": telling.named(one["names"]),
                    "current": one["id"] == service,
                }
                for one in seat["services"]
            ],
            rows=rows,
            next_href=following if page["next"] else "",
            first_href=address("/desk", queue=which, service=service) if after else "",
            told=told,
            # After an act the next row is under the fingers; nobody's case opens by itself.
            step_to=_next_of(rows) if told["what"] else "",
            colleagues=await self._colleagues(request),
            ready=len(ready),
            errors=[],
        )

    async def find(self, request: Request) -> Response:
        """POST /desk/find: a case by its number; what looks like a person asks what for."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        wanted = form.text("q").replace(" ", "")
        if _NUMBER.fullmatch(wanted):
            case = await room.desk.find(reader, wanted)
            return room.site.go(f"/desk/cases/{case}")
        if _CODE.fullmatch(wanted.upper()):
            return await self._purpose(request, code=wanted.upper())
        _ = room.texts(reader)
        sentence = _("Type a case number, such as {number}, or a whole personal code.", number="17")
        return await room.show(
            request, "refused.html", reader, status=422, sentence=sentence, number=""
        )

    async def ask_purpose(self, request: Request) -> Response:
        """GET /desk/look-up: whom, and what for."""
        return await self._purpose(request)

    async def look_up(self, request: Request) -> Response:
        """POST /desk/look-up: a look at this person, whether or not there is a case."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        code, purpose = form.text("code").replace(" ", "").upper(), form.text("purpose")
        case = form.text("case") if purpose == "related-case" else ""
        if not _CODE.fullmatch(code):
            _ = room.texts(reader)
            text = _("Type the whole personal code: nobody is found by a part of it.")
            errors = [{"field": "code", "text": text}]
            return await self._purpose(request, code=code, purpose=purpose, errors=errors)
        try:
            found = await room.desk.look_up(reader, code, purpose=purpose, case=case)
        except Refused as refused:
            if refused.why not in _FIELDS:
                raise
            sentence = refusal_text(room.texts(reader), refused.why)
            errors = [{"field": _FIELDS[refused.why], "text": sentence}]
            return await self._purpose(
                request, code=code, purpose=purpose, case=case, errors=errors
            )
        telling = room.telling(reader)
        rows = [telling.queue_row(row, which="", service="") for row in found]
        return await room.show(
            request, "found.html", reader, tab="person", code=code, rows=rows, errors=[]
        )

    async def hand_over(self, request: Request) -> Response:
        """POST /desk/hand-over: cases of the queue to a colleague, or back to all."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        count = await room.desk.hand_over(reader, form.texts("case"), to=form.text("to"))
        back = address(
            "/desk",
            queue=form.text("queue"),
            service=form.text("service"),
            done=await room.tell(request, "handed", str(count)),
        )
        return room.site.go(back)

    async def looks(self, request: Request) -> Response:
        """GET /desk/looks: what this official looked at."""
        room = self.room
        reader = await room.reader(request)
        found = await room.desk.own_looks(reader, before=request.query_params.get("before", ""))
        return await room.show(
            request,
            "looks.html",
            reader,
            tab="looks",
            rows=room.telling(reader).looks(found),
            further=address("/desk/looks", before=found[-1]["at"]) if len(found) >= 100 else "",
        )

    async def keys(self, request: Request) -> Response:
        """GET /desk/keys: all keys, and a switch."""
        reader = await self.room.reader(request)
        return await self.room.show(request, "keys.html", reader)

    async def switch_keys(self, request: Request) -> Response:
        """POST /desk/keys: single letters act, or don't, in this browser."""
        form = await self.room.site.form(request)
        response = self.room.site.go("/desk/keys")
        response.set_cookie(
            KEYS,
            "off" if form.text("keys") == "off" else "on",
            max_age=YEAR,
            path="/desk",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    async def _purpose(
        self,
        request: Request,
        *,
        code: str = "",
        purpose: str = "",
        case: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        room = self.room
        reader = await room.reader(request)
        _ = room.texts(reader)
        options = [{"value": value, "title": _(PURPOSES[value])} for value in _PEOPLE]
        return await room.show(
            request,
            "look-up.html",
            reader,
            tab="person",
            status=422 if errors else 200,
            code=code,
            purpose=purpose,
            case=case,
            options=options,
            errors=errors or [],
        )

    async def _colleagues(self, request: Request) -> list[dict[str, str]]:
        room = self.room
        reader = await room.reader(request)
        telling = room.telling(reader)
        return [
            {"value": one["code"], "title": telling.official(one)}
            for one in room.desk.seat(reader)["colleagues"]
        ]


def _next_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The first case that this official can work on, and has not put aside already."""
    return next((row["case"] for row in rows if row["works"] and not row["aside"]), "")
