"""Where, with whom and for what people come, and one person's coming. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from riik.core import PersonCode, SubjectId

__all__ = [
    "Booking",
    "Hours",
    "Kind",
    "Place",
    "Plan",
    "Resource",
    "Slot",
    "Standing",
]

Hours = tuple[tuple[time, time], ...]
"""From when to when, by the clock of the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people come.

    Attributes:
        id: Within its plan.
        names: By language.
        address: As people write it.
        zone: IANA name of the zone whose clock hangs on its wall.
        hours: Open on these days of the week, Monday is 0.
        open_on_days_off: Whether the week's hours hold on the country's days without work too.
        exceptions: Days on which it is otherwise; without hours it is closed.
    """

    id: str
    names: Mapping[str, str]
    address: str
    zone: str
    hours: Mapping[int, Hours]
    open_on_days_off: bool = False
    exceptions: Mapping[date, Hours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What one appointment takes: an official, a room, an examiner.

    Attributes:
        id: Within its plan.
        place: Where it is.
        names: By language.
        role: ``official``, ``room`` or ``examiner``.
        skills: What it can be used for; a kind asks for one of them.
        seats: How many people it takes at once.
    """

    id: str
    place: str
    names: Mapping[str, str]
    role: str
    skills: frozenset[str]
    seats: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What people come for.

    Attributes:
        id: Within its plan.
        names: By language.
        service: Catalogue id of the service it belongs to.
        skill: What a resource must be able to do.
        minutes: How long it takes; a multiple of five.
        lead_days: So many days before it one books at the latest.
        lead_months: Or so many months, where the law counts them.
        ahead_days: So far ahead there are times.
        shown_after_months: The times that people see first begin so many months from today.
        cancel_hours: Until so many hours before it the person may move or cancel it.
        remind_days: So many days before it they are reminded.
        bring: What to bring, by language.
    """

    id: str
    names: Mapping[str, str]
    service: str
    skill: str
    minutes: int
    lead_days: int = 0
    lead_months: int = 0
    ahead_days: int = 60
    shown_after_months: int = 0
    cancel_hours: int = 24
    remind_days: tuple[int, ...] = (1,)
    bring: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of one organisation: its places, resources and kinds.

    Attributes:
        holidays: Days without work in the country, in the places' hours.
    """

    id: str
    places: Mapping[str, Place]
    resources: Mapping[str, Resource]
    kinds: Mapping[str, Kind]
    holidays: frozenset[date] = frozenset()

    def fitting(self, kind: Kind, place: str = "") -> list[Resource]:
        """The resources that serve a kind, in the order of the file."""
        return [
            one
            for one in self.resources.values()
            if kind.skill in one.skills and place in ("", one.place)
        ]

    def places_of(self, kind: Kind) -> list[Place]:
        """Where a kind is to be had."""
        found = {one.place for one in self.fitting(kind)}
        return [place for place in self.places.values() if place.id in found]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """A time that can be had: of a kind, at a place, in UTC."""

    begins: datetime
    ends: datetime
    place: str
    kind: str

    @property
    def name(self) -> str:
        """How a form carries it: ``place@2027-01-15T08:00Z``."""
        return f"{self.place}@{self.begins:%Y-%m-%dT%H:%M}Z"


class Standing(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    DONE = "done"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One appointment of one person.

    Attributes:
        id: Opaque.
        key: Given by who asked, such as case and question: the same again is the same.
        slot: When and where.
        resource: With whom, or in which room.
        seat: Which of its seats, from 0.
        standing: Where it stands.
        subject: Whose, opaque.
        person: Their code, unsealed only where it is needed; None otherwise.
        case: The case it belongs to, or empty.
        sequence: How often it was changed (RFC 5545 §3.8.7.4).
        held_until: How long a hold lasts.
        changed_at: When it was last changed.
        reason: Why the office moved or cancelled it.
    """

    id: str
    key: str
    slot: Slot
    resource: str
    seat: int
    standing: Standing
    subject: SubjectId
    case: str
    sequence: int
    changed_at: datetime
    held_until: datetime | None = None
    person: PersonCode | None = None
    reason: str = ""
