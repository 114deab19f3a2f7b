"""An application that two people sign: invited, the same text, signed, declined, too late, paid."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.services.house import CASE, CERTIFICATE, JAAN, MARI, REIN, VALUE

from riik.cases import CaseUnknown
from riik.services.errors import AnswerRefused, AuthorityMissing, StepRefused
from riik.services.joint.model import JointRule, named

pytestmark = pytest.mark.anyio


def together(house, *, pays="applicant"):
    """The renewal of a licence, as if two people signed it."""
    form = dict(house.definition.form)
    partner = {"title": "With whom?", "type": "string", "x-kind": "person"}
    form["properties"] = {**form["properties"], "partner": partner}
    [first, *rest] = house.definition.pages
    pages = (replace(first, fields=(*first.fields, "partner")), *rest)
    needs = tuple(
        replace(need, of="other") if need.service == "image" else need
        for need in house.definition.needs
    )
    rule = JointRule(field="partner", days=14, pays=pays)
    house.change(form=form, pages=pages, joint=rule, needs=needs)


async def first_signs(house, *, partner="38001085718", pays="applicant"):
    together(house, pays=pays)
    await house.start()
    await house.answer()
    await house.step("answers/reason", {"reason": "expiring", "partner": partner})
    await house.step("submission", CERTIFICATE)
    return await house.step("signature", VALUE)


async def second_signs(house):
    await house.step("submission", CERTIFICATE, person=JAAN)
    return await house.step("signature", VALUE, person=JAAN)


async def seen_by(house, person):
    return await house.services.status(house.visit(person))


async def test_the_other_is_invited_and_signs_the_same_text_before_anybody_pays(house, world):
    mine = await first_signs(house)
    assert (mine["state"], mine["next"], mine["may"]) == (
        "to-cosign",
        {"step": "other"},
        ["withdraw"],
    )
    assert [one for ids in world.taken.values() for one in ids] == ["notices"]
    theirs = await seen_by(house, JAAN)
    assert (theirs["next"], theirs["may"]) == ({"step": "submission"}, ["sign", "decline"])
    content, _ = await house.services.document("application.json", house.visit(JAAN))
    assert theirs["statement"]["file"]["size"] == len(content)
    after = await second_signs(house)
    assert (after["joint"]["role"], after["may"]) == ("other", [])
    assert (await house.status())["state"] == "to-pay"
    paper, _ = await house.services.document("application.asice", house.visit(JAAN))
    assert paper.count(b"signed ") == 2


async def test_it_stands_among_the_cases_of_both(house):
    await first_signs(house)
    [row] = await house.services.of_person(house.visit(JAAN))
    assert (row["case"], row["state_text"], row["person"]["self"]) == (
        CASE,
        "Ootab sinu allkirja",
        False,
    )
    assert [one["case"] for one in await house.services.of_person(house.visit())] == [CASE]


async def test_a_stranger_sees_nothing_and_signs_nothing(house):
    await first_signs(house)
    with pytest.raises(CaseUnknown):
        await seen_by(house, REIN)
    with pytest.raises(AuthorityMissing):
        await house.step("submission", CERTIFICATE, person=REIN)


@pytest.mark.parametrize("step", ["answers/reason", "withdrawal", "dispute", "payment"])
async def test_who_signs_as_well_does_nothing_else(house, step):
    await first_signs(house)
    with pytest.raises(StepRefused):
        await house.step(step, {"reason": "lost"}, person=JAAN)


async def test_nobody_sees_it_before_the_first_signature(house):
    together(house)
    await house.start()
    with pytest.raises(CaseUnknown):
        await seen_by(house, JAAN)


async def test_a_no_ends_it_and_is_told(house, world):
    await first_signs(house)
    await house.step("decline", person=JAAN)
    await house.worker.rest()
    mine = await house.status()
    assert (mine["state"], mine["state_text"], mine["fee"]["reference"]) == (
        "withdrawn",
        "Lõppenud: keegi ei soovinud alla kirjutada",
        "",
    )
    assert len(world.taken) == 2
    with pytest.raises(StepRefused):
        await house.step("submission", CERTIFICATE, person=JAAN)


async def test_what_was_laid_out_in_time_is_not_signed_after_it(house, clock):
    await first_signs(house)
    clock.advance(timedelta(days=14) - timedelta(seconds=1))
    await house.step("submission", CERTIFICATE, person=JAAN)
    clock.advance(timedelta(seconds=1))
    for step, content in (("signature", VALUE), ("decline", {})):
        with pytest.raises(StepRefused) as refused:
            await house.step(step, content, person=JAAN)
        assert refused.value.why == "late"
    await house.services.lapse()
    with pytest.raises(StepRefused):
        await house.step("signature", VALUE, person=JAAN)
    assert (await house.status())["state"] == "withdrawn"


async def test_what_is_not_signed_in_time_ends_and_both_are_told(house, world, clock):
    await first_signs(house)
    clock.advance(timedelta(days=13))
    await house.services.lapse()
    assert (await house.status())["state"] == "to-cosign"
    clock.advance(timedelta(days=1))
    with pytest.raises(StepRefused) as refused:
        await house.step("submission", CERTIFICATE, person=JAAN)
    assert refused.value.why == "late"
    await house.services.lapse()
    await house.services.lapse()
    await house.worker.rest()
    assert (await house.status())["state_text"] == "Lõppenud: kõik ei kirjutanud õigel ajal alla"
    assert len(world.taken) == 3


async def test_who_asked_may_take_it_back_and_the_other_is_told(house, world):
    await first_signs(house)
    await house.step("withdrawal")
    await house.worker.rest()
    assert len(world.taken) == 2
    assert (await seen_by(house, JAAN))["may"] == []


async def test_a_signature_that_was_laid_out_before_another_one_is_laid_out_anew(house):
    await first_signs(house)
    await house.step("submission", CERTIFICATE, person=JAAN)
    running = await house.services.in_thread(house.services._load, CASE)
    with house.database.work() as work:
        house.services.cases.replace(running.case, "application.asice", b"signed x", work=work)
    with pytest.raises(StepRefused) as refused:
        await house.step("signature", VALUE, person=JAAN)
    assert refused.value.why == "not-prepared"


@pytest.mark.parametrize(
    ("pays", "mine", "theirs"),
    [("applicant", True, False), ("other", False, True), ("either", True, True)],
)
async def test_who_pays_is_as_the_folder_says(house, pays, mine, theirs):
    await first_signs(house, pays=pays)
    await second_signs(house)
    for person, may in ((MARI, mine), (JAAN, theirs)):
        seen = await seen_by(house, person)
        assert ("pay" in seen["may"]) is may
        assert (seen["next"]["step"] == "payment") is may


async def test_a_register_is_asked_of_the_other_by_their_own_word(house, world):
    await first_signs(house)
    assert "document" not in {fact["need"] for fact in (await house.status())["facts"]}
    await second_signs(house)
    running = await house.services.in_thread(house.services._load, CASE)
    assert running.dossier.facts["document"].message_id == f"{CASE}-document"
    assert running.dossier.asking("other") == (JAAN, JAAN, JAAN)
    assert "document" not in {fact["need"] for fact in (await house.status())["facts"]}


async def test_without_another_person_one_signs_alone(house):
    assert (await first_signs(house, partner=""))["state"] == "to-pay"


async def test_both_are_told_the_decision(house, world):
    signed = await first_signs(house)
    await second_signs(house)
    signed = await house.status()
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    told = [key for key, what in world.taken.items() if what == ["notices"]]
    assert sorted(key.removeprefix(f"{CASE}-")[:6] for key in told) == [
        "invite",
        "notice",
        "notice",
    ]


@pytest.mark.parametrize(
    "partner", ["49001010001", "EE49001010001", "mari", "../etc", "38001085718\n1"]
)
async def test_a_code_that_is_none_or_ones_own_is_refused(house, partner):
    together(house)
    await house.start()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("answers/reason", {"reason": "expiring", "partner": partner})
    assert (refused.value.why, refused.value.facts["field"]) == ("person", "partner")


def test_several_are_named_by_the_rows_of_a_group():
    rule = JointRule(field="adults.code", days=14, pays="applicant")
    rows = [{"code": "38001085718"}, {"code": "EE38001085718"}, {"code": "LV32345678901"}, {}]
    found = named(rule, {"adults": rows}, by=MARI, actor=MARI)
    assert found == (JAAN, "LV32345678901")
