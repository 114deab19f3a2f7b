"""An ID-card in a page, in a real browser: a stranger's extension, and the demonstration card."""

import asyncio
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from tests.demo.house import PEOPLE, both_sites
from tests.journeys.browser.house import Program, install_extension, shuts
from tests.journeys.house import until

from riik.demo.card import CardState, DemonstrationCard

pytestmark = pytest.mark.anyio

PERSON = 121_000
EXTENSION, CARD = "button[data-with=extension]", "button[data-with=card]"
FAILURE = "[data-failure]"


@pytest.fixture
async def sites(tmp_path):
    async with both_sites(tmp_path) as sites:
        yield sites


@pytest.fixture
async def page(context, sites):
    """A page that asks who one is, without the extension."""
    page = await context.new_page()
    await page.goto(f"{sites.asking.origin}/authenticate")
    return page


@pytest.fixture
async def program(context, sites):
    """The extension with Mari's card in its reader; pages must be opened after it."""
    state = (sites.card.reader.folder / f"{PEOPLE['mari'][0]}.json").read_bytes()
    program = Program(DemonstrationCard(CardState.from_bytes(state)))
    await install_extension(context, program)
    return program


async def opened(context, sites, which="authenticate"):
    page = await context.new_page()
    await page.goto(f"{sites.asking.origin}/{which}")
    return page


async def window_of(page):
    """Press the demonstration card's button; answers its window."""
    async with page.expect_popup() as popup:
        await page.click(CARD)
    return await popup.value


async def put(context, sites, name="mari"):
    """Put a card into this browser's reader, as the front page does."""
    await context.add_cookies([{"name": "riik-card", "value": name, "url": sites.card.origin}])


async def failed(page, sentence):
    """The page says so, and the focus is there; then its buttons work again."""
    box = page.locator(FAILURE)
    await expect(box).to_be_visible()
    await expect(box).to_contain_text(sentence)
    await expect(box).to_be_focused()
    await expect(page.locator("[data-progress]")).to_have_text("")


async def heard(page, program, action):
    """The extension has said that it passed a question on, and the page has heard that."""

    async def passed() -> bool | None:
        return action in program.asked or None

    await until(passed)
    # Messages come in order: when one sent now has come, so has the extension's.
    await page.evaluate(
        "new Promise(done => { addEventListener('message', done, {once: true});"
        " postMessage('after', location.origin) })"
    )


# --- the Web eID extension ---


async def test_the_extension_signs_somebody_in(context, sites, program):
    page = await opened(context, sites)
    await page.click(EXTENSION)
    await page.wait_for_url("**/welcome")
    assert program.asked == ["status", "authenticate"]
    [token] = sites.asking.posted("/answer")
    assert token["format"] == "web-eid:1.0"


async def test_the_extension_signs_a_paper_with_the_fields_of_the_page(context, sites, program):
    page = await opened(context, sites, "sign")
    await page.click(EXTENSION)
    await page.wait_for_url("**/welcome")
    assert program.asked == ["status", "get-signing-certificate", "sign"]
    [sent] = sites.asking.posted("/complete")
    assert sent["note"] == "a word"


async def test_what_goes_on_is_announced(context, sites, program):
    program.wait = asyncio.Event()
    page = await opened(context, sites)
    region = page.get_by_role("status")
    await page.click(EXTENSION)
    await expect(region).to_have_text("Waiting for the card. Its own window asks for the PIN.")
    program.wait.set()
    await page.wait_for_url("**/welcome")


async def test_without_the_extension_the_page_says_how_to_get_it(page):
    await page.click(EXTENSION)
    await failed(page, "The Web eID extension does not answer.")


async def test_an_extension_without_its_program_is_told_apart(context, sites, program):
    program.silent = {"status"}
    page = await opened(context, sites)
    await page.clock.install()
    await page.click(EXTENSION)
    await expect(page.locator("[data-progress]")).to_have_text("Looking for the card …")
    await heard(page, program, "status")
    await page.clock.fast_forward(6_500)
    await failed(page, "its program is missing or too old")


async def test_nobody_waits_for_a_person_for_ever(context, sites, program):
    program.silent = {"authenticate"}
    page = await opened(context, sites)
    await page.clock.install()
    await page.click(EXTENSION)
    await expect(page.locator("[data-progress]")).to_contain_text("Waiting for the card")
    await heard(page, program, "authenticate")
    await page.clock.fast_forward(PERSON)
    await failed(page, "Nobody entered a PIN for two minutes.")


ERRORS = [
    ("ERR_WEBEID_USER_CANCELLED", "You stopped."),
    ("ERR_WEBEID_NATIVE_UNAVAILABLE", "its program is missing or too old"),
    ("ERR_WEBEID_VERSION_MISMATCH", "its program is missing or too old"),
    ("ERR_WEBEID_USER_TIMEOUT", "Nobody entered a PIN"),
    ("ERR_WEBEID_ACTION_PENDING", "The card is busy."),
    ("ERR_WEBEID_NATIVE_FATAL", "It did not work, and we do not know why."),
    ("constructor", "It did not work, and we do not know why."),
    ('"] x', "It did not work, and we do not know why."),
]


@pytest.mark.parametrize(("code", "sentence"), ERRORS)
async def test_the_extension_s_errors_are_said_in_words(context, sites, program, code, sentence):
    program.fails = {"authenticate": code}
    page = await opened(context, sites)
    await page.click(EXTENSION)
    await failed(page, sentence)
    assert sites.asking.posted("/answer") == []


async def test_after_an_error_the_same_button_works(context, sites, program):
    program.fails = {"authenticate": "ERR_WEBEID_USER_CANCELLED"}
    page = await opened(context, sites)
    await page.click(EXTENSION)
    await failed(page, "You stopped.")
    program.fails = {}
    await page.click(EXTENSION)
    await page.wait_for_url("**/welcome")


async def test_a_double_click_is_one_operation(context, sites, program):
    page = await opened(context, sites)
    await page.dblclick(EXTENSION)
    await page.wait_for_url("**/welcome")
    assert program.asked == ["status", "authenticate"]
    assert len(sites.asking.posted("/challenge")) == 1


async def test_an_answer_from_another_window_counts_for_nothing(context, sites, program):
    program.silent = {"authenticate"}
    page = await opened(context, sites)
    await page.click(EXTENSION)
    await expect(page.locator("[data-progress]")).to_contain_text("Waiting for the card")
    async with page.expect_popup() as popup:
        await page.evaluate("open('')")
    forged = {"action": "web-eid:authenticate-success", "signature": "forged"}
    await (await popup.value).evaluate("m => opener.postMessage(m, '*')", forged)
    await asyncio.sleep(0.3)
    assert sites.asking.posted("/answer") == []


REFUSALS = [
    ("/challenge", (429, "login.too-many-attempts", "source"), "Too many attempts failed"),
    ("/answer", (401, "login.token-refused", "expired"), "certificate is not accepted"),
    ("/answer", (401, "login.token-refused", "nonce"), "That took too long"),
    ("/answer", (401, "login.challenge-refused", "unknown"), "That took too long"),
    ("/answer", (503, "login.revocation-unknown", "network"), "No answer came."),
    ("/answer", (500, "web.failure", ""), "abcd1234"),
]


@pytest.mark.parametrize(("address", "refusal", "sentence"), REFUSALS)
async def test_what_the_site_refuses_is_said_in_words(
    context, sites, program, address, refusal, sentence
):
    sites.asking.refuse[address] = refusal
    page = await opened(context, sites)
    await page.click(EXTENSION)
    await failed(page, sentence)


async def test_a_page_has_sentences_of_its_own(context, sites, program):
    sites.asking.refuse["/prepare"] = (409, "asking.refused", "moved")
    page = await opened(context, sites, "sign")
    await page.click(EXTENSION)
    await failed(page, "The case has moved on.")
    assert "sign" not in program.asked


async def test_a_site_that_is_away_is_a_network_error(context, sites, program):
    page = await opened(context, sites)
    await page.route("**/answer", lambda route: route.abort())
    await page.click(EXTENSION)
    await failed(page, "No answer came.")


async def test_an_answer_never_leads_to_another_site(context, sites, program):
    page = await opened(context, sites)
    await page.route("**/answer", lambda r: r.fulfill(json={"location": "https://evil.example/"}))
    await page.click(EXTENSION)
    await failed(page, "It did not work")
    await expect(page.locator("[data-number]")).to_be_hidden()


async def test_without_script_the_page_says_that_a_card_needs_it(chromium, sites):
    context = await chromium.new_context(java_script_enabled=False)
    page = await opened(context, sites)
    await expect(page.get_by_text("Only script can speak to a card.")).to_be_visible()
    assert await page.locator(EXTENSION).is_hidden()
    await context.close()


# --- the demonstration card ---


async def test_somebody_signs_in_by_keyboard_with_a_card_they_choose(page):
    await page.locator(CARD).focus()
    async with page.expect_popup() as popup:
        await page.keyboard.press("Enter")
    window = await popup.value
    await window.get_by_role("button", name="Mari Maasikas").focus()
    await window.keyboard.press("Enter")
    await expect(window.locator("#pin")).to_be_focused()
    await expect(window.locator("main")).to_contain_text("National Login")
    async with shuts(window):
        await window.keyboard.type("1234")
        await window.keyboard.press("Enter")
    await page.wait_for_url("**/welcome")


async def test_somebody_signs_a_paper_and_sees_its_digest(context, sites):
    await put(context, sites)
    page = await opened(context, sites, "sign")
    window = await window_of(page)
    digest = sites.asking.digest.hex()
    await expect(window.locator("code")).to_contain_text(f"{digest[:4]} {digest[4:8]}")
    await expect(window.locator("main")).to_contain_text(
        "PIN 2 of this demonstration card is 12345"
    )
    await window.fill("#pin", "12345")
    await window.get_by_role("button", name="Sign", exact=True).click()
    await page.wait_for_url("**/welcome")
    assert window.is_closed()


async def test_a_wrong_pin_says_how_many_tries_are_left_where_the_focus_is(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.fill("#pin", "9999")
    await window.keyboard.press("Enter")
    field = window.locator("#pin")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(
        "PIN 1 of this demonstration card is 1234 Error: This is not PIN 1. 2 tries are left."
    )
    await expect(field).to_be_focused()
    await window.keyboard.type("1234")
    async with shuts(window):
        await window.keyboard.press("Enter")
    await page.wait_for_url("**/welcome")


async def test_a_window_that_is_closed_is_a_person_who_stopped(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await window.close()
    await failed(page, "You stopped. Nobody was signed in.")


async def test_cancel_is_a_person_who_stopped(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    async with shuts(window):
        await window.get_by_role("button", name="Cancel").click()
    await failed(page, "You stopped.")


async def test_a_card_that_is_taken_out_fails_the_page_and_empties_the_reader(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.get_by_role("button", name="Take the card out").click()
    await expect(window.get_by_role("heading", level=1)).to_have_text("You took the card out")
    await expect(page.locator(FAILURE)).to_contain_text("The card was taken out too early.")
    await window.get_by_role("button", name="Jaan Kask").click()
    await expect(window.locator("main")).to_contain_text("No page asks anything now.")


async def test_a_reader_without_a_card_is_told_apart(page):
    window = await window_of(page)
    async with shuts(window):
        await window.get_by_role("button", name="Go without a card").click()
    await failed(page, "There is no card in the reader.")


async def blocked(window):
    for told in ("2 tries are left", "One try is left", "is blocked"):
        await window.fill("#pin", "99999")
        await window.keyboard.press("Enter")
        await expect(window.locator("main")).to_contain_text(told)
    await window.wait_for_selector("#puk")


async def test_a_blocked_card_is_opened_with_the_puk_and_goes_on(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await blocked(window)
    await window.fill("#puk", "12345678")
    await window.keyboard.press("Enter")
    await expect(window.get_by_text("PIN 1 works again.")).to_be_visible()
    await window.fill("#pin", "1234")
    async with shuts(window):
        await window.keyboard.press("Enter")
    await page.wait_for_url("**/welcome")


async def test_a_card_that_is_left_blocked_is_said_so_on_the_page(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await blocked(window)
    async with shuts(window):
        await window.get_by_role("button", name="Leave it blocked").click()
    await failed(page, "The PIN is blocked: it was wrong three times.")


async def test_an_expired_card_is_refused_before_any_pin(context, sites, page):
    await put(context, sites, "peeter")
    window = await window_of(page)
    await expect(window.get_by_role("heading", level=1)).to_contain_text("has expired")
    assert await window.locator("#pin").count() == 0
    async with shuts(window):
        await window.get_by_role("button", name="Cancel").click()
    await failed(page, "This card's certificate is not accepted.")


async def test_another_tab_s_question_waits_for_the_reader(context, sites, page):
    await put(context, sites)
    first = await window_of(page)
    await first.wait_for_selector("#pin")
    # Another browsing context group, as a tab that the person opened: no window is shared.
    tab = await opened(context, sites, "sign")
    second = await window_of(tab)
    await expect(second.get_by_role("heading", level=1)).to_have_text("The reader is in use")
    await first.fill("#pin", "1234")
    await first.keyboard.press("Enter")
    await page.wait_for_url("**/welcome")
    await second.fill("#pin", "12345")
    await second.keyboard.press("Enter")
    await tab.wait_for_url("**/welcome")


async def test_a_second_click_brings_no_second_window(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.fill("#pin", "12")
    await page.click(CARD)
    await asyncio.sleep(0.3)
    assert len(context.pages) == 2
    assert await window.input_value("#pin") == "12"
    assert len(sites.asking.posted("/challenge")) == 1


async def test_a_question_survives_another_language(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await window.get_by_role("link", name="Eesti").click()
    await expect(window.get_by_role("heading", level=1)).to_have_text("Näita, kes sa oled")
    await window.fill("#pin", "1234")
    async with shuts(window):
        await window.keyboard.press("Enter")
    await page.wait_for_url("**/welcome")


async def test_a_site_that_is_none_of_the_country_s_is_refused(context, sites, page):
    sites.card.askers = []
    await put(context, sites)
    window = await window_of(page)
    await expect(window.locator("main")).to_contain_text("is no site of this demonstration country")
    await expect(page.locator(FAILURE)).to_contain_text("It did not work")
    await expect(window.locator("main")).not_to_contain_text("Maasikas")


async def test_a_person_who_is_too_slow_is_told_on_both_sides(context, sites, page):
    await put(context, sites)
    await context.clock.install()
    await page.reload()
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await window.clock.fast_forward(PERSON)
    await expect(window.get_by_role("heading", level=1)).to_have_text("That took too long")
    await expect(page.locator(FAILURE)).to_contain_text("Nobody entered a PIN for two minutes.")


async def test_what_the_site_refuses_closes_the_card_s_window(context, sites):
    sites.asking.refuse["/prepare"] = (409, "asking.refused", "moved")
    await put(context, sites)
    page = await opened(context, sites, "sign")
    window = await window_of(page)
    await failed(page, "The case has moved on.")
    assert window.is_closed()


async def test_a_browser_that_opens_no_window_is_told_apart(context, sites):
    await context.add_init_script("window.open = () => null")
    page = await opened(context, sites)
    await page.click(CARD)
    await failed(page, "Your browser kept the card's window shut.")


async def test_a_demonstration_that_stopped_is_said_in_the_window(context, sites, page):
    await put(context, sites)
    window = await window_of(page)
    await window.wait_for_selector("#pin")
    await window.route("**/window?**", lambda route: route.abort())
    await window.fill("#pin", "1234")
    await window.keyboard.press("Enter")
    await expect(window.get_by_role("heading", level=1)).to_have_text("The reader does not answer")
    async with shuts(window):
        await window.get_by_role("button", name="Cancel").click()
    await failed(page, "You stopped.")


async def test_a_window_that_nobody_opened_says_so(context, sites):
    page = await context.new_page()
    await page.goto(f"{sites.card.origin}/window")
    await expect(page.get_by_role("heading", level=1)).to_have_text("No page asks")


async def test_the_country_s_login_takes_what_the_card_in_its_reader_answers(country, context):
    login, card = country.places["authority"].origin, country.card
    post, same = context.request.post, {"Origin": card}
    given = await post(f"{login}/auth/challenge", data={}, headers={"Origin": login})
    question = {
        "action": "web-eid:authenticate",
        "challengeNonce": (await given.json())["nonce"],
        "origin": login,
    }
    await post(f"{card}/window", form={"do": "put", "holder": "mari"}, headers=same)
    confirmed = {**question, "do": "confirm", "pin": country.holder("mari").pin1}
    told = await (await post(f"{card}/window", form=confirmed, headers=same)).json()
    signed_in = await post(f"{login}/auth/web-eid", data=told["answer"], headers={"Origin": login})
    assert signed_in.ok, await signed_in.text()
    page = await context.new_page()
    await page.goto(card)
    await expect(page.get_by_role("heading", name="Mari Maasikas")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_state_is_accessible_and_fits_a_phone(chromium, sites, scheme):
    context = await chromium.new_context(
        color_scheme=scheme, locale="en-GB", viewport={"width": 320, "height": 640}
    )
    page = await opened(context, sites, "sign")
    await checked(page)
    window = await window_of(page)
    await window.set_viewport_size({"width": 320, "height": 640})
    await window.get_by_role("button", name="Peeter Tamm").wait_for()
    await checked(window)
    await window.get_by_role("button", name="Peeter Tamm").click()
    await checked(window, "has expired")
    await window.get_by_role("button", name="Use another card").click()
    await window.get_by_role("button", name="Mari Maasikas").click()
    await window.wait_for_selector("#pin")
    await checked(window, "Give your signature")
    await blocked(window)
    await checked(window, "PIN 2 is blocked")
    await window.get_by_role("button", name="Take the card out").click()
    await checked(window, "You took the card out")
    await page.locator(FAILURE).wait_for()
    await checked(page)
    await window.goto(sites.card.origin)
    await checked(window)
    await window.get_by_role("button", name="Mari Maasikas").click()
    await checked(window, "Card reader")
    await context.close()


async def checked(page, heading=""):
    """No violation that axe finds, and nothing to scroll sideways."""
    if heading:
        await expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0


def test_the_page_script_stays_small():
    import riik.portal.design

    script = Path(riik.portal.design.__file__).with_name("webeid.js")
    assert len(script.read_bytes()) < 6 * 1024
