"""A case: one matter of one person, from its opening to its closing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from riik.core import SubjectId, to_text

__all__ = ["Case", "Document", "Event", "Journey", "Lane", "Mark", "Paper", "Pick", "State"]


class State(StrEnum):
    """Where a case stands, in the words the person is told."""

    DRAFT = "draft"
    TO_SIGN = "to-sign"
    TO_COSIGN = "to-cosign"
    TO_PAY = "to-pay"
    IN_PROGRESS = "in-progress"
    WITH_OFFICIAL = "with-official"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def ended(self) -> bool:
        """Nothing more happens in this case."""
        return self in {State.GRANTED, State.REFUSED, State.WITHDRAWN}


class Lane(StrEnum):
    """Where a case stands among officials' work; the queue is sorted within a lane."""

    NONE = ""
    WAITING = "waiting"
    ASKED = "asked"
    DECIDED = "decided"
    ENDED = "ended"


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
        unit: The unit of officials that has it, by its code; empty while it needs none.
        lane: Where it stands among their work.
        needs: Codes of what needs a human.
        proposal: What is proposed: ``grant``, ``refuse``, ``official`` or nothing.
        proposed_by: The official whose proposal waits for another's signature, or None.
        asked_at: When the person was asked; None while nothing is asked.
        ended_at: When it ended.
        sealed_by: Whose key seals what it holds: its own, or None for its person's.
        about: The case whose decision it appeals against, by its id; the organisation that handed
            it over and its id there (``…/services#case``); empty for any other.
        watch_at: When the clock looks at it next; None when there is nothing to wait for.
        keep_years: For how many years it is kept after its end; 0 for ever.
        keep_until: When its content is erased; None while it goes on, or for ever.
        erased_at: When that was done: nothing but its times and outcome is left.
    """

    id: str
    number: str
    service: str
    subject: SubjectId
    state: State
    opened_at: datetime
    due_at: datetime | None = None
    assigned_to: SubjectId | None = None
    unit: str = ""
    lane: Lane = Lane.NONE
    needs: tuple[str, ...] = ()
    proposal: str = ""
    proposed_by: SubjectId | None = None
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    sealed_by: SubjectId | None = None
    about: str = ""
    watch_at: datetime | None = None
    keep_years: int = 0
    keep_until: datetime | None = None
    erased_at: datetime | None = None

    @property
    def key(self) -> SubjectId:
        """Whose key in the vault seals what belongs to it."""
        return self.sealed_by or self.subject

    @property
    def handed_by(self) -> str:
        """The organisation that handed it over; empty for one's own."""
        sender, mark, _ = self.about.partition("#")
        return sender if mark else ""

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands within its lane: the moment that counts there, and its number."""
        moment = self.ended_at if self.lane is Lane.ENDED else self.due_at
        return to_text(moment or self.opened_at), self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What officials see of a case in their queue without opening it. No personal data.

    Attributes:
        needs: Codes of what needs a human.
        proposal: ``grant``, ``refuse``, ``official`` or nothing.
        proposed_by: The official whose proposal waits for another's signature, or None.
    """

    needs: tuple[str, ...] = ()
    proposal: str = ""
    proposed_by: SubjectId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Which cases of the queue are wanted: what an official may see is in the question itself.

    Attributes:
        lane: Where they stand.
        units: Of these units; or
        officials: assigned to these officials. One of the two is empty.
        everyone: Of all units, for who may see them all; the two are empty then.
        service: Of one service; any when empty.
        due_before: Due before this moment; any when None.
        after: Place of the last case of the page before: `Case.place`.
        limit: How many at most.
    """

    lane: Lane
    units: tuple[str, ...] = ()
    officials: tuple[SubjectId, ...] = ()
    everyone: bool = False
    service: str = ""
    due_before: datetime | None = None
    after: tuple[str, str] | None = None
    limit: int = 50


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file of the case without its content.

    Attributes:
        name: Unique in the case.
        media_type: What it is.
        size: Bytes as they are kept: sealing adds fewer than a hundred.
    """

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A case's times and outcome, for figures. No person, no number.

    Attributes:
        id: The case's, by which this node finds what it paid; it is told to nobody.
        service: Catalogue id.
        channel: ``web``, ``desk`` …; empty where it was not written down.
        opened_at: UTC.
        handed_in_at: When it was signed, or handed in without a signature; None before.
        decided_at: When it was decided; None before, and for what was withdrawn.
        decided_by: ``computer`` or ``official``; empty before.
        state: Where it stands.
    """

    id: str = ""
    service: str
    channel: str
    opened_at: datetime
    handed_in_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    state: State
