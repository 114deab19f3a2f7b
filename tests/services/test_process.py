from pathlib import Path

import pytest

import riik.services
from riik.services.errors import FolderRefused, StepRefused
from riik.services.process import complete, occur, read_process, start, waiting

STANDARD = Path(riik.services.__file__).parent / "standard.bpmn"
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:riik="urn:riik:bpmn:1"><process id="p">'
)
TAIL = "</process></definitions>"


def bpmn(inside):
    return (HEAD + inside + TAIL).encode()


def flow(name, source, target, condition=""):
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</sequenceFlow>"
    )


def walk(process, known):
    """The tasks in the order they come, each done at once."""
    state, seen = start(process, known), []
    while not state.ended:
        task = waiting(process, state)[0]
        seen.append(task.does)
        state = complete(process, state, task.id, known)
    return seen


CLEAR = {"fee": {"amount": 2300}, "proposal": {"outcome": "grant"}}
WAYS = [
    (
        "a clear case with a fee",
        CLEAR,
        "collect answer sign owe-fee pay propose decide record notify",
    ),
    (
        "without a fee",
        {**CLEAR, "fee": {"amount": 0}},
        "collect answer sign propose decide record notify",
    ),
    (
        "an unclear one goes to an official",
        {"fee": {"amount": 0}, "proposal": {"outcome": "official"}},
        "collect answer sign propose review decide notify",
    ),
    (
        "a refused one is not recorded",
        {"fee": {"amount": 0}, "proposal": {"outcome": "refuse"}},
        "collect answer sign propose decide notify",
    ),
    (
        "what is unknown goes to an official",
        {"fee": {"amount": None}},
        "collect answer sign propose review decide notify",
    ),
]


@pytest.mark.parametrize(("known", "tasks"), [w[1:] for w in WAYS], ids=[w[0] for w in WAYS])
def test_the_standard_process(known, tasks):
    process = read_process(STANDARD.read_bytes())
    assert walk(process, known) == tasks.split()


PARALLEL = bpmn(
    '<startEvent id="s"/><parallelGateway id="split"/><userTask id="a" riik:task="answer"/>'
    '<userTask id="b" riik:task="pay"/><parallelGateway id="join"/><endEvent id="e"/>'
    + flow("1", "s", "split")
    + flow("2", "split", "a")
    + flow("3", "split", "b")
    + flow("4", "a", "join")
    + flow("5", "b", "join")
    + flow("6", "join", "e")
)


def test_a_join_waits_for_every_way():
    process = read_process(PARALLEL)
    state = start(process, {})
    assert state.at == ("a", "b")
    state = complete(process, state, "b", {})
    assert (state.at, state.ended) == (("a",), False)
    assert complete(process, state, "a", {}).ended


def test_a_timer_ends_the_task_it_hangs_on():
    process = read_process(
        bpmn(
            '<startEvent id="s"/><userTask id="a" riik:task="answer"/><endEvent id="e"/>'
            '<boundaryEvent id="late" attachedToRef="a"><timerEventDefinition>'
            "<timeDuration>P30D</timeDuration></timerEventDefinition></boundaryEvent>"
            '<userTask id="r" riik:task="review"/>'
            + flow("1", "s", "a")
            + flow("2", "a", "e")
            + flow("3", "late", "r")
            + flow("4", "r", "e")
        )
    )
    state = occur(process, start(process, {}), "late", {})
    assert (process.nodes["late"].after, state.at) == ("P30D", ("r",))


def test_a_task_that_does_not_wait_cant_be_done():
    process = read_process(PARALLEL)
    done = complete(process, start(process, {}), "a", {})
    with pytest.raises(StepRefused) as refused:
        complete(process, done, "a", {})
    assert refused.value.why == "not-waiting"


def test_a_circle_of_gateways_is_stopped():
    process = read_process(
        bpmn(
            '<startEvent id="s"/><exclusiveGateway id="g"/><exclusiveGateway id="h" default="3"/>'
            '<endEvent id="e"/>'
            + flow("1", "s", "g")
            + flow("2", "g", "h")
            + flow("3", "h", "g")
            + flow("4", "h", "e", "false")
        )
    )
    with pytest.raises(FolderRefused) as refused:
        start(process, {})
    assert refused.value.why == "loop"


def timer(after):
    return f"<timerEventDefinition><timeDuration>{after}</timeDuration></timerEventDefinition>"


TIMED = (
    '<startEvent id="s"/><userTask id="a" riik:task="answer"/><endEvent id="e"/>'
    '<boundaryEvent id="late" attachedToRef="{on}">{event}</boundaryEvent>'
    + flow("1", "s", "a")
    + flow("2", "a", "e")
    + flow("3", "late", "e")
)
PLAIN = '<startEvent id="s"/><endEvent id="e"/>' + flow("1", "s", "e")
REFUSED = [
    ("a script task", PLAIN + '<scriptTask id="x"><script>1</script></scriptTask>', "scriptTask"),
    ("a sub-process", PLAIN + '<subProcess id="x"/>', "subProcess"),
    ("a call of nothing", PLAIN + '<callActivity id="x"/>', "calledElement"),
    ("a complex gateway", PLAIN + '<complexGateway id="x"/>', "complexGateway"),
    (
        "code in a task",
        '<startEvent id="s"/><userTask id="a" riik:task="answer"><extensionElements/></userTask>'
        '<endEvent id="e"/>' + flow("1", "s", "a") + flow("2", "a", "e"),
        "extensionElements",
    ),
    (
        "a repeated task",
        '<startEvent id="s"/><userTask id="a" riik:task="answer">'
        '<multiInstanceLoopCharacteristics/></userTask><endEvent id="e"/>'
        + flow("1", "s", "a")
        + flow("2", "a", "e"),
        "loopCardinality",
    ),
    (
        "a task that names nothing",
        '<startEvent id="s"/><serviceTask id="a"/><endEvent id="e"/>'
        + flow("1", "s", "a")
        + flow("2", "a", "e"),
        "riik:operation",
    ),
    ("a flow to nowhere", PLAIN + flow("2", "s", "x"), "nothing"),
    ("two starts", PLAIN + '<startEvent id="t"/>' + flow("2", "t", "e"), "one start"),
    ("a task nobody reaches", PLAIN + '<userTask id="a" riik:task="answer"/>' + flow("2", "a", "e"), "nothing leads"),
    ("a dead end", '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="g"/><userTask id="a" riik:task="answer"/>' + flow("1", "s", "g") + flow("2", "g", "a") + flow("3", "g", "e"), "nowhere"),
    (
        "a choice without a default",
        '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="e"/><endEvent id="f"/>'
        + flow("1", "s", "g")
        + flow("2", "g", "e", "true")
        + flow("3", "g", "f", "false"),
        "default",
    ),
    ("a start by the clock", '<startEvent id="s"><timerEventDefinition/></startEvent><endEvent id="e"/>' + flow("1", "s", "e"), "timerEventDefinition"),
    ("an end that sends", '<startEvent id="s"/><endEvent id="e"><messageEventDefinition/></endEvent>' + flow("1", "s", "e"), "messageEventDefinition"),
    ("an event without a time or message", TIMED.format(on="a", event="<timerEventDefinition/>"), "waits for"),
    ("a time that is none", TIMED.format(on="a", event=timer("soon")), "no duration"),
    ("a time that is past", TIMED.format(on="a", event=timer("-P1D")), "no duration"),
    ("a time that comes again and interrupts", TIMED.format(on="a", event="<timerEventDefinition><timeCycle>R3/P7D</timeCycle></timerEventDefinition>"), "comes again"),
    ("an event on an end", TIMED.format(on="e", event=timer("P1D")), "nothing that waits"),
    ("a condition in another language", PLAIN.replace("</sequenceFlow>", '<conditionExpression language="groovy">1 = 1</conditionExpression></sequenceFlow>'), "not FEEL"),
    ("one id twice", PLAIN + '<endEvent id="s"/>', "one"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "told"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_not_supported_is_refused_by_name(inside, told):
    with pytest.raises(FolderRefused) as refused:
        read_process(bpmn(inside))
    assert told in str(refused.value)


def test_a_condition_that_is_no_feel_is_refused_at_load():
    wrong = PLAIN.replace(
        "</sequenceFlow>",
        "<conditionExpression>__import__('os')</conditionExpression></sequenceFlow>",
    )
    with pytest.raises(riik.rules.RulesRefused):
        read_process(bpmn(wrong))
