"""An official asks, the person answers and signs, the case comes back with what changed."""

import json

import pytest
from tests.services.house import ANNELI, CASE, CERTIFICATE, JAAN, MARI, REIN, VALUE

from riik.core import Refused

pytestmark = pytest.mark.anyio

MESSAGE = "Foto on liiga tume. Vali teine."


@pytest.fixture
async def asked(house, world):
    """Anneli asked Mari for another photo."""
    world.silent = {"driver-certificate"}
    await house.waiting()
    await house.desk.ask(house.clerk(), CASE, pages=["photo"], message=MESSAGE)
    await house.worker.rest()
    return house


async def refusal(awaited):
    with pytest.raises(Refused) as refused:
        await awaited
    return refused.value.why


async def amend(house):
    """The person chooses the other photo, signs and hands it in."""
    await house.step("answers/photo", {"photo": "licence"})
    await house.step("submission", CERTIFICATE)
    status = await house.step("signature", VALUE)
    await house.worker.rest()
    return status


async def test_the_person_sees_what_is_asked_and_by_whom(asked):
    status = await asked.status()
    assert (status["state"], status["may"]) == ("asked", ["amend", "withdraw"])
    assert status["asked"]["message"] == MESSAGE
    assert (status["asked"]["by"], status["asked"]["unit"]) == ("Anneli Põder", "Juhiload")
    assert (status["next"]["step"], [p["id"] for p in status["pages"]]) == (
        "answers/photo",
        ["photo"],
    )


async def test_the_person_is_told_once_for_each_question(asked, world):
    [told] = [message for message in world.taken if "-asked-" in message]
    await asked.desk.tell_asked(CASE)
    assert world.taken[told] == ["notices", "notices"]
    assert "Maasikas" not in told


async def test_the_amendment_is_signed_and_the_case_comes_back(asked):
    status = await amend(asked)
    assert (status["state"], status["asked"]) == ("with-official", None)
    assert [e["kind"] for e in status["events"]][-2:] == ["asked", "amended"]
    assert status["answers"]["photo"] == "licence"
    paper = (await asked.services.document("amendment-1.asice", asked.visit()))[0]
    signed = json.loads(paper.removeprefix(b"signed "))
    assert (signed["name"], signed["content"]["question"]["message"]) == (
        "amendment.json",
        MESSAGE,
    )
    [row] = signed["content"]["answers"]
    assert (row["value"], row["before"] != row["answer"]) == ("licence", True)


async def test_the_official_sees_first_what_the_person_changed(asked):
    await amend(asked)
    view = await asked.desk.open(asked.clerk(), CASE)
    first = view["rows"][0]
    assert (first["field"], first["differs"], first["before"] != first["value"]) == (
        "photo",
        True,
        True,
    )
    assert view["needs"][0]["code"] == "amended"


async def test_what_was_asked_is_decided_by_the_new_answers(asked, world):
    world.silent = set()
    await amend(asked)
    view = await asked.desk.open(asked.clerk(), CASE)
    # The photo of the licence is of 2020: older than five years.
    assert view["proposal"]["outcome"] == "refuse"
    assert "photo-old" in view["proposal"]["grounds"]


async def test_silent_registers_are_asked_again_when_the_person_is_back(asked, world):
    world.silent = set()
    status = await amend(asked)
    assert {fact["standing"] for fact in status["facts"] if fact["need"] == "health"} == {"known"}


async def test_a_question_stands_in_no_queue_but_that_of_the_asked(asked):
    queue = await asked.desk.queue(asked.clerk(), which="team")
    assert (queue["rows"], queue["counts"]["asked"]) == ([], 1)
    [row] = (await asked.desk.queue(asked.clerk(), which="asked"))["rows"]
    assert (row["case"], row["late"]) == (CASE, False)


@pytest.mark.parametrize("stops", [True, False])
async def test_the_clock_stops_where_the_service_says_so(asked, stops):
    asked.change(clock_stops=stops)
    before = (await asked.status())["due"]
    asked.clock.advance(days=3)
    assert ((await amend(asked))["due"] != before) is stops


async def test_a_question_is_taken_back(asked):
    await asked.step("answers/photo", {"photo": "licence"})
    await asked.desk.withdraw_question(asked.clerk(), CASE)
    status = await asked.status()
    assert (status["state"], status["asked"]) == ("with-official", None)
    assert status["answers"]["photo"] == "identity-document"
    assert await refusal(asked.desk.withdraw_question(asked.clerk(), CASE)) == "not-asked"


async def test_nothing_is_decided_while_the_person_is_asked(asked):
    assert await refusal(asked.decide()) == "not-here"
    assert await refusal(asked.desk.ask(asked.clerk(), CASE, pages=["photo"], message="x")) == (
        "not-here"
    )


@pytest.mark.parametrize(
    ("step", "content", "why"),
    [
        ("answers/delivery", {"delivery": "office"}, "unknown"),
        ("answers/nothing", {}, "unknown"),
        ("answers/photo", {"photo": "selfie"}, "value"),
        ("answers/photo", {}, "missing"),
        ("submission", CERTIFICATE, "missing"),
        ("signature", VALUE, "order"),
        ("payment", {}, "order"),
    ],
)
async def test_only_what_was_asked_can_be_answered(asked, step, content, why):
    assert await refusal(asked.step(step, content)) == why


async def test_an_answer_that_changes_after_it_was_laid_out_is_laid_out_anew(asked):
    await asked.step("answers/photo", {"photo": "licence"})
    await asked.step("submission", CERTIFICATE)
    await asked.step("answers/photo", {"photo": "identity-document"})
    assert await refusal(asked.step("signature", VALUE)) == "order"


async def test_another_person_answers_nothing(asked):
    assert await refusal(asked.step("answers/photo", {"photo": "licence"}, person=JAAN)) == (
        "not-yours"
    )


@pytest.mark.parametrize(
    ("pages", "message", "why"),
    [
        ([], MESSAGE, "pages"),
        (["nothing"], MESSAGE, "pages"),
        (["photo"], "  ", "message"),
        (["photo"], "x" * 1001, "message"),
    ],
)
async def test_a_question_says_what_is_asked(house, world, pages, message, why):
    world.silent = {"driver-certificate"}
    await house.waiting()
    assert await refusal(house.desk.ask(house.clerk(), CASE, pages=pages, message=message)) == why


async def test_who_has_the_case_asks(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting()
    await house.desk.take(house.clerk(), CASE)
    question = {"pages": ["photo"], "message": MESSAGE}
    assert await refusal(house.desk.ask(house.clerk(JAAN), CASE, **question)) == "with-another"
    assert await refusal(house.desk.ask(house.clerk(REIN), CASE, **question)) == "unit"


async def test_a_second_question_has_a_paper_of_its_own(asked):
    await amend(asked)
    await asked.desk.ask(asked.clerk(), CASE, pages=["delivery"], message="Kuhu saadame?")
    await asked.step("answers/delivery", {"delivery": "office"})
    await asked.step("submission", CERTIFICATE)
    status = await asked.step("signature", VALUE)
    names = {paper["name"] for paper in status["documents"]}
    assert {"amendment-1.asice", "amendment-2.asice"} <= names
    await asked.decide(asked.verdict(CASE, outcome="grant"))
    assert (await asked.status())["state"] == "granted"


async def test_registers_that_were_silent_are_asked_again_by_the_official(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting()
    world.silent = set()
    view = await house.desk.ask_again(house.clerk(), CASE)
    assert (view["proposal"]["outcome"], view["needs"]) == ("grant", [])
    assert "ask-again" not in view["may"]
    [row] = (await house.desk.queue(house.clerk(), which="team"))["rows"]
    assert row["proposal"] == "grant"
    await house.decide()
    assert (await house.status())["state"] == "granted"


async def test_a_register_that_stays_silent_changes_nothing(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting()
    view = await house.desk.ask_again(house.clerk(), CASE)
    assert (view["proposal"]["outcome"], view["needs"][0]["code"]) == ("official", "health-silent")
    assert "ask-again" in view["may"]


async def test_a_service_without_signatures_takes_an_amendment_without_one(asked):
    process = asked.definition.process
    nodes = {name: node for name, node in process.nodes.items() if node.does != "sign"}
    from dataclasses import replace

    asked.change(process=replace(process, nodes=nodes))
    await asked.step("answers/photo", {"photo": "licence"})
    status = await asked.step("submission", {})
    assert status["state"] == "with-official"
    assert not any(p["name"].startswith("amendment") for p in status["documents"])


async def test_an_official_s_own_answer_waits_for_another(asked):
    assert (await asked.desk.open(asked.clerk(ANNELI), CASE))["may"] == [
        "withdraw-question",
        "hand-over",
    ]
    assert asked.looks.kept[-1][0] == asked.desk.vault.subject_of(MARI)


async def test_who_is_asked_may_take_the_application_back(asked):
    status = await asked.step("withdrawal")
    assert (status["state"], status["asked"], status["may"]) == ("withdrawn", None, [])
    [row] = (await asked.desk.queue(asked.clerk(), which="ended"))["rows"]
    assert row["case"] == CASE
    assert await refusal(asked.desk.withdraw_question(asked.clerk(), CASE)) == "not-asked"
