"""The message log: what was sent and received, durable before anything else happens.

Many messages that come at once are written in one unit of work, so that they share one flush
to disk. In the same unit a request is claimed to be handled once; the rights that hold are
read right before it. What a message says is sealed under the key of the person it is about.
The tables are in `store`, the time-stamps over the log in `jobs`.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256, sha512
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    PersonCode,
    SubjectId,
    Unavailable,
    Vault,
    Work,
)
from riik.exchange.errors import EvidenceRefused, NotTimeStamped
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
from riik.exchange.protocol.signature import join_signature, split_signature

__all__ = ["Entry", "ExchangeStore", "Journal", "Written"]

MOST_TOGETHER = 256
MOST_TRIES = 20
LONGEST_WITHOUT_STAMP = 4 * 3600
"""Seconds after which no message is taken when none was time-stamped (UG-SYSPAR)."""

MOST_KEYS = 4096
KEY_SECONDS = 60.0

_KEY_CONTEXT = "exchange_message/key"
_SIGNER = "signer/"

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


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that seals a person's messages for a short while, and its sealed form."""

    cipher: AESGCM
    wrapped: bytes
    until: float


@dataclass(slots=True, kw_only=True)
class Journal:
    """One node's message log, with the messages that wait for the next unit of work."""

    store: ExchangeStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    _waiting: deque[tuple[Entry, "asyncio.Future[Written]"]] = field(default_factory=deque)
    _writer: "asyncio.Task[None] | None" = None
    _keys: dict[SubjectId, "_Key"] = field(default_factory=dict)
    _signers: set[str] = field(default_factory=set)
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
        """Write them; where several processes share a database, again after a conflict."""
        for _ in range(MOST_TRIES - 1):
            try:
                return self._commit_once(entries)
            except Unavailable as error:
                if error.why != "conflict":
                    raise
        return self._commit_once(entries)

    def _commit_once(self, entries: Sequence[Entry]) -> "list[Written | NotTimeStamped]":
        subjects = self.vault.subjects_of([entry.subject or NOBODY for entry in entries])
        made = [self._stored(entry, who) for entry, who in zip(entries, subjects, strict=True)]
        claims = [entry.claim for entry in entries if entry.claim is not None]
        # Looked up in a snapshot of its own: in the unit that writes, every two workers that
        # log at once would be in each other's way.
        with self.database.read() as work:
            late = self._late(work)
            rights = self._current_rights(work) if claims else {}
        with self.database.work() as work:
            kept = [each for each in made if not (late and each[0].direction is Direction.REQUEST)]
            self._keep_signers(kept, work)
            if kept:
                self.store.add_messages([stored for stored, _ in kept], work=work)
            held = iter(self.store.claim(claims, work=work) if claims and not late else ())
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

    def _keep_signers(self, made: Sequence[tuple[Stored, bytes]], work: Work) -> None:
        """Certificates and OCSP responses are the same in many signatures: kept once."""
        new = {stored.signer: (stored, shared) for stored, shared in made}
        for signer in new.keys() - self._signers:
            stored, shared = new[signer]
            kept = Kept(name=_SIGNER + signer, content=shared, at_ms=stored.at_ms)
            self.store.keep(kept, work=work)
        # Remembered after the commit only: what was rolled back has to be written again.
        work.after_commit(lambda: self._signers.update(new))

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

    def _stored(self, entry: Entry, subject: SubjectId) -> tuple[Stored, bytes]:
        content = len(entry.header_part).to_bytes(4, "big") + entry.header_part + entry.body
        context = context_of(entry.request_id, entry.role, entry.direction)
        own, shared = split_signature(entry.signature)
        signer = sha256(shared).digest()
        stored = Stored(
            at_ms=ms_of(entry.at),
            message_id=entry.message_id,
            request_id=entry.request_id,
            role=entry.role,
            direction=entry.direction,
            client=entry.client,
            service=entry.service,
            status=entry.status,
            subject=subject,
            sealed=self._seal(subject, content, context),
            signature=zlib.compress(own, 1),
            signer=signer.hex(),
            digest=sha512(entry.signature).digest(),
        )
        return stored, shared

    def _seal(self, subject: SubjectId, content: bytes, context: str) -> bytes:
        """Seal under a key that is itself sealed under the person's: one such key a minute."""
        now = self.clock.monotonic()
        known = self._keys.get(subject)
        if known is None or now >= known.until:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            key = self.entropy.bytes(32)
            wrapped = self.vault.seal(subject, key, context=_KEY_CONTEXT)
            known = self._keys[subject] = _Key(AESGCM(key), wrapped, now + KEY_SECONDS)
        nonce = self.entropy.bytes(12)
        sealed = known.cipher.encrypt(nonce, content, context.encode())
        return len(known.wrapped).to_bytes(2, "big") + known.wrapped + nonce + sealed

    def unseal(self, stored: Stored, *, work: Work) -> tuple[bytes, bytes, bytes]:
        """Header part, body and signature of a logged message.

        Raises:
            Refused: For ``forgotten`` when the person's key was destroyed.
            EvidenceRefused: For ``damaged``.
        """
        size = int.from_bytes(stored.sealed[:2], "big")
        wrapped, rest = stored.sealed[2 : 2 + size], stored.sealed[2 + size :]
        key = self.vault.open(SubjectId(stored.subject), wrapped, context=_KEY_CONTEXT)
        context = context_of(stored.request_id, stored.role, stored.direction)
        try:
            content = AESGCM(key).decrypt(rest[:12], rest[12:], context.encode())
        except InvalidTag as error:
            raise EvidenceRefused("this log record was changed", why="damaged") from error
        kept = self.store.kept(_SIGNER + stored.signer, work=work)
        own = zlib.decompress(stored.signature)
        signature = join_signature(own, kept.content if kept is not None else b"")
        size = int.from_bytes(content[:4], "big")
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
                return self.unseal(found[0], work=work)[:2] if found is not None else None

        return await self.in_thread(look)

    async def take_over(self, held: Claim, new: Claim) -> bool:
        """Move a claim that ran out to another request."""

        def move() -> bool:
            with self.database.work() as work:
                return self.store.take_over(held, new, work=work)

        return await self.in_thread(move)
