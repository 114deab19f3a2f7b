"""The portal's calls for programs: what of a case can be asked by whoever is signed in."""

import pytest

pytestmark = pytest.mark.anyio

SAID = {"register": "EE-DEMO/GOV/70001047/population", "field": "residence", "number": "FAKE-1"}


@pytest.fixture
async def mari(town):
    """Mari's browser, and a case of hers."""
    browser = await town.visitor()
    begun = await browser.json("/v1/cases", {"service": "driving-licence", "language": "en"})
    return browser, begun.json["case"]


async def test_a_step_of_a_case_goes_to_its_provider(town, mari):
    browser, case = mari
    answered = await browser.json(f"/v1/cases/{case}/answers/reason", {"reason": "expiring"})
    assert (answered.status, town.desk.portal.sent[0][0]) == (200, "answers/reason")


@pytest.mark.parametrize(
    "step",
    ["dispute", "dispute/", "/dispute", "dispute/x", "answers/../dispute", "./dispute", "", "a%b"],
)
async def test_only_the_register_s_own_answer_tells_a_case_of_a_correction(town, mari, step):
    browser, case = mari
    answered = await browser.json(f"/v1/cases/{case}/{step}", SAID)
    assert (answered.status, town.desk.portal.sent) == (404, [])
    facts = (await browser.get(f"/v1/cases/{case}")).json["facts"]
    assert not any(one["disputed"] for one in facts)
