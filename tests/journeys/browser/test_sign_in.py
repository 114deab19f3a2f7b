"""Signing in at the state's sites in a real browser, with the demonstration card."""

import json

import pytest
from playwright.async_api import expect
from tests.journeys.browser.house import shuts

pytestmark = pytest.mark.anyio

SESSION = "/v1/session"
CARD = "button[data-with=card]"


@pytest.fixture
async def page(context, country):
    """Mari's browser: her card is in the reader."""
    cookie = {"name": "riik-card", "value": "mari", "url": country.places["card"].origin}
    await context.add_cookies([cookie])
    return await context.new_page()


async def show_card(page, country):
    """At the national login: the card, and PIN1 in its own window."""
    async with page.expect_popup() as popup:
        await page.click(CARD)
    window = await popup.value
    await window.fill("input[name=pin]", country.holder("mari").pin1)
    async with shuts(window):
        await window.keyboard.press("Enter")


async def enter(page, country, role):
    """Sign in at a member's site; answers what it tells of the session."""
    site = country.places[role].origin
    await page.goto(f"{site}/sign-in?to={SESSION}")
    if await page.locator(CARD).count():
        await show_card(page, country)
    else:
        await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(f"{site}{SESSION}")
    return json.loads(await page.inner_text("body"))


async def test_a_card_opens_the_portal_and_a_click_the_desk(page, country):
    assert (await enter(page, country, "portal"))["surname"] == "MAASIKAS"
    assert (await enter(page, country, "transport"))["level"] == "high"
    cookies = {one["name"]: one for one in await page.context.cookies()}
    for name in ("riik-portal-guest", "riik-transport-guest"):
        assert (cookies[name]["httpOnly"], cookies[name]["sameSite"]) == (True, "Lax")
        assert cookies[name]["expires"] == -1


async def test_the_back_button_after_signing_in_explains_nothing(page, country):
    portal = country.places["portal"].origin
    answers = []
    page.on("request", lambda asked: answers.append(asked.url) if "/back?" in asked.url else None)
    await enter(page, country, "portal")
    again = await page.goto(answers[0])
    assert again.url == f"{portal}/"


async def test_who_goes_back_reads_that_nothing_happened_and_may_sign_in(page, country):
    portal = country.places["portal"].origin
    await page.goto(f"{portal}/sign-in?to={SESSION}")
    await page.get_by_role("link", name="Stop and go back").click()
    await expect(page.locator("h1")).to_have_text("You are not signed in")
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await show_card(page, country)
    await page.wait_for_url(f"{portal}{SESSION}")


async def test_who_ends_their_sign_ins_is_signed_out_at_every_site(page, country):
    for role in ("portal", "transport"):
        await enter(page, country, role)
    await page.goto(f"{country.places['authority'].origin}/sessions")
    # The desk's screen is shared, so this one sign-in is all that can be ended from it.
    await page.get_by_role("button", name="Sign out here").click()
    await page.wait_for_url("**/logged-out*")
    for role in ("portal", "transport"):
        site = country.places[role].origin
        for _ in range(100):
            told = await page.request.get(f"{site}{SESSION}")
            if told.status == 401:
                break
            await page.wait_for_timeout(100)
        assert (await told.json())["why"] == "logout"
