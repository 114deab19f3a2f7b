"""The values of identity: people, organisations, their documents and the keys on them.

Frozen and without behaviour but for the question each can answer about itself. What a
personal code says is in `codes`; how a card speaks is in `device`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from riik.core import MemberId, PersonCode, SubjectId
from riik.identity.codes import Sex

__all__ = [
    "Actor",
    "CardOrder",
    "CertificatePair",
    "CertificateRequest",
    "Channel",
    "Document",
    "DocumentKind",
    "Event",
    "KeptDocument",
    "KeptKey",
    "KeptPerson",
    "KeyPurpose",
    "Known",
    "Organisation",
    "Person",
    "Reason",
    "Residence",
    "Status",
]


class Residence(StrEnum):
    """How the person belongs to the country."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    E_RESIDENT = "e-resident"


class DocumentKind(StrEnum):
    """What carries the keys."""

    ID_CARD = "id-card"
    RESIDENCE_CARD = "residence-card"
    E_RESIDENT_CARD = "e-resident-card"


class Status(StrEnum):
    """Where a document stands. Suspended may come back, revoked never."""

    PREPARED = "prepared"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class KeyPurpose(StrEnum):
    """What a key on a card may do; a certificate of one is never taken for the other."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"


class Reason(StrEnum):
    """Why a document was suspended, resumed or revoked (RFC 5280 §5.3.1 in the wide sense)."""

    LOST = "lost"
    STOLEN = "stolen"
    FOUND = "found"
    KEYS_COMPROMISED = "keys-compromised"
    DATA_CHANGED = "data-changed"
    REPLACED = "replaced"
    HOLDERS_WISH = "holders-wish"
    AUTHORITYS_DECISION = "authoritys-decision"
    HOLDER_DIED = "holder-died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the identity authority knows of a person.

    Attributes:
        code: Country and personal code.
        given_names: As the law writes them, in the person's own letters.
        surname: Likewise; empty for people with one name.
        birth_date: The day of birth.
        sex: As in the personal code, where the code holds it.
        citizenship: ISO 3166-1 alpha-3 as cards print it; ``XXX`` for none.
        residence: How the person belongs to the country.
    """

    code: PersonCode
    given_names: str
    surname: str
    birth_date: date
    sex: Sex
    citizenship: str
    residence: Residence = Residence.RESIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation and the member it is on the exchange. No personal data."""

    member: MemberId
    registry_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A card and where it stands.

    Attributes:
        number: Two letters and seven digits, printed on the card.
        subject: Whose it is, opaque.
        kind: What it is.
        valid_from: First day.
        valid_until: Last day; certificates end with it.
        status: Where it stands.
    """

    number: str
    subject: SubjectId
    kind: DocumentKind
    valid_from: date
    valid_until: date
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    """A card to be bound to a person.

    Attributes:
        holder: Who will hold it; enrolled already.
        number: Document number, printed on it.
        kind: Which kind of card.
        valid_from: First day.
        valid_until: Last day.
        authentication_key: SubjectPublicKeyInfo, DER, of the key behind PIN1.
        signature_key: The same of the key behind PIN2.
    """

    holder: PersonCode
    number: str
    kind: DocumentKind
    valid_from: date
    valid_until: date
    authentication_key: bytes
    signature_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """What a certificate authority needs to certify both keys of a card."""

    person: Person
    order: CardOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePair:
    """The two certificates of a card, DER."""

    authentication: bytes
    signature: bytes


class Channel(StrEnum):
    """How somebody came to us; a voice on the phone may lock, never unlock."""

    STRONG_LOGIN = "strong-login"
    DESK = "desk"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks for something to be done with a document.

    Attributes:
        person: The holder or an officer.
        channel: How they came.
        officer: They act for the authority; the caller checked that they may.
    """

    person: PersonCode
    channel: Channel
    officer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done with a document, and on whose word.

    Attributes:
        at: When, UTC.
        action: ``bound``, or the status it went to.
        reason: Why; None where binding needs none.
        actor: Opaque subject of who asked.
        channel: How they came.
    """

    at: datetime
    action: str
    reason: Reason | None
    actor: SubjectId
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a person.

    Attributes:
        person: The facts.
        documents: The newest first.
        events: Document number and what was done with it, oldest first in each document.
    """

    person: Person
    documents: tuple[Document, ...]
    events: tuple[tuple[str, Event], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPerson:
    """A person as the store keeps them: sealed under their own data key."""

    subject: SubjectId
    sealed: bytes
    residence: Residence


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """A document as the store keeps it: under the blind index of its number."""

    key: bytes
    subject: SubjectId
    sealed_number: bytes
    kind: DocumentKind
    valid_from: date
    valid_until: date
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A certificate as the store keeps it: under the blind index of its fingerprint."""

    key: bytes
    document: bytes
    subject: SubjectId
    purpose: KeyPurpose
    sealed: bytes
