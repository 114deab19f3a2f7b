"""Listens for an application inside the running loop; a dozen servers fit in a process.

uvicorn does the protocol. It is started without signal handlers, log configuration and
lifespan, which belong to whoever owns the process. What it leaves open is closed here: the
time and the size of request headers, against clients that send them without end.
"""

import asyncio
import errno
import socket
import ssl as tls
from asyncio import TimerHandle
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from riik.runtime.errors import PortsTaken

__all__ = ["Server", "free_socket", "serve"]

HEADER_SECONDS = 10.0
HEADER_BYTES = 65_536
KEEP_ALIVE_SECONDS = 20
GRACE_SECONDS = 5
MOST_TRIES = 50
BACKLOG = 512
LOOK_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        host: Address or name as it was asked for.
        port: The port that was free.
    """

    host: str
    port: int
    _uvicorn: "_QuietServer"
    _loop_task: "asyncio.Task[None]"
    _socket: socket.socket

    async def stop(self) -> None:
        """Take no new requests, let running ones end for 5 seconds, then cut them off."""
        self._uvicorn.should_exit = True
        self._loop_task.cancel()
        await asyncio.wait([self._loop_task])
        await self._uvicorn.shutdown(sockets=[self._socket])

    async def cut(self) -> None:
        """Close everything at once, in the middle of whatever is answered."""
        self._uvicorn.force_exit = True
        await self.stop()


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    ssl: tls.SSLContext | None = None,
    header_seconds: float = HEADER_SECONDS,
) -> Server:
    """Listen for an application in the running loop.

    Args:
        app: ASGI 3, such as `riik.runtime.web.edge` makes.
        host: ``127.0.0.1``, ``::1``, ``0.0.0.0`` …, or ``localhost`` (IPv4).
        port: The port, or the next free one; 0 for any. The answer knows which.
        ssl: A server-side context; plain HTTP when left out.
        header_seconds: How long the headers of a request may take.

    Raises:
        PortsTaken: For ``port``, or ``address`` when the host isn't this machine's.
    """
    listening = free_socket(host, port)
    protocol = partial(_CarefulProtocol, header_seconds=header_seconds)
    config = uvicorn.Config(
        app,
        # uvicorn calls it as it would the class.
        http=cast("type[HttpToolsProtocol]", protocol),
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    config.load()
    config.ssl = ssl
    server = _QuietServer(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    task = asyncio.create_task(server.main_loop())
    return Server(host, listening.getsockname()[1], server, task, listening)


def free_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the port, or to the next free one of the 50 after it.

    Raises:
        PortsTaken: For ``port`` or ``address``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for tried in range(port, min(port + MOST_TRIES, 65_536) if port else 1):
        # The protocol is named, for asyncio sets TCP_NODELAY only where it sees it.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, tried))
            # Two sockets may bind with SO_REUSEADDR; only one can listen.
            bound.listen(BACKLOG)
        except OSError as error:
            bound.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise PortsTaken("this address isn't ours", why="address") from error
        else:
            bound.setblocking(False)
            return bound
    raise PortsTaken("no free port", why="port", port=port)


class _QuietServer(uvicorn.Server):
    """uvicorn's server; its tick every 0.1 s is the price of its Date header.

    uvicorn looks every 0.1 s whether all is answered, which a process with a dozen servers, or one
    that is started for a moment, waits for at its end.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, let what runs end within the grace, then cut it off."""
        for one in (*self.servers, *(sockets or ())):
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await self._until_answered()
        for task in self.server_state.tasks:
            task.cancel()

    async def _until_answered(self) -> None:
        state = self.server_state
        # One round of the loop even when nothing is open: closed sockets are let go in it.
        await asyncio.sleep(0)
        while (state.connections or state.tasks) and not self.force_exit:  # noqa: ASYNC110 - sets
            await asyncio.sleep(LOOK_SECONDS)
        for server in self.servers:
            await server.wait_closed()


class _CarefulProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a limit on the time and size of what comes before the body."""

    def __init__(self, *args: Any, header_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes, self._header_seconds = 0, header_seconds
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        if self._deadline is None:
            self._start_deadline()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_deadline()
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > HEADER_BYTES:
            # llhttp makes a parser error of it, and uvicorn answers 400 and closes.
            raise ValueError("headers without end")

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(self._header_seconds, self.transport.abort)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
