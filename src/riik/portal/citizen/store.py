"""Tables of the portal: who is signed in, which cases were begun, what waits to be sent."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_

from riik.core import ClientId, SubjectId, Work, from_text, to_text
from riik.portal.citizen.model import KnownCase
from riik.portal.citizen.shelf import Answered, Kept

__all__ = ["SqlPortalStore", "SqlShelfStore"]

_tables = MetaData()

_case = Table(
    "portal_case",
    _tables,
    Column("id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("waiting", LargeBinary, nullable=False),
    Index("portal_case_of_subject", "subject", "opened_at"),
)
_catalogue = Table(
    "portal_catalogue",
    _tables,
    Column("provider", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("as_of", Text),
    Column("silent", Boolean, nullable=False),
)
_answered = Table(
    "portal_answered",
    _tables,
    Column("day", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
)

# What every page runs is made once: building a statement costs more than running it.
_SHELF = select(_catalogue)


class SqlShelfStore:
    """Keeps what providers and registers tell of themselves in SQL."""

    def put(self, kept: Kept, *, work: Work) -> None:
        """Write what a provider told, over what it told before."""
        values = {
            "content": kept.content,
            "as_of": to_text(kept.as_of) if kept.as_of else None,
            "silent": kept.silent,
        }
        this = _catalogue.c.provider == str(kept.provider)
        if not work.execute(update_(_catalogue).where(this).values(values)).rowcount:
            work.execute(insert(_catalogue).values(provider=str(kept.provider), **values))

    def all(self, *, work: Work) -> list[Kept]:
        """What all providers told."""
        return [
            Kept(
                provider=ClientId.parse(row.provider),
                content=bytes(row.content),
                as_of=from_text(row.as_of) if row.as_of else None,
                silent=bool(row.silent),
            )
            for row in work.execute(_SHELF)
        ]

    def count(self, day: str, heard: Mapping[ClientId, bool], *, forget: str, work: Work) -> None:
        """Count who answered and who did not; days before ``forget`` are no longer needed."""
        for provider, answered in heard.items():
            this = (_answered.c.day == day) & (_answered.c.provider == str(provider))
            more = update_(_answered).where(this)
            more = more.values(
                asked=_answered.c.asked + 1, answered=_answered.c.answered + int(answered)
            )
            if not work.execute(more).rowcount:
                row = {"day": day, "provider": str(provider), "asked": 1, "answered": int(answered)}
                work.execute(insert(_answered).values(row))
        work.execute(delete(_answered).where(_answered.c.day < forget))

    def counts(self, since: str, *, work: Work) -> list[Answered]:
        """How often each was asked from that day on, and answered."""
        columns = (
            _answered.c.provider,
            func.sum(_answered.c.asked).label("asked"),
            func.sum(_answered.c.answered).label("answered"),
            func.min(_answered.c.day).label("since"),
        )
        query = select(*columns).where(_answered.c.day >= since).group_by(_answered.c.provider)
        return [
            Answered(
                provider=ClientId.parse(row.provider),
                asked=int(row.asked),
                answered=int(row.answered),
                since=date.fromisoformat(row.since),
            )
            for row in work.execute(query)
        ]


class SqlPortalStore:
    """Keeps the portal's sessions and cases in SQL."""

    def insert_case(self, case: KnownCase, *, work: Work) -> None:
        """Write a case that begins."""
        work.execute(
            insert(_case).values(
                id=case.id,
                subject=case.subject,
                provider=str(case.provider),
                service=case.service,
                opened_at=to_text(case.opened_at),
                person=case.person,
                waiting=case.waiting,
            )
        )

    def drop_case(self, case: KnownCase, *, work: Work) -> None:
        """Forget a case that was never begun."""
        this = (_case.c.id == case.id) & (_case.c.subject == case.subject)
        work.execute(delete(_case).where(this))

    def case(self, case_id: str, *, subject: SubjectId, work: Work) -> KnownCase | None:
        """A case as this person knows it, or None."""
        this = (_case.c.id == case_id) & (_case.c.subject == subject)
        row = work.execute(select(_case).where(this)).first()
        return _case_of(row) if row else None

    def waiting(self, case_id: str, *, work: Work) -> list[KnownCase]:
        """A case for everybody of whom something waits to be sent in it."""
        this = (_case.c.id == case_id) & (_case.c.waiting != b"")
        return [_case_of(row) for row in work.execute(select(_case).where(this))]

    def cases_of(self, subject: SubjectId, *, work: Work) -> list[KnownCase]:
        """A person's cases, newest first."""
        query = select(_case).where(_case.c.subject == subject)
        return [_case_of(row) for row in work.execute(query.order_by(_case.c.opened_at.desc()))]

    def set_waiting(self, case: KnownCase, sealed: bytes, *, work: Work) -> None:
        """Keep, or clear, what waits to be sent for one person."""
        this = (_case.c.id == case.id) & (_case.c.subject == case.subject)
        work.execute(update_(_case).where(this).values(waiting=sealed))


def _case_of(row: object) -> KnownCase:
    value = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's public name
    return KnownCase(
        id=value["id"],
        subject=SubjectId(value["subject"]),
        provider=ClientId.parse(value["provider"]),
        service=value["service"],
        opened_at=from_text(value["opened_at"]),
        person=bytes(value["person"]),
        waiting=bytes(value["waiting"]),
    )
