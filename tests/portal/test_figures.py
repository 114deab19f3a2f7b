"""A minister's page: what was told is told, what was hidden stays hidden."""

import asyncio
import re
from datetime import date

import pytest
from starlette.applications import Starlette
from tests.portal.house import get
from tests.portal.sight import SCREENS, opened, served, violations

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
        "step": 5,
        "until": "2026-11-23T00:00:00Z",
        "channels": {"web": 90, "desk": 30, "api": None},
        "online": 0.75,
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
RENEWAL = row("Renewal")
COURSE = row("Course", **HIDDEN, online=None, channels={"web": None, "desk": None, "api": None})
LOOKED = {
    "register": "Population register",
    "keeper": "Interior",
    "least": 10,
    "hidden": True,
    "groups": [
        {"reader": "Transport", "purpose": "Renewal of a licence", "looks": 1_204},
        {"reader": "Bank", "purpose": "", "looks": 11},
    ],
}
LOOKS = {"looks": 2310, "few": 0, "logs": 5, "silent": [], "registers": [LOOKED]}


def asked(organisation, times, answered, *, register=""):
    """How often one subsystem was asked and answered."""
    since = date(2026, 11, 2) if times else None
    return {
        "organisation": organisation,
        "register": register,
        "asked": times,
        "answered": answered,
        "since": since,
    }


AVAILABLE = [
    asked("Transport", 43_200, 43_200),
    asked("Clinic", 10_000, 9_999, register="Health register"),
    asked("School", 0, 0),
]


def site(*rows, silent=(), looks=LOOKS, asked=None, available=AVAILABLE):
    """The page over these figures; ``asked`` gets every language that was asked for."""

    async def services(language):
        (asked if asked is not None else []).append(language)
        return {"days": 30, "services": list(rows), "silent": list(silent)}

    async def seen(language):
        return looks

    async def answered(language):
        return {"days": 30, "rows": list(available)}

    page = FiguresPage(profile=country_profile("ee"), place={"en": "State Portal"})
    routes = number_routes(services, seen, answered, page=page, usual=("et",))
    return Starlette(routes=[*routes, *design_routes()])


def main_of(app, language="en"):
    return get(app, f"/numbers?lang={language}").text.partition("<main")[2].partition("</main>")[0]


def test_what_is_told_stands_in_the_paragraph_and_the_figures():
    page = main_of(site(RENEWAL))
    assert (
        "At least 120 cases were begun. Half of the decisions on “Renewal” came within a minute."
        in page
    )
    assert "87\u00a0%" in page
    assert "2,310" in page


def test_a_sum_over_something_hidden_says_at_least():
    page = main_of(site(RENEWAL, COURSE))
    assert "At least 120 cases were begun." in page
    # The one way that is hidden; of the other service nothing is told, so it has no row of gaps.
    assert page.count("hidden: too few") == 1
    assert "too few cases in 30 days to tell, or none: Course." in page


def test_where_all_is_hidden_no_number_is_made_up():
    page = main_of(site(COURSE))
    assert "Too few cases were begun to tell how many. Too few were decided" in page
    assert page.count("counts fewer than 10 cases in 30 days: so few would tell") == 4
    assert page.count("no figure") == 4
    assert "–" not in page.partition('id="available"')[0]
    assert "<caption" not in page.partition('id="available"')[0]


def cells(page, caption):
    """The rows of a table, as texts."""
    table = page.partition(caption)[2].partition("<tbody")[2].partition("</tbody>")[0]
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr")[1:]]
    return [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in found]


def test_cases_stand_by_the_way_they_were_begun():
    rows = cells(main_of(site(RENEWAL, COURSE)), "Cases begun by each way")
    assert rows[0] == ["Renewal", "90", "30", "hidden: too few", "75 %", "87 %"]
    assert len(rows) == 1


def test_the_last_day_and_the_rule_of_rounding_stand_on_the_page():
    page = get(site(RENEWAL), "/numbers?lang=en").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Figures up to 22 November 2026" in page
    assert "A count under 10 is hidden, also where it is none" in page
    assert "the multiple of 5 below it" in page


def test_one_silence_in_ten_thousand_is_not_a_hundred_percent():
    rows = cells(main_of(site()), "Who answered when asked")
    assert rows[0] == ["Clinic", "Health register", "10,000", "2 Nov 2026", "99.9 %"]
    assert rows[1][-1] == "100 %"


def test_what_nobody_measured_is_said_not_to_be_measured():
    rows = cells(main_of(site()), "Who answered when asked")
    assert rows[-1] == ["School", "its services", "0", "–", "not yet measured"]
    nothing = main_of(site(available=[asked("School", 0, 0)]))
    assert "100" not in nothing.partition("Answered when asked")[2][:200]
    assert nothing.lower().count("not yet measured") == 2


def test_the_figure_names_who_was_least_available():
    page = main_of(site()).replace("\N{NO-BREAK SPACE}", " ")
    assert "least by: Health register, 99.9 %" in page


def test_looks_stand_by_organisation_and_purpose_and_few_are_hidden():
    page = main_of(site())
    rows = cells(page, "Looks of the last 30 days")
    assert rows[0] == ["Population register", "Transport", "Renewal of a licence", "1,204"]
    assert rows[1][1:] == ["Bank", "refused: nothing was given", "11"]
    assert len(rows) == 2
    assert "Looks of which there were too few to tell: Population register." in page
    silent = main_of(site(looks=LOOKS | {"registers": [LOOKED | {"groups": []}]}))
    assert "Nobody looked" not in silent


def test_who_is_silent_is_named():
    looks = {**LOOKS, "silent": ["Clinic", "School"]}
    page = main_of(site(RENEWAL, silent=["School"], looks=looks))
    assert "No answer from: School, Clinic. Their figures are missing." in page


def test_a_country_without_services_has_its_page():
    page = main_of(site())
    assert "Too few cases were begun to tell how many." in page
    assert page.count("No organisation has told figures of a service.") == 4 + 1


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "at most a minute"), (60, "at most a minute"), (120, "2 minutes")]
)
def test_a_time_that_providers_round_up_is_told_as_a_bound(seconds, said):
    assert said in main_of(site(row("Renewal", p95_seconds=seconds)))


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
