"""The officials' site under ``/desk``: all its routes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.portal.official.case.http import case_routes
from riik.portal.official.queue.http import queue_routes
from riik.portal.official.room.http import Room

__all__ = ["routes"]


def routes(room: Room, *, alone: bool = True) -> list[Route]:
    """Every route of a desk.

    Args:
        room: The officials' room.
        alone: Nothing else has pages at this site: its root leads to the desk.
    """

    async def slash(request: Request) -> Response:
        """GET / and /desk/: the queue, by its own address."""
        return room.site.go("/desk")

    led = [
        Route(path, slash, methods=["GET"]) for path in (["/", "/desk/"] if alone else ["/desk/"])
    ]
    return [*queue_routes(room), *case_routes(room), *led]
