"""Sealing: people, document numbers and certificates as the store may keep them.

Each value is sealed under its person's own data key and bound to its place; documents and
certificates are found by blind indexes. Uses the port `Vault` and nothing else.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from riik.core import SubjectId, Vault
from riik.identity.model import (
    CardOrder,
    Document,
    KeptDocument,
    KeptKey,
    KeptPerson,
    KeyPurpose,
    Person,
    Status,
)

__all__ = ["Sealing"]


@dataclass(frozen=True, slots=True)
class Sealing:
    """One node's way from values to what is kept of them, and back."""

    vault: Vault

    def person(self, subject: SubjectId, person: Person) -> KeptPerson:
        """A person, sealed."""
        plain, place = msgspec.json.encode(person), f"identity_person/sealed/{subject}"
        sealed = self.vault.seal(subject, plain, context=place)
        return KeptPerson(subject=subject, sealed=sealed, residence=person.residence)

    def open_person(self, kept: KeptPerson) -> Person:
        """The person again."""
        place = f"identity_person/sealed/{kept.subject}"
        plain = self.vault.open(kept.subject, kept.sealed, context=place)
        return msgspec.json.decode(plain, type=Person)

    def document(self, subject: SubjectId, order: CardOrder) -> KeptDocument:
        """A card that is ordered: its number sealed, its status ``prepared``."""
        key, number = self.number(order.number), order.number.encode()
        place = f"identity_document/number/{key.hex()}"
        return KeptDocument(
            key=key,
            subject=subject,
            sealed_number=self.vault.seal(subject, number, context=place),
            kind=order.kind,
            valid_from=order.valid_from,
            valid_until=order.valid_until,
            status=Status.PREPARED,
        )

    def open_document(self, kept: KeptDocument, *, status: Status | None = None) -> Document:
        """The document again, with the status it has now."""
        place = f"identity_document/number/{kept.key.hex()}"
        number = self.vault.open(kept.subject, kept.sealed_number, context=place)
        return Document(
            number=number.decode(),
            subject=kept.subject,
            kind=kept.kind,
            valid_from=kept.valid_from,
            valid_until=kept.valid_until,
            status=status or kept.status,
        )

    def certificate(
        self, certificate: bytes, *, document: KeptDocument, purpose: KeyPurpose
    ) -> KeptKey:
        """A certificate that is bound to a document, sealed."""
        key = self.fingerprint(certificate)
        place = f"identity_key/certificate/{key.hex()}"
        return KeptKey(
            key=key,
            document=document.key,
            subject=document.subject,
            purpose=purpose,
            sealed=self.vault.seal(document.subject, certificate, context=place),
        )

    def open_certificate(self, kept: KeptKey) -> bytes:
        """The certificate again, DER."""
        place = f"identity_key/certificate/{kept.key.hex()}"
        return self.vault.open(kept.subject, kept.sealed, context=place)

    def number(self, number: str) -> bytes:
        """The blind index of a document number."""
        return self.vault.blind(number, field="identity_document.number")

    def fingerprint(self, certificate: bytes) -> bytes:
        """The blind index of a certificate."""
        return self.vault.blind(sha256(certificate).hexdigest(), field="identity_key.certificate")
