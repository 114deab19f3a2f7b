"""Tables of identity: people, organisations, documents, keys and what was done with them.

Names, numbers and certificates are sealed under the person's data key; documents and keys
are found by blind indexes. Organisations are public.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from riik.core import MemberId, SubjectId, Work, from_text, to_text
from riik.identity.model import (
    Channel,
    DocumentKind,
    Event,
    KeptDocument,
    KeptKey,
    KeptPerson,
    KeyPurpose,
    Organisation,
    Reason,
    Residence,
    Status,
)

__all__ = ["SqlIdentityStore"]

MOST_IN_A_QUERY = 500

_tables = MetaData()

_person = Table(
    "identity_person",
    _tables,
    Column("subject", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("residence", Text, nullable=False),
)
_organisation = Table(
    "identity_organisation",
    _tables,
    Column("registry_code", Text, primary_key=True),
    Column("member", Text, nullable=False),
    Column("name", Text, nullable=False),
)
_document = Table(
    "identity_document",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("number", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("status", Text, nullable=False),
    Index("identity_document_of_subject", "subject", "valid_from"),
)
_key = Table(
    "identity_key",
    _tables,
    Column("key", LargeBinary, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("subject", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Index("identity_key_of_document", "document"),
)
_event = Table(
    "identity_event",
    _tables,
    Column("document", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text),
    Column("actor", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Index("identity_event_of_document", "document", "at"),
)


class SqlIdentityStore:
    """Keeps people and their cards in SQL."""

    def put_people(self, people: Sequence[KeptPerson], *, work: Work) -> None:
        """Write new people."""
        rows = [
            {"subject": each.subject, "sealed": each.sealed, "residence": each.residence.value}
            for each in people
        ]
        _insert_all(_person, rows, work=work)

    def people(self, subjects: Sequence[SubjectId], *, work: Work) -> list[KeptPerson]:
        """Those of the people who are enrolled, in no order."""
        found: list[KeptPerson] = []
        for start in range(0, len(subjects), MOST_IN_A_QUERY):
            some = subjects[start : start + MOST_IN_A_QUERY]
            rows = work.execute(select(_person).where(_person.c.subject.in_(some)))
            found += [
                KeptPerson(
                    subject=SubjectId(row["subject"]),
                    sealed=row["sealed"],
                    residence=Residence(row["residence"]),
                )
                for row in rows.mappings()
            ]
        return found

    def put_organisations(self, organisations: Sequence[Organisation], *, work: Work) -> None:
        """Write organisations; one that is there gets its new name and member."""
        for each in organisations:
            values = {"member": str(each.member), "name": each.name}
            mine = _organisation.c.registry_code == each.registry_code
            if work.execute(update(_organisation).where(mine).values(values)).rowcount == 0:
                code = each.registry_code
                work.execute(insert(_organisation).values(registry_code=code, **values))

    def organisation(self, registry_code: str, *, work: Work) -> Organisation | None:
        """An organisation, or None."""
        mine = select(_organisation).where(_organisation.c.registry_code == registry_code)
        row = work.execute(mine).mappings().first()
        if row is None:
            return None
        member = MemberId.parse(row["member"])
        return Organisation(member=member, registry_code=registry_code, name=row["name"])

    def put_documents(self, documents: Sequence[KeptDocument], *, work: Work) -> None:
        """Write new documents."""
        rows = [
            {
                "key": each.key,
                "subject": each.subject,
                "number": each.sealed_number,
                "kind": each.kind.value,
                "valid_from": each.valid_from.isoformat(),
                "valid_until": each.valid_until.isoformat(),
                "status": each.status.value,
            }
            for each in documents
        ]
        _insert_all(_document, rows, work=work)

    def document(self, key: bytes, *, work: Work) -> KeptDocument | None:
        """A document, or None."""
        row = work.execute(select(_document).where(_document.c.key == key)).mappings().first()
        return None if row is None else _document_of(row)

    def documents_of(self, subject: SubjectId, *, work: Work) -> list[KeptDocument]:
        """A person's documents, the newest first."""
        mine = select(_document).where(_document.c.subject == subject)
        rows = work.execute(mine.order_by(_document.c.valid_from.desc(), _document.c.key))
        return [_document_of(row) for row in rows.mappings()]

    def set_status(self, keys: Sequence[bytes], status: Status, *, work: Work) -> None:
        """Write where documents stand now."""
        if keys:
            moved = update(_document).where(_document.c.key == bindparam("one"))
            work.execute(moved.values(status=status.value), [{"one": key} for key in keys])

    def put_keys(self, keys: Sequence[KeptKey], *, work: Work) -> None:
        """Write the certificates of a document."""
        rows = [
            {
                "key": each.key,
                "document": each.document,
                "subject": each.subject,
                "purpose": each.purpose.value,
                "certificate": each.sealed,
            }
            for each in keys
        ]
        _insert_all(_key, rows, work=work)

    def key(self, key: bytes, *, work: Work) -> KeptKey | None:
        """A certificate by the blind index of its fingerprint, or None."""
        row = work.execute(select(_key).where(_key.c.key == key)).mappings().first()
        return None if row is None else _key_of(row)

    def keys_of(self, document: bytes, *, work: Work) -> list[KeptKey]:
        """The certificates of a document."""
        rows = work.execute(select(_key).where(_key.c.document == document))
        return [_key_of(row) for row in rows.mappings()]

    def record(self, documents: Sequence[bytes], event: Event, *, work: Work) -> None:
        """Write down what was done with documents."""
        told = {
            "at": to_text(event.at),
            "action": event.action,
            "reason": None if event.reason is None else event.reason.value,
            "actor": event.actor,
            "channel": event.channel.value,
        }
        _insert_all(_event, [{"document": key, **told} for key in documents], work=work)

    def events_of(self, document: bytes, *, work: Work) -> list[Event]:
        """What was done with a document, oldest first."""
        mine = select(_event).where(_event.c.document == document).order_by(_event.c.at)
        return [
            Event(
                at=from_text(row["at"]),
                action=row["action"],
                reason=None if row["reason"] is None else Reason(row["reason"]),
                actor=SubjectId(row["actor"]),
                channel=Channel(row["channel"]),
            )
            for row in work.execute(mine).mappings()
        ]


def _insert_all(table: Table, rows: list[dict[str, Any]], *, work: Work) -> None:
    if rows:
        work.execute(insert(table), rows)


def _document_of(row: RowMapping) -> KeptDocument:
    return KeptDocument(
        key=row["key"],
        subject=SubjectId(row["subject"]),
        sealed_number=row["number"],
        kind=DocumentKind(row["kind"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]),
        status=Status(row["status"]),
    )


def _key_of(row: RowMapping) -> KeptKey:
    return KeptKey(
        key=row["key"],
        document=row["document"],
        subject=SubjectId(row["subject"]),
        purpose=KeyPurpose(row["purpose"]),
        sealed=row["certificate"],
    )
