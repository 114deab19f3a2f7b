"""The table of corrections that people ask for; what they say is sealed per person."""

from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from riik.core import SubjectId, Work, from_text, to_text
from riik.registers.corrections.component import Kept

__all__ = ["SqlCorrectionStore"]

_tables = MetaData()

_correction = Table(
    "registers_correction",
    _tables,
    Column("key", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("closed_at", Text),
    Column("answer", LargeBinary),
    Index("registers_correction_waiting", "closed_at", "at"),
    Index("registers_correction_of_subject", "subject", "at"),
)


class SqlCorrectionStore:
    """Keeps requests in SQL."""

    def insert(self, kept: Kept, *, work: Work) -> None:
        """Write a request."""
        work.execute(
            insert(_correction).values(
                key=kept.key,
                subject=kept.subject,
                sealed=kept.sealed,
                at=to_text(kept.at),
                message_id=kept.message_id,
            )
        )

    def load(self, key: str, *, work: Work) -> Kept | None:
        """A request, or None."""
        row = work.execute(select(_correction).where(_correction.c.key == key)).first()
        return _kept(row) if row else None

    def by_message(self, message_id: str, *, work: Work) -> Kept | None:
        """The request that a message brought, or None."""
        query = select(_correction).where(_correction.c.message_id == message_id)
        row = work.execute(query).first()
        return _kept(row) if row else None

    def count(self, prefix: str, *, work: Work) -> int:
        """How many keys begin so."""
        query = select(func.count()).where(_correction.c.key.startswith(prefix, autoescape=True))
        return int(work.execute(query).scalar_one())

    def waiting(self, *, limit: int, work: Work) -> list[Kept]:
        """What nobody decided yet, the oldest first."""
        query = select(_correction).where(_correction.c.closed_at.is_(None))
        rows = work.execute(query.order_by(_correction.c.at).limit(limit))
        return [_kept(row) for row in rows]

    def of_subject(self, subject: SubjectId, register: str, *, work: Work) -> list[Kept]:
        """What was said against one person's records in a register, the newest first."""
        mine = (_correction.c.subject == subject) & _correction.c.key.startswith(
            f"{register}/", autoescape=True
        )
        query = select(_correction).where(mine).order_by(_correction.c.at.desc()).limit(50)
        return [_kept(row) for row in work.execute(query)]

    def count_since(self, subject: SubjectId, register: str, since: datetime, *, work: Work) -> int:
        """How often somebody said so against this person's records after a moment."""
        mine = (_correction.c.subject == subject) & _correction.c.key.startswith(
            f"{register}/", autoescape=True
        )
        query = select(func.count()).where(mine & (_correction.c.at > to_text(since)))
        return int(work.execute(query).scalar_one())

    def close(self, key: str, *, at: datetime, answer: bytes, work: Work) -> bool:
        """Keep the answer; False when there was one already."""
        this = (_correction.c.key == key) & _correction.c.closed_at.is_(None)
        values = {"closed_at": to_text(at), "answer": answer}
        return bool(work.execute(update(_correction).where(this).values(values)).rowcount)


def _kept(row: object) -> Kept:
    value = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's public name
    return Kept(
        key=value["key"],
        subject=SubjectId(value["subject"]),
        sealed=bytes(value["sealed"]),
        at=from_text(value["at"]),
        message_id=value["message_id"],
        closed_at=from_text(value["closed_at"]) if value["closed_at"] else None,
        answer=bytes(value["answer"] or b""),
    )
