"""Calls out: messages and status questions to other servers, configuration from the centre.

One small HTTP/1.1 client of our own over asyncio, because the TLS peer's certificate must be
believed on each connection *before* the message is written, and because it is the hot path.
TLS 1.2 or 1.3, mutual; which authorities count is the global configuration's business.
"""

import asyncio
import ssl
import tempfile
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urljoin, urlsplit

import httptools
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from riik.exchange.centre import PRIVATE, SHARED, Anchor, open_directory
from riik.exchange.errors import ConfigurationRefused, InvalidMessage, NetworkFailed, PeerRefused
from riik.exchange.globalconf import GlobalConf, Server
from riik.exchange.protocol.messages import read_statuses

__all__ = ["ConfigurationSource", "TlsIdentity", "TlsTransport", "tls_context"]

CONNECT_SECONDS = 5.0
MOST_IDLE = 64
MOST_ANSWER = 32 * 1024 * 1024
PROXY_VERSION = "7.8.0"
"""What X-Road servers are told of our protocol version (``x-proxy-version``)."""

# The last three are those that X-Road 7 insists on by default (TLS 1.2 with CBC).
_CIPHERS = (
    "ECDHE+AESGCM:ECDHE+CHACHA20:"
    "ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA256:ECDHE-ECDSA-AES256-SHA384"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsIdentity:
    """A server's TLS key and certificate.

    Attributes:
        certificate: Certificate, DER.
        intermediates: Further certificates to be sent along, DER.
        key: Private key, encrypted PEM.
        password: What opens it.
    """

    certificate: bytes
    key: bytes
    password: str
    intermediates: tuple[bytes, ...] = ()


def tls_context(identity: TlsIdentity, conf: GlobalConf, *, server: bool) -> ssl.SSLContext:
    """A context that shows our certificate and wants one of an approved authority.

    Names aren't compared: the global configuration says whose certificate it is.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    for authority in conf.authorities:
        context.load_verify_locations(cadata=authority.certificate)
    for certificate in conf.intermediates:
        context.load_verify_locations(cadata=certificate)
    chain = b"".join(
        load_der_x509_certificate(each).public_bytes(Encoding.PEM)
        for each in (identity.certificate, *identity.intermediates)
    )
    # Python's ssl reads files only; the key lies there encrypted, and for a moment.
    with tempfile.TemporaryDirectory() as folder:
        key_file, chain_file = Path(folder) / "key.pem", Path(folder) / "chain.pem"
        key_file.touch(mode=0o600)
        key_file.write_bytes(identity.key)
        chain_file.write_bytes(chain)
        context.load_cert_chain(chain_file, key_file, password=identity.password)
    return context


class _Connection(asyncio.Protocol):
    """One connection with one request at a time on it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.transport: asyncio.Transport
        self.closed = False
        self.used = False
        self.began = False
        self.status = 0
        self._waiter: asyncio.Future[tuple[str, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._content_type = ""
        self._body: list[bytes] = []
        self._size = 0

    # asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes of an answer."""
        self.began = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(NetworkFailed("the other server speaks no HTTP", why="http"))
        except InvalidMessage as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone; who waits is told."""
        self.closed = True
        if isinstance(exc, ssl.SSLError):
            self._fail(PeerRefused("the other server refused our TLS", why="tls"))
        else:
            self._fail(NetworkFailed("the connection was closed", why="closed"))

    # httptools' calls

    def on_message_begin(self) -> None:
        """httptools: an answer begins."""
        self._content_type, self._body, self._size = "", [], 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header."""
        if name.lower() == b"content-type":
            self._content_type = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of the body."""
        self._size += len(body)
        if self._size > self.most:
            raise InvalidMessage("the answer is larger than allowed", why="size")
        self._body.append(body)

    def on_message_complete(self) -> None:
        """httptools: the answer is whole."""
        self.status = self._parser.get_status_code()
        if not self._parser.should_keep_alive():
            self.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result((self._content_type, b"".join(self._body)))

    # ours

    @property
    def peer(self) -> bytes:
        """The TLS peer's certificate, DER."""
        wrapped = self.transport.get_extra_info("ssl_object")
        return wrapped.getpeercert(binary_form=True) or b""

    async def ask(self, request: Sequence[bytes], *, seconds: float) -> tuple[str, bytes]:
        """Write a request and wait for its answer: content type and body."""
        self.began = False
        self._waiter = asyncio.get_running_loop().create_future()
        self.transport.writelines(request)
        try:
            async with asyncio.timeout(seconds):
                return await self._waiter
        except TimeoutError as error:
            self.close()
            raise NetworkFailed("the other server gave no answer", why="timeout") from error
        finally:
            self.used = True

    def close(self) -> None:
        """Close it; who still waits is told."""
        self.closed = True
        self.transport.close()

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self.close()


async def _connect(
    host: str, port: int, *, context: ssl.SSLContext | None, most: int
) -> _Connection:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await loop.create_connection(
                lambda: _Connection(most), host.strip("[]"), port, ssl=context
            )
    except ssl.SSLError as error:
        raise PeerRefused("TLS with the other server failed", why="tls") from error
    except (OSError, TimeoutError) as error:
        raise NetworkFailed("the other server isn't reached", why="connect") from error
    return connection


def _request(method: str, target: str, host: str, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclass(slots=True, kw_only=True)
class TlsTransport:
    """Messages to other servers over mutual TLS, on connections that are kept open.

    Attributes:
        identity: Our TLS key and certificate.
        conf: The global configuration that holds now.
    """

    identity: TlsIdentity
    conf: Callable[[], GlobalConf]
    most_bytes: int = MOST_ANSWER
    _idle: dict[str, deque[_Connection]] = field(default_factory=lambda: defaultdict(deque))
    _context: tuple[GlobalConf, ssl.SSLContext] | None = None

    async def send(
        self,
        server: Server,
        *,
        content_type: str,
        content: bytes,
        request_id: str,
        accept: Callable[[bytes], Awaitable[None]],
        seconds: float,
    ) -> tuple[str, bytes]:
        """Post a message to a server once its certificate was accepted.

        Raises:
            NetworkFailed: For ``connect``, ``timeout``, ``closed`` or ``http``.
            PeerRefused: For ``tls``, or what ``accept`` refuses.
        """
        host, port, _ = server.endpoint
        head = _request(
            "POST",
            "/",
            f"{host}:{port}",
            [
                ("Content-Type", content_type),
                ("Content-Length", str(len(content))),
                ("x-hash-algorithm", "SHA-512"),
                ("x-road-request-id", request_id),
                ("x-proxy-version", PROXY_VERSION),
                ("x-original-content-type", content_type),
                ("x-road-message-type", "REST"),
            ],
        )
        while True:
            connection = await self._take(server)
            fresh = not connection.used
            try:
                await accept(connection.peer)
                answer = await connection.ask((head, content), seconds=seconds)
            except NetworkFailed as error:
                # A kept connection may have been closed by the other side just now; what it
                # may have taken in all the same, it handles once.
                if fresh or error.why != "closed" or connection.began:
                    raise
                continue
            except BaseException:
                connection.close()
                raise
            self._give_back(server, connection)
            return answer

    async def statuses(self, server: Server, hashes: Sequence[bytes]) -> list[bytes]:
        """Ask a server's status port for OCSP responses (PR-MESSTRANSP §5)."""
        host, _, port = server.endpoint
        query = "&".join(f"cert_hash={each.hex()}" for each in hashes)
        content_type, content = await _get(host, port, f"/?{query}")
        return read_statuses(content_type, content)

    def close(self) -> None:
        """Close all connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _take(self, server: Server) -> _Connection:
        idle = self._idle[server.address]
        while idle:
            connection = idle.pop()
            if not connection.closed:
                return connection
        host, port, _ = server.endpoint
        context = self._tls()
        return await _connect(host, port, context=context, most=self.most_bytes)

    def _give_back(self, server: Server, connection: _Connection) -> None:
        idle = self._idle[server.address]
        if connection.closed or len(idle) >= MOST_IDLE:
            connection.close()
        else:
            idle.append(connection)

    def _tls(self) -> ssl.SSLContext:
        conf = self.conf()
        if self._context is None or self._context[0] is not conf:
            self._context = (conf, tls_context(self.identity, conf, server=False))
        return self._context[1]


async def _get(
    host: str, port: int, target: str, *, context: ssl.SSLContext | None = None
) -> tuple[str, bytes]:
    connection = await _connect(host, port, context=context, most=MOST_ANSWER)
    try:
        head = _request("GET", target, f"{host}:{port}", [("Connection", "close")])
        answer = await connection.ask((head,), seconds=20)
        if connection.status != 200:
            raise NetworkFailed(f"the other side answered {connection.status}", why="status")
        return answer
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationSource:
    """Where a node downloads the global configuration: the anchor's sources, in turn."""

    anchor: Anchor

    async def download(self) -> tuple[str, bytes, dict[str, bytes]]:
        """The signed directory's content type and bytes, and its parts by location.

        Raises:
            NetworkFailed: No source is reached.
            ConfigurationRefused: What came isn't signed as the anchor says.
        """
        failed: NetworkFailed | ConfigurationRefused
        failed = NetworkFailed("the anchor names no source", why="connect")
        for url, certificates in self.anchor.sources:
            try:
                content_type, directory = await self._get(f"{url}?version=6")
                opened = open_directory(content_type, directory, certificates=certificates)
                parts = {
                    place: (await self._get(urljoin(url, place)))[1]
                    for place in (opened.find(SHARED), opened.find(PRIVATE))
                    if place is not None
                }
            except (NetworkFailed, ConfigurationRefused) as error:
                failed = error
            else:
                return content_type, directory, parts
        raise failed

    async def _get(self, url: str) -> tuple[str, bytes]:
        parts = urlsplit(url)
        context = ssl.create_default_context() if parts.scheme == "https" else None
        port = parts.port or (443 if context else 80)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return await _get(parts.hostname or "", port, target, context=context)
