"""The desk's pages in a real browser: axe finds nothing, nothing scrolls sideways, script or not."""

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import served
from tests.portal.official.house import begin, show_card
from tests.portal.sight import SCREENS
from tests.services.house import CASE, MARI

from riik.core import person_code
from riik.services.store import SqlServiceStore
from riik.services.terms.delivering import Reached

pytestmark = pytest.mark.anyio

PETER, HELMI = map(person_code, ("EE37003030002", "EE45501010003"))
ASKED, ASIDE, DECIDED = (f"case-of-a-test-000{n}" for n in (2, 3, 4))
PAGES = [
    "/desk?queue=team",
    "/desk?queue=asked",
    "/desk?queue=ended",
    "/desk?queue=overdue",
    f"/desk/cases/{CASE}?queue=team",
    f"/desk/cases/{ASKED}?queue=asked",
    f"/desk/cases/{DECIDED}?queue=ended",
    "/desk/sign",
    "/desk/look-up",
    "/desk/looks",
    "/desk/keys",
    "/desk/help",
    "/desk/with",
    "/desk/with?over=yes",
    "/desk/cases/case-of-nobody-at-all",
]


@pytest.fixture
async def work(house, world, anneli):
    """A desk with work: a case that waits, one about which the person is asked, one put aside."""
    world.silent = {"driver-certificate"}
    people = {CASE: MARI, ASKED: PETER, ASIDE: HELMI, DECIDED: PETER}
    for case, person in people.items():
        await house.waiting(case, person)
    clerk = house.clerk()
    await house.desk.ask(clerk, ASKED, pages=["photo"], message="Vali teine foto.")
    house.case, house.person = ASKED, PETER
    await house.desk.put_aside(clerk, house.verdict(ASIDE, outcome="grant"))
    await house.decide(
        house.verdict(DECIDED, outcome="refuse", grounds=("another",), reason="Arst ei luba.")
    )
    with house.database.work() as work:
        told = {"state": "sent", "channel": "text"}
        sent = Reached(case=DECIDED, notice="n-1", sent_at=house.clock.now(), **told)
        SqlServiceStore().begin_delivery(sent, due="", work=work)
    await house.desk.open(clerk, CASE)
    await begin(anneli)
    return anneli


async def signed_in(browser, chromium, address, *, language="en", **other):
    """A page of a browser in which the official is signed in."""
    context = await chromium.new_context(bypass_csp=True, **other)
    cookies = browser.cookies | {"riik-lang": language}
    await context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    return await context.new_page()


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_the_pages_are_for_everyone(work, app, chromium, language, scheme, width):
    async with served(app) as address:
        page = await signed_in(
            work,
            chromium,
            address,
            language=language,
            viewport={"width": width, "height": 700},
            color_scheme=scheme,
        )
        for path in PAGES:
            await page.goto(f"{address}{path}")
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path
            assert await page.locator("html").get_attribute("lang") == language


async def test_without_script_all_but_the_signature_works(work, app, chromium):
    async with served(app) as address:
        page = await signed_in(work, chromium, address, java_script_enabled=False)
        await page.goto(f"{address}/desk?queue=team")
        await page.get_by_role("link", name="2026-000001").click()
        await page.get_by_text("Ask the person to correct something").click()
        assert await page.get_by_label("What is wrong, and what to do").is_visible()
        assert await page.get_by_text("Only script can speak to a card").is_visible()


async def test_keys_walk_the_queue_and_never_act_in_fields(work, app, chromium):
    async with served(app) as address:
        page = await signed_in(work, chromium, address)
        await page.goto(f"{address}/desk?queue=team")
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        assert await page.locator(".tick:checked").count() == 1
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/desk/cases/{CASE}*")
        await page.keyboard.press("r")
        assert await page.locator("input[value=refuse]").is_checked()
        await page.keyboard.press("c")
        await page.keyboard.press("Tab")
        await page.focus("#message")
        await page.keyboard.type("gdrq")
        assert await page.locator("input[value=refuse]").is_checked()
        assert await page.locator("#message").input_value() == "gdrq"
        await page.keyboard.press("Escape")
        await page.keyboard.press("g")
        assert await page.locator("input[value=grant]").is_checked()


@pytest.mark.parametrize("width", [320, 800, 1280])
async def test_a_long_article_of_law_leaves_room_for_the_ground(work, app, chromium, width):
    async with served(app) as address:
        size = {"width": width, "height": 700}
        page = await signed_in(work, chromium, address, language="et", viewport=size)
        await page.goto(f"{address}/desk/cases/{CASE}")
        for one in await page.locator("main details").all():
            await one.evaluate("one => one.open = true")
        grounds = page.locator(".trail > li > :nth-child(2)")
        wide = await grounds.evaluate_all("all => all.map(one => one.offsetWidth)")
        assert len(wide) > 10
        assert min(wide) >= 150, wide


async def test_what_the_person_reads_stands_beside_a_ground_that_is_ticked(work, app, chromium):
    async with served(app) as address:
        page = await signed_in(work, chromium, address)
        await page.goto(f"{address}/desk/cases/{CASE}")
        await page.locator("details:has(input.tick)").evaluate("one => one.open = true")
        ground = page.locator("label:has(input[name=ground-under-age])")
        assert not await ground.locator(".reads").is_visible()
        await ground.locator("input").check()
        assert "Vanus on alla 18 aasta" in await ground.locator(".reads").inner_text()


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("et", 1280)])
async def test_whom_an_official_helps_reads_who_is_at_their_side(
    anneli, app, chromium, login, language, width
):
    await begin(anneli)
    await show_card(anneli, login, MARI, "session-of-mari")
    async with served(app) as address:
        size = {"width": width, "height": 700}
        page = await signed_in(anneli, chromium, address, language=language, viewport=size)
        for path in ("/desk/with", "/services/driving-licence/start"):
            await page.goto(f"{address}{path}")
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert "Anneli Põder" in await page.content()
