"""The values of login: who signed in, how surely, for whom, and what login states of it.

Frozen and without behaviour but for the question each can answer about itself.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from riik.core import MemberId, PersonCode

__all__ = [
    "Challenge",
    "Credential",
    "Grant",
    "Level",
    "LoginRules",
    "Mandate",
    "Method",
    "Session",
    "Statement",
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
        person: Country and code out of the subject's ``serialNumber``.
        given_names: Out of the subject; empty when the certificate has none.
        surname: Likewise.
    """

    certificate: bytes
    issuer: bytes
    person: PersonCode
    given_names: str
    surname: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who is signed in.

    Attributes:
        person: Who.
        given_names: Out of the certificate.
        surname: Likewise.
        level: How surely.
        method: How.
        began_at: When the person signed in, UTC.
        ends_at: Without use it ends then; use moves it on, up to the longest time.
    """

    person: PersonCode
    given_names: str
    surname: str
    level: Level
    method: Method
    began_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a relying member got for a one-time code: its own handle on the session.

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
class LoginRules:
    """A login's settings: one section of the node's configuration.

    Attributes:
        origin: The site's origin as browsers write it, without a slash at the end; Web eID
            wants https, and browsers take http for ``localhost`` alone.
        relying: Members that may have people sent back to them, and to which addresses.
        disallowed_policies: Certificate policies (dotted OID prefixes) that are not taken;
            by default Mobile-ID's, which is no card.
        challenge_seconds: How long a nonce may be answered.
        code_seconds: How long a one-time code may be redeemed.
        idle_seconds: A session without use ends after that.
        longest_seconds: A session ends after that in any case.
        statement_seconds: How long a statement is good.
        failures: How often one source may fail in `failure_seconds`.
        failure_seconds: The window in which failures are counted.
        ocsp_skew_seconds: By how much the responder's clock may differ.
        ocsp_age_seconds: How old an OCSP answer's ``thisUpdate`` may be.
    """

    origin: str
    relying: dict[MemberId, tuple[str, ...]] = field(default_factory=dict)
    disallowed_policies: tuple[str, ...] = ("1.3.6.1.4.1.10015.1.3",)
    challenge_seconds: int = 300
    code_seconds: int = 30
    idle_seconds: int = 900
    longest_seconds: int = 43_200
    statement_seconds: int = 900
    failures: int = 20
    failure_seconds: int = 900
    ocsp_skew_seconds: int = 900
    ocsp_age_seconds: int = 120
