"""The catalogue at a public address: ``GET /catalogue.jsonld``.

Open data: anybody, any page and any cache may have it. It tells of no person, and changes with the
folders and with the day on which fees are reckoned.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import InThread

__all__ = ["ADDRESS", "MEDIA_TYPE", "catalogue_routes"]

ADDRESS = "/catalogue.jsonld"
MEDIA_TYPE = "application/ld+json"
_SECONDS = 3600


def catalogue_routes(
    document: Callable[[date], dict[str, Any]],
    *,
    today: Callable[[], date],
    in_thread: InThread,
) -> Sequence[Route]:
    """The catalogue's route.

    Args:
        document: The catalogue of a day.
        today: The day in the country.
        in_thread: Where a document is made.
    """

    @lru_cache(maxsize=1)
    def made(day: date) -> tuple[bytes, str]:
        content = msgspec.json.encode(document(day))
        return content, f'"{sha256(content).hexdigest()[:32]}"'

    async def catalogue(request: Request) -> Response:
        content, tag = await in_thread(lambda: made(today()))
        headers = {
            "cache-control": f"public, max-age={_SECONDS}",
            "etag": tag,
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
        }
        known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
        if tag in known:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=MEDIA_TYPE, headers=headers)

    return [Route(ADDRESS, catalogue, methods=["GET"])]
