"""Money that does not fit: another amount, another currency, another payer, nothing owed."""

from dataclasses import replace

import msgspec
import pytest
from tests.faults.house import ask, at_home, post, until_signature
from tests.journeys.house import balance, visit

from riik.core import ServiceId
from riik.demo.browser import PageRefused
from riik.exchange import AccessDenied, Call
from riik.payments.references import creditor_reference

pytestmark = pytest.mark.anyio

OWED = 2300
UNKNOWN = creditor_reference("2026-999999")


@pytest.fixture(scope="module")
async def owed(country):
    """A signed application whose fee is not paid yet, and the order at the bank."""
    async with visit(country, "jaan") as journey:
        value = await journey.browser.signature(await until_signature(journey))
        await post(journey, "signature", {"value": value})
        order = (await post(journey, "payment", {}))["payment"]
        yield journey, order


def word_of_the_bank(country, reference, *, minor=OWED, currency="EUR", **other):
    """What the bank tells the Transport Administration of a payment."""
    paid = {
        "order": "0" * 32,
        "reference": reference,
        "currency": currency,
        "minor": minor,
        "paid_at": "2026-11-23T12:00:00Z",
    }
    call = Call(
        client=country.country.client("bank", "payments"),
        service=ServiceId(country.country.client("transport", "services"), "fees"),
        method="POST",
        path="/notifications",
        headers=(("Content-Type", "application/json"),),
        body=msgspec.json.encode(paid),
        purpose="state-fee",
        legal_basis="payment",
    )
    return replace(call, **other)


@pytest.mark.parametrize(
    ("paid", "why"),
    [
        ({"minor": OWED - 1}, "short"),
        ({"minor": OWED + 1}, "over"),
        ({"minor": 0}, "short"),
        ({"currency": "VND"}, "currency"),
    ],
    ids=str,
)
async def test_a_payment_that_does_not_fit_settles_nothing(country, owed, paid, why):
    journey, _ = owed
    reference = journey.result.status["fee"]["reference"]
    answer = await ask(country, word_of_the_bank(country, reference, **paid), role="bank")
    assert (answer.status >= 400, msgspec.json.decode(answer.body)["why"]) == (True, why)
    await journey.refresh()
    assert journey.next_step == "payment"


async def test_a_reference_nobody_owes_is_refused(country):
    answer = await ask(country, word_of_the_bank(country, UNKNOWN), role="bank")
    assert msgspec.json.decode(answer.body)["why"] == "unknown"


async def test_only_the_bank_tells_of_payments(country, owed):
    journey, _ = owed
    call = word_of_the_bank(
        country,
        journey.result.status["fee"]["reference"],
        client=country.country.client("portal", "portal"),
    )
    with pytest.raises(AccessDenied):
        await ask(country, call, role="portal")


async def test_an_order_is_not_paid_by_whoever_has_its_address(country, owed):
    _, order = owed
    bank, name = country.places["bank"].origin, order["order"]
    before = balance(country, country.holder("jaan").code)
    async with at_home(country, "jaan") as stranger:
        for path in (f"/v1/orders/{name}/payment", f"/pay/{name}"):
            with pytest.raises(PageRefused):
                await stranger.post(f"{bank}{path}", {"code": "guessed"})
        page = await stranger.visit(order["url"])
        with pytest.raises(PageRefused) as refused:
            await stranger.submit(page, csrf="guessed")
    assert refused.value.facts["status"] == 403
    assert balance(country, country.holder("jaan").code) == before


async def test_the_same_fee_is_ordered_once_and_paid_once(country, owed):
    journey, order = owed
    before = balance(country, country.holder("jaan").code)
    assert (await post(journey, "payment", {}))["payment"] == order
    page = await journey.browser.visit(order["url"])
    await journey.pay()
    # The old page is still open in another tab, and is sent again.
    again = await journey.browser.submit(page)
    assert again.form is None
    assert before - balance(country, country.holder("jaan").code) == OWED


async def test_a_step_that_was_taken_is_not_taken_again(country, owed):
    journey, _ = owed
    with pytest.raises(PageRefused) as refused:
        await post(journey, "payment", {})
    assert refused.value.why == "order"
