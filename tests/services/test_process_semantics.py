"""What tokens do, by the clauses of BPMN 2.0.2; each row is a process, what happens, where it stands."""

from datetime import UTC, datetime

import pytest

from riik.services.errors import FolderRefused, StepRefused
from riik.services.process import (
    complete,
    due_events,
    expected,
    occur,
    read_process,
    start,
    waiting,
)
from riik.services.process.ways import endless, never_taken, stuck, unreached

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:riik="urn:riik:bpmn:1"><process id="p">'
)
NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
TIMES = {"after": "timeDuration", "moment": "timeDate", "every": "timeCycle"}


def many(number, until="", *, sequential=False):
    done = f"<completionCondition>{until}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<loopCardinality>{number}</loopCardinality>{done}</multiInstanceLoopCharacteristics>"
    )


def timer(**times):
    ((kind, text),) = times.items()
    return f"<timerEventDefinition><{TIMES[kind]}>{text}</{TIMES[kind]}></timerEventDefinition>"


def message(name):
    return f'<messageEventDefinition messageRef="{name}"/>'


def task(name, inside=""):
    return f'<userTask id="{name}" riik:task="answer">{inside}</userTask>'


def gate(kind, name, default=""):
    return f'<{kind}Gateway id="{name}"' + (f' default="{default}"' if default else "") + "/>"


def catch(name, inside):
    return f"<intermediateCatchEvent id='{name}'>{inside}</intermediateCatchEvent>"


def boundary(name, on, inside, *, interrupts=True):
    return (
        f'<boundaryEvent id="{name}" attachedToRef="{on}" cancelActivity="{str(interrupts).lower()}">'
        f"{inside}</boundaryEvent>"
    )


def bpmn(*elements, flows):
    """A file; flows as ``a>b`` or ``a>b if condition``, each with ``a>b`` as its id."""
    told = []
    for line in flows.split(";"):
        way, _, condition = line.strip().partition(" if ")
        source, _, target = way.partition(">")
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        told.append(
            f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    return (HEAD + ends + "".join(elements) + "".join(told) + "</process></definitions>").encode()


OR = bpmn(
    gate("inclusive", "g", default="g-c"), task("a"), task("b"), task("c"),
    gate("inclusive", "j"), task("z"),
    flows="s>g; g>a if x > 1; g>b if x > 2; g>c; a>j; b>j; c>j; j>z; z>e",
)  # fmt: skip
# §13.4.3: what a case was sent round by an exclusive gateway can still come, so the join waits.
OR_CHOICE = bpmn(
    gate("inclusive", "g", default="g-e"), task("a"), task("b"),
    gate("exclusive", "x", default="x-e"), gate("inclusive", "j"), task("z"),
    flows="s>g; g>a if true; g>b if true; g>e; a>x; x>j if ok; x>e; b>j; j>z; z>e",
)  # fmt: skip
AND = bpmn(
    gate("parallel", "g"), task("a"), task("b"), gate("parallel", "j"), task("z"),
    flows="s>g; g>a; g>b; a>j; b>j; j>z; z>e",
)  # fmt: skip
XOR = bpmn(
    gate("exclusive", "g", default="g-b"), task("a"), task("b"), task("c"),
    flows="s>g; g>a if x = 1; g>c if x > 0; g>b; a>e; b>e; c>e",
)  # fmt: skip
FIRST = bpmn(
    gate("eventBased", "g"), catch("late", timer(after="P30D")), catch("word", message("said")),
    '<receiveTask id="got" messageRef="heard"/>', task("a"), task("b"), task("c"),
    flows="s>g; g>late; g>word; g>got; late>a; word>b; got>c; a>e; b>e; c>e",
)  # fmt: skip
BESIDE = bpmn(
    task("a"), boundary("remind", "a", timer(every="R2/P7D"), interrupts=False), task("told"),
    flows="s>a; a>e; remind>told; told>e",
)  # fmt: skip
CUT = bpmn(
    task("a"), boundary("late", "a", timer(after="P30D")), task("r"),
    flows="s>a; a>e; late>r; r>e",
)  # fmt: skip
EACH = bpmn(task("a", many("n")), task("z"), flows="s>a; a>z; z>e")
TURN = bpmn(task("a", many("n", sequential=True)), task("z"), flows="s>a; a>z; z>e")
HALF = bpmn(
    task("a", many("4", "numberOfCompletedInstances / numberOfInstances &gt;= 0.5")), task("z"),
    flows="s>a; a>z; z>e",
)  # fmt: skip
CALL = bpmn(
    '<callActivity id="hear" calledElement="hearing"/>',
    boundary("late", "hear", timer(after="P1D")), task("r"), task("z"),
    flows="s>hear; hear>z; z>e; late>r; r>e",
)  # fmt: skip
HEARING = bpmn(
    gate("parallel", "g"), task("ask"), task("tell"),
    flows="s>g; g>ask; g>tell; ask>e; tell>e",
)  # fmt: skip
CALLS = bpmn(
    '<callActivity id="hear" calledElement="hearing">' + many("2") + "</callActivity>", task("z"),
    flows="s>hear; hear>z; z>e",
)  # fmt: skip
MANUAL = bpmn('<manualTask id="m"/>', task("a"), flows="s>m; m>a; a>e")
THROW = bpmn(
    f'<intermediateThrowEvent id="t" riik:operation="notify">{message("told")}'
    "</intermediateThrowEvent>",
    '<intermediateThrowEvent id="passed"/>', task("a"),
    flows="s>passed; passed>t; t>a; a>e",
)  # fmt: skip
AGAIN = bpmn(
    gate("exclusive", "m"), task("a"), gate("exclusive", "x", default="x-e"),
    flows="s>m; m>a; a>x; x>m if again; x>e",
)  # fmt: skip
TWICE = bpmn(
    gate("parallel", "g"), gate("exclusive", "m"), task("a"),
    flows="s>g; g>m; g>m2; m2>m; m>a; a>e",
).replace(b'<userTask id="a"', b'<manualTask id="m2"/><userTask id="a"')  # fmt: skip

WAYS = [
    ("exclusive: the first that holds (§13.4.2)", XOR, {"x": 1}, "", "a"),
    ("exclusive: none holds, the default", XOR, {"x": 0}, "", "b"),
    ("exclusive: unknown is not true", XOR, {"x": None}, "", "b"),
    ("parallel: all at once (§13.4.1)", AND, {}, "", "a b"),
    ("parallel: waits for the other", AND, {}, "a", "b"),
    ("parallel: goes on with both", AND, {}, "b a", "z"),
    ("inclusive: one way", OR, {"x": 2}, "", "a"),
    ("inclusive: two ways", OR, {"x": 3}, "", "a b"),
    ("inclusive: the default when none holds", OR, {"x": 0}, "", "c"),
    ("inclusive: one way joins alone (§13.4.3)", OR, {"x": 2}, "a", "z"),
    ("inclusive: the other can still come", OR, {"x": 3}, "a", "b"),
    ("inclusive: both came", OR, {"x": 3}, "a b", "z"),
    ("inclusive: who left for the end is not waited for", OR_CHOICE, {"ok": False}, "b a", "z"),
    ("inclusive: who may still decide is waited for", OR_CHOICE, {"ok": True}, "b", "a"),
    ("inclusive: who decided to come came", OR_CHOICE, {"ok": True}, "b a", "z"),
    ("event-based: rests until the first event (§13.4.4)", FIRST, {}, "", "g"),
    ("event-based: time first", FIRST, {}, "late", "a"),
    ("event-based: message first", FIRST, {}, "word", "b"),
    ("event-based: a receive task first", FIRST, {}, "got", "c"),
    ("boundary: ends its task (§13.5.3)", CUT, {}, "late", "r"),
    ("boundary: goes beside it", BESIDE, {}, "remind", "a told"),
    ("boundary: comes again", BESIDE, {}, "remind remind", "a told told"),
    ("boundary: what it began goes on when the task is done", BESIDE, {}, "remind a", "told"),
    ("several at once (§13.3.7)", EACH, {"n": 3}, "", "a#1 a#2 a#3"),
    ("several: in any order", EACH, {"n": 3}, "a#2 a#1", "a#3"),
    ("several: all done", EACH, {"n": 2}, "a#2 a#1", "z"),
    ("several: none", EACH, {"n": 0}, "", "z"),
    ("in turn: the first", TURN, {"n": 3}, "", "a#1"),
    ("in turn: the next", TURN, {"n": 3}, "a#1", "a#2"),
    ("in turn: the last", TURN, {"n": 2}, "a#1 a#2", "z"),
    ("completion condition: not yet", HALF, {}, "a#4", "a#1 a#2 a#3"),
    ("completion condition: the others are off", HALF, {}, "a#4 a#1", "z"),
    ("call: begins inside (§13.3.5)", CALL, {}, "", "hear/ask hear/tell"),
    ("call: over when no token is left inside", CALL, {}, "hear/ask hear/tell", "z"),
    ("call: an event ends all of it", CALL, {}, "hear/ask late", "r"),
    ("calls at once", CALLS, {}, "", "hear#1/ask hear#1/tell hear#2/ask hear#2/tell"),
    ("calls at once: one is over", CALLS, {}, "hear#1/ask hear#1/tell", "hear#2/ask hear#2/tell"),
    ("manual: nothing for a machine to do (§13.3.3)", MANUAL, {}, "", "a"),
    ("throw: a message is work for the platform", THROW, {}, "", "t"),
    ("throw: and then on", THROW, {}, "t", "a"),
    ("a circle through a task", AGAIN, {"again": True}, "a", "a"),
    ("two tokens at one task are two", TWICE, {}, "", "a a"),
    ("two tokens: one is done", TWICE, {}, "a", "a"),
]  # fmt: skip
OTHERS = {"hearing.bpmn": HEARING}


def walk(source, known, steps):
    process = read_process(source, OTHERS)
    state = start(process, known, at=NOW, zone="Europe/Tallinn")
    for step in steps.split():
        go = complete if step in {one.id for one in waiting(process, state)} else occur
        state = go(process, state, step, known, at=NOW, zone="Europe/Tallinn")
    return process, state


@pytest.mark.parametrize(
    ("source", "known", "steps", "at"), [w[1:] for w in WAYS], ids=[w[0] for w in WAYS]
)
def test_where_tokens_stand(source, known, steps, at):
    _, state = walk(source, known, steps)
    assert " ".join(state.at) == at


ENDS = [
    ("inclusive", OR, {"x": 3}, "a b z"),
    ("parallel", AND, {}, "a b z"),
    ("event-based", FIRST, {}, "word b"),
    ("beside", BESIDE, {}, "remind a told"),
    ("calls", CALLS, {}, "hear#1/ask hear#2/ask hear#2/tell hear#1/tell z"),
    ("several", EACH, {"n": 2}, "a#1 a#2 z"),
]


@pytest.mark.parametrize(("source", "known", "steps"), [e[1:] for e in ENDS], ids=[e[0] for e in ENDS])  # fmt: skip
def test_it_ends_with_its_last_token(source, known, steps):
    *before, last = steps.split()
    assert not walk(source, known, " ".join(before))[1].ended
    _, state = walk(source, known, steps)
    assert (state.ended, state.at, state.held, state.loops, state.timers) == (True, (), (), (), ())
    assert last


NOT_NOW = [
    ("a task that is done", AND, "a", "a"),
    ("one of several that is off", HALF, "a#1 a#2", "a#3"),
    ("an event behind a gateway where another came first", FIRST, "word", "late"),
    ("an event on a task that is done", BESIDE, "a", "remind"),
    ("what was inside a call that was cut off", CALL, "late", "hear/ask"),
    ("a task without its number", EACH, "", "a"),
    ("a node that nobody knows", AND, "", "nothing"),
]


@pytest.mark.parametrize(("source", "steps", "then"), [n[1:] for n in NOT_NOW], ids=[n[0] for n in NOT_NOW])  # fmt: skip
def test_what_does_not_wait_is_refused(source, steps, then):
    process, state = walk(source, {"n": 2}, steps)
    for go in (complete, occur):
        with pytest.raises(StepRefused) as refused:
            go(process, state, then, {})
        assert refused.value.why == "not-waiting"


@pytest.mark.parametrize("number", ["-1", "1001", "1.5", '"2"', "null", "true"])
def test_what_is_no_number_of_times_is_refused(number):
    with pytest.raises(FolderRefused) as refused:
        start(
            read_process(
                EACH.replace(b"<loopCardinality>n<", b"<loopCardinality>" + number.encode() + b"<")
            ),
            {},
        )
    assert refused.value.why == "times"


def one_timer(**times):
    return bpmn(catch("t", timer(**times)), flows="s>t; t>e")


DUE = [
    ("a day", {"after": "P1D"}, "2026-11-30T08:00", "2026-12-01T08:00"),
    ("a day over the change of clocks: the same hour", {"after": "P1D"}, "2026-03-28T08:00", "2026-03-29T07:00"),
    ("24 hours over the change of clocks: as they pass", {"after": "PT24H"}, "2026-03-28T08:00", "2026-03-29T08:00"),
    ("an hour that the change of clocks leaves out", {"after": "P1D"}, "2026-03-28T01:30", "2026-03-29T01:30"),
    ("an hour that comes twice: the first", {"after": "P1D"}, "2026-10-24T00:30", "2026-10-25T00:30"),
    ("a month after the last of January", {"after": "P1M"}, "2026-01-31T08:00", "2026-02-28T08:00"),
    ("a month in a leap year", {"after": "P1M"}, "2028-01-31T08:00", "2028-02-29T08:00"),
    ("a year after a leap day", {"after": "P1Y"}, "2028-02-29T08:00", "2029-02-28T08:00"),
    ("two weeks", {"after": "P2W"}, "2026-11-30T08:00", "2026-12-14T08:00"),
    ("a day by the country's midnight", {"moment": "2026-12-24"}, "2026-11-30T08:00", "2026-12-23T22:00"),
    ("a moment with its zone", {"moment": "2026-12-24T10:00:00+07:00"}, "2026-11-30T08:00", "2026-12-24T03:00"),
    ("a day that the person chose", {"moment": "answers.day"}, "2026-11-30T08:00", "2026-12-05T22:00"),
    ("as long as the rules say", {"after": 'duration("P" + string(answers.days) + "D")'}, "2026-11-30T08:00", "2026-12-03T08:00"),
]  # fmt: skip


@pytest.mark.parametrize(("times", "begun", "due"), [d[1:] for d in DUE], ids=[d[0] for d in DUE])
def test_when_a_timer_is_due(times, begun, due):
    known = {"answers": {"day": "2026-12-06", "days": 3}}
    at = datetime.fromisoformat(f"{begun}:00+00:00")
    state = start(read_process(one_timer(**times)), known, at=at, zone="Europe/Tallinn")
    assert state.due == f"{due}:00.000000Z"


@pytest.mark.parametrize("day", [None, 7, "tomorrow", "2026-02-30"])
def test_a_timer_without_a_time_is_refused(day):
    process = read_process(one_timer(moment="answers.day"))
    with pytest.raises(FolderRefused) as refused:
        start(process, {"answers": {"day": day}}, at=NOW)
    assert refused.value.why == "timer"


def test_a_timer_runs_on_while_another_token_moves():
    source = bpmn(
        gate("parallel", "g"), task("a"), task("b"), boundary("late", "b", timer(after="P3D")),
        flows="s>g; g>a; g>b; a>e; b>e; late>e",
    )  # fmt: skip
    process = read_process(source)
    begun = start(process, {}, at=NOW)
    later = complete(process, begun, "a", {}, at=NOW.replace(hour=20))
    assert later.timers == begun.timers


def test_a_timer_begins_anew_when_its_task_does():
    source = AGAIN.replace(
        b"</process>", boundary("late", "a", timer(after="P1D")).encode() + b"</process>"
    )
    source = source.replace(
        b"</process>", b'<sequenceFlow id="l" sourceRef="late" targetRef="e"/></process>'
    )
    process = read_process(source)
    begun = start(process, {"again": True}, at=NOW)
    later = complete(process, begun, "a", {"again": True}, at=NOW.replace(hour=20))
    assert (begun.due, later.due) == ("2026-12-01T08:00:00.000000Z", "2026-12-01T20:00:00.000000Z")


def test_a_repeated_timer_comes_as_often_as_it_says():
    _, state = walk(BESIDE, {}, "remind")
    assert state.due == "2026-12-14T08:00:00.000000Z"
    _, state = walk(BESIDE, {}, "remind remind")
    assert state.due == ""


def test_what_is_due_comes_earliest_first():
    process, state = walk(FIRST, {}, "")
    assert due_events(state, at=NOW) == []
    assert due_events(state, at=NOW.replace(month=12, day=31)) == ["late"]
    assert {event for event, _ in expected(process, state)} == {"late", "word", "got"}


WRONG = [
    ("an event gateway with a task behind it", bpmn(gate("eventBased", "g"), task("a"), catch("m", message("x")), flows="s>g; g>a; g>m; a>e; m>e"), "no event behind"),
    ("an event gateway for one event", bpmn(gate("eventBased", "g"), catch("m", message("x")), flows="s>g; g>m; m>e"), "one event alone"),
    ("an event with a second way in", bpmn(gate("eventBased", "g"), gate("exclusive", "x", default="x-m"), catch("m", message("x")), catch("n", message("y")), flows="s>x; x>g if true; x>m; g>m; g>n; m>e; n>e"), "no event behind"),
    ("an inclusive choice without a default", bpmn(gate("inclusive", "g"), task("a"), flows="s>g; g>a if x; g>e if y; a>e"), "no default"),
    ("a call of a file that isn't there", bpmn('<callActivity id="c" calledElement="nowhere"/>', flows="s>c; c>e"), "no nowhere.bpmn"),
    ("a call of itself", bpmn('<callActivity id="c" calledElement="again"/>', flows="s>c; c>e"), "call itself"),
    ("a data loop", bpmn(task("a", "<multiInstanceLoopCharacteristics><loopDataInputRef>x</loopDataInputRef></multiInstanceLoopCharacteristics>"), flows="s>a; a>e"), "loopDataInputRef"),
    ("a standard loop", bpmn(task("a", "<standardLoopCharacteristics/>"), flows="s>a; a>e"), "standardLoopCharacteristics"),
    ("a repeated manual task", bpmn('<manualTask id="a">' + many("2") + "</manualTask>", flows="s>a; a>e"), "multiInstance"),
    ("a signal", bpmn(catch("c", "<signalEventDefinition/>"), flows="s>c; c>e"), "signalEventDefinition"),
    ("a message that nobody sends", bpmn(f'<intermediateThrowEvent id="t">{message("m")}</intermediateThrowEvent>', flows="s>t; t>e"), "riik:operation"),
    ("a catch that comes again", bpmn(catch("c", timer(every="R3/P1D")), flows="s>c; c>e"), "comes again"),
    ("a repetition for ever", bpmn(task("a"), boundary("b", "a", timer(every="R/P1D"), interrupts=False), flows="s>a; a>e; b>e"), "no repetition"),
    ("an id that looks like a place", bpmn(task("a#1"), flows="s>a#1; a#1>e"), "no / and no #"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "told"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_cant_be_is_refused_at_load(source, told):
    again = bpmn('<callActivity id="c" calledElement="again"/>', flows="s>c; c>e")
    with pytest.raises(FolderRefused) as refused:
        read_process(source, {"again.bpmn": again})
    assert (refused.value.why, told in str(refused.value)) == ("process", True), str(refused.value)


STUCK = [
    ("what is exclusive is joined in parallel", bpmn(gate("exclusive", "g", default="g-b"), task("a"), task("b"), gate("parallel", "j"), flows="s>g; g>a if x; g>b; a>j; b>j; j>e"), ["j"]),
    ("what is inclusive is joined in parallel", OR.replace(b'<inclusiveGateway id="j"/>', b'<parallelGateway id="j"/>'), ["j"]),
    ("an event cuts a parallel way off", bpmn(gate("parallel", "g"), task("a"), boundary("late", "a", timer(after="P1D")), task("b"), gate("parallel", "j"), flows="s>g; g>a; g>b; a>j; b>j; j>e; late>e"), ["j"]),
    ("inside a call", bpmn('<callActivity id="c" calledElement="wrong"/>', flows="s>c; c>e"), ["c/j"]),
    ("inclusive joins inclusive", OR, []),
    ("events and calls", CALLS, []),
    ("several with a condition", HALF, []),
    ("beside", BESIDE, []),
    ("the first event", FIRST, []),
    ("a circle", AGAIN, []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "joins"), [w[1:] for w in STUCK], ids=[w[0] for w in STUCK])
def test_a_join_that_can_wait_for_ever_is_found(source, joins):
    wrong = bpmn(gate("exclusive", "g", default="g-b"), task("a"), task("b"), gate("parallel", "j"), flows="s>g; g>a if x; g>b; a>j; b>j; j>e")  # fmt: skip
    process = read_process(source, {**OTHERS, "wrong.bpmn": wrong})
    assert list(stuck(process)) == joins
    assert list(endless(process)) == list(unreached(process)) == []


def test_a_step_that_no_case_comes_to_is_found():
    island = bpmn(task("a"), gate("exclusive", "m"), task("b"), flows="s>a; a>e; b>m; m>b")
    assert list(unreached(read_process(island))) == ["m", "b"]


def test_a_flow_behind_one_that_always_holds_is_found():
    source = bpmn(
        gate("exclusive", "g", default="g-e"), task("a"), task("b"),
        flows="s>g; g>a if true; g>b if x; g>e; a>e; b>e",
    )  # fmt: skip
    assert ("g", "g-b") in list(never_taken(read_process(source)))
