"""A federation in a box: real nodes, real TLS on loopback, real SQLite, one centre.

Each node is a security server with one member and one subsystem of the same name. What the
world does to them is switched here: the authority is silent, a certificate is suspended, a
port is closed, time passes. The servers run in a loop of their own; tests stay plain functions.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from riik import exchange as exchange_package
from riik import runtime
from riik.core import ClientId, Entropy, MemberId, ServerId, ServiceId
from riik.exchange.centre import Centre, Publication
from riik.exchange.client import TlsIdentity, TlsTransport, tls_context
from riik.exchange.component import Exchange
from riik.exchange.errors import NetworkFailed
from riik.exchange.globalconf import Authority, Server, Service
from riik.exchange.http import serve
from riik.exchange.jobs import stamp_log
from riik.exchange.model import Answer, Call, Endpoint, Handler, Offer, Right, Seal
from riik.exchange.store import SqlCentreStore, SqlExchangeStore
from riik.runtime.clock import SystemClock
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.migrate import migrate
from riik.runtime.threads import ThreadPool
from riik.runtime.vault import SqlVault
from riik.testing.pki import POLICY, Credential, Pki, make_pki
from riik.testing.ports import StandingClock
from riik.trust import TrustUnavailable
from riik.trust.responders import TimeStampRequest, make_token

__all__ = ["Federation", "FederationNode", "Wire", "simulated_federation"]

T = TypeVar("T")

INSTANCE = "TEST"
_PASSWORD = "only-a-test"  # noqa: S105 - the keys live as long as the test does


@dataclass(slots=True)
class TrustServices:
    """The country's OCSP and time-stamps, as each node reaches them; they can be silent."""

    pki: Pki
    clock: StandingClock
    ocsp_down: bool = False
    stamps_down: bool = False
    serial: int = 0

    async def ocsp(
        self, certificate: bytes, issuer: bytes, /, *, nonce: bytes | None = None
    ) -> bytes:
        """An answer of now."""
        if self.ocsp_down:
            raise TrustUnavailable("the responder is silent", why="down")
        return self.pki.ocsp(certificate, at=self.clock.now(), nonce=nonce)

    async def stamp(self, imprint: bytes, /, *, hash_name: str = "sha256") -> bytes:
        """A token of now."""
        if self.stamps_down:
            raise TrustUnavailable("the authority is silent", why="down")
        self.serial += 1
        return make_token(
            TimeStampRequest(imprint=imprint, hash_name=hash_name, nonce=None),
            certificate=self.pki.tsa.certificate,
            signer=self.pki.tsa.key,
            policy=POLICY,
            serial=self.serial,
            at=self.clock.now(),
        )


@dataclass(slots=True)
class Wire:
    """What lies between a node and the others: passes everything on, unless a test says else.

    Attributes:
        sent: The messages that went out, oldest first: content type, bytes, request id.
        on_request: Changes the bytes of a message on its way out.
        on_answer: Changes those of an answer on its way back.
        cut: Nothing goes out any more, as if the process had died before sending.
    """

    transport: TlsTransport
    sent: list[tuple[str, bytes, str]] = field(default_factory=list)
    on_request: Callable[[bytes], bytes] | None = None
    on_answer: Callable[[bytes], bytes] | None = None
    cut: bool = False

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
        """Pass a message on."""
        if self.cut:
            raise NetworkFailed("the line is cut", why="cut")
        self.sent.append((content_type, content, request_id))
        answer_type, answer = await self.transport.send(
            server,
            content_type=content_type,
            content=self.on_request(content) if self.on_request else content,
            request_id=request_id,
            accept=accept,
            seconds=seconds,
        )
        return answer_type, self.on_answer(answer) if self.on_answer else answer

    async def statuses(self, server: Server, hashes: Sequence[bytes]) -> list[bytes]:
        """Pass a question about certificates on."""
        return await self.transport.statuses(server, hashes)


@dataclass(slots=True, kw_only=True)
class FederationNode:
    """One security server of the federation."""

    name: str
    federation: "Federation"
    folder: Path
    member: MemberId
    server: Server
    sign: Credential
    tls: Credential
    exchange: Exchange = field(init=False)
    transport: TlsTransport = field(init=False)
    wire: Wire = field(init=False)
    database: SqlDatabase = field(init=False)
    vault_database: SqlDatabase = field(init=False)
    threads: ThreadPool = field(init=False)
    _serving: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    @property
    def client(self) -> ClientId:
        """Its one subsystem."""
        return ClientId(self.member, self.name)

    @property
    def identity(self) -> TlsIdentity:
        """Its TLS key and certificate."""
        return TlsIdentity(
            certificate=self.tls.certificate,
            key=self.tls.key.pem(),
            password=_PASSWORD,
            intermediates=(self.federation.pki.ca.certificate,),
        )

    def open(self, *, entropy: Entropy | None = None) -> None:
        """Open its databases and put its parts together; nothing is served yet."""
        entropy = entropy or SystemEntropy()
        self.folder.mkdir(exist_ok=True)
        self.database = open_database(f"sqlite:///{self.folder}/node.db", name=self.name)
        self.vault_database = open_database(f"sqlite:///{self.folder}/vault.db", name="vault")
        migrate(self.database, {"exchange": _migrations(exchange_package)})
        migrate(self.vault_database, {"vault": _migrations(runtime, "vault")})
        self.threads = ThreadPool(4, name=self.name)
        self.transport = TlsTransport(
            identity=self.identity,
            conf=lambda: self.exchange.knowledge.configuration(),  # noqa: PLW0108 - made below
        )
        self.wire = Wire(self.transport)
        self.exchange = Exchange(
            server=self.server.id,
            anchor=self.federation.centre.anchor(),
            seals={self.member: self.seal},
            tls_certificate=self.tls.certificate,
            store=SqlExchangeStore(),
            database=self.database,
            vault=SqlVault(self.vault_database, vault_key=bytes(32), entropy=entropy),
            clock=self.federation.clock,
            entropy=entropy,
            in_thread=self.threads,
            transport=self.wire,
            revocation=self.federation.services,
            most_bytes=self.federation.most_bytes,
            timeout=5.0,
        )

    @property
    def seal(self) -> Seal:
        """Its member's signing key."""
        return Seal(member=self.member, signer=self.sign.key, certificate=self.sign.certificate)

    async def start(self) -> None:
        """Serve its two ports."""
        host, port, status_port = self.server.endpoint
        await self._serving.enter_async_context(
            serve(
                self.exchange,
                context=tls_context(self.identity, self.exchange.configuration(), server=True),
                host=host,
                port=port,
                status_port=status_port,
            )
        )

    async def stop(self) -> None:
        """Close its ports and its connections to others."""
        await self._serving.aclose()
        self.transport.close()

    def close(self) -> None:
        """Close its databases."""
        self.threads.close()
        self.database.close()
        self.vault_database.close()

    def offer(self, service: str, handler: Handler, **changes: Any) -> ServiceId:
        """Offer a service with every endpoint, unless ``changes`` say otherwise."""
        offer = Offer(
            provider=self.client,
            service=service,
            endpoints=(Endpoint("*", "/**"),),
            handler=handler,
        )
        self.exchange.offer(replace(offer, **changes))
        return offer.id

    def allow(self, client: "FederationNode", service: ServiceId, **limits: Any) -> Right:
        """Let another node's subsystem call a service."""
        right = Right(client=client.client, service=service, **limits)
        self.exchange.allow(right)
        return right

    def call(self, service: ServiceId, **details: Any) -> Answer:
        """Ask a service, with a purpose and a legal basis unless told otherwise."""
        reasons = {"purpose": "test", "legal_basis": "Test Act § 1"}
        call = Call(client=self.client, service=service, **(reasons | details))
        return self.federation.run(self.exchange.call(call))

    def post(
        self, target: "FederationNode", content_type: str, content: bytes
    ) -> tuple[str, bytes]:
        """Send bytes to another node's message port, over good TLS, whatever they are."""

        async def accept(_peer: bytes) -> None: ...

        return self.federation.run(
            self.transport.send(
                target.server,
                content_type=content_type,
                content=content,
                request_id="",
                accept=accept,
                seconds=10,
            )
        )

    def stamp(self) -> int:
        """Time-stamp its log."""
        return self.federation.run(stamp_log(self.exchange, stamper=self.federation.services))


@dataclass(slots=True, kw_only=True)
class Federation:
    """All nodes, the centre and the country's trust services."""

    folder: Path
    pki: Pki
    clock: StandingClock
    services: TrustServices
    centre: Centre
    loop: asyncio.AbstractEventLoop
    most_bytes: int
    nodes: dict[str, FederationNode] = field(default_factory=dict)
    ports: set[int] = field(default_factory=set)

    def __getattr__(self, name: str) -> FederationNode:
        try:
            return self.nodes[name]
        except KeyError:
            raise AttributeError(name) from None

    def run(self, action: Coroutine[Any, Any, T]) -> T:
        """Run something in the federation's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(action, self.loop).result(timeout=60)

    def publish(self) -> Publication:
        """Publish the configuration and let every node learn it."""
        published = self.centre.publish()
        for node in self.nodes.values():
            node.exchange.learn(published.content_type, published.directory, published.parts)
        return published

    def join(self, name: str, *, number: int) -> FederationNode:
        """Add a member with its node; it isn't registered before `publish`."""
        member = MemberId(INSTANCE, "GOV", f"7000000{number}")
        sign, tls = self.pki.member(member)
        server = Server(
            id=ServerId(member, "ss1"),
            address=f"127.0.0.1:{self._free_port()}:{self._free_port()}",
            certificate_hashes=frozenset([sha256(tls.certificate).digest()]),
            clients=frozenset([member, ClientId(member, name)]),
        )
        node = FederationNode(
            name=name,
            federation=self,
            folder=self.folder / name,
            member=member,
            server=server,
            sign=sign,
            tls=tls,
        )
        self.nodes[name] = node
        self.centre.join(member, name=f"The {name}", subsystems={name: f"The {name}'s system"})
        self.centre.join_server(server)
        node.open()
        return node

    def _free_port(self) -> int:
        """A free port below those that the system lends to outgoing connections meanwhile."""
        for _ in range(100):
            port = 12_000 + int.from_bytes(SystemEntropy().bytes(4)) % 20_000
            with socket.socket() as probe, suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port not in self.ports:
                    self.ports.add(port)
                    return port
        raise OSError("a hundred ports were taken")


def _migrations(package: Any, *below: str) -> Path:
    return Path(package.__path__[0]).joinpath(*below, "migrations")


def _centre(folder: Path, pki: Pki, clock: StandingClock, threads: ThreadPool) -> Centre:
    database = open_database(f"sqlite:///{folder}/centre.db", name="centre")
    migrate(database, {"exchange": _migrations(exchange_package)})
    signing = pki.seal("Digital Government Authority", code="70000001")
    return Centre(
        instance=INSTANCE,
        url="http://127.0.0.1/internalconf",
        store=SqlCentreStore(),
        database=database,
        clock=clock,
        entropy=SystemEntropy(),
        in_thread=threads,
        signer=signing.key,
        certificate=signing.certificate,
        authorities=(
            Authority(
                name="Test CA",
                certificate=pki.ca.certificate,
                ocsp=(
                    Service(url="http://127.0.0.1:1/ocsp", certificate=pki.responder.certificate),
                ),
            ),
        ),
        time_stampers=(
            Service(url="http://127.0.0.1:1/tsa", certificate=pki.tsa.certificate, name="Test TSA"),
        ),
    )


@contextmanager
def simulated_federation(
    folder: Path,
    *,
    members: Sequence[str],
    most_bytes: int = 10 * 1024 * 1024,
    loop: asyncio.AbstractEventLoop | None = None,
) -> Iterator[Federation]:
    """Run a federation of these members as long as the context lasts.

    Args:
        folder: Where the databases go.
        members: Names; each is a node, a member and its subsystem.
        most_bytes: Largest body that the nodes take.
        loop: Another event loop than asyncio's own.
    """
    loop = loop or asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="federation", daemon=True)
    thread.start()
    # OpenSSL judges certificates by the machine's own clock, so the standing clock begins there.
    clock = StandingClock(SystemClock().now().replace(microsecond=0))
    pki = make_pki(at=clock.moment)
    threads = ThreadPool(2, name="centre")
    federation = Federation(
        folder=folder,
        pki=pki,
        clock=clock,
        services=TrustServices(pki, clock),
        centre=_centre(folder, pki, clock, threads),
        loop=loop,
        most_bytes=most_bytes,
    )
    try:
        for number, name in enumerate(members, start=1):
            federation.join(name, number=number)
        federation.publish()
        for node in federation.nodes.values():
            federation.run(node.start())
        yield federation
    finally:
        for node in federation.nodes.values():
            federation.run(node.stop())
            node.close()
        threads.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
