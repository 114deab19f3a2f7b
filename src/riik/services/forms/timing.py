"""Answers that are a time: held while the form is unfinished, booked when it is handed in.

The answer is ``place@2026-12-14T09:00+02:00``: the place of the organisation's plan, and the time
by its wall's clock, so that rules and people read the day off it. A text, like a code of a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from riik.appointments import (
    AppointmentRefused,
    Appointments,
    Booking,
    Slot,
    calendar_of,
    first_shown,
)
from riik.cases import Case, Cases, State
from riik.core import PersonCode, Work, to_text
from riik.services.errors import AnswerRefused, FolderRefused
from riik.services.forms.lists import HasLists, found_view

__all__ = [
    "Times",
    "appointment_faults",
    "find_in",
    "is_appointment",
    "let_go",
    "paper_of",
    "papers_of",
    "timed",
]

MOST_YEARS = 10
"""So far from today a week is looked for."""
KIND: Final = "appointment"
DAYS_SHOWN: Final = 7
MOST_WEEKS: Final = 53
CALENDAR: Final = "appointment.ics"
TOLD: Final = "The authority could not do it"

Schema = Mapping[str, Any]


def is_appointment(schema: Schema) -> bool:
    """Whether a question is answered by a time that is booked."""
    return schema.get("x-kind") == KIND


def appointment_faults(field: str, schema: Schema) -> Iterator[tuple[str, str]]:
    """What keeps a time from being asked: what is wrong, and what to do."""
    if schema.get("type") != "string":
        yield f"{field}: a time is a text", "make its type string"
    if not isinstance(schema.get("x-appointment"), str):
        yield f"{field}: x-appointment names no kind", "name a kind of the appointments file"


def timed(properties: Mapping[str, Schema], answers: Mapping[str, Any]) -> dict[str, str]:
    """The answers that are times, by their question."""
    return {
        field: str(value)
        for field, value in answers.items()
        if is_appointment(properties.get(field, {})) and value
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The authority's appointments as its forms ask for them."""

    appointments: Appointments

    def check(self, service: str, form: Schema) -> None:
        """Refuse a form that asks for a kind of appointment that there is not.

        Raises:
            FolderRefused: For ``appointment``.
        """
        for field, schema in form["properties"].items():
            if is_appointment(schema):
                kind = self.appointments.plan.kinds.get(schema["x-appointment"])
                if kind is None or kind.service != service:
                    raise FolderRefused(
                        f"{service}: {field} asks for an appointment that is not offered for it",
                        why="appointment",
                    )

    def hold(
        self, schema: Schema, value: str, *, field: str, case: str, person: PersonCode, work: Work
    ) -> None:
        """Keep the time that somebody chose.

        Raises:
            AnswerRefused: For ``taken``, ``gone`` or ``unknown``.
        """
        try:
            self.appointments.hold(
                person,
                kind=schema["x-appointment"],
                slot=value,
                key=_key(case, field),
                case=case,
                work=work,
            )
        except AppointmentRefused as refused:
            raise AnswerRefused(str(refused), why=refused.why, field=field) from refused

    def book(self, field: str, *, case: str, work: Work) -> None:
        """Make the held time an appointment.

        Raises:
            AnswerRefused: For ``taken`` or ``gone``: it was held too long, and somebody has it.
        """
        try:
            self.appointments.book(_key(case, field), work=work)
        except AppointmentRefused as refused:
            raise AnswerRefused(str(refused), why=refused.why, field=field) from refused

    def give_up(self, case: str, *, work: Work) -> None:
        """A case that came to nothing needs its time no more."""
        for one in self.appointments.of_case(case, work=work):
            if one.standing == "booked":
                self.appointments.cancel(one.id, why=TOLD, work=work)

    def of_case(self, case: str, *, work: Work) -> list[Booking]:
        """The appointments of a case."""
        return self.appointments.of_case(case, work=work)

    def told(self, case: str, language: str, *, work: Work) -> list[dict[str, Any]]:
        """The appointments of a case as any channel shows them; a cancelled one says so."""
        plan = self.appointments.plan
        return [
            {
                "what": _in(plan.kinds[one.slot.kind].names, language),
                "text": self.text(self._named(one), language),
                "begins": to_text(one.slot.begins),
                "ends": to_text(one.slot.ends),
                "standing": str(one.standing),
                "bring": _in(plan.kinds[one.slot.kind].bring, language),
            }
            for one in self.of_case(case, work=work)
            if one.slot.kind in plan.kinds
        ]

    def calendar(self, case: str, language: str, *, work: Work) -> bytes:
        """The newest appointment of a case for a calendar (RFC 5545), or nothing."""
        plan, now = self.appointments.plan, self.appointments.clock.now()
        known = [one for one in self.of_case(case, work=work) if one.slot.kind in plan.kinds]
        host = f"{plan.id}.riik"
        if not known:
            return b""
        return calendar_of(known[-1], plan, language=language, host=host, now=now)

    def _named(self, one: Booking) -> str:
        place = self.appointments.plan.places.get(one.slot.place)
        zone = ZoneInfo(place.zone if place else "UTC")
        return _name(one.slot.begins.astimezone(zone), one.slot)

    def text(self, value: str, language: str) -> str:
        """A time in words; days stay as they are, for the page writes them as its country does."""
        place_id, _, moment = value.partition("@")
        place = self.appointments.plan.places.get(place_id)
        name = _in(place.names, language) if place else place_id
        where = f"{name}, {place.address}" if place else name
        return f"{where}: {moment[:10]} {moment[11:16]}"

    def places(self, schema: Schema, language: str) -> list[dict[str, str]]:
        """Where it is to be had."""
        plan = self.appointments.plan
        return [
            {"value": one.id, "title": _in(one.names, language), "hint": one.address}
            for one in plan.places_of(plan.kinds[schema["x-appointment"]])
        ]

    def found(
        self, schema: Schema, field: str, words: str, *, case: str, language: str, work: Work
    ) -> dict[str, Any]:
        """A week with free times at a place, as any channel shows it.

        Args:
            schema: The question.
            field: Its name.
            words: ``place 2026-12-14``; without a day the next week that has a free time, without
                a place the first.
            case: Whose own time counts as free.
            language: Of the names.
            work: The unit that reads.

        Raises:
            AnswerRefused: For ``unknown``.
        """
        plan, kind = self.appointments.plan, schema["x-appointment"]
        wanted, _, day = words.partition(" ")
        place = plan.places.get(wanted) or plan.places_of(plan.kinds[kind])[0]
        today = self.appointments.clock.now().astimezone(ZoneInfo(place.zone)).date()
        begins = first_shown(plan.kinds[kind], today)
        since = _day(day, today, field=field) if day else begins
        slots, weeks = self._week(kind, place.id, since, case=_key(case, field), work=work), 0
        while not slots and not day and weeks < MOST_WEEKS:
            weeks, since = weeks + 1, since + timedelta(days=DAYS_SHOWN)
            slots = self._week(kind, place.id, since, case=_key(case, field), work=work)
        last = today + timedelta(days=plan.kinds[kind].ahead_days)
        before, after = since - timedelta(days=DAYS_SHOWN), since + timedelta(days=DAYS_SHOWN)
        zone = ZoneInfo(place.zone)
        told = [(slot.begins.astimezone(zone), slot) for slot in slots]
        return {
            "field": field,
            "words": f"{place.id} {since.isoformat()}",
            "place": place.id,
            "place_name": _in(place.names, language),
            "since": since.isoformat(),
            "until": (after - timedelta(days=1)).isoformat(),
            "earlier": f"{place.id} {before.isoformat()}"
            if after > today and since > today
            else "",
            "later": f"{place.id} {after.isoformat()}" if after <= last else "",
            "choices": [{"value": _name(at, slot), "title": f"{at:%H:%M}"} for at, slot in told],
            "days": _by_day(told),
            "more": False,
        }

    def _week(self, kind: str, place: str, since: date, *, case: str, work: Work) -> list[Slot]:
        until = since + timedelta(days=DAYS_SHOWN - 1)
        return self.appointments.free(kind, place, since=since, until=until, own=case, work=work)


def find_in(
    times: Times | None,
    definition: HasLists,
    find: tuple[str, str],
    *,
    case: str,
    language: str,
    work: Work,
) -> dict[str, Any]:
    """What is in a question's list by words, or which times are free for it.

    Raises:
        AnswerRefused: For ``unknown``: nothing answers this question.
    """
    field, words = find
    schema = definition.form["properties"].get(field, {})
    if times is None or not is_appointment(schema):
        return found_view(definition, field, words, language=language)
    return times.found(schema, field, words, case=case, language=language, work=work)


def papers_of(
    cases: Cases, case: Case, times: Times | None, language: str, *, work: Work
) -> list[dict[str, Any]]:
    """What a case holds, and what it has for the person's calendar."""
    papers: list[dict[str, Any]] = [
        {"name": one.name, "media_type": one.media_type, "size": one.size}
        for one in cases.papers(case, work=work)
    ]
    made = times.calendar(case.id, language, work=work) if times else b""
    if made:
        papers.append({"name": CALENDAR, "media_type": "text/calendar", "size": len(made)})
    return papers


def paper_of(
    cases: Cases, case: Case, times: Times | None, name: str, language: str, *, work: Work
) -> tuple[bytes, str]:
    """One of them: content and media type.

    Raises:
        CaseUnknown: There is no such document.
    """
    if name == CALENDAR and times is not None:
        made = times.calendar(case.id, language, work=work)
        if made:
            return made, "text/calendar"
    document = cases.document(case, name, work=work)
    return document.content, document.media_type


def let_go(times: Times | None, case: Case, *, work: Work) -> None:
    """A case that was refused or taken back needs its time no more."""
    if times is not None and case.state is not State.GRANTED:
        times.give_up(case.id, work=work)


def _by_day(told: list[tuple[datetime, Slot]]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, str]]] = {}
    for at, slot in told:
        times = days.setdefault(at.date().isoformat(), [])
        times.append({"value": _name(at, slot), "title": f"{at:%H:%M}"})
    return [{"day": day, "times": times} for day, times in days.items()]


def _name(at: datetime, slot: Slot) -> str:
    return f"{slot.place}@{at.isoformat(timespec='minutes')}"


def _key(case: str, field: str) -> str:
    return f"{case}/{field}"


def _day(text: str, today: date, *, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise AnswerRefused("this is no day", why="unknown", field=field) from error
    # The weeks around the first and the last day of all cannot be reckoned.
    if abs(day.year - today.year) > MOST_YEARS:
        raise AnswerRefused("this day is too far from today", why="unknown", field=field)
    return day


def _in(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()), "")
