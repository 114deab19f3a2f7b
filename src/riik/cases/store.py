"""Tables of cases, their timelines and documents. Documents are sealed per person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from riik.cases.model import Case, Document, Event, State
from riik.core import SubjectId, Work, from_text, to_text

__all__ = ["SqlCaseStore"]

_tables = MetaData()

_case = Table(
    "cases_case",
    _tables,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("service", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("due_at", Text),
    Column("assigned_to", Text),
    Index("cases_case_of_subject", "subject", "opened_at"),
    Index("cases_case_in_state", "state", "due_at"),
)
_event = Table(
    "cases_event",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
_document = Table(
    "cases_document",
    _tables,
    Column("case_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)


class SqlCaseStore:
    """Keeps cases in SQL."""

    def insert(self, case: Case, *, work: Work) -> None:
        """Write a new case."""
        work.execute(
            insert(_case).values(
                id=case.id,
                number=case.number,
                service=case.service,
                subject=case.subject,
                state=case.state.value,
                opened_at=to_text(case.opened_at),
            )
        )

    def count_in_year(self, year: int, *, work: Work) -> int:
        """How many cases were numbered in that year."""
        numbered = select(func.count()).where(_case.c.number.startswith(f"{year}-"))
        return int(work.execute(numbered).scalar_one())

    def load(self, case_id: str, *, work: Work) -> Case | None:
        """One case, or None."""
        row = work.execute(select(_case).where(_case.c.id == case_id)).mappings().first()
        return _case_of(row) if row else None

    def of_subject(self, subject: SubjectId, *, work: Work) -> list[Case]:
        """One person's cases, newest first."""
        query = select(_case).where(_case.c.subject == subject).order_by(_case.c.opened_at.desc())
        return [_case_of(row) for row in work.execute(query).mappings()]

    def in_state(self, state: State, *, limit: int, work: Work) -> list[Case]:
        """Cases in one state, the most urgent first."""
        query = select(_case).where(_case.c.state == state.value)
        ordered = query.order_by(_case.c.due_at, _case.c.opened_at).limit(limit)
        return [_case_of(row) for row in work.execute(ordered).mappings()]

    def set_state(self, case_id: str, state: State, *, due_at: datetime | None, work: Work) -> None:
        """Write where the case stands now."""
        values: dict[str, str | None] = {"state": state.value}
        if due_at is not None:
            values["due_at"] = to_text(due_at)
        work.execute(update(_case).where(_case.c.id == case_id).values(values))

    def set_official(self, case_id: str, official: SubjectId, *, work: Work) -> None:
        """Write who works on the case."""
        work.execute(update(_case).where(_case.c.id == case_id).values(assigned_to=official))

    def append_event(self, case_id: str, event: Event, *, work: Work) -> None:
        """Tie one more knot."""
        last = select(func.coalesce(func.max(_event.c.position), 0))
        position = work.execute(last.where(_event.c.case_id == case_id)).scalar_one() + 1
        work.execute(
            insert(_event).values(
                case_id=case_id,
                position=position,
                at=to_text(event.at),
                kind=event.kind,
                actor=event.actor,
                detail=event.detail,
            )
        )

    def timeline(self, case_id: str, *, work: Work) -> Sequence[Event]:
        """The knots in their order."""
        query = select(_event).where(_event.c.case_id == case_id).order_by(_event.c.position)
        return [
            Event(at=from_text(row.at), kind=row.kind, actor=row.actor, detail=row.detail)
            for row in work.execute(query)
        ]

    def put_document(self, case_id: str, document: Document, *, work: Work) -> None:
        """Keep a document whose content is sealed; one name is written once."""
        work.execute(
            insert(_document).values(
                case_id=case_id,
                name=document.name,
                media_type=document.media_type,
                content=document.content,
            )
        )

    def document(self, case_id: str, name: str, *, work: Work) -> Document | None:
        """A document with its sealed content."""
        chosen = (_document.c.case_id == case_id) & (_document.c.name == name)
        row = work.execute(select(_document).where(chosen)).first()
        if row is None:
            return None
        return Document(name=row.name, media_type=row.media_type, content=bytes(row.content))

    def document_names(self, case_id: str, *, work: Work) -> list[str]:
        """What the case holds."""
        query = select(_document.c.name).where(_document.c.case_id == case_id)
        return [row.name for row in work.execute(query.order_by(_document.c.name))]


def _case_of(row: object) -> Case:
    value = dict(row)  # type: ignore[call-overload]  # a RowMapping is a mapping
    due = value["due_at"]
    return Case(
        id=value["id"],
        number=value["number"],
        service=value["service"],
        subject=SubjectId(value["subject"]),
        state=State(value["state"]),
        opened_at=from_text(value["opened_at"]),
        due_at=from_text(due) if due else None,
        assigned_to=SubjectId(value["assigned_to"]) if value["assigned_to"] else None,
    )
