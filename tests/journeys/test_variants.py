"""Journeys that end otherwise: refused by the rules, for a child, with an official, at a school."""

import pytest
from tests.journeys.house import COURSE, LICENCE, balance, live, right_of, told, visit

from riik.demo.browser import PageRefused

pytestmark = pytest.mark.anyio

OLD_PHOTO = LICENCE | {"photo": "licence"}
REFUSED = {
    "without a medical certificate": ("jaan", LICENCE, ["no-medical-certificate"]),
    "while the right is suspended": ("liis", LICENCE, ["right-suspended"]),
    "with a photo of seven years ago": ("peeter", OLD_PHOTO, ["photo-old"]),
    "with an expired medical certificate": ("helmi", LICENCE, ["medical-expired"]),
}


@pytest.mark.parametrize(("who", "answers", "grounds"), REFUSED.values(), ids=REFUSED)
async def test_a_licence_is_refused(country, who, answers, grounds):
    rights = len(right_of(country, country.holder(who).code))
    lived = await live(country, who, answers=answers)
    assert (lived.status["state"], lived.grounds) == ("refused", grounds)
    assert len(right_of(country, lived.code)) == rights
    assert set(lived.files) == {"application.asice", "decision.pdf"}
    assert [notice["legal_effect"] for notice in lived.notices] == [True]


@pytest.mark.parametrize(
    ("answers", "fee"),
    [
        ({"reason": "name-changed"}, 1200),
        ({"reason": "lost", "speed": "express"}, 5000),
        ({"reason": "stolen", "proof": True}, 700),
    ],
    ids=["name-changed", "lost-and-express", "stolen-with-proof"],
)
async def test_the_fee_follows_the_answers(country, answers, fee):
    before = balance(country, country.holder("mari").code)
    lived = await live(country, "mari", answers=LICENCE | answers)
    assert lived.status["fee"]["amount"] == before - balance(country, lived.code) == fee


@pytest.mark.parametrize("service", ["driving-licence", "marriage", "employment-registration"])
async def test_nobody_begins_a_personal_act_for_their_child(country, service):
    async with visit(country, "mari", person="joosep", service=service) as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused) as refused:
            await journey.start()
    assert refused.value.why == "represented"


async def test_a_child_begins_nothing_that_is_for_adults(country):
    async with visit(country, "joosep", service="marriage") as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused) as refused:
            await journey.start()
    assert refused.value.why == "age"


async def test_a_stranger_can_not_apply_for_a_child(country):
    async with visit(country, "jaan", person="joosep") as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused) as refused:
            await journey.start()
    assert refused.value.why == "unknown"


async def test_a_child_is_told_that_a_course_is_too_early(country):
    lived = await live(country, "joosep", service="driving-course", answers=COURSE)
    assert (lived.status["state"], lived.grounds) == ("refused", ["too-young"])


async def test_the_papers_of_a_child_name_the_parent_who_signed(country):
    answers = {"use": "everyday", "income": "family", "office": False, "tax": "EE"}
    async with visit(
        country, "mari", person="joosep", service="bank-account", answers=answers
    ) as journey:
        await journey.run()
        [paper] = [
            one for one in journey.result.status["documents"] if one["name"] == "application.asice"
        ]
        page = await journey.browser.fetch(f"{journey.portal}/documents")
    async with visit(country, "kalev") as desk:
        bank = country.places["bank"].origin
        await desk.browser.enter(bank)
        case = journey.result.status["case"]
        seen = (await desk.browser.visit(f"{bank}/desk/cases/{case}")).content.decode()
    who = "allkirjastas Mari Maasikas, esindatav: Joosep Maasikas"
    assert paper["about"] == who
    assert who in page.decode()
    assert f"Taotlus, {who}" in seen
    assert "Mari Maasikas (lapsevanem, rahvastikuregistri järgi) tegutseb" in seen


async def test_a_place_on_a_course_waits_for_the_teacher(country):
    async with visit(country, "jaan", service="driving-course", answers=COURSE) as journey:
        await journey.run()
        assert journey.next_step == "review"
        await decide(country, "rein", "school", journey, {"outcome": "grant", "grounds": []})
        lived = await told(journey)
    assert lived.status["state"] == "granted"
    assert lived.events[-2:] == ["reviewed", "decided"]
    assert [look["access"]["purpose"] for look in lived.looks["population"]] == ["driving-training"]


async def test_only_the_school_s_own_teacher_reviews(country):
    async with visit(country, "liis", service="driving-course", answers=COURSE) as journey:
        await journey.run()
        with pytest.raises(PageRefused) as refused:
            await decide(country, "anneli", "school", journey, {"outcome": "grant"})
    assert refused.value.facts["status"] == 403


async def decide(country, official, provider, journey, decision):
    """An official decides at the provider's desk, with their own card; then the person looks."""
    async with visit(country, official) as desk:
        await desk.review(provider, journey.result.status["case"], decision)
    await journey.wait()
    await journey.collect()
