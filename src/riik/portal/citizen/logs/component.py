"""Asks every register's log for its tree head, and remembers the heads that go on.

Nobody's data: what is asked and kept are sizes and digests of logs. Asked by the clock, so that a
log that is changed later is known as it was, and anew whenever somebody reads who looked.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from riik.core import ClientId, Clock, Database, InThread, Refused, ServiceId, Unavailable, Work
from riik.exchange import Answer, Call
from riik.portal.citizen.errors import MemoryBusy
from riik.portal.citizen.logs.rules import (
    SILENT,
    WHOLE,
    Head,
    Remembered,
    Verdict,
    judge,
    read_head,
)
from riik.portal.citizen.looks import LogKeys

__all__ = ["LogMemory", "Logs"]


class LogMemory(Protocol):
    """What is kept; `store.SqlLogMemory` keeps it in SQL."""

    def find(self, origin: str, *, work: Work) -> Remembered | None: ...
    def keep(self, remembered: Remembered, *, work: Work) -> None: ...


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """The logs of all registers that this portal knows.

    Attributes:
        client: The portal's own subsystem.
        keys: By which keys each register's log is believed; registers of one node share a log.
        patience: Seconds that one answer may take.
    """

    exchange: CallOut
    client: ClientId
    store: LogMemory
    database: Database
    clock: Clock
    in_thread: InThread
    keys: Mapping[ClientId, LogKeys]
    patience: float

    async def follow(self) -> None:
        """Ask every log, and remember how far it is."""
        await self.all()

    async def all(self) -> dict[ClientId, Verdict]:
        """How the log of each register stands now; each log is asked once."""
        first: dict[str, ClientId] = {}
        for register, keys in self.keys.items():
            first.setdefault(keys.log.name, register)
        found = await asyncio.gather(*(self._of(register) for register in first.values()))
        verdicts = dict(zip(first, found, strict=True))
        return {register: verdicts[keys.log.name] for register, keys in self.keys.items()}

    async def _of(self, register: ClientId) -> Verdict:
        keys = self.keys[register]
        remembered = await self.in_thread(self._find, keys.log.name)
        try:
            head = await self._asked(register, known=remembered)
        except (Unavailable, Refused):
            return Verdict(standing=SILENT, since=remembered.at if remembered else None)
        verdict = judge(head, remembered, policy=keys.policy)
        if verdict.standing == WHOLE:
            await self.in_thread(self._keep, verdict)
        return verdict

    async def _asked(self, register: ClientId, *, known: Remembered | None) -> Head:
        call = Call(
            client=self.client,
            service=ServiceId(register, "findUsage"),
            path="/v2/head",
            query=f"known={known.checkpoint.size if known else 0}",
            purpose="own-data",
            legal_basis="publication",
            timeout=self.patience,
        )
        return read_head((await self.exchange.call(call)).accepted().body)

    def _find(self, origin: str) -> Remembered | None:
        with self.database.read() as work:
            return self.store.find(origin, work=work)

    def _keep(self, verdict: Verdict) -> None:
        if verdict.checkpoint is None:
            return
        seen = Remembered(checkpoint=verdict.checkpoint, at=self.clock.now())
        # Who was faster has remembered it; the next question is held against theirs.
        with suppress(MemoryBusy), self.database.work() as work:
            self.store.keep(seen, work=work)
