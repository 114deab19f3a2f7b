"""What the portal does by itself: send what waited, and hear what services there are."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from riik.portal.citizen.component import FORWARD, Portal

__all__ = ["LISTEN", "handlers"]

LISTEN = timedelta(minutes=1)
"""How often providers are asked what services they have."""


def handlers(portal: Portal) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic."""

    async def forward(payload: bytes) -> None:
        await portal.forward(payload.decode())

    return {FORWARD: forward}
