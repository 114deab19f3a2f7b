"""What the state wrote to a person.

GET /inbox                     all notices, the newest first
GET /inbox/<sender>/<notice>   one; opening it is its delivery, and is written down

Only a person who looks opens a letter: a browser that loads a page ahead (Fetch, ``Sec-Purpose``)
or asks for its head alone does not.
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import from_text
from riik.portal.citizen.apply.where import at
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.pages import INBOX
from riik.portal.session.http import NEVER

__all__ = ["routes"]

MOST_ID = 200


def routes(hall: Hall) -> list[Route]:
    """The routes of the inbox."""
    letters = _Letters(hall)
    return [
        Route("/inbox", hall.page(letters.all), methods=["GET"]),
        Route("/inbox/{sender:path}/{notice}", hall.page(letters.open), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Letters:
    """The handlers."""

    hall: Hall

    async def all(self, request: Request) -> Response:
        """GET /inbox: everything, unread first to the eye."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        found = await hall.counter.notices(visitor, hall.language(request))
        return await hall.show(
            request,
            "inbox.html",
            tab=INBOX,
            unread=found["unread"],
            notices=[_row(one) for one in found["notices"]],
            new=found["unread"],
            now=hall.now(),
        )

    async def open(self, request: Request) -> Response:
        """GET /inbox/<sender>/<notice>: it reached the person now, if it had not before."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
            return Response(status_code=503, headers=NEVER)
        sender, notice = request.path_params["sender"], request.path_params["notice"]
        if len(sender) > MOST_ID or len(notice) > MOST_ID:
            raise PortalRefused("no notice has such a name", why="no-notice")
        one = await hall.counter.read_notice(
            visitor, sender=sender, notice=notice, language=hall.language(request)
        )
        paragraphs = [part.strip() for part in str(one["body"]).split("\n\n") if part.strip()]
        return await hall.show(
            request, "notice.html", tab=INBOX, one=_row(one), paragraphs=paragraphs
        )


def _row(notice: dict[str, Any]) -> dict[str, Any]:
    return {
        "href": f"/inbox/{notice['sender']}/{notice['id']}",
        "title": notice["title"],
        "organisation": notice["organisation"],
        "language": notice["language"],
        "legal_effect": notice["legal_effect"],
        "sent": from_text(notice["sent"]),
        "read": from_text(notice["read"]) if notice["read"] else None,
        "delivered": from_text(notice["delivered"]) if notice.get("delivered") else None,
        "how": notice.get("how", ""),
        "law": notice.get("law", ""),
        "assumed": notice.get("assumed", False),
        "case": at(notice["case"]) if notice["case"] else "",
    }
