"""Times and messages that a running case waits for."""

from datetime import timedelta

import pytest
from tests.services.house import CASE, CERTIFICATE, PORTAL, VALUE

from riik.cases import CaseUnknown
from riik.core import ClientId
from riik.services import StepRefused
from riik.services.process import read_process
from riik.services.terms.waiting import Waits

SCHOOL = ClientId.parse("EE-DEMO/NGO/80012345/exams")
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:riik="urn:riik:bpmn:1"><process id="p">'
)
PROCESS = (
    HEAD + '<startEvent id="s"/><userTask id="answer" riik:task="answer"/>'
    '<userTask id="sign" riik:task="sign"/><intermediateCatchEvent id="exam">'
    '<messageEventDefinition messageRef="exam"/></intermediateCatchEvent>'
    '<boundaryEvent id="late" attachedToRef="sign"><timerEventDefinition><timeDuration>P14D'
    '</timeDuration></timerEventDefinition></boundaryEvent><serviceTask id="lapse" '
    'riik:operation="lapse"/><exclusiveGateway id="how" default="f6"/>'
    '<serviceTask id="decide" riik:operation="decide"/><endEvent id="e"/>'
    + "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}">{c}</sequenceFlow>'
        for n, (a, b, c) in enumerate(
            [
                ("s", "answer", ""),
                ("answer", "sign", ""),
                ("sign", "exam", ""),
                ("late", "lapse", ""),
                ("lapse", "e", ""),
                ("exam", "how", ""),
                ("how", "e", ""),
                ("how", "decide", "<conditionExpression>messages.exam.mark &gt; 8</conditionExpression>"),
                ("decide", "e", ""),
            ]
        )
    )
    + "</process></definitions>"
)  # fmt: skip


@pytest.fixture
def waits(house):
    """A service whose person has a fortnight to sign, and whose school then says the mark."""
    house.change(process=read_process(PROCESS.encode()), messages={"exam": "school"})
    services = house.services
    return Waits(
        database=house.database,
        files=services.files,
        cases=services.cases,
        clock=house.clock,
        providers={"school": SCHOOL},
    )


async def handed_in(house, *, sign=True):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    if sign:
        await house.step("signature", VALUE)


@pytest.mark.anyio
async def test_a_time_that_came_does_what_the_process_says(house, waits):
    await handed_in(house, sign=False)
    house.clock.advance(timedelta(days=14, seconds=1))
    assert waits.tick() == 1
    await house.worker.rest()
    told = await house.status()
    assert (told["state"], [e["kind"] for e in told["events"]][-2:]) == (
        "withdrawn",
        ["time", "lapsed"],
    )


@pytest.mark.anyio
async def test_before_its_time_nothing_happens(house, waits):
    await handed_in(house, sign=False)
    house.clock.advance(timedelta(days=13, hours=23))
    assert waits.tick() == 0
    assert (await house.status())["state"] == "to-sign"


@pytest.mark.anyio
async def test_a_time_that_was_kept_comes_no_more(house, waits):
    await handed_in(house)
    house.clock.advance(timedelta(days=30))
    assert waits.tick() == 0


@pytest.mark.anyio
async def test_a_case_that_was_taken_back_waits_for_nothing(house, waits):
    await handed_in(house, sign=False)
    await house.step("withdrawal")
    house.clock.advance(timedelta(days=30))
    assert waits.tick() == 0


@pytest.mark.anyio
async def test_a_message_lets_the_case_go_on_with_what_it_says(house, waits):
    await handed_in(house)
    assert waits.message(CASE, "exam", {"mark": 9}, sender=SCHOOL, key="m1")
    await house.worker.rest()
    told = await house.status()
    assert told["events"][-2]["actor"] == str(SCHOOL)
    assert told["state"] == "refused"


@pytest.mark.anyio
async def test_the_same_message_again_is_taken_once(house, waits):
    await handed_in(house)
    assert waits.message(CASE, "exam", {"mark": 1}, sender=SCHOOL, key="m1")
    assert not waits.message(CASE, "exam", {"mark": 1}, sender=SCHOOL, key="m1")


STRANGE = [
    ("of somebody else", {"sender": ClientId(PORTAL, "portal")}, CaseUnknown),
    ("of a name that nobody has", {"name": "exam-failed"}, CaseUnknown),
    ("for a case that isn't there", {"case": "case-of-a-test-9999"}, CaseUnknown),
    ("too late", {"late": True}, StepRefused),
]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("strange", "error"), [s[1:] for s in STRANGE], ids=[s[0] for s in STRANGE]
)
async def test_a_message_that_nobody_waits_for_is_refused(house, waits, strange, error):
    await handed_in(house)
    if strange.pop("late", False):
        waits.message(CASE, "exam", {"mark": 1}, sender=SCHOOL, key="m0")
    asked = {"case": CASE, "name": "exam", "sender": SCHOOL, **strange}
    with pytest.raises(error):
        waits.message(asked["case"], asked["name"], {}, sender=asked["sender"], key="m1")
