"""Where the vault's subjects and wrapped keys are kept: SQL on SQLite and PostgreSQL."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
    text,
    update,
)

from riik.core import SubjectId, Work

__all__ = ["SubjectStore"]

METADATA = MetaData()
SUBJECT = Table(
    "vault_subject",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("code_index", LargeBinary),
    Column("wrapped_key", LargeBinary),
)

# Built once: every seal and every opening asks this, and building costs as much as asking.
KEY_OF = select(SUBJECT.c.wrapped_key).where(SUBJECT.c.subject == bindparam("one"))
SUBJECTS_OF = select(SUBJECT.c.code_index, SUBJECT.c.subject).where(
    SUBJECT.c.code_index.in_(bindparam("some", expanding=True))
)
SUBJECT_OF = select(SUBJECT.c.subject).where(SUBJECT.c.code_index == bindparam("one"))
KEYS_OF = select(SUBJECT.c.subject, SUBJECT.c.wrapped_key).where(
    SUBJECT.c.subject.in_(bindparam("some", expanding=True))
)

ANYBODY = select(SUBJECT.c.subject).limit(1)
OWN_ID = text("SELECT id FROM vault_id")
KEEP_ID = text("INSERT INTO vault_id (one, id) VALUES (1, :id) ON CONFLICT (one) DO NOTHING")

# SQLite takes no more than 32,766 variables a statement; smaller lists plan faster.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SubjectStore:
    """Rows of ``vault_subject``, and the one of ``vault_id``."""

    def own_id(self, *, work: Work) -> bytes | None:
        """The vault's own id, once it has one."""
        found = work.execute(OWN_ID).scalar()
        return bytes(found) if found is not None else None

    def keep_id(self, own: bytes, *, work: Work) -> None:
        """Give the vault this id, unless it has one."""
        work.execute(KEEP_ID, {"id": own})

    def knows_anybody(self, *, work: Work) -> bool:
        """Is there any subject, forgotten or not?"""
        return work.execute(ANYBODY).first() is not None

    def find(self, indices: Collection[bytes], *, work: Work) -> dict[bytes, SubjectId]:
        """The subjects that these code indices lead to, of those there are."""
        wanted = list(indices)
        found: dict[bytes, SubjectId] = {}
        for start in range(0, len(wanted), MOST_AT_ONCE):
            some = wanted[start : start + MOST_AT_ONCE]
            rows = work.execute(SUBJECTS_OF, {"some": some})
            found |= {bytes(row.code_index): SubjectId(row.subject) for row in rows}
        return found

    def find_one(self, index: bytes, *, work: Work) -> SubjectId | None:
        """The subject that a code index leads to, or None."""
        found = work.execute(SUBJECT_OF, {"one": index}).scalar()
        return SubjectId(found) if found is not None else None

    def add(self, keys: Mapping[bytes, tuple[SubjectId, bytes]], *, work: Work) -> None:
        """Keep new subjects: code index to subject and wrapped key."""
        rows = [(index, subject, wrapped) for index, (subject, wrapped) in keys.items()]
        work.insert_many("vault_subject", ("code_index", "subject", "wrapped_key"), rows)

    def wrapped_key(self, subject: SubjectId, *, work: Work) -> bytes | None:
        """The person's wrapped key; None when it was destroyed or never was."""
        found = work.execute(KEY_OF, {"one": subject}).scalar()
        return bytes(found) if found is not None else None

    def wrapped_keys(
        self, subjects: Collection[SubjectId], *, work: Work
    ) -> dict[SubjectId, bytes]:
        """The wrapped keys of these people, of those there are."""
        wanted, found = list(subjects), {}
        for start in range(0, len(wanted), MOST_AT_ONCE):
            some = wanted[start : start + MOST_AT_ONCE]
            for row in work.execute(KEYS_OF, {"some": some}):
                if row.wrapped_key is not None:
                    found[SubjectId(row.subject)] = bytes(row.wrapped_key)
        return found

    def forget(self, subject: SubjectId, *, work: Work) -> None:
        """Destroy key and index; the opaque subject stays, and means nobody."""
        gone = update(SUBJECT).where(SUBJECT.c.subject == subject)
        work.execute(gone.values(code_index=None, wrapped_key=None))
