"""Tokens on their way: what happens between two states of a process.

A walk begins where a state stands, moves tokens on until each waits, and gives the state after.
It lives for one step only. Clauses: BPMN 2.0.2 §13.3 activities, §13.4 gateways, §13.5 events.
"""

from riik.services.errors import FolderRefused
from riik.services.process.joins import ready
from riik.services.process.judging import Judge
from riik.services.process.model import WAITING, Flow, Kind, Loop, Node, Process, State
from riik.services.process.places import base_of, inside, node_of, place_in, scope_of

__all__ = ["Walk"]

MOST_STEPS = 5_000
_JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})
_WAITS = WAITING | {Kind.CATCH, Kind.EVENTS}


class Walk:
    """One step of one case."""

    def __init__(self, process: Process, state: State, judge: Judge) -> None:
        """Stand where the state stands."""
        self.process, self.judge = process, judge
        self.at = list(state.at)
        self.held: dict[str, dict[str, int]] = {}
        for gate, flow, count in state.held:
            self.held.setdefault(gate, {})[flow] = count
        for gate, count in state.arrived:
            flows = process.incoming[gate][:count]
            self.held.setdefault(gate, {}).update({flow.id: 1 for flow in flows})
        self.loops = {loop.activity: loop for loop in state.loops}
        self._moving: list[tuple[Flow, str]] = []

    def state(self) -> State:
        """Where tokens stand now; timers are somebody else's."""
        held = sorted(
            (gate, flow, count)
            for gate, flows in self.held.items()
            for flow, count in flows.items()
            if count
        )
        loops = tuple(self.loops[activity] for activity in sorted(self.loops))
        rests = tuple(sorted(self.at))
        return State(at=rests, held=tuple(held), loops=loops, ended=not rests and not held)

    def begin(self) -> None:
        """Put a token on the start event."""
        self._leave(self.process.begins, "")
        self._go_on()

    def done(self, place: str) -> None:
        """A task was done, or what was waited for came: its token moves on."""
        self.at.remove(place)
        self._over(place)
        self._go_on()

    def came(self, event: str) -> None:
        """An event behind an event-based gateway came first: the others are off (§13.4.4)."""
        scope, node = scope_of(event), self.process.nodes[node_of(event)]
        gates = {flow.source for flow in self.process.incoming[node.id]}
        self.at.remove(next(p for p in self.at if scope_of(p) == scope and node_of(p) in gates))
        self._over(event)
        self._go_on()

    def happened(self, event: str) -> None:
        """An event on an activity came: it ends the activity, or a token goes beside (§13.5.3)."""
        scope, node = scope_of(event), self.process.nodes[node_of(event)]
        if node.interrupts:
            self._end(place_in(scope, node.on))
        self._leave(node, scope)
        self._go_on()

    def _go_on(self) -> None:
        for _ in range(MOST_STEPS):
            if self._moving:
                self._arrive(*self._moving.pop())
            elif not self._open_a_join():
                return
        raise FolderRefused("the process runs in a circle", why="loop")

    def _arrive(self, flow: Flow, scope: str) -> None:
        node = self.process.nodes[flow.target]
        place = place_in(scope, node.id)
        if node.kind in _JOINS:
            flows = self.held.setdefault(place, {})
            flows[flow.id] = flows.get(flow.id, 0) + 1
        elif node.kind is Kind.EXCLUSIVE:
            chosen = self.judge.ways(node, self.process.flows[node.id], place)
            self._moving += [(way, scope) for way in chosen]
        elif node.kind is Kind.END:
            self._ended_in(scope)
        else:
            self._enter(node, place)

    def _enter(self, node: Node, place: str) -> None:
        """An activity or event begins (§13.3.2, §13.3.7)."""
        if node.many is None:
            self._begin(node, place)
            return
        if place in self.loops:
            raise FolderRefused(f"{node.id} is begun while it goes on", why="twice")
        total = self.judge.number(node, place)
        if not total:
            self._leave(node, scope_of(place))
            return
        begun = 1 if node.many.sequential else total
        self.loops[place] = Loop(place, total, begun, 0)
        for number in range(1, begun + 1):
            if place in self.loops:
                self._begin(node, f"{place}#{number}")

    def _begin(self, node: Node, place: str) -> None:
        if node.kind in _WAITS or (node.kind is Kind.THROW and node.does):
            self.at.append(place)
        elif node.kind is Kind.CALL:
            if any(inside(one, place) for one in self._places()):
                raise FolderRefused(f"{node.id} is begun while it goes on", why="twice")
            self._leave(self.process.nodes[node.begins], place)
        else:
            # A manual task is nobody's to watch: it is over for a machine at once (§13.3.3).
            self._over(place)

    def _over(self, place: str) -> None:
        """An activity is done: go on behind it, or with the next of several."""
        activity = base_of(place)
        node, scope = self.process.nodes[node_of(place)], scope_of(place)
        loop = self.loops.get(activity)
        if loop is None or activity == place:
            self._leave(node, scope)
            return
        loop = Loop(activity, loop.total, loop.begun, loop.done + 1)
        self.loops[activity] = loop
        if loop.done == loop.total or self.judge.enough(node, loop):
            self._end(activity)
            self._leave(node, scope)
        elif node.many is not None and node.many.sequential:
            self.loops[activity] = Loop(activity, loop.total, loop.begun + 1, loop.done)
            self._begin(node, f"{activity}#{loop.begun + 1}")

    def _leave(self, node: Node, scope: str) -> None:
        flows = self.process.flows[node.id]
        if node.kind is Kind.INCLUSIVE:
            flows = tuple(self.judge.ways(node, flows, place_in(scope, node.id)))
        self._moving += [(flow, scope) for flow in flows]

    def _ended_in(self, scope: str) -> None:
        """A token is gone; a called process without tokens is over (§13.3.4)."""
        if scope and not any(place.startswith(f"{scope}/") for place in self._places()):
            self._over(scope)

    def _open_a_join(self) -> bool:
        """Let one gateway that joins go on; says whether there was one."""
        for gate, here in self.held.items():
            flows = ready(self.process, node_of(gate), here, self._beside(gate))
            if flows:
                for flow in flows:
                    here[flow] -= 1
                if not any(here.values()):
                    del self.held[gate]
                self._leave(self.process.nodes[node_of(gate)], scope_of(gate))
                return True
        return False

    def _beside(self, gate: str) -> set[str]:
        """The nodes of the gateway's own process at which other tokens stand."""
        scope = scope_of(gate)
        start = f"{scope}/" if scope else ""
        found = set()
        for place in self._places():
            if place.startswith(start) and place != gate:
                found.add(node_of(start + place[len(start) :].partition("/")[0]))
        return found

    def _places(self) -> list[str]:
        """Where tokens stand or are about to arrive."""
        holding = [gate for gate, flows in self.held.items() if any(flows.values())]
        moving = [place_in(scope, flow.target) for flow, scope in self._moving]
        return [*self.at, *holding, *moving]

    def _end(self, activity: str) -> None:
        """Everything of an activity stops (§13.3.2 interrupted)."""
        self.at = [place for place in self.at if not inside(place, activity)]
        self.held = {gate: flows for gate, flows in self.held.items() if not inside(gate, activity)}
        self.loops = {name: loop for name, loop in self.loops.items() if not inside(name, activity)}
        self._moving = [
            (flow, scope) for flow, scope in self._moving if not (scope and inside(scope, activity))
        ]
