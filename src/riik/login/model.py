"""The values of login: who signed in, how surely, for whom, and what login states of it.

Frozen and without behaviour but for the question each can answer about itself.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address, ip_network

from riik.core import MemberId, PersonCode, SubjectId

__all__ = [
    "Challenge",
    "Credential",
    "Event",
    "Grant",
    "KeptGrant",
    "KeptSession",
    "Level",
    "LoginRules",
    "Mandate",
    "Mandates",
    "Method",
    "Place",
    "Session",
    "Statement",
    "hash_of",
    "source_of",
]


class Level(StrEnum):
    """How sure it is who this is: levels of assurance of Regulation (EU) 910/2014 Article 8."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    def reaches(self, least: "Level") -> bool:
        """Is this at least that sure?"""
        order = list(Level)
        return order.index(self) >= order.index(least)


class Method(StrEnum):
    """How the person signed in, as ``amr`` names it."""

    ID_CARD = "idcard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A nonce that one browser may answer once.

    Attributes:
        nonce: 44 characters of base64, 256 bits.
        expires_at: From then on it is too late, UTC.
    """

    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a verified Web eID token proves.

    Attributes:
        certificate: The authentication certificate, DER.
        issuer: Certificate of the CA that issued it, DER.
        identifier: The subject's ``serialNumber`` as it stands (``PNOEE-38001085718``).
        country: The subject's country; empty when the certificate has none.
        given_names: Out of the subject; empty when the certificate has none.
        surname: Likewise.
    """

    certificate: bytes
    issuer: bytes
    identifier: str
    country: str
    given_names: str
    surname: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who is signed in.

    Attributes:
        id: The secret that names it; empty where somebody else than its browser looks.
        sid: Its name towards clients, no secret; it stays when the person signs in again.
        person: Who.
        given_names: Out of the certificate.
        surname: Likewise.
        level: How surely.
        method: How.
        began_at: When the person signed in, UTC.
        ends_at: Without use it ends then; use moves it on, up to the longest time.
    """

    id: str
    sid: str
    person: PersonCode
    given_names: str
    surname: str
    level: Level
    method: Method
    began_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One browser where a person is signed in.

    Attributes:
        session: Without its secret.
        clients: Which sites were told who it is, and when last.
        here: It is the browser that asks.
    """

    session: Session
    clients: tuple[tuple[str, datetime], ...]
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a person's sign-in; no name, no code, no address.

    Attributes:
        at: When, UTC.
        action: ``signed-in``, ``signed-in-again``, ``signed-out``, ``ended``, ``sent-to``,
            ``stated`` or ``refused``.
        subject: Opaque; None while nobody was believed.
        relying: The member that it was for, if any.
        client: The site that it was for, if any.
        why: The reason of a refusal, or the case of a statement.
    """

    at: datetime
    action: str
    subject: SubjectId | None = None
    relying: MemberId | None = None
    client: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A relying member's own handle on a session: the access token that its site was given.

    Attributes:
        handle: Unguessable; only this member can use it, and it dies with the session.
        relying: The member it was given to.
        session: The session as it stands.
    """

    handle: str
    relying: MemberId
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One person or organisation that another may act for.

    Attributes:
        represented: Country and code of who is acted for.
        role: The ground, such as ``guardian`` or ``board-member``.
        name: How to show the represented one.
    """

    represented: PersonCode
    role: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandates:
    """Whom a person may act for, as far as the sources answered.

    Attributes:
        found: Mandates, in the order of the sources.
        silent: Sources that didn't answer: there may be more mandates than these.
    """

    found: tuple[Mandate, ...]
    silent: tuple[MemberId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What login signed: this person, now, wants this of that member.

    Attributes:
        issuer: The login member (``iss``).
        person: Who signed in and acts (``sub``).
        represented: Whom the person acts for (``rep``); None for oneself.
        role: By which mandate (``mandate``); None for oneself.
        audience: The one member that may take it (``aud``).
        relying: The member that asked for it, such as the portal (``azp``).
        level: How sure it is who this is (``acr``).
        methods: How the person signed in (``amr``).
        case: Number of the case it belongs to (``case``).
        purpose: What it is for (``purpose``); None leaves that to the case.
        issued_at: ``iat``, UTC.
        expires_at: ``exp``, UTC.
        id: ``jti``, unique.
    """

    issuer: MemberId
    person: PersonCode
    represented: PersonCode | None
    role: str | None
    audience: MemberId
    relying: MemberId | None
    level: Level
    methods: tuple[str, ...]
    case: str
    purpose: str | None
    issued_at: datetime
    expires_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """A session as the store keeps it: under the hash of its secret, the person sealed.

    Attributes:
        shown_for: Hash of the request on whose page the card was shown; empty for none. The
            sign-in is fresh for that request alone.
    """

    key: bytes
    sid: str
    subject: SubjectId
    sealed: bytes
    level: Level
    method: Method
    began_at: datetime
    ends_at: datetime
    latest_end: datetime
    shown_for: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGrant:
    """An access token, for a member also its handle on a session; kept under its hash.

    Attributes:
        key: Hash of the token.
        session: Key of the session.
        relying: The member that may use it over the exchange; None for who is no member.
        code: Hash of the code that gave it.
        client: ``client_id`` of the site that holds it.
        profile_until: Until then it opens the profile.
    """

    key: bytes
    session: bytes
    relying: MemberId | None
    code: bytes
    client: str
    profile_until: datetime


def source_of(host: str) -> str:
    """Whom an address is counted for: of IPv6 the line, for each has a whole /64 (RFC 6177)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), 128)).supernet(new_prefix=64))


def hash_of(secret: str) -> bytes:
    """Secrets are kept as SHA-256 only: who reads the database can't use them."""
    return sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRules:
    """A login's settings: one section of the node's configuration.

    Attributes:
        origin: The site's origin as browsers write it, without a slash at the end; Web eID
            wants https, and browsers take http for ``localhost`` alone.
        disallowed_policies: Certificate policies (dotted OID prefixes) that are not taken;
            by default Mobile-ID's, which is no card.
        challenge_seconds: How long a nonce may be answered.
        code_seconds: How long a one-time code may be redeemed.
        request_seconds: How long a client's request waits for a person.
        token_seconds: How long ID token and access token may be used.
        idle_seconds: A session without use ends after that.
        longest_seconds: A session ends after that in any case.
        statement_seconds: How long a statement is good.
        requests: So many of clients' requests may wait of one source. Many people share an
            address, or a proxy: this bounds the store, and no busy morning.
        browser_requests: So many may wait in one browser; the oldest gives way.
        failures: How often one source may fail in `failure_seconds`.
        failure_seconds: The window in which failures are counted.
        ocsp_skew_seconds: By how much the responder's clock may differ.
        ocsp_age_seconds: How old an OCSP answer's ``thisUpdate`` may be.
    """

    origin: str
    disallowed_policies: tuple[str, ...] = ("1.3.6.1.4.1.10015.1.3",)
    challenge_seconds: int = 300
    code_seconds: int = 30
    request_seconds: int = 1_800
    token_seconds: int = 40
    idle_seconds: int = 1_800
    longest_seconds: int = 43_200
    statement_seconds: int = 900
    requests: int = 20_000
    browser_requests: int = 20
    failures: int = 20
    failure_seconds: int = 900
    ocsp_skew_seconds: int = 900
    ocsp_age_seconds: int = 120
