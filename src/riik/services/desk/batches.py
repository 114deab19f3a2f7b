"""A signature under many decisions, from its beginning to its end; a look of an official.

Frozen values of what the desk keeps. What a card must sign is sealed under the official's own
key, each decision record under the key of its case's person.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from riik.core import SubjectId

__all__ = ["Batch", "BatchCase", "DeskLook", "PutAside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCase:
    """One case of a batch.

    Attributes:
        case: Its id.
        version: The version of the case that the official saw.
        sealed: The decision record, under the key of the case's person.
    """

    case: str
    version: int
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A signature that an official began.

    Attributes:
        id: Its own.
        official: Who signs: opaque, of this node.
        begun_at: UTC.
        sealed: What the card signs and what ends the signature, under the official's key.
        cases: What is decided.
        outcome: JSON of what became of it; empty until it ended.
    """

    id: str
    official: SubjectId
    begun_at: datetime
    sealed: bytes
    cases: tuple[BatchCase, ...]
    outcome: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAside:
    """A verdict that waits for its official's signature.

    Attributes:
        case: The case's id.
        version: The version of the case that the official saw.
        outcome: ``grant`` or ``refuse``.
        sealed: The verdict, under the key of the case's person.
    """

    case: str
    version: int
    outcome: str
    sealed: bytes

    @property
    def mark(self) -> str:
        """What tells this verdict from another one that took its place; nothing of it shows."""
        return sha256(self.sealed).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLook:
    """One look in an official's own log: nothing in it tells whose case it was.

    Attributes:
        id: Its own.
        at: UTC.
        purpose: Code of what it was for.
        case: The case's id, or empty.
        number: The case's number, or empty.
        version: Of the case that was opened whole; None for any other look.
    """

    id: str
    at: datetime
    purpose: str
    case: str
    number: str
    version: int | None = None
