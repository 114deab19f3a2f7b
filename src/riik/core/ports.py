"""What components need from the outside world, as shapes; `runtime` fills them.

Clock, entropy, threads, network and disk are ports, so that a simulator can replace
them and nothing else. Units of work, keys and sealing have the same reason.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from riik.core.identifiers import KeyId, PersonCode, SubjectId

__all__ = [
    "Clock",
    "Database",
    "Entropy",
    "InThread",
    "KeyKind",
    "Keys",
    "Outbox",
    "Signer",
    "Vault",
    "Work",
]

T = TypeVar("T")


class Clock(Protocol):
    """The time of day and a stopwatch."""

    def now(self) -> datetime:
        """Now, with the zone UTC, to the microsecond."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        ...


class Entropy(Protocol):
    """Unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """That many bytes, fit for keys and nonces."""
        ...


class InThread(Protocol):
    """Runs one store transaction or one computation in the node's thread pool."""

    def __call__(self, action: Callable[..., T], /, *args: Any, **kwargs: Any) -> Awaitable[T]:
        """Call ``action`` there and wait without blocking the loop."""
        ...


class Work(Protocol):
    """One unit of work: what is written through it becomes true together, or not at all."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any:
        """Run one SQLAlchemy Core statement; the answer is its ``CursorResult``."""
        ...

    def insert_many(
        self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], /
    ) -> None:
        """Write many rows, each a value for each column, as they come: no types in between."""
        ...

    def after_commit(self, action: Callable[[], None], /) -> None:
        """Call ``action`` once the unit is durable; never when it is rolled back."""
        ...


class Database(Protocol):
    """A node's database. Both contexts block: call them inside `InThread`, not in the loop."""

    def work(self) -> AbstractContextManager[Work]:
        """A unit that may write. Leaving it returns when the commit is on disk."""
        ...

    def read(self) -> AbstractContextManager[Work]:
        """A consistent snapshot; writing through it is refused."""
        ...


class KeyKind(StrEnum):
    """Kinds of signing key. Each has one hash: SHA-256, SHA-384, none, SHA-256."""

    P256 = "P-256"
    P384 = "P-384"
    ED25519 = "Ed25519"
    RSA2048 = "RSA-2048"


class Signer(Protocol):
    """A private key that stays where it is."""

    @property
    def kind(self) -> KeyKind:
        """Which kind of key this is."""
        ...

    @property
    def public_key(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, DER."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Sign the message (not its digest); ECDSA answers DER, RSA is PKCS#1 v1.5."""
        ...


class Keys(Protocol):
    """A node's key store: encrypted files, or a PKCS#11 token."""

    def generate(self, key: KeyId, kind: KeyKind, /) -> Signer:
        """Make a key, durably, and answer its signer; an existing one is refused."""
        ...

    def signer(self, key: KeyId, /) -> Signer:
        """Open a key that exists; raises `Refused` for ``unknown``."""
        ...

    def has(self, key: KeyId, /) -> bool:
        """Is there such a key?"""
        ...


class Vault(Protocol):
    """Seals personal data: a data key a person, kept apart from what it seals.

    Its keys live in a database of their own, so no method takes a unit of work.
    """

    def subject_of(self, code: PersonCode, /) -> SubjectId:
        """The opaque subject of this person at this node; made, durably, when new."""
        ...

    def subjects_of(self, codes: Iterable[PersonCode], /) -> list[SubjectId]:
        """The same for many, in one commit and in the given order."""
        ...

    def find(self, code: PersonCode, /) -> SubjectId | None:
        """The subject if this node has met the person."""
        ...

    def seal(self, subject: SubjectId, plaintext: bytes, /, *, context: str) -> bytes:
        """Encrypt for this person; ``context`` (table, column, row) is bound to it."""
        ...

    def seal_many(self, values: Iterable[tuple[SubjectId, bytes, str]], /) -> list[bytes]:
        """The same for many, each with its subject and context, in the given order."""
        ...

    def open(self, subject: SubjectId, sealed: bytes, /, *, context: str) -> bytes:
        """Decrypt; raises `Refused` for ``forgotten``, ``context`` or ``damaged``."""
        ...

    def open_many(self, subject: SubjectId, values: Iterable[tuple[bytes, str]], /) -> list[bytes]:
        """The same for many of one person, each with its context, in the given order."""
        ...

    def blind(self, value: str, /, *, field: str) -> bytes:
        """A keyed index of a value, 32 bytes: equal values look up, nobody reads back."""
        ...

    def forget(self, subject: SubjectId, /) -> None:
        """Destroy the person's data key: what it sealed is unreadable, backups included."""
        ...


class Outbox(Protocol):
    """Events of this node, written with the state they tell of, delivered at least once."""

    def put(self, topic: str, key: str, payload: bytes, /, *, work: Work) -> None:
        """Write an event in the caller's unit of work.

        Args:
            topic: Which job takes it, such as ``services.record-licence``.
            key: Idempotency key: the same topic and key is kept once.
            payload: What the job needs; sealed by the caller when it is personal.
            work: The unit in which the state itself is written.
        """
        ...
