"""The officials' site under ``/desk``: all its routes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.portal.official.case.http import case_routes
from riik.portal.official.queue.http import queue_routes
from riik.portal.official.room.http import Room

__all__ = ["routes"]


def routes(room: Room) -> list[Route]:
    """Every route of a desk."""

    async def slash(request: Request) -> Response:
        """GET /desk/: the queue, by its own address."""
        return room.site.go("/desk")

    return [*queue_routes(room), *case_routes(room), Route("/desk/", slash, methods=["GET"])]
