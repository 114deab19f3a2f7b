"""What happens next in a service: a strict subset of BPMN 2.0, interpreted as pure steps.

A process is a graph read from a file by `folder.process`. Its state is only where tokens wait
and which flows reached a joining gateway: no data, so it holds nothing personal and stays a
few dozen bytes. What the tokens wait for is read off the graph, so after a fall the same work
is found again. Conditions are FEEL over what the case knows; a task names an operation of this
platform, never code.

    state = start(process, known)
    while not state.ended:
        for task in waiting(process, state):   # a service task: run it; a user task: ask
            ...
        state = complete(process, state, task.id, known)

Clauses: BPMN 2.0.2 (formal/2013-12-09) §13.3 tasks, §13.4 gateways, §13.5 events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from riik.rules import expression
from riik.services.errors import FolderRefused, StepRefused

__all__ = [
    "Flow",
    "Kind",
    "Node",
    "Process",
    "State",
    "complete",
    "interrupt",
    "start",
    "waiting",
]

MOST_STEPS = 1_000


class Kind(StrEnum):
    """What a node of the graph does with a token."""

    START = "startEvent"
    END = "endEvent"
    USER = "userTask"
    SERVICE = "serviceTask"
    RULE = "businessRuleTask"
    RECEIVE = "receiveTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    BOUNDARY = "boundaryEvent"


WAITING = frozenset({Kind.USER, Kind.SERVICE, Kind.RULE, Kind.RECEIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A task, gateway or event.

    Attributes:
        id: Unique in the process.
        kind: What it does.
        does: Operation of a service task, name of a user task, decision of a rule task.
        default: The flow an exclusive gateway takes when no condition holds.
        on: The task a boundary event is attached to.
        after: ISO 8601 duration of a boundary timer; empty for a message.
        message: Name of a boundary message or of what a receive task waits for.
    """

    id: str
    kind: Kind
    does: str = ""
    default: str = ""
    on: str = ""
    after: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow, perhaps with a FEEL condition."""

    id: str
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as read and checked.

    Attributes:
        id: The file's own.
        nodes: By id.
        flows: Those that leave each node, in the file's order.
        incoming: How many flows reach each node.
    """

    id: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, tuple[Flow, ...]]
    incoming: Mapping[str, int]

    @property
    def operations(self) -> frozenset[str]:
        """What the service tasks name."""
        return frozenset(n.does for n in self.nodes.values() if n.kind is Kind.SERVICE)

    @property
    def user_tasks(self) -> frozenset[str]:
        """What the user tasks name."""
        return frozenset(n.does for n in self.nodes.values() if n.kind is Kind.USER)

    @property
    def decisions(self) -> frozenset[str]:
        """What the rule tasks name."""
        return frozenset(n.does for n in self.nodes.values() if n.kind is Kind.RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a case stands in its process.

    Attributes:
        at: Tasks at which tokens wait, sorted.
        arrived: Per joining gateway, how many flows reached it.
        ended: No token is left.
    """

    at: tuple[str, ...] = ()
    arrived: tuple[tuple[str, int], ...] = ()
    ended: bool = False


def start(process: Process, known: Mapping[str, Any]) -> State:
    """Put a token on the start event and let it run to the first tasks."""
    (first,) = (node for node in process.nodes.values() if node.kind is Kind.START)
    return _run(process, State(), [flow.target for flow in process.flows[first.id]], known)


def waiting(process: Process, state: State) -> list[Node]:
    """The tasks that wait to be done."""
    return [process.nodes[node] for node in state.at]


def complete(process: Process, state: State, task: str, known: Mapping[str, Any]) -> State:
    """The state after a waiting task was done.

    Raises:
        StepRefused: No token waits at this task (``not-waiting``).
        FolderRefused: No condition of a gateway holds (``no-way``), or it never rests (``loop``).
    """
    if task not in state.at:
        raise StepRefused("the case is not at this step", why="not-waiting", step=task)
    return _run(process, _without(state, task), _targets(process, task), known)


def interrupt(process: Process, state: State, event: str, known: Mapping[str, Any]) -> State:
    """The state after a boundary timer or message ended the task it is attached to.

    Raises:
        StepRefused: The event's task doesn't wait, or there is no such event.
    """
    node = process.nodes.get(event)
    if node is None or node.kind is not Kind.BOUNDARY or node.on not in state.at:
        raise StepRefused("nothing waits that this event could end", why="not-waiting", step=event)
    return _run(process, _without(state, node.on), _targets(process, event), known)


def _targets(process: Process, node: str) -> list[str]:
    return [flow.target for flow in process.flows[node]]


def _without(state: State, task: str) -> State:
    rest = list(state.at)
    rest.remove(task)
    return State(at=tuple(rest), arrived=state.arrived, ended=state.ended)


def _run(process: Process, state: State, moving: list[str], known: Mapping[str, Any]) -> State:
    """Move tokens on until each waits at a task or is gone."""
    at, arrived = list(state.at), dict(state.arrived)
    for _ in range(MOST_STEPS):
        if not moving:
            break
        node = process.nodes[moving.pop()]
        if node.kind in WAITING:
            at.append(node.id)
        elif node.kind is Kind.EXCLUSIVE:
            moving.append(_choose(process, node, known))
        elif node.kind is Kind.PARALLEL:
            moving += _join(process, node, arrived)
    if moving:
        raise FolderRefused("the process runs in a circle", why="loop")
    rests = tuple(sorted(at))
    waits = tuple(sorted((gate, count) for gate, count in arrived.items() if count))
    return State(at=rests, arrived=waits, ended=not rests and not waits)


def _choose(process: Process, gateway: Node, known: Mapping[str, Any]) -> str:
    """The first flow whose condition is true, else the default (§13.4.2)."""
    flows = process.flows[gateway.id]
    for flow in flows:
        if flow.id != gateway.default and (
            not flow.condition or expression(flow.condition).value(known) is True
        ):
            return flow.target
    for flow in flows:
        if flow.id == gateway.default:
            return flow.target
    raise FolderRefused(f"no way leads on from {gateway.id}", why="no-way")


def _join(process: Process, gateway: Node, arrived: dict[str, int]) -> list[str]:
    """Wait until every incoming flow brought a token, then send one out on each (§13.4.1)."""
    arrived[gateway.id] = arrived.get(gateway.id, 0) + 1
    if arrived[gateway.id] < process.incoming[gateway.id]:
        return []
    arrived[gateway.id] = 0
    return _targets(process, gateway.id)
