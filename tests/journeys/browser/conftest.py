"""A real browser for journeys: Debian's Chromium, driven by Playwright; skipped where it is not."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright
from tests.journeys.house import COURSE, running, visit

from riik.demo.front import FrontSite, Stage
from riik.node import CountryPages
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def installed():
    """Where the browser is; without one, tests that need it skip."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (Debian: chromium)")
    return str(CHROMIUM)


@pytest.fixture(scope="session")
async def chromium(anyio_backend, installed):
    """The browser of the session; each test opens contexts of its own in it."""
    async with async_playwright() as playwright:
        # Containers give their programs no user namespaces for a sandbox of their own.
        browser = await playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def context(chromium):
    """A browser of one person, without history, in English."""
    context = await chromium.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    await context.close()


@pytest.fixture(scope="session")
async def front(anyio_backend, tmp_path_factory):
    """The demonstration's front page; it listens before the country does."""
    folder, profile = tmp_path_factory.mktemp("front"), country_profile("ee")
    site = FrontSite(
        profile=profile,
        stage=Stage(profile="ee"),
        status=CountryPages(profile=profile, folder=folder, at="/status"),
        log=open_log(folder / "front.log", clock=SystemClock(), node="front"),
    )
    await site.start(0)
    yield site
    await site.stop()


@pytest.fixture(scope="session")
async def country(front, tmp_path_factory):
    """The demonstration country as `riik demo` runs it, with its front page; small."""
    folder, port = tmp_path_factory.mktemp("country"), int(front.origin.rpartition(":")[2])
    async with running(folder, front=port) as country:
        front.let_in(country)
        yield country


@dataclass(frozen=True)
class Lives:
    """Cases of two people, each at another stage; without them there is little to see.

    Attributes:
        done: Mari's licence, renewed.
        draft: Mari's course, not filled in yet.
        paying: Mari's other licence, signed; its fee is open.
        waiting: Jaan's course, with an official at the school.
        order: Path of that fee's order at the bank's website.
    """

    done: str
    draft: str
    paying: str
    waiting: str
    order: str

    def hints(self, role):
        """Paths of a site that no link leads to."""
        return [self.order] if role == "bank-site" else []


@pytest.fixture(scope="session")
async def lives(country):
    """The cases, begun over the portal's calls: quicker than by its pages."""
    found = {}
    async with visit(country, "mari") as journey:
        await journey.run()
        found["done"] = journey.result.status["case"]
    async with visit(country, "mari", service="driving-course", answers=COURSE) as journey:
        await journey.sign_in()
        await journey.start()
        found["draft"] = journey.result.status["case"]
    async with visit(country, "mari") as journey:
        await journey.sign_in()
        await journey.start()
        await journey.answer()
        await journey.sign()
        case = found["paying"] = journey.result.status["case"]
        paid = await journey.browser.post(f"{journey.portal}/v1/cases/{case}/payment", {})
        order = urlsplit(paid["payment"]["url"])
    async with visit(country, "jaan", service="driving-course", answers=COURSE) as journey:
        await journey.run()
        found["waiting"] = journey.result.status["case"]
    return Lives(order=f"{order.path}?{order.query}", **found)
