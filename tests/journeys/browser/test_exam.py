"""A learner books the time of an exam: place, day and time, without script, on a narrow screen."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.journeys.browser.house import enter, put_card
from tests.journeys.browser.walking import MAIN_BUTTON, Walker
from tests.journeys.house import running

TEACHER = "rein"

pytestmark = [pytest.mark.anyio, pytest.mark.full, pytest.mark.timeout(300)]


@pytest.fixture
async def small(tmp_path):
    """A country with a school and whom it asks."""
    async with running(tmp_path / "state", members=["school", "clinic", "transport"]) as country:
        yield country


async def _picture(page, name):
    """A picture for whoever wants to look."""
    folder = os.environ.get("RIIK_LOOK")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("width", "scheme", "locale"), [(360, "light", "en-GB"), (1280, "dark", "vi-VN")]
)
async def test_a_time_is_chosen_changed_and_kept(chromium, small, width, scheme, locale):
    context = await chromium.new_context(
        locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    await put_card(context, small, "laura")
    page = await context.new_page()
    await enter(page, small, "portal", "laura", "/services/driving-exam")
    laura = Walker(page, small, "laura")
    await laura.begin("driving-exam")
    await page.check("input[name=exam][value=theory]")
    await laura.press(MAIN_BUTTON)
    await page.wait_for_url("**/answers/when*")
    await laura.look()
    await _picture(page, f"when-{width}-{scheme}")
    await laura.press(MAIN_BUTTON)
    await expect(page.locator("main .error").first).to_be_visible()
    await _picture(page, f"when-error-{width}-{scheme}")
    await page.select_option("select[name=when-words]", "tartu")
    await laura.press("button[name=find][value=when]")
    await expect(page.locator("input[value^='tartu@']").first).to_be_attached()
    await laura.press("button[name=find][value^='when tartu']:last-of-type")
    await page.locator("input[value^='tartu@']").first.check()
    chosen = await page.locator("input[name=when]:checked").get_attribute("value")
    await laura.look()
    await laura.press(MAIN_BUTTON)
    await page.wait_for_url("**/answers/language*")
    await page.check("input[name=language][value=en]")
    await laura.press(MAIN_BUTTON)
    await expect(page.locator("main")).to_contain_text("Tartu, Rooli 5")
    await _picture(page, f"check-{width}-{scheme}")
    case = page.url.split("/cases/")[1].split("/")[0]
    await page.goto(f"{laura.portal}/cases/{case}/answers/when")
    await expect(page.locator("input[name=when]:checked")).to_have_value(chosen)
    await page.goto(f"{laura.portal}/cases/{case}/check")
    await laura.press("main a[href$='/sign']")
    await page.wait_for_url("**/sign")
    await laura.card(small.holder("laura").pin2)
    await page.wait_for_url(lambda url: not url.endswith("/sign"))
    await page.goto(f"{laura.portal}/cases/{case}")
    await laura.look()
    await expect(page.locator("#times")).to_be_visible()
    await _picture(page, f"case-{width}-{scheme}")
    async with page.expect_download() as download:
        await page.click("a[href$='/documents/appointment.ics']")
    _check_calendar(await (await download.value).path())
    await _at_the_desk(chromium, small, chosen, width, scheme, locale)


async def _at_the_desk(chromium, country, chosen, width, scheme, locale):
    """A teacher sees who comes on that day, and that they are here."""
    context = await chromium.new_context(
        locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    await put_card(context, country, TEACHER)
    desk = await context.new_page()
    day = chosen.partition("@")[2][:10]
    await enter(desk, country, "school", TEACHER, f"/desk/appointments?place=tartu&day={day}")
    await expect(desk.locator("main table tbody tr")).to_have_count(1)
    await expect(desk.locator("main table")).not_to_contain_text("Lepp")
    await Walker(desk, country, TEACHER).look()
    await _picture(desk, f"desk-{width}-{scheme}")
    await desk.click("main button[name=act][value$=' arrived']")
    await expect(desk.locator("main button[name=act][value$=' done']")).to_be_visible()


def _check_calendar(path):
    text = Path(path).read_text(encoding="utf-8")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "Tartu" in text
