"""The values of the exchange: a call, its answer, what a provider offers and to whom.

Frozen and without behaviour but for the question each can answer about itself. Bytes of
messages are in `rest` and `messages`; what the federation looks like is in `globalconf`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from riik.core import ClientId, MemberId, PersonCode, ServerId, ServiceId, Signer
from riik.exchange.errors import ServiceFailed, ServiceRefused

__all__ = [
    "Answer",
    "Batch",
    "Call",
    "Claim",
    "Direction",
    "Endpoint",
    "Handler",
    "Headers",
    "Incoming",
    "Kept",
    "Offer",
    "Record",
    "Right",
    "Role",
    "Seal",
    "Stored",
    "header",
    "moment_of",
    "ms_of",
]

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Headers in the order they came, names in the case they came; both are signed."""


def header(headers: Headers, name: str) -> str | None:
    """The value of a header, the last when there are several (PR-REST §4.3)."""
    wanted, found = name.lower(), None
    for key, value in headers:
        if key.lower() == wanted:
            found = value
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a subsystem of ours to a service of another, or of our own.

    Attributes:
        client: Our subsystem that asks.
        service: The service asked.
        method: An HTTP method, upper case.
        path: What follows the service code: empty, or percent-encoded text with ``/`` first.
        query: Percent-encoded query without ``?``.
        headers: Further headers, signed as they are.
        body: The body's bytes.
        purpose: Why the data are needed (``Riik-Purpose``).
        legal_basis: The law that allows it (``Riik-Legal-Basis``).
        subject: Whose data it is about (``Riik-Subject``).
        authority: Login's signed statement that the person wants this (``Riik-Authority``).
        user: Who acts, an official or the person (``X-Road-UserId``).
        issue: Number of the case (``X-Road-Issue``).
        message_id: Given to make a repetition safe: the same id with the same content is done
            once; a new one is made when absent (``X-Road-Id``).
        server: Pins the security server when the provider has several.
        timeout: Seconds to wait for the answer.
    """

    client: ClientId
    service: ServiceId
    method: str = "GET"
    path: str = ""
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    purpose: str | None = None
    legal_basis: str | None = None
    subject: PersonCode | None = None
    authority: str | None = None
    user: PersonCode | None = None
    issue: str | None = None
    message_id: str | None = None
    server: ServerId | None = None
    timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service answered, or a handler answers; an error status is an answer as well.

    Attributes:
        status: HTTP status.
        reason: Reason phrase; the usual one when empty.
        headers: Headers in order; those of the exchange itself (``x-road-…``) come last.
        body: The body's bytes.
        message_id: The call's ``X-Road-Id``; filled by the exchange.
        request_id: The ``X-Road-Request-Id`` of both log records; filled by the exchange.
    """

    status: int = 200
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    message_id: str = ""
    request_id: str = ""

    def accepted(self) -> "Answer":
        """This answer, if its status is below 400.

        Raises:
            ServiceRefused: Status 4xx; ``why`` is the problem document's (RFC 9457), if any,
                ``field`` the input that did not fit and ``until`` when it may be asked again, if
                it names one.
            ServiceFailed: Status 5xx, likewise.
        """
        if self.status < 400:
            return self
        kind = ServiceRefused if self.status < 500 else ServiceFailed
        told = self._problem()
        facts = {name: told[name][:100] for name in ("field", "until") if name in told}
        why = told.get("why", "status")
        raise kind(f"the service answered {self.status}", why=why, status=self.status, **facts)

    def _problem(self) -> dict[str, str]:
        """Texts of the problem document; nothing when it is none."""
        try:
            problem = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            return {}
        if not isinstance(problem, dict):
            return {}
        return {name: value for name, value in problem.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request whose signature, sender and right were checked and that is in the log.

    Attributes:
        client: The subsystem that asks; its member signed the request.
        server: The security server it came through.
        service: The service asked.
        method: An HTTP method, upper case.
        path: What follows the service code, percent-decoded and normalised: what the right
            was matched with; empty or with ``/`` first.
        query: Percent-encoded query without ``?``.
        headers: The request's headers, in order, without those of the exchange.
        body: The body's bytes.
        purpose: Why the data are needed; present whenever the offer requires it.
        legal_basis: The law that allows it, likewise.
        subject: Whose data it is about.
        authority: Login's signed statement, compact JWS; the register verifies it.
        issue: Number of the case.
        user: Who acts.
        message_id: The caller's id: the same id is the same wish, handle it once.
        request_id: Names the two log records of this exchange.
        at: When it came, UTC.
    """

    client: ClientId
    server: ServerId
    service: ServiceId
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    purpose: str | None
    legal_basis: str | None
    subject: PersonCode | None
    authority: str | None
    issue: str | None
    user: PersonCode | None
    message_id: str
    request_id: str
    at: datetime


Handler: TypeAlias = Callable[[Incoming], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """Method (or ``*``) and path pattern: ``*`` is one segment, ``**`` the rest (PR-REST §6)."""

    method: str
    path: str

    def admits(self, method: str, path: str) -> bool:
        """Does this pattern cover a method and a decoded, normalised path?"""
        if self.method not in ("*", method):
            return False
        return _covers(self.path.split("/"), (path or "/").split("/"))


def _covers(pattern: list[str], parts: list[str]) -> bool:
    for position, wanted in enumerate(pattern):
        if wanted == "**":
            return True
        if position >= len(parts) or wanted not in ("*", parts[position]):
            return False
        if wanted == "*" and not parts[position]:
            return False
    return len(pattern) == len(parts)


ANYTHING = Endpoint("*", "/**")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service that a component of this node offers through the exchange.

    Attributes:
        provider: The subsystem that offers it.
        service: Its code, such as ``person``.
        endpoints: What it has; a call outside them is refused as unknown.
        handler: Answers one checked request.
        openapi: Its OpenAPI description, JSON or YAML, for `getOpenAPI`.
        requires_purpose: Calls without ``Riik-Purpose`` and ``Riik-Legal-Basis`` are refused.
        open_to_all: Every registered subsystem may call it; for what is public anyway.
        on_refusal: Told of each request that no right admits, with the reason's code, before
            it is refused: whose data was wanted may have to learn of it.
    """

    provider: ClientId
    service: str
    endpoints: tuple[Endpoint, ...]
    handler: Handler
    openapi: bytes | None = None
    requires_purpose: bool = True
    open_to_all: bool = False
    on_refusal: Callable[[Incoming, str], Awaitable[None]] | None = None

    @property
    def id(self) -> ServiceId:
        """The service's identifier."""
        return ServiceId(self.provider, self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may call which part of a service, for which purposes, by which law, until when.

    Attributes:
        client: The subsystem that may call.
        service: The service it may call.
        endpoint: The part of it; everything by default.
        purposes: Purposes admitted; empty admits any.
        legal_bases: Legal bases admitted; empty admits any.
        valid_until: End of the right, exclusive, UTC; none ends never.
    """

    client: ClientId
    service: ServiceId
    endpoint: Endpoint = ANYTHING
    purposes: frozenset[str] = frozenset()
    legal_bases: frozenset[str] = frozenset()
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A member's signing key at this node and the certificate of it.

    Attributes:
        member: Who signs.
        signer: The key; P-256 by default, RSA-2048 accepted.
        certificate: Its certificate, DER.
        intermediates: Further certificates up to the approved CA, DER.
    """

    member: MemberId
    signer: Signer
    certificate: bytes
    intermediates: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One message that is handled once: who asked what, and until when somebody is at it.

    Attributes:
        digest: What was wished; the same id with another wish is refused.
        request_id: Of the request that is being handled: leads to its answer.
        holder: Who handles it, unpredictable: the very same bytes may come twice.
    """

    client: str
    message_id: str
    digest: bytes
    request_id: str
    holder: bytes
    claimed_until_ms: int
    at_ms: int

    def columns(self) -> dict[str, object]:
        """The values by their names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A message as the log keeps it: what it says is sealed for the person it is about."""

    at_ms: int
    message_id: str
    request_id: str
    role: "Role"
    direction: "Direction"
    client: str
    service: str
    status: int
    subject: str
    sealed: bytes
    signature: bytes
    signer: str
    digest: bytes

    def columns(self) -> dict[str, object]:
        """The values by their names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something written down under a name until it is replaced."""

    name: str
    content: bytes
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A time-stamp over many messages: the token, and the digests in order."""

    token: bytes
    leaves: tuple[bytes, ...]


def ms_of(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def moment_of(milliseconds: int) -> datetime:
    """The moment of `ms_of`, UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


class Role(StrEnum):
    """On which side of an exchange a log record was written."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


class Direction(StrEnum):
    """Which of the two messages of an exchange a log record holds."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A log record as the status page and the tracker may show it: no personal data.

    Attributes:
        at: When it was logged, UTC, to the millisecond.
        message_id: ``X-Road-Id``.
        request_id: ``X-Road-Request-Id``, the same in the four records of an exchange.
        role: On which side it was written.
        direction: Request or response.
        client: Who asked.
        service: What was asked.
        status: HTTP status of a response, 0 for a request.
        digest: SHA-512 of the signature's bytes: what the time-stamp covers.
        time_stamped: Whether the record's batch has its time-stamp.
    """

    at: datetime
    message_id: str
    request_id: str
    role: Role
    direction: Direction
    client: ClientId
    service: ServiceId
    status: int
    digest: bytes
    time_stamped: bool
