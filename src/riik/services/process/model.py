"""A process as it is read, and where a case stands in it; nothing here moves.

Clauses: BPMN 2.0.2 (formal/2013-12-09).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from riik.rules import Expression

__all__ = ["WAITING", "Flow", "Kind", "Loop", "Many", "Node", "Process", "State", "Timer"]


class Kind(StrEnum):
    """What a node of the graph does with a token."""

    START = "startEvent"
    END = "endEvent"
    USER = "userTask"
    MANUAL = "manualTask"
    SERVICE = "serviceTask"
    RULE = "businessRuleTask"
    RECEIVE = "receiveTask"
    CALL = "callActivity"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENTS = "eventBasedGateway"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"


WAITING = frozenset({Kind.USER, Kind.SERVICE, Kind.RULE, Kind.RECEIVE})
"""Tasks at which a token waits until somebody or something has done them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """An activity that is done several times (§13.3.7 multi-instance).

    Attributes:
        sequential: One after another; otherwise all at once.
        number: How many times: FEEL.
        until: Ends it before all are done: FEEL, or None.
    """

    sequential: bool
    number: Expression
    until: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A task, gateway or event.

    Attributes:
        id: Unique in the process; in a called process behind the caller's id and a slash.
        kind: What it does.
        does: Operation of a service task or thrown message, name of a user task, decision of a
            rule task, file of a call.
        default: The flow a gateway takes when no condition holds.
        on: The activity a boundary event is attached to.
        interrupts: A boundary event ends its activity.
        after: Of a timer: a duration (ISO 8601, or FEEL that gives one).
        moment: Of a timer: a day or moment (ISO 8601, or FEEL that gives one).
        every: Of a timer: a repetition such as ``R3/P7D``.
        message: Name of the message that it waits for.
        many: Done several times, or None.
        begins: Of a call: the start event inside.
    """

    id: str
    kind: Kind
    does: str = ""
    default: str = ""
    on: str = ""
    interrupts: bool = True
    after: str = ""
    moment: str = ""
    every: str = ""
    message: str = ""
    many: Many | None = None
    begins: str = ""

    @property
    def timed(self) -> bool:
        """It waits for a time."""
        return bool(self.after or self.moment or self.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow, perhaps with a FEEL condition.

    Attributes:
        test: The condition, read once; None without.
    """

    id: str
    source: str
    target: str
    condition: str = ""
    test: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as read and checked, with all that it calls.

    Attributes:
        id: The file's own.
        nodes: By id.
        flows: Those that leave each node, in the file's order.
        incoming: Those that reach each node.
        boundary: The events on each activity.
        timed: Something in it waits for a time.
    """

    id: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, tuple[Flow, ...]]
    incoming: Mapping[str, tuple[Flow, ...]]
    boundary: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    timed: bool = False

    @property
    def begins(self) -> Node:
        """Where a case begins."""
        starts = [node for node in self.nodes.values() if node.kind is Kind.START]
        return next(node for node in starts if "/" not in node.id)

    @property
    def operations(self) -> frozenset[str]:
        """What the service tasks and thrown messages name."""
        kinds = (Kind.SERVICE, Kind.THROW)
        return frozenset(n.does for n in self.nodes.values() if n.kind in kinds and n.does)

    @property
    def user_tasks(self) -> frozenset[str]:
        """What the user tasks name."""
        return frozenset(n.does for n in self.nodes.values() if n.kind is Kind.USER)

    @property
    def decisions(self) -> frozenset[str]:
        """What the rule tasks name."""
        return frozenset(n.does for n in self.nodes.values() if n.kind is Kind.RULE)

    @property
    def messages(self) -> frozenset[str]:
        """What its events and receive tasks wait for."""
        waits = (node for node in self.nodes.values() if node.kind is not Kind.THROW)
        return frozenset(node.message for node in waits if node.message)


@dataclass(frozen=True, slots=True)
class Timer:
    """A time that a case waits for.

    Attributes:
        event: The timer's place.
        due: When, RFC 3339 in UTC; empty once it is over.
        left: How often it comes again.
    """

    event: str
    due: str = ""
    left: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """Where an activity that is done several times stands.

    Attributes:
        activity: Its place.
        total: How often it is to be done.
        begun: How often it was begun.
        done: How often it was done.
    """

    activity: str
    total: int
    begun: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a case stands in its process: no data, a few dozen bytes.

    A place is a node's id; inside an activity that is done several times each has its number
    (``sign#2``), and inside a called process stands behind its caller (``heard#1/ask``).

    Attributes:
        at: Places at which tokens wait, sorted.
        held: Per joining gateway and flow, how many tokens wait for others.
        loops: Activities that are done several times.
        timers: Times that are waited for.
        ended: No token is left.
        arrived: Of a case from before flows were told apart: how many reached each join.
    """

    at: tuple[str, ...] = ()
    held: tuple[tuple[str, str, int], ...] = ()
    loops: tuple[Loop, ...] = ()
    timers: tuple[Timer, ...] = ()
    ended: bool = False
    arrived: tuple[tuple[str, int], ...] = ()

    @property
    def due(self) -> str:
        """The next time that is waited for, RFC 3339; empty without one."""
        return min((timer.due for timer in self.timers if timer.due), default="")
