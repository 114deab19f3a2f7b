"""Subscriptions: which records changed, told in order and at least once, never to what.

An event names a record, its kind of change and the fields; what stands there now is asked with the
event's number and is a look like any other. Events are numbered in the unit of work of the change,
so nobody sees a later one before an earlier one. A subscriber's cursor moves when it has taken a
batch; one that was down, slow or fell goes on where it was, and may get some events twice. The
right is asked again before every batch: who lost it is told nothing more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol

from riik.core import ClientId, InThread, Outbox, Refused, SubjectId, Unavailable, Work
from riik.registers.component import Registers
from riik.registers.errors import RequestRefused, UnknownSubject
from riik.registers.model import Action, Ask, Caller, Holding, Kind
from riik.registers.rights import Grant, grant
from riik.registers.writing import FEED
from riik.transparency import Action as AccessAction

__all__ = ["Event", "Following", "FollowingStore", "Send", "Subscription"]

ACTIVE, REVOKED, HALTED, ENDED = "active", "revoked", "halted", "ended"
MOST_EVENTS = 100
_SERVICE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})?\Z")
_ALWAYS = frozenset({Kind.OPEN.value, Kind.CLOSE.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of one record, as the register numbers it; no value of it."""

    number: int
    record: str
    position: int
    subject: SubjectId
    kind: str
    fields: tuple[str, ...]
    valid_from: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who is told of which register's changes.

    Attributes:
        id: The same subscriber, question, purpose and law have one.
        register: Of which register.
        client: Who is told.
        offer: The question whose fields are followed.
        purpose: What for.
        legal_basis: By which law.
        service: The subscriber's service that takes events; empty when it asks for them.
        cursor: The last event that it took.
        state: ``active``; ``revoked``, ``halted`` (it refused a batch) or ``ended``.
    """

    id: str
    register: str
    client: str
    offer: str
    purpose: str
    legal_basis: str
    service: str
    cursor: int
    state: str = ACTIVE


class FollowingStore(Protocol):
    """What is kept; `store.SqlFollowingStore` keeps it in SQL."""

    def feed(self, register: str, *, work: Work) -> int: ...
    def events(self, register: str, *, after: int, limit: int, work: Work) -> Sequence[Event]: ...
    def event(self, register: str, number: int, *, work: Work) -> Event | None: ...
    def load(self, subscription: str, *, work: Work) -> Subscription | None: ...
    def active(self, register: str, *, work: Work) -> Sequence[Subscription]: ...
    def save(self, subscription: Subscription, *, work: Work) -> None: ...
    def move(self, subscription: str, *, after: int, to: int, work: Work) -> bool: ...


class Send(Protocol):
    """Gives a batch to a subscriber's service, over the exchange."""

    async def __call__(self, subscription: Subscription, batch: dict[str, Any], /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The subscriptions of one node's registers."""

    registers: Registers
    store: FollowingStore
    outbox: Outbox
    in_thread: InThread

    def subscribe(
        self, register: str, *, caller: Caller, offer: str, service: str = "", after: int | None
    ) -> dict[str, Any]:
        """Follow a register's changes from now on, or go on after an event.

        Raises:
            RightMissing, PurposeRefused: No right of the action ``subscribe`` allows it.
            RequestRefused: For ``service`` or ``after``.
        """
        holding, allowed = self._allowed(register, caller, offer)
        if not _SERVICE.match(service):
            raise RequestRefused("this is no service code", why="service")
        key = _key(register, caller, offer)
        with self.registers.database.work() as work:
            last = self.store.feed(register, work=work)
            if after is not None and not 0 <= after <= last:
                raise RequestRefused("there was no such event yet", why="after", last=last)
            kept = self.store.load(key, work=work)
            cursor = after if after is not None else kept.cursor if kept else last
            made = Subscription(
                id=key,
                register=register,
                client=str(caller.client),
                offer=offer,
                purpose=caller.purpose,
                legal_basis=caller.legal_basis,
                service=service,
                cursor=cursor,
            )
            self.store.save(made, work=work)
            self.outbox.put(FEED, f"{key}/{caller.message_id}", register.encode(), work=work)
        return _told(made, allowed, holding)

    def end(self, register: str, *, caller: Caller, offer: str) -> dict[str, Any]:
        """Follow no more; who lost the right may end it too.

        Raises:
            UnknownSubject: There is no such subscription (``unknown``).
        """
        with self.registers.database.work() as work:
            kept = self._kept(register, caller, offer, work=work)
            self.store.save(replace(kept, state=ENDED), work=work)
        return {"subscription": kept.id, "state": ENDED, "cursor": kept.cursor}

    def events(
        self, register: str, *, caller: Caller, offer: str, after: int | None
    ) -> dict[str, Any]:
        """Events after one, in order, for who asks by itself; what was asked for is not taken.

        Raises:
            RightMissing, PurposeRefused: As `subscribe`.
            UnknownSubject: There is no such subscription (``unknown``).
            RequestRefused: For ``after``.
        """
        _, allowed = self._allowed(register, caller, offer)
        with self.registers.database.work() as work:
            kept = self._kept(register, caller, offer, work=work)
            if after is not None and after < 0:
                raise RequestRefused("events are numbered from 1", why="after")
            start = kept.cursor if after is None else after
            batch = self._batch(kept, allowed, after=start, work=work)
            if after is not None and after > kept.cursor:
                self.store.move(kept.id, after=kept.cursor, to=after, work=work)
        return batch

    def record(self, register: str, *, caller: Caller, offer: str, number: int) -> dict[str, Any]:
        """What the record of an event holds today, as far as the right goes; a look.

        Raises:
            RightMissing, PurposeRefused: As `subscribe`.
            UnknownSubject: For ``unknown``: no such subscription or event.
        """
        holding, allowed = self._allowed(register, caller, offer)
        registers = self.registers
        today = registers.clock.now().astimezone(registers.zone).date().isoformat()
        with registers.database.work() as work:
            self._kept(register, caller, offer, work=work)
            event = self.store.event(register, number, work=work)
            if event is None:
                raise UnknownSubject("there is no such event", why="unknown")
            self._note(holding, event, caller, allowed.fields, work=work)
            versions = registers.store.versions_at(
                [event.record], as_of=today, known_at=None, work=work
            )
            opened = [
                registers.writer.open_version(holding, event.subject, one)
                for one in versions
                if one.alive
            ]
        values = {name: opened[-1].get(name) for name in allowed.fields} if opened else None
        return {"record": event.record, "number": number, "values": values}

    async def deliver(self, register: str, send: Send) -> None:
        """Tell every subscriber of a register what it has not taken yet.

        One that is down keeps nobody else waiting; it is tried again by the outbox.

        Raises:
            Unavailable: A subscriber can't be reached now.
        """
        silent: Unavailable | None = None
        for one in await self.in_thread(self._active, register):
            try:
                await self._deliver(one, send)
            except Unavailable as error:
                silent = error
        if silent is not None:
            raise silent

    async def _deliver(self, one: Subscription, send: Send) -> None:
        while True:
            batch = await self.in_thread(self._next, one)
            if batch is None:
                return
            if batch["events"]:
                try:
                    await send(one, batch)
                except Refused:
                    # It does not want these: it is asked no more until it subscribes again.
                    await self.in_thread(self._halt, one, HALTED)
                    return
            if not await self.in_thread(self._move, one, batch["cursor"]):
                return
            one = replace(one, cursor=batch["cursor"])

    def _active(self, register: str) -> list[Subscription]:
        with self.registers.database.read() as work:
            found = self.store.active(register, work=work)
        return [one for one in found if one.service]

    def _next(self, one: Subscription) -> dict[str, Any] | None:
        """The next batch, if its right still stands; None when there is nothing to tell."""
        caller = _caller(one)
        try:
            _, allowed = self._allowed(one.register, caller, one.offer)
        except Refused:
            self._halt(one, REVOKED)
            return None
        with self.registers.database.work() as work:
            batch = self._batch(one, allowed, after=one.cursor, work=work)
        return batch if batch["cursor"] > one.cursor else None

    def _batch(
        self, one: Subscription, allowed: Grant, *, after: int, work: Work
    ) -> dict[str, Any]:
        """Events that this right may know of; each is on record as a look before it leaves."""
        holding = self.registers.holdings[one.register]
        found = self.store.events(one.register, after=after, limit=MOST_EVENTS, work=work)
        told = []
        for event in found:
            fields = [name for name in event.fields if name in allowed.fields]
            if fields or event.kind in _ALWAYS:
                self._note_told(holding, event, one, fields, work=work)
                told.append(
                    {
                        "number": event.number,
                        "record": event.record,
                        "position": event.position,
                        "kind": event.kind,
                        "fields": fields,
                        "valid_from": event.valid_from,
                        "at": event.at,
                    }
                )
        return {
            "register": one.register,
            "subscription": one.id,
            "events": told,
            "cursor": found[-1].number if found else after,
        }

    def _halt(self, one: Subscription, state: str) -> None:
        with self.registers.database.work() as work:
            kept = self.store.load(one.id, work=work)
            if kept is not None and kept.state == ACTIVE:
                self.store.save(replace(kept, state=state), work=work)

    def _move(self, one: Subscription, to: int) -> bool:
        with self.registers.database.work() as work:
            return self.store.move(one.id, after=one.cursor, to=to, work=work)

    def _kept(self, register: str, caller: Caller, offer: str, *, work: Work) -> Subscription:
        kept = self.store.load(_key(register, caller, offer), work=work)
        if kept is None or kept.state == ENDED:
            raise UnknownSubject("there is no such subscription", why="unknown")
        return kept

    def _allowed(self, register: str, caller: Caller, offer: str) -> tuple[Holding, Grant]:
        holding = self.registers.holdings[register]
        ask = Ask(
            action=Action.SUBSCRIBE,
            offer=offer,
            client=caller.client,
            roles=self.registers.roles(caller.client),
            purpose=caller.purpose,
            legal_basis=caller.legal_basis,
            fields=None,
            statement=False,
        )
        return holding, grant(holding.definition, ask)

    def _note_told(
        self, holding: Holding, event: Event, one: Subscription, fields: list[str], *, work: Work
    ) -> None:
        self._note(holding, event, _caller(one), fields, work=work)

    def _note(
        self,
        holding: Holding,
        event: Event,
        caller: Caller,
        fields: Sequence[str],
        *,
        work: Work,
    ) -> None:
        self.registers.record_access(
            event.subject,
            reader=caller.client,
            purpose=caller.purpose,
            legal_basis=caller.legal_basis,
            service=f"{holding.provider}/subscriptions",
            work=work,
            action=AccessAction.DISCLOSE,
            fields=tuple(fields),
            acting=None,
            case=caller.issue,
            message_id=caller.message_id or None,
        )


def _caller(one: Subscription) -> Caller:
    return Caller(
        client=ClientId.parse(one.client), purpose=one.purpose, legal_basis=one.legal_basis
    )


def _key(register: str, caller: Caller, offer: str) -> str:
    parts = (register, str(caller.client), offer, caller.purpose, caller.legal_basis)
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _told(made: Subscription, allowed: Grant, holding: Holding) -> dict[str, Any]:
    return {
        "subscription": made.id,
        "register": holding.definition.id,
        "fields": list(allowed.fields),
        "cursor": made.cursor,
        "state": made.state,
    }
