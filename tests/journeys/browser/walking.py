"""Somebody walks through a service on its pages, as people do: by mouse, or by keyboard alone.

Nothing here knows the words of a page, so that the same walk is gone in every language.
"""

from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect
from tests.journeys.browser.house import CARD_BUTTON, shuts
from tests.journeys.house import LICENCE

from riik.demo.running import Demonstration

__all__ = ["Walker"]

MOST_TABS = 150
FOCUSED = "one => document.activeElement === one"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MAIN_BUTTON = "main form[method=post] .actions button:not(.quiet)"


@dataclass
class Walker:
    """A person at a browser.

    Attributes:
        page: Their tab.
        country: Where they live.
        who: Whose card they have.
        by_keyboard: They have no mouse.
        lang: What every page must be in, if one language is meant.
        answers: What they answer, by field.
        site: Where they apply: the portal, or an official's desk.
        seen: Addresses of the pages on the way, without what differs from walk to walk.
    """

    page: Page
    country: Demonstration
    who: str
    by_keyboard: bool = False
    lang: str = ""
    answers: dict = field(default_factory=lambda: dict(LICENCE))
    seen: list[str] = field(default_factory=list)
    site: str = "portal"

    async def press(self, what: str | Locator, *, at: Page | None = None) -> None:
        """Press a button or follow a link."""
        one = (at or self.page).locator(what).first if isinstance(what, str) else what
        if not self.by_keyboard:
            await one.click()
            return
        await self.reach(one, at=at)
        await (at or self.page).keyboard.press("Enter")

    async def reach(self, one: Locator, *, at: Page | None = None) -> None:
        """Get somewhere with the Tab key alone; what has the focus must be in sight."""
        await expect(one).to_be_visible()
        for _ in range(MOST_TABS):
            if await one.evaluate(FOCUSED):
                await expect(one).to_be_in_viewport()
                return
            await (at or self.page).keyboard.press("Tab")
        raise AssertionError(f"no key leads to {one}")

    async def choose(self, name: str, value: str) -> None:
        """Choose one of several answers."""
        wanted = self.page.locator(f"input[name={name}][value='{value}']")
        if not self.by_keyboard:
            await wanted.check()
            return
        group = await self.page.locator(f"input[name={name}]").all()
        for one in group:
            if await one.is_checked():
                await self.reach(one)
                break
        else:
            await self.reach(group[0])
            await self.page.keyboard.press("Space")
        for _ in group:
            if await wanted.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {name}={value}")

    async def write(self, name: str, value: str) -> None:
        """Write an answer where this page asks for it; a day has three boxes."""
        boxes = {name: value}
        if value.count("-") == 2:
            year, month, day = value.split("-")
            boxes |= {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}
        for one, text in boxes.items():
            box = self.page.locator(f"main form input.input[name='{one}']")
            if await box.count():
                await box.fill(text)

    async def card(self, pin: str) -> None:
        """Use the card: its own window asks for the PIN."""
        async with self.page.expect_popup() as popup:
            await self.press(CARD_BUTTON)
        window = await popup.value
        field = window.locator("input[name=pin]")
        await expect(field).to_be_focused()
        await self.look(window)
        await window.keyboard.type(pin)
        async with shuts(window):
            await window.keyboard.press("Enter")

    async def sign_in(self) -> None:
        """At the national login."""
        await self.page.wait_for_url(f"{self.country.places['authority'].origin}/**")
        await self.look()
        await self.card(self.country.holder(self.who).pin1)

    async def look(self, at: Page | None = None) -> None:
        """This page is in the language, fits the window, and has one heading."""
        page = at or self.page
        await page.wait_for_load_state()
        if self.lang:
            assert await page.locator("html").get_attribute("lang") == self.lang, page.url
        assert await page.locator("h1").count() == 1, page.url
        assert await page.evaluate(WIDE) <= 0, page.url

    async def enter_by_the_front(self, front: str) -> None:
        """From the demonstration's front page to the portal, as a citizen."""
        await self.page.goto(front)
        await self.look()
        await self.press("button[formaction='/as/citizen']")
        await self.page.wait_for_url(f"{self.portal}/")

    async def find(self, words: str, service: str) -> None:
        """By search to a service's own page, then to its beginning."""
        await self.look()
        box = self.page.locator("input[name=q]").first
        if self.by_keyboard:
            await self.reach(box)
        else:
            await box.click()
        await self.page.keyboard.type(words)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url("**/services?**")
        await self.look()
        await self.press(f"main a[href='/services/{service}']")
        await self.page.wait_for_url(f"**/services/{service}")
        await self.look()

    async def begin(self, service: str) -> None:
        """From the service's page into the first question; sign in on the way."""
        start = f"main a[href='/services/{service}/start']"
        if await self.page.locator(start).count():
            await self.press(start)
        else:
            # Nobody does this for another person: the page before is there all the same.
            await self.page.goto(f"{self.portal}/services/{service}/start")
        if "/start" not in self.page.url:
            await self.sign_in()
        await self.page.wait_for_url(f"**/services/{service}/start")
        await self.look()
        await self.press(MAIN_BUTTON)
        await self.page.wait_for_url("**/cases/**")

    async def answer(self) -> None:
        """All questions, a page at a time, up to the last look at them."""
        while "/answers/" in self.page.url:
            await self.look()
            before = self.page.url
            names = await self.page.locator("main form input[type=radio]").evaluate_all(
                "all => [...new Set(all.map(one => one.name))]"
            )
            for name in names:
                await self.choose(name, self.answers[name])
            for name, value in self.answers.items():
                await self.write(name, str(value))
            await self.press(MAIN_BUTTON)
            await self.page.wait_for_url(lambda url, before=before: url != before)
        assert self.page.url.endswith("/check"), self.page.url
        await self.look()

    async def sign(self) -> None:
        """Sign what was answered."""
        await self.press("main a[href$='/sign']")
        await self.page.wait_for_url("**/sign")
        await self.look()
        await self.card(self.country.holder(self.who).pin2)
        await self.page.wait_for_url("**/pay")

    async def pay(self) -> None:
        """At one's own bank, with the card again, and back."""
        await self.look()
        await self.press(MAIN_BUTTON)
        await self.page.wait_for_url(f"{self.country.places['bank-site'].origin}/pay/**")
        await self.look()
        await self.press("main form .actions button")
        await self.sign_in()
        await self.page.wait_for_url(f"{self.country.places['bank-site'].origin}/pay/**")
        await self.look()
        await self.press(f"main a[href^='{self.portal}']")
        await self.page.wait_for_url(f"{self.portal}/cases/**")

    async def told(self) -> str:
        """What the portal says in the end, once it has heard."""
        for _ in range(120):
            if "/working" not in self.page.url and await self.page.locator("main form").count() < 2:
                break
            await self.page.wait_for_timeout(250)
        await self.look()
        return await self.page.inner_text("h1")

    @property
    def portal(self) -> str:
        """The address of the site."""
        return self.country.places[self.site].origin
