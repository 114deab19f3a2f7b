"""The table of help that was begun."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, delete, insert, select, update

from riik.core import SubjectId, Work, from_text, to_text
from riik.services.desk.helping.errands import Errand

__all__ = ["SqlErrandStore"]

_errand = Table(
    "desk_errand",
    MetaData(),
    Column("key", LargeBinary, primary_key=True),
    Column("official", Text, nullable=False),
    Column("visitor", Text),
    Column("case_id", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


class SqlErrandStore:
    """Keeps errands in SQL."""

    def insert(self, errand: Errand, *, work: Work) -> None:
        """Write an errand that an official began."""
        work.execute(
            insert(_errand).values(
                key=errand.key,
                official=errand.official,
                case_id=errand.case,
                service=errand.service,
                until=to_text(errand.until),
                sealed=errand.sealed,
            )
        )

    def errand(self, key: bytes, *, work: Work) -> Errand | None:
        """The errand of a browser, or None."""
        row = work.execute(select(_errand).where(_errand.c.key == key)).first()
        return None if row is None else _read(row)

    def of_visitor(self, visitor: SubjectId, *, work: Work) -> Sequence[Errand]:
        """The errands that this person took up, the last one first."""
        query = select(_errand).where(_errand.c.visitor == visitor)
        return [_read(row) for row in work.execute(query.order_by(_errand.c.until.desc()))]

    def change(self, errand: Errand, *, seen: bytes, work: Work) -> bool:
        """Write who took it up, how long it goes on, and what is sealed.

        Args:
            errand: As it shall be.
            seen: What was sealed when it was read; if that changed meanwhile, nothing is written.
            work: The unit.
        """
        values = {
            "visitor": errand.visitor,
            "until": to_text(errand.until),
            "sealed": errand.sealed,
        }
        same = (_errand.c.key == errand.key) & (_errand.c.sealed == seen)
        return bool(work.execute(update(_errand).where(same).values(**values)).rowcount == 1)

    def drop(self, *, before: datetime, work: Work) -> None:
        """Forget errands that are over."""
        work.execute(delete(_errand).where(_errand.c.until < to_text(before)))


def _read(row: object) -> Errand:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    visitor = values["visitor"]
    return Errand(
        key=bytes(values["key"]),
        official=SubjectId(values["official"]),
        visitor=None if visitor is None else SubjectId(visitor),
        case=values["case_id"],
        service=values["service"],
        until=from_text(values["until"]),
        sealed=bytes(values["sealed"]),
    )
