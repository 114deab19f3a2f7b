"""When a gateway that joins may go on: parallel and inclusive (BPMN 2.0.2 §13.4.1, §13.4.3).

Pure. A parallel join wants a token on each flow. An inclusive one waits only for tokens that can
still reach it: for each token elsewhere that could come by a flow without one, and could not come
by a flow that has one, it waits.
"""

from collections.abc import Iterable, Mapping

from riik.services.process.model import Kind, Process

__all__ = ["reaches", "ready"]


def ready(
    process: Process, gate: str, here: Mapping[str, int], elsewhere: Iterable[str]
) -> list[str]:
    """The flows of whose tokens one each is taken now; empty while it waits.

    Args:
        process: The graph.
        gate: The gateway's id.
        here: How many tokens wait at it, by flow.
        elsewhere: The nodes of its own process at which other tokens stand.
    """
    occupied = [flow.id for flow in process.incoming[gate] if here.get(flow.id)]
    if process.nodes[gate].kind is Kind.PARALLEL:
        return occupied if len(occupied) == len(process.incoming[gate]) else []
    if not occupied:
        return []
    taken = set(occupied)
    if len(taken) == len(process.incoming[gate]):
        return occupied
    ways = reaches(process, gate)
    for node in elsewhere:
        flows = ways.get(node, frozenset())
        if flows - taken and not flows & taken:
            return []
    return occupied


def reaches(process: Process, gate: str) -> dict[str, frozenset[str]]:
    """By which flows into the gateway each node can reach it without visiting it before."""
    found: dict[str, set[str]] = {}
    for last in process.incoming[gate]:
        left, seen = [last.source], {gate}
        while left:
            node = left.pop()
            if node in seen:
                continue
            seen.add(node)
            found.setdefault(node, set()).add(last.id)
            left += [flow.source for flow in process.incoming[node]]
            # What happens while an activity goes on leads away from it as a flow does.
            if process.nodes[node].on:
                left.append(process.nodes[node].on)
    return {node: frozenset(flows) for node, flows in found.items()}
