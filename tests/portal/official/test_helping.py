"""A person is here: the official begins, the person shows their card, fills in and signs."""

import json
import re
from html import unescape

import pytest
from tests.portal.official.house import as_official, begin, show_card
from tests.portal.session.house import MARI
from tests.services.house import ANNELI, ANSWERS, CASE

pytestmark = pytest.mark.anyio

SERVICE = "driving-licence"
WITH = (303, "/desk/with")


def words(answer):
    """What a page says, without its tags."""
    body = answer.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def led_to(answer):
    return answer.status, answer.headers.get("location")


async def send(browser, path, **fields):
    """Send one of the forms."""
    return await browser.post(path, {**fields, "csrf": await browser.csrf()})


@pytest.fixture
async def desk(anneli):
    """The browser at the desk, in which Anneli began to help with a licence."""
    assert led_to(await begin(anneli)) == WITH
    return anneli


@pytest.fixture
async def mari(desk, login):
    """The same browser, with Mari's card in the reader."""
    await show_card(desk, login, MARI, "session-of-mari")
    return desk


async def start(browser):
    """Begin the case; answers its address."""
    page = (await browser.get(f"/services/{SERVICE}/start")).text
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    began = await send(browser, f"/services/{SERVICE}/start", once=once)
    assert began.status == 303, began.text
    return "/".join(began.headers["location"].split("/")[:3])


async def answer(browser, case):
    for page, fields in ANSWERS.items():
        last = await send(browser, f"{case}/answers/{page}", **fields)
    return last


async def sign(browser, case, step="", **content):
    headers = {"content-type": "application/json", "x-csrf": await browser.csrf()}
    return await browser.post(f"{case}/sign/{step}", json.dumps(content).encode(), **headers)


async def test_the_official_chooses_what_the_person_wants(anneli):
    assert "Renew a driving licence" in words(await anneli.get("/desk/help"))
    assert led_to(await begin(anneli)) == WITH


async def test_what_is_no_service_of_this_desk_is_said_beside_its_field(anneli):
    answer = await begin(anneli, service="fishing-card")
    assert (answer.status, "Choose an application" in words(answer)) == (422, True)
    answer = await begin(anneli, service=SERVICE, number="99")
    assert (answer.status, "No case of yours has this number." in words(answer)) == (422, True)


async def test_a_unit_that_fills_in_nothing_at_a_desk_has_no_such_place(anneli, house):
    assert 'href="/desk/help"' in (await anneli.get("/desk")).text
    house.change(channels=("web",))
    assert 'href="/desk/help"' not in (await anneli.get("/desk")).text
    page = await anneli.get("/desk/help")
    assert "Your unit has no application that is filled in at a desk." in words(page)
    assert '<form method="post" action="/desk/help"' not in page.text


async def test_first_the_card_reader_goes_over(desk, house):
    page = await desk.get("/desk/with")
    assert "Now the person's card" in words(page)
    assert "Anneli Põder sees what you see here." in words(page)
    assert "/sign-in?to=%2Fdesk%2Fwith&amp;fresh=yes" in page.text
    assert house.looks.kept == []


async def test_the_official_alone_gets_no_further(desk):
    for path in (f"/services/{SERVICE}/start", f"/cases/{CASE}/check", f"/cases/{CASE}/sign"):
        assert led_to(await desk.get(path)) == WITH
    assert led_to(await send(desk, f"/services/{SERVICE}/start", once="x")) == WITH


async def test_the_person_reads_who_helps_and_that_it_is_recorded(mari):
    page = await mari.get("/desk/with")
    assert "Anneli Põder helps you" in words(page)
    assert "sign with your own card" in words(page)
    assert f"/services/{SERVICE}/start" in page.text


async def test_from_the_question_to_the_bank_with_the_official_at_one_s_side(mari, house):
    case = await start(mari)
    assert "<small>Anneli Põder helps</small>" in (await mari.get(f"{case}/answers/reason")).text
    assert led_to(await answer(mari, case)) == (303, f"{case}/check")
    shown = re.search(r'name="shown" value="([^"]*)"', (await mari.get(f"{case}/sign")).text)[1]
    assert (await sign(mari, case, "prepare", certificate="AAAA", shown=shown)).status == 200
    signed = await sign(mari, case, "complete", value="AAAA")
    assert signed.json == {"location": f"{case}/pay"}
    assert "33.00" in (await mari.get(f"{case}/pay")).text
    bank = await send(mari, f"{case}/pay")
    assert bank.headers["location"].endswith(f"http://localhost:7104{case}/receipt?bank=back")
    assert {(look[1], look[2]) for look in house.looks.kept} == {("assistance", ANNELI)}


async def test_the_file_to_be_signed_can_be_had_before(mari):
    case = await start(mari)
    await answer(mari, case)
    paper = await mari.get(f"{case}/documents/application.json")
    assert (paper.status, "Mari" in paper.text) == (200, True)
    page = await mari.get(f"{case}/documents/application.json/read")
    assert (page.status, "Download the file (JSON)" in page.text) == (200, True)


async def test_sent_twice_it_is_one_case(mari):
    assert await start(mari) == await start(mari)
    assert "/continue" in (await mari.get("/desk/with")).text


async def test_a_case_from_home_goes_on_at_the_desk(anneli, login, house):
    await house.start()
    await begin(anneli, number="1")
    page = await show_card(anneli, login, MARI, "session-of-mari")
    onward = f"/cases/{CASE}/continue"
    assert onward in page.text
    assert led_to(await anneli.get(onward)) == (303, f"/cases/{CASE}/answers/reason")


async def test_another_s_case_is_not_there_though_the_official_named_it(anneli, login, house):
    await house.start()
    await begin(anneli, number="1")
    await show_card(anneli, login, "EE37003030002", "session-of-peter")
    assert (await anneli.get(f"/cases/{CASE}/continue")).status == 404
    assert house.looks.kept == []


async def test_a_case_that_the_errand_is_not_about_is_not_there(mari, house):
    await house.start()
    assert led_to(await mari.get(f"/cases/{CASE}/continue")) == WITH


async def test_in_another_browser_nobody_is_at_the_person_s_side(app, login, mari):
    case = await start(mari)
    login.sid = "another-session"
    other = await as_official(app, login, MARI)
    assert led_to(await other.get(f"{case}/continue")) == WITH
    assert (await other.get("/desk/with")).status == 404


async def test_the_official_s_word_is_over_after_a_while(mari, house):
    case = await start(mari)
    house.expired.add(f"{ANNELI}/{case.rpartition('/')[2]}")
    over = "/desk/with?over=yes"
    assert led_to(await mari.get(f"{case}/answers/reason")) == (303, over)
    assert (await sign(mari, case, "complete", value="AAAA")).json == {"location": over}
    assert "Your answers are kept" in words(await mari.get(over))


async def test_who_signed_out_is_helped_on_only_when_the_official_says_so(mari, login):
    case = await start(mari)
    await send(mari, "/sign-out")
    assert "Show both cards again" in words(await mari.get("/desk/with"))
    page = await show_card(mari, login, MARI, "later-session-of-mari")
    assert "Show both cards again" in words(page)
    assert led_to(await mari.get(f"{case}/continue")) == WITH


async def test_a_stranger_s_card_in_that_browser_opens_nothing(mari, login):
    case = await start(mari)
    page = await show_card(mari, login, "EE37003030002", "session-of-peter")
    assert (page.status, "Nobody is helped on this screen now" in words(page)) == (404, True)
    assert led_to(await mari.get(f"{case}/continue")) == WITH


async def test_whoever_takes_the_cookie_of_the_errand_gets_the_official_s_name_only(
    app, login, mari
):
    taken = {name: value for name, value in mari.cookies.items() if "errand" in name}
    other = await as_official(app, login, "EE37003030002")
    other.cookies |= taken
    page = await other.get("/desk/with")
    assert (page.status, "Maasikas" in page.text) == (404, False)
    assert led_to(await other.get(f"/services/{SERVICE}/start")) == WITH


async def test_both_show_their_cards_again_and_go_on(mari, login):
    case = await start(mari)
    await show_card(mari, login, ANNELI, "second-session-of-anneli")
    assert "You are helping with: Renew a driving licence" in words(await mari.get("/desk/help"))
    assert led_to(await send(mari, "/desk/help/again")) == WITH
    await show_card(mari, login, MARI, "second-session-of-mari")
    assert led_to(await mari.get(f"{case}/continue")) == (303, f"{case}/answers/reason")


async def test_the_person_is_no_official_and_comes_back_to_their_own_page(mari):
    for path in ("/desk", "/desk/help", "/desk/looks"):
        assert led_to(await mari.get(path)) == WITH


@pytest.mark.parametrize("path", ["/cases", "/services", "/looks", "/me", "/help", "/inbox"])
async def test_places_of_the_portal_lead_back(mari, path):
    assert led_to(await mari.get(path)) == WITH


async def test_what_was_handed_in_is_the_receipt_only(mari):
    case = await start(mari)
    assert led_to(await mari.get(case)) == (303, f"{case}/receipt")


async def test_nobody_in_a_browser_without_an_errand(app, login):
    browser = await as_official(app, login, MARI)
    answer = await browser.get("/desk/with")
    assert (answer.status, "Nobody is helped on this screen now" in words(answer)) == (404, True)
