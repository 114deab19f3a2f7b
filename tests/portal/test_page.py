"""The country's page and its JSON over HTTP, and the page in a real browser."""

import re

import pytest
from starlette.applications import Starlette
from tests.portal.house import FILES, MEMBERS, NOON, country, get, listed, root, status
from tests.portal.sight import opened, served, violations

from riik.portal.design.http import design_routes
from riik.portal.design.pages import ASSETS
from riik.portal.operator import Country, LogHead, Member
from riik.portal.operator.http import country_routes, node_routes
from riik.portal.operator.page import StatusPage
from riik.profiles import country_profile


class Source:
    """A country that stands still, with one file."""

    def __init__(self, now):
        self.now = now

    async def country(self):
        return self.now

    async def file(self, name):
        return b"PK" if name == "evidence/interior-person.asice" else None


def site(now=None, **page):
    pages = StatusPage(profile=country_profile("ee"), with_files=True, **page)
    source = Source(now or country(files=FILES))
    return Starlette(
        routes=[*country_routes(source, page=pages, usual=("et", "en")), *design_routes()]
    )


def text_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_page_tells_the_state_in_words_first():
    html = get(site(), "/?lang=en").text
    assert re.search(r"<h1[^>]*>All 10 members answer</h1>", html)
    assert all(
        listed(member[0]).called("en").replace("’", "’") in text_of(html) for member in MEMBERS
    )


ONE = {"en": "1 look, head", "et": "1 vaatamine, logi pea", "vi": "1 lượt xem, đầu nhật ký"}
FILE = {"en": "evidence: 1 file", "et": "evidence: 1 fail", "vi": "evidence: 1 tệp"}


@pytest.mark.parametrize("language", ONE)
def test_one_look_and_one_file_are_said_as_one(language):
    head = LogHead(origin="riik.example/ee-demo/clinic", size=1, root=root("clinic"))
    clinic = Member(listed=listed("clinic"), status=status("clinic", log=head))
    now = Country(at=NOON, members=(clinic,), files=FILES)
    said = text_of(get(site(now), f"/?lang={language}").text)
    assert f"{ONE[language]} " in said
    assert f"{FILE[language]} " in said


def test_a_silent_member_is_shown_as_down_and_named():
    answer = get(site(country(down=("transport",))), "/?lang=en")
    assert answer.status_code == 200
    assert "9 of 10 members answer" in answer.text
    assert "No answer from: Transport Administration." in text_of(answer.text)
    assert "does not answer" in answer.text


@pytest.mark.parametrize(
    "now", [country(down=[m[0] for m in MEMBERS]), Country(at=country().at, members=())]
)
def test_a_country_where_nobody_answers_still_has_its_page(now):
    for language in ("en", "et", "vi"):
        assert get(site(now), f"/?lang={language}").status_code == 200


LANGUAGES = [
    ("/?lang=vi", "et", "vi"),
    ("/", "vi,en;q=0.5", "vi"),
    ("/", "de", "et"),
    ("/?lang=xx", "en", "en"),
]


@pytest.mark.parametrize(("address", "accepted", "language"), LANGUAGES)
def test_the_page_speaks_the_visitor_s_language(address, accepted, language):
    answer = get(site(), address, accept_language=accepted)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}"' in answer.text


def test_the_page_runs_nothing_but_its_own_script():
    answer = get(site(), "/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! src=\"/design/)|<style|\sstyle=|\son\w+=", answer.text)


def test_names_are_escaped():
    bad = "<img src=x onerror=alert(1)>"
    member = listed("bank")
    named = type(member)(name="bank", member=member.member, names={"en": bad}, origin=member.origin)
    now = Country(
        at=country().at, members=(Member(listed=named, status=status("bank", runs=(bad,))),)
    )
    html = get(site(now), "/?lang=en").text
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_a_country_that_is_no_demonstration_says_nothing_of_one():
    now = Country(
        at=country().at,
        members=(Member(listed=listed("bank"), status=status("bank", demonstration=False)),),
    )
    assert "simulated" not in get(site(now), "/?lang=en").text


def test_a_machine_gets_the_same_as_json():
    told = get(site(country(down=("school",), files=FILES)), "/status.json").json()
    assert (told["answering"], told["silent"]) == (9, ["school"])
    assert len(told["members"]) == 10
    assert told["files"][0]["name"] == "application.asice"


def test_a_node_tells_its_own_status():
    async def own():
        return status("bank")

    told = get(Starlette(routes=node_routes(own)), "/status.json").json()
    assert (told["name"], told["messages"], told["log"]) == ("bank", 1234, None)


def test_a_file_is_downloaded_and_never_shown():
    answer = get(site(), "/files/evidence/interior-person.asice")
    assert answer.content == b"PK"
    assert answer.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize("path", ["nothing.pdf", "../status.py", "%2e%2e/secret", ""])
def test_other_files_are_not_there(path):
    assert get(site(), f"/files/{path}").status_code == 404


@pytest.mark.parametrize("name", ASSETS)
def test_the_page_s_own_files_are_served(name):
    answer = get(site(), f"/design/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, ASSETS[name])


@pytest.mark.parametrize("name", ["pages.py", "templates/page.html", "../operator/http.py"])
def test_nothing_else_of_the_design_is_served(name):
    assert get(site(), f"/design/{name}").status_code == 404


# In a real browser ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    with opened() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def addresses():
    """A country where all answer, and one where a register doesn't."""
    with served(site()) as whole, served(site(country(down=("interior",)))) as hurt:
        yield {"whole": whole, "hurt": hurt}


SCREENS = [
    ("whole", "en", "light", 1280, 900),
    ("hurt", "vi", "dark", 320, 256),
    pytest.param("hurt", "et", "dark", 1280, 900, marks=pytest.mark.full),
    pytest.param("whole", "vi", "light", 390, 844, marks=pytest.mark.full),
]


@pytest.mark.parametrize(("which", "language", "scheme", "width", "height"), SCREENS)
def test_axe_finds_nothing(browser, addresses, which, language, scheme, width, height):
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    page.goto(f"{addresses[which]}/?lang={language}")
    assert violations(page) == ""
    page.close()


@pytest.mark.parametrize("width", [320, 390, 640, 768, 1024, 1280])
def test_nothing_needs_a_sideways_scroll(browser, addresses, width):
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.goto(f"{addresses['whole']}/?lang=vi")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_page_works_without_script(browser, addresses):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{addresses['whole']}/?lang=en")
    assert page.get_by_role("link", name="Show the newest").is_visible()
    assert not page.get_by_role("button").is_visible()
    page.close()


def test_renewing_stops_when_the_visitor_says_so(browser, addresses):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{addresses['whole']}/?lang=en")
    page.get_by_role("button", name="Stop renewing this page").click()
    assert page.get_by_role("button", name="Renew this page by itself").is_visible()
    moving = page.evaluate(
        "document.getAnimations().filter((one) => one.playState === 'running').length"
    )
    assert moving == 0
    assert complaints == []
    page.close()
