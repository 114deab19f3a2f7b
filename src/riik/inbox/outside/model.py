"""What leaves the house: where a person is reached, what is sent, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from riik.core import ClientId, PersonCode, SubjectId

__all__ = [
    "LETTER",
    "Channel",
    "Contact",
    "Contacts",
    "Fate",
    "Gone",
    "Leaving",
    "Organisations",
    "Sending",
    "State",
    "Step",
]

LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where a person is reached; what is not known is empty.

    Attributes:
        name: As it stands on an envelope.
        address: Likewise, in one line.
        language: In which the population register says that they are spoken to.
        browsers: Where their browsers take web push: sealed texts of `push`.
    """

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    language: str = ""
    browsers: tuple[str, ...] = field(default=(), repr=False)

    def reached_by(self, channel: str) -> bool:
        """Is there anything to write to?"""
        known = {"mail": self.email, "text": self.phone, "push": self.browsers}
        return bool(known.get(channel, self.name and self.address))


class Contacts(Protocol):
    """Who knows where a person is reached: the population register, asked when it is needed."""

    async def __call__(self, person: PersonCode, /, *, notice: str, letter: bool) -> Contact:
        """Ask; the look is in the person's own record.

        Args:
            person: Whose.
            notice: What for: the notice's id, for the trace.
            letter: Name and address are needed, for an envelope; they are not asked otherwise.

        Raises:
            Unavailable: It does not answer now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One message about one notice, on its way out.

    Attributes:
        id: The same whenever it is tried again; tells nobody anything.
        kind: ``case``, ``reminder``, ``decision`` or ``security``.
        organisation: Who wrote, in ``language``.
        title: The notice itself, for letters alone: nothing else may say what it is about.
        sent_at: When the notice was put into the inbox.
    """

    id: str
    contact: Contact
    kind: str
    language: str
    organisation: str
    sent_at: datetime
    title: str = field(default="", repr=False)
    body: str = field(default="", repr=False)


class Fate(StrEnum):
    """What became of a message."""

    SENT = "sent"
    BOUNCED = "bounced"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Gone:
    """One message's fate; ``why`` is a code, never a text from outside."""

    fate: Fate
    why: str = ""


class Channel(Protocol):
    """One way out of the house."""

    async def __call__(self, leaving: Sequence[Leaving], /) -> list[Gone]:
        """Send a batch; one fate a message, in the same order. Never raises for one of them.

        Raises:
            Unavailable: The way is closed now; nothing was sent.
        """
        ...


class State(StrEnum):
    """Where being told of a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    OPENED = "opened"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    LETTER = "letter"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was tried: by which channel, when, and with what outcome."""

    channel: str
    outcome: str
    at: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How far one notice's being told has come.

    Attributes:
        channel: By which it is being told, or was; empty while that is open.
        attempts: Tries by this channel.
        since: From when it could have left, RFC 3339: what an alarm counts from.
        steps: What was tried, the oldest first.
    """

    sender: ClientId
    id: str
    subject: SubjectId
    state: State = State.WAITING
    channel: str = ""
    attempts: int = 0
    since: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def failed(self) -> frozenset[str]:
        """Channels that are not tried again for this notice."""
        return frozenset(s.channel for s in self.steps if s.outcome in ("bounced", "gave-up"))


Organisations = Mapping[str, Mapping[str, str]]
"""How members are called, by language."""
