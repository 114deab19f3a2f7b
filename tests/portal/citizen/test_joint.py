"""Signing with others on the pages: the same text, a signature, or a no."""

from types import SimpleNamespace

import pytest
from tests.portal.citizen.test_apply import ANSWERS, Applicant, led_to
from tests.services.house import JAAN
from tests.services.test_joint import together

pytestmark = pytest.mark.anyio


@pytest.fixture
async def both(town, house):
    """Mari has signed; Jaan is signed in in another browser."""
    together(house)
    mari = Applicant(town, await town.visitor())
    await mari.begin()
    await mari.answer()
    given = {**ANSWERS["reason"], "partner": "38001085718"}
    await mari.post(f"{mari.case}/answers/reason", given)
    assert (await mari.sign()).json == {"location": f"{mari.case}/receipt"}
    town.login.person, town.login.sid = JAAN, "another-session"
    jaan = Applicant(town, await town.visitor())
    jaan.case = mari.case
    case = mari.case.rpartition("/")[2]
    begun = town.desk.portal.begun

    def knows(who):
        begun[case] = SimpleNamespace(actor=who, person=who, service="driving-licence")

    mari.here, jaan.here = (lambda who=who: knows(who) for who in (begun[case].person, JAAN))
    jaan.here()
    return mari, jaan


async def test_the_other_reads_the_same_text_and_signs_it(both):
    mari, jaan = both
    assert led_to(await jaan.get(f"{jaan.case}/continue")) == (303, f"{jaan.case}/joint")
    page = (await jaan.get(f"{jaan.case}/joint")).text
    assert "Mari Maasikas asks you to sign" in page
    file = await jaan.town.desk.portal.document(
        SimpleNamespace(person=JAAN), jaan.case.rpartition("/")[2], "application.json"
    )
    assert file
    assert (await jaan.sign()).json == {"location": f"{jaan.case}/receipt"}
    mari.here()
    assert led_to(await mari.get(f"{mari.case}/continue")) == (303, f"{mari.case}/pay")


async def test_a_no_is_asked_twice_and_ends_it(both):
    mari, jaan = both
    assert "Nothing" not in (await jaan.get(f"{jaan.case}/decline")).text
    assert led_to(await jaan.post(f"{jaan.case}/decline", {})) == (303, jaan.case)
    assert led_to(await jaan.get(f"{jaan.case}/joint"))[0] == 303
    mari.here()
    assert (
        await mari.town.desk.portal.status(
            SimpleNamespace(person="EE49001010001"), mari.case.rpartition("/")[2]
        )
    )["state"] == "withdrawn"


@pytest.mark.parametrize("page", ["joint", "decline"])
async def test_who_applied_has_no_such_page(both, page):
    mari, _ = both
    mari.here()
    assert led_to(await mari.get(f"{mari.case}/{page}"))[0] == 303


async def test_a_no_without_the_own_pages_form_is_refused(both):
    _, jaan = both
    refused = await jaan.browser.post(f"{jaan.case}/decline", {"csrf": "x"})
    assert refused.status == 403
