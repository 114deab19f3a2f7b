"""A small process as a readable list, ``process.toml``, and as the BPMN file that it stands for.

    steps = [
      "collect",
      "answer",
      "sign",
      { do = "owe-fee", when = "fee.amount > 0" },
      { do = "pay", when = "fee.amount > 0", within = "P30D", otherwise = "lapse" },
      "propose",
      { do = "review", when = 'proposal.outcome = "official"' },
      "decide",
      { do = "record", when = 'proposal.outcome = "grant"' },
      "notify",
    ]

Pure. What runs is the written BPMN file, read as any other: nothing can be said in a list that
can't be said there. Each line that is written remembers the line of the step it came from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape as quoted

from riik.formats.toml import Shape, read_toml
from riik.services.errors import FolderRefused

__all__ = ["Written", "write_process"]

Written = list[tuple[str, int]]
"""Lines of a file, each with the line of what it was made of; 0 without one."""

USER = frozenset({"answer", "sign", "cosign", "pay", "review"})
MOST_STEPS = 60
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"',
    '             xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"',
    '             xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"',
    '             xmlns:di="http://www.omg.org/spec/DD/20100524/DI"',
    '             xmlns:riik="urn:riik:bpmn:1"',
    '             id="listed" targetNamespace="urn:riik:process:listed">',
    '  <process id="listed" isExecutable="true">',
)


class _Step(Shape):
    do: str = ""
    when: str = ""
    within: str = ""
    otherwise: str = "lapse"
    wait: str = ""
    until: str = ""
    message: str = ""
    together: tuple[str, ...] = ()
    times: str = ""
    in_turn: bool = False
    end: bool = False


class _File(Shape):
    steps: tuple[str | _Step, ...]


@dataclass(slots=True)
class _Draft:
    """What was written so far."""

    lines: Written = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    shapes: list[str] = field(default_factory=list)
    edges: list[tuple[str, str, str]] = field(default_factory=list)
    flows: int = 0
    line: int = 0

    def name(self, wanted: str) -> str:
        """An id of its own for a step that may come again."""
        number = self.used[wanted] = self.used.get(wanted, 0) + 1
        return wanted if number == 1 else f"{wanted}-{number}"

    def node(self, kind: str, name: str, *, more: str = "", inside: str = "") -> str:
        """Write one node; answers its id."""
        head = f'    <{kind} id="{name}"{more}'
        self.lines.append((f"{head}>{inside}</{kind}>" if inside else f"{head}/>", self.line))
        self.shapes.append(name)
        return name

    def flow(self, source: str, target: str, *, when: str = "", name: str = "") -> None:
        """Write one flow."""
        self.flows += 1
        name = name or f"f{self.flows}"
        head = f'    <sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"'
        inside = f"<conditionExpression>{_text(when)}</conditionExpression>" if when else ""
        ended = f">{inside}</sequenceFlow>" if inside else "/>"
        self.lines.append((head + ended, self.line))
        self.edges.append((name, source, target))


def write_process(source: bytes) -> Written:
    """The BPMN file of a list, line by line.

    Raises:
        TomlRefused: An unknown key or a wrong value.
        FolderRefused: For ``process``: a step that says nothing, or too much.
    """
    steps = read_toml(source, _File, name="process.toml").steps
    if not 0 < len(steps) <= MOST_STEPS:
        raise FolderRefused(f"process.toml has 1 to {MOST_STEPS} steps", why="process")
    draft = _Draft(lines=[(line, 0) for line in _HEAD])
    before = draft.node("startEvent", draft.name("begun"))
    for line, step in _placed(source, steps):
        draft.line = line
        before = _write(draft, _Step(do=step) if isinstance(step, str) else step, before)
    draft.line = 0
    draft.flow(before, draft.node("endEvent", draft.name("done")))
    draft.lines += [("  </process>", 0), *_diagram(draft), ("</definitions>", 0)]
    return draft.lines


def _placed(source: bytes, steps: tuple[str | _Step, ...]) -> Iterator[tuple[int, str | _Step]]:
    """Each step with the line on which its own word stands."""
    text = re.sub(r"(?m)^\s*#.*$", lambda found: " " * len(found[0]), source.decode())
    at = 0
    for step in steps:
        word = step if isinstance(step, str) else _word(step)
        found = re.compile(f"[\"']{re.escape(word)}[\"']").search(text, at)
        at = found.start() if found else at
        yield text.count("\n", 0, at) + 1, step
        at = found.end() if found else at


def _word(step: _Step) -> str:
    told = [step.do, step.wait, step.until, step.message, *step.together[:1]]
    return next(filter(None, told), step.when)


def _write(draft: _Draft, step: _Step, before: str) -> str:
    """Write a step behind another; answers what the next one follows."""
    _check(step)
    if not step.when:
        return _end(draft, before) if step.end else _task(draft, step, before)
    gate, default = draft.name("if"), f"else-{draft.flows + 1}"
    draft.node("exclusiveGateway", gate, more=f' default="{default}"')
    draft.flow(before, gate)
    after = draft.name("then")
    if step.end:
        draft.flow(gate, draft.node("endEvent", draft.name("ended")), when=step.when)
    else:
        draft.flow(_task(draft, step, gate, when=step.when), after)
    draft.node("exclusiveGateway", after)
    draft.flow(gate, after, name=default)
    return after


def _end(_draft: _Draft, _before: str) -> str:
    raise FolderRefused("an end in the middle says when it is one", why="process")


def _check(step: _Step) -> None:
    said = [step.do, step.wait, step.until, step.message, step.together, step.end]
    if sum(map(bool, said)) != 1:
        text = "a step has one of do, wait, until, message, together, end"
        raise FolderRefused(text, why="process")
    if step.within and not step.do and not step.message:
        raise FolderRefused("within belongs to what somebody does", why="process")
    if step.times and not step.do:
        raise FolderRefused("times belongs to what somebody does", why="process")


def _task(draft: _Draft, step: _Step, before: str, *, when: str = "") -> str:
    if step.together:
        return _together(draft, step, before, when=when)
    name = draft.name(step.do or ("message" if step.message else "wait"))
    if step.do:
        _activity(draft, step.do, name, many=_many(step))
    else:
        draft.node("intermediateCatchEvent", name, inside=_event(step))
    draft.flow(before, name, when=when)
    if step.within:
        return _within(draft, step, name)
    return name


def _activity(draft: _Draft, does: str, name: str, *, many: str = "") -> None:
    user = does in USER
    word = "task" if user else "operation"
    kind = "userTask" if user else "serviceTask"
    draft.node(kind, name, more=f" riik:{word}={_attribute(does)}", inside=many)


def _event(step: _Step) -> str:
    if step.message:
        return f"<messageEventDefinition messageRef={_attribute(step.message)}/>"
    kind, told = ("timeDuration", step.wait) if step.wait else ("timeDate", step.until)
    return _timer(kind, told)


def _timer(kind: str, told: str) -> str:
    return f"<timerEventDefinition><{kind}>{_text(told)}</{kind}></timerEventDefinition>"


def _many(step: _Step) -> str:
    if not step.times:
        return ""
    turn = ' isSequential="true"' if step.in_turn else ""
    return (
        f"<multiInstanceLoopCharacteristics{turn}><loopCardinality>{_text(step.times)}"
        "</loopCardinality></multiInstanceLoopCharacteristics>"
    )


def _within(draft: _Draft, step: _Step, name: str) -> str:
    """What must be done in time: afterwards something else is done, and the case ends."""
    if not step.do:
        raise FolderRefused("a message that may not come needs process.bpmn", why="process")
    late = draft.name("late")
    inside = _timer("timeDuration", step.within)
    draft.node("boundaryEvent", late, more=f' attachedToRef="{name}"', inside=inside)
    other = draft.name(step.otherwise)
    _activity(draft, step.otherwise, other)
    draft.flow(late, other)
    draft.flow(other, draft.node("endEvent", draft.name("ended")))
    return name


def _together(draft: _Draft, step: _Step, before: str, *, when: str = "") -> str:
    split, join = draft.name("all"), draft.name("both")
    draft.node("parallelGateway", split)
    draft.flow(before, split, when=when)
    for does in step.together:
        name = draft.name(does)
        _activity(draft, does, name)
        draft.flow(split, name)
        draft.flow(name, join)
    draft.node("parallelGateway", join)
    return join


def _diagram(draft: _Draft) -> Iterator[tuple[str, int]]:
    """Where a modeller draws the nodes: in a row, in the order of the list (BPMN 2.0.2 §12)."""
    yield '  <bpmndi:BPMNDiagram id="drawn"><bpmndi:BPMNPlane id="plane" bpmnElement="listed">', 0
    left = {name: 100 + 160 * place for place, name in enumerate(draft.shapes)}
    for name, x in left.items():
        bounds = f'<dc:Bounds x="{x}" y="100" width="100" height="80"/>'
        head = f'    <bpmndi:BPMNShape id="{name}-shape" bpmnElement="{name}">'
        yield f"{head}{bounds}</bpmndi:BPMNShape>", 0
    for name, source, target in draft.edges:
        ways = "".join(
            f'<di:waypoint x="{x}" y="140"/>' for x in (left[source] + 100, left[target])
        )
        head = f'    <bpmndi:BPMNEdge id="{name}-edge" bpmnElement="{name}">'
        yield f"{head}{ways}</bpmndi:BPMNEdge>", 0
    yield "  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>", 0


def _text(said: str) -> str:
    """Text inside an element."""
    return quoted(said, quote=False)


def _attribute(said: str) -> str:
    """A value with its quotes."""
    return f'"{quoted(said)}"'
