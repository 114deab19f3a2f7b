"""From one state of a process to the next: begin, complete a task, let an event occur.

Pure: the time comes in. Whoever tells no time has no timer armed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from riik.core import to_text
from riik.services.errors import StepRefused
from riik.services.process.judging import Knowing
from riik.services.process.model import WAITING, Kind, Node, Process, State, Timer
from riik.services.process.places import activities, inside, node_of, place_in, scope_of
from riik.services.process.times import again, arm
from riik.services.process.walking import Walk

__all__ = ["complete", "due_events", "expected", "occur", "start", "waiting"]


def start(
    process: Process, known: Mapping[str, Any], *, at: datetime | None = None, zone: str = "UTC"
) -> State:
    """Put a token on the start event and let it run to the first tasks.

    Args:
        process: What is begun.
        known: What conditions may speak of.
        at: Now; without it no timer is armed.
        zone: The country's, in which timers count days.
    """
    walk = Walk(process, State(), Knowing(known))
    walk.begin()
    return _timed(process, walk.state(), (), known, at=at, zone=zone)


def waiting(process: Process, state: State) -> list[Node]:
    """The tasks that wait to be done; ``id`` is the place of each, for `complete`."""
    found = []
    for place in state.at:
        node = process.nodes[node_of(place)]
        if node.kind in WAITING or node.kind is Kind.THROW:
            found.append(node if node.id == place else replace(node, id=place))
    return found


def complete(
    process: Process,
    state: State,
    task: str,
    known: Mapping[str, Any],
    *,
    at: datetime | None = None,
    zone: str = "UTC",
) -> State:
    """The state after a waiting task was done.

    Raises:
        StepRefused: No token waits at this task (``not-waiting``).
        FolderRefused: No condition of a gateway holds (``no-way``), it never rests (``loop``), or
            a timer can't be reckoned (``timer``).
    """
    if task not in state.at:
        raise StepRefused("the case is not at this step", why="not-waiting", step=task)
    walk = Walk(process, state, Knowing(known))
    kept = _untouched(process, state, gone=task)
    walk.done(task)
    return _timed(process, walk.state(), kept, known, at=at, zone=zone)


def occur(
    process: Process,
    state: State,
    event: str,
    known: Mapping[str, Any],
    *,
    at: datetime | None = None,
    zone: str = "UTC",
) -> State:
    """The state after a time or a message came that is waited for.

    Args:
        process: The graph.
        state: Where the case stands.
        event: Place of the event, as `expected` tells it.
        known: What conditions may speak of.
        at: Now.
        zone: The country's.

    Raises:
        StepRefused: Nothing waits for this event (``not-waiting``).
        FolderRefused: As `complete`.
    """
    node = dict(expected(process, state)).get(event)
    if node is None:
        raise StepRefused("nothing waits that this event could end", why="not-waiting", step=event)
    walk = Walk(process, state, Knowing(known))
    kept = _untouched(process, state, gone=_ended_by(process, state, event, node))
    if node.kind is Kind.BOUNDARY:
        walk.happened(event)
        old = [one for one in kept if one.event == event]
        kept = tuple(one for one in kept if one.event != event)
        kept += tuple(again(node, one, zone=zone) for one in old)
    elif event in state.at:
        walk.done(event)
    else:
        walk.came(event)
    return _timed(process, walk.state(), kept, known, at=at, zone=zone)


def _ended_by(process: Process, state: State, event: str, node: Node) -> str:
    """The place whose tokens an event takes away; nothing when it takes none."""
    if node.kind is Kind.BOUNDARY:
        return place_in(scope_of(event), node.on) if node.interrupts else ""
    if event in state.at:
        return event
    gates = {flow.source for flow in process.incoming[node.id]}
    here = (place for place in state.at if scope_of(place) == scope_of(event))
    return next(place for place in here if node_of(place) in gates)


def expected(process: Process, state: State) -> Iterator[tuple[str, Node]]:
    """Every event that could occur now: its place, and what it is (§13.5)."""
    for place in state.at:
        node = process.nodes[node_of(place)]
        if node.kind in (Kind.CATCH, Kind.RECEIVE):
            yield place, node
        elif node.kind is Kind.EVENTS:
            for flow in process.flows[node.id]:
                yield place_in(scope_of(place), flow.target), process.nodes[flow.target]
    if process.boundary:
        standing = (*state.at, *(gate for gate, _, _ in state.held))
        for activity in activities(standing):
            for event in process.boundary.get(node_of(activity), ()):
                yield place_in(scope_of(activity), event.id), event


def due_events(state: State, *, at: datetime) -> list[str]:
    """The timers whose time has come, the earliest first."""
    now = to_text(at)
    due = sorted((timer.due, timer.event) for timer in state.timers if timer.due)
    return [event for moment, event in due if moment <= now]


def _untouched(process: Process, state: State, *, gone: str) -> tuple[Timer, ...]:
    """The timers that go on running, whatever the step brings: those of other tokens."""
    if not state.timers:
        return ()
    rest = list(state.at)
    for place in state.at:
        if gone and inside(place, gone):
            rest.remove(place)
            if place == gone:
                break
    held = tuple(one for one in state.held if not (gone and inside(one[0], gone)))
    others = dict(expected(process, replace(state, at=tuple(rest), held=held)))
    return tuple(one for one in state.timers if one.event in others)


def _timed(
    process: Process,
    state: State,
    kept: tuple[Timer, ...],
    known: Mapping[str, Any],
    *,
    at: datetime | None,
    zone: str,
) -> State:
    """The state with its timers: those that go on running, and those that begin now."""
    if not process.timed:
        return state
    running = {timer.event: timer for timer in kept}
    timers = []
    for event, node in expected(process, state):
        if node.timed and event in running:
            timers.append(running[event])
        elif node.timed and at is not None:
            timers.append(arm(node, event, known, at=at, zone=zone))
    return replace(state, timers=tuple(timers))
