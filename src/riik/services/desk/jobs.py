"""What the desk does by the outbox: tell a person that something is asked."""

from collections.abc import Awaitable, Callable, Mapping

from riik.services.desk.component import Desk
from riik.services.desk.moving import ASKED

__all__ = ["handlers"]


def handlers(desk: Desk) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; each may be called again with the same payload."""

    async def asked(payload: bytes) -> None:
        await desk.tell_asked(payload.decode())

    return {ASKED: asked}
