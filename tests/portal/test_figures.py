"""A minister's page: what was told is told, what was hidden stays hidden."""

import asyncio

import pytest
from starlette.applications import Starlette
from tests.portal.house import get
from tests.portal.sight import opened, served, violations

from riik.portal.design.http import design_routes
from riik.portal.design.texts import read_texts
from riik.portal.operator.figures import FiguresPage, lasting
from riik.portal.operator.http import number_routes
from riik.profiles import country_profile


def row(name, **changes):
    """A provider's figures of one service."""
    values = {
        "service": name,
        "name": name,
        "organisation": "Transport",
        "least": 10,
        "opened": 120,
        "decided": 100,
        "median_seconds": 41,
        "p95_seconds": 276_480,
        "automatic": 0.87,
        "with_official": 12,
    }
    return {**values, **changes}


HIDDEN = dict.fromkeys(
    ("opened", "decided", "median_seconds", "p95_seconds", "automatic", "with_official")
)
RENEWAL, COURSE = row("Renewal"), row("Course", **HIDDEN)
LOOKS = {"looks": 2310, "few": 0, "logs": 5, "silent": []}


def site(*rows, silent=(), looks=LOOKS, asked=None):
    """The page over these figures; ``asked`` gets every language that was asked for."""

    async def services(language):
        (asked if asked is not None else []).append(language)
        return {"days": 30, "services": list(rows), "silent": list(silent)}

    async def seen(language):
        return looks

    page = FiguresPage(profile=country_profile("ee"), place={"en": "State Portal"})
    routes = number_routes(services, seen, page=page, usual=("et",))
    return Starlette(routes=[*routes, *design_routes()])


def main_of(app, language="en"):
    return get(app, f"/numbers?lang={language}").text.partition("<main")[2].partition("</main>")[0]


def test_what_is_told_stands_in_the_paragraph_and_the_figures():
    page = main_of(site(RENEWAL))
    assert (
        "120 cases were begun. Half of the decisions on “Renewal” came within 41 seconds." in page
    )
    assert "87 %" in page
    assert "2,310" in page


def test_a_sum_over_something_hidden_says_at_least():
    page = main_of(site(RENEWAL, COURSE))
    assert "At least 120 cases were begun." in page
    assert "at least; some services have too few to tell" in page
    assert page.count("hidden: too few") == len(HIDDEN)


def test_where_all_is_hidden_no_number_is_made_up():
    page = main_of(site(COURSE))
    assert "Too few cases were begun to tell how many. Too few were decided" in page
    assert page.count("Too few to tell without telling of somebody.") == 5


def test_who_is_silent_is_named():
    looks = {**LOOKS, "silent": ["Clinic", "School"]}
    page = main_of(site(RENEWAL, silent=["School"], looks=looks))
    assert "No answer from: School, Clinic. Their figures are missing." in page


def test_a_country_without_services_has_its_page():
    assert "0 cases were begun." in main_of(site())


@pytest.mark.parametrize("language", ["en", "et", "vi"])
def test_every_sentence_is_there_in_every_language(language):
    page = main_of(site(RENEWAL, COURSE, silent=["School"]), language)
    assert "{" not in page


def test_names_are_escaped():
    bad = "<img src=x onerror=alert(1)>"
    assert "<img" not in main_of(site(row(bad, organisation=bad), silent=[bad]))


LASTING = [
    (0, "0 seconds"),
    (1, "1 second"),
    (119, "119 seconds"),
    (120, "2 minutes"),
    (7_199, "120 minutes"),
    (7_200, "2 hours"),
    (172_800, "2 days"),
    (276_480, "3 days"),
]


@pytest.mark.parametrize(("seconds", "said"), LASTING)
def test_how_long_is_said_in_the_unit_that_fits(seconds, said):
    texts = read_texts("riik.portal.operator", language="en")
    assert lasting(seconds, texts) == said


def test_a_page_that_anyone_may_load_asks_once_for_all():
    asked = []
    app = site(RENEWAL, asked=asked)

    async def many():
        async def one():
            sent = []

            async def receive():
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message):
                sent.append(message)

            scope = {
                "type": "http",
                "http_version": "1.1",
                "method": "GET",
                "scheme": "http",
                "path": "/numbers",
                "raw_path": b"/numbers",
                "query_string": b"lang=vi",
                "headers": [],
            }
            await app(scope, receive, send)
            return sent[0]["status"]

        return await asyncio.gather(*(one() for _ in range(20)))

    assert asyncio.run(many()) == [200] * 20
    assert asked == ["vi"]


SCREENS = [("en", "light", 1280), ("et", "dark", 768), ("vi", "light", 360), ("vi", "dark", 320)]


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
def test_axe_finds_nothing(addresses, language, scheme, width):
    browser, where = addresses
    page = browser.new_page(
        viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True
    )
    page.goto(f"{where}/numbers?lang={language}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.fixture(scope="module")
def addresses():
    with opened() as browser, served(site(RENEWAL, COURSE)) as where:
        yield browser, where
