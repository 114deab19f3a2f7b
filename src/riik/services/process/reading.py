"""Reading a BPMN 2.0 file into a process, or refusing by name what is not supported.

Refused at load: script tasks, listeners, data objects that carry code, embedded sub-processes,
standard loops, complex gateways, compensation, signals, escalations, and whatever else is not in
`SUPPORTED`. A call activity names another file of the same folder. Diagrams are skipped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml.etree import QName, _Element

from riik.formats.xml import parse
from riik.rules import Expression, expression
from riik.services.errors import FolderRefused
from riik.services.process.graph import MOST_NODES, check_graph
from riik.services.process.model import Flow, Kind, Many, Node, Process
from riik.services.process.times import check_timer

__all__ = ["BPMN", "RIIK", "read_process"]

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
RIIK = "urn:riik:bpmn:1"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"

SUPPORTED = frozenset({kind.value for kind in Kind} | {"sequenceFlow"})
_INSIDE = frozenset({"incoming", "outgoing", "documentation", "conditionExpression"})
_MESSAGE, _TIMER = "messageEventDefinition", "timerEventDefinition"
_EVENTS = {
    Kind.BOUNDARY: frozenset({_TIMER, _MESSAGE}),
    Kind.CATCH: frozenset({_TIMER, _MESSAGE}),
    Kind.THROW: frozenset({_MESSAGE}),
    Kind.END: frozenset({"errorEventDefinition"}),
}
_SKIPPED = frozenset({"documentation", "laneSet", "textAnnotation", "association"})
_DOES = {Kind.SERVICE: "operation", Kind.USER: "task", Kind.RULE: "decision"}
_TIMES = {"timeDuration": "after", "timeDate": "moment", "timeCycle": "every"}
_MANY = "multiInstanceLoopCharacteristics"
_SEVERAL = frozenset({Kind.USER, Kind.SERVICE, Kind.RULE, Kind.RECEIVE, Kind.CALL})
MOST_DEEP = 5


def read_process(source: bytes, others: Mapping[str, bytes] | None = None) -> Process:
    """Read a file of one executable process, with the files that it calls.

    Args:
        source: BPMN 2.0.
        others: By name, the files of the same folder that it may call.

    Raises:
        FolderRefused: For ``process``: an element or attribute that isn't supported, by name;
            a graph that doesn't hang together; a condition that isn't FEEL; a call of itself.
    """
    found = _Found()
    name = _read(source, found, others or {}, within="", callers=())
    if len(found.nodes) > MOST_NODES:
        raise FolderRefused("the process is too large", why="process", most=MOST_NODES)
    check_graph(found.nodes, found.flows)
    nodes = found.nodes
    events = [node for node in nodes.values() if node.kind is Kind.BOUNDARY]
    return Process(
        id=name,
        nodes=nodes,
        flows={node: tuple(f for f in found.flows if f.source == node) for node in nodes},
        incoming={node: tuple(f for f in found.flows if f.target == node) for node in nodes},
        boundary={on: tuple(e for e in events if e.on == on) for on in {e.on for e in events}},
        timed=any(node.timed for node in nodes.values()),
    )


@dataclass(slots=True)
class _Found:
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)


def _read(
    source: bytes,
    found: _Found,
    others: Mapping[str, bytes],
    *,
    within: str,
    callers: tuple[str, ...],
) -> str:
    """Add one file's nodes and flows behind the call that leads to it; answers its id."""
    process = _process(source)
    start = ""
    for child in _children(process, flows=False):
        node = _node(child, within)
        if node.id in found.nodes:
            raise FolderRefused("two elements have one id", why="process")
        found.nodes[node.id] = node
        start = node.id if node.kind is Kind.START else start
        if node.kind is Kind.CALL:
            _call(node, found, others, callers=callers)
    found.flows += [_flow(child, within) for child in _children(process, flows=True)]
    if within:
        found.nodes[within] = replace(found.nodes[within], begins=start)
    return process.get("id", "")


def _call(
    node: Node, found: _Found, others: Mapping[str, bytes], *, callers: tuple[str, ...]
) -> None:
    """Read what a call activity calls (§13.3.5)."""
    source = others.get(f"{node.does}.bpmn")
    if source is None:
        raise FolderRefused(f"{node.id}: the folder has no {node.does}.bpmn", why="process")
    if node.does in callers or len(callers) == MOST_DEEP:
        raise FolderRefused(f"{node.id}: {node.does}.bpmn would call itself", why="process")
    _read(source, found, others, within=node.id, callers=(*callers, node.does))


def _process(source: bytes) -> _Element:
    root = parse(source)
    elements = [child for child in root if QName(child).namespace == BPMN]
    processes = [child for child in elements if QName(child).localname == "process"]
    others = {QName(child).localname for child in elements} - {"process", "message", "error"}
    if len(processes) != 1 or others:
        raise FolderRefused(f"one process a file, nothing else: {sorted(others)}", why="process")
    return processes[0]


def _children(process: _Element, *, flows: bool) -> Iterator[_Element]:
    for child in process.iterchildren("*"):
        name = QName(child).localname
        if QName(child).namespace == DIAGRAM or name in _SKIPPED:
            continue
        if QName(child).namespace != BPMN or name not in SUPPORTED:
            raise FolderRefused(f"{name} is not supported in a process", why="process")
        if (name == "sequenceFlow") is flows:
            yield child


def _node(element: _Element, within: str) -> Node:
    kind = Kind(QName(element).localname)
    name = element.get("id", "")
    if not name:
        raise FolderRefused(f"a {kind} has no id", why="process")
    if "/" in name or "#" in name:
        raise FolderRefused(f"{name}: an id has no / and no #", why="process")
    what = _inside(element, kind, name)
    node = Node(
        id=_within(within, name),
        kind=kind,
        does=_does(element, kind, name, thrown=bool(what["message"])),
        default=_within(within, element.get("default", "")),
        on=_within(within, element.get("attachedToRef", "")),
        interrupts=element.get("cancelActivity", "true") == "true",
        after=what["after"],
        moment=what["moment"],
        every=what["every"],
        message=(what["message"] or element.get("messageRef", "")).rpartition(":")[2],
        many=_many(element, kind, name),
    )
    _check_event(node, name)
    if element.get("instantiate", "false") != "false":
        raise FolderRefused(f"{name}: no event begins a case here", why="process")
    return node


def _does(element: _Element, kind: Kind, name: str, *, thrown: bool) -> str:
    if kind is Kind.CALL:
        called = element.get("calledElement", "").rpartition(":")[2]
        if not called:
            raise FolderRefused(f"{name} names no calledElement", why="process")
        return called
    if kind is Kind.THROW and thrown:
        kind = Kind.SERVICE
    does = element.get(f"{{{RIIK}}}{_DOES[kind]}", "") if kind in _DOES else ""
    if kind in _DOES and not does:
        raise FolderRefused(f"{name} names no riik:{_DOES[kind]}", why="process")
    return does


def _within(within: str, name: str) -> str:
    return f"{within}/{name}" if within and name else name


def _check_event(node: Node, name: str) -> None:
    """One time or one message; what comes again interrupts nothing (§13.5)."""
    if node.kind in (Kind.BOUNDARY, Kind.CATCH):
        if node.timed is bool(node.message):
            raise FolderRefused(f"{name} waits for a time or for a message", why="process")
        if node.every and (node.kind is Kind.CATCH or node.interrupts):
            text = f"{name}: only an event that doesn't interrupt comes again"
            raise FolderRefused(text, why="process")
        check_timer(node)


def _inside(element: _Element, kind: Kind, name: str) -> dict[str, str]:
    """Times and message of an event's definition; refuses other things inside a node."""
    told = {"after": "", "moment": "", "every": "", "message": ""}
    for child in element.iterchildren("*"):
        inner = QName(child).localname
        if inner in _EVENTS.get(kind, ()):
            told["message"] = child.get("messageRef", told["message"])
            for timer in child.iterchildren("*"):
                told |= _time(timer, name)
        elif inner not in _INSIDE and not (inner == _MANY and kind in _SEVERAL):
            raise FolderRefused(f"{inner} in {name} is not supported", why="process")
    return told


def _time(timer: _Element, name: str) -> dict[str, str]:
    inner = QName(timer).localname
    if inner not in _TIMES:
        raise FolderRefused(f"{inner} in {name} is not supported", why="process")
    text = (timer.text or "").strip()
    if not text:
        raise FolderRefused(f"{name}: {inner} is empty", why="process")
    return {_TIMES[inner]: text}


def _many(element: _Element, kind: Kind, name: str) -> Many | None:
    """How often an activity is done (§13.3.7): a number, and what ends it before."""
    many = element.find(f"{{{BPMN}}}{_MANY}")
    if many is None or kind not in _SEVERAL:
        return None
    told: dict[str, Expression] = {}
    for child in many.iterchildren("*"):
        inner = QName(child).localname
        if inner not in ("loopCardinality", "completionCondition"):
            raise FolderRefused(f"{inner} in {name} is not supported", why="process")
        told[inner] = _feel(child, name)
    if "loopCardinality" not in told:
        raise FolderRefused(f"{name} says not how often: loopCardinality", why="process")
    return Many(
        sequential=many.get("isSequential", "false") == "true",
        number=told["loopCardinality"],
        until=told.get("completionCondition"),
    )


def _feel(element: _Element, name: str) -> Expression:
    if "FEEL" not in element.get("language", "FEEL").upper():
        raise FolderRefused(f"the condition of {name} is not FEEL", why="process")
    return expression((element.text or "").strip())


def _flow(element: _Element, within: str) -> Flow:
    name, test = element.get("id", ""), None
    for child in element.iterchildren("*"):
        inner = QName(child).localname
        if inner == "conditionExpression":
            test = _feel(child, name)
        elif inner not in _INSIDE:
            raise FolderRefused(f"{inner} in {name} is not supported", why="process")
    return Flow(
        id=_within(within, name),
        source=_within(within, element.get("sourceRef", "")),
        target=_within(within, element.get("targetRef", "")),
        condition=test.text if test else "",
        test=test,
    )
