"""What people's hands do to a case: twice, backwards, in two windows, too late, with the card gone.

And what an attacker's do: addresses of others, markup wherever something can be written.
"""

import pytest
from playwright.async_api import expect
from tests.journeys.browser.atlas import explore, openable, sites_of
from tests.journeys.browser.conftest import begun
from tests.journeys.browser.house import (
    CARD_BUTTON,
    enter,
    put_card,
    show_card,
    shuts,
    sign_with_card,
)
from tests.journeys.browser.walking import MAIN_BUTTON, Walker

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

FAILURE = "[data-failure]"
EVIL = """"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"""


@pytest.fixture
async def mari(context, country):
    """Mari's tab, signed in at the portal."""
    await put_card(context, country, "mari")
    page = await context.new_page()
    await enter(page, country, "portal", "mari", "/")
    return page


@pytest.fixture
async def alert(context):
    """Windows that script of others opened, and what the policy had to hold back."""
    said = []

    async def hear(page):
        async def dismiss(dialog):
            said.append(dialog.message)
            await dialog.dismiss()

        page.on("dialog", dismiss)
        page.on(
            "console", lambda one: said.append(one.text) if "Content Security" in one.text else None
        )

    context.on("page", hear)
    return said


def at(country, path):
    return f"{country.places['portal'].origin}{path}"


async def number_of_cases(page, country):
    return len(await (await page.request.get(at(country, "/v1/cases"))).json())


# --- one's own hands ---


async def test_a_double_click_begins_one_case(mari, country):
    before = await number_of_cases(mari, country)
    await mari.goto(at(country, "/services/driving-course/start"))
    await mari.dblclick(MAIN_BUTTON)
    await mari.wait_for_url("**/cases/**")
    assert await number_of_cases(mari, country) == before + 1


async def test_the_back_button_and_the_same_form_again_lead_to_the_same_case(mari, country):
    await mari.goto(at(country, "/services/driving-course/start"))
    await mari.click(MAIN_BUTTON)
    await mari.wait_for_url("**/cases/**")
    first, before = mari.url, await number_of_cases(mari, country)
    await mari.go_back()
    if await mari.locator(MAIN_BUTTON).count() and "/start" in mari.url:
        await mari.click(MAIN_BUTTON)
        await mari.wait_for_url("**/cases/**")
    assert await number_of_cases(mari, country) - before in (0, 1)
    await mari.goto(first)
    await expect(mari.locator("h1")).to_have_count(1)


async def test_back_after_signing_signs_nothing_twice(mari, country):
    case, _ = await begun(country, "mari")
    await mari.goto(at(country, f"/cases/{case}/sign"))
    await sign_with_card(mari, country, "mari")
    await mari.wait_for_url("**/pay")
    await mari.go_back()
    await mari.reload()
    await mari.wait_for_url("**/pay?moved=yes")
    await expect(mari.locator("main")).to_contain_text("The case is here now")


async def test_two_windows_answer_and_the_later_one_is_told(context, mari, country):
    case, _ = await begun(country, "mari", answered=False)
    other = await context.new_page()
    for page in (mari, other):
        await page.goto(at(country, f"/cases/{case}/continue"))
    walker = Walker(mari, country, "mari")
    await walker.answer()
    await mari.click("main a[href$='/sign']")
    await sign_with_card(mari, country, "mari")
    await mari.wait_for_url("**/pay")
    await other.check("input[name=reason][value=lost]")
    await other.click(MAIN_BUTTON)
    await other.wait_for_url("**/pay?moved=yes")
    await expect(other.locator("main")).to_contain_text("The case is here now")


async def test_answers_outlive_the_session(context, mari, country):
    case, _ = await begun(country, "mari", answered=False)
    await mari.goto(at(country, f"/cases/{case}/continue"))
    await mari.check("input[name=reason][value=lost]")
    question, other = mari.url, await context.new_page()
    await other.goto(f"{country.places['authority'].origin}/sessions")
    await other.get_by_role("button", name="Sign out here").click()
    await other.wait_for_url("**/logged-out*")
    for _ in range(100):
        if (await mari.request.get(at(country, "/v1/session"))).status == 401:
            break
        await mari.wait_for_timeout(100)
    await mari.click(MAIN_BUTTON)
    await show_card(mari, country, "mari")
    await mari.wait_for_url(question)
    await expect(mari.get_by_role("status").first).to_contain_text("Your answer was kept")
    await expect(mari.locator("input[name=reason][value=lost]")).to_be_checked()


# --- the card ---


async def test_a_card_that_is_taken_out_signs_nothing_and_back_in_it_does(mari, country):
    case, _ = await begun(country, "mari")
    await mari.goto(at(country, f"/cases/{case}/sign"))
    async with mari.expect_popup() as popup:
        await mari.click(CARD_BUTTON)
    window = await popup.value
    await window.get_by_role("button", name="Take the card out").click()
    await expect(mari.locator(FAILURE)).to_contain_text("The card was taken out too early.")
    assert await asks_for_a_signature(mari, country, case)
    await window.close()
    await put_card(mari.context, country, "mari")
    await mari.reload()
    await sign_with_card(mari, country, "mari")
    await mari.wait_for_url("**/pay")


async def test_a_pin_that_is_wrong_three_times_signs_nothing(chromium, country):
    """Liis's card: hers is used by no other test."""
    context = await chromium.new_context(locale="en-GB")
    await put_card(context, country, "liis")
    page = await context.new_page()
    await enter(page, country, "portal", "liis", "/")
    case, _ = await begun(country, "liis")
    await page.goto(at(country, f"/cases/{case}/sign"))
    async with page.expect_popup() as popup:
        await page.click(CARD_BUTTON)
    window = await popup.value
    for told in ("2 tries are left", "One try is left", "is blocked"):
        await window.fill("input[name=pin]", "00000")
        await window.keyboard.press("Enter")
        await expect(window.locator("main")).to_contain_text(told)
    async with shuts(window):
        await window.get_by_role("button", name="Leave it blocked").click()
    await expect(page.locator(FAILURE)).to_contain_text("The PIN is blocked")
    assert await asks_for_a_signature(page, country, case)
    await context.close()


async def test_without_the_extension_the_signature_says_how_to_get_it(mari, country):
    case, _ = await begun(country, "mari")
    await mari.goto(at(country, f"/cases/{case}/sign"))
    await mari.click("button[data-with=extension]")
    await expect(mari.locator(FAILURE)).to_contain_text("The Web eID extension does not answer.")


async def test_another_person_s_card_signs_nothing(mari, country):
    case, _ = await begun(country, "mari")
    await mari.goto(at(country, f"/cases/{case}/sign"))
    await put_card(mari.context, country, "jaan")
    await mari.click(CARD_BUTTON)
    await expect(mari.locator(FAILURE)).to_contain_text("somebody else’s card")
    assert await asks_for_a_signature(mari, country, case)


async def asks_for_a_signature(page, country, case):
    """Nothing was signed: the case still waits for it."""
    status = await (await page.request.get(at(country, f"/v1/cases/{case}"))).json()
    return status["next"]["step"] == "submission"


# --- an attacker's hands ---


async def test_no_address_of_mari_s_opens_for_jaan(chromium, context, country, front, lives):
    """All that her pages lead to, at every stage of a case, whatever is added to them later."""
    await put_card(context, country, "mari")
    await enter(await context.new_page(), country, "portal", "mari", "/")
    portal, routes = country.places["portal"].origin, openable(sites_of(country, front)["portal"])
    hers = await explore(context.request, portal, routes, hints=lives.hints("portal"))
    other = await chromium.new_context(locale="en-GB")
    await put_card(other, country, "jaan")
    await enter(await other.new_page(), country, "portal", "jaan", "/")
    cases = (lives.done, lives.draft, lives.checking, lives.signing, lives.paying)
    # How one is told is at the same address for everybody: each finds their own there.
    common = ("/inbox/settings", ".js")
    asked = [url for url in sorted(hers.asked) if not url.endswith(common)]
    private = [url for url in asked if any(one in url for one in (*cases, "/inbox/"))]
    assert all(any(one in url for url in private) for one in cases)
    for page in ("/answers/", "/check", "/sign", "/pay", "/receipt", "/documents/"):
        assert any(page in url for url in private), page
    for url in private:
        answer = await other.request.get(url, max_redirects=0)
        assert answer.status == 404, url
        assert b"Maasikas" not in await answer.body(), url
    await other.close()


@pytest.mark.parametrize("path", ["/services?q={}", "/sign-in?to={}", "/looks?of={}", "/events/{}"])
async def test_markup_in_an_address_stays_text(alert, mari, country, path):
    await mari.goto(at(country, path.format(EVIL)))
    await mari.wait_for_load_state()
    assert alert == []
    assert await mari.locator("img[src=x]").count() == 0


async def test_markup_that_a_person_writes_stays_text_for_everyone(alert, mari, country):
    case, _ = await begun(country, "mari")
    await mari.goto(at(country, f"/cases/{case}/withdraw"))
    await mari.fill("textarea[name=reason]", EVIL)
    await mari.click("main form[method=post] .actions button")
    await mari.wait_for_url(f"**/cases/{case}**")
    for path in (f"/cases/{case}", "/cases", "/inbox", "/documents"):
        await mari.goto(at(country, path))
        assert await mari.locator("img[src=x]").count() == 0
    await mari.goto(at(country, "/me"))
    await mari.locator("main a[href^='/me/wrong']").first.click()
    await mari.fill("main form input.input, main form textarea", EVIL)
    await mari.click("main form[method=post] .actions button")
    await mari.wait_for_load_state()
    assert await mari.locator("img[src=x]").count() == 0
    assert alert == []


async def test_hidden_state_that_was_changed_is_refused(mari, country):
    case, _ = await begun(country, "mari", answered=False)
    await mari.goto(at(country, f"/cases/{case}/continue"))
    await mari.evaluate(
        "document.querySelector('main form').insertAdjacentHTML('beforeend', '<input name=state value=granted>')"
    )
    await mari.check("input[name=reason][value=lost]")
    async with mari.expect_response(lambda one: one.request.method == "POST") as answered:
        await mari.click(MAIN_BUTTON)
    assert (await answered.value).status in (400, 422)
    await mari.goto(at(country, f"/cases/{case}/continue"))
    assert "/answers/" in mari.url
