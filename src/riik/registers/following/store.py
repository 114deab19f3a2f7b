"""The tables of subscriptions and of the events that they are told."""

from collections.abc import Sequence
from dataclasses import asdict

import msgspec
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, insert, select, update

from riik.core import SubjectId, Work
from riik.registers.following.component import ACTIVE, Event, Subscription

__all__ = ["SqlFollowingStore"]

_tables = MetaData()
_feed = Table(
    "registers_feed",
    _tables,
    Column("register", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
_event = Table(
    "registers_event",
    _tables,
    Column("register", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("at", Text, nullable=False),
)
_subscription = Table(
    "registers_subscription",
    _tables,
    Column("id", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("offer", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("cursor", Integer, nullable=False),
    Column("state", Text, nullable=False),
)


class SqlFollowingStore:
    """Keeps subscriptions and events in SQL; `registers.store` numbers the events."""

    def feed(self, register: str, *, work: Work) -> int:
        """The number of the register's newest event; from now on its changes are numbered."""
        mine = _feed.c.register == register
        last = work.execute(select(_feed.c.last).where(mine)).scalar()
        if last is None:
            work.execute(insert(_feed).values(register=register, last=0))
        return int(last or 0)

    def events(self, register: str, *, after: int, limit: int, work: Work) -> Sequence[Event]:
        """Events after one, in order."""
        mine = (_event.c.register == register) & (_event.c.number > after)
        return _events(work, select(_event).where(mine).order_by(_event.c.number).limit(limit))

    def event(self, register: str, number: int, *, work: Work) -> Event | None:
        """An event by its number, or None."""
        mine = (_event.c.register == register) & (_event.c.number == number)
        found = _events(work, select(_event).where(mine))
        return found[0] if found else None

    def load(self, subscription: str, *, work: Work) -> Subscription | None:
        """A subscription, or None."""
        found = _subscriptions(work, _subscription.c.id == subscription)
        return found[0] if found else None

    def active(self, register: str, *, work: Work) -> Sequence[Subscription]:
        """Who is told of a register's changes."""
        mine = (_subscription.c.register == register) & (_subscription.c.state == ACTIVE)
        return _subscriptions(work, mine)

    def save(self, subscription: Subscription, *, work: Work) -> None:
        """Write a subscription, a new one or what became of one."""
        work.execute(delete(_subscription).where(_subscription.c.id == subscription.id))
        work.execute(insert(_subscription).values(**asdict(subscription)))

    def move(self, subscription: str, *, after: int, to: int, work: Work) -> bool:
        """Move a cursor on; False when it stood elsewhere by now."""
        this = (_subscription.c.id == subscription) & (_subscription.c.cursor == after)
        this &= _subscription.c.state == ACTIVE
        return bool(work.execute(update(_subscription).where(this).values(cursor=to)).rowcount)


def _events(work: Work, query: object) -> list[Event]:
    return [
        Event(
            number=row.number,
            record=row.record,
            position=row.position,
            subject=SubjectId(row.subject),
            kind=row.kind,
            fields=tuple(msgspec.json.decode(row.fields)),
            valid_from=row.valid_from,
            at=row.at,
        )
        for row in work.execute(query)
    ]


def _subscriptions(work: Work, chosen: object) -> list[Subscription]:
    query = select(_subscription).where(chosen).order_by(_subscription.c.id)  # type: ignore[arg-type]
    return [Subscription(**row) for row in work.execute(query).mappings()]
