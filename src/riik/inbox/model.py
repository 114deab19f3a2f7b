"""Notices: what the state tells a person, and when it reached them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from riik.core import ClientId

__all__ = ["Notice", "Text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A notice in one language."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice of one person.

    Attributes:
        id: Given by the sender, unique for it: a repeated notice is kept once.
        sender: The subsystem that tells.
        case: The case it is about, or empty.
        texts: By language; at least one.
        legal_effect: A term runs from its delivery; it is never counted as delivered by
            mere sending (an outbox that stood still must not cost anyone a right).
        sent_at: When it was kept here, UTC.
        read_at: When the person opened it, UTC; None until then.
        letter_at: When the post handed it over on paper, UTC; None where it did not.
    """

    id: str
    sender: ClientId
    case: str
    texts: Mapping[str, Text]
    legal_effect: bool
    sent_at: datetime
    read_at: datetime | None = None
    letter_at: datetime | None = None
