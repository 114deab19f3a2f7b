"""The pages of a register's officials: find, read, change by signature, a second pair of eyes."""

import json
import re
from base64 import b64encode
from html import unescape

import pytest
from axe_playwright_python.async_playwright import Axe
from tests.portal.citizen.mine.house import served
from tests.portal.official.conftest import DOOR
from tests.portal.official.house import as_official
from tests.portal.official.test_sight import signed_in
from tests.portal.session.house import ORIGIN, Browser
from tests.portal.sight import SCREENS
from tests.registers.desk.house import EHA, FOUR_EYES, PEETER, SKIPPER, STRANGER, harbour

import riik.portal.official.records
from riik.core import person_code
from riik.node.fillers.records import RegisterRecords
from riik.portal.design.formats import Formats
from riik.portal.design.http import KeepsLanguage, design_routes, problem_pages
from riik.portal.design.pages import Pages
from riik.portal.official.records.http import RecordsRoom, records_routes
from riik.portal.official.records.shown import Telling
from riik.portal.session import KeptForms
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.profiles import country_profile
from riik.registers.desk.reading import picture_of
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge
from riik.testing.ports import ImmediateThread

pytestmark = pytest.mark.anyio

HERE = "/desk/records"
CASE = {"purpose": "register-keeping", "case": "7-1/12"}
ASKED = "purpose=register-keeping&case=7-1/12"

EE = country_profile("ee")


@pytest.fixture
def place(tmp_path):
    """The boats' register; its corrections want two officials."""
    (tmp_path / "registers").mkdir()
    built = harbour(tmp_path / "registers", **FOUR_EYES)
    yield built
    built.house.closed()


@pytest.fixture
def app(place, guests, ports, clock, tmp_path):
    site = Site(
        guests=guests,
        forms=KeptForms(**ports),
        origin=ORIGIN,
        node="transport",
        frame=Frame(profile=country_profile("ee"), names={"en": "Transport"}, leads_to=()),
        pages=DOOR,
        wait=0.0,
    )
    names = {"EE-DEMO/GOV/70001053": {"en": "Transport Administration"}}
    records = RegisterRecords(desk=place.desk, names=names, in_thread=ImmediateThread())
    room = RecordsRoom(site=site, records=records, card="http://localhost:7111")
    log = open_log(tmp_path / "node.log", clock=clock, node="transport")
    pages = problem_pages(country_profile("ee"), place={"en": "Transport"})
    rooms = [*door_routes(site), *records_routes(room), *design_routes()]
    return KeepsLanguage(edge(rooms, metrics=Metrics(), logger=log, pages=pages))


@pytest.fixture
async def eha(app, login):
    return await as_official(app, login, EHA)


def words(answer):
    body = answer.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def find(browser, **fields):
    form = {"register": "boats", "by": "number", "value": "AB 1", **CASE} | fields
    return await browser.post(f"{HERE}/find", form | {"csrf": await browser.csrf()})


async def test_who_is_not_signed_in_goes_to_login(app):
    answer = await Browser(app).get(HERE)
    assert answer.headers["location"] == "/sign-in?to=%2Fdesk%2Frecords"


async def test_a_record_is_found_and_read_with_its_history(eha, place):
    found = await find(eha)
    assert found.status == 303
    page = await eha.get(found.headers["location"])
    assert "not known" not in words(page)
    for text in (
        "Number AB 1",
        "Length nothing is entered",
        "State afloat",
        "Opened",
        "Transport Administration",
        "Ships Act",
    ):
        assert text in words(page)
    assert {one.acting for one in place.looks()} == {EHA}
    assert "AB" not in found.headers["location"]


async def test_a_case_that_is_kept_elsewhere_is_told_as_one(eha, place):
    found = await find(eha, case="K-12/2026", outside="yes")
    page = await eha.get(found.headers["location"])
    assert "case K-12/2026, kept elsewhere" in words(page)
    assert {one.case for one in place.looks()} == {"outside:K-12/2026"}


async def test_nothing_found_is_said_and_the_look_is_known(eha):
    page = await find(eha, by="person", value=STRANGER)
    assert "Nothing is held under this key." in words(page)


WRONG = [
    ({"case": " "}, "Write the number of the case"),
    ({"case": "X-1"}, "There is no such case here."),
    ({"case": "", "outside": "yes"}, "Write the number of the case"),
    ({"value": " "}, "Write all of it"),
    ({"by": "person", "value": "Mari"}, "Write the whole personal code"),
    ({"by": "state"}, "Choose by what to find"),
    ({"purpose": ""}, "Choose what for"),
    ({"purpose": "insurance"}, "Choose what for"),
]


@pytest.mark.parametrize(("fields", "told"), WRONG)
async def test_what_is_missing_is_told_beside_its_field_and_nobody_was_looked_at(
    eha, place, fields, told
):
    page = await find(eha, **fields)
    assert page.status == 422
    assert told in words(page)
    assert place.looks() == []


@pytest.mark.parametrize(
    ("person", "status", "told"),
    [
        (SKIPPER, 403, "a colleague does it"),
        (STRANGER, 403, "Another official answers"),
        (person_code("EE48001019903"), 403, "for officials of the register"),
    ],
    ids=["whose boat it is", "another register's", "nobody's official"],
)
async def test_who_may_not_look_reads_why(app, login, place, person, status, told):
    page = await find(await as_official(app, login, person))
    assert page.status == status
    assert told in words(page)
    assert place.looks() == []


ADDRESSES = [
    "in/boats/{record}",
    "in/boats/{record}?purpose=register-keeping",
    "in/boats/{record}?purpose=insurance&case=1",
    "in/boats/" + "f" * 32 + "?" + ASKED,
    "in/boats/..%2f..?" + ASKED,
    "in/ships/{record}?" + ASKED,
    "in/BOATS/{record}?" + ASKED,
    "in/boats/{record}/enter?" + ASKED,
    "in/boats/{record}/sink?" + ASKED,
    "orders/" + "x" * 30,
    "orders/x",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_address_that_somebody_made_up_opens_nothing(eha, place, address):
    page = await eha.get(f"{HERE}/{address.format(record=place.record)}")
    assert page.status in (403, 404)
    assert place.looks() == []


async def send(browser, path, sent, *, csrf=None):
    """POST JSON as the card's script does it."""
    token = await browser.csrf() if csrf is None else csrf
    return await browser.send(
        "POST", path, json.dumps(sent).encode(), origin=ORIGIN, sec_fetch_site="same-origin",
        content_type="application/json", x_csrf=token)  # fmt: skip


async def sign(browser, step, person, value=b"ok", **fields):
    """Prepare, and complete what could be prepared."""
    sent = {**fields, "certificate": b64encode(person.encode()).decode()}
    laid = await send(browser, f"{HERE}/sign/{step}", sent)
    if laid.status != 200:
        return laid
    done = {"ticket": fields["ticket"], "value": b64encode(value).decode()}
    return await send(browser, f"{HERE}/sign/complete", done)


def change(place, **others):
    return {"register": "boats", **CASE, "record": place.record, "offer": "correction",
            "value.state": "sunk", "value.length": "", "reason": "Found on the slip", "from": "always",
            "correction": "", "ticket": "t" * 30} | others  # fmt: skip


async def test_two_officials_change_a_record_one_after_the_other(app, login, eha, place):
    done = await sign(eha, "prepare", EHA, **change(place))
    assert json.loads(done.text)["location"] == f"{HERE}?told=proposed"
    waiting = await eha.get(HERE)
    assert "Correction Boats Eha Lill (you)" in words(waiting)
    peeter = await as_official(app, login, PEETER)
    page = await peeter.get(f"{HERE}/orders/{'t' * 30}")
    assert "State afloat sunk" in words(page)
    done = await sign(peeter, "agree", PEETER, ticket="t" * 30)
    record = await peeter.get(json.loads(done.text)["location"])
    assert "The record is changed." in words(record)
    assert "Eha Lill, Peeter Kask" in words(record)
    assert "Found on the slip" in words(record)


REFUSED = [
    ({"reason": ""}, "registers.request-refused", "reason"),
    ({"value.state": "afloat"}, "registers.request-refused", "nothing"),
    ({"value.length": "x"}, "registers.request-refused", "value"),
    ({"value.length": "0"}, "registers.record-refused", "schema"),
    ({"from": "day", "since": "tomorrow"}, "registers.request-refused", "since"),
    ({"from": "day", "since": "31.02.2026"}, "registers.request-refused", "since"),
    ({"from": "day", "since": " "}, "registers.request-refused", "since"),
    ({"from": "day", "since": "01.01.2019"}, "registers.request-refused", "since"),
    ({"from": ""}, "registers.request-refused", "when"),
    ({"from": "whenever"}, "registers.request-refused", "when"),
    ({"case": ""}, "registers.request-refused", "case"),
    ({"ticket": "t"}, "registers.request-refused", "ticket"),
    ({"offer": "enter"}, "registers.official-refused", "offer"),
    ({"record": ["x"]}, "session.form-refused", "record"),
]


@pytest.mark.parametrize(("fields", "code", "why"), REFUSED)
async def test_what_can_not_be_signed_is_told_to_the_script(eha, place, fields, code, why):
    refused = await sign(eha, "prepare", EHA, **change(place, **fields))
    problem = json.loads(refused.text)
    assert (problem["type"].rpartition(":")[2], problem["why"]) == (code, why)
    assert place.state() == "afloat"


async def test_a_script_without_the_pages_token_signs_nothing(eha, place):
    sent = change(place) | {"certificate": b64encode(EHA.encode()).decode()}
    refused = await send(eha, f"{HERE}/sign/prepare", sent, csrf="")
    assert refused.status == 403


async def test_a_proposal_is_refused_with_reasons_and_not_without(app, login, eha, place):
    await sign(eha, "prepare", EHA, **change(place))
    peeter, order = await as_official(app, login, PEETER), f"{HERE}/orders/{'t' * 30}"
    csrf = await peeter.csrf()
    page = await peeter.post(order, {"csrf": csrf, "reason": " "})
    assert (page.status, "Say why" in words(page)) == (422, True)
    gone = await peeter.post(order, {"csrf": csrf, "reason": "Not so"})
    assert gone.headers["location"] == f"{HERE}?told=refused"
    assert place.state() == "afloat"


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
async def test_the_pages_are_for_everyone(
    app,
    login,
    eha,
    place,
    chromium,
    tmp_path,
    language,
    scheme,
    width,
):
    await sign(eha, "prepare", EHA, **change(place))
    peeter = await as_official(app, login, PEETER)
    record = f"{HERE}/in/boats/{place.record}"
    paths = (HERE, f"{record}?{ASKED}", f"{record}/correction?{ASKED}", f"{HERE}/orders/{'t' * 30}")
    async with served(app) as address:
        size = {"width": width, "height": 700}
        page = await signed_in(
            peeter, chromium, address, language=language, viewport=size, color_scheme=scheme
        )
        for number, path in enumerate(paths):
            shown = await page.goto(f"{address}{path}")
            assert shown.ok, path
            await page.screenshot(
                path=tmp_path / f"{number}-{language}-{width}.png", full_page=True
            )
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path
            signs = path.startswith((f"{record}/", f"{HERE}/orders"))
            shown = await page.locator("button[data-with=card]").filter(visible=True).count()
            assert shown == (1 if signs else 0), path


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"kind": "list", "value": "B, C", "coded": [{"en": "car"}, {"en": "C"}]}, "B (car), C"),
        ({"kind": "list", "value": "a, b", "coded": [{"en": "one, with a comma"}]}, "a, b"),
        ({"kind": "list", "value": "", "coded": []}, ""),
        ({"kind": "day", "value": "2026-02-31"}, "2026-02-31"),
    ],
)
def test_codes_are_shown_with_their_words_and_nothing_is_made_up(row, shown):
    told = Telling(Pages(riik.portal.official.records).texts["en"], Formats(EE, "en"))
    assert told.value(row) == shown


def test_a_picture_of_the_register_is_shown_and_its_history_names_it():
    picture = "data:image/png;base64,AAAA"
    assert [picture_of(one) for one in (picture, "data:text/html,x", None, "x")] == [picture] + [
        ""
    ] * 3
    told = Telling(Pages(riik.portal.official.records).texts["en"], Formats(EE, "en"))
    changes = [
        {"names": {"en": "Photo"}, "image": True, "kind": "none", "value": "", "called": {}},
        {
            "names": {"en": "Until"},
            "image": False,
            "kind": "day",
            "value": "2026-11-30",
            "called": {},
        },
        {
            "names": {"en": "Note"},
            "image": False,
            "kind": "text",
            "value": "",
            "called": {"en": ""},
        },
    ]
    change = {"officials": [], "actor_names": {"en": "Boats"}, "changes": changes, "kind": "change",
              "from": "2026-11-30", "at": "2026-11-30T09:00:00Z", "ground": {"en": "Act"},
              "reason": ""}  # fmt: skip
    [knot] = told.history([change])
    assert (
        "Photo: a picture; Until: 30\N{NO-BREAK SPACE}Nov 2026; Note: taken away" in knot["detail"]
    )
