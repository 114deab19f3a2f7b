"""What others tell of themselves to everybody, kept by the portal: guides, and words of registers.

Nobody's data. Each is asked once a minute; while one is silent, what it told last stays. How
often each answered is counted by the day: that is how available it was, seen from here.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from riik.core import (
    ClientId,
    Clock,
    Database,
    InThread,
    Refused,
    ServiceId,
    Unavailable,
    Work,
)
from riik.exchange import Answer, Call

__all__ = ["Answered", "Kept", "Shelf", "ShelfStore"]

PATIENCE: Final = 2.0
"""So many seconds a visitor waits for somebody who may be silent, where nothing else is set."""
KEPT_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one subsystem told.

    Attributes:
        provider: Who.
        content: As it came; empty when it never answered.
        as_of: When it came, UTC; None when it never did.
        silent: Whether it did not answer the last time it was asked.
    """

    provider: ClientId
    content: bytes
    as_of: datetime | None
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How often one subsystem answered.

    Attributes:
        provider: Who.
        asked: How often it was asked: once a minute while this portal ran.
        answered: How often it answered in time, over the exchange, with what it should.
        since: The first day of these counts.
    """

    provider: ClientId
    asked: int
    answered: int
    since: date


class ShelfStore(Protocol):
    """What is kept."""

    def put(self, kept: Kept, *, work: Work) -> None: ...
    def all(self, *, work: Work) -> list[Kept]: ...
    def count(
        self, day: str, heard: Mapping[ClientId, bool], *, forget: str, work: Work
    ) -> None: ...
    def counts(self, since: str, *, work: Work) -> list[Answered]: ...


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What was told to this portal.

    Attributes:
        client: The portal's own subsystem.
        patience: Seconds that somebody who is asked has to answer.
    """

    store: ShelfStore
    database: Database
    clock: Clock
    in_thread: InThread
    exchange: CallOut
    client: ClientId
    patience: float = PATIENCE

    async def of(self, providers: Iterable[ClientId]) -> dict[ClientId, Kept]:
        """What is kept of these, without asking anybody."""
        wanted = set(providers)
        kept = await self.in_thread(self._all)
        return {one.provider: one for one in kept if one.provider in wanted}

    async def ask(
        self,
        services: Iterable[ServiceId],
        *,
        path: str = "",
        check: Callable[[bytes], object],
        counted: bool = False,
    ) -> dict[ClientId, bool]:
        """Ask all of these at the same time, and keep what they tell; answers who did answer.

        Args:
            services: Whom, and for what.
            path: Of the service.
            check: Refuses what is not of the shape that it must have; it counts as silence.
            counted: This is the round that comes by the clock: who answers is counted. Visitors
                who have somebody asked out of turn don't change how available it was.
        """
        asked = list(services)
        heard = await asyncio.gather(*(self._ask(one, path, check) for one in asked))
        answered = {one.provider: each for one, each in zip(asked, heard, strict=True)}
        if counted:
            await self.in_thread(self._count, answered)
        return answered

    async def answered(self, *, days: int) -> dict[ClientId, Answered]:
        """How often each answered in the last days; who was never asked is missing."""
        since = self.clock.now().date() - timedelta(days=days - 1)
        return {one.provider: one for one in await self.in_thread(self._counts, since)}

    async def _ask(self, service: ServiceId, path: str, check: Callable[[bytes], object]) -> bool:
        call = Call(
            client=self.client,
            service=service,
            path=path,
            purpose="own-data",
            legal_basis="publication",
            timeout=self.patience,
        )
        try:
            content = (await self.exchange.call(call)).accepted().body
            check(content)
        except (Unavailable, Refused):
            await self.in_thread(self._note_silence, service.provider)
            return False
        kept = Kept(
            provider=service.provider, content=content, as_of=self.clock.now(), silent=False
        )
        await self.in_thread(self._put, kept)
        return True

    def _count(self, heard: Mapping[ClientId, bool]) -> None:
        today = self.clock.now().date()
        forget = today - timedelta(days=KEPT_DAYS)
        with self.database.work() as work:
            self.store.count(today.isoformat(), heard, forget=forget.isoformat(), work=work)

    def _counts(self, since: date) -> list[Answered]:
        with self.database.read() as work:
            return self.store.counts(since.isoformat(), work=work)

    def _put(self, kept: Kept) -> None:
        with self.database.work() as work:
            self.store.put(kept, work=work)

    def _note_silence(self, provider: ClientId) -> None:
        with self.database.work() as work:
            known = {one.provider: one for one in self.store.all(work=work)}
            before = known.get(provider)
            kept = Kept(
                provider=provider,
                content=before.content if before else b"",
                as_of=before.as_of if before else None,
                silent=True,
            )
            self.store.put(kept, work=work)

    def _all(self) -> list[Kept]:
        with self.database.read() as work:
            return self.store.all(work=work)
