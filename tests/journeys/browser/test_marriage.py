"""Two people marry: both at browsers of their own, then both before an official."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect
from tests.journeys.browser.house import enter, put_card, sign_with_card
from tests.journeys.browser.walking import MAIN_BUTTON, Walker
from tests.journeys.house import running

pytestmark = [pytest.mark.anyio, pytest.mark.full, pytest.mark.timeout(300)]


@pytest.fixture
async def small(tmp_path):
    """A country with a town."""
    async with running(tmp_path / "state", members=["town"]) as country:
        yield country


async def at_home(chromium, country, who, to):
    """Somebody at their browser, signed in, on the way to a page of the portal."""
    context = await chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 800})
    await put_card(context, country, who)
    page = await context.new_page()
    await enter(page, country, "portal", who, to)
    return Walker(page, country, who)


async def the_last_time_of_today(walker, place):
    """The times begin in a month: back to today by its button, and the last one of the day."""
    page = walker.page
    await page.select_option("select[name=when-words]", place)
    await walker.press("button[name=find][value=when]")
    today = datetime.now(ZoneInfo("Europe/Tallinn")).date().isoformat()
    wanted = page.locator(f"input[value^='{place}@{today}']")
    earlier = page.locator("button[name=find]", has_text="Earlier days")
    while not await wanted.count():
        await earlier.click()
        await expect(page.locator("section[role=status]")).to_be_visible()
    await wanted.last.check()


async def filled(walker, said):
    """Every question, a page at a time: choices, texts and a day."""
    while "/answers/" in walker.page.url:
        await walker.look()
        before = walker.page.url
        for name, value in said.items():
            choice = walker.page.locator(f"main input[type=radio][name='{name}'][value='{value}']")
            text = walker.page.locator(f"main [name='{name}']:not([type=radio])")
            if await choice.count():
                await choice.check()
            elif await text.count():
                await text.fill(value)
        if await walker.page.locator("select[name=when-words]").count():
            await the_last_time_of_today(walker, "elsewhere")
        await walker.press(MAIN_BUTTON)
        await walker.page.wait_for_url(lambda url, before=before: url != before)


async def test_two_sign_one_pays_and_an_official_attests_it(chromium, small):
    country = small
    liis = await at_home(chromium, country, "liis", "/services/marriage")
    await liis.begin("marriage")
    said = {"partner": country.holder("jaan").code, "property": "joint"}
    await filled(liis, {**said, "reason": "A child will be born soon."})
    await liis.press("main a[href$='/sign']")
    await liis.page.wait_for_url("**/sign")
    await liis.card(country.holder("liis").pin2)
    await liis.page.wait_for_url(lambda url: not url.endswith("/sign"))
    case = liis.page.url.split("/cases/")[1].split("/")[0].split("?")[0]

    jaan = await at_home(chromium, country, "jaan", "/cases")
    await jaan.look()
    await jaan.press(f"main a[href*='{case}']")
    await jaan.page.goto(f"{jaan.portal}/cases/{case}/joint")
    await expect(jaan.page.get_by_role("heading", level=1)).to_contain_text("Liis Saar")
    await jaan.press("main a[href$='/sign']")
    await jaan.page.wait_for_url("**/sign")
    await jaan.card(country.holder("jaan").pin2)
    await jaan.page.wait_for_url("**/pay")
    await jaan.pay()
    await jaan.page.goto(f"{jaan.portal}/cases/{case}")
    await expect(jaan.page.locator("main")).to_contain_text("Both come in person")

    context = await chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    await put_card(context, country, "maret")
    desk = await context.new_page()
    await enter(desk, country, "town", "maret", f"/desk/cases/{case}")
    await expect(desk.locator("main")).to_contain_text("Attest in presence")
    await desk.check("input[name=outcome][value=grant]")
    await sign_with_card(desk, country, "maret")
    await desk.wait_for_url(lambda url: case not in url)

    for _ in range(60):
        await liis.page.goto(f"{liis.portal}/cases/{case}")
        if await liis.page.get_by_text("We attest your marriage.").count():
            break
        await liis.page.wait_for_timeout(500)
    await expect(liis.page.get_by_text("We attest your marriage.")).to_be_visible()
