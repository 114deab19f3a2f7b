"""What of appointments is kept, and how: the port that `store` fills. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from riik.core import SubjectId, Work

__all__ = ["AppointmentStore", "KeptBooking", "Wish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBooking:
    """A booking as the store has it: person and reason sealed."""

    id: str
    key: str
    plan: str
    kind: str
    place: str
    resource: str
    seat: int
    begins: datetime
    ends: datetime
    standing: str
    subject: SubjectId
    case: str
    sealed: bytes
    sequence: int
    held_until: datetime | None
    changed_at: datetime
    reminded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody waits for a time of a kind at a place."""

    id: str
    plan: str
    kind: str
    place: str
    subject: SubjectId
    sealed: bytes
    since: datetime


class AppointmentStore(Protocol):
    """What this component needs kept."""

    def insert(self, kept: KeptBooking, *, work: Work) -> None: ...
    def save(self, kept: KeptBooking, *, work: Work) -> None: ...
    def load(self, booking_id: str, *, work: Work) -> KeptBooking | None: ...
    def keyed(self, key: str, *, work: Work) -> KeptBooking | None: ...
    def of_subject(self, subject: SubjectId, *, work: Work) -> list[KeptBooking]: ...
    def of_case(self, case: str, *, work: Work) -> list[KeptBooking]: ...
    def between(
        self, plan: str, place: str, begins: datetime, ends: datetime, *, work: Work
    ) -> list[KeptBooking]: ...
    def standing(
        self, standing: str, begins: datetime, ends: datetime, *, work: Work
    ) -> list[KeptBooking]: ...
    def lapsed(self, now: datetime, *, work: Work) -> list[KeptBooking]: ...
    def take(
        self, booking: str, resource: str, seat: int, ticks: Sequence[datetime], *, work: Work
    ) -> bool: ...
    def leave(self, booking: str, *, work: Work) -> None: ...
    def seats(
        self, resources: Iterable[str], begins: datetime, ends: datetime, *, work: Work
    ) -> dict[tuple[str, datetime], int]: ...
    def used(
        self, resources: Sequence[str], ticks: Sequence[datetime], *, work: Work
    ) -> set[tuple[str, int]]: ...
    def close(self, plan: str, place: str, day: date, reason: str, *, work: Work) -> None: ...
    def closed(self, plan: str, *, work: Work) -> set[tuple[str, date]]: ...
    def wait(self, wish: Wish, *, work: Work) -> None: ...
    def wishes(self, plan: str, kind: str, place: str, *, work: Work) -> list[Wish]: ...
    def forget_wish(self, wish: str, *, work: Work) -> None: ...
