"""A real browser for journeys: Debian's Chromium, driven by Playwright; skipped where it is not."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

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
