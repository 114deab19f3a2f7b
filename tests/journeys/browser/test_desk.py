"""The officials' desk in a real browser: by keyboard alone, with the demonstration card."""

import pytest
from playwright.async_api import expect
from tests.faults.house import closed_exchange
from tests.journeys.browser.house import shuts
from tests.journeys.house import until, visit

pytestmark = pytest.mark.anyio

CARD = "button[data-with=card]"


class Hands:
    """Somebody who uses nothing but the keyboard, and counts."""

    def __init__(self, page):
        self.page, self.count = page, 0

    async def press(self, *keys, at=None):
        for key in keys:
            await (at or self.page).keyboard.press(key)
            self.count += 1


@pytest.fixture(scope="module")
async def waiting(country):
    """Two licences wait for an official: the clinic was silent when they were asked for."""
    found = []
    async with closed_exchange(country, "clinic"):
        for who in ("mari", "helmi"):
            async with visit(country, who) as journey:
                found.append((await journey.run()).status)
    assert [status["state"] for status in found] == ["with-official"] * 2
    return found


@pytest.fixture
async def desk(context, country, waiting):
    """Anneli at the queue of her unit."""
    await context.add_cookies(
        [{"name": "riik-card", "value": "anneli", "url": country.places["card"].origin}]
    )
    page = await context.new_page()
    await page.goto(f"{country.places['transport'].origin}/desk?queue=team")
    async with page.expect_popup() as popup:
        await page.click(CARD)
    window = await popup.value
    await window.fill("input[name=pin]", country.holder("anneli").pin1)
    async with shuts(window):
        await window.keyboard.press("Enter")
    await page.wait_for_url("**/desk?queue=team")
    return page


async def test_a_routine_case_takes_at_most_twelve_keys_and_the_next_one_follows(
    desk, country, waiting
):
    # Others' cases may stand before ours: stepping over them is not part of this one.
    rows = await desk.locator("tbody tr").all_text_contents()
    [place] = [at for at, row in enumerate(rows) if waiting[0]["number"] in row]
    await Hands(desk).press(*["j"] * place)
    hands = Hands(desk)
    await hands.press("j", "Enter")
    await expect(desk.locator("h1")).to_contain_text("Mari Maasikas")
    await hands.press("g")
    async with desk.expect_popup() as popup:
        await hands.press("d")
    window = await popup.value
    await window.wait_for_selector("input[name=pin]")
    await hands.press(*country.holder("anneli").pin2, at=window)
    async with shuts(window):
        await hands.press("Enter", at=window)
    await expect(desk.get_by_role("status")).to_contain_text("Decided: ")
    # Nobody's case opens by itself: the next one is one key away.
    await expect(desk.locator("tbody a:focus")).to_have_count(1)
    await hands.press("Enter")
    await expect(desk.locator("h1")).to_contain_text("Helmi Lepik")
    assert hands.count <= 12
    assert await until(lambda: outcome(country, waiting[0])) == "granted"


async def test_letters_in_a_field_are_letters(desk, waiting):
    await desk.keyboard.press("/")
    await desk.keyboard.type("gdjx2")
    await expect(desk.locator("#find")).to_have_value("gdjx2")
    await desk.fill("#find", waiting[1]["number"])
    await desk.keyboard.press("Enter")
    await expect(desk.locator("h1")).to_contain_text("Helmi Lepik")
    await desk.focus("#reason")
    await desk.keyboard.type("Graafik on korras")
    assert not await desk.locator("input[name=outcome]:checked").count()


async def test_single_letters_can_be_switched_off(desk, country):
    await desk.keyboard.press("?")
    await desk.get_by_role("button", name="Switch them off").click()
    await expect(desk.get_by_role("button", name="Switch them on")).to_be_visible()
    await desk.goto(f"{country.places['transport'].origin}/desk?queue=team")
    await desk.keyboard.press("j")
    assert await desk.evaluate("document.activeElement.tagName") == "BODY"
    assert not await desk.locator("kbd").count()


async def outcome(country, status):
    """How a case ended, as its authority knows."""
    node = country.nodes["transport"]
    with node.base.database.read() as work:
        case = node.parts.services.cases.find(status["case"], work=work)
    return case.state.value if case.state.ended else None
