"""The message log: what was sent and received, durable before anything else happens.

Many messages that come at once are written in one unit of work, so that they share one flush
to disk. In the same unit a request is claimed to be handled once, and the rights that hold at
that moment are read. What a message says is sealed under the key of the person it is about.
The tables are in `store`, the time-stamps over the log in `jobs`.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha512
from typing import Protocol

from riik.core import Clock, Database, InThread, PersonCode, SubjectId, Vault, Work
from riik.exchange.errors import NotTimeStamped
from riik.exchange.model import (
    Batch,
    Claim,
    Direction,
    Kept,
    Record,
    Right,
    Role,
    Stored,
    ms_of,
)

__all__ = ["Entry", "ExchangeStore", "Journal", "Written"]

MOST_TOGETHER = 256
LONGEST_WITHOUT_STAMP = 4 * 3600
"""Seconds after which no message is taken when none was time-stamped (UG-SYSPAR)."""

NOBODY = PersonCode("ZZ-EXCHANGE")
"""The subject of messages that are about no person: the node's own key seals them."""


class ExchangeStore(Protocol):
    """What the exchange needs kept: `store` keeps it in SQL."""

    def add_messages(self, messages: Sequence[Stored], *, work: Work) -> None: ...
    def claim(self, claims: Sequence[Claim], *, work: Work) -> list[Claim]: ...
    def take_over(self, held: Claim, new: Claim, *, work: Work) -> bool: ...
    def forget_claims(self, *, before_ms: int, work: Work) -> None: ...
    def find(
        self,
        request_id: str,
        *,
        client: str,
        message_id: str,
        role: Role,
        direction: Direction,
        work: Work,
    ) -> tuple[Stored, int | None, int | None] | None: ...
    def records(self, *, message_id: str | None, limit: int, work: Work) -> list[Record]: ...
    def count(self, *, work: Work) -> int: ...
    def oldest_unstamped(self, *, work: Work) -> int | None: ...
    def unstamped(self, *, limit: int, work: Work) -> list[tuple[int, bytes]]: ...
    def add_batch(
        self, numbers: Sequence[int], *, token: bytes, at_ms: int, work: Work
    ) -> None: ...
    def batch(self, number: int, *, work: Work) -> Batch: ...
    def rights_version(self, *, work: Work) -> int: ...
    def rights(self, *, work: Work) -> list[Right]: ...
    def add_right(self, right: Right, *, work: Work) -> None: ...
    def drop_right(self, right: Right, *, work: Work) -> bool: ...
    def keep(self, kept: Kept, *, work: Work) -> None: ...
    def kept(self, name: str, *, work: Work) -> Kept | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message to be logged, in clear.

    Attributes:
        at: When it was sent or came, UTC.
        subject: The person it is about; none seals it with the node's own key.
        signature: The signature document.
        claim: For a request at the provider: the message to be handled once.
    """

    at: datetime
    message_id: str
    request_id: str
    role: Role
    direction: Direction
    client: str
    service: str
    status: int = 0
    subject: PersonCode | None = None
    header_part: bytes
    body: bytes
    signature: bytes
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was true at the commit: who holds the claim, and which rights there were."""

    holder: Claim | None
    rights: Mapping[str, tuple[Right, ...]]


def context_of(request_id: str, role: Role, direction: Direction) -> str:
    """What a sealed message is bound to."""
    return f"exchange_message/{request_id}/{role}/{direction}"


@dataclass(slots=True, kw_only=True)
class Journal:
    """One node's message log, with the messages that wait for the next unit of work."""

    store: ExchangeStore
    database: Database
    vault: Vault
    clock: Clock
    in_thread: InThread
    _waiting: deque[tuple[Entry, "asyncio.Future[Written]"]] = field(default_factory=deque)
    _writer: "asyncio.Task[None] | None" = None
    _rights: tuple[int, Mapping[str, tuple[Right, ...]]] = (-1, {})

    async def write(self, entry: Entry) -> Written:
        """Log a message; returns when it is on disk.

        Raises:
            NotTimeStamped: For a request, when the log went without time-stamp for 4 hours.
        """
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            count = min(len(self._waiting), MOST_TOGETHER)
            taken = [self._waiting.popleft() for _ in range(count)]
            [done] = await asyncio.gather(
                self.in_thread(self._commit, [entry for entry, _ in taken]),
                return_exceptions=True,
            )
            for number, (_, future) in enumerate(taken):
                result = done if isinstance(done, BaseException) else done[number]
                if future.cancelled():
                    continue
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _commit(self, entries: Sequence[Entry]) -> "list[Written | NotTimeStamped]":
        subjects = self.vault.subjects_of([entry.subject or NOBODY for entry in entries])
        stored = [self._sealed(entry, who) for entry, who in zip(entries, subjects, strict=True)]
        claims = [entry.claim for entry in entries if entry.claim is not None]
        with self.database.work() as work:
            late = self._late(work)
            kept = [each for each in stored if not (late and each.direction is Direction.REQUEST)]
            if kept:
                self.store.add_messages(kept, work=work)
            held = iter(self.store.claim(claims, work=work) if claims and not late else ())
            rights = self._current_rights(work) if claims else {}
            written: list[Written | NotTimeStamped] = []
            for entry in entries:
                if late and entry.direction is Direction.REQUEST:
                    written.append(
                        NotTimeStamped("the log has no time-stamps since long", why="too-long")
                    )
                else:
                    holder = next(held) if entry.claim is not None else None
                    written.append(Written(holder, rights))
        return written

    def _late(self, work: Work) -> bool:
        oldest = self.store.oldest_unstamped(work=work)
        now = ms_of(self.clock.now())
        return oldest is not None and now - oldest > LONGEST_WITHOUT_STAMP * 1000

    def _current_rights(self, work: Work) -> Mapping[str, tuple[Right, ...]]:
        version, rights = self._rights
        newest = self.store.rights_version(work=work)
        if newest != version:
            found: dict[str, tuple[Right, ...]] = {}
            for right in self.store.rights(work=work):
                key = f"{right.client} {right.service}"
                found[key] = (*found.get(key, ()), right)
            rights = found
            self._rights = (newest, rights)
        return rights

    def _sealed(self, entry: Entry, subject: SubjectId) -> Stored:
        content = len(entry.header_part).to_bytes(4, "big") + entry.header_part + entry.body
        context = context_of(entry.request_id, entry.role, entry.direction)
        return Stored(
            at_ms=ms_of(entry.at),
            message_id=entry.message_id,
            request_id=entry.request_id,
            role=entry.role,
            direction=entry.direction,
            client=entry.client,
            service=entry.service,
            status=entry.status,
            subject=subject,
            sealed=self.vault.seal(subject, content, context=context),
            signature=zlib.compress(entry.signature, 1),
            digest=sha512(entry.signature).digest(),
        )

    def unseal(self, stored: Stored) -> tuple[bytes, bytes, bytes]:
        """Header part, body and signature of a logged message."""
        content = self.vault.open(
            SubjectId(stored.subject),
            stored.sealed,
            context=context_of(stored.request_id, stored.role, stored.direction),
        )
        size = int.from_bytes(content[:4], "big")
        signature = zlib.decompress(stored.signature)
        return content[4 : 4 + size], content[4 + size :], signature

    async def answer_of(self, claim: Claim) -> tuple[bytes, bytes] | None:
        """Header part and body of the response that this node gave to a claimed request."""

        def look() -> tuple[bytes, bytes] | None:
            with self.database.read() as work:
                found = self.store.find(
                    claim.request_id,
                    client=claim.client,
                    message_id=claim.message_id,
                    role=Role.PROVIDER,
                    direction=Direction.RESPONSE,
                    work=work,
                )
            return self.unseal(found[0])[:2] if found is not None else None

        return await self.in_thread(look)

    async def take_over(self, held: Claim, new: Claim) -> bool:
        """Move a claim that ran out to another request."""

        def move() -> bool:
            with self.database.work() as work:
                return self.store.take_over(held, new, work=work)

        return await self.in_thread(move)
