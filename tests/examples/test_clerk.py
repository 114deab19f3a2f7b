"""A clerk sees orders without payers, and contracts only while their customers allow it."""

import re

import pytest
from tests.examples.house import (
    at_contract,
    attribute,
    confirm,
    customer,
    order,
    signed,
    text_of,
)

from riik.demo.browser import PageRefused

pytestmark = pytest.mark.anyio
CLERK, CUSTOMER = "kalev", "onne"


@pytest.fixture
async def onne(country, bank):
    """A customer whose agreement is signed and whose consent is given to nobody."""
    async with customer(country, CUSTOMER) as browser:
        await browser.visit(f"{bank}/?lang=en")
        page = await at_contract(browser, bank)
        if "Who opened it" not in text_of(page) and "No clerk has" not in text_of(page):
            await signed(browser, bank)
        await allow(browser, bank, "no")
        yield browser


@pytest.fixture
async def kalev(country, bank):
    """A clerk at the desk."""
    async with customer(country, CLERK) as browser:
        await browser.visit(f"{bank}/desk?lang=en")
        yield browser


async def allow(browser, bank, answer):
    """Let clerks open the agreement, or no longer."""
    page = await browser.visit(f"{bank}/contract")
    form = {"csrf": attribute(page, 'name="csrf" value'), "allow": answer}
    return await browser._walk("POST", f"{bank}/contract/consent", form)


async def contract_of(kalev, bank):
    """The path of the contract that may be opened; None where there is none."""
    text = (await kalev.visit(f"{bank}/desk?lang=en")).content.decode()
    found = re.search(r'href="(/desk/contract/[0-9a-f]{32})"', text)
    return found and found[1]


async def refused(action):
    with pytest.raises(PageRefused) as caught:
        await action
    return caught.value.why


async def test_a_clerk_sees_the_orders_of_the_day_and_not_who_pays(country, bank, kalev):
    asked = order(country, purpose="Licence of a test")
    waiting = text_of(await kalev.visit(f"{bank}/desk?lang=en"))
    assert "waits for the customer" in waiting.partition(asked.reference)[2]
    async with customer(country, "peeter") as peeter:
        await confirm(peeter, bank, asked)
    paid = await kalev.visit(f"{bank}/desk?lang=en")
    assert "paid at" in text_of(paid).partition(asked.reference)[2]
    holder = country.holder("peeter")
    assert holder.code not in paid.content.decode()
    assert "PEETER" not in text_of(paid)


async def test_yesterday_has_a_page_of_its_own(country, bank, kalev):
    order(country)
    today = await kalev.visit(f"{bank}/desk?lang=en")
    before = re.search(r'href="(/desk\?day=[^"]*)"', today.content.decode())[1]
    page = await kalev.visit(f"{bank}{before}")
    assert "Nobody ordered anything on this day." in text_of(page)


@pytest.mark.parametrize("day", ["2999-01-01", "1900-01-01", "x", "2026-02-30", "2026-1-1"])
async def test_a_day_that_is_none_has_no_page(bank, kalev, day):
    assert await refused(kalev.visit(f"{bank}/desk?day={day}")) == "no-page"


async def test_a_customer_is_not_let_in(country, bank):
    async with customer(country, "peeter") as peeter:
        assert await refused(peeter.visit(f"{bank}/desk")) == "not-clerk"
        # And is signed in no better than before.
        assert (await peeter.visit(f"{bank}/account")).said(of="balance")
        assert await refused(peeter.visit(f"{bank}/desk")) == "not-clerk"


async def test_who_is_signed_in_nowhere_is_sent_to_the_login(country, bank):
    async with customer(country, "peeter") as nobody:
        address, _ = await nobody._led("GET", f"{bank}/desk", None)
    assert address.startswith(f"{country.places['authority'].origin}/login?")


async def test_without_consent_there_is_no_name_no_text_and_no_file(country, bank, onne, kalev):
    page = await kalev.visit(f"{bank}/desk?lang=en")
    assert "No: its customer has not allowed it" in text_of(page)
    assert country.holder(CUSTOMER).name.split()[-1].upper() not in text_of(page).upper()
    assert await contract_of(kalev, bank) is None


async def test_with_consent_a_clerk_sees_who_signed_and_takes_the_file(bank, onne, kalev):
    await allow(onne, bank, "yes")
    address = await contract_of(kalev, bank)
    page = await kalev.visit(f"{bank}{address}")
    assert "TÄHT" in text_of(page)
    assert "TOTAL-PASSED" in text_of(page)
    assert (await kalev.fetch(f"{bank}{address}/file"))[:2] == b"PK"


async def test_the_customer_sees_who_opened_it(bank, onne, kalev):
    await allow(onne, bank, "yes")
    await kalev.visit(f"{bank}{await contract_of(kalev, bank)}")
    page = text_of(await onne.visit(f"{bank}/contract?lang=en"))
    assert "Kalev Rebane" in page.partition("Who opened it")[2]


async def test_a_consent_that_was_taken_back_ends_at_once(bank, onne, kalev):
    await allow(onne, bank, "yes")
    address = await contract_of(kalev, bank)
    await allow(onne, bank, "no")
    assert await refused(kalev.visit(f"{bank}{address}")) == "no-consent"
    assert await refused(kalev.visit(f"{bank}{address}/file")) == "no-consent"


async def test_a_consent_for_clerks_is_none_for_other_customers(country, bank, onne, kalev):
    await allow(onne, bank, "yes")
    address = await contract_of(kalev, bank)
    async with customer(country, "peeter") as peeter:
        await peeter.visit(f"{bank}/account")
        for path in (address, f"{address}/file"):
            assert await refused(peeter.visit(f"{bank}{path}")) == "expired"


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fbank.toml", "G" * 32])
async def test_a_contract_that_is_none_is_not_opened(bank, kalev, name):
    assert await refused(kalev.visit(f"{bank}/desk/contract/{name}")) in {"unknown", "no-page"}


async def test_nobody_allows_for_somebody_else(country, bank, onne):
    page = await onne.visit(f"{bank}/contract")
    async with customer(country, "liis") as liis:
        await liis.visit(f"{bank}/account")
        form = {"csrf": attribute(page, 'name="csrf" value'), "allow": "yes"}
        assert await refused(liis._walk("POST", f"{bank}/contract/consent", form)) == "foreign-page"


async def test_who_signed_nothing_has_nothing_to_allow(country, bank):
    async with customer(country, "liis") as liis:
        page = await liis.visit(f"{bank}/account")
        form = {"csrf": attribute(page, 'name="csrf" value'), "allow": "yes"}
        assert await refused(liis._walk("POST", f"{bank}/contract/consent", form)) == "unknown"


async def test_a_clerk_s_session_shows_no_account(country, bank, kalev):
    page = await kalev.visit(f"{bank}/account")
    # The clerk came in anew, as a customer like any other: the desk is closed by that.
    assert page.said(of="balance")
    address, _ = await kalev._led("GET", f"{bank}/desk", None)
    assert not address.startswith(f"{bank}/desk/")
