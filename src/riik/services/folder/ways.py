"""Does every path of a process come to an end? The graph, and the tokens that meet at its joins.

Pure. A node from which no end is reached holds a case for ever; so does a parallel join for which
a token never comes. The second is found by walking all ways in which tokens can stand, with each
way of an exclusive gateway tried; of very wide processes only the first `MOST` are walked.
"""

from collections.abc import Iterator

from riik.services.process import Kind, Process

__all__ = ["endless", "stuck"]

MOST = 5_000

Tokens = tuple[tuple[str, str], ...]
"""Where tokens stand: flow and the node it leads to, sorted."""


def endless(process: Process) -> Iterator[str]:
    """Nodes that a case can reach and from which it reaches no end."""
    ways = {node: set(_onwards(process, node)) for node in process.nodes}
    starts = [node.id for node in process.nodes.values() if node.kind is Kind.START]
    reached = _closure(ways, starts)
    back: dict[str, set[str]] = {node: set() for node in process.nodes}
    for node, targets in ways.items():
        for target in targets:
            back[target].add(node)
    ends = [node.id for node in process.nodes.values() if node.kind is Kind.END]
    ending = _closure(back, ends)
    yield from (node for node in process.nodes if node in reached and node not in ending)


def stuck(process: Process) -> Iterator[str]:
    """Parallel joins at which a token can wait for others that never come."""
    (first,) = [node.id for node in process.nodes.values() if node.kind is Kind.START]
    begun: Tokens = tuple(sorted((flow.id, flow.target) for flow in process.flows[first]))
    seen, left, told = {begun}, [begun], set()
    while left and len(seen) < MOST:
        tokens = left.pop()
        further = list(_next(process, tokens))
        if not further:
            told |= {node for _, node in tokens}
        for each in further:
            if each not in seen:
                seen.add(each)
                left.append(each)
    yield from (node for node in process.nodes if node in told)


def _onwards(process: Process, node: str) -> Iterator[str]:
    yield from (flow.target for flow in process.flows[node])
    yield from (one.id for one in process.nodes.values() if one.on == node)


def _closure(ways: dict[str, set[str]], begin: list[str]) -> set[str]:
    found, left = set(begin), list(begin)
    while left:
        for target in ways[left.pop()] - found:
            found.add(target)
            left.append(target)
    return found


def _next(process: Process, tokens: Tokens) -> Iterator[Tokens]:
    """The ways on from here; none when all tokens wait for others (or when there are none)."""
    if not tokens:
        yield tokens
        return
    standing = sorted({node for _, node in tokens})
    for node in standing:
        here = [token for token in tokens if token[1] == node]
        if process.nodes[node].kind is Kind.PARALLEL:
            if len({flow for flow, _ in here}) < process.incoming[node]:
                continue
            taken = [next(t for t in here if t[0] == flow) for flow in {f for f, _ in here}]
        else:
            taken = here[:1]
        rest = list(tokens)
        for token in taken:
            rest.remove(token)
        if len(rest) > len(process.nodes):
            return
        yield from _moved(process, node, rest)
        # What other tokens do first makes no difference to whether this one can go on.
        return


def _moved(process: Process, node: str, rest: list[tuple[str, str]]) -> Iterator[Tokens]:
    out = [(flow.id, flow.target) for flow in process.flows[node]]
    if process.nodes[node].kind is Kind.EXCLUSIVE:
        yield from (tuple(sorted([*rest, way])) for way in out)
    else:
        yield tuple(sorted([*rest, *out]))
    for event in process.nodes.values():
        if event.on == node:
            ways = [(flow.id, flow.target) for flow in process.flows[event.id]]
            yield tuple(sorted([*rest, *ways]))
