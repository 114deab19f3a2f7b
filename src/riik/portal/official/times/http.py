"""The day of a place at the desk: who comes when and to whom; nobody is named, as in the queue.

GET  /desk/appointments     ``place``, ``day``
POST /desk/appointments     what became of one: arrived, done, did not come
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import from_text
from riik.portal.design.texts import later
from riik.portal.official.room.http import Room
from riik.portal.official.shown import address

__all__ = ["DayDesk", "times_routes"]

HERE: Final = "/desk/appointments"

STANDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "booked": (later("Expected"), ""),
    "arrived": (later("Here"), "now"),
    "done": (later("Done"), "yes"),
    "no-show": (later("Did not come"), "no"),
    "cancelled": (later("Cancelled"), ""),
}
"""What an appointment's standing is called, and the colour of its tag."""

ACTS: Final[Mapping[str, str]] = {
    "arrived": later("Is here"),
    "done": later("It is done"),
    "no-show": later("Did not come"),
}


class DayDesk(Protocol):
    """The authority's appointments, as this page needs them."""

    async def day(self, place: str, day: date | None, /, *, language: str) -> Mapping[str, Any]:
        """``places``, the ``place`` and ``day`` that are meant, and its ``rows``."""
        ...

    async def mark(self, booking: str, standing: str, /) -> None:
        """Write down what became of one."""
        ...


def times_routes(room: Room, desk: DayDesk) -> list[Route]:
    """The routes of the day."""
    calls = _Calls(room, desk)
    return [
        Route(HERE, room.page(calls.day), methods=["GET"]),
        Route(HERE, room.page(calls.mark), methods=["POST"]),
    ]


class _Calls:
    """The handlers."""

    def __init__(self, room: Room, desk: DayDesk) -> None:
        self.room, self.desk = room, desk

    async def day(self, request: Request) -> Response:
        """GET /desk/appointments: the day of one place; without a choice today, at the first."""
        room, query = self.room, request.query_params
        reader = await room.reader(request)
        room.desk.seat(reader)
        told = await self.desk.day(
            query.get("place", ""), _day(query.get("day", "")), language=reader.language
        )
        telling, day, place = room.telling(reader), told["day"], told["place"]
        title = telling.formats.weekday(day)
        return await room.show(
            request,
            "times.html",
            reader,
            tab="times",
            day=day.isoformat(),
            title=title[:1].upper() + title[1:],
            place=place,
            before=address(HERE, place=place, day=(day - timedelta(days=1)).isoformat()),
            after=address(HERE, place=place, day=(day + timedelta(days=1)).isoformat()),
            places=[
                {
                    "href": address(HERE, place=one["id"], day=day.isoformat()),
                    "text": one["name"],
                    "current": one["id"] == place,
                }
                for one in told["places"]
            ],
            rows=[self._row(reader, one) for one in told["rows"]],
        )

    async def mark(self, request: Request) -> Response:
        """POST /desk/appointments: what became of one, and the same day again."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        room.desk.seat(reader)
        booking, _, standing = form.text("act").partition(" ")
        await self.desk.mark(booking, standing)
        return room.site.go(address(HERE, place=form.text("place"), day=form.text("day")))

    def _row(self, reader: Any, one: Mapping[str, Any]) -> dict[str, Any]:
        telling = self.room.telling(reader)
        word, colour = STANDINGS.get(one["standing"], (one["standing"], ""))
        return {
            **one,
            "time": telling.formats.time(from_text(one["begins"])),
            "href": f"/desk/cases/{one['case']}" if one["number"] else "",
            "word": telling.texts(word),
            "colour": colour,
            "acts": [
                {"value": f"{one['id']} {act}", "text": telling.texts(ACTS[act])}
                for act in one["may"]
            ],
        }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
