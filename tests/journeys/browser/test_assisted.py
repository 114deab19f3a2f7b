"""Two people at one screen: an official helps to apply, and the applicant signs and pays."""

import pytest
from playwright.async_api import expect
from tests.journeys.browser.atlas import LEADS_ON, NOT_OF_A_LICENCE, openable, sites_of
from tests.journeys.browser.house import CARD_BUTTON, put_card
from tests.journeys.browser.sights import look
from tests.journeys.browser.walking import MAIN_BUTTON, Walker
from tests.journeys.house import until

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

SERVICE = "driving-licence"
PAPERS = "/cases/{case}/documents/{name}"
"""A download, no page."""


@pytest.fixture
async def begun(context, country):
    """The browser at the desk: Anneli began to help with a licence, and Mari's card is in it."""
    desk = country.places["transport"].origin
    await put_card(context, country, "anneli")
    page = await context.new_page()
    await page.goto(f"{desk}/desk/help")
    await Walker(page, country, "anneli", site="transport").sign_in()
    await page.wait_for_url(f"{desk}/desk/help")
    await page.check(f"input[name=service][value={SERVICE}]")
    await page.click("main form.sheet button")
    await page.wait_for_url(f"{desk}/desk/with")
    await put_card(context, country, "mari")
    return Helped(page, country, "mari", site="transport")


class Helped(Walker):
    """Somebody whom an official helps; each page of the way is looked at in a tab beside it."""

    async def sit_down(self):
        """Show one's own card: what follows is one's own visit."""
        await self.look()
        await self.page.click("main a[href^='/sign-in']")
        await self.sign_in()
        await self.page.wait_for_url(f"{self.portal}/desk/with")
        await self.look()

    async def start(self):
        """Begin the case."""
        await self.page.click(f"main a[href='/services/{SERVICE}/start']")
        await self.look()
        await self.page.click(MAIN_BUTTON)
        await self.page.wait_for_url("**/cases/**")

    async def look(self, at=None):
        """As every page is looked at; and who helps stands on each of one's own."""
        await super().look(at)
        page = at or self.page
        if page.url.startswith(self.portal) and page.url not in self.seen:
            self.seen.append(page.url)
            assert "Anneli Põder" in await page.content(), page.url
            tab = await page.context.new_page()
            sight = await look(tab, page.url)
            await tab.close()
            found = [*sight.axe, *sight.wide, *sight.small, *sight.unseen]
            assert (found, sight.headings) == ([], 1), page.url


async def test_an_official_helps_mari_who_signs_and_pays_with_her_own_card(begun, country, front):
    mari, page, desk = begun, begun.page, country.places["transport"].origin
    await mari.sit_down()
    await mari.start()
    await mari.answer()
    checked = page.url
    await page.goto(checked.replace("/check", "/documents/application.json/read"))
    await mari.look()
    await page.goto(checked)
    await mari.sign()
    await expect(page.locator("main")).to_contain_text("33.00")
    await mari.pay()
    assert await mari.told() == "The decision is yes"
    await page.goto(page.url.replace("/receipt", "/documents/application.asice/check"))
    await mari.look()
    assert routes_of(mari, country, front) == own_pages(country, front)
    # Mari goes, and nobody is signed in here any more: neither she nor Anneli.
    await page.goto(f"{desk}/desk/with")
    await page.click("main form[action='/sign-out'] button")
    await page.wait_for_load_state()
    await page.goto(f"{desk}/desk")
    await page.wait_for_url(f"{country.places['authority'].origin}/**")
    await expect(page.locator(CARD_BUTTON)).to_be_visible()
    assert await until(lambda: helped(country, "mari")) == (country.holder("anneli").code,)


async def test_who_stays_at_the_screen_gets_nowhere_as_who_left_it(begun, country):
    mari, page = begun, begun.page
    await mari.sit_down()
    await page.goto(f"{country.places['portal'].origin}/cases")
    await page.wait_for_url(f"{country.places['authority'].origin}/**")
    # Login knows Mari, and wants her card all the same; it offers no way on without it.
    await expect(page.locator(CARD_BUTTON)).to_be_visible()
    assert await page.locator("form[action='/oidc/continue']").count() == 0


def routes_of(walker, country, front):
    """The routes of the person's own pages that were looked at."""
    seen = {url.removeprefix(walker.portal).partition("?")[0] for url in walker.seen}
    return {
        one.path
        for one in openable(sites_of(country, front)["transport"])
        if one.param_convertors and any(one.path_regex.match(path) for path in seen)
    }


def own_pages(country, front):
    """The routes of all pages that a person has at the desk."""
    routes = {one.path for one in openable(sites_of(country, front)["transport"])}
    own = {one for one in routes if one.startswith(("/cases/{case}/", "/services/{service}/"))}
    return own - LEADS_ON.keys() - NOT_OF_A_LICENCE.keys() - {PAPERS}


async def helped(country, who):
    """Who helped with this person's newest case, as the transport's own files say."""
    services = country.nodes["transport"].parts.services
    subject = services.files.vault.find(country.holder(who).code)
    with services.database.read() as work:
        newest, *_ = services.cases.of_person(subject, work=work)
        return services.files.load(newest.id, work=work).dossier.helpers
