"""Applying in a real browser: what is signed is what was read, and papers are taken home.

The whole way in each language, by keyboard and without script is `test_licence`; what hands do
twice, backwards or with another's card is `test_hands`.
"""

import json
import re
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.async_api import expect
from tests.journeys.browser.house import CARD_BUTTON, enter, put_card, show_card, sign_with_card

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

SERVICE = "/services/driving-licence"
PICKS = {
    "reason": "lost",
    "photo": "identity-document",
    "speed": "standard",
    "delivery": "post",
}
QUESTION = re.compile(r"/cases/[a-z0-9]+/answers/[a-z]+\Z")


@pytest.fixture
async def page(context, country):
    """Mari's browser: her card is in the reader, and nobody is signed in."""
    await put_card(context, country, "mari")
    return await context.new_page()


@pytest.fixture
def portal(country):
    """The portal's address."""
    return country.places["portal"].origin


async def sign_in(page, country, who="mari", to="/"):
    """Sign in at the portal on the way to a page."""
    await put_card(page.context, country, who)
    await enter(page, country, "portal", who, to)


async def begin(page, country, *, who="mari"):
    """A case that was just begun; answers its address."""
    await sign_in(page, country, who, f"{SERVICE}/start")
    await page.get_by_role("main").get_by_role("button").click()
    await page.wait_for_url(QUESTION)
    return page.url.rpartition("/answers/")[0]


async def answer(page, *, upto=""):
    """Answer question after question, as far as one of them."""
    for name, value in PICKS.items():
        await page.wait_for_url(f"**/answers/{name}")
        if name == upto:
            return
        await page.locator(f"label:has(input[value={value}])").click()
        await page.get_by_role("main").get_by_role("button").first.click()
    await page.wait_for_url("**/check")


async def at_the_signature(page, country, **who):
    """A case whose answers are given; answers its address."""
    case = await begin(page, country, **who)
    await answer(page)
    await page.goto(f"{case}/sign")
    return case


async def pay(page, country, who="mari"):
    """From the page of the fee to the bank, and back to the receipt."""
    await page.wait_for_url("**/pay")
    await page.get_by_role("main").get_by_role("button").click()
    bank = country.places["bank-site"].origin
    await page.wait_for_url(f"{bank}/pay/**")
    await page.get_by_role("main").get_by_role("button").first.click()
    if await page.locator(CARD_BUTTON).count():
        await show_card(page, country, who)
    await page.wait_for_url(f"{bank}/pay/**")
    await page.locator("a[href*='/receipt?bank=back']").first.click()
    await page.wait_for_url("**/receipt*")


async def test_a_resident_searches_applies_pays_and_takes_the_papers_home(page, country, portal):
    await page.goto(portal)
    await page.get_by_role("searchbox").fill("driving licence")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("link", name="Renew a driving licence").click()
    await expect(page.locator(".keyfacts")).to_contain_text("23\N{NO-BREAK SPACE}€")
    await page.get_by_role("link", name="Start").click()
    await show_card(page, country, "mari")
    await page.get_by_role("button", name="Begin").click()
    await answer(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    await page.get_by_role("link", name="Continue to the signature").click()
    await expect(page.locator(".statement")).to_contain_text("I ask for a new driving licence.")
    await sign_with_card(page, country, "mari")
    await pay(page, country)
    await expect(page.get_by_role("heading", level=1)).to_have_text("The decision is yes")
    for paper in ("application.asice", "decision.pdf"):
        async with page.expect_download() as download:
            await page.locator(f"a[href$='/documents/{paper}']").click()
        assert (await download.value).suggested_filename.endswith(paper)


HEADINGS = {"et": "Allkirjasta taotlus", "vi": "Ký đơn", "en": "Sign the application"}


@pytest.mark.parametrize(
    "language", ["vi", *(pytest.param(one, marks=pytest.mark.full) for one in ("et", "en"))]
)
async def test_what_is_signed_is_what_was_read(page, country, portal, language):
    await page.goto(f"{portal}/?lang={language}")
    case = await at_the_signature(page, country)
    assert await page.locator("html").get_attribute("lang") == language
    await expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language])
    shown = await page.locator("input[name=shown]").input_value()
    href = await page.locator(".statement a").get_attribute("href")
    assert shown in await (await page.request.get(f"{portal}{href}")).text()
    # The page in words has the file itself beside it.
    content = await (await page.request.get(f"{portal}{href.replace('/read?', '?')}")).body()
    assert sha256(content).hexdigest() == shown
    read = await page.locator(".statement blockquote").inner_text()
    assert json.loads(content)["statement"].strip() == read.strip()
    await sign_with_card(page, country, "mari")
    await page.wait_for_url(f"{case}/pay")
    container = await (await page.request.get(f"{case}/documents/application.asice")).body()
    assert content in _files_of(container).values()


def _files_of(container):
    """What is in a container."""
    with ZipFile(BytesIO(container)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


async def test_who_begins_again_is_shown_what_was_begun(page, country):
    case = await begin(page, country, who="helmi")
    await page.go_back()
    await page.get_by_role("link", name="Go on where you stopped").click()
    await page.wait_for_url(f"{case}/answers/reason")


async def test_the_back_button_leads_to_the_question_as_it_was_answered(page, country):
    await begin(page, country)
    await answer(page, upto="photo")
    await page.go_back()
    await expect(page.locator("input[value=lost]")).to_be_checked()
    await page.locator("label:has(input[value=lost])").click()
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url("**/answers/photo")


async def test_an_error_takes_the_focus_to_its_question(page, country):
    await begin(page, country)
    await page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("alert")
    await expect(summary).to_contain_text("One thing to put right")
    await expect(summary).to_be_focused()
    assert (await page.title()).startswith("Error: ")
    await summary.get_by_role("link").click()
    await expect(page.locator("#reason")).to_be_focused()


async def test_nothing_is_signed_that_another_tab_has_changed(page, country):
    case = await at_the_signature(page, country)
    other = await page.context.new_page()
    await other.goto(f"{case}/answers/speed")
    await other.locator("label:has(input[value=express])").click()
    await other.get_by_role("button", name="Continue").click()
    await other.wait_for_url("**/check")
    async with page.expect_popup():
        await page.click(CARD_BUTTON)
    await expect(page.locator("[data-failure]")).to_contain_text("is not the one on this page")
