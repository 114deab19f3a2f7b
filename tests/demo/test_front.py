"""The front page: its doors put the right card in, and nobody else's page can open them."""

import os
import re
import tomllib
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from tests.portal.house import country, member_id, message
from tests.portal.sight import SCREENS, opened, violations

import riik
from riik.demo.acts import Backstage, Stage
from riik.demo.country import FRONT, free_places, read_country
from riik.demo.front import FrontSite
from riik.demo.front.doors import DESKS, DOORS, KEEPERS
from riik.demo.front.page import FrontPages
from riik.demo.front.words import EVERYWHERE, OFFERS, asked_for
from riik.demo.running import Demonstration
from riik.node import CountryPages
from riik.portal.design.texts import Texts
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log

pytestmark = pytest.mark.anyio


class Cards:
    """A card site as far as the front page knows it."""

    front = ""


def standing(front, tmp_path):
    """A country that runs, as far as the front page asks: places and members, nobody answers."""
    ee = read_country("ee")
    places = free_places(ee, shift=9_000, front=front)
    return Demonstration(country=ee, folder=tmp_path, places=places, holders=(), cards=Cards())


@asynccontextmanager
async def front(tmp_path, *, runs=True):
    """The site, with or without its country; answers site and a browser without redirects."""
    profile = country_profile("ee")
    stage, clock = Stage(profile="ee"), SystemClock()
    log = open_log(Path(os.devnull), clock=clock)
    site = FrontSite(
        profile=profile,
        stage=stage,
        status=CountryPages(profile=profile, folder=tmp_path, at="/status"),
        backstage=Backstage(stage=stage, out=tmp_path, clock=clock, log=log),
        log=log,
    )
    port = await site.start(0)
    if runs:
        site.let_in(standing(port, tmp_path))
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        yield site, browser
    await site.stop()


async def enter(site, browser, role, *, token=None, **headers):
    """Post a door's form."""
    sent = {"Origin": site.origin, **headers}
    form = {"csrf": site.token if token is None else token}
    url = f"{site.origin}/as/{role}"
    return await browser.post(url, data=form, headers=sent, allow_redirects=False)


@pytest.mark.parametrize("door", [*DOORS, *KEEPERS, *DESKS], ids=lambda door: door.id)
async def test_a_door_leads_to_its_site_with_the_right_card(tmp_path, door):
    async with front(tmp_path) as (site, browser):
        answer = await enter(site, browser, door.id)
        assert answer.status == 303
        assert answer.headers["location"] == door.address(site.stage.origins)
        card = answer.cookies.get("riik-card")
        assert (card.value if card else "") == door.holder


async def test_who_was_here_before_is_signed_out(tmp_path):
    async with front(tmp_path) as (site, browser):
        held = "riik-card=mari; riik-portal-guest=secret; bank-session=secret; riik-lang=vi; mine=1"
        answer = await enter(site, browser, "official", Cookie=held)
        gone = {name for name, morsel in answer.cookies.items() if morsel["max-age"] == "0"}
        assert gone == {"riik-portal-guest", "bank-session"}
        assert answer.cookies["riik-card"].value == "anneli"


async def test_the_same_person_stays_signed_in(tmp_path):
    async with front(tmp_path) as (site, browser):
        held = "riik-card=mari; riik-portal-guest=secret"
        assert not (await enter(site, browser, "citizen", Cookie=held)).cookies


FOREIGN = [
    ("another site", {"Origin": "http://localhost:1"}, None),
    ("no origin", {"Origin": ""}, None),
    ("a sandbox", {"Origin": "null"}, None),
    ("another site of this host", {"Sec-Fetch-Site": "same-site"}, None),
    ("a page without the token", {}, ""),
    ("a page with another token", {}, "0" * 48),
    ("a page with a token of other letters", {}, "õ"),
]


@pytest.mark.parametrize(
    ("headers", "token"), [case[1:] for case in FOREIGN], ids=[case[0] for case in FOREIGN]
)
async def test_a_door_opens_for_the_front_page_s_own_form_only(tmp_path, headers, token):
    async with front(tmp_path) as (site, browser):
        answer = await enter(site, browser, "citizen", token=token, **headers)
        assert answer.status == 403
        assert not answer.cookies


async def test_a_form_without_end_is_refused(tmp_path):
    async with front(tmp_path) as (site, browser):
        assert (await enter(site, browser, "citizen", token="x" * 100_000)).status == 403


async def test_there_is_no_other_door(tmp_path):
    async with front(tmp_path) as (site, browser):
        assert (await enter(site, browser, "king")).status == 404


async def test_the_page_comes_while_the_country_is_founded(tmp_path):
    async with front(tmp_path, runs=False) as (site, browser):
        site.stage.tell("founding <EE-DEMO>")
        answer = await browser.get(f"{site.origin}/?lang=en")
        assert (answer.status, answer.headers["refresh"]) == (503, "1")
        assert "founding &lt;EE-DEMO&gt;" in await answer.text()
        assert (await enter(site, browser, "citizen")).status == 503


async def test_forms_may_lead_to_the_country_s_sites_only(tmp_path):
    async with front(tmp_path) as (site, browser):
        answer = await browser.get(f"{site.origin}/")
        policy = re.search("form-action ([^;]*)", answer.headers["content-security-policy"])[1]
        assert set(policy.split()) == {"'self'", *site.stage.origins.values()}
        assert FRONT in site.stage.origins


def test_every_place_leads_back_to_a_front_page_that_listens():
    places = free_places(read_country("ee"), shift=9_000, front=7099)
    assert places[FRONT].origin == "http://localhost:7099"
    assert FRONT not in free_places(read_country("ee"), shift=9_000)


@pytest.mark.parametrize("offer", OFFERS)
def test_a_known_question_is_told_in_words(offer):
    assert asked_for(offer, Texts("en", {})) == OFFERS[offer]


@pytest.mark.parametrize("register", read_country("ee").registers)
@pytest.mark.parametrize("service", EVERYWHERE)
def test_what_every_register_offers_is_told_in_words(register, service):
    assert asked_for(f"{register}/{service}", Texts("en", {})) == EVERYWHERE[service]


@pytest.mark.parametrize("register", read_country("ee").registers)
def test_every_offer_of_a_register_has_words(register):
    folder = Path(riik.__file__).parent / "catalogue" / "registers" / register
    offers = tomllib.loads((folder / "offers.toml").read_text(encoding="utf-8"))
    for offer in (*offers["read"], *offers.get("change", ())):
        assert (
            asked_for(f"{register}/{offer['id']}", Texts("en", {})) != f"{register}/{offer['id']}"
        )


def test_an_unknown_question_stays_as_it_is():
    assert asked_for("land/owner", Texts("en", {})) == "land/owner"


def test_a_question_is_told_once_by_its_newest_message():
    pages = FrontPages(profile=country_profile("ee"))
    html = pages.front(country(), language="en", address="/", token="t", drawing="")
    rows = re.findall(r"rowheader.>(.*?)</th>\n(.*?)</td>", html)
    assert 0 < len(rows) == len(set(rows)) <= 6
    assert member_id("clinic") not in html
    assert message(0).id not in html


@pytest.mark.parametrize("path", ["/", "/laws"])
@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
def test_axe_finds_nothing(chromium, shown, path, language, scheme, width):
    page = chromium.new_page(
        viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True
    )
    page.goto(f"{shown}{path}?lang={language}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_doors_open_by_keyboard_and_without_script(chromium, shown):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{shown}/?lang=en")
    page.get_by_role("button", name="Attacker").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{shown}/attacks"
    page.close()


@pytest.fixture(scope="module")
def chromium():
    with opened() as started:
        yield started


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The site in a thread of its own: the browser's driver holds this one."""
    from anyio.from_thread import start_blocking_portal

    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(front(tmp_path_factory.mktemp("front"))) as (site, _),
    ):
        yield site.origin


MESSAGE = {"id": "m-1", "to": "+37251234567", "from": "Riik", "text": "Tere: <b>", "language": "et"}


async def test_a_text_message_arrives_on_the_page_of_phones_once_and_as_text(tmp_path):
    async with front(tmp_path) as (site, browser):
        for _ in range(2):
            answer = await browser.post(f"{site.origin}/phone/messages", json=MESSAGE)
            assert answer.status == 202
        page = await (await browser.get(f"{site.origin}/phone")).text()
    assert page.count("+37251234567") == 1
    assert "Tere: &lt;b&gt;" in page


NO_MESSAGES = [
    ("a form of a page elsewhere", {"data": {"to": "x"}}),
    ("text of a page elsewhere", {"data": "{}", "headers": {"Content-Type": "text/plain"}}),
    ("no number", {"json": MESSAGE | {"to": "5123"}}),
    ("no text", {"json": MESSAGE | {"text": ""}}),
    ("a text of four parts", {"json": MESSAGE | {"text": "a" * 202}}),
    ("a field more", {"json": MESSAGE | {"more": 1}}),
    ("a body without end", {"json": MESSAGE | {"text": "a" * 10_000}}),
]


@pytest.mark.parametrize("sent", [one[1] for one in NO_MESSAGES], ids=[o[0] for o in NO_MESSAGES])
async def test_what_is_no_text_message_does_not_arrive(tmp_path, sent):
    async with front(tmp_path) as (site, browser):
        answer = await browser.post(f"{site.origin}/phone/messages", **sent)
        assert answer.status == 400
        assert list(site.phones.arrived) == []


@pytest.mark.parametrize("wanted", ["mari/marriage", "nobody/address", "mari/..%2f", "kadri/"])
async def test_who_can_do_nothing_of_the_kind_has_no_door(tmp_path, wanted):
    async with front(tmp_path) as (site, browser):
        assert (await enter(site, browser, wanted)).status in (404, 405)


async def test_who_can_marry_is_led_to_marry_with_their_card(tmp_path):
    async with front(tmp_path) as (site, browser):
        answer = await enter(site, browser, "kadri/marriage")
        assert answer.status == 303
        portal = site.stage.origins["portal"]
        assert answer.headers["location"] == f"{portal}/services/marriage"
        assert answer.cookies["riik-card"].value == "kadri"
        assert (await enter(site, browser, "kadri/marriage", token="other")).status == 403
