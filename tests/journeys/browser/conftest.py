"""A real browser for journeys: Debian's Chromium, driven by Playwright; skipped where it is not."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright, expect
from tests.examples.house import at_contract, attribute, customer
from tests.examples.house import signed as signed_contract
from tests.faults.house import closed_exchange
from tests.journeys.browser.house import demonstration
from tests.journeys.house import COURSE, visit

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 30_000
"""Milliseconds that a page may take: another country may be founded beside it meanwhile."""

expect.set_options(timeout=PATIENCE)


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
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


@pytest.fixture(scope="session")
async def whole(anyio_backend, tmp_path_factory):
    """The demonstration as `riik demo` runs it, small: its front page and its country."""
    async with demonstration(tmp_path_factory.mktemp("demonstration")) as both:
        yield both


@pytest.fixture(scope="session")
async def front(whole):
    """The demonstration's front page."""
    return whole[0]


@pytest.fixture(scope="session")
async def country(whole):
    """The country behind it; nobody breaks it."""
    return whole[1]


@dataclass(frozen=True)
class Lives:
    """Cases of two people, each at another stage; without them there is little to see.

    Attributes:
        done: Mari's licence, renewed.
        draft: Mari's course, not filled in yet.
        checking: Another one, filled in.
        signing: Mari's second licence, filled in.
        paying: Her third, signed; its fee is open.
        waiting: Jaan's course, with an official at the school.
        unclear: Helmi's licence, with an official: the clinic was silent.
        order: Path of that fee's order at the bank's website.
    """

    done: str
    draft: str
    checking: str
    signing: str
    paying: str
    waiting: str
    unclear: str
    order: str

    def hints(self, role):
        """Paths of a site that no link leads to at once."""
        stages = [
            f"/cases/{self.draft}/continue",
            f"/cases/{self.checking}/check",
            f"/cases/{self.signing}/sign",
            f"/cases/{self.paying}/pay",
            f"/cases/{self.done}/receipt",
        ]
        case = f"/desk/cases/{self.unclear}"
        return {
            "bank-site": [self.order],
            "portal": stages,
            "transport": [case, f"{case}/documents/application.asice"],
        }.get(role, [])


async def begun(country, who, *, answered=True, signed=False, **how):
    """A case of somebody's, as far as this; answers its id and how the portal is asked."""
    async with visit(country, who, **how) as journey:
        await journey.sign_in()
        await journey.start()
        if answered:
            await journey.answer()
        case = journey.result.status["case"]
        if not signed:
            return case, ""
        await journey.sign()
        paid = await journey.browser.post(f"{journey.portal}/v1/cases/{case}/payment", {})
        order = urlsplit(paid["payment"]["url"])
        return case, f"{order.path}?{order.query}"


async def ended(country, who, **how):
    """A case of somebody's that went as far as it goes without an official."""
    async with visit(country, who, **how) as journey:
        await journey.run()
        return journey.result.status["case"]


async def allowed(country, who):
    """A customer of the bank who signed its contract and lets clerks open it."""
    bank = country.places["bank-site"].origin
    async with customer(country, who) as browser:
        await at_contract(browser, bank)
        await signed_contract(browser, bank)
        page = await browser.visit(f"{bank}/contract")
        form = {"csrf": attribute(page, 'name="csrf" value'), "allow": "yes"}
        await browser._walk("POST", f"{bank}/contract/consent", form)


async def wronged(country, who, keeper, register, field):
    """Somebody says that their record is wrong."""
    async with visit(country, who) as journey:
        await journey.sign_in()
        wrong = {
            "register": str(country.country.client(keeper, register)),
            "field": field,
            "says": "one thing",
            "should_be": "another",
        }
        await journey.browser.post(f"{journey.portal}/v1/mine/corrections", wrong)


@pytest.fixture(scope="session")
async def lives(country):
    """The cases, begun over the portal's calls: quicker than by its pages."""
    course = {"service": "driving-course", "answers": COURSE}
    paying, order = await begun(country, "mari", signed=True)
    async with closed_exchange(country, "clinic"):
        unclear = await ended(country, "helmi")
    await wronged(country, "mari", "interior", "population", "residence")
    await wronged(country, "mari", "transport", "driving-rights", "categories")
    await allowed(country, "peeter")
    return Lives(
        done=await ended(country, "mari"),
        draft=(await begun(country, "mari", answered=False, **course))[0],
        checking=(await begun(country, "mari", **course))[0],
        signing=(await begun(country, "mari"))[0],
        paying=paying,
        waiting=await ended(country, "jaan", **course),
        unclear=unclear,
        order=order,
    )
