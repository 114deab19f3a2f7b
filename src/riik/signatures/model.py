"""The values of signatures: data files, verdicts and the report on a document."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import new as new_hash

__all__ = [
    "CertificateUse",
    "DataFile",
    "Indication",
    "Judgement",
    "Policy",
    "Prepared",
    "Report",
    "SignatureReport",
    "SubIndication",
]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file to sign or that was signed.

    Attributes:
        name: Its path in the container: relative, segments apart by ``/``.
        content: Its bytes.
        media_type: Such as ``application/pdf``.
    """

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


class Indication(StrEnum):
    """The verdict on one signature (EN 319 102-1 §5.1.2)."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


class SubIndication(StrEnum):
    """Why a signature didn't pass (EN 319 102-1 §5.1.3)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    NO_POE = "NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    GENERIC = "GENERIC"


class Policy(StrEnum):
    """What a signature must be to pass; the names are SiVa's.

    Both want level LT or above. `ADES` takes any trusted certificate, `QUALIFIED` wants a
    qualified one: of a person with its key in a qualified device.
    """

    ADES = "POLv3"
    QUALIFIED = "POLv4"


@dataclass(frozen=True, slots=True)
class Judgement:
    """An indication with its reason and the sentence that explains it."""

    indication: Indication
    sub_indication: SubIndication | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """A certificate that a signature relies on and what it is for there (SiVa's words)."""

    use: str
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """What was found out about one signature.

    Attributes:
        id: Its Id, or the name of the file that it is in.
        format: Profile and level, such as ``XAdES_BASELINE_LT``.
        judgement: The verdict.
        warnings: What didn't change the verdict.
        scopes: Names of the data files that it covers.
        qualification: ``QESIG``, ``QESEAL``, ``ADESIG_QC`` …, or ``NA``.
        best_time: When it is proved to have existed.
        claimed_time: When the signer says it was made.
        signed_again: Other signatures came after it, over it and what it is over.
    """

    id: str
    format: str
    judgement: Judgement
    warnings: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    qualification: str = "NA"
    method: str = ""
    signed_by: str = ""
    subject: str = ""
    claimed_time: datetime | None = None
    best_time: datetime | None = None
    timestamp_time: datetime | None = None
    ocsp_time: datetime | None = None
    archive_times: tuple[datetime, ...] = ()
    roles: tuple[str, ...] = ()
    certificates: tuple[CertificateUse, ...] = ()
    signed_again: bool = False

    @property
    def passed(self) -> bool:
        """Did it pass?"""
        return self.judgement.indication is Indication.TOTAL_PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found out about one document and all its signatures.

    Attributes:
        form: ``ASiC-E``, ``ASiC-S``, ``PAdES``, ``CAdES``, ``XAdES`` or nothing.
        digest: SHA-256 of the document.
        files: The data files, whatever became of the signatures.
        warnings: What is odd about the document itself.
    """

    form: str
    at: datetime
    policy: Policy
    digest: bytes
    signatures: tuple[SignatureReport, ...] = ()
    files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def checked(self) -> bool:
        """Signatures of this form are looked at; the others are neither good nor bad."""
        return self.form in {"ASiC-E", "PAdES"}

    @property
    def valid(self) -> bool:
        """There is a signature, and each one passed."""
        return bool(self.signatures) and all(each.passed for each in self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signature that waits for its value; keep it until the card has signed.

    Attributes:
        to_sign: Canonical SignedInfo: what the key signs.
        hash_name: hashlib's name of the hash that the key signs with.
        certificate: The signer's, DER.
        name: The signature's Id.
        before: The signature file up to SignedInfo.
        after: What follows SignatureValue, up to where evidence goes.
        file: The signature file's name in the container.
        container: The container without the new signature.
    """

    to_sign: bytes
    hash_name: str
    certificate: bytes
    name: str
    before: bytes
    after: bytes
    file: str
    container: bytes

    @property
    def digest(self) -> bytes:
        """The digest of ``to_sign``, as a card wants it."""
        return new_hash(self.hash_name, self.to_sign).digest()
