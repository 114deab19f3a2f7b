"""How is this node, and how is this country? Values without anybody's personal data.

A node tells its own status; the country's page puts those of its members together. Pure: asking
the nodes is `client`, the page is `page`, the routes are `http`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Protocol

from riik.core import MemberId
from riik.exchange import Direction, Record, Role

__all__ = [
    "MOST_MESSAGES",
    "Country",
    "JourneyFile",
    "Listed",
    "LogHead",
    "Member",
    "Message",
    "NodeStatus",
    "StatusSource",
    "WatchedLog",
    "messages_of",
]

MOST_MESSAGES = 20
"""How many of the last messages the page shows; a node tells as many of its own."""

STATE_CLASS = "GOV"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One question and its answer between two members, as one of them logged it.

    Attributes:
        id: ``X-Road-Id``: under it the evidence is found.
        at: When the question was logged, UTC.
        client: Who asked: ``instance/class/code/subsystem``.
        service: What was asked, with the subsystem that answers.
        status: HTTP status of the answer; 0 while there is none.
        milliseconds: From question to answer in this node's log, or None without an answer.
        time_stamped: Both records have their time-stamp.
        answered_here: This node is the one that was asked.
    """

    id: str
    at: datetime
    client: str
    service: str
    status: int
    milliseconds: int | None
    time_stamped: bool
    answered_here: bool

    @property
    def asker(self) -> str:
        """The member that asked."""
        return self.client.rpartition("/")[0]

    @property
    def provider(self) -> str:
        """The member that was asked."""
        return self.service.rsplit("/", 2)[0]

    @property
    def offer(self) -> str:
        """What was asked within the member: ``subsystem/service``."""
        return "/".join(self.service.split("/")[-2:])

    @property
    def outcome(self) -> str:
        """``answered``, ``refused`` or ``waiting``."""
        if 200 <= self.status < 400:
            return "answered"
        return "refused" if 400 <= self.status < 500 else "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """The newest head of a node's log of looks.

    Attributes:
        origin: The log's name.
        size: Number of looks in it.
        root: Root hash as in the checkpoint, base64.
        witnesses: Names of those who cosigned this head.
    """

    origin: str
    size: int
    root: str
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLog:
    """The newest head that a witness cosigned for one log."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """What a node says of itself to anyone who asks.

    Attributes:
        name: Of the node, in its file.
        member: Its owner: ``instance/class/code``.
        names: The owner's name by language.
        server: Where other servers reach it, ``host:port``.
        runs: The components it runs.
        messages: How many records its message log holds; None where only its operator may know.
        log: Head of its log of looks, if it keeps one.
        watches: What it has cosigned, if it is a witness.
        recent: Its last messages, newest first; of a demonstration alone.
        demonstration: It is part of a demonstration country.
    """

    name: str
    member: str
    names: Mapping[str, str]
    server: str
    runs: tuple[str, ...]
    messages: int | None
    log: LogHead | None = None
    watches: tuple[WatchedLog, ...] = ()
    recent: tuple[Message, ...] = ()
    demonstration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is known of a member without asking it.

    Attributes:
        name: The role it plays, such as ``transport``.
        member: ``instance/class/code``.
        names: By language.
        origin: Where people reach its node, such as ``http://localhost:7104``.
    """

    name: str
    member: str
    names: Mapping[str, str]
    origin: str

    @property
    def state_body(self) -> bool:
        """Is it a body of the state? Private and civic members have the same terms."""
        return MemberId.parse(self.member).member_class == STATE_CLASS

    def called(self, language: str) -> str:
        """Its name in a language, or in the first it has."""
        return self.names.get(language) or next(iter(self.names.values()), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member and what its node answered, or why it did not.

    Attributes:
        listed: What is known anyway.
        status: Its answer, or None.
        why: ``refused``, ``timeout`` … when there is none; ``closed``, when it answers people but
            its port for other members does not.
    """

    listed: Listed
    status: NodeStatus | None = None
    why: str = ""

    @property
    def up(self) -> bool:
        """Did it answer, and can others reach it?"""
        return self.status is not None and not self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyFile:
    """A file that the last journey left.

    Attributes:
        name: Its path in the folder, with ``/``.
        size: In bytes.
        at: When it was written, UTC.
    """

    name: str
    size: int
    at: datetime

    @property
    def folder(self) -> str:
        """The folder that it is in, or nothing for those that come first."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """All members at one moment.

    Attributes:
        at: The moment, UTC.
        members: In the order of the list.
        files: Of the last journey, in order of their names.
    """

    at: datetime
    members: tuple[Member, ...]
    files: tuple[JourneyFile, ...] = ()

    @property
    def silent(self) -> tuple[Member, ...]:
        """Who did not answer, or can't be reached by others."""
        return tuple(member for member in self.members if not member.up)

    @property
    def answering(self) -> tuple[NodeStatus, ...]:
        """What those said who did."""
        return tuple(member.status for member in self.members if member.status is not None)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The last messages of all, each once, newest first; the provider's record counts."""
        known: dict[str, Message] = {}
        for message in chain.from_iterable(status.recent for status in self.answering):
            if message.id not in known or message.answered_here:
                known[message.id] = message
        newest = sorted(known.values(), key=lambda message: message.at, reverse=True)
        return tuple(newest[:MOST_MESSAGES])

    @property
    def papers(self) -> tuple[JourneyFile, ...]:
        """The files that are in no folder: what the journey is about."""
        return tuple(file for file in self.files if not file.folder)

    @property
    def folders(self) -> Mapping[str, Sequence[JourneyFile]]:
        """The other files by their folder."""
        found: dict[str, list[JourneyFile]] = {}
        for file in self.files:
            if file.folder:
                found.setdefault(file.folder, []).append(file)
        return found

    @property
    def records(self) -> int:
        """Records in all message logs."""
        return sum(status.messages or 0 for status in self.answering)

    @property
    def looks(self) -> int:
        """Looks in all logs of looks."""
        return sum(status.log.size for status in self.answering if status.log)

    @property
    def watched(self) -> Mapping[str, int]:
        """The largest size that any witness has cosigned, by the log's name."""
        sizes: dict[str, int] = {}
        for log in chain.from_iterable(status.watches for status in self.answering):
            sizes[log.origin] = max(log.size, sizes.get(log.origin, 0))
        return sizes


class StatusSource(Protocol):
    """Where the country's page gets what it shows."""

    async def country(self) -> Country:
        """The members as they are now; never fails because one of them does."""
        ...

    async def file(self, name: str, /) -> bytes | None:
        """One of the listed files, or None when there is no such file."""
        ...


def messages_of(records: Iterable[Record]) -> tuple[Message, ...]:
    """Messages out of the records of one node's log, newest first.

    A request and its response share ``X-Road-Request-Id``. A node that asks itself logs both
    sides; the side that answered counts.

    Args:
        records: In any order; a request whose response is missing is waiting.
    """
    sides: dict[tuple[str, Role], list[Record]] = {}
    for record in records:
        sides.setdefault((record.request_id, record.role), []).append(record)
    messages: dict[str, Message] = {}
    for side in sides.values():
        message = _message(sorted(side, key=lambda record: record.at))
        if message is not None and (message.answered_here or message.id not in messages):
            messages[message.id] = message
    newest = sorted(messages.values(), key=lambda message: message.at, reverse=True)
    return tuple(newest[:MOST_MESSAGES])


def _blurred(message_id: str) -> str:
    """The same for both sides, and nobody's case: ids of messages may begin with a case's."""
    return sha256(message_id.encode()).hexdigest()[:16]


def _message(side: Sequence[Record]) -> Message | None:
    """One side's request with its response; a response alone tells too little."""
    requests = [record for record in side if record.direction is Direction.REQUEST]
    responses = [record for record in side if record.direction is Direction.RESPONSE]
    if not requests:
        return None
    asked, answer = requests[0], responses[-1] if responses else None
    took = round((answer.at - asked.at).total_seconds() * 1000) if answer else None
    return Message(
        id=_blurred(asked.message_id),
        at=asked.at,
        client=str(asked.client),
        service=str(asked.service),
        status=answer.status if answer else 0,
        milliseconds=took,
        time_stamped=all(record.time_stamped for record in side),
        answered_here=asked.role is Role.PROVIDER,
    )
