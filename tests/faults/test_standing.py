"""A provider that falls silent in the running country: not offered, and back by itself."""

import pytest
from tests.faults.house import closed_exchange
from tests.journeys.house import running, until, visit

from riik.core import Unavailable
from riik.portal.citizen.standing.component import check_decisions

pytestmark = pytest.mark.anyio


async def test_a_silent_provider_is_not_offered_until_it_answers(tmp_path):
    async with (
        running(tmp_path, members=["school"], listen=1) as country,
        visit(country, "mari", service="driving-course") as journey,
    ):
        await journey.sign_in()

        async def page():
            address = f"{journey.portal}/services/driving-course?lang=en"
            return (await journey.browser.fetch(address)).decode()

        async def suspended():
            return "can’t be begun now" in await page() or None

        async with closed_exchange(country, "school"):
            await until(suspended)
            assert "/services/driving-course/start" not in await page()
            with pytest.raises(Unavailable, match="service-suspended"):
                await journey.start()

        async def offered():
            return "/services/driving-course/start" in await page() or None

        await until(offered)
        await journey.start()
        assert journey.next_step.startswith("answers/")
        sealed = await journey.browser.fetch(f"{journey.portal}/providers/decisions.jws")
        key = country.nodes["portal"].base.signer("seal").public_key
        told = check_decisions(sealed.decode().split(), key=key)
        assert [one["decision"] for one in told] == ["suspended", "offered-again"]
