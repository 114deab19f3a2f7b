"""The file of an organisation's appointments: places, resources, kinds. Strict, and pure.

Which keys there are is said in docs/reference/appointments.md.
"""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from riik.appointments.errors import PlanRefused
from riik.appointments.model import Hours, Kind, Place, Plan, Resource
from riik.formats.toml import Shape, TomlRefused, read_toml

__all__ = ["read_plan"]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TICK: Final = 5
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)\Z")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")

Days = Annotated[int, msgspec.Meta(ge=0, le=366)]


class _Exception(Shape):
    day: date
    hours: tuple[str, ...] = ()


class _Place(Shape):
    id: str
    names: dict[str, str]
    address: str
    hours: dict[str, tuple[str, ...]]
    zone: str = ""
    open_on_days_off: bool = False
    exception: tuple[_Exception, ...] = ()


class _Resource(Shape):
    id: str
    place: str
    names: dict[str, str]
    role: Literal["official", "room", "examiner"]
    skills: tuple[str, ...]
    seats: Annotated[int, msgspec.Meta(ge=1, le=500)] = 1


class _Kind(Shape):
    id: str
    names: dict[str, str]
    service: str
    skill: str
    minutes: Annotated[int, msgspec.Meta(ge=TICK, le=480)]
    lead_days: Days = 0
    lead_months: Annotated[int, msgspec.Meta(ge=0, le=12)] = 0
    ahead_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 60
    shown_after_months: Annotated[int, msgspec.Meta(ge=0, le=12)] = 0
    cancel_hours: Annotated[int, msgspec.Meta(ge=0, le=2_000)] = 24
    remind_days: tuple[Days, ...] = (1,)
    bring: dict[str, str] = msgspec.field(default_factory=dict)


class _Plan(Shape):
    id: str
    place: tuple[_Place, ...]
    resource: tuple[_Resource, ...]
    kind: tuple[_Kind, ...]


def read_plan(
    source: bytes,
    *,
    name: str,
    zone: str,
    holidays: Iterable[date] = (),
    languages: tuple[str, ...] = (),
) -> Plan:
    """Read a plan.

    Args:
        source: The file's bytes.
        name: Its name, for messages.
        zone: The country's, where a place names none.
        holidays: Days on which no place is open that does not say so itself.
        languages: Every name must have these.

    Raises:
        PlanRefused: For ``syntax``, ``name``, ``hours``, ``zone``, ``place``, ``skill``,
            ``minutes`` or ``language``.
    """
    try:
        file = read_toml(source, _Plan, name=name)
    except TomlRefused as error:
        raise PlanRefused(str(error), why="syntax") from error
    for kind, things in (("place", file.place), ("resource", file.resource), ("kind", file.kind)):
        _check_names(things, of=f"{name}: {kind}", languages=languages)
    plan = Plan(
        id=file.id,
        places={one.id: _place(one, zone, of=name) for one in file.place},
        resources={one.id: _resource(one) for one in file.resource},
        kinds={one.id: _kind(one) for one in file.kind},
        holidays=frozenset(holidays),
    )
    _check_whole(plan, of=name)
    return plan


def _check_names(
    things: Iterable[_Place | _Resource | _Kind], *, of: str, languages: tuple[str, ...]
) -> None:
    seen: set[str] = set()
    for one in things:
        if not _NAME.match(one.id) or one.id in seen:
            raise PlanRefused(f"{of} {one.id!r}: a name of its own, a-z, 0-9 and -", why="name")
        seen.add(one.id)
        missing = [lang for lang in languages if not one.names.get(lang)]
        if missing or not one.names:
            raise PlanRefused(f"{of} {one.id!r} has no name in {missing}", why="language")


def _check_whole(plan: Plan, *, of: str) -> None:
    for one in plan.resources.values():
        if one.place not in plan.places:
            raise PlanRefused(f"{of}: {one.id!r} is at no place of this file", why="place")
    for kind in plan.kinds.values():
        if not plan.fitting(kind):
            raise PlanRefused(f"{of}: nobody has the skill {kind.skill!r}", why="skill")
        if kind.minutes % TICK:
            raise PlanRefused(f"{of}: {kind.id!r} lasts no multiple of {TICK} min", why="minutes")


def _place(one: _Place, zone: str, *, of: str) -> Place:
    try:
        ZoneInfo(one.zone or zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PlanRefused(f"{of}: {one.id!r} has no zone of that name", why="zone") from error
    for day in one.hours:
        if day not in DAYS:
            raise PlanRefused(f"{of}: {one.id!r}: days are {', '.join(DAYS)}", why="hours")
    return Place(
        id=one.id,
        names=one.names,
        address=one.address,
        zone=one.zone or zone,
        open_on_days_off=one.open_on_days_off,
        hours={DAYS.index(day): _hours(spans, of=one.id) for day, spans in one.hours.items()},
        exceptions={day.day: _hours(day.hours, of=one.id) for day in one.exception},
    )


def _hours(spans: Iterable[str], *, of: str) -> Hours:
    read: list[tuple[time, time]] = []
    for span in spans:
        found = _SPAN.match(span)
        if found is None:
            raise PlanRefused(f"{of}: {span!r} is no 09:00-12:00", why="hours")
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        try:
            opens, closes = time(from_hour, from_minute), time(to_hour, to_minute)
        except ValueError as error:
            raise PlanRefused(f"{of}: {span!r} is no time of a day", why="hours") from error
        if closes <= opens or (read and opens < read[-1][1]):
            raise PlanRefused(f"{of}: {span!r} ends before it begins, or overlaps", why="hours")
        if opens.minute % TICK:
            raise PlanRefused(f"{of}: {span!r} begins at no multiple of {TICK} min", why="hours")
        read.append((opens, closes))
    return tuple(read)


def _resource(one: _Resource) -> Resource:
    return Resource(
        id=one.id,
        place=one.place,
        names=one.names,
        role=one.role,
        skills=frozenset(one.skills),
        seats=one.seats,
    )


def _kind(one: _Kind) -> Kind:
    return Kind(
        id=one.id,
        names=one.names,
        service=one.service,
        skill=one.skill,
        minutes=one.minutes,
        lead_days=one.lead_days,
        lead_months=one.lead_months,
        ahead_days=one.ahead_days,
        shown_after_months=one.shown_after_months,
        cancel_hours=one.cancel_hours,
        remind_days=one.remind_days,
        bring=one.bring,
    )
