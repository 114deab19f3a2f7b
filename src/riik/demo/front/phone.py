"""The demonstration's phones: what the state's text messages would be, on one page.

POST /phone/messages   the gateway that `[inbox.text]` of the portal's node calls
GET  /phone            what arrived, the newest first

It plays the operator of a mobile network and every phone of the country: nothing leaves this
machine, and what arrived is forgotten when the demonstration stops.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import Clock, Refused
from riik.portal.design.http import address_of, html
from riik.runtime.clock import SystemClock

__all__ = ["GATEWAY", "PHONE", "Phones"]

PHONE: Final = "/phone"
GATEWAY: Final = "/phone/messages"
MOST_BYTES: Final = 4_096
MOST_KEPT: Final = 60


class GatewayRefused(Refused):
    """What is no text message, or comes from a page of a browser."""

    code = "demo.gateway-refused"
    status = 400


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    to: Annotated[str, msgspec.Meta(pattern="^[+][0-9]{7,15}$")]
    sender: Annotated[str, msgspec.Meta(max_length=20)] = msgspec.field(name="from")
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=201)]
    language: Annotated[str, msgspec.Meta(max_length=5)] = "en"


@dataclass(slots=True, kw_only=True)
class Phones:
    """What arrived; ``render`` makes the page out of it."""

    render: Callable[..., str]
    language: Callable[[Request], str]
    clock: Clock = field(default_factory=SystemClock)
    arrived: deque[tuple[datetime, _Message]] = field(
        default_factory=lambda: deque(maxlen=MOST_KEPT)
    )

    def routes(self) -> list[Route]:
        """The page and the gateway."""
        return [
            Route(PHONE, self.show, methods=["GET"]),
            Route(GATEWAY, self.take, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """GET /phone: what arrived on all phones of the country."""
        language = self.language(request)
        rows: list[dict[str, Any]] = [
            {"at": at, "to": one.to, "from": one.sender, "text": one.text, "lang": one.language}
            for at, one in reversed(self.arrived)
        ]
        page = self.render(rows, language=language, address=address_of(request))
        return html(page, language)

    async def take(self, request: Request) -> Response:
        """POST /phone/messages: a text message for one phone; the same id again is one message."""
        if request.headers.get("content-type") != "application/json":
            # A page elsewhere can send a browser here with other types only.
            raise GatewayRefused("a text message comes as JSON", why="type")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise GatewayRefused("this is longer than a text message", why="size")
        try:
            message = msgspec.json.decode(body, type=_Message)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
            raise GatewayRefused("this is no text message", why="json") from error
        if message.id not in {one.id for _, one in self.arrived}:
            self.arrived.append((self.clock.now(), message))
        return Response(status_code=202)
