"""How is this node, for its own operator? Values without anybody's personal data. Pure.

Certificates that run out, events that wait, jobs that fail, messages without time-stamp: what
an operator looks at first, and what of it needs them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

__all__ = ["Health", "HeldCertificate", "Need", "Peer", "Round", "needs"]

SOON = timedelta(days=30)
LATE_EVENT = 60.0
LATE_NOTICE = 900.0
LATE_STAMP = 600.0
"""Seconds that an event, a notice nobody was told of, or a message without time-stamp may wait
before somebody should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCertificate:
    """A certificate in the node's folder.

    Attributes:
        name: Of its file: what it is for.
        subject: Whom it names.
        ends: When it runs out.
    """

    name: str
    subject: str
    ends: datetime

    def days(self, now: datetime) -> int:
        """Whole days that are left; negative when it has run out."""
        return (self.ends - now) // timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A job that comes round, and why it failed last; empty when it did not."""

    name: str
    every: timedelta
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A member of the exchange as the global configuration has it.

    Its ``name`` is in one language; ``names`` are those that this node's file knows, by language.
    """

    member: str
    name: str
    subsystems: int
    servers: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, language: str) -> str:
        """Its name in a language, or as the configuration has it."""
        return self.names.get(language) or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A node at one moment.

    Attributes:
        at: The moment, UTC.
        name: Of the node.
        member: Its owner.
        names: The owner's name by language.
        runs: The components it runs.
        certificates: In its folder.
        waiting: How many events wait for delivery.
        oldest: For how many seconds the oldest does.
        untold: How many notices could have been told of outside, and were not.
        oldest_untold: For how many seconds the oldest could have been.
        rounds: Jobs that come round.
        peers: Members of the exchange.
        configuration_until: Until when the global configuration holds; None when there is none.
        messages: Records in the message log.
        unstamped: For how many seconds the oldest has waited for its time-stamp.
        looks: Size of the published log of looks; None where none is kept.
        witnesses: Who cosigned its head.
        demonstration: It is part of a demonstration country.
    """

    at: datetime
    name: str
    member: str
    names: Mapping[str, str]
    runs: tuple[str, ...]
    certificates: tuple[HeldCertificate, ...] = ()
    waiting: int = 0
    oldest: float = 0.0
    untold: int = 0
    oldest_untold: float = 0.0
    rounds: tuple[Round, ...] = ()
    peers: tuple[Peer, ...] = ()
    configuration_until: datetime | None = None
    messages: int = 0
    unstamped: float = 0.0
    looks: int | None = None
    witnesses: tuple[str, ...] = ()
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Something that an operator should do something about.

    Attributes:
        what: ``certificate``, ``expired``, ``outbox``, ``untold``, ``job``, ``stamp``,
            ``configuration`` or ``witness``.
        name: Of the certificate or job.
        number: Days, seconds or events.
    """

    what: str
    name: str = ""
    number: int = 0


def needs(health: Health) -> list[Need]:
    """What needs the operator, the worst first; nothing when all is well."""
    return [*_certificates(health), *_work(health), *_exchange(health)]


def _certificates(health: Health) -> Iterator[Need]:
    for one in sorted(health.certificates, key=lambda one: one.ends):
        days = one.days(health.at)
        if days < 0:
            yield Need("expired", one.name, -days)
        elif one.ends - health.at < SOON:
            yield Need("certificate", one.name, days)


def _work(health: Health) -> Iterator[Need]:
    if health.oldest > LATE_EVENT:
        yield Need("outbox", number=health.waiting)
    if health.oldest_untold > LATE_NOTICE:
        yield Need("untold", number=health.untold)
    for one in health.rounds:
        if one.failed:
            yield Need("job", one.name)


def _exchange(health: Health) -> Iterator[Need]:
    if health.unstamped > LATE_STAMP:
        yield Need("stamp", number=round(health.unstamped))
    until = health.configuration_until
    if until is None or until < health.at:
        yield Need("configuration")
    if health.looks and not health.witnesses:
        yield Need("witness")
