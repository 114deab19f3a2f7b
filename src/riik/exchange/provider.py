"""The provider's side: may this request be answered, and was it answered before?

Implements what PR-MESSTRANSP §5 asks of the server that a request comes to, then access
rights (PR-REST §6) with purpose and legal basis, then the service itself. In this order: TLS
peer, message, signature and certificate status, age, durable log, repetition, right, handler,
durable log of the answer, answer. Nothing is handled that isn't in the log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from json import dumps
from uuid import UUID

from riik.core import (
    ClientId,
    Clock,
    Entropy,
    IdentifierRefused,
    MemberId,
    PersonCode,
    Refused,
    ServiceId,
    Unavailable,
    person_code,
)
from riik.exchange.belief import Believer
from riik.exchange.errors import (
    AccessDenied,
    BadRequest,
    ExchangeRefused,
    ExchangeUnavailable,
    InProgress,
    InvalidSignature,
    PeerRefused,
    Replayed,
    ServiceFailed,
    UnknownMember,
    UnknownService,
)
from riik.exchange.globalconf import GlobalConf, Server
from riik.exchange.journal import Entry, Journal
from riik.exchange.metaservices import metaservice
from riik.exchange.model import (
    Answer,
    Claim,
    Direction,
    Incoming,
    Offer,
    Right,
    Role,
    Seal,
    header,
    ms_of,
)
from riik.exchange.protocol.messages import (
    FAULT_TYPE,
    Message,
    read_message,
    write_fault,
    write_message,
)
from riik.exchange.protocol.rest import (
    OWN,
    RestRequest,
    content_digest,
    normalise_path,
    passed_on,
    read_request,
    read_response,
    request_hash,
    write_response,
)
from riik.exchange.protocol.signature import (
    check,
    check_documents,
    documents_of,
    read_signature,
    sign,
)

__all__ = ["Provider"]

OLDEST = timedelta(minutes=10)
"""How long after its signing time a request is taken; what is older is a replay."""

YOUNGEST = timedelta(minutes=2)
"""How far a signing time may lie ahead of this node's clock."""

_TEXT_TYPE = (("Content-Type", "application/problem+json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A request that was checked: what the later steps need of it."""

    message: Message
    request: RestRequest
    client: ClientId
    server: Server
    at: datetime
    subject: PersonCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Answers the requests of other servers for the services that are offered here.

    Attributes:
        offers: What is offered, by service; the component adds to it.
        conf: The configuration that holds now; raises `OutdatedGlobalConf`.
        sealing: A member's seal with a fresh OCSP response for it.
        most_bytes: Largest body taken or answered.
        timeout: Seconds a handler may take.
    """

    journal: Journal
    believer: Believer
    clock: Clock
    entropy: Entropy
    offers: Mapping[ServiceId, Offer]
    conf: Callable[[], GlobalConf]
    sealing: Callable[[MemberId], Awaitable[tuple[Seal, bytes]]]
    most_bytes: int
    timeout: float

    async def handle(
        self, content_type: str, content: bytes, *, peer: bytes | None
    ) -> tuple[str, bytes]:
        """Answer what another server sent: a signed response, or a fault.

        Args:
            content_type: Of the HTTP request.
            content: Its body.
            peer: The TLS client's certificate, DER.
        """
        try:
            return await self._handle(content_type, content, peer)
        except (ExchangeRefused, ExchangeUnavailable) as error:
            return FAULT_TYPE, write_fault(error, trace=self._uuid())
        except Refused as error:
            bad = BadRequest(str(error), why=error.why)
            return FAULT_TYPE, write_fault(bad, trace=self._uuid())
        except Unavailable as error:
            failed = ServiceFailed("this server can't answer now", why=error.why)
            return FAULT_TYPE, write_fault(failed, trace=self._uuid())

    async def _handle(
        self, content_type: str, content: bytes, peer: bytes | None
    ) -> tuple[str, bytes]:
        conf, at = self.conf(), self.clock.now()
        if peer is None:
            raise PeerRefused("a server shows its certificate", why="no-certificate")
        server, believed = self.believer.peer(peer, conf=conf, at=at)
        message = read_message(content_type, content, most_bytes=self.most_bytes)
        self.believer.require_good(believed, message.statuses, conf=conf, at=at)
        taken = self._check(message, server=server, conf=conf, at=at)
        answer = await self._once(taken)
        return await self._reply(taken, answer)

    def _check(self, message: Message, *, server: Server, conf: GlobalConf, at: datetime) -> _Taken:
        """Everything that can be said of a request without a look at the store."""
        request = read_request(message.header_part)
        client = request.client
        if not isinstance(client, ClientId) or client not in conf.subsystems:
            raise UnknownMember("no such subsystem is registered", why="client")
        if client not in server.clients:
            raise PeerRefused("this client lives on another server", why="client")
        signature = read_signature(message.signature)
        check_documents(signature, documents_of(message.header_part, message.body))
        signer = self.believer.signer(signature.certificate, member=client.member, conf=conf, at=at)
        check(signature, key=signer.key)
        self.believer.require_good(signer, signature.ocsp, conf=conf, at=at)
        _check_age(signature.at, now=at)
        _check_writable(client, request.service)
        if self._offer(request.service, {}, client) is None:
            raise UnknownService("no such service is offered here", why="service")
        if (
            isinstance(request.service, ServiceId)
            and request.service.provider not in conf.subsystems
        ):
            # Who asks may not have heard yet that the provider left.
            raise UnknownMember("the provider is no longer registered", why="provider")
        subject = header(request.headers, "riik-subject")
        return _Taken(
            message=message,
            request=request,
            client=client,
            server=server,
            at=at,
            subject=person_code(subject) if subject else None,
        )

    async def _once(self, taken: _Taken) -> Answer:
        """Log, claim, and either repeat the stored answer or ask the service."""
        claim = self._claim(taken)
        written = await self.journal.write(self._entry(taken, claim))
        holder = written.holder
        if holder is not None and holder.holder != claim.holder:
            if holder.digest != claim.digest:
                raise Replayed("this message id came with other content", why="other-content")
            stored = await self.journal.answer_of(holder)
            if stored is not None:
                return _answer_again(*stored)
            if holder.claimed_until_ms > claim.at_ms:
                raise InProgress("this message is being handled", why="claimed")
            if not await self.journal.take_over(holder, claim):
                raise InProgress("this message is being handled", why="claimed")
        try:
            return await self._permitted(taken, written.rights)
        except (ExchangeRefused, ExchangeUnavailable):
            # The claim is given back: the next try may find a right, or the service awake.
            await self.journal.take_over(claim, replace(claim, claimed_until_ms=0))
            raise

    async def _permitted(self, taken: _Taken, rights: Mapping[str, tuple[Right, ...]]) -> Answer:
        offer = self._offer(taken.request.service, rights, taken.client)
        if offer is None:
            raise UnknownService("no such service is offered here", why="service")
        incoming = self._incoming(taken)
        try:
            _check_right(incoming, offer, rights.get(f"{taken.client} {offer.id}", ()))
        except AccessDenied as denied:
            if offer.on_refusal is not None:
                await offer.on_refusal(incoming, denied.why)
            raise
        return await self._ask(offer, incoming)

    def _offer(
        self, service: ServiceId, rights: Mapping[str, tuple[Right, ...]], client: ClientId
    ) -> Offer | None:
        def allowed(offer: Offer) -> bool:
            return offer.open_to_all or f"{client} {offer.id}" in rights

        return self.offers.get(service) or metaservice(service, offers=self.offers, allowed=allowed)

    def _claim(self, taken: _Taken) -> Claim:
        lease = timedelta(seconds=self.timeout + 5)
        return Claim(
            client=str(taken.client),
            message_id=taken.request.message_id,
            digest=content_digest(taken.message.header_part, taken.message.body),
            request_id=taken.request.request_id,
            holder=self.entropy.bytes(16),
            claimed_until_ms=ms_of(taken.at + lease),
            at_ms=ms_of(taken.at),
        )

    def _entry(self, taken: _Taken, claim: Claim | None) -> Entry:
        return Entry(
            at=taken.at,
            message_id=taken.request.message_id,
            request_id=taken.request.request_id,
            role=Role.PROVIDER,
            direction=Direction.REQUEST,
            client=str(taken.client),
            service=str(taken.request.service),
            subject=taken.subject,
            header_part=taken.message.header_part,
            body=taken.message.body,
            signature=taken.message.signature,
            claim=claim,
        )

    def _incoming(self, taken: _Taken) -> Incoming:
        request = taken.request
        user = header(request.headers, "x-road-userid")
        return Incoming(
            client=taken.client,
            server=taken.server.id,
            service=request.service,
            method=request.method,
            path=normalise_path(request.path),
            query=request.query,
            headers=tuple(each for each in request.headers if each[0].lower() not in OWN),
            body=taken.message.body,
            purpose=header(request.headers, "riik-purpose"),
            legal_basis=header(request.headers, "riik-legal-basis"),
            subject=taken.subject,
            authority=header(request.headers, "riik-authority"),
            issue=header(request.headers, "x-road-issue"),
            user=PersonCode(user) if user else None,
            message_id=request.message_id,
            request_id=request.request_id,
            at=taken.at,
        )

    async def _ask(self, offer: Offer, incoming: Incoming) -> Answer:
        """The service's own answer; what it refuses is an answer as well."""
        try:
            async with asyncio.timeout(self.timeout):
                answer = await offer.handler(incoming)
        except TimeoutError as error:
            raise ServiceFailed("the service took too long", why="timeout") from error
        except Refused as error:
            return _problem(error)
        except Unavailable as error:
            raise ServiceFailed("the service can't answer now", why=error.why) from error
        if len(answer.body) > self.most_bytes:
            raise ServiceFailed("the service's answer is too large", why="size")
        return answer

    async def _reply(self, taken: _Taken, answer: Answer) -> tuple[str, bytes]:
        """Sign and log an answer, and put it into a message."""
        request, message = taken.request, taken.message
        hashed = request_hash(message.header_part, message.body)
        header_part = write_response(answer, request=request, hashed=hashed)
        body = b"" if request.method == "HEAD" else answer.body
        seal, status = await self.sealing(request.service.provider.member)
        at = self.clock.now()
        signature = sign(documents_of(header_part, body), seal=seal, ocsp=status, at=at)
        entry = replace(
            self._entry(taken, None),
            at=at,
            direction=Direction.RESPONSE,
            status=answer.status,
            header_part=header_part,
            body=body,
            signature=signature,
        )
        await self.journal.write(entry)
        reply = Message(header_part=header_part, body=body, signature=signature)
        return write_message(reply, boundary=self.entropy.bytes(16).hex(), response=True)

    def _uuid(self) -> str:
        return str(UUID(bytes=self.entropy.bytes(16), version=4))


def _check_age(signed: datetime, *, now: datetime) -> None:
    if now - signed > OLDEST:
        raise Replayed("the request was signed too long ago", why="too-old")
    if signed - now > YOUNGEST:
        raise InvalidSignature("the request was signed in the future", why="too-early")


def _check_writable(client: ClientId, service: ServiceId) -> None:
    """Identifiers with characters that ours can't have are read, but not served."""
    try:
        ClientId.parse(str(client))
        ServiceId.parse(str(service))
    except IdentifierRefused as error:
        raise BadRequest("an identifier can't be served here", why=error.why) from error


def _check_right(incoming: Incoming, offer: Offer, rights: tuple[Right, ...]) -> None:
    """Default deny: some right must admit client, endpoint, purpose, legal basis and day.

    Raises:
        UnknownService: For ``endpoint``.
        AccessDenied: For ``no-right``, ``purpose-missing``, ``purpose`` or ``legal-basis``.
    """
    method, path = incoming.method, incoming.path
    if not any(endpoint.admits(method, path) for endpoint in offer.endpoints):
        raise UnknownService("the service has no such endpoint", why="endpoint")
    if offer.requires_purpose and not (incoming.purpose and incoming.legal_basis):
        raise AccessDenied("this service wants purpose and legal basis", why="purpose-missing")
    if offer.open_to_all:
        return
    why = "no-right"
    for right in rights:
        reason = _reason_against(right, incoming)
        if reason is None:
            return
        why = reason if why == "no-right" else why
    raise AccessDenied("no right admits this call", why=why)


def _reason_against(right: Right, incoming: Incoming) -> str | None:
    if right.valid_until is not None and incoming.at >= right.valid_until:
        return "no-right"
    if not right.endpoint.admits(incoming.method, incoming.path):
        return "no-right"
    if right.purposes and incoming.purpose not in right.purposes:
        return "purpose"
    if right.legal_bases and incoming.legal_basis not in right.legal_bases:
        return "legal-basis"
    return None


def _answer_again(header_part: bytes, body: bytes) -> Answer:
    response = read_response(header_part)
    return Answer(
        status=response.status,
        reason=response.reason,
        headers=tuple(passed_on(response.headers)),
        body=body,
    )


def _problem(error: Refused) -> Answer:
    """A problem document (RFC 9457): what others act on, and no text of ours."""
    kind = f"urn:riik:problem:{error.code}"
    document = {**error.facts, "type": kind, "status": error.status, "why": error.why}
    return Answer(status=error.status, headers=_TEXT_TYPE, body=dumps(document).encode())
