"""The courier: what is due leaves by the channel whose turn it is, and what became of it is kept.

It comes round every few seconds, in one process of the node. What it takes is kept from others for
some minutes; a process that dies in between lets it come again, under the same name. The register
is asked where somebody is reached only when a message is about to leave, and the person sees that.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from riik.core import Clock, Database, InThread, PersonCode, Unavailable, Work, from_text, to_text
from riik.inbox.component import Inbox, KeptNotice
from riik.inbox.outside.choice import Choice, kind_of
from riik.inbox.outside.component import Outside
from riik.inbox.outside.model import (
    LETTER,
    Channel,
    Contact,
    Contacts,
    Fate,
    Gone,
    Leaving,
    Organisations,
    Sending,
)
from riik.inbox.outside.plan import Next, Rules, Told, after, decide

__all__ = ["EVERY", "Courier"]

EVERY = timedelta(seconds=2)
LEASE = timedelta(minutes=5)
SILENT = timedelta(minutes=2)
"""When the register that knows where people are reached is asked again."""
AT_ONCE = 16
MOST_BATCHES = 50
_ANYWHERE = Contact(email="-", phone="-", name="-", address="-", browsers=("-",))


class _Gauge(Protocol):
    def set(self, value: float, /) -> None: ...


class _Counted(Protocol):
    def inc(self) -> None: ...


class _Counter(Protocol):
    def labels(self, *names: str) -> _Counted: ...


class Figures(Protocol):
    """The node's metrics."""

    def gauge(self, name: str, text: str, *labels: str) -> _Gauge: ...
    def counter(self, name: str, text: str, *labels: str) -> _Counter: ...


@dataclass(slots=True, kw_only=True)
class _Due:
    """One notice on its way."""

    ref: str
    sending: Sending
    person: PersonCode
    notice: KeptNotice
    choice: Choice
    browsers: tuple[str, ...]
    told: Told
    contact: Contact = field(default_factory=Contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Carries what is due.

    Attributes:
        channels: By name; ``letter`` among them where the house has a printer.
        language: Of who has chosen none and of whom the register knows none.
        spoken: The languages in which there are words.
    """

    inbox: Inbox
    outside: Outside
    channels: Mapping[str, Channel]
    contacts: Contacts
    rules: Rules
    organisations: Organisations
    language: str
    spoken: frozenset[str]
    database: Database
    in_thread: InThread
    clock: Clock
    figures: Figures

    async def round(self) -> None:
        """Carry all that is due now, and say how much waits."""
        for _ in range(MOST_BATCHES):
            due = await self.in_thread(self._claim)
            if not due:
                break
            await self._carry(due)
        count, oldest = await self.in_thread(self.waiting)
        self.figures.gauge("riik_inbox_waiting", "Notices nobody was told of yet.").set(count)
        self.figures.gauge(
            "riik_inbox_oldest_seconds", "For how long the oldest of them could have left."
        ).set(oldest)

    def waiting(self) -> tuple[int, float]:
        """How many notices could have left and did not, and the seconds since the oldest could."""
        now = self.clock.now()
        with self.database.read() as work:
            count, oldest = self.outside.store.waiting(to_text(now), work=work)
        return count, (now - from_text(oldest)).total_seconds() if oldest else 0.0

    def _claim(self) -> list[_Due]:
        now = self.clock.now()
        with self.database.work() as work:
            claimed = self.outside.store.claim(to_text(now), until=to_text(now + LEASE), work=work)
            return self._whole(claimed, work=work) if claimed else []

    def _whole(self, claimed: list[tuple[str, Sending, bytes]], *, work: Work) -> list[_Due]:
        outside = self.outside
        subjects = {sending.subject for _, sending, _ in claimed}
        choices = outside.store.choices(subjects, work=work)
        browsers = outside.browsers_of(subjects, work=work) if "push" in self.channels else {}
        found = []
        for ref, sending, sealed in claimed:
            notice = self.inbox.store.load(sending.sender, sending.id, work=work)
            if notice is None:
                outside.store.save([(ref, sending, None)], work=work)
                continue
            due = _Due(
                ref=ref,
                sending=sending,
                person=outside.person_of(sending, sealed),
                notice=notice,
                choice=outside.opened_choice(sending.subject, choices.get(sending.subject)),
                browsers=browsers.get(sending.subject, ()),
                told=_told(notice),
            )
            found.append(due)
        return found

    async def _carry(self, due: list[_Due]) -> None:
        ends: list[tuple[_Due, Next]] = []
        leaving: dict[str, list[_Due]] = defaultdict(list)
        narrow = asyncio.Semaphore(AT_ONCE)
        for one, step in zip(
            due, await asyncio.gather(*(self._next(one, narrow) for one in due)), strict=True
        ):
            if step.send:
                one.sending = step.sending
                leaving[step.send].append(one)
            else:
                ends.append((one, step))
        for channel, batch in leaving.items():
            ends += await self._leave(channel, batch)
        await self.in_thread(self._save, ends)

    async def _next(self, one: _Due, narrow: asyncio.Semaphore) -> Next:
        now = self.clock.now()
        # Whoever isn't going to be told isn't looked up either.
        step = self._decide(one, _ANYWHERE)
        if not step.send:
            return step
        try:
            async with narrow:
                found = await self.contacts(one.person, notice=one.ref, letter=step.send == LETTER)
        except Unavailable:
            return Next(sending=one.sending, due=now + SILENT)
        one.contact = replace(found, browsers=one.browsers)
        return self._decide(one, one.contact)

    def _decide(self, one: _Due, contact: Contact) -> Next:
        now = self.clock.now()
        if contact is _ANYWHERE and not one.browsers:
            contact = replace(contact, browsers=())
        return decide(one.sending, one.told, one.choice, contact, rules=self.rules, now=now)

    async def _leave(self, channel: str, batch: list[_Due]) -> list[tuple[_Due, Next]]:
        messages = [self._message(one, letter=channel == LETTER) for one in batch]
        try:
            gone = await self.channels[channel](messages)
        except Unavailable as error:
            gone = [Gone(Fate.LATER, error.why)] * len(batch)
        now, ends = self.clock.now(), []
        counter = self.figures.counter(
            "riik_inbox_messages", "Messages that left the house.", "channel", "fate"
        )
        for one, fate in zip(batch, gone, strict=True):
            counter.labels(channel, fate.fate.value).inc()
            step = after(one.sending, fate, one.told, rules=self.rules, now=now)
            ends.append((one, step))
        return ends

    def _message(self, one: _Due, *, letter: bool) -> Leaving:
        wanted = (one.choice.language, one.contact.language, self.language, "en")
        language = next(each for each in wanted if each in self.spoken)
        names = self.organisations.get(str(one.sending.sender.member), {})
        title = body = ""
        if letter:
            texts = self.inbox.opened(one.notice).texts
            text = texts.get(language) or next(iter(texts.values()))
            title, body = text.title, text.body
        return Leaving(
            id=one.ref,
            contact=one.contact,
            kind=one.told.kind,
            language=language,
            organisation=names.get(language) or next(iter(names.values()), ""),
            sent_at=one.told.sent_at,
            title=title,
            body=body,
        )

    def _save(self, ends: list[tuple[_Due, Next]]) -> None:
        rows = [
            (one.ref, step.sending, to_text(step.due) if step.due else None) for one, step in ends
        ]
        with self.database.work() as work:
            self.outside.store.save(rows, work=work)


def _told(notice: KeptNotice) -> Told:
    return Told(
        kind=kind_of(notice.kind, legal_effect=notice.legal_effect),
        legal_effect=notice.legal_effect,
        sent_at=from_text(notice.sent_at),
        opened=notice.read_at is not None,
    )
