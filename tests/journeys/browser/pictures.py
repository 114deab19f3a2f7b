"""The pictures of the README, from a country that runs: ``python -m tests.journeys.browser.pictures``.

Founds a small country, lets Mari renew a licence on a phone, lets another's case wait at the desk,
and photographs what stands there. Names are the same each time; case numbers and hours are not.
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from tests.faults.house import closed_exchange
from tests.journeys.browser.conftest import CHROMIUM, ended
from tests.journeys.browser.house import demonstration, enter, put_card
from tests.journeys.browser.walking import MAIN_BUTTON, Walker

from riik.demo.front import FrontSite
from riik.demo.running import Demonstration

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True}
SCREEN = {"viewport": {"width": 1200, "height": 860}}
SERVICE = "driving-licence"


@dataclass
class Photographer:
    """Takes the pictures.

    Attributes:
        chromium: The browser.
        country: What is photographed.
        folder: Where the pictures go.
    """

    chromium: Browser
    country: Demonstration
    folder: Path

    async def tab(self, who: str, **kind: object) -> Page:
        """A browser of somebody's, in English."""
        context = await self.chromium.new_context(locale="en-GB", **kind)
        if who:
            await put_card(context, self.country, who)
        return await context.new_page()

    async def take(self, page: Page, name: str) -> None:
        """One picture of what is in the window."""
        await page.wait_for_load_state("networkidle")
        path = self.folder / f"{name}.png"
        await page.screenshot(path=path, animations="disabled")
        print(f"{path.stat().st_size // 1024:5} kB  {path.name}", file=sys.stderr)

    async def licence(self) -> None:
        """Mari's phone: a question, the case, who looked."""
        page = await self.tab("mari", **PHONE)
        walker = Walker(page, self.country, "mari")
        await enter(page, self.country, "portal", "mari", "/")
        await page.goto(f"{walker.portal}/services/{SERVICE}/start")
        await page.click(MAIN_BUTTON)
        await page.wait_for_url("**/answers/**")
        await walker.choose("reason", "expiring")
        await self.take(page, "phone-form")
        await walker.answer()
        await walker.sign()
        await walker.pay()
        await walker.told()
        case = page.url.partition("/receipt")[0]
        await page.goto(case)
        await self.take(page, "phone-case")
        for _ in range(40):
            await page.goto(f"{walker.portal}/looks")
            if await page.get_by_text("Proved", exact=True).count():
                break
            await page.wait_for_timeout(500)
        await self.take(page, "phone-looks")
        await page.context.close()

    async def front(self, site: FrontSite) -> None:
        """The demonstration's front page."""
        page = await self.tab("", **SCREEN)
        await page.goto(site.origin)
        await self.take(page, "front-page")
        await page.context.close()

    async def desk(self) -> None:
        """An official's case."""
        async with closed_exchange(self.country, "clinic"):
            case = await ended(self.country, "helmi")
        page = await self.tab("anneli", **SCREEN)
        await enter(page, self.country, "transport", "anneli", "/desk")
        await page.goto(f"{self.country.places['transport'].origin}/desk/cases/{case}")
        await self.take(page, "desk-case")
        await page.context.close()


async def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as name:
        async with (
            async_playwright() as playwright,
            demonstration(Path(name)) as (site, country),
        ):
            chromium = await playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox"]
            )
            taker = Photographer(chromium, country, FOLDER)
            await taker.licence()
            await taker.desk()
            await taker.front(site)
            await chromium.close()


if __name__ == "__main__":
    asyncio.run(main())
