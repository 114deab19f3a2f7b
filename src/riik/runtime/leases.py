"""Leases: of all processes of a node, one at a time has the right to do something.

A lease is a row with an owner and an end. Who takes it does so by one conditional update,
so two can't; who dies loses it when it ends. Ends are compared with the taker's own clock:
a lease must be longer than the clocks of a node's machines differ, and what is done under
it must bear being done twice.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, MetaData, Table, Text, or_, text, update

from riik.core import Clock, Work, to_text
from riik.runtime.database import SqlDatabase

__all__ = ["Leases"]

METADATA = MetaData()
LEASE = Table(
    "runtime_lease",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text),
    Column("until_utc", Text),
    Column("due_utc", Text),
)

# The same words on both engines; SQLAlchemy would need a construct of each dialect.
KNOWN = text(
    "INSERT INTO runtime_lease (name, until_utc, due_utc) VALUES (:name, :now, :now)"
    " ON CONFLICT (name) DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """The leases of one process; migrate ``{"runtime": riik.runtime.outbox.MIGRATIONS}``.

    Attributes:
        database: The node's.
        clock: Decides when leases end.
        owner: This process's name among the node's processes; random, never reused.
        length: How long a lease lasts unless it is renewed.
    """

    database: SqlDatabase
    clock: Clock
    owner: str
    length: timedelta = timedelta(seconds=30)

    def take(self, name: str) -> bool:
        """Take or renew the lease; False while another process has it."""
        return self._take(name)

    def take_due(self, name: str, *, every: timedelta) -> bool:
        """Take the lease of a periodic job if the job is due, and set its next time.

        The lease is kept after the run, so that one process goes on with it; it is due
        for all again when the lease has ended.
        """
        return self._take(name, every=every)

    def release(self, name: str) -> None:
        """Give the lease back, if it is still ours."""
        mine = update(LEASE).where(LEASE.c.name == name, LEASE.c.owner == self.owner)
        with self.database.work_loosely() as work:
            work.execute(mine.values(owner=None))

    def _take(self, name: str, *, every: timedelta | None = None) -> bool:
        moment = self.clock.now()
        now, until = to_text(moment), to_text(moment + self.length)
        free = or_(LEASE.c.owner.is_(None), LEASE.c.owner == self.owner, LEASE.c.until_utc <= now)
        values = {"owner": self.owner, "until_utc": until}
        taken = update(LEASE).where(LEASE.c.name == name, free)
        if every is not None:
            values["due_utc"] = to_text(moment + every)
            taken = taken.where(LEASE.c.due_utc <= now)
        with self.database.work_loosely() as work:
            self._know(name, now, work=work)
            return bool(work.execute(taken.values(**values)).rowcount == 1)

    def _know(self, name: str, now: str, *, work: Work) -> None:
        work.execute(KNOWN, {"name": name, "now": now})
