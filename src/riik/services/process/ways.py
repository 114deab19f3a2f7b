"""Does every path of a process come to an end? The graph, and the tokens that meet at its joins.

Pure. A node from which no end is reached holds a case for ever; so does a join for which a token
never comes. The second is found by walking all states that a case can reach, by the very walk that
runs cases: each condition tried both ways, each event occurring or not, an activity that is done
several times done never and twice. Of very wide processes only the first `MOST` states are walked.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from riik.services.errors import FolderRefused
from riik.services.process.model import Flow, Kind, Loop, Node, Process, State
from riik.services.process.moving import expected
from riik.services.process.places import node_of
from riik.services.process.walking import Walk

__all__ = ["endless", "never_taken", "stuck", "unreached"]

MOST = 5_000
MOST_SPLIT = 4


def unreached(process: Process) -> Iterator[str]:
    """Nodes to which no case ever comes."""
    reached = _reached(process)
    yield from (node for node in process.nodes if node not in reached)


def endless(process: Process) -> Iterator[str]:
    """Nodes that a case can reach and from which it reaches no end."""
    ways = _ways(process)
    back: dict[str, set[str]] = {node: set() for node in process.nodes}
    for node, targets in ways.items():
        for target in targets:
            back[target].add(node)
    ends = [node.id for node in process.nodes.values() if node.kind is Kind.END]
    reached, ending = _reached(process), _closure(back, ends)
    yield from (node for node in process.nodes if node in reached and node not in ending)


def never_taken(process: Process) -> Iterator[tuple[str, str]]:
    """Flows of exclusive gateways behind one that always holds: gateway and flow (§13.4.2)."""
    for node in process.nodes.values():
        if node.kind is not Kind.EXCLUSIVE:
            continue
        always = False
        for flow in process.flows[node.id]:
            if always:
                yield node.id, flow.id
            elif flow.id != node.default and (flow.test is None or flow.condition == "true"):
                always = True


def stuck(process: Process) -> Iterator[str]:
    """Joins at which a token can wait for others that never come."""
    told: set[str] = set()
    seen: set[State] = set()
    left = list(_tried(process, State(), lambda walk: walk.begin()))
    while left and len(seen) < MOST:
        state = left.pop()
        if state in seen:
            continue
        seen.add(state)
        if not state.at:
            told |= {node_of(gate) for gate, _, _ in state.held}
        left += [after for after in _after(process, state) if after not in seen]
    yield from (node for node in process.nodes if node in told)


def _ways(process: Process) -> dict[str, set[str]]:
    ways = {node: {flow.target for flow in flows} for node, flows in process.flows.items()}
    for node in process.nodes.values():
        if node.on:
            ways[node.on].add(node.id)
        if node.begins:
            ways[node.id].add(node.begins)
    return ways


def _reached(process: Process) -> set[str]:
    return _closure(_ways(process), [process.begins.id])


def _closure(ways: dict[str, set[str]], begin: Sequence[str]) -> set[str]:
    found, left = set(begin), list(begin)
    while left:
        for target in ways[left.pop()] - found:
            found.add(target)
            left.append(target)
    return found


def _after(process: Process, state: State) -> Iterator[State]:
    """The states after one token went on, and after each event that could come meanwhile.

    What other tokens do first makes no difference to whether this one can go on.
    """
    for place in state.at:
        if process.nodes[node_of(place)].kind is not Kind.EVENTS:
            yield from _tried(process, state, lambda walk, p=place: walk.done(p))  # type: ignore[misc]
            break
    for event, node in expected(process, state):
        if node.kind is Kind.BOUNDARY and (node.interrupts or _alone(process, state, node)):
            yield from _tried(process, state, lambda walk, e=event: walk.happened(e))  # type: ignore[misc]
        elif node.kind is not Kind.BOUNDARY and event not in state.at:
            yield from _tried(process, state, lambda walk, e=event: walk.came(e))  # type: ignore[misc]


def _alone(process: Process, state: State, event: Node) -> bool:
    """Whether nothing that this event began is going on: once at a time is enough to try."""
    begun = _closure(_ways(process), [event.id])
    return sum(node_of(place) in begun for place in state.at) == 0


class _Tries:
    """Decides what is left open in one of all possible ways, and counts the others."""

    def __init__(self, script: Sequence[int]) -> None:
        """Follow the script as far as it goes, then take the first way each time."""
        self.script, self.taken, self.open = list(script), list[int](), list[int]()

    def _one_of(self, number: int) -> int:
        at = len(self.taken)
        chosen = self.script[at] if at < len(self.script) else 0
        self.taken.append(chosen)
        self.open.append(number)
        return chosen

    def ways(self, gateway: Node, flows: Sequence[Flow], _place: str, /) -> Sequence[Flow]:
        if gateway.kind is Kind.EXCLUSIVE:
            return [flows[self._one_of(len(flows))]]
        some = [list(one) for n in range(1, len(flows) + 1) for one in combinations(flows, n)]
        if len(flows) > MOST_SPLIT:
            some = [*([flow] for flow in flows), list(flows)]
        return some[self._one_of(len(some))]

    def number(self, _activity: Node, _place: str, /) -> int:
        return (0, 2)[self._one_of(2)]

    def enough(self, activity: Node, _loop: Loop, /) -> bool:
        conditional = activity.many is not None and activity.many.until is not None
        return conditional and self._one_of(2) == 1


def _tried(process: Process, state: State, step: Callable[[Walk], None]) -> Iterator[State]:
    """Every state that this step can lead to."""
    scripts: list[list[int]] = [[]]
    for _ in range(MOST):
        if not scripts:
            return
        tries = _Tries(scripts.pop())
        walk = Walk(process, state, tries)
        try:
            step(walk)
        except FolderRefused:
            # A circle of gateways: another choice leads out of it, or `endless` tells it.
            continue
        finally:
            begun = len(tries.script)
            for at in range(begun, len(tries.taken)):
                scripts += [[*tries.taken[:at], n] for n in range(1, tries.open[at])]
        yield walk.state()
