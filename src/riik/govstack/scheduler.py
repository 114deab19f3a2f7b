"""GovStack's Scheduler building block: entities, events, resources, subscribers, appointments.

After the block's OpenAPI definition 1.0. An event has a limit of subscribers and a deadline; an
exclusive appointment is refused to whom is elsewhere at that time. Where the definition names
nothing of ours, things are kept here as they came, sealed under a key of their own each: deleting
one destroys its key. All verbs run in the caller's unit of work.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hmac import compare_digest
from typing import Any, Protocol

import msgspec

from riik.core import ClientId, Clock, Entropy, PersonCode, SubjectId, Vault, Work
from riik.govstack.clients import Client
from riik.govstack.scheduler_hours import Span, free_spans, working_spans
from riik.govstack.scheduler_model import (
    RESOURCES,
    Resource,
    SchedulerRefused,
    fits,
    moment,
    read_details,
    shown,
)
from riik.transparency import Action

__all__ = ["KeptThing", "Scheduler", "SchedulerStore"]

MOST_SPAN = timedelta(days=92)
ABOUT_PEOPLE = frozenset(
    {"resource", "subscriber", "appointment", "message", "affiliation", "log", "alert_schedule"}
)
DEAD = frozenset({"cancelled", "canceled", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptThing:
    """A thing as the store has it.

    Attributes:
        about: The thing it hangs on: an appointment's event, an affiliation's resource.
    """

    kind: str
    id: str
    about: str
    subject: SubjectId
    sealed: bytes


class SchedulerStore(Protocol):
    """What this component needs kept."""

    def insert(self, thing: KeptThing, *, work: Work) -> None: ...
    def save(self, thing: KeptThing, *, work: Work) -> None: ...
    def load(self, kind: str, thing_id: str, *, work: Work) -> KeptThing | None: ...
    def all(self, kind: str, *, about: str = "", work: Work) -> list[KeptThing]: ...
    def delete(self, kind: str, thing_id: str, *, work: Work) -> None: ...


class RecordLook(Protocol):
    """Writes down one look in the caller's unit of work: `Transparency.record_access`."""

    def __call__(
        self,
        subject: SubjectId,
        *,
        reader: ClientId,
        purpose: str,
        legal_basis: str,
        service: str,
        work: Work,
        action: Action,
        fields: Iterable[str],
    ) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """One node's Scheduler."""

    store: SchedulerStore
    vault: Vault
    clock: Clock
    entropy: Entropy
    clients: Sequence[Client]
    record_access: RecordLook
    provider: ClientId

    def admit(self, requestor: str, token: str) -> Client:
        """Who calls; refused is who is not known, or has no errand here.

        Raises:
            SchedulerRefused: For ``permission``.
        """
        known = [
            one for one in self.clients if compare_digest(one.name.encode(), requestor.encode())
        ]
        for one in known:
            if compare_digest(one.token.encode(), token.encode()) and one.scheduler is not None:
                return one
        raise SchedulerRefused("no such requestor and token", why="permission")

    def create(self, kind: str, details: object, *, work: Work) -> list[str]:
        """Make a thing, or an event a slot, or an appointment an event; answer their ids.

        Raises:
            SchedulerRefused: For ``details``, ``not-found``, ``full``, ``late`` or ``elsewhere``.
        """
        resource = RESOURCES[kind]
        made = [read_details(resource, one) for one in _each(kind, details)]
        ids = []
        for given in made:
            self._check_references(resource, given, work=work)
            if kind == "appointment":
                given.setdefault("status_id", "confirmed")
                self._check_room(given, work=work)
            ids.append(self._insert(resource, given, work=work))
        return ids

    def modify(self, kind: str, thing_id: str, details: object, *, work: Work) -> None:
        """Change some details of a thing.

        Raises:
            SchedulerRefused: As `create`.
        """
        resource = RESOURCES[kind]
        kept = self._load(kind, thing_id, work=work)
        given = read_details(resource, details)
        self._check_references(resource, given, work=work)
        after = {**self._open(kept), **given}
        if kind == "event":
            _check_period(after)
        if kind == "appointment" and after.get("status_id") not in DEAD:
            self._check_room(after, but=thing_id, work=work)
        self.store.save(self._seal(kept.kind, kept.id, after, kept.subject), work=work)

    def delete(self, kind: str, thing_id: str, *, work: Work) -> None:
        """Take a thing away, and with an event its appointments and alerts.

        Raises:
            SchedulerRefused: For ``not-found``.
        """
        kept = self._load(kind, thing_id, work=work)
        hanging = ("appointment", "alert_schedule") if kind == "event" else ()
        gone = [kept, *(one for name in hanging for one in self._about(name, kept.id, work=work))]
        for one in gone:
            self.store.delete(one.kind, one.id, work=work)
            work.after_commit(partial(self.vault.forget, one.subject))

    def find(
        self, kind: str, wanted: object, required: object, *, client: Client, work: Work
    ) -> list[dict[str, Any]]:
        """The things that fit a filter, each with the details that were asked for.

        Those that are about people were looked at: it is on record before they are answered.

        Raises:
            SchedulerRefused: For ``details``; ``not-found`` where a named id is none of ours.
        """
        resource = RESOURCES[kind]
        wanted, required = _object(wanted), _object(required)
        ids = wanted.get(resource.key, [])
        named = [_bare(one) for one in (ids if isinstance(ids, list) else [ids])]
        if named:
            found = [self._load(kind, one, work=work) for one in named]
            wanted = {**wanted, resource.key: [one.id for one in found]}
        else:
            found = self.store.all(kind, work=work)
        told = []
        for kept in found:
            details = self._open(kept)
            event = self._event(kind, details, work=work)
            period: dict[str, Any] = {
                name: event[name] for name in ("from", "to") if event and name in event
            }
            if fits(resource, kept.id, {**details, **period}, _without_time(kind, wanted, period)):
                self._note(client, kept, details, work=work)
                told.append(shown(resource, kept.id, details, required, event=event))
        return told

    def availability(self, wanted: object, *, client: Client, work: Work) -> list[dict[str, Any]]:
        """Resources with the times in which they work and nobody has them.

        Raises:
            SchedulerRefused: For ``details``: no span, or one longer than a quarter.
        """
        wanted = _object(wanted)
        begins, ends = moment(wanted.get("from")), moment(wanted.get("to"))
        if begins is None or ends is None or not timedelta() < ends - begins <= MOST_SPAN:
            raise SchedulerRefused("a span of at most 92 days is needed", why="details")
        entity, only = wanted.get("Entity_id", wanted.get("entity_id")), wanted.get("resource_id")
        kept = [self._load("resource", _bare(only), work=work)] if only else None
        told = []
        for one in kept if kept is not None else self.store.all("resource", work=work):
            details = self._open(one)
            if wanted.get("category") not in (None, details.get("category")):
                continue
            hours = [
                found.get("work_days_hours", [])
                for found in map(self._open, self._about("affiliation", one.id, work=work))
                if entity in (None, found.get("entity_id"))
            ]
            if not hours and entity is not None:
                continue
            self._note(client, one, details, work=work)
            works = [span for each in hours for span in working_spans(each, (begins, ends))]
            free = free_spans(works, self._busy(one.id, work=work)) if hours else []
            told.append(
                {
                    "resource_id": one.id,
                    "resource_name": details.get("name", ""),
                    "free_slots": [
                        f"{a:%Y-%m-%dT%H:%M:%S}to{b:%Y-%m-%dT%H:%M:%S}" for a, b in free
                    ],
                }
            )
        return told

    def _note(
        self, client: Client, kept: KeptThing, details: Mapping[str, Any], *, work: Work
    ) -> None:
        """A look at a person is on record: at a thing's own, and at who takes part in it."""
        errand = client.scheduler
        if kept.kind not in ABOUT_PEOPLE or errand is None:
            return
        looked_at = [kept]
        kind = str(details.get("participant_type", "subscriber"))
        if kept.kind == "appointment" and kind in ("subscriber", "resource"):
            one = self.store.load(kind, _bare(details.get("participant_id", "")), work=work)
            looked_at += [one] if one else []
        for thing in looked_at:
            self.record_access(
                thing.subject,
                reader=client.member,
                purpose=errand.purpose,
                legal_basis=errand.legal_basis,
                service=f"{self.provider}/{kept.kind}",
                work=work,
                action=Action.DISCLOSE,
                fields=sorted(details),
            )

    def _busy(self, participant: str, *, work: Work, but: str = "") -> list[Span]:
        spans = []
        for kept in self.store.all("appointment", work=work):
            details = self._open(kept)
            mine = kept.id != but and details.get("participant_id") == participant
            if mine and details.get("status_id") not in DEAD:
                span = _span(self._event("appointment", details, work=work))
                spans += [span] if span else []
        return spans

    def _check_room(self, details: Mapping[str, Any], *, work: Work, but: str = "") -> None:
        """An event takes as many as it says, until its deadline; exclusive is exclusive."""
        event_id = details.get("event_id")
        participant = str(details.get("participant_id", ""))
        if not event_id or not participant:
            raise SchedulerRefused("an appointment has an event and a participant", why="details")
        kind = str(details.get("participant_type", "subscriber"))
        if kind in ("subscriber", "resource"):
            self._load(kind, participant, work=work)
        event = self._open(self._load("event", str(event_id), work=work))
        deadline = moment(event["deadline"]) if "deadline" in event else None
        if not but and deadline is not None and deadline < self.clock.now():
            raise SchedulerRefused("the deadline is over", why="late")
        others = [
            one
            for kept in self._about("appointment", str(event_id), work=work)
            if kept.id != but and (one := self._open(kept)).get("status_id") not in DEAD
        ]
        same = [one for one in others if one.get("participant_type", "subscriber") == kind]
        limit = str(event.get("subscriber_limit", ""))
        if kind == "subscriber" and limit.isdecimal() and len(same) >= int(limit):
            raise SchedulerRefused("the event is full", why="full")
        span = _span(event)
        if details.get("exclusive") and span:
            busy = self._busy(participant, work=work, but=but)
            if any(begins < span[1] and span[0] < ends for begins, ends in busy):
                raise SchedulerRefused("the participant is elsewhere then", why="elsewhere")

    def _check_references(
        self, resource: Resource, details: Mapping[str, Any], *, work: Work
    ) -> None:
        for name, kind in resource.refers.items():
            if details.get(name):
                self._load(kind, str(details[name]), work=work)

    def _event(self, kind: str, details: Mapping[str, Any], *, work: Work) -> dict[str, Any] | None:
        if kind != "appointment":
            return None
        kept = self.store.load("event", str(details.get("event_id", "")), work=work)
        return self._open(kept) if kept else None

    def _about(self, kind: str, thing: str, *, work: Work) -> list[KeptThing]:
        return self.store.all(kind, about=thing, work=work)

    def _load(self, kind: str, thing_id: str, *, work: Work) -> KeptThing:
        kept = self.store.load(kind, _bare(thing_id), work=work)
        if kept is None:
            raise SchedulerRefused(f"there is no such {kind}", why="not-found")
        return kept

    def _insert(self, resource: Resource, details: dict[str, Any], *, work: Work) -> str:
        if resource.name == "event":
            _check_period(details)
        thing_id = self.entropy.bytes(8).hex()
        subject = self.vault.subject_of(PersonCode(f"govstack:{resource.name}:{thing_id}"))
        self.store.insert(self._seal(resource.name, thing_id, details, subject), work=work)
        return thing_id

    def _seal(
        self, kind: str, thing_id: str, details: dict[str, Any], subject: SubjectId
    ) -> KeptThing:
        about = details.get("resource_id" if kind == "affiliation" else "event_id", "")
        context = f"govstack_thing/{kind}/{thing_id}"
        sealed = self.vault.seal(subject, msgspec.json.encode(details), context=context)
        return KeptThing(kind=kind, id=thing_id, about=str(about), subject=subject, sealed=sealed)

    def _open(self, kept: KeptThing) -> dict[str, Any]:
        context = f"govstack_thing/{kept.kind}/{kept.id}"
        plain = self.vault.open(kept.subject, kept.sealed, context=context)
        details: dict[str, Any] = msgspec.json.decode(plain)
        return details


def _each(kind: str, details: object) -> Iterator[object]:
    """One creation may stand for several: an event a slot, an appointment an event."""
    if not isinstance(details, Mapping):
        yield details
        return
    many = {"event": "slots", "appointment": "event_ids"}.get(kind, "")
    if many not in details:
        yield details
        return
    rest = {name: value for name, value in details.items() if name != many}
    if not isinstance(details[many], list) or not 0 < len(details[many]) <= 500:
        raise SchedulerRefused(f"{many} is a list", why="details")
    for one in details[many]:
        if kind == "appointment":
            yield {**rest, "event_id": _bare(one)}
        elif isinstance(one, Mapping):
            yield {**rest, **one}
        else:
            raise SchedulerRefused("a slot has from and to", why="details")


def _check_period(event: Mapping[str, Any]) -> None:
    begins, ends = moment(event.get("from")), moment(event.get("to"))
    if begins is not None and ends is not None and ends <= begins:
        raise SchedulerRefused("an event ends after it begins", why="details")


def _span(event: Mapping[str, Any] | None) -> Span | None:
    begins, ends = (moment((event or {}).get(name)) for name in ("from", "to"))
    return (begins, ends) if begins and ends else None


def _without_time(
    kind: str, wanted: Mapping[str, Any], period: Mapping[str, Any]
) -> Mapping[str, Any]:
    """An appointment's time is its event's: it is judged there."""
    if kind != "appointment":
        return wanted
    begins, ends = moment(period.get("from")), moment(period.get("to"))
    after, before = moment(wanted.get("from")), moment(wanted.get("to"))
    outside = (after and ends and ends < after) or (before and begins and begins > before)
    rest = {name: value for name, value in wanted.items() if name not in ("from", "to")}
    return {**rest, "appointment_id": []} if outside else rest


def _object(given: object) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SchedulerRefused("a filter is an object", why="details")
    return {str(name): value for name, value in given.items()}


def _bare(thing_id: object) -> str:
    """An id as it is kept: answers say ``event_id:12345``, requests often ``12345`` only."""
    return str(thing_id).rpartition(":")[2]
