"""Applying: one question a page, nothing lost, nothing done twice, nobody else's case."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

import pytest

from riik.payments import Notification
from riik.services.applicant.model import ApplicantRule

pytestmark = pytest.mark.anyio

START = "/services/driving-licence/start"
ANSWERS = {
    "reason": {"reason": "expiring"},
    "photo": {"photo": "identity-document"},
    "speed": {"speed": "standard"},
    "delivery": {"delivery": "post"},
}
HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class Applicant:
    """A person with a browser, as far as a page's forms let them go."""

    def __init__(self, town, browser):
        self.town, self.browser, self.case = town, browser, ""

    async def get(self, path):
        return await self.browser.get(path)

    async def post(self, path, fields, **headers):
        sent = {"csrf": await self.browser.csrf(), **fields}
        return await self.browser.post(path, sent, **headers)

    async def json(self, path, content):
        body = json.dumps(content).encode()
        return await self.browser.send(
            "POST",
            path,
            body,
            origin=self.browser.origin,
            sec_fetch_site="same-origin",
            content_type="application/json",
            x_csrf=await self.browser.csrf(),
        )

    async def ticket(self, path="/services/driving-licence"):
        return re.search(r'name="once" value="([^"]+)"', (await self.get(path)).text)[1]

    async def begin(self, **fields):
        began = await self.post(START, {"once": await self.ticket(), **fields})
        self.case = "/".join(began.headers.get("location", "").split("/")[:3])
        return began

    async def answer(self, upto=""):
        for page, fields in ANSWERS.items():
            if page == upto:
                break
            last = await self.post(f"{self.case}/answers/{page}", fields)
        return last

    async def sign(self):
        page = (await self.get(f"{self.case}/sign")).text
        shown = re.search(r'name="shown" value="([^"]*)"', page)[1]
        prepare = {"certificate": "AAAA", "shown": shown}
        laid_out = await self.json(f"{self.case}/sign/prepare", prepare)
        assert laid_out.status == 200, laid_out.text
        return await self.json(f"{self.case}/sign/complete", {"value": "AAAA"})


@pytest.fixture
async def mari(town):
    """Mari, signed in."""
    return Applicant(town, await town.visitor())


@pytest.fixture
async def begun(mari):
    """Mari with a case that was just begun."""
    await mari.begin()
    return mari


def led_to(answer):
    return answer.status, answer.headers.get("location")


# The whole way ----------------------------------------------------------------------------


async def test_the_whole_way_from_start_to_the_bank(mari):
    began = await mari.begin()
    assert led_to(began) == (303, f"{mari.case}/answers/reason")
    assert led_to(await mari.answer()) == (303, f"{mari.case}/check")
    check = (await mari.get(f"{mari.case}/check")).text
    assert "The photo of my identity document" in check
    signed = await mari.sign()
    assert signed.json == {"location": f"{mari.case}/pay"}
    page = await mari.get(f"{mari.case}/pay")
    assert "23.00\N{NO-BREAK SPACE}€" in page.text
    status, bank = led_to(await mari.post(f"{mari.case}/pay", {}))
    assert (status, bank.partition("?")[0]) == (303, "http://bank/pay/1")
    assert bank.endswith(f"http://localhost:7104{mari.case}/receipt?bank=back")


async def test_a_page_shows_what_is_known_with_source_day_and_the_way_to_say_it_is_wrong(begun):
    page = (await begun.get(f"{begun.case}/answers/reason")).text
    assert "Mari Maasikas" in page
    known = page.split("Population register</h3>")[1].split("</section>")[0]
    assert "Mari Maasikas" in known
    assert "23\N{NO-BREAK SPACE}Nov 2026" in known
    assert "/me/wrong?register=EE-DEMO%2FGOV%2F70001053%2F" in page
    assert "This is wrong" in page


async def test_the_way_is_told_in_words(begun):
    page = (await begun.get(f"{begun.case}/answers/photo")).text
    assert "Renew a driving licence · step 2 of 6" in page


async def test_a_choice_shows_what_the_state_knows_of_it(begun):
    page = (await begun.get(f"{begun.case}/answers/delivery")).text
    assert "Tallinn" in page.split("By post to my registered address")[1][:200]


# Errors keep what was given ---------------------------------------------------------------


async def test_a_page_without_an_answer_says_what_is_missing_first(begun):
    page = await begun.post(f"{begun.case}/answers/reason", {})
    assert page.status == 422
    assert "<title>Error: Why do you need a new licence?" in page.text
    assert page.text.index('id="errors"') < page.text.index("<h1>")
    assert '<a href="#reason">Choose why you need a new licence</a>' in page.text


@pytest.mark.parametrize("value", ["other", "", HOSTILE, "expiring\0", "EXPIRING"])
async def test_an_answer_that_was_not_offered_is_none(begun, value):
    page = await begun.post(f"{begun.case}/answers/reason", {"reason": value})
    assert page.status in (400, 422)
    assert "<script>alert" not in page.text
    assert begun.town.desk.portal.sent == []


async def test_a_field_that_no_question_has_makes_the_form_nobody_s(begun):
    fields = {"reason": "expiring", "state": "granted"}
    assert (await begun.post(f"{begun.case}/answers/reason", fields)).status == 400
    assert begun.town.desk.portal.sent == []


async def test_what_the_provider_does_not_take_stands_beside_its_question(begun):
    page = await begun.post(f"{begun.case}/answers/proof", {"proof": "true"})
    assert led_to(page) == (303, f"{begun.case}/answers/reason?moved=yes")


async def test_what_was_answered_stands_there_again(begun):
    await begun.answer(upto="speed")
    page = (await begun.get(f"{begun.case}/answers/photo")).text
    assert re.search(r'value="identity-document" checked', page)


# Steps in another order, twice, in two tabs -------------------------------------------------


@pytest.mark.parametrize("page", ["answers/nothing", "check", "sign", "pay", "receipt"])
async def test_who_is_too_early_is_led_to_where_the_case_is(begun, page):
    status, location = led_to(await begun.get(f"{begun.case}/{page}"))
    assert (status, location.partition("?")[0]) == (303, f"{begun.case}/answers/reason")


@pytest.mark.parametrize("page", ["answers/reason", "check", "sign"])
async def test_who_is_too_late_is_led_to_where_the_case_is(begun, page):
    await begun.answer()
    await begun.sign()
    status, location = led_to(await begun.get(f"{begun.case}/{page}"))
    assert (status, location) == (303, f"{begun.case}/pay?moved=yes")
    assert "The case is here now." in (await begun.get(location)).text


async def test_an_answer_of_another_tab_comes_too_late_and_says_so(begun):
    await begun.answer()
    await begun.sign()
    late = await begun.post(f"{begun.case}/answers/reason", {"reason": "lost"})
    assert led_to(late) == (303, f"{begun.case}/pay?moved=yes")


async def test_answers_can_be_changed_from_the_last_look(begun):
    await begun.answer()
    changed = await begun.post(f"{begun.case}/answers/speed", {"speed": "express"})
    assert led_to(changed) == (303, f"{begun.case}/check")
    assert "50.00\N{NO-BREAK SPACE}€" in (await begun.get(f"{begun.case}/check")).text


async def test_a_form_sent_twice_begins_one_case(mari):
    once = await mari.ticket()
    first, second = [await mari.post(START, {"once": once}) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert mari.town.desk.portal.opened == 1


async def test_who_has_many_unfinished_applications_is_led_to_one_of_them(mari, desk):
    for _ in range(10):
        await mari.begin()
    one = {"case": "c" * 16, "service": "driving-licence", "state": "draft"}
    rows = [one | {"opened": "2026-11-23T09:00:00Z"}] * 10
    desk.told["mine"] = {"cases": rows, "silent": []}
    again = await mari.begin()
    assert again.status == 429
    assert "You have 10 unfinished applications of this." in again.text
    assert f'href="/cases/{"c" * 16}/continue"' in again.text


async def test_a_signature_sent_twice_goes_on_to_the_same_page(begun):
    await begun.answer()
    await begun.sign()
    again = await begun.json(f"{begun.case}/sign/complete", {"value": "AAAA"})
    assert again.json == {"location": f"{begun.case}/pay"}


async def test_back_to_the_first_question_changes_it(begun):
    await begun.answer(upto="photo")
    again = await begun.post(f"{begun.case}/answers/reason", {"reason": "lost"})
    assert led_to(again) == (303, f"{begun.case}/answers/photo")


# What will be refused -----------------------------------------------------------------------


async def test_a_refusal_already_known_is_told_with_its_law_before_the_fee(mari, world):
    world.known = {**world.known, "image": {"photo": "data:,", "photo_date": "2015-01-01"}}
    await mari.begin()
    await mari.answer()
    page = (await mari.get(f"{mari.case}/check")).text
    told = page.split("As it stands, the decision will be no.")[1].split('id="said"')[0]
    assert "more than five years old" in told
    assert "Law: " in told
    assert "a decision that you can appeal" in told
    assert "not paid back" in told
    assert "Go on all the same" in page
    assert (await mari.sign()).json == {"location": f"{mari.case}/pay"}


async def test_nothing_is_foretold_where_nothing_stands_against_it(begun):
    await begun.answer()
    page = (await begun.get(f"{begun.case}/check")).text
    assert "the decision will be no" not in page
    assert "Continue to the signature" in page


async def test_a_line_that_was_said_to_be_wrong_is_marked_on_the_last_look(begun, house):
    await begun.answer()
    page = (await begun.get(f"{begun.case}/check")).text
    assert f"case={begun.case.rpartition('/')[2]}" in page
    house.case = begun.case.rpartition("/")[2]
    register = next(one for one in (await house.status())["facts"] if "residence" in one["fields"])
    said = {"register": register["register"], "field": "residence", "number": "2026-000003"}
    await house.step("dispute", said)
    assert (
        "You said that this is wrong: 2026-000003" in (await begun.get(f"{begun.case}/check")).text
    )


# An official asks ---------------------------------------------------------------------------


@pytest.fixture
async def asked(mari, house, world):
    """Mari's application went to an official, who asks for another photo."""
    world.silent = {"driver-certificate"}
    await mari.begin()
    await mari.answer()
    await mari.sign()
    house.case = mari.case.rpartition("/")[2]
    house.settle((await house.status())["fee"]["reference"])
    await house.worker.rest()
    await house.desk.ask(house.clerk(), house.case, pages=["photo"], message="Too dark, sorry.")
    await house.worker.rest()
    return mari


async def test_an_official_is_answered_signed_and_the_case_goes_back(asked, house):
    question = f"{asked.case}/answers/photo"
    assert led_to(await asked.get(f"{asked.case}/continue")) == (303, question)
    page = await asked.get(question)
    assert (page.status, "Too dark, sorry." in page.text) == (200, True)
    assert led_to(await asked.post(question, {"photo": "licence"})) == (303, f"{asked.case}/check")
    check = (await asked.get(f"{asked.case}/check")).text
    assert "The photo of my present licence" in check
    assert "23.00" not in check
    assert (await asked.sign()).json == {"location": f"{asked.case}/receipt"}
    assert (await asked.get(f"{asked.case}/receipt")).status == 200
    status = await house.status()
    assert (status["state"], status["answers"]["photo"]) == ("with-official", "licence")


async def test_the_answer_to_an_official_is_signed_without_a_second_fee(asked):
    await asked.post(f"{asked.case}/answers/photo", {"photo": "licence"})
    page = (await asked.get(f"{asked.case}/sign?lang=vi")).text
    assert re.search(r'name="shown" value="[0-9a-f]{64}"', page)
    assert "23,00" not in page
    file = await asked.get(f"{asked.case}/sign?lang=en")
    assert "You pay nothing again." in file.text
    assert file.text.count("Sign the changed application") == 2
    assert "in the next step, at your own bank" not in file.text


@pytest.mark.parametrize("page", ["answers/speed", "answers/nothing", "check", "sign"])
async def test_what_the_official_did_not_ask_leads_to_what_they_asked(asked, page):
    moved = await asked.get(f"{asked.case}/{page}")
    assert led_to(moved) == (303, f"{asked.case}/answers/photo?moved=yes")
    assert (await asked.get(moved.headers["location"])).status == 200


async def test_an_answer_changed_after_it_was_shown_is_not_signed(asked):
    await asked.post(f"{asked.case}/answers/photo", {"photo": "licence"})
    page = (await asked.get(f"{asked.case}/sign")).text
    shown = re.search(r'name="shown" value="([^"]*)"', page)[1]
    await asked.post(f"{asked.case}/answers/photo", {"photo": "identity-document"})
    prepare = {"certificate": "AAAA", "shown": shown}
    refused = await asked.json(f"{asked.case}/sign/prepare", prepare)
    assert (refused.status, refused.json["why"]) == (409, "shown")


# Exactly what is signed -------------------------------------------------------------------


async def test_the_page_names_the_very_file_that_is_signed(begun, house):
    await begun.answer()
    page = (await begun.get(f"{begun.case}/sign")).text
    case = begun.case.rpartition("/")[2]
    desk, visitor = begun.town.desk.portal, begun.town.desk.portal.begun[case]
    view = await desk.status(_visitor(visitor), case, language="en")
    file = view["statement"]["file"]
    content = await desk.document(_visitor(visitor), case, file["name"], language="en")
    assert sha256(content).hexdigest() == file["sha256"]
    assert len(content) == file["size"]
    assert f'name="shown" value="{file["sha256"]}"' in page
    assert json.loads(content)["statement"] in page


async def test_what_is_no_longer_what_the_page_showed_is_not_signed(begun):
    await begun.answer()
    page = (await begun.get(f"{begun.case}/sign")).text
    shown = re.search(r'name="shown" value="([^"]*)"', page)[1]
    await begun.post(f"{begun.case}/answers/speed", {"speed": "express"})
    prepare = {"certificate": "AAAA", "shown": shown}
    refused = await begun.json(f"{begun.case}/sign/prepare", prepare)
    assert (refused.status, refused.json["why"]) == (409, "shown")
    assert "digest" not in refused.json


async def test_the_file_is_in_the_language_of_the_page(begun):
    await begun.answer()
    english = (await begun.get(f"{begun.case}/sign")).text
    estonian = (await begun.get(f"{begun.case}/sign?lang=et")).text
    digests = {re.search(r'name="shown" value="([^"]*)"', one)[1] for one in (english, estonian)}
    assert len(digests) == 2
    assert "Palun" in estonian or "Soovin" in estonian or "Taotlen" in estonian


@pytest.mark.parametrize(
    "content",
    [{}, {"certificate": 5}, {"certificate": "!"}, {"certificate": "A" * 20_000}, {"shown": []}],
)
async def test_nothing_is_prepared_without_a_certificate(begun, content):
    await begun.answer()
    assert (await begun.json(f"{begun.case}/sign/prepare", content)).status >= 400


# Later, elsewhere, signed out ----------------------------------------------------------------


async def test_save_and_finish_later_keeps_the_answer(begun):
    saved = await begun.post(f"{begun.case}/answers/reason", {"reason": "lost", "later": "yes"})
    assert led_to(saved) == (303, "/cases")
    assert led_to(await begun.get(f"{begun.case}/continue")) == (303, f"{begun.case}/answers/photo")


async def test_later_without_an_answer_is_no_error(begun):
    later = await begun.post(f"{begun.case}/answers/reason", {"later": "yes"})
    assert led_to(later) == (303, "/cases")


async def test_answers_of_a_session_that_ended_are_kept_and_shown_again(begun, clock):
    csrf = await begun.browser.csrf()
    clock.advance(minutes=31)
    path = f"{begun.case}/answers/reason"
    sent = await begun.browser.post(path, {"csrf": csrf, "reason": "lost"})
    assert sent.headers["location"].startswith("/sign-in?to=")
    back = await begun.browser.sign_in(begun.town.login, to=path)
    page = (await begun.get(back.headers["location"])).text
    assert "Your answer was kept." in page
    assert re.search(r'value="lost" checked', page)


# Others, strangers, forgers --------------------------------------------------------------------


@pytest.mark.parametrize("page", ["continue", "answers/reason", "check", "sign", "pay", "receipt"])
async def test_another_s_case_and_no_case_are_the_same_page(begun, town, page):
    town.login.person = "EE38001085718"
    town.login.sid = "of-jaan"
    jaan = Applicant(town, await town.visitor())
    theirs = await jaan.get(f"{begun.case}/{page}")
    none = await jaan.get(f"/cases/case-of-nobody-at-all/{page}")
    assert (theirs.status, none.status) == (404, 404)
    assert "You have no such case." in theirs.text
    assert "Renew a driving licence" not in theirs.text


@pytest.mark.parametrize("case", ["..%2f..", "%00", "a" * 300, "%3Cscript%3E", "%E2%80%AE"])
async def test_an_id_that_is_none_is_not_there(mari, case):
    assert (await mari.get(f"/cases/{case}/continue")).status == 404


async def test_nobody_begins_for_whom_they_do_not_represent(mari):
    refused = await mari.begin(**{"for": "EE38001085718"})
    assert refused.status == 404
    assert mari.town.desk.portal.opened == 0


CHILD = {"person": "EE61506160013", "name": "Ann Maasikas", "role": "parent"}


def opened_to_parents(town):
    """The renewal of a licence, as if parents might ask for it."""
    guides, definitions = town.desk.catalogue.definitions, town.desk.portal.services.files
    guides[0] = replace(guides[0], applicant=ApplicantRule(represented_by=("parent",)))
    definitions.definitions[guides[0].id] = guides[0]


async def test_a_personal_act_is_offered_for_nobody_else(mari, town):
    town.desk.told["mandates"] = {"people": [CHILD], "silent": []}
    page = (await mari.get(START)).text
    assert "Nobody does this for another person." in page
    assert "For whom is it?" not in page
    assert "whom you represent" not in (await mari.get("/services/driving-licence")).text
    course = (await mari.get("/services/driving-course")).text
    assert "For somebody else whom you represent" in course


async def test_a_form_that_offers_too_much_begins_nothing(mari, town):
    """Whatever a page sends, the provider decides: and the page says why."""
    town.desk.told["mandates"] = {"people": [CHILD], "silent": []}
    sent = {"once": await mari.ticket(START), "for": CHILD["person"]}
    page = await mari.post(START, sent)
    assert page.status == 403
    assert "Nobody does this for another person." in page.text
    assert 'role="alert"' in page.text


async def test_who_is_too_young_is_told_from_which_age(mari, town):
    definitions = town.desk.portal.services.files.definitions
    old = replace(definitions["driving-licence"], applicant=ApplicantRule(least_age=70, law="§ 1"))
    definitions["driving-licence"] = town.desk.catalogue.definitions[0] = old
    page = (await mari.get(START)).text
    assert "One must be at least 70 years old for this." in page
    assert ">Begin<" not in page
    sent = await mari.post(START, {"once": await mari.ticket("/services/driving-course")})
    assert (sent.status, "at least 70" in sent.text) == (403, True)


async def test_one_begins_for_a_child(mari, town):
    child = {"person": "EE61506160017", "name": HOSTILE, "role": "parent"}
    town.desk.told["mandates"] = {"people": [child], "silent": []}
    opened_to_parents(town)
    page = (await mari.get(START)).text
    assert "For whom is it?" in page
    assert "<script>alert" not in page
    began = await mari.post(START, {"once": await mari.ticket(START), "for": child["person"]})
    assert began.status == 303
    [case] = town.desk.portal.begun.values()
    assert case.person == child["person"]


async def test_a_form_of_another_site_begins_nothing(mari):
    sent = {"once": await mari.ticket()}
    foreign = await mari.post(START, sent, origin="http://evil.example")
    assert foreign.status == 403
    assert mari.town.desk.portal.opened == 0


async def test_a_form_without_the_page_s_token_begins_nothing(mari):
    once = await mari.ticket()
    assert (await mari.browser.post(START, {"once": once})).status == 403
    assert mari.town.desk.portal.opened == 0


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(town):
    away = await town.browser().get(START)
    assert led_to(away) == (303, "/sign-in?to=%2Fservices%2Fdriving-licence%2Fstart")


async def test_a_bank_that_the_portal_does_not_know_gets_nobody(begun, town):
    await begun.answer()
    await begun.sign()
    step = town.desk.portal.step

    async def elsewhere(visitor, case_id, *, step, content):
        return {
            "next": {"step": "payment"},
            "payment": {"order": "1", "url": "https://evil.example/"},
        }

    town.desk.portal.step = elsewhere
    assert (await begun.post(f"{begun.case}/pay", {})).status == 409
    town.desk.portal.step = step


# Registers and providers that are silent ----------------------------------------------------------


async def test_a_register_that_is_silent_is_told_and_the_person_goes_on(town, world):
    world.silent = {"person"}
    mari = Applicant(town, await town.visitor())
    await mari.begin()
    page = (await mari.get(f"{mari.case}/answers/reason")).text
    assert "It does not answer now. We go on; an official will ask it later." in page


async def test_a_provider_that_is_silent_leaves_the_case_waiting(mari, town):
    town.desk.portal.silent = True
    began = await mari.begin()
    assert led_to(began) == (303, f"{mari.case}/working")
    page = await mari.get(f"{mari.case}/working")
    assert "What you sent is safe here." in page.text
    assert "Transport Administration does not answer just now" in page.text
    assert page.headers["refresh"] == "3"


async def test_the_waiting_page_can_stand_still(mari, town):
    town.desk.portal.silent = True
    await mari.begin()
    page = await mari.get(f"{mari.case}/working?still=yes")
    assert "refresh" not in page.headers


async def test_who_waited_goes_on_by_itself(mari, town):
    await mari.begin()
    assert led_to(await mari.get(f"{mari.case}/working")) == (303, f"{mari.case}/answers/reason")


async def test_registers_that_take_long_are_listed_while_they_are_asked(begun, town):
    view = await town.desk.portal.status(
        _visitor(next(iter(town.desk.portal.begun.values()))), begun.case.rpartition("/")[2]
    )

    async def busy(visitor, case_id, *, language=""):
        return view | {"next": {"step": "working"}, "facts": view["facts"][:1]}

    town.desk.portal.status = busy
    page = (await begun.get(f"{begun.case}/working")).text
    assert "We are asking 5 registers" in page
    assert "Being asked" in page
    assert "Answered" in page


# The receipt ---------------------------------------------------------------------------------


async def paid(mari, house):
    """The bank's word, and everything that follows from it."""
    portal = mari.town.desk.portal
    case = mari.case.rpartition("/")[2]
    view = await portal.status(_visitor(portal.begun[case]), case)
    with house.database.work() as work:
        fee = house.services.fees.of_case(case, work=work)
        told = Notification(
            order="1",
            reference=view["fee"]["reference"],
            amount=fee.amount,
            paid_at=house.clock.now(),
        )
        house.services.fees.settle(told, work=work)
    await house.worker.rest()


async def test_back_from_the_bank_before_its_word_waits_for_it(begun):
    await begun.answer()
    await begun.sign()
    page = await begun.get(f"{begun.case}/receipt?bank=back")
    assert "The bank has not told us yet" in page.text
    assert page.headers["refresh"] == "3; url=?bank=slow"
    slow = await begun.get(f"{begun.case}/receipt?bank=slow")
    assert "refresh" not in slow.headers
    assert f'href="{begun.case}/pay"' in slow.text


async def test_the_receipt_tells_the_outcome_and_keeps_the_papers_at_hand(begun, house):
    await begun.answer()
    await begun.sign()
    await paid(begun, house)
    page = (await begun.get(f"{begun.case}/receipt?bank=back")).text
    assert "The decision is yes" in page
    assert "We renew your driving licence." in page
    assert "23.00\N{NO-BREAK SPACE}€ paid" in page
    assert f'href="{begun.case}/documents/application.asice"' in page


async def test_a_decision_without_a_sentence_of_its_own_is_said_once(begun, town):
    view = await town.desk.portal.status(
        _visitor(next(iter(town.desk.portal.begun.values()))), begun.case.rpartition("/")[2]
    )
    decision = {"text": "The decision is no", "next": [], "appeal": None}

    async def refused(visitor, case_id, *, language=""):
        return view | {"state": "refused", "next": {"step": "none"}, "decision": decision}

    town.desk.portal.status = refused
    page = (await begun.get(f"{begun.case}/receipt")).text
    assert "<h1>The decision is no</h1>" in page
    assert page.count("The decision is no") == 2, "the title of the window, and that of the page"
    assert "has it now" not in page


def _visitor(known):
    return SimpleNamespace(person=known.actor)
