"""How cases stood last, in SQL: one row a person and case, sealed under the person's key."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, delete, insert, select

from riik.core import SubjectId, Work, from_text, to_text

__all__ = ["SqlLatelyStore"]

_tables = MetaData()
_lately = Table(
    "portal_lately",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("told_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


class SqlLatelyStore:
    """Keeps the last state of each case that was told to a person."""

    def put(
        self, subject: SubjectId, sealed: Mapping[str, bytes], *, at: datetime, work: Work
    ) -> None:
        """Write how these cases stand, over how they stood."""
        mine = (_lately.c.subject == subject) & _lately.c.case_id.in_(list(sealed))
        work.execute(delete(_lately).where(mine))
        rows = [
            {"case_id": case, "subject": subject, "told_at": to_text(at), "sealed": content}
            for case, content in sealed.items()
        ]
        work.execute(insert(_lately), rows)

    def all(self, subject: SubjectId, *, work: Work) -> dict[str, tuple[datetime, bytes]]:
        """How a person's cases stood, and when that was told."""
        rows = work.execute(select(_lately).where(_lately.c.subject == subject))
        return {row.case_id: (from_text(row.told_at), bytes(row.sealed)) for row in rows}
