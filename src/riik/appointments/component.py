"""Appointments of one organisation: what is free, who has what, and what became of it.

A time is first held while the form is unfinished, then booked when it is handed in. All verbs run
in the caller's unit of work: a booking is true together with the case that wants it, or not at all.
Two units at once: on SQLite one waits for the other; on PostgreSQL (serializable) one of them is
refused as `Unavailable` and is repeated by its caller, who then finds the time taken.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import msgspec

from riik.appointments.errors import AppointmentRefused
from riik.appointments.keeping import AppointmentStore, KeptBooking, Wish
from riik.appointments.model import Booking, Kind, Place, Plan, Slot, Standing
from riik.appointments.slots import free_slots, slot_named, ticks
from riik.core import Clock, Entropy, PersonCode, SubjectId, Vault, Work

__all__ = ["HOLD", "Appointments"]

HOLD = timedelta(minutes=10)
"""So long a time is kept for who fills in."""

TAKES_SEATS = frozenset({Standing.HELD, Standing.BOOKED, Standing.ARRIVED})

AFTER = {
    Standing.ARRIVED: {Standing.BOOKED},
    Standing.DONE: {Standing.BOOKED, Standing.ARRIVED},
    Standing.NO_SHOW: {Standing.BOOKED},
}
"""What the desk may say of a booking, by what it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointments:
    """One organisation's appointments.

    Attributes:
        plan: Its places, people and kinds.
    """

    plan: Plan
    store: AppointmentStore
    vault: Vault
    clock: Clock
    entropy: Entropy

    def free(
        self, kind: str, place: str, *, since: date, until: date, work: Work, own: str = ""
    ) -> list[Slot]:
        """The free times of a kind at a place, from one day to another.

        Args:
            kind: What for.
            place: Where.
            since: First day.
            until: Last day.
            work: The unit that reads.
            own: Key of a booking whose own time counts as free: who chose may choose anew.

        Raises:
            AppointmentRefused: For ``unknown``.
        """
        what, where = self._kind(kind), self._place(place)
        begins = datetime.combine(since, clock_time(), ZoneInfo(where.zone)).astimezone(UTC)
        ends = begins + (until - since) + timedelta(days=2)
        names = {self._seat_name(one.id): one.id for one in self.plan.fitting(what, place)}
        counted = self.store.seats(names, begins, ends, work=work)
        taken = {(names[name], tick): count for (name, tick), count in counted.items()}
        for gone in self._giving(own, work=work):
            for tick in ticks(_slot(gone)):
                if (gone.resource, tick) in taken:
                    taken[gone.resource, tick] -= 1
        closed = self.store.closed(self.plan.id, work=work)
        return list(
            free_slots(
                self.plan,
                what,
                where,
                now=self.clock.now(),
                since=since,
                until=until,
                taken=taken,
                closed=closed,
            )
        )

    def hold(
        self, person: PersonCode, *, kind: str, slot: str, key: str, case: str, work: Work
    ) -> Booking:
        """Keep a time for ten minutes; with the same key another time instead of the first.

        Raises:
            AppointmentRefused: For ``unknown``, ``gone``, or ``taken``: somebody has it.
        """
        self.lapse(work=work)
        wanted = self._slot(kind, slot, work=work)
        before = self.store.keyed(key, work=work)
        subject = self.vault.subject_of(person)
        if before is not None and before.subject != subject:
            raise AppointmentRefused("this is somebody else's", why="unknown")
        if before is not None and before.standing == Standing.BOOKED and _slot(before) == wanted:
            return self._open(before)
        now = self.clock.now()
        booking_id = before.id if before else self.entropy.bytes(12).hex()
        resource, seat = self._seat_for(booking_id, wanted, work=work)
        kept = KeptBooking(
            id=booking_id,
            key=key,
            plan=self.plan.id,
            kind=kind,
            place=wanted.place,
            resource=resource,
            seat=seat,
            begins=wanted.begins,
            ends=wanted.ends,
            standing=Standing.HELD,
            subject=subject,
            case=case,
            sealed=self._seal(subject, booking_id, person=person),
            sequence=before.sequence + (before.standing == Standing.BOOKED) if before else 0,
            held_until=now + HOLD,
            changed_at=now,
        )
        (self.store.save if before else self.store.insert)(kept, work=work)
        return self._open(kept)

    def book(self, key: str, *, work: Work) -> Booking:
        """Make a held time an appointment; the same again is the same.

        Who took longer than the hold still gets the time if nobody else has it.

        Raises:
            AppointmentRefused: For ``unknown``, ``gone`` or ``taken``.
        """
        kept = self.store.keyed(key, work=work)
        if kept is None or kept.standing == Standing.CANCELLED:
            raise AppointmentRefused("nothing is held for this", why="unknown")
        if kept.standing not in (Standing.HELD, Standing.LAPSED):
            return self._open(kept)
        if kept.begins <= self.clock.now():
            raise AppointmentRefused("this time is over", why="gone")
        if kept.standing == Standing.LAPSED:
            resource, seat = self._seat_for(kept.id, _slot(kept), work=work)
            kept = replace(kept, resource=resource, seat=seat)
        return self._changed(kept, Standing.BOOKED, work=work)

    def move(
        self, booking_id: str, slot: str, *, work: Work, by: PersonCode | None = None, why: str = ""
    ) -> Booking:
        """Another time for an appointment: by the person until the limit, else by the office.

        Raises:
            AppointmentRefused: For ``unknown``, ``late``, ``over``, ``reason``, ``gone`` or
                ``taken``.
        """
        kept = self._changeable(booking_id, by=by, why=why, work=work)
        wanted = self._slot(kept.kind, slot, work=work)
        resource, seat = self._seat_for(kept.id, wanted, work=work)
        moved = replace(
            kept,
            place=wanted.place,
            resource=resource,
            seat=seat,
            begins=wanted.begins,
            ends=wanted.ends,
            sequence=kept.sequence + 1,
            reminded=(),
            sealed=self._seal(kept.subject, kept.id, person=self._open(kept).person, reason=why),
        )
        return self._changed(moved, Standing.BOOKED, work=work)

    def cancel(
        self, booking_id: str, *, work: Work, by: PersonCode | None = None, why: str = ""
    ) -> Booking:
        """Give an appointment up: by the person until the limit, else by the office with a reason.

        Raises:
            AppointmentRefused: For ``unknown``, ``late``, ``over`` or ``reason``.
        """
        kept = self._changeable(booking_id, by=by, why=why, work=work)
        sealed = self._seal(kept.subject, kept.id, person=self._open(kept).person, reason=why)
        gone = replace(kept, sequence=kept.sequence + 1, sealed=sealed)
        return self._changed(gone, Standing.CANCELLED, work=work)

    def mark(self, booking_id: str, standing: Standing, *, work: Work) -> Booking:
        """What became of it at the desk: they arrived, did not come, or it is done.

        Raises:
            AppointmentRefused: For ``unknown`` or ``over``; ``early`` for who can't have missed it.
        """
        kept = self._load(booking_id, work=work)
        if kept.standing == standing:
            return self._open(kept)
        if Standing(kept.standing) not in AFTER.get(standing, set()):
            raise AppointmentRefused("that can't be said of it now", why="over")
        if standing is Standing.NO_SHOW and kept.begins > self.clock.now():
            raise AppointmentRefused("its time has not come yet", why="early")
        return self._changed(kept, standing, work=work)

    def close_day(self, place: str, day: date, *, reason: str, work: Work) -> list[Booking]:
        """Close a place for a day; whoever had a time is answered, for them to be told.

        Raises:
            AppointmentRefused: For ``unknown`` or ``reason``.
        """
        self._place(place)
        if not reason.strip():
            raise AppointmentRefused("people are told why", why="reason")
        self.store.close(self.plan.id, place, day, reason, work=work)
        affected = [
            one for one in self.of_day(place, day, work=work) if one.standing in TAKES_SEATS
        ]
        return [self.cancel(one.id, why=reason, work=work) for one in affected]

    def wait(self, person: PersonCode, *, kind: str, place: str, work: Work) -> None:
        """Write a person down who wants to be told when a time becomes free."""
        self._kind(kind)
        self._place(place)
        subject = self.vault.subject_of(person)
        wish = f"{self.plan.id}/{kind}/{place}/{subject}"
        sealed = self.vault.seal(subject, person.encode(), context=f"appointments_waiting/{wish}")
        self.store.wait(
            Wish(
                id=wish,
                plan=self.plan.id,
                kind=kind,
                place=place,
                subject=subject,
                sealed=sealed,
                since=self.clock.now(),
            ),
            work=work,
        )

    def next_waiting(self, kind: str, place: str, *, work: Work) -> PersonCode | None:
        """Who waits longest; they wait no more, for they are told now."""
        for wish in self.store.wishes(self.plan.id, kind, place, work=work):
            self.store.forget_wish(wish.id, work=work)
            context = f"appointments_waiting/{wish.id}"
            return PersonCode(self.vault.open(wish.subject, wish.sealed, context=context).decode())
        return None

    def of_day(self, place: str, day: date, *, work: Work) -> list[Booking]:
        """All that was booked at a place for a day, by its time; nobody is named."""
        zone = ZoneInfo(self._place(place).zone)
        begins = datetime.combine(day, clock_time(), zone).astimezone(UTC)
        ends = datetime.combine(day + timedelta(days=1), clock_time(), zone).astimezone(UTC)
        kept = self.store.between(self.plan.id, place, begins, ends, work=work)
        return [_plain(one) for one in kept if one.standing not in ("held", "lapsed")]

    def of_case(self, case: str, *, work: Work) -> list[Booking]:
        """The appointments of a case that were booked, by their time."""
        kept = self.store.of_case(case, work=work)
        return [self._open(one) for one in kept if one.standing not in ("held", "lapsed")]

    def lapse(self, *, work: Work) -> int:
        """Give back the times that were held too long; how many."""
        over = self.store.lapsed(self.clock.now(), work=work)
        for kept in over:
            self._changed(kept, Standing.LAPSED, work=work)
        return len(over)

    def to_remind(self, *, work: Work) -> list[tuple[Booking, int]]:
        """Whom to remind now, each with the days before it; written down as reminded.

        Of several reminders that are due at once the last is given: nobody is told twice.
        """
        now = self.clock.now()
        far = max(
            (max(kind.remind_days, default=0) for kind in self.plan.kinds.values()), default=0
        )
        booked = self.store.standing("booked", now, now + timedelta(days=far + 1), work=work)
        found = []
        for kept in booked:
            kind = self.plan.kinds.get(kept.kind)
            if kept.plan != self.plan.id or kind is None:
                continue
            due = [d for d in kind.remind_days if kept.begins - timedelta(days=d) <= now]
            fresh = [d for d in due if d not in kept.reminded]
            if fresh:
                self.store.save(replace(kept, reminded=tuple(sorted(due))), work=work)
            if fresh and min(due) in fresh:
                found.append((self._open(kept), min(fresh)))
        return found

    def may_change(self, booking: Booking) -> bool:
        """Whether the person may still move or cancel it."""
        limit = timedelta(hours=self._kind(booking.slot.kind).cancel_hours)
        standing = booking.standing is Standing.BOOKED
        return standing and self.clock.now() <= booking.slot.begins - limit

    def _slot(self, kind: str, slot: str, *, work: Work) -> Slot:
        closed = self.store.closed(self.plan.id, work=work)
        return slot_named(self.plan, self._kind(kind), slot, now=self.clock.now(), closed=closed)

    def _seat_for(self, booking: str, slot: Slot, *, work: Work) -> tuple[str, int]:
        """A seat with whoever is free then; what the booking had before is given back."""
        self.store.leave(booking, work=work)
        span = list(ticks(slot))
        fitting = self.plan.fitting(self._kind(slot.kind), slot.place)
        used = self.store.used([self._seat_name(one.id) for one in fitting], span, work=work)
        for one in fitting:
            name = self._seat_name(one.id)
            for seat in range(one.seats):
                if (name, seat) not in used and self.store.take(
                    booking, name, seat, span, work=work
                ):
                    return one.id, seat
        raise AppointmentRefused("somebody else has this time", why="taken")

    def _changeable(
        self, booking_id: str, *, by: PersonCode | None, why: str, work: Work
    ) -> KeptBooking:
        kept = self._load(booking_id, work=work)
        if by is not None and kept.subject != self.vault.find(by):
            raise AppointmentRefused("there is no such appointment", why="unknown")
        if kept.standing not in (Standing.BOOKED, Standing.HELD):
            raise AppointmentRefused("it is over", why="over")
        if by is None and not why.strip():
            raise AppointmentRefused("people are told why", why="reason")
        if (
            by is not None
            and kept.standing == Standing.BOOKED
            and not self.may_change(_plain(kept))
        ):
            raise AppointmentRefused("it can't be changed so late", why="late")
        return kept

    def _changed(self, kept: KeptBooking, standing: Standing, *, work: Work) -> Booking:
        now = self.clock.now()
        after = replace(kept, standing=standing, held_until=None, changed_at=now)
        if standing not in TAKES_SEATS:
            self.store.leave(kept.id, work=work)
        self.store.save(after, work=work)
        return self._open(after)

    def _giving(self, key: str, *, work: Work) -> list[KeptBooking]:
        kept = self.store.keyed(key, work=work) if key else None
        own = [kept] if kept is not None and kept.standing in TAKES_SEATS else []
        others = self.store.lapsed(self.clock.now(), work=work)
        return [*own, *(one for one in others if one.key != key and one.plan == self.plan.id)]

    def _load(self, booking_id: str, *, work: Work) -> KeptBooking:
        kept = self.store.load(booking_id, work=work)
        if kept is None or kept.plan != self.plan.id:
            raise AppointmentRefused("there is no such appointment", why="unknown")
        return kept

    def _kind(self, kind: str) -> Kind:
        if kind not in self.plan.kinds:
            raise AppointmentRefused("there is no such kind of appointment", why="unknown")
        return self.plan.kinds[kind]

    def _place(self, place: str) -> Place:
        if place not in self.plan.places:
            raise AppointmentRefused("there is no such place", why="unknown")
        return self.plan.places[place]

    def _seat_name(self, resource: str) -> str:
        return f"{self.plan.id}/{resource}"

    def _seal(
        self, subject: SubjectId, booking: str, *, person: PersonCode | None, reason: str = ""
    ) -> bytes:
        plain = msgspec.json.encode([person, reason])
        return self.vault.seal(subject, plain, context=f"appointments_booking/{booking}")

    def _open(self, kept: KeptBooking) -> Booking:
        context = f"appointments_booking/{kept.id}"
        plain = self.vault.open(kept.subject, kept.sealed, context=context)
        person, reason = msgspec.json.decode(plain, type=tuple[str, str])
        return replace(_plain(kept), person=PersonCode(person), reason=reason)


def _slot(kept: KeptBooking) -> Slot:
    return Slot(begins=kept.begins, ends=kept.ends, place=kept.place, kind=kept.kind)


def _plain(kept: KeptBooking) -> Booking:
    """A booking without what is sealed."""
    return Booking(
        id=kept.id,
        key=kept.key,
        slot=_slot(kept),
        resource=kept.resource,
        seat=kept.seat,
        standing=Standing(kept.standing),
        subject=kept.subject,
        case=kept.case,
        sequence=kept.sequence,
        changed_at=kept.changed_at,
        held_until=kept.held_until,
    )
