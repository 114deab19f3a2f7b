"""Every page of a person's own in a real browser: axe finds nothing, nothing scrolls sideways."""

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import (
    ASKED,
    DRAFT,
    GRANTED,
    NOTICE,
    POPULATION,
    REFUSED,
    VIEW,
    WAITING,
    served,
)
from tests.portal.sight import SCREENS

pytestmark = pytest.mark.anyio

TICKET = "ticket-of-a-page-0123456789"
PAGES = [
    "/cases",
    *(f"/cases/{one['case']}" for one in (VIEW, ASKED, GRANTED, REFUSED, WAITING, DRAFT)),
    f"/cases/{VIEW['case']}/withdraw",
    f"/cases/{REFUSED['case']}/appeal",
    f"/cases/{GRANTED['case']}/documents/decision.pdf/check",
    "/cases/case-of-nobody-at-all",
    "/documents",
    "/verify",
    "/inbox",
    "/inbox/settings",
    f"/inbox/{NOTICE['sender']}/notice-1",
    "/me",
    f"/me/wrong?register={POPULATION}&field=residence",
    f"/me/wrong?register={POPULATION}",
    f"/me/wrong/sent?once={TICKET}",
    "/me/wrong/answers",
    "/for",
    "/looks",
    "/looks/check",
    f"/looks/{POPULATION}/entry-1/why",
]


async def signed_in(town, chromium, address, *, language="en", **other):
    """A browser context in which the person is signed in."""
    mari = await town.visitor()
    context = await chromium.new_context(bypass_csp=True, **other)
    cookies = mari.cookies | {"riik-lang": language}
    await context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    return context


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_the_pages_are_for_everyone(town, chromium, language, scheme, width):
    first = town.desk.told["notices"]["notices"][0]
    town.desk.told["notices"]["notices"][0] = first | {"id": "notice-1"}
    sent = {"register": POPULATION, "field": "residence", "should_be": "Lai 2", "once": TICKET}
    mari = await town.visitor()
    assert (await mari.post("/me/wrong", sent | {"csrf": await mari.csrf()})).status == 303
    async with served(town.app) as address:
        context = await signed_in(
            town,
            chromium,
            address,
            language=language,
            viewport={"width": width, "height": 700},
            color_scheme=scheme,
        )
        page = await context.new_page()
        for path in PAGES:
            await page.goto(f"{address}{path}")
            if await page.locator("details").count():
                await page.evaluate(
                    "document.querySelectorAll('details').forEach(d => d.open = true)"
                )
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path
            assert await page.locator("html").get_attribute("lang") == language


async def test_a_letter_is_opened_by_keyboard_alone(town, chromium):
    first = town.desk.told["notices"]["notices"][0]
    town.desk.told["notices"]["notices"][0] = first | {"id": "notice-1"}
    async with served(town.app) as address:
        page = await (await signed_in(town, chromium, address)).new_page()
        await page.goto(f"{address}/inbox")
        await page.get_by_role("link", name="Your driving licence is renewed").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/notice-1")
        assert await page.get_by_text("Delivered at").is_visible()


async def test_proofs_open_and_pages_work_without_script(town, chromium):
    async with served(town.app) as address:
        context = await signed_in(town, chromium, address, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{address}/looks")
        await page.get_by_text("How is it proved?").click()
        assert await page.get_by_role("link", name="Download the proof").is_visible()
        await page.get_by_role("link", name="Last year").click()
        await page.wait_for_url("**/looks?days=365")
