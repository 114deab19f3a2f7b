"""A browser for the tests of a module that ask in a loop."""

from pathlib import Path

import pytest
from tests.portal.sight import CHROMIUM


@pytest.fixture(scope="session")
def installed():
    """Where the browser is; without one, tests that need it skip."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM} on this machine (Debian: chromium)")
    return CHROMIUM


@pytest.fixture(scope="module")
async def chromium(anyio_backend, installed):
    """Debian's Chromium, without a window; each test opens contexts of its own in it."""
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright isn't installed")
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        await browser.close()
