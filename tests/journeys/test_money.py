"""A fee that was paid too much: it settles the case, and the rest comes back by two officials."""

import re

import pytest
from tests.faults.house import until_signature
from tests.journeys.house import balance, until, visit

from riik.core import Money
from riik.demo.browser import Browser, PageRefused

pytestmark = pytest.mark.anyio

PAID, OWED = 2500, 2300


async def transfer(country, journey, minor, *, name):
    """Somebody pays by a bank of their own: account, reference and an amount that they typed."""
    bank, fee = country.nodes["bank"], journey.result.status["fee"]
    with bank.base.database.work() as work:
        payer = bank.parts.bank.account_of(country.holder("jaan").code, work=work)
        bank.parts.clearing.receive(
            country.country.members["transport"].account,
            amount=Money("EUR", minor),
            reference=fee["reference"],
            other=payer.iban,
            transfer=name,
            work=work,
        )


def form_of(page, act):
    """The fields of a form of a page, by what it does."""
    for form in re.findall(r"<form.*?</form>", page.content.decode(), re.S):
        found = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
        if found.get("act") == act:
            return found
    raise AssertionError(f"the page offers no {act}")


async def send(official, page, act, **fields):
    """Send one form of a page as its official."""
    return await official._walk("POST", page.url, form_of(page, act) | fields)


async def test_what_was_paid_too_much_comes_back(country):
    desk = country.places["transport"].origin
    async with visit(country, "jaan") as journey:
        prepared = await until_signature(journey)
        value = await journey.browser.signature(prepared)
        case = journey.result.status["case"]
        url = f"{journey.portal}/v1/cases/{case}/signature"
        journey.result.status = await journey.browser.post(url, {"value": value})
        # The order at the bank opens the account; the money comes by another bank.
        await journey.browser.post(f"{journey.portal}/v1/cases/{case}/payment", {})
        await transfer(country, journey, PAID, name="other-bank-1")

        async def moved_on():
            await journey.refresh()
            return journey.next_step != "payment" or None

        await until(moved_on)
    before = balance(country, country.holder("jaan").code)
    folder = country.folder / "cards"
    async with (
        Browser(country.holder("anneli"), folder) as anneli,
        Browser(country.holder("tiina"), folder) as tiina,
    ):
        await anneli.enter(desk)
        listed = (await anneli.visit(f"{desk}/desk/payments")).content.decode()
        assert "makstud liiga palju" in listed
        here = f"{desk}/desk/payments/other-bank-1"
        page = await anneli.visit(here)
        await send(anneli, page, "refund", amount="2.00", law="RLS § 15", reason="Paid 25")
        mine = await anneli.visit(here)
        with pytest.raises(AssertionError):
            form_of(mine, "approve")
        await tiina.enter(desk)
        page = await tiina.visit(here)
        assert "RLS § 15" in page.content.decode()
        await send(tiina, page, "approve")

        async def given_back():
            text = (await tiina.visit(here)).content.decode()
            return "tagasi makstud" in text or None

        await until(given_back)
        with pytest.raises(PageRefused):
            await send(tiina, page, "refund", amount="23.01", law="RLS § 15", reason="again")
    assert balance(country, country.holder("jaan").code) - before == PAID - OWED
