"""The tables of what is told outside: choices, browsers, and how far each notice has come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from riik.core import ClientId, SubjectId, Work
from riik.inbox.outside.model import Sending, State, Step

__all__ = ["SqlOutsideStore"]

_tables = MetaData()

_choice = Table(
    "inbox_choice",
    _tables,
    Column("subject", Text, primary_key=True),
    Column("sealed", LargeBinary),
    Column("chosen_at", Text),
)

_browser = Table(
    "inbox_browser",
    _tables,
    Column("subject", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("sealed", LargeBinary),
    Column("since", Text),
)

_sending = Table(
    "inbox_sending",
    _tables,
    Column("sender", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("subject", Text),
    Column("person", LargeBinary),
    Column("ref", Text),
    Column("state", Text),
    Column("channel", Text),
    Column("attempts", Integer),
    Column("since", Text),
    Column("due", Text),
    Column("steps", Text),
)

_SET = (
    update(_sending)
    .where(_sending.c.ref == bindparam("which"))
    .values(
        {
            name: bindparam(name)
            for name in ("state", "channel", "attempts", "since", "due", "steps")
        }
    )
)


@dataclass(frozen=True, slots=True)
class SqlOutsideStore:
    """Keeps them in SQL."""

    batch: int = field(default=200)

    def begin(self, sending: Sending, *, person: bytes, ref: str, due: str, work: Work) -> None:
        """Write a notice that is to be told of; ``person`` is their code, sealed."""
        work.execute(
            insert(_sending).values(
                sender=str(sending.sender),
                id=sending.id,
                subject=sending.subject,
                person=person,
                ref=ref,
                due=due,
                **_columns(sending),
            )
        )

    def claim(self, now: str, *, until: str, work: Work) -> list[tuple[str, Sending, bytes]]:
        """What is due, the longest first, kept from others ``until`` then: ref, sending, person."""
        query = select(_sending).where(_sending.c.due <= now)
        rows = work.execute(query.order_by(_sending.c.due).limit(self.batch)).all()
        if rows:
            mine = update(_sending).where(_sending.c.ref.in_([row.ref for row in rows]))
            work.execute(mine.values(due=until))
        return [(row.ref, _sending_of(row), bytes(row.person)) for row in rows]

    def save(self, changed: Sequence[tuple[str, Sending, str | None]], *, work: Work) -> None:
        """Write how far they have come: ref, sending, and when it is looked at again."""
        rows = [{"which": ref, "due": due, **_columns(one)} for ref, one, due in changed]
        if rows:
            work.execute(_SET, rows)

    def by_ref(self, ref: str, *, work: Work) -> Sending | None:
        """The one that a message was about, or None."""
        row = work.execute(select(_sending).where(_sending.c.ref == ref)).first()
        return _sending_of(row) if row else None

    def of_sender(
        self, sender: ClientId, ids: Collection[str], *, work: Work
    ) -> dict[str, Sending]:
        """How far a sender's notices have come, by id."""
        own = and_(_sending.c.sender == str(sender), _sending.c.id.in_(list(ids)))
        return {row.id: _sending_of(row) for row in work.execute(select(_sending).where(own))}

    def waiting(self, now: str, *, work: Work) -> tuple[int, str | None]:
        """How many could have left by ``now`` and did not, and since when the oldest could."""
        late = and_(_sending.c.state == State.WAITING.value, _sending.c.since <= now)
        query = select(func.count(), func.min(_sending.c.since)).where(late)
        count, oldest = work.execute(query).one()
        return count, oldest

    def choices(self, subjects: Iterable[SubjectId], *, work: Work) -> dict[SubjectId, bytes]:
        """What these persons chose, sealed."""
        query = select(_choice.c.subject, _choice.c.sealed)
        found = work.execute(query.where(_choice.c.subject.in_(list(subjects))))
        return {SubjectId(row.subject): bytes(row.sealed) for row in found}

    def choose(self, subject: SubjectId, sealed: bytes, *, at: str, work: Work) -> None:
        """Write what a person chose, in place of what they chose before."""
        work.execute(delete(_choice).where(_choice.c.subject == subject))
        work.execute(insert(_choice).values(subject=subject, sealed=sealed, chosen_at=at))

    def browsers(
        self, subjects: Iterable[SubjectId], *, work: Work
    ) -> list[tuple[SubjectId, str, bytes]]:
        """Where these persons' browsers take web push: subject, place, sealed."""
        query = select(_browser).where(_browser.c.subject.in_(list(subjects)))
        rows = work.execute(query.order_by(_browser.c.since))
        return [(SubjectId(row.subject), row.place, bytes(row.sealed)) for row in rows]

    def add_browser(
        self, subject: SubjectId, place: str, sealed: bytes, *, at: str, work: Work
    ) -> None:
        """Write a browser; it is told of one person's notices, of the last who signed in there."""
        self.drop_browser(place, work=work)
        work.execute(insert(_browser).values(subject=subject, place=place, sealed=sealed, since=at))

    def drop_browser(self, place: str, *, work: Work) -> None:
        """Forget a browser that is gone."""
        work.execute(delete(_browser).where(_browser.c.place == place))


def _columns(sending: Sending) -> dict[str, object]:
    return {
        "state": sending.state.value,
        "channel": sending.channel,
        "attempts": sending.attempts,
        "since": sending.since,
        "steps": msgspec.json.encode(sending.steps).decode(),
    }


def _sending_of(row: object) -> Sending:
    value = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's public name
    return Sending(
        sender=ClientId.parse(value["sender"]),
        id=value["id"],
        subject=SubjectId(value["subject"]),
        state=State(value["state"]),
        channel=value["channel"],
        attempts=value["attempts"],
        since=value["since"],
        steps=msgspec.json.decode(value["steps"], type=tuple[Step, ...]),
    )
