"""The log as files over HTTP (C2SP tlog-tiles) and the witness's one call (tlog-witness).

Both protocols give their own status codes and bodies, so their refusals are turned into
answers here and not into problem documents at the edge.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from riik.core import InThread
from riik.transparency.component import Transparency
from riik.transparency.errors import LogUnavailable, TileRefused, WitnessRefused
from riik.transparency.witness import LARGEST, AddCheckpoint, Witness

__all__ = ["routes", "witness_routes"]

FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=1"

_STATUS = {
    "request": 400,
    "old-size": 400,
    "signature": 403,
    "origin": 404,
    "conflict": 409,
    "proof": 422,
}


def routes(transparency: Transparency, *, in_thread: InThread) -> list[Route]:
    """The published tree head and tiles of this node's log, for anyone."""
    log = transparency.log

    async def checkpoint(request: Request) -> Response:
        """GET /checkpoint: the latest tree head that is published."""
        try:
            note = await in_thread(log.checkpoint)
        except LogUnavailable:
            return PlainTextResponse("no tree head yet\n", 404, {"Cache-Control": "no-store"})
        return PlainTextResponse(note, headers={"Cache-Control": SHORTLY})

    async def tile(request: Request) -> Response:
        """GET /tile/<level>/<number>[.p/<width>]: hashes, or entries for level ``entries``."""
        try:
            content = await in_thread(log.tile, f"tile/{request.path_params['rest']}")
        except TileRefused:
            return PlainTextResponse("no such tile\n", 404, {"Cache-Control": "no-store"})
        kind = "application/octet-stream"
        return Response(content, media_type=kind, headers={"Cache-Control": FOREVER})

    return [
        Route("/checkpoint", checkpoint, methods=["GET"]),
        Route("/tile/{rest:path}", tile, methods=["GET"]),
    ]


def witness_routes(witness: Witness, *, in_thread: InThread) -> list[Route]:
    """The witness's submission interface."""

    async def add_checkpoint(request: Request) -> Response:
        """POST /add-checkpoint: cosign a tree head that continues the last."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return PlainTextResponse("too large\n", 413)
        try:
            asked = AddCheckpoint.parse(bytes(body))
            lines = await in_thread(witness.add_checkpoint, asked)
        except WitnessRefused as refused:
            return _refused(refused)
        except LogUnavailable:
            return PlainTextResponse("try again\n", 503, {"Retry-After": "1"})
        return PlainTextResponse(lines)

    return [Route("/add-checkpoint", add_checkpoint, methods=["POST"])]


def _refused(refused: WitnessRefused) -> Response:
    status = _STATUS[refused.why]
    if refused.why == "conflict":
        kind = {"Content-Type": "text/x.tlog.size"}
        return Response(f"{refused.facts['size']}\n", status, headers=kind)
    return PlainTextResponse(f"{refused.why}\n", status)
