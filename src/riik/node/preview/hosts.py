"""Only a browser of this machine that asks for this machine by its own name is answered.

A page of a stranger can let its own name lead to 127.0.0.1 (DNS rebinding) and would read the
preview as its own: the browser then asks under the stranger's name (RFC 9110 §7.2, §15.5.20).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["LoopbackOnly"]

NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
MISDIRECTED: Final = 421
_SAID: Final = b"This preview answers under localhost only.\n"

Messages = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Messages, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LoopbackOnly:
    """An application that strangers' names don't reach.

    Attributes:
        app: What answers.
        port: On which it listens.
    """

    app: App
    port: int

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Messages, send: Send
    ) -> None:
        """Answer, or say that this is somewhere else."""
        if scope["type"] == "lifespan" or self._is_own(scope):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers})
        await send({"type": "http.response.body", "body": _SAID})

    def _is_own(self, scope: MutableMapping[str, Any]) -> bool:
        asked = [value for name, value in scope["headers"] if name == b"host"]
        own = {f"{name}:{self.port}".encode() for name in NAMES}
        return len(asked) == 1 and asked[0].lower() in own
