"""The pages of a register's owner: who may see what waits, open it and answer it, over HTTP."""

import re
from html import unescape

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import served
from tests.portal.official.conftest import DOOR
from tests.portal.official.house import as_official
from tests.portal.official.test_sight import signed_in
from tests.portal.session.house import ORIGIN, Browser
from tests.portal.sight import SCREENS
from tests.registers.house import INTERIOR, PORTAL, House, look, person
from tests.registers.house import MARI as MARI_TAMM
from tests.registers.test_corrections import APPEAL, TEXTS

from riik.core import person_code
from riik.node.fillers.owner import RegisterOwner
from riik.portal.design.http import KeepsLanguage, design_routes, problem_pages
from riik.portal.official.corrections.http import OwnerRoom, owner_routes
from riik.portal.session import KeptForms
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.profiles import country_profile
from riik.registers import Caller
from riik.registers.corrections.component import Correction, Corrections
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.corrections.store import SqlCorrectionStore
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge
from riik.testing.ports import ImmediateThread

pytestmark = pytest.mark.anyio

EHA, PETER = map(person_code, ("EE49310159899", "EE37003030002"))
HERE = "/desk/corrections"
ONE = f"{HERE}/population/2026-000001"
RIGHT = {"value-system": "ads", "value-code": "79", "value-text": "Tartu", "from": "always"}
DAY = {"from": "day"}


@pytest.fixture
def registers(tmp_path):
    """The population register with Mari Tamm in it."""
    (tmp_path / "registers").mkdir()
    built = House(tmp_path / "registers")
    built.fill(person(residence={"system": "ads", "code": "1", "text": "Tallinn"}))
    yield built
    built.closed()


@pytest.fixture
def owner(registers):
    """Its owner's desk: Eha answers, and Mari Tamm works there too."""
    corrections = Corrections(
        store=SqlCorrectionStore(),
        registers=registers.registers,
        database=registers.database,
        vault=registers.vault,
        outbox=registers.outbox,
        clock=registers.clock,
        days=30,
        texts=TEXTS,
        appeal=APPEAL,
    )
    officials = [
        Official(person=EHA, name="Eha Lill"),
        Official(person=MARI_TAMM, name="Mari Tamm"),
    ]
    return OwnersDesk(
        corrections=corrections, officials={one.person: one for one in officials}, country="ee"
    )


def say(owner, field="residence", should_be="Tartu <b>", number=1):
    """Mari says that her record is wrong."""
    caller = Caller(
        client=PORTAL,
        purpose="correction",
        legal_basis="GDPR",
        user=MARI_TAMM,
        authority=f"{MARI_TAMM} - {PORTAL.member} C1",
        issue="C1",
        message_id=f"m{number}",
    )
    said = Correction(register="population", field=field, says="Tallinn", should_be=should_be)
    return owner.corrections.receive(said, caller=caller, subject=MARI_TAMM)


@pytest.fixture
def app(owner, guests, ports, clock, tmp_path):
    """The site of a node that has registers and no services."""
    site = Site(
        guests=guests,
        forms=KeptForms(**ports),
        origin=ORIGIN,
        node="interior",
        frame=Frame(profile=country_profile("ee"), names={"en": "Interior"}, leads_to=()),
        pages=DOOR,
        wait=0.0,
    )
    room = OwnerRoom(
        site=site, owner=RegisterOwner(desk=owner, in_thread=ImmediateThread()), clock=clock
    )
    log = open_log(tmp_path / "node.log", clock=clock, node="interior")
    pages = problem_pages(country_profile("ee"), place={"en": "Interior"})
    rooms = [*door_routes(site), *owner_routes(room), *design_routes()]
    return KeepsLanguage(edge(rooms, metrics=Metrics(), logger=log, pages=pages))


@pytest.fixture
async def eha(app, login):
    """An official of the register at her browser."""
    return await as_official(app, login, EHA)


def words(answer):
    body = answer.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def send(browser, path=ONE, **fields):
    page = await browser.get(path)
    once = re.search(r'name="once" value="([^"]*)"', page.text)
    given = {"once": once[1] if once else "t" * 43, "csrf": await browser.csrf()} | fields
    return await browser.post(path, given)


def residence(registers):
    [record] = registers.registers.read(look()).records
    return record["residence"]["text"]


def looks(registers):
    return registers.transparency.who_looked(registers.vault.find(MARI_TAMM)).total


async def test_the_site_leads_here_and_to_the_login(app, login):
    for path in ("/", "/desk"):
        assert (await Browser(app).get(path)).headers["location"] == HERE
    answer = await Browser(app).get(HERE)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?to=%2Fdesk%2Fcorrections")


async def test_what_waits_stands_there_without_a_person(eha, owner, registers):
    say(owner)
    page = await eha.get(HERE)
    assert "2026-000001 Population register Residence 23 Nov 2026 23 Dec 2026" in words(page)
    assert MARI_TAMM not in page.text
    assert looks(registers) == 0


async def test_nothing_waits(eha):
    assert "Nobody waits for an answer." in words(await eha.get(HERE))


async def test_opening_one_shows_both_and_is_a_look(eha, owner, registers):
    say(owner)
    page = await eha.get(ONE)
    assert "Tartu <b>" in words(page)
    assert "<b>" not in page.text.partition("Should stand there")[2].partition("</dl>")[0]
    assert "Now it says: Tallinn" in words(page)
    assert looks(registers) == 1


async def test_a_correction_changes_the_record_and_leads_back(eha, owner, registers):
    say(owner)
    answer = await send(eha, act="correct", **RIGHT)
    assert (answer.status, answer.headers["location"][: len(HERE)]) == (303, HERE)
    assert residence(registers) == "Tartu"
    assert "The record is set right." in words(await eha.get(answer.headers["location"]))


async def test_a_refusal_leads_back_and_changes_nothing(eha, owner, registers):
    say(owner)
    answer = await send(eha, act="refuse", reason="The house was pulled down.")
    assert residence(registers) == "Tallinn"
    assert "The record stays as it is." in words(await eha.get(answer.headers["location"]))


@pytest.mark.parametrize("query", ["told=corrected", "told=refused", "done=corrected", "done="])
async def test_a_link_confirms_no_correction_that_nobody_made(eha, query):
    assert 'role="status"' not in (await eha.get(f"{HERE}?{query}")).text.partition("<main")[2]


async def test_a_form_that_was_sent_twice_is_one_answer(eha, owner, registers):
    say(owner)
    page = await eha.get(ONE)
    fields = {
        "once": re.search(r'name="once" value="([^"]*)"', page.text)[1],
        "csrf": await eha.csrf(),
        "act": "refuse",
        "reason": "No.",
    }
    assert [(await eha.post(ONE, fields)).status for _ in range(2)] == [303, 303]


async def test_what_was_answered_is_not_answered_again(eha, owner):
    say(owner)
    await send(eha, act="refuse", reason="No.")
    for answer in (await eha.get(ONE), await send(eha, act="correct", **RIGHT)):
        assert answer.status == 409
        assert "Somebody has answered this already." in words(answer)


BAD = [
    ({"act": "refuse"}, "reason-error", "Say why"),
    ({"act": "refuse", "reason": "x" * 2_001}, "reason-error", "at most 2000"),
    ({"act": "correct", "from": "always"}, "value-error", "Write what should stand there"),
    ({"act": "correct", **RIGHT, "value-code": "x" * 41}, "value-error", "The register can't hold"),
    ({"act": "correct", **RIGHT, "from": ""}, "from-error", "Choose from when it is so"),
    ({"act": "correct", **RIGHT, "from": "x"}, "from-error", "Choose from when it is so"),
    ({"act": "correct", **RIGHT, **DAY, "since": ""}, "since-error", "Write it like 30.11.2026"),
    ({"act": "correct", **RIGHT, **DAY, "since": "31.02.2026"}, "since-error", "no day of the"),
    ({"act": "correct", **RIGHT, **DAY, "since": "1.1.1900"}, "since-error", "begins later"),
    ({"act": "correct", **RIGHT, "note": "x" * 2_001}, "note-error", "at most 2000"),
    ({}, "reason-error", "Say why"),
]


@pytest.mark.parametrize(("fields", "place", "sentence"), BAD)
async def test_what_is_no_answer_is_shown_again(eha, owner, registers, fields, place, sentence):
    say(owner)
    answer = await send(eha, **fields)
    assert answer.status == 422
    assert sentence in words(answer)
    assert f'id="{place}"' in answer.text
    assert residence(registers) == "Tallinn"
    assert len(owner.waiting(EHA)) == 1


async def test_who_is_no_official_reads_so_and_opens_nothing(app, login, owner, registers):
    say(owner)
    peter = await as_official(app, login, PETER)
    for path in (HERE, ONE):
        answer = await peter.get(path)
        assert answer.status == 403
        assert "This desk is for officials of the register" in words(answer)
    assert (await send(peter, act="correct", **RIGHT)).status == 403
    assert (looks(registers), residence(registers)) == (0, "Tallinn")


async def test_nobody_answers_in_their_own_matter(app, login, owner, registers):
    say(owner)
    mari = await as_official(app, login, MARI_TAMM)
    for answer in (await mari.get(ONE), await send(mari, act="correct", **RIGHT)):
        assert answer.status == 403
        assert "somebody else answers" in words(answer)
    assert (looks(registers), residence(registers)) == (0, "Tallinn")


async def test_a_sign_in_of_a_weaker_kind_opens_nothing(app, login, owner, registers):
    say(owner)
    login.claims["acr"] = "substantial"
    eha = await as_official(app, login, EHA)
    answer = await eha.get(ONE)
    assert (answer.status, looks(registers)) == (403, 0)


@pytest.mark.parametrize(
    "path", ["population/2026-000009", "land/2026-000001", "Population/1", "x/y"]
)
async def test_a_request_that_is_none_has_no_page(eha, path):
    assert (await eha.get(f"{HERE}/{path}")).status in (404, 409)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}])
async def test_another_site_s_form_answers_nothing(eha, owner, registers, headers):
    say(owner)
    fields = {"act": "correct", "csrf": await eha.csrf(), "once": "t" * 43, **RIGHT}
    assert (await eha.post(ONE, fields, **headers)).status == 403
    assert residence(registers) == "Tallinn"


async def test_a_form_without_the_token_answers_nothing(eha, owner, registers):
    say(owner)
    answer = await eha.post(ONE, {"act": "correct", "once": "t" * 43, **RIGHT})
    assert answer.status in (200, 303, 403)
    assert residence(registers) == "Tallinn"


async def test_what_is_not_corrected_by_hand_can_still_be_refused(eha, owner, registers):
    say(owner, field="parents", should_be="somebody else")
    page = words(await eha.get(ONE))
    assert "This is not corrected by hand" in page
    assert (await send(eha, act="refuse", reason="Ask a court.")).status == 303


@pytest.mark.parametrize("language", ["et", "vi"])
async def test_every_sentence_is_there_in_every_language(eha, owner, language):
    say(owner)
    for path in (HERE, ONE):
        assert "{" not in words(await eha.get(f"{path}?lang={language}"))


def test_the_owner_of_these_tests_is_the_interior(owner):
    assert str(owner.registers.holdings["population"].provider) == str(INTERIOR)


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_the_pages_are_for_everyone(
    eha,
    owner,
    app,
    chromium,
    language,
    scheme,
    width,
):
    say(owner)
    say(owner, field="parents", number=2)
    async with served(app) as address:
        size = {"width": width, "height": 700}
        page = await signed_in(
            eha, chromium, address, language=language, viewport=size, color_scheme=scheme
        )
        for path in (HERE, ONE, ONE.replace("01", "02"), f"{HERE}/population/2026-000009"):
            await page.goto(f"{address}{path}")
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path
