"""An official fills in with a person who is present: both are named, the person signs."""

import json
from dataclasses import fields, replace

import pytest
from tests.services.house import (
    ANNELI,
    ANSWERS,
    CASE,
    CERTIFICATE,
    JAAN,
    MARI,
    TIINA,
    TRANSPORT,
    VALUE,
)

from riik.services.desk.errors import DeskRefused
from riik.services.dossier import Dossier
from riik.services.errors import AuthorityMissing

pytestmark = pytest.mark.anyio


def present(house, *, person=MARI, official=ANNELI, **change):
    """Mari and Anneli at the desk, each signed in there for this case."""
    visit = replace(
        house.visit(person),
        authority=f"{person}/{CASE}",
        carrier=TRANSPORT.member,
        channel="desk",
        assistant=official,
        assistance=f"{official}/{CASE}",
    )
    return replace(visit, **change)


async def start(house, **change):
    return await house.services.start("driving-licence", present(house, **change))


async def fill(house):
    """The whole application, at the desk."""
    await start(house)
    for page, content in ANSWERS.items():
        await house.services.step(f"answers/{page}", content, present(house))
    await house.services.step("submission", CERTIFICATE, present(house))
    return await house.services.step("signature", VALUE, present(house))


async def test_both_stand_in_the_case_and_in_its_thread(house):
    status = await start(house)
    assert status["channel"] == "desk"
    assert status["assistant"] == {"name": "Anneli Põder", "organisation": "Amet"}
    assert status["timeline"][0]["title"] == "Alustasid taotlust laua ääres koos ametnikuga"


async def test_the_official_s_look_is_on_record_at_the_start_and_at_each_step(house):
    await start(house)
    assert [look[1:3] for look in house.looks.kept] == [("assistance", ANNELI)]
    await house.services.step("answers/reason", ANSWERS["reason"], present(house))
    await house.services.status(present(house))
    assert [look[2] for look in house.looks.kept] == [ANNELI] * 3


async def test_the_fee_is_that_of_the_desk_and_the_person_signs(house):
    status = await fill(house)
    assert (status["state"], status["fee"]["amount"]) == ("to-pay", 3300)


async def test_the_person_may_go_on_at_home(house):
    await start(house)
    status = await house.step("answers/reason", ANSWERS["reason"])
    assert (status["channel"], status["assistant"]["name"]) == ("desk", "Anneli Põder")


async def test_a_case_from_home_may_be_finished_at_a_desk(house):
    await house.start()
    status = await house.services.step("answers/reason", ANSWERS["reason"], present(house))
    assert (status["channel"], status["assistant"]["name"]) == ("web", "Anneli Põder")
    assert [look[2] for look in house.looks.kept] == [ANNELI]


NOT_SO = [
    ("a desk without an official", {"assistant": None}, "no-assistant"),
    ("an official without a desk", {"channel": "web"}, "no-assistant"),
    ("somebody who is no official", {"official": JAAN}, "no-official"),
    ("an official for themselves", {"person": ANNELI}, "own-case"),
    ("an official as a representative", {"actor": ANNELI, "authority": f"{ANNELI}/{CASE}"}, "own-case"),
    ("another's statement of the official", {"assistance": f"{JAAN}/{CASE}"}, "asker"),
    ("a statement for another case", {"assistance": f"{ANNELI}/case-of-another-one"}, "case"),
    ("no statement of the official", {"assistance": "another's"}, "subject"),
    ("no statement of the person", {"authority": "another's"}, "subject"),
    ("the person's statement for another case", {"authority": f"{MARI}/case-of-another-one"}, "case"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), [n[1:] for n in NOT_SO], ids=[n[0] for n in NOT_SO])
async def test_nothing_is_begun_by(house, change, why):
    with pytest.raises(AuthorityMissing) as refused:
        await start(house, **change)
    assert (refused.value.why, house.looks.kept) == (why, [])


async def test_the_official_alone_takes_no_step(house):
    await start(house)
    alone = present(house, person=ANNELI, assistant=None, assistance="")
    with pytest.raises(AuthorityMissing):
        await house.services.step("answers/reason", ANSWERS["reason"], alone)


async def test_who_helped_to_apply_does_not_decide(house, world):
    world.silent = {"driver-certificate"}
    signed = await fill(house)
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    with pytest.raises(DeskRefused) as refused:
        await house.decide(house.verdict(CASE, outcome="grant"))
    assert refused.value.why == "helped"


async def test_nor_does_a_colleague_who_helped_before(house, world):
    world.silent = {"driver-certificate"}
    await start(house)
    for page, content in ANSWERS.items():
        await house.services.step(f"answers/{page}", content, present(house))
    await house.services.step("submission", CERTIFICATE, present(house, official=TIINA))
    signed = await house.services.step("signature", VALUE, present(house, official=TIINA))
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    for helper in (ANNELI, TIINA):
        with pytest.raises(DeskRefused) as refused:
            await house.decide(house.verdict(CASE, outcome="grant"), official=helper)
        assert refused.value.why == "helped"


async def test_a_paper_that_the_official_sees_is_a_look(house):
    await fill(house)
    before = len(house.looks.kept)
    await house.services.document("application.asice", present(house))
    await house.services.start("driving-licence", present(house))
    assert [look[2] for look in house.looks.kept[before:]] == [ANNELI, ANNELI]


def test_all_that_a_case_knows_is_kept():
    dossier = Dossier(
        person=MARI, actor=ANNELI, language="et", channel="web", authority="", signed_by="A. Põder"
    )
    assert set(json.loads(dossier.to_json())) == {one.name for one in fields(Dossier)}
    assert Dossier.from_json(dossier.to_json()) == dossier


def test_a_case_of_an_earlier_release_knows_its_one_helper():
    dossier = Dossier(person=MARI, actor=MARI, language="et", channel="desk", authority="")
    plain = json.loads(dossier.to_json())
    assert Dossier.from_json(json.dumps(plain).encode()) == dossier
    del plain["helpers"]
    earlier = Dossier.from_json(json.dumps(plain | {"assistant": ANNELI}).encode())
    assert (earlier.helpers, earlier.assistant) == ((ANNELI,), ANNELI)
