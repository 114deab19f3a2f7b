"""The table of what the Scheduler keeps; details are sealed."""

from sqlalchemy import (
    Column,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from riik.core import SubjectId, Work
from riik.govstack.scheduler import KeptThing

__all__ = ["SqlSchedulerStore"]

MOST = 10_000

_thing = Table(
    "govstack_thing",
    MetaData(),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("about", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


class SqlSchedulerStore:
    """Keeps things in SQL."""

    def insert(self, thing: KeptThing, *, work: Work) -> None:
        """Write a new thing."""
        work.execute(
            insert(_thing).values(
                kind=thing.kind,
                id=thing.id,
                about=thing.about,
                subject=thing.subject,
                sealed=thing.sealed,
            )
        )

    def save(self, thing: KeptThing, *, work: Work) -> None:
        """Write a thing that changed."""
        one = (_thing.c.kind == thing.kind) & (_thing.c.id == thing.id)
        work.execute(update(_thing).where(one).values(about=thing.about, sealed=thing.sealed))

    def load(self, kind: str, thing_id: str, *, work: Work) -> KeptThing | None:
        """One thing, or None."""
        query = select(_thing).where(_thing.c.kind == kind, _thing.c.id == thing_id)
        row = work.execute(query).first()
        return _kept(row) if row else None

    def all(self, kind: str, *, about: str = "", work: Work) -> list[KeptThing]:
        """The things of a kind, or those that hang on another."""
        query = select(_thing).where(_thing.c.kind == kind)
        if about:
            query = query.where(_thing.c.about == about)
        return [_kept(row) for row in work.execute(query.order_by(_thing.c.id).limit(MOST))]

    def delete(self, kind: str, thing_id: str, *, work: Work) -> None:
        """Take one away."""
        work.execute(delete(_thing).where(_thing.c.kind == kind, _thing.c.id == thing_id))


def _kept(row: Row) -> KeptThing:  # type: ignore[type-arg]  # any row of ours
    return KeptThing(
        kind=row.kind,
        id=row.id,
        about=row.about,
        subject=SubjectId(row.subject),
        sealed=bytes(row.sealed),
    )
