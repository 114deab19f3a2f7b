"""The door's pages in a real browser: axe finds nothing, nothing scrolls sideways."""

from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from tests.portal.session.conftest import DESIGNED
from tests.portal.sight import SCREENS, opened, served, violations

from riik.portal.design.http import KeepsLanguage, address_of, design_routes, html, language_of
from riik.portal.design.shell import Shell
from riik.profiles import country_profile

KINDS = ["cancelled", "late", "silent", "wrong", "kept", "received"]


async def shown(request):
    """One of the pages."""
    kind, language = request.path_params["kind"], language_of(request)
    shell = Shell(
        language=language,
        profile=country_profile("ee"),
        address=address_of(request),
        place="State Portal",
        demonstration="/",
        who="Mari Maasikas" if kind in ("kept", "received") else "",
        csrf="x" * 43,
        sign_out="/sign-out",
    )
    if kind == "kept":
        values = {"path": "/cases", "fields": [("a", "b")], "answers": 2}
        return html(DESIGNED.render("kept.html", shell, **values), language)
    if kind == "received":
        at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        return html(DESIGNED.render("received.html", shell, at=at), language)
    values = {"kind": kind, "again": "/sign-in?to=%2F", "number": "kq3vabcdefghijklmnopqrst"}
    return html(DESIGNED.render("failed.html", shell, **values), language)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    with opened() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address():
    """Where the pages are."""
    routes = [*design_routes(), Route("/{kind}", shown)]
    with served(KeepsLanguage(Starlette(routes=routes))) as where:
        yield where


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_for_everyone(browser, address, kind, language, scheme, width):
    page = browser.new_page(
        viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True
    )
    page.goto(f"{address}/{kind}?lang={language}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    page.close()
