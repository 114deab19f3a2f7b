"""Lighthouse over the pages that most people meet, as a simulated phone on a slow line.

Accessibility must be whole; the largest thing must stand within 2.5 seconds, which is what Core
Web Vitals call good.
"""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from tests.journeys.browser.conftest import chromium, installed  # noqa: F401 - fixtures
from tests.journeys.browser.house import enter, put_card
from tests.journeys.conftest import anyio_backend, country  # noqa: F401 - fixtures
from tests.journeys.house import visit

pytestmark = [pytest.mark.anyio, pytest.mark.full, pytest.mark.timeout(600)]
HERE = Path(__file__).parent
VERSION = "12.8.2"
MOST_LCP = 2_500
PATIENCE = 180
TRIES = 3
NO_TRACE = "NO_NAVSTART"
"""Chromium's record of the visit lost its beginning, as happens on a busy machine."""


@pytest.fixture(scope="session")
def lighthouse(installed):  # noqa: F811
    """Runs Lighthouse; skips where it isn't."""
    if shutil.which("node") is None or not (HERE / "node_modules" / "lighthouse").is_dir():
        pytest.skip("no Lighthouse (npm ci --ignore-scripts in tests/interop)")

    async def once(url, cookie):
        command = ["node", str(HERE / "lighthouse.mjs"), installed, url, cookie]
        ran = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, wrong = await asyncio.wait_for(ran.communicate(), PATIENCE)
        assert ran.returncode == 0, wrong.decode()
        return json.loads(said)

    async def run(url, cookie=""):
        for _ in range(TRIES):
            told = await once(url, cookie)
            if (told["error"] or {}).get("code") != NO_TRACE:
                break
        return told

    return run


@pytest.fixture(scope="session")
async def mari(country, chromium):  # noqa: F811
    """Mari's cookie at the portal, and a case of hers that is being filled in."""
    context = await chromium.new_context(locale="en-GB")
    await put_card(context, country, "mari")
    await enter(await context.new_page(), country, "portal", "mari", "/")
    portal = country.places["portal"].origin
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in await context.cookies(portal))
    async with visit(country, "mari") as journey:
        await journey.sign_in()
        await journey.start()
        view = journey.result.status
    yield cookies, f"/cases/{view['case']}/{view['next']['step']}"
    await context.close()


def good(told):
    assert told["version"] == VERSION
    assert told["error"] is None
    assert (told["accessibility"], told["failing"]) == (1, [])
    assert told["lcp"] < MOST_LCP


@pytest.mark.parametrize("place", ["portal", "bank-site"])
async def test_a_site_s_first_page(lighthouse, country, place):  # noqa: F811
    good(await lighthouse(f"{country.places[place].origin}/"))


async def test_the_national_login(lighthouse, country):  # noqa: F811
    good(await lighthouse(f"{country.places['authority'].origin}/login"))


async def test_a_page_of_a_form(lighthouse, country, mari):  # noqa: F811
    cookie, form = mari
    told = await lighthouse(f"{country.places['portal'].origin}{form}", cookie)
    assert told["url"].endswith(form)
    good(told)


@pytest.mark.parametrize("path", ["/", "/looks", "/cases"])
async def test_what_is_one_s_own(lighthouse, country, mari, path):  # noqa: F811
    cookie, _ = mari
    told = await lighthouse(f"{country.places['portal'].origin}{path}", cookie)
    assert told["url"].endswith(path)
    good(told)
