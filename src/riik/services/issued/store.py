"""The table of issued papers."""

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

from riik.core import Work
from riik.services.issued.model import IssuedPaper
from riik.services.issued.tries import Tries

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
_tries = Table(
    "services_issued_tries",
    _issued.metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("at", Text, nullable=False),
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

    def tries(self, key: bytes, source: str, *, work: Work) -> Tries | None:
        """What somebody tried, or with no source what everybody did."""
        where = (_tries.c.key == key) & (_tries.c.source == source)
        row = work.execute(select(_tries.c.used, _tries.c.at).where(where)).first()
        return None if row is None else Tries(used=row.used, at=row.at)

    def tried(self, key: bytes, source: str, tries: Tries, *, work: Work) -> None:
        """Write what somebody tried."""
        work.execute(delete(_tries).where((_tries.c.key == key) & (_tries.c.source == source)))
        row = {"key": key, "source": source, "used": tries.used, "at": tries.at}
        work.execute(insert(_tries).values(row))

    def forget_tries(self, key: bytes, *, before: str, work: Work) -> None:
        """Forget what counts no more."""
        work.execute(delete(_tries).where((_tries.c.key == key) & (_tries.c.at < before)))
