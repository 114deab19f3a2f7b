"""The table of issued papers."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, insert, select, update

from riik.core import Work
from riik.services.issued.model import IssuedPaper

__all__ = ["SqlIssuedStore"]

_issued = Table(
    "services_issued",
    MetaData(),
    Column("key", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
)


class SqlIssuedStore:
    """Keeps issued papers in SQL."""

    def add(self, paper: IssuedPaper, *, work: Work) -> None:
        """Write a paper that was sealed."""
        row = {
            "key": paper.key,
            "kind": paper.kind,
            "number": paper.number,
            "digest": paper.digest,
            "at": paper.at,
            "looks": 0,
            "tries": 0,
        }
        work.execute(insert(_issued).values(row))

    def load(self, key: bytes, *, work: Work) -> IssuedPaper | None:
        """A paper, or None."""
        row = work.execute(select(_issued).where(_issued.c.key == key)).first()
        if row is None:
            return None
        return IssuedPaper(
            key=bytes(row.key),
            kind=row.kind,
            number=row.number,
            digest=bytes(row.digest),
            at=row.at,
            looks=row.looks,
            tries=row.tries,
        )

    def note(self, key: bytes, *, tries: int, work: Work) -> None:
        """Count a look, and write how many wrong numbers there were."""
        looked = _issued.c.looks + 1
        work.execute(update(_issued).where(_issued.c.key == key).values(looks=looked, tries=tries))
