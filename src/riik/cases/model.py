"""A case: one matter of one person, from its opening to its closing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from riik.core import SubjectId

__all__ = ["Case", "Document", "Event", "State"]


class State(StrEnum):
    """Where a case stands, in the words the person is told."""

    DRAFT = "draft"
    TO_SIGN = "to-sign"
    TO_PAY = "to-pay"
    IN_PROGRESS = "in-progress"
    WITH_OFFICIAL = "with-official"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def ended(self) -> bool:
        """Nothing more happens in this case."""
        return self in {State.GRANTED, State.REFUSED, State.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands.

    Attributes:
        id: Made by the channel that opened it; the X-Road-Issue of every message about it.
        number: What people say on the phone, ``2026-000017``; given by this authority.
        service: The public service, by its catalogue id.
        subject: Whose matter it is.
        state: Where it stands.
        opened_at: UTC.
        due_at: When the law wants it decided; None until it is submitted.
        assigned_to: The official's opaque subject, or None.
    """

    id: str
    number: str
    service: str
    subject: SubjectId
    state: State
    opened_at: datetime
    due_at: datetime | None = None
    assigned_to: SubjectId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One knot of the timeline: what happened, when, by whom. No personal data.

    Attributes:
        at: UTC.
        kind: A word of the authority, such as ``signed`` or ``fee-paid``.
        actor: ``person``, ``official``, ``computer`` or a member's identifier.
        detail: A code that explains the kind, or empty.
    """

    at: datetime
    kind: str
    actor: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file of the case, as it was signed or sealed."""

    name: str
    media_type: str
    content: bytes
