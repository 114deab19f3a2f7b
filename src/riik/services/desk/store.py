"""Tables of the desk: signatures that were begun, and what each official looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from riik.core import SubjectId, Work, from_text, to_text
from riik.services.desk.batches import Batch, BatchCase, DeskLook, PutAside

__all__ = ["SqlDeskStore"]

_tables = MetaData()

_batch = Table(
    "desk_batch",
    _tables,
    Column("id", Text, primary_key=True),
    Column("official", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("outcome", LargeBinary),
)
_case = Table(
    "desk_batch_case",
    _tables,
    Column("batch_id", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
_verdict = Table(
    "desk_verdict",
    _tables,
    Column("official", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
_look = Table(
    "desk_look",
    _tables,
    Column("id", Text, primary_key=True),
    Column("official", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("version", Integer),
)


class SqlDeskStore:
    """Keeps the desk's own tables in SQL."""

    def insert_batch(self, batch: Batch, *, work: Work) -> None:
        """Write a signature that was begun, with its cases."""
        work.execute(
            insert(_batch).values(
                id=batch.id,
                official=batch.official,
                begun_at=to_text(batch.begun_at),
                sealed=batch.sealed,
            )
        )
        rows = [
            {
                "batch_id": batch.id,
                "case_id": case.case,
                "version": case.version,
                "sealed": case.sealed,
            }
            for case in batch.cases
        ]
        work.execute(insert(_case), rows)

    def batch(self, batch_id: str, *, official: SubjectId, work: Work) -> Batch | None:
        """A signature that this official began, or None."""
        chosen = (_batch.c.id == batch_id) & (_batch.c.official == official)
        row = work.execute(select(_batch).where(chosen)).first()
        if row is None:
            return None
        cases = select(_case).where(_case.c.batch_id == batch_id).order_by(_case.c.case_id)
        return Batch(
            id=row.id,
            official=SubjectId(row.official),
            begun_at=from_text(row.begun_at),
            sealed=bytes(row.sealed),
            cases=tuple(
                BatchCase(case=each.case_id, version=each.version, sealed=bytes(each.sealed))
                for each in work.execute(cases)
            ),
            outcome=bytes(row.outcome) if row.outcome is not None else b"",
        )

    def end_batch(self, batch_id: str, outcome: bytes, *, work: Work) -> None:
        """Write what became of it; what was laid out to sign is no longer needed."""
        this = _batch.c.id == batch_id
        work.execute(update(_batch).where(this).values(outcome=outcome, sealed=b""))
        work.execute(delete(_case).where(_case.c.batch_id == batch_id))

    def drop_batch(self, batch_id: str, *, official: SubjectId, work: Work) -> None:
        """Forget one signature that an official began."""
        this = (_batch.c.id == batch_id) & (_batch.c.official == official)
        gone = select(_batch.c.id).where(this)
        work.execute(delete(_case).where(_case.c.batch_id.in_(gone)))
        work.execute(delete(_batch).where(this))

    def drop_batches(self, *, official: SubjectId, before: datetime, work: Work) -> None:
        """Forget an official's old signatures, those that were never ended among them."""
        old = (_batch.c.official == official) & (_batch.c.begun_at < to_text(before))
        gone = select(_batch.c.id).where(old)
        work.execute(delete(_case).where(_case.c.batch_id.in_(gone)))
        work.execute(delete(_batch).where(old))

    def put_verdict(self, aside: PutAside, *, official: SubjectId, work: Work) -> None:
        """Keep a verdict; an earlier one of the same official and case is replaced."""
        self.drop_verdicts([aside.case], official=official, work=work)
        work.execute(
            insert(_verdict).values(
                official=official,
                case_id=aside.case,
                version=aside.version,
                outcome=aside.outcome,
                sealed=aside.sealed,
            )
        )

    def verdicts(self, official: SubjectId, *, work: Work) -> list[PutAside]:
        """An official's verdicts that wait for their signature."""
        query = select(_verdict).where(_verdict.c.official == official)
        return [
            PutAside(
                case=row.case_id,
                version=row.version,
                outcome=row.outcome,
                sealed=bytes(row.sealed),
            )
            for row in work.execute(query.order_by(_verdict.c.case_id))
        ]

    def drop_verdicts(self, cases: Sequence[str], *, official: SubjectId, work: Work) -> None:
        """Forget verdicts that were signed, or that the official took back."""
        mine = (_verdict.c.official == official) & _verdict.c.case_id.in_(cases)
        work.execute(delete(_verdict).where(mine))

    def add_look(self, look: DeskLook, *, official: SubjectId, work: Work) -> None:
        """Write down one look in the official's own log."""
        work.execute(
            insert(_look).values(
                id=look.id,
                official=official,
                at=to_text(look.at),
                purpose=look.purpose,
                case_id=look.case,
                number=look.number,
                version=look.version,
            )
        )

    def looks(
        self, official: SubjectId, *, before: str, limit: int, work: Work
    ) -> Sequence[DeskLook]:
        """An official's looks before a moment, the newest first."""
        mine = (_look.c.official == official) & (_look.c.at < before)
        query = select(_look).where(mine).order_by(_look.c.at.desc(), _look.c.id).limit(limit)
        return [
            DeskLook(
                id=row.id,
                at=from_text(row.at),
                purpose=row.purpose,
                case=row.case_id,
                number=row.number,
                version=row.version,
            )
            for row in work.execute(query)
        ]

    def opened(self, case: str, *, version: int, official: SubjectId, work: Work) -> bool:
        """Whether this official opened the case as it stood at this version."""
        mine = (_look.c.official == official) & (_look.c.case_id == case)
        query = select(_look.c.id).where(mine & (_look.c.version == version)).limit(1)
        return work.execute(query).first() is not None
