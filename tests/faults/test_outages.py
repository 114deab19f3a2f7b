"""Parts of the state that don't answer: the case waits or goes to an official, and goes on after."""

import pytest
from tests.faults.house import closed_exchange, post, settle
from tests.journeys.house import balance, right_of, until, visit

from riik.core import Unavailable
from riik.demo.browser import PageRefused

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("decision", "state", "more"),
    [
        ({"outcome": "grant", "grounds": []}, "granted", 1),
        ({"outcome": "refuse", "grounds": ["medical-unfit"]}, "refused", 0),
    ],
    ids=["granted", "refused"],
)
async def test_a_silent_register_gives_the_case_to_an_official_who_decides(
    country, decision, state, more
):
    rights = len(right_of(country, country.holder("mari").code))
    async with visit(country, "mari") as journey:
        async with closed_exchange(country, "clinic"):
            await journey.run()
        assert journey.next_step == "review"
        assert [ground["code"] for ground in journey.result.status["grounds"]] == ["health-silent"]
        await review(country, "anneli", journey, decision)
    assert journey.result.outcome == state
    assert len(right_of(country, country.holder("mari").code)) == rights + more


async def test_an_official_s_look_at_the_case_is_seen_by_the_person(country):
    async with visit(country, "mari") as journey:
        async with closed_exchange(country, "clinic"):
            await journey.run()
        case = journey.result.status["case"]
        await review(country, "anneli", journey, {"outcome": "refuse", "grounds": ["photo-old"]})
    node = country.nodes["transport"]
    looks = node.parts.transparency.who_looked(node.base.vault.find(journey.browser.holder.code))
    seen = [look.access for look in looks.looks if look.access.case == case]
    assert country.holder("anneli").code in [access.acting for access in seen]


async def test_a_closed_provider_stops_the_start_of_a_case_that_then_goes_on(country):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        async with closed_exchange(country, "transport"):
            await journey.start()
            assert journey.result.outcome == "waiting-for-provider"
        assert await until(lambda: at_step(journey, "answers/reason"))


async def test_a_closed_provider_stops_the_journey_in_the_middle_and_nothing_is_lost(country):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        async with closed_exchange(country, "transport"):
            status = await post(journey, "answers/reason", {"reason": "expiring"})
            assert status["state"] == "waiting-for-provider"
            await journey.refresh()
            assert journey.result.outcome == "waiting-for-provider"
        assert await until(lambda: at_step(journey, "answers/photo"))
    assert journey.result.status["answers"] == {"reason": "expiring"}


async def test_a_closed_provider_leaves_others_alone(country):
    answers = {"category": "A", "language": "et"}
    async with (
        visit(country, "joosep", service="driving-course", answers=answers) as journey,
        closed_exchange(country, "transport"),
    ):
        await journey.run()
    assert journey.result.outcome == "refused"


async def test_a_silent_bank_delays_the_payment_and_it_is_paid_once(country):
    before = balance(country, country.holder("jaan").code)
    async with visit(country, "jaan") as journey:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        await journey.sign()
        async with closed_exchange(country, "bank"):
            status = await post(journey, "payment", {})
            assert status["state"] == "waiting-for-provider"
        await until(lambda: at_step(journey, "payment"))
        await journey.pay()
        await until(lambda: at_step(journey, "none"))
    assert before - balance(country, country.holder("jaan").code) == 2300


async def test_a_payment_is_told_when_the_creditor_answers_again(country):
    async with visit(country, "jaan") as journey:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        await journey.sign()
        order = (await post(journey, "payment", {}))["payment"]
        async with closed_exchange(country, "transport"):
            await settle(journey, order)
        await until(lambda: at_step(journey, "none"))
    assert journey.result.outcome == "refused"


async def test_a_silent_portal_delays_the_notice_alone(country):
    async with visit(country, "jaan") as journey:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        await journey.sign()
        order = (await post(journey, "payment", {}))["payment"]
        async with closed_exchange(country, "portal"):
            await settle(journey, order)
            await until(lambda: decided(journey))
        await until(lambda: at_step(journey, "none"))
        case = journey.result.status["case"]

        async def told():
            found = await journey.browser.get(f"{journey.portal}/v1/notices")
            return [notice for notice in found if notice["case"] == case] or None

        assert len(await until(told)) == 1


async def test_nobody_acts_for_a_child_while_the_population_register_is_silent(country):
    async with visit(country, "mari", person="joosep", service="medical-certificate") as journey:
        await journey.sign_in()
        async with closed_exchange(country, "interior"):
            with pytest.raises(PageRefused) as refused:
                await journey.start()
        assert refused.value.why == "silent"
        await journey.start()
    assert journey.next_step == "answers/vehicles"


async def test_a_silent_register_of_looks_says_so(country):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        async with closed_exchange(country, "interior"):
            registers = await journey.browser.get(f"{journey.portal}/v1/registers")
            [at] = [n for n, one in enumerate(registers) if one["client"].endswith("/population")]
            with pytest.raises(Unavailable):
                await journey.browser.get(f"{journey.portal}/v1/looks/{at}")


async def review(country, official, journey, decision):
    """An official decides at the provider's desk; then the person looks."""
    async with visit(country, official) as desk:
        await desk.review("transport", journey.result.status["case"], decision)
    await until(lambda: at_step(journey, "none"))


async def at_step(journey, step):
    """True once the case asks for this."""
    await journey.refresh()
    return True if journey.next_step == step else None


async def decided(journey):
    """True once the case is decided, whatever is still to be done."""
    await journey.refresh()
    return journey.result.outcome in ("granted", "refused") or None
