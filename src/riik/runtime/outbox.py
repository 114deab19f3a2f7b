"""Events of a node, written with the state they tell of; `jobs` delivers them.

An event is a row from the unit of work that caused it, so neither can be without the other.
Workers lease due rows for a while: the row's ``due_utc`` moves to the lease's end, and a
worker that dies has merely let it come due again. What was delivered keeps its topic and
key, so that the same event put twice is one, and loses its payload.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Update,
    delete,
    func,
    select,
    text,
    update,
)

from riik.core import Clock, Work, from_text, to_text
from riik.runtime.database import SqlDatabase

__all__ = ["MIGRATIONS", "Bell", "Deliveries", "Delivery", "SqlOutbox"]

MIGRATIONS = Path(__file__).parent / "migrations"

METADATA = MetaData()
OUTBOX = Table(
    "runtime_outbox",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("topic", Text),
    Column("key", Text),
    Column("payload", LargeBinary),
    Column("created_utc", Text),
    Column("due_utc", Text),
    Column("attempts", Integer),
    Column("owner", Text),
    Column("error", Text),
    Column("delivered_utc", Text),
)

# The same words on both engines; SQLAlchemy would need a construct of each dialect.
PUT = text(
    "INSERT INTO runtime_outbox (topic, key, payload, created_utc, due_utc, attempts)"
    " VALUES (:topic, :key, :payload, :now, :now, 0) ON CONFLICT (topic, key) DO NOTHING"
)

WAITING = OUTBOX.c.delivered_utc.is_(None)


class Bell:
    """Tells the workers of this process that there is something new; any thread may ring."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self._listeners: tuple[Callable[[], None], ...] = ()

    def ring(self) -> None:
        """Wake whoever listens."""
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` at each ring, from any thread; the answer ends that."""
        self._listeners = (*self._listeners, listener)

        def end() -> None:
            self._listeners = tuple(kept for kept in self._listeners if kept is not listener)

        return end


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlOutbox:
    """The port `Outbox` in the node's own database."""

    clock: Clock
    bell: Bell

    def put(self, topic: str, key: str, payload: bytes, /, *, work: Work) -> None:
        """Write an event in the caller's unit of work; the same topic and key is kept once."""
        row = {"topic": topic, "key": key, "payload": payload, "now": to_text(self.clock.now())}
        work.execute(PUT, row)
        work.after_commit(self.bell.ring)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a handler, which may see it more than once.

    Attributes:
        id: The row; for the worker, not for the handler.
        topic: Which handler takes it.
        key: The same whenever the same event comes again: receivers tell by it.
        payload: What the job needs, as it was put.
        attempt: 1 at first.
    """

    id: int
    topic: str
    key: str
    payload: bytes
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """The workers' side of the outbox: leases and what became of them.

    Attributes:
        database: The node's.
        clock: Decides what is due.
        owner: This worker's name among the node's workers; random, never reused.
    """

    database: SqlDatabase
    clock: Clock
    owner: str

    def lease(self, topics: Collection[str], *, limit: int, length: timedelta) -> list[Delivery]:
        """Take up to ``limit`` due events of these topics, the longest due first."""
        moment = self.clock.now()
        due = (
            select(OUTBOX.c.id, OUTBOX.c.topic, OUTBOX.c.key, OUTBOX.c.payload, OUTBOX.c.attempts)
            .where(WAITING, OUTBOX.c.due_utc <= to_text(moment), OUTBOX.c.topic.in_(list(topics)))
            .order_by(OUTBOX.c.due_utc, OUTBOX.c.id)
            .limit(limit)
            # PostgreSQL alone has other writers in the meantime, and passes over theirs.
            .with_for_update(skip_locked=True)
        )
        with self.database.work_loosely() as work:
            rows = work.execute(due).all()
            if rows:
                mine = update(OUTBOX).where(OUTBOX.c.id.in_([row.id for row in rows]))
                values = {"owner": self.owner, "due_utc": to_text(moment + length)}
                work.execute(mine.values(attempts=OUTBOX.c.attempts + 1, **values))
        return [
            Delivery(row.id, row.topic, row.key, bytes(row.payload), row.attempts + 1)
            for row in rows
        ]

    def renew(self, ids: Collection[int], *, length: timedelta) -> None:
        """Keep the leases of events whose handlers still run."""
        until = to_text(self.clock.now() + length)
        with self.database.work_loosely() as work:
            work.execute(self._mine(ids).values(due_utc=until))

    def delivered(self, delivery: Delivery) -> None:
        """The handler took it: it will not come again, and its payload is dropped."""
        done = {"delivered_utc": to_text(self.clock.now()), "owner": None, "payload": b""}
        # Whoever has the lease by now, it is done.
        mine = update(OUTBOX).where(OUTBOX.c.id == delivery.id, WAITING)
        with self.database.work_loosely() as work:
            work.execute(mine.values(error=None, **done))

    def postpone(self, delivery: Delivery, *, wait: timedelta, error: str) -> None:
        """The handler failed: let it come again after ``wait``, with the failure's code."""
        due = to_text(self.clock.now() + wait)
        with self.database.work_loosely() as work:
            work.execute(self._mine([delivery.id]).values(due_utc=due, owner=None, error=error))

    def give_back(self, delivery: Delivery) -> None:
        """The worker stops before the handler ended: let it come again at once."""
        again = {"due_utc": to_text(self.clock.now()), "owner": None}
        with self.database.work_loosely() as work:
            mine = self._mine([delivery.id])
            work.execute(mine.values(attempts=OUTBOX.c.attempts - 1, **again))

    def waiting(self, topics: Collection[str] | None = None) -> tuple[int, float]:
        """How many events wait, of these topics or of all, and for how many seconds the oldest."""
        query = select(func.count(), func.min(OUTBOX.c.created_utc)).where(WAITING)
        if topics is not None:
            query = query.where(OUTBOX.c.topic.in_(topics))
        with self.database.read() as work:
            count, oldest = work.execute(query).one()
        if oldest is None:
            return 0, 0.0
        return count, max(0.0, (self.clock.now() - from_text(oldest)).total_seconds())

    def prune(self, *, older: timedelta) -> int:
        """Forget events delivered longer ago than ``older``, and their keys; answer how many."""
        before = to_text(self.clock.now() - older)
        with self.database.work_loosely() as work:
            gone = work.execute(delete(OUTBOX).where(OUTBOX.c.delivered_utc < before))
            return int(gone.rowcount)

    def _mine(self, ids: Collection[int]) -> Update:
        return update(OUTBOX).where(
            OUTBOX.c.id.in_(list(ids)), OUTBOX.c.owner == self.owner, WAITING
        )
