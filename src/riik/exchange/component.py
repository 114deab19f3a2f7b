"""The exchange of one node: ask others, offer services, allow, and prove what was said.

The consumer's side of PR-MESSTRANSP is `call`: sign, log durably, send over mutual TLS to a
server that the global configuration names, verify the answer, log it, and only then hand it
out. The provider's side is in `provider`; the centre's in `centre`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol
from uuid import UUID

from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    MemberId,
    ServerId,
    ServiceId,
    Vault,
    Work,
)
from riik.exchange.belief import Believer
from riik.exchange.centre import Anchor
from riik.exchange.errors import (
    BadRequest,
    EvidenceRefused,
    Inconsistent,
    InvalidMessage,
    NetworkFailed,
    PeerRefused,
    RevocationUnknown,
    UnknownMember,
)
from riik.exchange.globalconf import GlobalConf, Server
from riik.exchange.journal import Entry, ExchangeStore, Journal
from riik.exchange.knowledge import Knowledge
from riik.exchange.metaservices import RESERVED, list_clients
from riik.exchange.model import (
    Answer,
    Call,
    Direction,
    Offer,
    Record,
    Right,
    Role,
    Seal,
    header,
    ms_of,
)
from riik.exchange.protocol.container import TimeStamped, write_container
from riik.exchange.protocol.messages import (
    FAULT_TYPE,
    Message,
    read_fault,
    read_message,
    write_message,
)
from riik.exchange.protocol.rest import (
    read_response,
    request_hash,
    write_identifier,
    write_request,
)
from riik.exchange.protocol.signature import (
    check,
    check_documents,
    documents_of,
    read_signature,
    sign,
)
from riik.exchange.provider import Provider
from riik.trust import RevocationSource

__all__ = ["Exchange", "Transport"]

CLAIMS_KEPT = timedelta(days=30)
"""How long a message id is remembered: that long a repetition gets the stored answer."""


class Transport(Protocol):
    """How messages reach other servers; `client` over TLS."""

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
        """Post a message; answers content type and body.

        ``accept`` is called with the peer's certificate, DER, before anything is sent.

        Raises:
            NetworkFailed: For ``connect`` when nothing was sent; else another reason.
        """
        ...

    async def statuses(self, server: Server, hashes: Sequence[bytes]) -> list[bytes]:
        """OCSP responses for certificates of that server, named by SHA-256."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One node's security server.

    Attributes:
        server: Which server of the global configuration this is.
        anchor: Whose global configuration is believed.
        seals: The signing keys of the members that live here.
        tls_certificate: This server's TLS certificate, DER.
        revocation: Where the status of our own certificates is asked.
        most_bytes: Largest body sent or taken; 10 MiB by default.
        timeout: Seconds that a service of ours may take.
    """

    server: ServerId
    anchor: Anchor
    seals: Mapping[MemberId, Seal]
    tls_certificate: bytes
    store: ExchangeStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    transport: Transport
    revocation: RevocationSource
    most_bytes: int = 10 * 1024 * 1024
    timeout: float = 60.0
    journal: Journal = field(init=False)
    provider: Provider = field(init=False)
    _believer: Believer = field(init=False, default_factory=Believer)
    _offers: dict[ServiceId, Offer] = field(init=False, default_factory=dict)
    knowledge: Knowledge = field(init=False)

    def __post_init__(self) -> None:
        journal = Journal(
            store=self.store,
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            entropy=self.entropy,
            in_thread=self.in_thread,
        )
        knowledge = Knowledge(
            anchor=self.anchor,
            seals=self.seals,
            store=self.store,
            database=self.database,
            clock=self.clock,
            revocation=self.revocation,
            believer=self._believer,
        )
        provider = Provider(
            journal=journal,
            believer=self._believer,
            clock=self.clock,
            entropy=self.entropy,
            offers=self._offers,
            conf=knowledge.configuration,
            sealing=knowledge.sealing,
            most_bytes=self.most_bytes,
            timeout=self.timeout,
        )
        object.__setattr__(self, "journal", journal)
        object.__setattr__(self, "knowledge", knowledge)
        object.__setattr__(self, "provider", provider)

    # --- offering and allowing ------------------------------------------------------------

    def offer(self, offer: Offer) -> None:
        """Offer a service from now on; each service once.

        Raises:
            BadRequest: For ``reserved`` or ``offered``.
        """
        if offer.service in RESERVED:
            raise BadRequest("this code belongs to a metaservice", why="reserved")
        if offer.id in self._offers:
            raise BadRequest("this service is offered already", why="offered")
        self._offers[offer.id] = offer

    def allow(self, right: Right, *, work: Work | None = None) -> None:
        """Give a right, in the caller's unit of work or one of its own; it holds at once."""
        if work is not None:
            self.store.add_right(right, work=work)
            return
        with self.database.work() as own:
            self.store.add_right(right, work=own)

    def disallow(self, right: Right, *, work: Work | None = None) -> bool:
        """Take a right back; False when there was none. It holds for the next request."""
        if work is not None:
            return self.store.drop_right(right, work=work)
        with self.database.work() as own:
            return self.store.drop_right(right, work=own)

    def rights(self) -> list[Right]:
        """All rights that services of this node give."""
        with self.database.read() as work:
            return self.store.rights(work=work)

    # --- asking ---------------------------------------------------------------------------

    async def call(self, call: Call) -> Answer:
        """Ask a service; the answer is signed by its provider and in both logs.

        Raises:
            BadRequest: The call is malformed or too large.
            UnknownMember: Client or provider isn't registered, or the client isn't ours.
            UnknownService: The provider offers no such service or endpoint.
            AccessDenied: No right of the client admits it.
            Replayed: The message id was used for something else.
            InvalidSignature, Inconsistent, PeerRefused: The other side can't be believed.
            Unavailable: Network, configuration, OCSP, time-stamps or the service itself.
        """
        conf = self.configuration()
        if call.client not in conf.subsystems or call.client.member not in self.seals:
            raise UnknownMember("this subsystem isn't one of ours", why="client")
        if len(call.body) > self.most_bytes:
            raise BadRequest("the body is larger than allowed", why="size", most=self.most_bytes)
        servers = self._servers(call, conf)
        message_id = call.message_id or self._uuid()
        request_id = self._uuid()
        header_part = write_request(call, message_id=message_id, request_id=request_id)
        seal, status = await self.knowledge.sealing(call.client.member)
        at = self.clock.now()
        documents = documents_of(header_part, call.body)
        entry = Entry(
            at=at,
            message_id=message_id,
            request_id=request_id,
            role=Role.CONSUMER,
            direction=Direction.REQUEST,
            client=str(call.client),
            service=str(call.service),
            subject=call.subject,
            header_part=header_part,
            body=call.body,
            signature=sign(documents, seal=seal, ocsp=status, at=at),
        )
        await self.journal.write(entry)
        content_type, content = await self._send(entry, servers, seconds=call.timeout)
        if content_type.partition(";")[0].strip().lower() == FAULT_TYPE:
            raise read_fault(content)
        message = read_message(content_type, content, most_bytes=self.most_bytes)
        return await self._accept(call, entry, message)

    def _servers(self, call: Call, conf: GlobalConf) -> list[Server]:
        """The servers where the provider lives, the pinned one only if one is pinned."""
        found = list(conf.hosts.get(call.service.provider, ()))
        if call.server is not None:
            found = [server for server in found if server.id == call.server]
        if not found:
            raise UnknownMember("the provider lives on no server", why="provider")
        return found

    async def _send(
        self, entry: Entry, servers: Sequence[Server], *, seconds: float
    ) -> tuple[str, bytes]:
        """Send to the first server that can be reached; nothing is sent twice."""
        message = Message(
            header_part=entry.header_part,
            body=entry.body,
            signature=entry.signature,
            statuses=(await self.knowledge.status(self.tls_certificate),),
        )
        content_type, content = write_message(message, boundary=self.entropy.bytes(16).hex())
        failed = NetworkFailed("no server to try", why="connect")
        for server in servers:

            async def accept(peer: bytes, server: Server = server) -> None:
                await self._accept_peer(peer, server)

            try:
                return await self.transport.send(
                    server,
                    content_type=content_type,
                    content=content,
                    request_id=entry.request_id,
                    accept=accept,
                    seconds=seconds,
                )
            except NetworkFailed as error:
                if error.why != "connect":
                    raise
                failed = error
        raise failed

    async def _accept_peer(self, peer: bytes, server: Server) -> None:
        """Believe the TLS peer: its certificate is that server's, and its status good."""
        conf, at = self.configuration(), self.clock.now()
        found, believed = self._believer.peer(peer, conf=conf, at=at)
        if found.id != server.id:
            raise PeerRefused("another server answered", why="other-server")
        key = sha256(peer).digest()
        try:
            known = self.knowledge.peers.get(key, [])
            self._believer.require_good(believed, known, conf=conf, at=at)
        except RevocationUnknown as error:
            try:
                fetched = await self.transport.statuses(server, [key])
            except (NetworkFailed, InvalidMessage):
                raise error from None
            self._believer.require_good(believed, fetched, conf=conf, at=at)
            self.knowledge.peers[key] = fetched

    async def _accept(self, call: Call, entry: Entry, message: Message) -> Answer:
        """Verify the answer, log it, hand it out."""
        conf, at = self.configuration(), self.clock.now()
        signature = read_signature(message.signature)
        check_documents(signature, documents_of(message.header_part, message.body))
        member = call.service.provider.member
        signer = self._believer.signer(signature.certificate, member=member, conf=conf, at=at)
        check(signature, key=signer.key)
        self._believer.require_good(signer, signature.ocsp, conf=conf, at=at)
        response = read_response(message.header_part)
        expected = {
            "x-road-id": entry.message_id,
            "x-road-client": write_identifier(call.client),
            "x-road-service": write_identifier(call.service),
            "x-road-request-id": entry.request_id,
            "x-road-request-hash": request_hash(entry.header_part, entry.body),
        }
        for name, wanted in expected.items():
            said = header(response.headers, name) or ""
            if not compare_digest(said.encode(), wanted.encode()):
                raise Inconsistent(f"the answer's {name} isn't the request's", why=name)
        logged = replace(
            entry,
            at=at,
            direction=Direction.RESPONSE,
            status=response.status,
            header_part=message.header_part,
            body=message.body,
            signature=message.signature,
        )
        await self.journal.write(logged)
        return Answer(
            status=response.status,
            reason=response.reason,
            headers=response.headers,
            body=message.body,
            message_id=entry.message_id,
            request_id=entry.request_id,
        )

    # --- answering ------------------------------------------------------------------------

    async def handle(
        self, content_type: str, content: bytes, *, peer: bytes | None
    ) -> tuple[str, bytes]:
        """Answer what another server sent to this one; see `Provider.handle`."""
        return await self.provider.handle(content_type, content, peer=peer)

    async def statuses(self, hashes: Sequence[bytes]) -> list[bytes]:
        """OCSP responses for our own certificates, named by SHA-256; others are passed over."""
        own = [self.tls_certificate, *(seal.certificate for seal in self.seals.values())]
        asked = [each for each in own if sha256(each).digest() in hashes]
        return [await self.knowledge.status(certificate) for certificate in asked]

    def clients(self) -> bytes:
        """``listClients``: who is registered, JSON."""
        return list_clients(self.configuration())

    # --- what is known ---------------------------------------------------------------------

    def configuration(self) -> GlobalConf:
        """The global configuration that holds now; see `Knowledge.configuration`."""
        return self.knowledge.configuration()

    def learn(self, content_type: str, directory: bytes, parts: Mapping[str, bytes]) -> None:
        """Take over a downloaded configuration; see `Knowledge.learn`."""
        self.knowledge.learn(content_type, directory, parts)

    def recall(self) -> None:
        """Take over the configuration kept on disk; see `Knowledge.recall`."""
        self.knowledge.recall()

    # --- proving --------------------------------------------------------------------------

    def records(self, *, message_id: str | None = None, limit: int = 50) -> list[Record]:
        """The newest log records, all or those of one message; nothing personal in them."""
        with self.database.read() as work:
            return self.store.records(message_id=message_id, limit=limit, work=work)

    def count(self) -> int:
        """How many messages the log holds."""
        with self.database.read() as work:
            return self.store.count(work=work)

    def unstamped_seconds(self) -> float:
        """For how long the oldest message has waited for its time-stamp; 0 when none waits."""
        with self.database.read() as work:
            oldest = self.store.oldest_unstamped(work=work)
        return 0.0 if oldest is None else max(0.0, (ms_of(self.clock.now()) - oldest) / 1000)

    def evidence(self, message_id: str, *, direction: Direction, role: Role | None = None) -> bytes:
        """The ASiC-E container that proves one message of this node's log.

        Args:
            message_id: The ``X-Road-Id``.
            direction: Request or response.
            role: Which side's record, when this node was both.

        Raises:
            EvidenceRefused: For ``unknown`` or ``not-time-stamped``.
        """
        with self.database.read() as work:
            for record in self.store.records(message_id=message_id, limit=100, work=work):
                if record.direction is direction and role in (None, record.role):
                    return self._container(record, work)
        raise EvidenceRefused("the log holds no such message", why="unknown")

    def _container(self, record: Record, work: Work) -> bytes:
        found = self.store.find(
            record.request_id,
            client=str(record.client),
            message_id=record.message_id,
            role=record.role,
            direction=record.direction,
            work=work,
        )
        if found is None or found[1] is None or found[2] is None:
            raise EvidenceRefused("the message has no time-stamp yet", why="not-time-stamped")
        stored, number, position = found[0], found[1], found[2]
        header_part, body, signature = self.journal.unseal(stored, work=work)
        batch = self.store.batch(number, work=work)
        return write_container(
            Message(header_part=header_part, body=body, signature=signature),
            stamp=TimeStamped(token=batch.token, leaves=batch.leaves, position=position),
        )

    def _uuid(self) -> str:
        return str(UUID(bytes=self.entropy.bytes(16), version=4))
