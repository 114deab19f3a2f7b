"""Pages as a browser shows them: an application on a port, Debian's Chromium, axe."""

import asyncio
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

__all__ = ["CHROMIUM", "FEW", "SCREENS", "opened", "screens", "served", "violations"]

CHROMIUM = "/usr/bin/chromium"


def screens(*others):
    """Two screens that differ in everything, in each run; the others when there is time."""
    usual = [("en", "light", 1280), ("vi", "dark", 320)]
    return [*usual, *(pytest.param(*one, marks=pytest.mark.full) for one in others)]


SCREENS = screens(("et", "light", 360), ("et", "dark", 768))
"""Language, scheme, width. 320 px is a screen of 1280 at 400 % (WCAG 2.2, 1.4.10)."""

FEW = [SCREENS[1], pytest.param(*SCREENS[0], marks=pytest.mark.full), *SCREENS[2:]]
"""One screen in each run, a phone at night in Vietnamese; the others when there is time."""


@contextmanager
def served(app):
    """The application on a port of its own, in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def opened():
    """Debian's Chromium, without a window; skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright isn't installed")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM} on this machine (Debian: chromium)")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def violations(page):
    """What axe finds on a page, as a report; empty when it finds nothing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe isn't installed")
    found = axe.Axe().run(page)
    return found.generate_report() if found.violations_count else ""
