"""The files of the design, as pages link them: GET /design/<name>."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from riik.portal.design.pages import ASSETS

__all__ = ["design_routes"]

# The sheet finds its cloths without a version in the address, so a day must do for them.
KEEP = {"Cache-Control": "public, max-age=86400"}


def design_routes() -> list[BaseRoute]:
    """One route a file; nothing else of the folder can be asked for."""
    return [_route(name, media_type) for name, media_type in ASSETS.items()]


def _route(name: str, media_type: str) -> Route:
    content = files(__package__).joinpath(name).read_bytes()

    async def asset(request: Request) -> Response:
        return Response(content, headers={**KEEP, "Content-Type": media_type})

    return Route(f"/design/{name}", asset, methods=["GET"])
