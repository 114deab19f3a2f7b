"""Tables of cases, their timelines and documents. Documents are sealed per person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    RowMapping,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    update,
)

from riik.cases.model import Case, Document, Event, Journey, Lane, Paper, Pick, State
from riik.core import SubjectId, Work, from_text, to_text

__all__ = [
    "SqlCaseStore",
    "count_queries",
    "of_subject_query",
    "page_queries",
    "seen_queries",
]

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
    Column("unit", Text),
    Column("lane", Text),
    Column("queue_at", Text),
    Column("needs", Text),
    Column("proposal", Text),
    Column("proposed_by", Text),
    Column("asked_at", Text),
    Column("ended_at", Text),
    Column("sealed_by", Text),
    Column("about", Text),
    Column("watch_at", Text),
    Column("keep_years", Integer),
    Column("keep_until", Text),
    Column("erased_at", Text),
)
_number = Table(
    "cases_number",
    _tables,
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
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


# Said once: putting a statement together takes as long as the engine takes for it.
_INSERT = insert(_case)
_LOAD = select(_case).where(_case.c.id == bindparam("this"))
_SAVE = (
    update(_case)
    .where(_case.c.id == bindparam("this"))
    .values({column.name: bindparam(column.name) for column in _case.c if column.name != "id"})
)
_LAST = select(func.coalesce(func.max(_event.c.position), 0)).where(
    _event.c.case_id == bindparam("this")
)
_TIE = insert(_event)
_TIMELINE = select(_event).where(_event.c.case_id == bindparam("this")).order_by(_event.c.position)
_PAPERS = (
    select(
        _document.c.name,
        _document.c.media_type,
        func.length(_document.c.content).label("size"),
    )
    .where(_document.c.case_id == bindparam("this"))
    .order_by(_document.c.name)
)


class SqlCaseStore:
    """Keeps cases in SQL."""

    def insert(self, case: Case, *, work: Work) -> None:
        """Write a new case."""
        work.execute(_INSERT, _row_of(case))

    def next_number(self, year: int, *, work: Work) -> int:
        """The next number of that year, from 1; it is taken when the unit is."""
        this = _number.c.year == year
        work.execute(update(_number).where(this).values(last=_number.c.last + 1))
        last = work.execute(select(_number.c.last).where(this)).scalar()
        if last is None:
            work.execute(insert(_number).values(year=year, last=1))
        return last or 1

    def load(self, case_id: str, *, work: Work) -> Case | None:
        """One case, or None."""
        row = work.execute(_LOAD, {"this": case_id}).mappings().first()
        return _case_of(row) if row else None

    def numbered(self, number: str, *, work: Work) -> Case | None:
        """The case with this number, or None."""
        row = work.execute(select(_case).where(_case.c.number == number)).mappings().first()
        return _case_of(row) if row else None

    def of_subject(self, subject: SubjectId, *, limit: int, work: Work) -> list[Case]:
        """One person's cases, newest first."""
        query = of_subject_query(subject, limit=limit)
        return [_case_of(row) for row in work.execute(query).mappings()]

    def seen(self, subject: SubjectId, pick: Pick, *, work: Work) -> list[Case]:
        """The cases of one person among those of a pick's owners, newest first."""
        found: dict[str, Case] = {}
        for query in seen_queries(subject, pick):
            for row in work.execute(query).mappings():
                found.setdefault(row["id"], _case_of(row))
        newest = sorted(found.values(), key=lambda case: case.opened_at, reverse=True)
        return newest[: pick.limit]

    def about(self, case_id: str, *, work: Work) -> list[Case]:
        """The cases that appeal against this one's decision."""
        query = select(_case).where(_case.c.about == case_id, _case.c.about != "")
        return [_case_of(row) for row in work.execute(query).mappings()]

    def watched(self, before: datetime, *, limit: int, work: Work) -> list[Case]:
        """Cases that the clock is to look at by this moment, the earliest first."""
        query = select(_case).where(_case.c.watch_at <= to_text(before))
        rows = work.execute(query.order_by(_case.c.watch_at).limit(limit)).mappings()
        return [_case_of(row) for row in rows]

    def kept(self, before: datetime, *, limit: int, work: Work) -> list[Case]:
        """Cases whose keeping ends by this moment, the earliest first."""
        query = select(_case).where(_case.c.keep_until <= to_text(before))
        rows = work.execute(query.order_by(_case.c.keep_until).limit(limit)).mappings()
        return [_case_of(row) for row in rows]

    def drop_documents(self, case_id: str, *, work: Work) -> None:
        """Delete what a case held."""
        work.execute(delete(_document).where(_document.c.case_id == case_id))

    def pick(self, pick: Pick, *, work: Work) -> list[Case]:
        """One page of the queue: an index is read from its place on, once for each owner.

        Whoever owns more than one queue sees them merged; no owner's page is ever sorted.
        """
        rows = [row for query in page_queries(pick) for row in work.execute(query).mappings()]
        # Sorted before they are made into cases: who owns many queues makes one page of them.
        rows.sort(key=lambda row: (row["queue_at"], row["number"]), reverse=_newest(pick))
        return [_case_of(row) for row in rows[: pick.limit]]

    def count(self, pick: Pick, *, most: int, work: Work) -> int:
        """How many cases a page after page would show, counted up to ``most``."""
        total = 0
        for query in count_queries(pick, most=most):
            total += int(work.execute(query).scalar_one())
            if total >= most:
                return most
        return total

    def save(self, case: Case, *, work: Work) -> None:
        """Write a case as it stands now."""
        work.execute(_SAVE, {**_row_of(case), "this": case.id})

    def append_event(self, case_id: str, event: Event, *, work: Work) -> None:
        """Tie one more knot."""
        position = work.execute(_LAST, {"this": case_id}).scalar_one() + 1
        row = {
            "case_id": case_id,
            "position": position,
            "at": to_text(event.at),
            "kind": event.kind,
            "actor": event.actor,
            "detail": event.detail,
        }
        work.execute(_TIE, row)

    def timeline(self, case_id: str, *, work: Work) -> Sequence[Event]:
        """The knots in their order."""
        return [
            Event(at=from_text(row.at), kind=row.kind, actor=row.actor, detail=row.detail)
            for row in work.execute(_TIMELINE, {"this": case_id})
        ]

    def journeys(self, *, since: datetime, limit: int, work: Work) -> list[Journey]:
        """Times and outcomes of the cases opened since then."""
        query = select(_case.c.id, _case.c.service, _case.c.state, _case.c.opened_at)
        chosen = (
            query.where(_case.c.opened_at >= to_text(since))
            .order_by(_case.c.opened_at.desc())
            .limit(limit)
        ).subquery()
        told = select(_event.c.case_id, _event.c.at, _event.c.kind, _event.c.actor, _event.c.detail)
        events = told.join(chosen, chosen.c.id == _event.c.case_id).where(
            _event.c.kind.in_(("opened", "submitted", "signed", "decided"))
        )
        happened: dict[str, dict[str, Row[Any]]] = {}
        for row in work.execute(events):
            happened.setdefault(row.case_id, {})[row.kind] = row
        return [_journey_of(row, happened.get(row.id, {})) for row in work.execute(select(chosen))]

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

    def replace_document(self, case_id: str, name: str, content: bytes, *, work: Work) -> bool:
        """Keep the next form of a document; answers whether there was one."""
        chosen = (_document.c.case_id == case_id) & (_document.c.name == name)
        return bool(work.execute(update(_document).where(chosen).values(content=content)).rowcount)

    def drop_document(self, case_id: str, name: str, *, work: Work) -> None:
        """Forget a document."""
        chosen = (_document.c.case_id == case_id) & (_document.c.name == name)
        work.execute(delete(_document).where(chosen))

    def document(self, case_id: str, name: str, *, work: Work) -> Document | None:
        """A document with its sealed content."""
        chosen = (_document.c.case_id == case_id) & (_document.c.name == name)
        row = work.execute(select(_document).where(chosen)).first()
        if row is None:
            return None
        return Document(name=row.name, media_type=row.media_type, content=bytes(row.content))

    def papers(self, case_id: str, *, work: Work) -> list[Paper]:
        """What the case holds."""
        return [
            Paper(name=row.name, media_type=row.media_type, size=int(row.size))
            for row in work.execute(_PAPERS, {"this": case_id})
        ]


def page_queries(pick: Pick) -> list[Select[Any]]:
    """One question an owner; each is answered by one index, in its order."""
    columns = (_case.c.queue_at, _case.c.number)
    order = [column.desc() for column in columns] if _newest(pick) else list(columns)
    return [
        select(_case).where(owner, *_wanted(pick)).order_by(*order).limit(pick.limit)
        for owner in _owners(pick)
    ]


def count_queries(pick: Pick, *, most: int) -> list[Select[Any]]:
    """How many of each owner, counted in the index up to ``most``."""
    return [
        select(func.count()).select_from(
            select(_case.c.number).where(owner, *_wanted(pick)).limit(most).subquery()
        )
        for owner in _owners(pick)
    ]


def of_subject_query(subject: SubjectId, *, limit: int) -> Select[Any]:
    """One person's cases, newest first."""
    query = select(_case).where(_case.c.subject == subject)
    return query.order_by(_case.c.opened_at.desc()).limit(limit)


def seen_queries(subject: SubjectId, pick: Pick) -> list[Select[Any]]:
    """One person's cases, one question an owner who may see them."""
    return [
        select(_case)
        .where(_case.c.subject == subject, owner)
        .order_by(_case.c.opened_at.desc())
        .limit(pick.limit)
        for owner in _owners(pick)
    ]


def _newest(pick: Pick) -> bool:
    return pick.lane is Lane.ENDED


def _owners(pick: Pick) -> list[ColumnElement[bool]]:
    if pick.everyone:
        return [true()]
    of_units = [_case.c.unit == unit for unit in pick.units]
    return of_units + [_case.c.assigned_to == official for official in pick.officials]


def _wanted(pick: Pick) -> list[ColumnElement[bool]]:
    place = tuple_(_case.c.queue_at, _case.c.number)
    wanted = [_case.c.lane == pick.lane.value]
    if pick.service:
        wanted.append(_case.c.service == pick.service)
    if pick.due_before is not None:
        wanted.append(_case.c.queue_at < to_text(pick.due_before))
    if pick.after is not None:
        mark = tuple_(*(literal(part) for part in pick.after))
        wanted.append(place < mark if pick.lane is Lane.ENDED else place > mark)
    return wanted


def _row_of(case: Case) -> dict[str, str | int | None]:
    return {
        "id": case.id,
        "number": case.number,
        "service": case.service,
        "subject": case.subject,
        "state": case.state.value,
        "opened_at": to_text(case.opened_at),
        "due_at": _text(case.due_at),
        "assigned_to": case.assigned_to,
        "unit": case.unit,
        "lane": case.lane.value,
        "queue_at": case.place[0],
        "needs": ",".join(case.needs),
        "proposal": case.proposal,
        "proposed_by": case.proposed_by,
        "asked_at": _text(case.asked_at),
        "ended_at": _text(case.ended_at),
        "sealed_by": case.sealed_by,
        "about": case.about,
        "watch_at": _text(case.watch_at),
        "keep_years": case.keep_years,
        "keep_until": _text(case.keep_until),
        "erased_at": _text(case.erased_at),
    }


def _case_of(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        number=row["number"],
        service=row["service"],
        subject=SubjectId(row["subject"]),
        state=State(row["state"]),
        opened_at=from_text(row["opened_at"]),
        due_at=_time(row["due_at"]),
        assigned_to=_subject(row["assigned_to"]),
        unit=row["unit"],
        lane=Lane(row["lane"]),
        needs=tuple(filter(None, row["needs"].split(","))),
        proposal=row["proposal"],
        proposed_by=_subject(row["proposed_by"]),
        asked_at=_time(row["asked_at"]),
        ended_at=_time(row["ended_at"]),
        sealed_by=_subject(row["sealed_by"]),
        about=row["about"],
        watch_at=_time(row["watch_at"]),
        keep_years=row["keep_years"],
        keep_until=_time(row["keep_until"]),
        erased_at=_time(row["erased_at"]),
    )


def _text(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None


def _time(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _subject(text: str | None) -> SubjectId | None:
    return SubjectId(text) if text else None


def _journey_of(case: Row[Any], events: Mapping[str, Row[Any]]) -> Journey:
    handed_in = events.get("signed") or events.get("submitted")
    decided, opened = events.get("decided"), events.get("opened")
    return Journey(
        id=case.id,
        service=case.service,
        channel=opened.detail if opened else "",
        opened_at=from_text(case.opened_at),
        handed_in_at=from_text(handed_in.at) if handed_in else None,
        decided_at=from_text(decided.at) if decided else None,
        decided_by=decided.actor if decided else "",
        state=State(case.state),
    )
