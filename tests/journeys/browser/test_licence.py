"""One driving licence on the pages: in three languages, by keyboard alone, on a narrow phone."""

import pytest
from tests.journeys.browser.house import demonstration, enter, put_card
from tests.journeys.browser.walking import Walker

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

SERVICE = "driving-licence"
PHONE = {"width": 320, "height": 640}
WORDS = {
    "et": ("load", "Otsus on jaatav"),
    "vi": ("bang lai", "Đơn được chấp thuận"),
    "en": ("licence", "The decision is yes"),
}
LOCALES = {"et": "et-EE", "vi": "vi-VN", "en": "en-GB"}


@pytest.mark.parametrize(
    "lang", ["vi", *(pytest.param(one, marks=pytest.mark.full) for one in ("et", "en"))]
)
async def test_a_resident_renews_a_licence_in_their_language_on_a_small_phone(
    chromium, country, front, lang
):
    context = await chromium.new_context(locale=LOCALES[lang], viewport=PHONE, is_mobile=True)
    walker = Walker(await context.new_page(), country, "mari", lang=lang)
    words, said = WORDS[lang]
    await walker.enter_by_the_front(front.origin)
    await walker.find(words, SERVICE)
    await walker.begin(SERVICE)
    await walker.answer()
    await walker.sign()
    await walker.pay()
    assert await walker.told() == said
    await context.close()


async def test_a_resident_renews_a_licence_by_keyboard_alone(context, country, front):
    walker = Walker(await context.new_page(), country, "mari", by_keyboard=True)
    await walker.enter_by_the_front(front.origin)
    await walker.find("licence", SERVICE)
    await walker.begin(SERVICE)
    await walker.answer()
    await walker.sign()
    await walker.pay()
    assert await walker.told() == "The decision is yes"


async def test_without_script_one_gets_as_far_as_the_signature(chromium, context, country):
    await put_card(context, country, "mari")
    await enter(await context.new_page(), country, "portal", "mari", "/")
    plain = await chromium.new_context(
        storage_state=await context.storage_state(), java_script_enabled=False, locale="en-GB"
    )
    page = await plain.new_page()
    await page.goto(f"{country.places['portal'].origin}/services/{SERVICE}/start")
    await page.click("main form[method=post] .actions button:not(.quiet)")
    answers = Walker(page, country, "mari").answers
    while "/answers/" in page.url:
        for name, value in answers.items():
            one = page.locator(f"input[name={name}][value={value}]")
            if await one.count():
                await one.check()
        await page.click("main form[method=post] .actions button:not(.quiet)")
    await page.click("main a[href$='/sign']")
    assert "Only script can speak to a card" in await page.inner_text("main")
    await plain.close()


async def test_in_vietnam_it_is_a_vietnamese_state(chromium, tmp_path):
    context = await chromium.new_context(viewport=PHONE, is_mobile=True, locale="fr-FR")
    async with demonstration(tmp_path, "vn") as (front, country):
        walker = Walker(await context.new_page(), country, "mari", lang="vi")
        await walker.enter_by_the_front(front.origin)
        await walker.find("bang lai", "driving-licence-vn")
        await walker.begin("driving-licence-vn")
        await walker.answer()
        said = await walker.page.inner_text("main")
        assert "₫" in said
        assert "Nguyễn" in said
        assert "€" not in said
        await walker.sign()
        await walker.pay()
        assert await walker.told() == WORDS["vi"][1]
        await context.close()
