"""Sealing: people, document numbers and certificates as the store may keep them.

Each value is sealed under its person's own data key and bound to its place; documents and
certificates are found by blind indexes. Uses the port `Vault` and nothing else.
"""

from collections.abc import Sequence
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

    def people(self, people: Sequence[tuple[SubjectId, Person]]) -> list[KeptPerson]:
        """People, sealed."""
        sealed = self.vault.seal_many(
            (subject, msgspec.json.encode(person), f"identity_person/sealed/{subject}")
            for subject, person in people
        )
        return [
            KeptPerson(subject=subject, sealed=kept, residence=person.residence)
            for (subject, person), kept in zip(people, sealed, strict=True)
        ]

    def open_person(self, kept: KeptPerson) -> Person:
        """The person again."""
        place = f"identity_person/sealed/{kept.subject}"
        plain = self.vault.open(kept.subject, kept.sealed, context=place)
        return msgspec.json.decode(plain, type=Person)

    def documents(self, orders: Sequence[tuple[SubjectId, CardOrder]]) -> list[KeptDocument]:
        """Cards that are ordered: their numbers sealed, their status ``prepared``."""
        keys = [self.number(order.number) for _, order in orders]
        sealed = self.vault.seal_many(
            (subject, order.number.encode(), f"identity_document/number/{key.hex()}")
            for key, (subject, order) in zip(keys, orders, strict=True)
        )
        return [
            KeptDocument(
                key=key,
                subject=subject,
                sealed_number=number,
                kind=order.kind,
                valid_from=order.valid_from,
                valid_until=order.valid_until,
                status=Status.PREPARED,
            )
            for key, number, (subject, order) in zip(keys, sealed, orders, strict=True)
        ]

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

    def certificates(
        self, bound: Sequence[tuple[SubjectId, bytes, KeyPurpose, bytes]]
    ) -> list[KeptKey]:
        """Certificates that are bound to documents, sealed.

        Args:
            bound: Holder, the document's blind index, what the key is for, certificate.
        """
        keys = [self.fingerprint(certificate) for *_, certificate in bound]
        sealed = self.vault.seal_many(
            (subject, certificate, f"identity_key/certificate/{key.hex()}")
            for key, (subject, _, _, certificate) in zip(keys, bound, strict=True)
        )
        return [
            KeptKey(key=key, document=document, subject=subject, purpose=purpose, sealed=kept)
            for key, kept, (subject, document, purpose, _) in zip(keys, sealed, bound, strict=True)
        ]

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
