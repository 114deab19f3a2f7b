"""What subscriptions do by the outbox: tell subscribers what they have not taken yet."""

from collections.abc import Awaitable, Callable, Mapping

from riik.registers.following.component import Following, Send
from riik.registers.writing import FEED

__all__ = ["following_handlers"]


def following_handlers(
    following: Following, *, send: Send
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; each may be called again with the same payload."""

    async def tell(payload: bytes) -> None:
        await following.deliver(payload.decode(), send)

    return {FEED: tell}
