"""The tables of appointments. The key of ``appointments_seat`` keeps two people from one seat."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from riik.appointments.keeping import KeptBooking, Wish
from riik.core import SubjectId, Work, from_text, to_text

__all__ = ["SqlAppointmentStore"]

_tables = MetaData()

_booking = Table(
    "appointments_booking",
    _tables,
    *(Column(name, Text, primary_key=name == "id") for name in ("id", "key", "plan", "kind")),
    *(Column(name, Text) for name in ("place", "resource", "begins", "ends", "standing")),
    *(Column(name, Text) for name in ("subject", "case_id", "held_until", "changed_at")),
    Column("reminded", Text),
    Column("seat", Integer),
    Column("sequence", Integer),
    Column("sealed", LargeBinary),
)
_seat = Table(
    "appointments_seat",
    _tables,
    Column("resource", Text, primary_key=True),
    Column("tick", BigInteger, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("booking", Text),
)
_closed = Table(
    "appointments_closed",
    _tables,
    *(Column(name, Text, primary_key=True) for name in ("plan", "place", "day")),
    Column("reason", Text),
)
_waiting = Table(
    "appointments_waiting",
    _tables,
    *(Column(name, Text, primary_key=name == "id") for name in ("id", "plan", "kind", "place")),
    Column("subject", Text),
    Column("sealed", LargeBinary),
    Column("since", Text),
)

TICK = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 500


class SqlAppointmentStore:
    """Keeps appointments in SQL."""

    def insert(self, kept: KeptBooking, *, work: Work) -> None:
        """Write a new booking."""
        work.execute(insert(_booking).values(**_row(kept)))

    def save(self, kept: KeptBooking, *, work: Work) -> None:
        """Write a booking that changed."""
        work.execute(update(_booking).where(_booking.c.id == kept.id).values(**_row(kept)))

    def load(self, booking_id: str, *, work: Work) -> KeptBooking | None:
        """One booking, or None."""
        return _one(work.execute(select(_booking).where(_booking.c.id == booking_id)).first())

    def keyed(self, key: str, *, work: Work) -> KeptBooking | None:
        """The booking that was asked for with a key, or None."""
        return _one(work.execute(select(_booking).where(_booking.c.key == key)).first())

    def of_subject(self, subject: SubjectId, *, work: Work) -> list[KeptBooking]:
        """A person's bookings, by their time."""
        query = select(_booking).where(_booking.c.subject == subject)
        return [_kept(row) for row in work.execute(query.order_by(_booking.c.begins))]

    def of_case(self, case: str, *, work: Work) -> list[KeptBooking]:
        """The bookings of a case."""
        query = select(_booking).where(_booking.c.case_id == case)
        return [_kept(row) for row in work.execute(query.order_by(_booking.c.begins))]

    def between(
        self, plan: str, place: str, begins: datetime, ends: datetime, *, work: Work
    ) -> list[KeptBooking]:
        """The bookings at a place whose time begins in a span."""
        query = select(_booking).where(
            _booking.c.plan == plan,
            _booking.c.place == place,
            _booking.c.begins >= to_text(begins),
            _booking.c.begins < to_text(ends),
        )
        return [_kept(row) for row in work.execute(query.order_by(_booking.c.begins))]

    def standing(
        self, standing: str, begins: datetime, ends: datetime, *, work: Work
    ) -> list[KeptBooking]:
        """Bookings that stand so, whose time begins in a span, the earliest first."""
        query = select(_booking).where(
            _booking.c.standing == standing,
            _booking.c.begins >= to_text(begins),
            _booking.c.begins < to_text(ends),
        )
        return [_kept(row) for row in work.execute(query.order_by(_booking.c.begins).limit(MOST))]

    def lapsed(self, now: datetime, *, work: Work) -> list[KeptBooking]:
        """Holds whose time is over."""
        query = select(_booking).where(
            _booking.c.standing == "held", _booking.c.held_until <= to_text(now)
        )
        return [_kept(row) for row in work.execute(query.limit(MOST))]

    def take(
        self, booking: str, resource: str, seat: int, ticks: Sequence[datetime], *, work: Work
    ) -> bool:
        """Take a seat for all of these five minutes; whether it was free."""
        rows = [
            {"resource": resource, "tick": _number(tick), "seat": seat, "booking": booking}
            for tick in ticks
        ]
        statement = insert_or(_seat).values(rows).on_conflict_do_nothing()
        # What was written is counted by what comes back: not every driver tells the number.
        if len(work.execute(statement.returning(_seat.c.tick)).all()) == len(rows):
            return True
        self.leave(booking, work=work)
        return False

    def leave(self, booking: str, *, work: Work) -> None:
        """Give back what a booking took."""
        work.execute(delete(_seat).where(_seat.c.booking == booking))

    def seats(
        self, resources: Iterable[str], begins: datetime, ends: datetime, *, work: Work
    ) -> dict[tuple[str, datetime], int]:
        """How many seats are taken, by resource and five minutes."""
        query = (
            select(_seat.c.resource, _seat.c.tick, func.count())
            .where(
                _seat.c.resource.in_(list(resources)),
                _seat.c.tick >= _number(begins),
                _seat.c.tick < _number(ends),
            )
            .group_by(_seat.c.resource, _seat.c.tick)
        )
        return {(name, EPOCH + tick * TICK): count for name, tick, count in work.execute(query)}

    def used(
        self, resources: Sequence[str], ticks: Sequence[datetime], *, work: Work
    ) -> set[tuple[str, int]]:
        """Which seats somebody has in any of these five minutes, by resource."""
        numbers = [_number(tick) for tick in ticks]
        query = select(_seat.c.resource, _seat.c.seat).where(
            _seat.c.resource.in_(resources), _seat.c.tick.in_(numbers)
        )
        return {(name, seat) for name, seat in work.execute(query.distinct())}

    def close(self, plan: str, place: str, day: date, reason: str, *, work: Work) -> None:
        """Write down that a place is closed on a day."""
        row = {"plan": plan, "place": place, "day": day.isoformat(), "reason": reason}
        work.execute(insert_or(_closed).values(row).on_conflict_do_nothing())

    def closed(self, plan: str, *, work: Work) -> set[tuple[str, date]]:
        """The days on which places are closed by hand."""
        query = select(_closed.c.place, _closed.c.day).where(_closed.c.plan == plan)
        return {(place, date.fromisoformat(day)) for place, day in work.execute(query)}

    def wait(self, wish: Wish, *, work: Work) -> None:
        """Write down who waits; once a person."""
        self.forget_wish(wish.id, work=work)
        work.execute(
            insert(_waiting).values(
                id=wish.id,
                plan=wish.plan,
                kind=wish.kind,
                place=wish.place,
                subject=wish.subject,
                sealed=wish.sealed,
                since=to_text(wish.since),
            )
        )

    def wishes(self, plan: str, kind: str, place: str, *, work: Work) -> list[Wish]:
        """Who waits for a kind at a place, the longest first."""
        query = select(_waiting).where(
            _waiting.c.plan == plan, _waiting.c.kind == kind, _waiting.c.place == place
        )
        return [
            Wish(
                id=row.id,
                plan=row.plan,
                kind=row.kind,
                place=row.place,
                subject=SubjectId(row.subject),
                sealed=bytes(row.sealed),
                since=from_text(row.since),
            )
            for row in work.execute(query.order_by(_waiting.c.since).limit(MOST))
        ]

    def forget_wish(self, wish: str, *, work: Work) -> None:
        """They wait no more."""
        work.execute(delete(_waiting).where(_waiting.c.id == wish))


def _number(moment: datetime) -> int:
    return (moment - EPOCH) // TICK


def _row(kept: KeptBooking) -> dict[str, object]:
    return {
        "id": kept.id,
        "key": kept.key,
        "plan": kept.plan,
        "kind": kept.kind,
        "place": kept.place,
        "resource": kept.resource,
        "seat": kept.seat,
        "begins": to_text(kept.begins),
        "ends": to_text(kept.ends),
        "standing": kept.standing,
        "subject": kept.subject,
        "case_id": kept.case,
        "sealed": kept.sealed,
        "sequence": kept.sequence,
        "held_until": to_text(kept.held_until) if kept.held_until else None,
        "changed_at": to_text(kept.changed_at),
        "reminded": " ".join(map(str, kept.reminded)),
    }


def _one(row: Row | None) -> KeptBooking | None:  # type: ignore[type-arg]  # any row of ours
    return _kept(row) if row is not None else None


def _kept(row: Row) -> KeptBooking:  # type: ignore[type-arg]  # any row of ours
    return KeptBooking(
        id=row.id,
        key=row.key,
        plan=row.plan,
        kind=row.kind,
        place=row.place,
        resource=row.resource,
        seat=row.seat,
        begins=from_text(row.begins),
        ends=from_text(row.ends),
        standing=row.standing,
        subject=SubjectId(row.subject),
        case=row.case_id,
        sealed=bytes(row.sealed),
        sequence=row.sequence,
        held_until=from_text(row.held_until) if row.held_until else None,
        changed_at=from_text(row.changed_at),
        reminded=tuple(map(int, row.reminded.split())),
    )
