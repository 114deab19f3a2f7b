"""A country that is stopped and started again is the same country."""

import pytest
from tests.journeys.house import LICENCE, balance, right_of, running, visit

pytestmark = pytest.mark.anyio


async def test_people_find_their_cases_and_money_after_a_restart(tmp_path):
    async with running(tmp_path) as country, visit(country, "mari", answers=LICENCE) as journey:
        await journey.run()
        mari, case = journey.browser.holder.code, journey.result.status["case"]
        left = balance(country, mari), len(right_of(country, mari))
    async with running(tmp_path) as again, visit(again, "mari") as journey:
        assert (balance(again, mari), len(right_of(again, mari))) == left
        await journey.sign_in()
        found = await journey.browser.get(f"{journey.portal}/v1/cases")
        assert [one["case"] for one in found] == [case]
        status = await journey.browser.get(f"{journey.portal}/v1/cases/{case}")
    assert status["state"] == "granted"


async def test_the_log_of_looks_goes_on_from_its_old_head(tmp_path):
    async with running(tmp_path) as country, visit(country, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        log = country.nodes["interior"].parts.transparency.log
        key = str(log.key)
    async with running(tmp_path) as again, visit(again, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        log = again.nodes["interior"].parts.transparency.log
        assert str(log.key) == key
        found = await journey.browser.get(f"{journey.portal}/v1/looks/0")
    assert found["totalUsages"] == 2
