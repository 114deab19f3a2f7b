"""What the portal does by the outbox: send what could not be delivered."""

from collections.abc import Awaitable, Callable, Mapping

from riik.portal.citizen.component import FORWARD, Portal

__all__ = ["handlers"]


def handlers(portal: Portal) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic."""

    async def forward(payload: bytes) -> None:
        await portal.forward(payload.decode())

    return {FORWARD: forward}
