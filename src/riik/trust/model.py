"""The values of trust: certificates, anchors, statuses, time-stamps; and what it needs.

Everything here is frozen. Certificates travel between components as DER; `Certificate`
is what `certificates.read_certificate` saw in one.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from riik.core import SubjectId
from riik.formats import oids
from riik.trust.errors import NotGood

__all__ = [
    "QUALIFIED_KINDS",
    "TRUSTED_STATUSES",
    "Certificate",
    "CertificateStatus",
    "Criteria",
    "Issued",
    "KeyUsage",
    "Name",
    "Path",
    "PublishedList",
    "QcStatements",
    "Qualification",
    "Revocation",
    "RevocationSource",
    "SealXml",
    "ServiceKind",
    "ServiceStatus",
    "Standing",
    "TimeStamp",
    "TimeStamper",
    "TrustAnchor",
    "VerifyXml",
]


class KeyUsage(StrEnum):
    """The bits of the key usage extension, in their order (RFC 5280 §4.2.1.3)."""

    DIGITAL_SIGNATURE = "digitalSignature"
    CONTENT_COMMITMENT = "contentCommitment"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"
    ENCIPHER_ONLY = "encipherOnly"
    DECIPHER_ONLY = "decipherOnly"


@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name: its DER and, in order, attribute type (dotted) and text."""

    der: bytes
    attributes: tuple[tuple[str, str], ...]

    def first(self, attribute: str) -> str | None:
        """The first value of this attribute type, or nothing."""
        return next((text for oid, text in self.attributes if oid == attribute), None)

    @property
    def country(self) -> str | None:
        """Two letters of ISO 3166-1."""
        return self.first(oids.COUNTRY)

    @property
    def common_name(self) -> str | None:
        """CN."""
        return self.first(oids.COMMON_NAME)

    @property
    def organisation(self) -> str | None:
        """O."""
        return self.first(oids.ORGANIZATION)

    @property
    def organisation_identifier(self) -> str | None:
        """``NTREE-70000001``: kind, country and code (EN 319 412-1 §5.1.4)."""
        return self.first(oids.ORGANIZATION_IDENTIFIER)

    @property
    def surname(self) -> str | None:
        """SN."""
        return self.first(oids.SURNAME)

    @property
    def given_name(self) -> str | None:
        """GN."""
        return self.first(oids.GIVEN_NAME)

    @property
    def serial_number(self) -> str | None:
        """``PNOEE-38001085718`` for a person (EN 319 412-1 §5.1.3)."""
        return self.first(oids.SERIAL_NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStatements:
    """What a qualified certificate states of itself (EN 319 412-5 §4).

    Attributes:
        compliant: It is a qualified certificate.
        device: Its key is in a qualified device (QSCD).
        types: Dotted QcType values: for signatures, for seals, for web sites.
        countries: The legislation, when it is not the European Union's.
    """

    compliant: bool = False
    device: bool = False
    types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One X.509 certificate as read; nothing about it is verified by reading.

    Attributes:
        der: The whole certificate.
        signed: The part that the issuer signed, tbsCertificate, DER.
        signature_algorithm: AlgorithmIdentifier, DER.
        signature: The issuer's signature.
        serial: Serial number.
        public_key: SubjectPublicKeyInfo, DER.
        key_usage: The usages, or nothing when the extension is absent.
        extended_key_usage: Dotted purposes; empty when the extension is absent.
        is_ca: Basic constraints say that it is an authority.
        path_length: How many authorities may stand below it, or no limit.
        critical: Dotted identifiers of its critical extensions.
    """

    der: bytes
    signed: bytes
    signature_algorithm: bytes
    signature: bytes
    serial: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    public_key: bytes
    key_usage: frozenset[KeyUsage] | None = None
    extended_key_usage: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    qc_statements: QcStatements = QcStatements()
    is_ca: bool = False
    path_length: int | None = None
    subject_key: bytes | None = None
    authority_key: bytes | None = None
    ocsp_urls: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ocsp_no_check: bool = False
    critical: frozenset[str] = frozenset()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return sha256(self.der).hexdigest()

    def holds_at(self, moment: datetime) -> bool:
        """Is the moment within its validity, both ends included (RFC 5280 §4.1.2.5)?"""
        return self.not_before <= moment <= self.not_after

    def allows(self, usage: KeyUsage) -> bool:
        """May the key be used so? Without the extension every use is allowed."""
        return self.key_usage is None or usage in self.key_usage


class ServiceKind(StrEnum):
    """Trust services in a list (TS 119 612 §5.5.1.1): the end of the type's address."""

    CA_QC = "CA/QC"
    CA_PKC = "CA/PKC"
    OCSP = "Certstatus/OCSP"
    OCSP_QC = "Certstatus/OCSP/QC"
    TSA = "TSA"
    TSA_QTST = "TSA/QTST"
    TSA_TSS_QC = "TSA/TSS-QC"


QUALIFIED_KINDS = frozenset(
    {ServiceKind.CA_QC, ServiceKind.OCSP_QC, ServiceKind.TSA_QTST, ServiceKind.TSA_TSS_QC}
)
"""The kinds that qualified signatures may rest on."""

TRUSTED_STATUSES = frozenset(
    {
        "granted",
        "recognisedatnationallevel",
        "undersupervision",
        "supervisionincessation",
        "accredited",
        "setbynationallaw",
    }
)
"""Statuses under which a service is trusted (TS 119 612 §5.5.4, §D.5.4; older lists too)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which certificates a qualification is about (TS 119 612 §5.5.9.2.2).

    Attributes:
        rule: ``all``, ``atLeastOne`` or ``none`` of what follows holds.
        usages: Key usages that each certificate must have, or must not.
        policies: Sets of dotted policies of which each certificate must have all.
        nested: Criteria that count as one each.
        unknown: Something stands here that isn't understood: it never holds.
    """

    rule: str
    usages: tuple[tuple[tuple[KeyUsage, bool], ...], ...] = ()
    policies: tuple[frozenset[str], ...] = ()
    nested: tuple["Criteria", ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a list says of some of a service's certificates: qualifiers such as ``QCNoQSCD``."""

    qualifiers: frozenset[str]
    criteria: Criteria


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """A status from one moment on: the end of its address, such as ``granted``."""

    status: str
    since: datetime
    qualifications: tuple[Qualification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """A service that a list trusts, with all its statuses, the newest first."""

    kind: ServiceKind
    certificate: bytes
    history: tuple[ServiceStatus, ...]
    name: str = ""

    @classmethod
    def granted(
        cls, certificate: bytes, *, since: datetime, kind: ServiceKind = ServiceKind.CA_QC
    ) -> "TrustAnchor":
        """An anchor that is trusted from one moment on."""
        return cls(kind=kind, certificate=certificate, history=(ServiceStatus("granted", since),))

    @property
    def status(self) -> str:
        """The newest status."""
        return self.history[0].status if self.history else ""

    @property
    def since(self) -> datetime | None:
        """When the newest status began."""
        return self.history[0].since if self.history else None

    def at(self, moment: datetime) -> ServiceStatus | None:
        """The status of that moment, or nothing before the first."""
        return next((entry for entry in self.history if entry.since <= moment), None)

    def trusted_at(self, moment: datetime) -> bool:
        """Was the status of that moment one to rely on?"""
        then = self.at(moment)
        return then is not None and then.status in TRUSTED_STATUSES


@dataclass(frozen=True, slots=True)
class Path:
    """A valid chain, the end certificate first, and the anchor that it ends at."""

    certificates: tuple[Certificate, ...]
    anchor: TrustAnchor

    @property
    def end(self) -> Certificate:
        """The certificate that was asked about."""
        return self.certificates[0]


class CertificateStatus(StrEnum):
    """What is known of a certificate. Suspended is RFC 5280's certificateHold."""

    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate's status, since when, and for what reason (CRLReason's number)."""

    status: CertificateStatus
    since: datetime | None = None
    reason: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What a verified OCSP response says (RFC 6960 §4.2.1).

    Attributes:
        reason: CRLReason's number; 6 is certificateHold.
        responder: Who signed it.
    """

    status: CertificateStatus
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None
    reason: int | None
    responder: Certificate
    nonce: bytes | None = None

    def require_good(self) -> None:
        """Refuse a certificate that is not good.

        Raises:
            NotGood: For ``revoked``, ``suspended`` or ``unknown``.
        """
        if self.status is not CertificateStatus.GOOD:
            raise NotGood(f"the certificate is {self.status}", why=self.status.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """A verified RFC 3161 token: these bytes existed at ``time``.

    Attributes:
        accuracy: Seconds that the time may be off, either way.
        hash_name: hashlib's name of the imprint's hash.
        path: The authority's certificate and its chain.
    """

    time: datetime
    accuracy: float
    serial: int
    policy: str
    hash_name: str
    imprint: bytes
    nonce: int | None
    path: Path

    @property
    def certificate(self) -> Certificate:
        """The certificate of the authority that made it."""
        return self.path.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate as its issuer keeps it.

    Attributes:
        key: The order's idempotency key.
        fingerprint: SHA-256 of the certificate.
        public_key_hash: SHA-256 of its SubjectPublicKeyInfo.
        subject: The person, opaque; nothing for organisations and services.
        subject_blind: Keyed index of the person's code.
        certificate: DER; a person's is sealed under their key.
    """

    serial: int
    key: str
    kind: str
    fingerprint: bytes
    public_key_hash: bytes
    subject: SubjectId | None
    subject_blind: bytes | None
    certificate: bytes
    issued: datetime
    not_after: datetime
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedList:
    """A trusted list as it was published: sealed XML."""

    sequence: int
    issued: datetime
    next_update: datetime
    document: bytes


class SealXml(Protocol):
    """Puts an enveloped XAdES signature into a document; `signatures` fills it."""

    def __call__(self, document: bytes, /) -> bytes:
        """The document, sealed."""
        ...


class VerifyXml(Protocol):
    """Verifies an enveloped signature over a whole document; `signatures` fills it."""

    def __call__(self, document: bytes, /, *, signer: bytes) -> None:
        """Return if the certificate ``signer`` (DER) signed all of it; else raise `Refused`."""
        ...


class TimeStamper(Protocol):
    """Where others get time-stamps; `client.TsaClient`, or a node's own authority."""

    def stamp(self, imprint: bytes, /, *, hash_name: str = "sha256") -> Awaitable[bytes]:
        """A token over this digest, DER; raises `TrustUnavailable`."""
        ...


class RevocationSource(Protocol):
    """Where others ask for a certificate's status; `client.OcspClient`, or a node's own."""

    def ocsp(
        self, certificate: bytes, issuer: bytes, /, *, nonce: bytes | None = None
    ) -> Awaitable[bytes]:
        """An OCSP response, DER, not yet verified; raises `TrustUnavailable`."""
        ...
