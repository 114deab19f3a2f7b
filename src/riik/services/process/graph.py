"""Whether the nodes and flows of a process hang together (BPMN 2.0.2 §10)."""

from collections.abc import Mapping, Sequence

from riik.services.errors import FolderRefused
from riik.services.process.model import WAITING, Flow, Kind, Node

__all__ = ["MOST_NODES", "check_graph"]

MOST_NODES = 500
_SPLITS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENTS})
_CHOOSES = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE})
_ACTIVITIES = WAITING | {Kind.CALL}


def check_graph(nodes: Mapping[str, Node], flows: Sequence[Flow]) -> None:
    """One start and an end a file, every flow between known nodes, every node with its ways.

    Raises:
        FolderRefused: For ``process``, by name.
    """
    if len({flow.id for flow in flows} | set(nodes)) != len(flows) + len(nodes):
        raise FolderRefused("two elements have one id", why="process")
    out: dict[str, list[Flow]] = {node: [] for node in nodes}
    into: dict[str, list[Flow]] = {node: [] for node in nodes}
    for flow in flows:
        if flow.source not in nodes or flow.target not in nodes:
            raise FolderRefused(f"{flow.id} leads from or to nothing", why="process")
        out[flow.source].append(flow)
        into[flow.target].append(flow)
    for within in {node.rpartition("/")[0] for node in nodes} | {""}:
        kinds = [one.kind for one in nodes.values() if one.id.rpartition("/")[0] == within]
        if kinds.count(Kind.START) != 1 or Kind.END not in kinds:
            raise FolderRefused("a process has one start and at least one end", why="process")
    for node in nodes.values():
        _check_ways(node, nodes, out[node.id], into[node.id])
        _check_gateway(node, nodes, out[node.id], into)


def _check_ways(
    node: Node, nodes: Mapping[str, Node], out: Sequence[Flow], into: Sequence[Flow]
) -> None:
    if node.kind is Kind.END:
        if out:
            raise FolderRefused(f"{node.id} is an end, yet goes on", why="process")
    elif not out:
        raise FolderRefused(f"{node.id} leads nowhere", why="process")
    if node.kind in (Kind.START, Kind.BOUNDARY):
        if into:
            raise FolderRefused(f"a flow leads into {node.id}", why="process")
    elif not into:
        raise FolderRefused(f"nothing leads to {node.id}", why="process")
    hangs = node.on in nodes and nodes[node.on].kind in _ACTIVITIES
    if node.kind is Kind.BOUNDARY and not hangs:
        raise FolderRefused(f"{node.id} hangs on nothing that waits", why="process")


def _check_gateway(
    node: Node,
    nodes: Mapping[str, Node],
    out: Sequence[Flow],
    into: Mapping[str, Sequence[Flow]],
) -> None:
    several = len(out) > 1
    if several and node.kind not in _SPLITS:
        raise FolderRefused(f"{node.id} splits without a gateway", why="process")
    if several and node.kind in _CHOOSES and node.default not in {flow.id for flow in out}:
        raise FolderRefused(f"{node.id} has no default flow", why="process")
    if node.kind is not Kind.EVENTS:
        return
    if not several:
        raise FolderRefused(f"{node.id} waits for one event alone", why="process")
    for flow in out:
        after = nodes[flow.target]
        # §10.5.6: an event behind such a gateway has no other way in, and no event on it.
        single = len(into[after.id]) == 1 and not any(one.on == after.id for one in nodes.values())
        if after.kind not in (Kind.CATCH, Kind.RECEIVE) or after.many or not single:
            text = f"{after.id} is no event behind {node.id} alone"
            raise FolderRefused(text, why="process")
