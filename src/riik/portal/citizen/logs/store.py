"""The tree heads that the portal remembers, in SQL: one a log, and it never goes back."""

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from riik.core import Work, from_text, to_text
from riik.portal.citizen.errors import MemoryBusy
from riik.portal.citizen.logs.rules import Remembered
from riik.transparency import Checkpoint

__all__ = ["SqlLogMemory"]

_tables = MetaData()
_log = Table(
    "portal_log",
    _tables,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("seen_at", Text, nullable=False),
)


class SqlLogMemory:
    """Keeps the last tree head of each log that was believed."""

    def find(self, origin: str, *, work: Work) -> Remembered | None:
        """What is remembered of a log."""
        row = work.execute(select(_log).where(_log.c.origin == origin)).first()
        if row is None:
            return None
        checkpoint = Checkpoint(row.origin, int(row.size), bytes(row.root))
        return Remembered(checkpoint=checkpoint, at=from_text(row.seen_at))

    def keep(self, remembered: Remembered, *, work: Work) -> None:
        """Remember a head that goes on from the one that is known, and when it was seen.

        Raises:
            MemoryBusy: For ``first``: another request was faster.
        """
        head = remembered.checkpoint
        values = {"size": head.size, "root": head.root, "seen_at": to_text(remembered.at)}
        # A slower request, with an older head, takes nothing back.
        mine = (_log.c.origin == head.origin) & (_log.c.size <= head.size)
        if work.execute(update(_log).where(mine).values(values)).rowcount:
            return
        if work.execute(select(_log.c.size).where(_log.c.origin == head.origin)).first():
            return
        try:
            work.execute(insert(_log).values(origin=head.origin, **values))
        except IntegrityError as error:
            raise MemoryBusy("another request was faster", why="first") from error
