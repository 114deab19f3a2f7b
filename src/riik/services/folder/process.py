"""Reading a BPMN 2.0 file into a process, or refusing by name what is not supported.

Refused at load: script tasks, listeners, data objects that carry code, call activities,
sub-processes, multi-instance and loop markers, inclusive, complex and event-based gateways,
compensation, signals, and whatever else is not in `SUPPORTED`. Diagram elements are skipped.
"""

from collections.abc import Iterator, Mapping

from lxml.etree import QName, _Element

from riik.formats.xml import parse
from riik.rules import expression
from riik.services.errors import FolderRefused
from riik.services.process import WAITING, Flow, Kind, Node, Process

__all__ = ["read_process"]

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
RIIK = "urn:riik:bpmn:1"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"

SUPPORTED = frozenset({kind.value for kind in Kind} | {"sequenceFlow"})
_INSIDE = frozenset({"incoming", "outgoing", "documentation", "conditionExpression"})
_EVENTS = {
    Kind.BOUNDARY: frozenset({"timerEventDefinition", "messageEventDefinition"}),
    Kind.END: frozenset({"errorEventDefinition"}),
}
_SKIPPED = frozenset({"documentation", "laneSet", "textAnnotation", "association"})
_DOES = {Kind.SERVICE: "operation", Kind.USER: "task", Kind.RULE: "decision"}

MOST_NODES = 500


def read_process(source: bytes) -> Process:
    """Read a file of one executable process.

    Raises:
        FolderRefused: For ``process``: an element or attribute that isn't supported, by name;
            a graph that doesn't hang together; a condition that isn't FEEL.
    """
    root = parse(source)
    elements = [child for child in root if QName(child).namespace == BPMN]
    processes = [child for child in elements if QName(child).localname == "process"]
    others = {QName(child).localname for child in elements} - {"process", "message", "error"}
    if len(processes) != 1 or others:
        raise FolderRefused(f"one process a file, nothing else: {sorted(others)}", why="process")
    nodes = {node.id: node for node in map(_node, _children(processes[0], flows=False))}
    flows = [_flow(child) for child in _children(processes[0], flows=True)]
    if len(nodes) > MOST_NODES:
        raise FolderRefused("the process is too large", why="process", most=MOST_NODES)
    _check_graph(nodes, flows)
    return Process(
        id=processes[0].get("id", ""),
        nodes=nodes,
        flows={node: tuple(f for f in flows if f.source == node) for node in nodes},
        incoming={node: sum(f.target == node for f in flows) for node in nodes},
    )


def _children(process: _Element, *, flows: bool) -> Iterator[_Element]:
    for child in process.iterchildren("*"):
        name = QName(child).localname
        if QName(child).namespace == DIAGRAM or name in _SKIPPED:
            continue
        if QName(child).namespace != BPMN or name not in SUPPORTED:
            raise FolderRefused(f"{name} is not supported in a process", why="process")
        if (name == "sequenceFlow") is flows:
            yield child


def _node(element: _Element) -> Node:
    kind = Kind(QName(element).localname)
    name = element.get("id", "")
    if not name:
        raise FolderRefused(f"a {kind} has no id", why="process")
    does = element.get(f"{{{RIIK}}}{_DOES[kind]}", "") if kind in _DOES else ""
    if kind in _DOES and not does:
        raise FolderRefused(f"{name} names no riik:{_DOES[kind]}", why="process")
    after, message = _event(element, kind, name)
    if kind is Kind.BOUNDARY:
        _check_boundary(element, name, timed=bool(after), messaged=bool(message))
    return Node(
        id=name,
        kind=kind,
        does=does,
        default=element.get("default", ""),
        on=element.get("attachedToRef", ""),
        after=after,
        message=message or element.get("messageRef", ""),
    )


def _check_boundary(element: _Element, name: str, *, timed: bool, messaged: bool) -> None:
    if element.get("cancelActivity", "true") != "true":
        raise FolderRefused(f"{name}: events that don't interrupt aren't supported", why="process")
    if timed is messaged:
        raise FolderRefused(f"{name} waits for a time or for a message", why="process")


def _event(element: _Element, kind: Kind, name: str) -> tuple[str, str]:
    """Duration and message of an event's definition; refuses other things inside a node."""
    after = message = ""
    for child in element.iterchildren("*"):
        inner = QName(child).localname
        if inner in _EVENTS.get(kind, ()):
            message = child.get("messageRef", message)
            for timer in child.iterchildren("*"):
                if QName(timer).localname != "timeDuration":
                    raise FolderRefused(f"{name}: only timeDuration is supported", why="process")
                after = _duration((timer.text or "").strip(), name)
        elif inner not in _INSIDE:
            raise FolderRefused(f"{inner} in {name} is not supported", why="process")
    return after, message


def _duration(text: str, name: str) -> str:
    """A duration of ISO 8601 that FEEL knows too; months or days, not both (DMN §10.3.2.3.7)."""
    if expression("duration(text)").value({"text": text}) is None or text.startswith("-"):
        raise FolderRefused(f"{name}: {text!r} is no duration", why="process")
    return text


def _flow(element: _Element) -> Flow:
    name = element.get("id", "")
    condition = ""
    for child in element.iterchildren("*"):
        inner = QName(child).localname
        if inner != "conditionExpression":
            if inner not in _INSIDE:
                raise FolderRefused(f"{inner} in {name} is not supported", why="process")
            continue
        if "FEEL" not in child.get("language", "FEEL").upper():
            raise FolderRefused(f"the condition of {name} is not FEEL", why="process")
        condition = (child.text or "").strip()
        expression(condition)
    return Flow(
        id=name,
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        condition=condition,
    )


def _check_graph(nodes: Mapping[str, Node], flows: list[Flow]) -> None:
    """One start, an end, every flow between known nodes, every node with its ways."""
    if len({flow.id for flow in flows} | set(nodes)) != len(flows) + len(nodes):
        raise FolderRefused("two elements have one id", why="process")
    for flow in flows:
        if flow.source not in nodes or flow.target not in nodes:
            raise FolderRefused(f"{flow.id} leads from or to nothing", why="process")
    kinds = [node.kind for node in nodes.values()]
    if kinds.count(Kind.START) != 1 or Kind.END not in kinds:
        raise FolderRefused("a process has one start and at least one end", why="process")
    for node in nodes.values():
        _check_node(node, nodes, flows)


def _check_node(node: Node, nodes: Mapping[str, Node], flows: list[Flow]) -> None:
    out = [flow for flow in flows if flow.source == node.id]
    entered = any(flow.target == node.id for flow in flows)
    if node.kind is Kind.END:
        if out:
            raise FolderRefused(f"{node.id} is an end, yet goes on", why="process")
    elif not out:
        raise FolderRefused(f"{node.id} leads nowhere", why="process")
    if node.kind in (Kind.START, Kind.BOUNDARY):
        if entered:
            raise FolderRefused(f"a flow leads into {node.id}", why="process")
    elif not entered:
        raise FolderRefused(f"nothing leads to {node.id}", why="process")
    if node.kind is Kind.BOUNDARY and (node.on not in nodes or nodes[node.on].kind not in WAITING):
        raise FolderRefused(f"{node.id} hangs on nothing that waits", why="process")
    several = len(out) > 1
    if several and node.kind not in (Kind.EXCLUSIVE, Kind.PARALLEL):
        raise FolderRefused(f"{node.id} splits without a gateway", why="process")
    if several and node.kind is Kind.EXCLUSIVE and node.default not in {flow.id for flow in out}:
        raise FolderRefused(f"{node.id} has no default flow", why="process")
