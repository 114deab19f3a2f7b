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
    "CertificatePair",
    "CertificateRequest",
    "Document",
    "DocumentKind",
    "Event",
    "HeldKey",
    "KeyPurpose",
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
class CertificateRequest:
    """What a certificate authority needs to certify both keys of a card.

    Attributes:
        person: Who holds the card.
        document_number: Which card.
        kind: Which kind of card; it chooses the certificates' policy.
        authentication_key: SubjectPublicKeyInfo, DER, of the key behind PIN1.
        signature_key: The same of the key behind PIN2.
        valid_until: Last day of the card.
    """

    person: Person
    document_number: str
    kind: DocumentKind
    authentication_key: bytes
    signature_key: bytes
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePair:
    """The two certificates of a card, DER."""

    authentication: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A certificate that is bound to a document.

    Attributes:
        document_number: Which card holds the key.
        purpose: What it may do.
        certificate: DER.
    """

    document_number: str
    purpose: KeyPurpose
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done with a document, and on whose word.

    Attributes:
        at: When, UTC.
        action: ``bound``, ``suspended``, ``resumed`` or ``revoked``.
        reason: Why; None where binding needs none.
        actor: Opaque subject of who did it: the holder or an officer.
        channel: ``card``, ``phone-desk``, ``desk``, ``system``.
    """

    at: datetime
    action: str
    reason: Reason | None
    actor: SubjectId
    channel: str
