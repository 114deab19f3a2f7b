"""A node's page for its operator: what needs them, in words first; and where it is served."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from tests.portal.house import NOON, get, status
from tests.portal.sight import SCREENS, opened, served, violations

from riik.portal.design.http import design_routes
from riik.portal.operator.health import Health, HeldCertificate, Need, Peer, Round, needs
from riik.portal.operator.http import operator_routes
from riik.portal.operator.nodepage import NodePage
from riik.profiles import country_profile

DAY = timedelta(days=1)


def certificate(days, name="seal"):
    """One that runs out in so many days."""
    return HeldCertificate(name=name, subject="Transport", ends=NOON + days * DAY)


WELL = Health(
    at=NOON,
    name="transport",
    member="EE-DEMO/GOV/70000005",
    names=status("transport").names,
    runs=("registers", "services"),
    certificates=(certificate(400), certificate(3000, "root")),
    rounds=(Round(name="exchange.stamp-log", every=timedelta(seconds=60)),),
    peers=(
        Peer(
            member="EE-DEMO/COM/1",
            name="Linnu Bank",
            subsystems=1,
            servers=("127.0.0.8:5500:5577", "127.0.0.9:5500", "2001:db8::1"),
        ),
    ),
    configuration_until=NOON + timedelta(minutes=9),
    messages=1234,
    looks=41,
    witnesses=("riik.example/witness",),
    demonstration=True,
)

FAILED = Round(name="centre.publish", every=DAY, failed="core.unavailable:disk")

CASES = [
    ("all is well", {}, []),
    ("thirty days are enough", {"certificates": (certificate(30),)}, []),
    ("29 days are not", {"certificates": (certificate(29),)}, [Need("certificate", "seal", 29)]),
    ("run out", {"certificates": (certificate(-1),)}, [Need("expired", "seal", 1)]),
    ("events wait a minute", {"waiting": 3, "oldest": 60.0}, []),
    ("events wait longer", {"waiting": 3, "oldest": 61.0}, [Need("outbox", number=3)]),
    ("a job failed", {"rounds": (FAILED,)}, [Need("job", "centre.publish")]),
    ("no time-stamps", {"unstamped": 601.0}, [Need("stamp", number=601)]),
    ("no configuration", {"configuration_until": None}, [Need("configuration")]),
    ("an old configuration", {"configuration_until": NOON - DAY}, [Need("configuration")]),
    ("no witness", {"witnesses": ()}, [Need("witness")]),
    ("no looks, no witness", {"looks": 0, "witnesses": ()}, []),
    ("no log", {"looks": None, "witnesses": ()}, []),
]


@pytest.mark.parametrize(("how", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_needs_the_operator(how, wanted):
    assert needs(replace(WELL, **how)) == wanted


def site(health=WELL):
    """The page on its own."""

    async def told():
        return health

    page = NodePage(profile=country_profile("ee"), front="http://localhost:7099")
    return Starlette(routes=[*operator_routes(told, page=page, usual=("et",)), *design_routes()])


ILL = replace(
    WELL,
    certificates=(certificate(3), certificate(-2, "root")),
    waiting=5,
    oldest=3600.0,
    rounds=(FAILED,),
    unstamped=5000.0,
    configuration_until=None,
    witnesses=(),
)


def test_the_state_is_said_in_words_first():
    assert "<h1>Nothing needs you</h1>" in get(site(), "/operator?lang=en").text
    assert "<h1>7 things need you</h1>" in get(site(ILL), "/operator?lang=en").text


@pytest.mark.parametrize("language", ["en", "et", "vi"])
def test_every_need_is_said_in_every_language(language):
    page = get(site(ILL), f"/operator?lang={language}").text
    assert page.count('class="notice wait"') == 7
    assert "{" not in page.partition("<main")[2].partition("</main>")[0]


def test_the_ports_of_a_server_are_said_in_words():
    page = get(site(), "/operator?lang=en").text
    assert "127.0.0.8, ports 5500 and 5577; 127.0.0.9, port 5500; 2001:db8::1" in page


def test_the_page_says_that_it_is_open_in_the_demonstration_only():
    assert "Open to anyone" in get(site(), "/operator?lang=en").text
    earnest = get(site(replace(WELL, demonstration=False)), "/operator?lang=en").text
    assert "Open to anyone" not in earnest


def test_names_are_escaped():
    bad = "<img src=x onerror=alert(1)>"
    peer = Peer(names={"en": bad}, member=bad, name=bad, subsystems=1, servers=(bad,))
    html = get(site(replace(WELL, peers=(peer,), runs=(bad,))), "/operator?lang=en").text
    assert "<img" not in html


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Land Board"), ("et", "Maa-amet"), ("vi", "Cục Đất đai"), ("names", "Maa-amet")],
)
def test_a_member_is_called_as_the_reader_s_language_calls_it(language, said):
    names = {"et": "Maa-amet", "en": "Land Board", "vi": "Cục Đất đai"}
    told = {} if language == "names" else names
    peer = Peer(member="EE-DEMO/GOV/1", name="Maa-amet", subsystems=1, servers=(), names=told)
    shown = "en" if language == "names" else language
    html = get(site(replace(WELL, peers=(peer,))), f"/operator?lang={shown}").text
    assert f"<td>{said}</td>" in html or f">{said}<" in html


def test_the_page_runs_no_script():
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", get(site(), "/operator").text)


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
def test_axe_finds_nothing(addresses, language, scheme, width):
    browser, where = addresses
    page = browser.new_page(
        viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True
    )
    page.goto(f"{where}/operator?lang={language}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.fixture(scope="module")
def addresses():
    with opened() as browser, served(site(ILL)) as where:
        yield browser, where
