"""The table of notices; their texts are sealed per person."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, MetaData, Table, Text, insert, select
from sqlalchemy import update as update_

from riik.core import ClientId, SubjectId, Work
from riik.inbox.component import KeptNotice

__all__ = ["SqlInboxStore"]

_tables = MetaData()

_notice = Table(
    "inbox_notice",
    _tables,
    Column("sender", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("legal_effect", Boolean, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("read_at", Text),
    Column("kind", Text, nullable=False),
    Column("letter_at", Text),
    Index("inbox_notice_of_subject", "subject", "sent_at"),
)


class SqlInboxStore:
    """Keeps notices in SQL."""

    def insert(self, notice: KeptNotice, *, work: Work) -> None:
        """Write a new notice."""
        work.execute(
            insert(_notice).values(
                sender=str(notice.sender),
                id=notice.id,
                subject=notice.subject,
                case_id=notice.case,
                sealed=notice.sealed,
                legal_effect=notice.legal_effect,
                sent_at=notice.sent_at,
                kind=notice.kind,
            )
        )

    def load(self, sender: ClientId, notice_id: str, *, work: Work) -> KeptNotice | None:
        """One notice, or None."""
        one = (_notice.c.sender == str(sender)) & (_notice.c.id == notice_id)
        row = work.execute(select(_notice).where(one)).first()
        return _notice_of(row) if row else None

    def of_subject(self, subject: SubjectId, *, work: Work) -> list[KeptNotice]:
        """A person's notices, newest first."""
        query = select(_notice).where(_notice.c.subject == subject)
        return [_notice_of(row) for row in work.execute(query.order_by(_notice.c.sent_at.desc()))]

    def set_read(self, notice: KeptNotice, at: str, *, work: Work) -> None:
        """Write when the person opened it."""
        one = (_notice.c.sender == str(notice.sender)) & (_notice.c.id == notice.id)
        work.execute(update_(_notice).where(one).values(read_at=at))

    def set_letter(self, sender: ClientId, notice_id: str, at: str, *, work: Work) -> None:
        """Write when the post handed it over on paper."""
        one = (_notice.c.sender == str(sender)) & (_notice.c.id == notice_id)
        work.execute(update_(_notice).where(one).values(letter_at=at))


def _notice_of(row: object) -> KeptNotice:
    value = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's public name
    return KeptNotice(
        id=value["id"],
        subject=SubjectId(value["subject"]),
        sender=ClientId.parse(value["sender"]),
        case=value["case_id"],
        sealed=bytes(value["sealed"]),
        legal_effect=bool(value["legal_effect"]),
        sent_at=value["sent_at"],
        read_at=value["read_at"],
        kind=value["kind"],
        letter_at=value["letter_at"],
    )
