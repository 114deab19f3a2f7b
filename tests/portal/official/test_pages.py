"""The officials' pages over HTTP: what they show, whose forms they take, what they refuse."""

import json
import re
from base64 import b64encode
from html import unescape

import pytest
from tests.portal.official.house import as_official
from tests.portal.session.house import ISSUER, MARI, Browser
from tests.services.house import ANNELI, CASE, JAAN, REIN, TIINA
from tests.services.test_copies import asked, certify

from riik.core import person_code

pytestmark = pytest.mark.anyio

PETER = person_code("EE37003030002")
SECOND = "case-of-a-test-0002"
TICKET = "t" * 43
CERTIFICATE, VALUE = (b64encode(one).decode() for one in (b"certificate", b"value"))


@pytest.fixture
async def waiting(house, world):
    """Mari's licence waits for an official."""
    world.silent = {"driver-certificate"}
    await house.waiting()
    return house


def words(answer):
    """What a page says, without its tags."""
    body = answer.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def send(browser, path, **fields):
    """Send one of the desk's forms."""
    return await browser.post(path, {**fields, "csrf": await browser.csrf()})


async def sign(browser, path, **content):
    """Send JSON from one of the desk's pages."""
    headers = {"content-type": "application/json", "x-csrf": await browser.csrf()}
    return await browser.post(f"/desk/sign/{path}", json.dumps(content).encode(), **headers)


def laid_in(answer):
    """The fields that a page's decision form holds before anybody chose anything."""
    form = answer.text.partition('id="decide"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))


def choice(house):
    """Which case a form is about, as it stands now."""
    return {"case": CASE, "version": str(house.version())}


# --- the queue


async def test_who_is_not_signed_in_goes_to_login(app):
    answer = await Browser(app).get("/desk")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?to=%2Fdesk")


async def test_who_is_no_official_reads_so_and_nothing_else(app, login, waiting):
    stranger = await as_official(app, login, PETER)
    for path in ("/desk", f"/desk/cases/{CASE}", "/desk/looks", "/desk/sign", "/desk/keys"):
        answer = await stranger.get(path)
        assert answer.status == 403
        assert "This desk is for officials" in words(answer)
        assert "2026-000001" not in answer.text


async def test_the_queue_names_cases_and_no_people(anneli, waiting):
    answer = await anneli.get("/desk")
    assert "2026-000001" in words(answer)
    assert "The medical register did not answer" in words(answer)
    assert not re.search("Mari|Maasikas|1980", answer.text.partition("<main")[2])
    assert waiting.looks.kept == []


async def test_an_empty_queue_says_what_will_come(anneli):
    assert "Cases come here when the rules leave them to a person" in words(
        await anneli.get("/desk")
    )


@pytest.mark.parametrize("front", ["", "http://localhost:7099"])
async def test_an_empty_desk_says_what_comes_to_it_and_how_to_make_some_come(
    anneli, waiting, front
):
    assert "What comes to this desk" not in words(await anneli.get("/desk?queue=team"))
    page = await anneli.get("/desk?queue=mine")
    assert "Applications of which a person here decides: Renew a driving licence" in words(page)
    assert ("unplug a register" in words(page)) is bool(front)
    assert ('<a href="http://localhost:7099">' in page.text) is bool(front)
    assert waiting.looks.kept == []


@pytest.mark.parametrize("acts", [False, True], ids=["for oneself", "for another"])
async def test_a_case_says_who_acts_and_signs_for_whom(anneli, house, world, acts):
    world.silent = {"driver-certificate"}
    house.open_to("parent")
    house.actor = JAAN if acts else None
    await house.waiting()
    page = words(await anneli.get(f"/desk/cases/{CASE}"))
    whom = "Mari Maasikas"
    by_another = (
        f"{JAAN} acts for {whom} (parent, by the population register)",
        f"The application, signed by {JAAN} for {whom}",
        "The representative says",
        f" signed by {JAAN} for {whom} ·",
    )
    by_oneself = ("The application, signed by the person", "The person says")
    assert [one in page for one in by_another] == [acts] * 4
    assert [one in page for one in by_oneself] == [not acts] * 2


@pytest.mark.parametrize("which", ["theirs", "all", "<script>"])
async def test_a_queue_that_is_none_is_refused_in_words(anneli, which):
    answer = await anneli.get(f"/desk?queue={which}")
    assert (answer.status, "There is no such queue." in words(answer)) == (403, True)


@pytest.mark.parametrize(
    "query",
    [
        "told=decided&number=<b>",
        "told=called&number=1",
        "told=decided&number=2026-999999",
        "done=told%3Ddecided%26number%3D2026-999999",
        "done=" + "x" * 22,
        "after=x~",
        "after=" + "~" * 99,
    ],
)
async def test_an_address_says_nothing_of_its_own(anneli, waiting, query):
    answer = await anneli.get(f"/desk?queue=team&{query}")
    assert answer.status == 200
    assert 'role="status"' not in answer.text.partition("<main")[2]


# --- finding


@pytest.mark.parametrize("number", ["1", "2026-000001", " 2026-000001 "])
async def test_a_number_leads_to_its_case(anneli, waiting, number):
    answer = await send(anneli, "/desk/find", q=number)
    assert (answer.status, answer.headers["location"]) == (303, f"/desk/cases/{CASE}")


@pytest.mark.parametrize(("wanted", "status"), [("2026-000009", 404), ("Mari", 422), ("", 422)])
async def test_a_name_finds_nobody(anneli, waiting, wanted, status):
    assert (await send(anneli, "/desk/find", q=wanted)).status == status
    assert waiting.looks.kept == []


async def test_a_personal_code_asks_what_for_before_anything_is_looked_at(anneli, waiting):
    answer = await send(anneli, "/desk/find", q=MARI[2:])
    assert (answer.status, "What for?" in words(answer)) == (200, True)
    assert waiting.looks.kept == []
    found = await send(anneli, "/desk/look-up", code=MARI[2:], purpose="person-here")
    assert "2026-000001" in words(found)
    assert len(waiting.looks.kept) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": MARI}, "Say what you look this person up for."),
        ({"code": MARI, "purpose": "curiosity"}, "Say what you look this person up for."),
        ({"code": MARI, "purpose": "related-case"}, "Name the case"),
        ({"code": MARI, "purpose": "related-case", "case": "99"}, "No case of yours"),
        ({"code": "4900", "purpose": "person-here"}, "Type the whole personal code"),
        ({"code": "", "purpose": "person-here"}, "Type the whole personal code"),
    ],
)
async def test_a_look_up_without_code_purpose_or_case_is_shown_again(
    anneli, waiting, fields, sentence
):
    answer = await send(anneli, "/desk/look-up", **fields)
    assert (answer.status, sentence in words(answer)) == (422, True)
    assert waiting.looks.kept == []


async def test_a_personal_code_stands_in_no_address(anneli, waiting):
    page = (await anneli.get("/desk")).text
    assert '<form class="find" role="search" action="/desk/find" method="post">' in page


# --- a case


async def test_a_case_shows_evidence_rules_and_what_can_be_done(anneli, waiting):
    answer = await anneli.get(f"/desk/cases/{CASE}")
    said = words(answer)
    assert "Mari Maasikas: Renew a driving licence" in said
    assert said.index("did not answer") < said.index("Mari Maasikas", 200)
    assert "Ask the silent registers again" in said
    assert len(waiting.looks.kept) == 1


async def test_a_ground_is_in_words_for_officials_and_as_its_person_reads_it(anneli, waiting):
    answer = await anneli.get(f"/desk/cases/{CASE}")
    told = words(answer)
    assert "Under 18 Traffic Act" in told
    assert 'What the person reads: “<span lang="et">Vanus on alla 18 aasta</span>”' in answer.text
    assert "You are under 18" not in told
    assert "Sample of the signature" in told


async def test_a_ground_worded_for_its_person_only_is_a_quotation(anneli, waiting):
    waiting.change(official_texts={})
    told = words(await anneli.get(f"/desk/cases/{CASE}"))
    assert "What the person reads: “You are under 18”" in told


async def test_another_unit_s_official_reads_why_and_no_name(app, login, waiting):
    rein = await as_official(app, login, REIN)
    answer = await rein.get(f"/desk/cases/{CASE}")
    assert (answer.status, "belongs to another unit" in words(answer)) == (403, True)
    assert "Maasikas" not in answer.text
    assert waiting.looks.kept == []


@pytest.mark.parametrize(("case", "status"), [("x" * 24, 404), ("short", 400), ("a" * 99, 400)])
async def test_a_case_that_is_not_there_is_not_found(anneli, waiting, case, status):
    assert (await anneli.get(f"/desk/cases/{case}")).status == status


@pytest.mark.parametrize("name", ["nothing.pdf", "..%2fstate.db", "a" * 61])
async def test_a_paper_that_is_not_there_is_not_found(anneli, waiting, name):
    answer = await anneli.get(f"/desk/cases/{CASE}/documents/{name}")
    assert answer.status in (400, 404)


async def test_a_paper_comes_as_a_file_in_which_nothing_runs(anneli, waiting):
    answer = await anneli.get(f"/desk/cases/{CASE}/documents/application.asice")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_people_say_is_never_markup(anneli, house, world):
    evil = '<img src=x onerror="alert(1)">'
    world.known["person"] = {**world.known["person"], "family_name": evil, "given_names": "'\"><b>"}
    world.silent = {"driver-certificate"}
    await house.waiting()
    await send(anneli, f"/desk/cases/{CASE}/ask", page="photo", message=evil)
    page = (await anneli.get(f"/desk/cases/{CASE}")).text
    assert "<img src=x" not in page
    assert "onerror=&#34;" in page or "onerror=&quot;" in page


async def test_a_question_is_sent_and_the_case_leaves_the_queue(anneli, waiting):
    answer = await send(
        anneli, f"/desk/cases/{CASE}/ask", page="photo", message="Uus foto.", number="2026-000001"
    )
    assert answer.headers["location"].startswith("/desk?done=")
    assert "Asked: 2026-000001." in words(await anneli.get(answer.headers["location"]))
    case = await anneli.get(f"/desk/cases/{CASE}")
    assert "The person is asked" in words(case)
    back = await send(anneli, f"/desk/cases/{CASE}/withdraw-question")
    assert back.status == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"message": "Uus foto."}, "Choose what the person is to answer anew."),
        ({"page": "photo"}, "Say what the person is to do"),
        ({"page": "photo", "message": "x" * 1001}, "Say what the person is to do"),
        ({"page": "nothing", "message": "x"}, "Choose what the person is to answer anew."),
    ],
)
async def test_a_question_that_asks_nothing_is_shown_again_with_what_was_typed(
    anneli, waiting, fields, sentence
):
    answer = await send(anneli, f"/desk/cases/{CASE}/ask", **fields)
    assert (answer.status, sentence in words(answer)) == (422, True)
    assert answer.text.count("<title>Error:") == 1
    assert fields.get("message", "") in answer.text


async def test_a_case_is_handed_over_and_taken_by_who_stands_in(app, anneli, login, waiting):
    await send(anneli, f"/desk/cases/{CASE}/take")
    tiina = await as_official(app, login, TIINA)
    assert "2026-000001" in words(await tiina.get("/desk?queue=mine"))
    handed = await send(tiina, "/desk/hand-over", case=CASE, to=JAAN, queue="mine")
    assert handed.headers["location"].startswith("/desk?queue=mine&done=")
    assert "One case is handed over." in words(await tiina.get(handed.headers["location"]))
    refused = await send(anneli, f"/desk/cases/{CASE}/take")
    assert (refused.status, "A colleague has this case" in words(refused)) == (409, True)


async def test_a_case_is_handed_to_no_organisation_that_the_node_does_not_name(anneli, waiting):
    to = "organisation/moon"
    handed = await send(anneli, f"/desk/cases/{CASE}/hand-over", to=to, queue="team")
    assert handed.status == 403
    assert "2026-000001" in words(await anneli.get("/desk?queue=team"))


# --- deciding


async def test_nobody_signs_over_what_changed_after_they_opened_the_case(anneli, waiting):
    page = laid_in(await anneli.get(f"/desk/cases/{CASE}"))
    await waiting.desk.ask_again(waiting.clerk(JAAN), CASE)
    choice = {**page, "outcome": "grant"}
    laid = await sign(anneli, "prepare", certificate=CERTIFICATE, **choice)
    assert (laid.status, laid.json["why"]) == (409, "changed")
    put = await send(anneli, f"/desk/cases/{CASE}/aside", **choice)
    assert (put.status, f'href="/desk/cases/{CASE}"' in put.text) == (409, True)
    again = laid_in(await anneli.get(f"/desk/cases/{CASE}"))
    laid = await sign(anneli, "prepare", certificate=CERTIFICATE, **again, outcome="grant")
    assert laid.status == 200


async def test_a_list_that_another_tab_changed_is_not_signed(anneli, waiting):
    page = laid_in(await anneli.get(f"/desk/cases/{CASE}"))
    await send(anneli, f"/desk/cases/{CASE}/aside", **page, outcome="grant")
    listed = laid_in(await anneli.get("/desk/sign"))
    await send(
        anneli,
        f"/desk/cases/{CASE}/aside",
        **page,
        outcome="refuse",
        **{"ground-medical-expired": "yes"},
    )
    laid = await sign(anneli, "prepare", certificate=CERTIFICATE, **listed)
    assert (laid.status, laid.json["why"]) == (409, "changed")


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "1" * 30])
async def test_a_choice_names_what_was_shown(anneli, waiting, version):
    sent = {"case": CASE, "ticket": TICKET, "outcome": "grant", "version": version}
    laid = await sign(anneli, "prepare", certificate=CERTIFICATE, **sent)
    assert (laid.status, laid.json["why"]) == (409, "changed")


async def decide(browser, house, **more):
    """Lay one decision out and sign it; answers what came of it."""
    sent = {"case": CASE, "version": str(house.version()), "outcome": "grant", **more}
    sent = {"ticket": TICKET, "queue": "team", **sent}
    prepared = await sign(browser, "prepare", certificate=CERTIFICATE, **sent)
    assert prepared.status == 200, prepared.text
    return await sign(browser, "complete", value=VALUE, **sent)


def focused(answer):
    """Where the focus stands when the page opens."""
    return re.findall(r'<a href="([^"]*)"[^>]*autofocus', answer.text)


async def test_a_decision_leads_to_the_queue_with_the_next_case_one_key_away(anneli, waiting):
    waiting.case, waiting.person = SECOND, PETER
    await waiting.go()
    assert focused(await anneli.get("/desk?queue=team")) == []
    answer = await decide(anneli, waiting, number="2026-000001")
    assert answer.json["location"].startswith("/desk?queue=team&done=")
    queue = await anneli.get(answer.json["location"])
    assert "Decided: 2026-000001." in words(queue)
    assert focused(queue) == [f"/desk/cases/{SECOND}?queue=team"]
    assert waiting.looks.kept == []


async def test_what_is_put_aside_is_not_the_next_case(anneli, waiting):
    waiting.case, waiting.person = SECOND, PETER
    await waiting.go()
    fields = {**choice(waiting), "outcome": "grant", "queue": "team", "number": "2026-000001"}
    put = await send(anneli, f"/desk/cases/{CASE}/aside", **fields)
    assert focused(await anneli.get(put.headers["location"])) == [
        f"/desk/cases/{SECOND}?queue=team"
    ]


async def test_what_an_official_did_is_confirmed_to_them_alone(app, anneli, login, waiting):
    answer = await send(anneli, f"/desk/cases/{CASE}/ask", page="photo", message="Uus.", number="1")
    jaan = await as_official(app, login, JAAN)
    page = await jaan.get(answer.headers["location"])
    assert 'role="status"' not in page.text.partition("<main")[2]


async def test_after_the_last_case_comes_the_empty_queue(anneli, waiting):
    assert (await decide(anneli, waiting)).json["location"].startswith("/desk?queue=team&done=")


async def test_the_back_button_signs_nothing_twice(anneli, waiting):
    await decide(anneli, waiting)
    again = await sign(
        anneli, "prepare", certificate=CERTIFICATE, case=CASE, outcome="refuse", ticket=TICKET
    )
    assert again.json == {"location": "/desk"}
    answer = await sign(anneli, "complete", value=VALUE, ticket=TICKET)
    assert answer.json["done"] == [CASE]


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        ({"outcome": ""}, 403, "outcome"),
        ({"outcome": "refuse"}, 403, "grounds"),
        ({"outcome": "refuse", "reason": "Ei."}, 403, "grounds"),
        ({"outcome": "refuse", "ground-another": "yes"}, 403, "another"),
        ({"outcome": "grant", "ticket": "short"}, 403, "ticket"),
        ({"outcome": "grant", "case": "x" * 24}, 404, "unknown"),
        ({"outcome": "grant", "case": "../../x"}, 400, "case"),
        ({"outcome": "grant", "certificate": "no base64"}, 400, "certificate"),
        ({"outcome": "grant", "certificate": ""}, 400, "certificate"),
        (
            {"outcome": "grant", "certificate": b64encode(bytes(12_001)).decode()},
            400,
            "certificate",
        ),
    ],
)
async def test_what_cant_be_signed_is_refused_with_its_reason(
    anneli, waiting, content, status, why
):
    sent = {**choice(waiting), "ticket": TICKET, "certificate": CERTIFICATE, **content}
    answer = await sign(anneli, "prepare", **sent)
    assert (answer.status, answer.json["why"]) == (status, why)


async def test_a_ground_is_what_is_ticked(anneli, waiting):
    await decide(anneli, waiting, outcome="refuse", **{"ground-medical-expired": "yes"})
    await waiting.worker.rest()
    status = await waiting.status()
    assert [ground["code"] for ground in status["grounds"]] == ["medical-expired"]


async def test_a_grant_has_no_grounds_whatever_was_ticked(anneli, waiting):
    await decide(anneli, waiting, **{"ground-medical-expired": "yes"})
    await waiting.worker.rest()
    status = await waiting.status()
    assert (status["state"], status["grounds"]) == ("granted", [])


async def test_verdicts_put_aside_are_signed_on_a_page_of_their_own(anneli, waiting):
    fields = {**choice(waiting), "outcome": "grant", "number": "2026-000001"}
    put = await send(anneli, f"/desk/cases/{CASE}/aside", **fields, queue="team")
    assert put.headers["location"].startswith("/desk?queue=team&done=")
    assert "Put aside: 2026-000001." in words(await anneli.get(put.headers["location"]))
    page = await anneli.get("/desk/sign")
    assert "One decision waits for your signature." in words(page)
    assert "Maasikas" not in page.text
    sent = {"ready": laid_in(page)["ready"], "ticket": TICKET}
    await sign(anneli, "prepare", certificate=CERTIFICATE, **sent)
    done = await sign(anneli, "complete", value=VALUE, **sent)
    assert "One case is decided." in words(await anneli.get(done.json["location"]))
    assert "What you put aside waits here." in words(await anneli.get("/desk/sign"))


async def test_the_letter_is_read_before_it_is_signed(anneli, waiting):
    page = await send(
        anneli, f"/desk/cases/{CASE}/letter", **choice(waiting), outcome="grant", reason="Korras."
    )
    assert (page.status, page.headers["content-type"]) == (200, "application/pdf")
    assert page.headers["cache-control"] == "no-store"
    assert "put aside" not in words(await anneli.get("/desk?queue=team"))


async def test_a_letter_of_no_verdict_is_the_case_again_with_what_is_missing(anneli, waiting):
    page = await send(
        anneli, f"/desk/cases/{CASE}/letter", **choice(waiting), outcome="refuse", reason=""
    )
    assert page.status == 422
    assert "Tick what the refusal rests on" in words(page)


async def test_what_was_put_aside_says_so_in_the_queue(anneli, waiting):
    assert "put aside:" not in words(await anneli.get("/desk?queue=team"))
    await send(anneli, f"/desk/cases/{CASE}/aside", **choice(waiting), outcome="grant")
    assert "put aside: to grant" in words(await anneli.get("/desk?queue=team"))


async def test_a_verdict_put_aside_is_taken_back(anneli, waiting):
    await send(anneli, f"/desk/cases/{CASE}/aside", **choice(waiting), outcome="grant")
    await send(anneli, "/desk/sign/take-back", case=CASE)
    assert "What you put aside waits here." in words(await anneli.get("/desk/sign"))


@pytest.mark.parametrize("reason", ["Ei 🙂", "\x01", "\uf0b7 punkt"])
async def test_a_reason_that_no_letter_prints_is_refused_whichever_way_it_comes(
    anneli, waiting, reason
):
    fields = {**choice(waiting), "outcome": "refuse", "reason": reason}
    shown = await send(anneli, f"/desk/cases/{CASE}/aside", **fields)
    assert shown.status == 422
    assert "A letter can’t print these signs:" in words(shown)
    sent = {**choice(waiting), "ticket": TICKET, "certificate": CERTIFICATE}
    laid = await sign(anneli, "prepare", outcome="refuse", reason=reason, **sent)
    assert (laid.status, laid.json["why"]) == (403, "signs")


async def test_a_ground_that_the_service_does_not_have_is_none(anneli, waiting):
    sent = {**choice(waiting), "ticket": TICKET, "certificate": CERTIFICATE, "ground-x": "yes"}
    laid = await sign(anneli, "prepare", outcome="refuse", reason="Ei.", **sent)
    assert (laid.status, laid.json["why"]) == (403, "no-ground")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "outcome"),
        ({"outcome": "refuse", "reason": "Ei."}, "grounds"),
        ({"outcome": "refuse", "ground-another": "yes"}, "reason"),
    ],
)
async def test_a_verdict_without_outcome_or_ground_is_shown_again(anneli, waiting, fields, field):
    answer = await send(anneli, f"/desk/cases/{CASE}/aside", **choice(waiting), **fields)
    assert (answer.status, f'href="#{field}"' in answer.text) == (422, True)


# --- whose form it is

FORMS = [
    "/desk/find",
    "/desk/look-up",
    "/desk/hand-over",
    "/desk/keys",
    "/desk/sign/take-back",
    *(
        f"/desk/cases/{CASE}/{name}"
        for name in ("take", "ask", "withdraw-question", "ask-again", "hand-over", "aside")
    ),
]


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_of_another_site_changes_nothing(anneli, waiting, path):
    fields = {"csrf": await anneli.csrf(), "outcome": "grant", "page": "photo", "message": "x"}
    before = await waiting.status()
    answer = await anneli.post(path, fields, origin="http://evil.example")
    assert answer.status == 403
    answer = await anneli.post(path, {**fields, "csrf": ""})
    assert answer.status in (303, 403)
    assert await waiting.status() == before


@pytest.mark.parametrize("path", ["prepare", "complete"])
async def test_a_signature_of_another_site_s_script_is_refused(anneli, waiting, path):
    body = json.dumps({"case": CASE, "ticket": TICKET, "outcome": "grant"}).encode()
    for headers in ({"origin": "http://evil.example"}, {"x-csrf": ""}, {"x-csrf": "x" * 43}):
        answer = await anneli.post(
            f"/desk/sign/{path}", body, **{"content-type": "application/json", **headers}
        )
        assert answer.status in (403, 409)


async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(anneli, app, waiting):
    thief = Browser(app)
    thief.cookies.update(anneli.cookies)
    await anneli.post("/sign-out", {"csrf": await anneli.csrf()})
    assert (await thief.get("/desk")).status == 303


async def test_pages_keep_to_themselves(anneli, waiting):
    answer = await anneli.get(f"/desk/cases/{CASE}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert ISSUER in policy


# --- keys and looks


async def test_single_letters_can_be_switched_off_and_on(anneli, waiting):
    assert "desk.js" in (await anneli.get("/desk")).text
    await send(anneli, "/desk/keys", keys="off")
    page = (await anneli.get("/desk")).text
    assert "desk.js" not in page
    assert "data-key" not in page.partition("<main")[2]
    await send(anneli, "/desk/keys", keys="on")
    assert "desk.js" in (await anneli.get("/desk")).text


async def test_one_s_own_looks_tell_when_and_why(anneli, waiting):
    await anneli.get(f"/desk/cases/{CASE}")
    await send(anneli, "/desk/look-up", code=PETER, purpose="person-calls")
    said = words(await anneli.get("/desk/looks"))
    assert "You opened case 2026-000001" in said
    assert "You looked a person up by their code: the person is on the phone." in said
    assert PETER[2:] not in said


@pytest.mark.parametrize("language", ["et", "vi"])
async def test_pages_speak_the_official_s_language(anneli, waiting, language):
    anneli.cookies["riik-lang"] = language
    title = {"et": "Juhiloa vahetamine", "vi": "Đổi giấy phép lái xe"}[language]
    for path in ("/desk", f"/desk/cases/{CASE}"):
        answer = await anneli.get(path)
        assert f'<html lang="{language}"' in answer.text
        assert title in words(answer)


async def test_nobody_decides_their_own_case_at_the_page_either(app, login, house, world):
    world.silent = {"driver-certificate"}
    await house.waiting(person=ANNELI)
    anneli = await as_official(app, login, ANNELI)
    queue = await anneli.get("/desk?queue=team")
    assert "about you" in words(queue)
    assert f"/desk/cases/{CASE}" not in queue.text
    answer = await anneli.get(f"/desk/cases/{CASE}")
    assert (answer.status, "This case is about you" in words(answer)) == (403, True)


# --- certified copies


async def test_a_copy_is_signed_by_whoever_opened_it_and_ticked_that_they_compared(anneli, house):
    await asked(certify(house))
    sent = {**choice(house), "outcome": "grant", "certificate": CERTIFICATE, "ticket": TICKET}
    unseen = await sign(anneli, "prepare", **sent, **{"seen-compare": "yes"})
    assert (unseen.status, unseen.json["why"]) == (403, "unseen")
    page = await anneli.get(f"/desk/cases/{CASE}")
    assert 'name="seen-compare" value="yes">' in page.text
    assert f"/desk/cases/{CASE}/letter" in page.text
    assert "Put aside" not in words(page)
    # A ground of a refusal is no word for a grant.
    bare = await sign(anneli, "prepare", **sent, **{"ground-compare": "yes"})
    assert (bare.status, bare.json["why"]) == (403, "compared")
    for one in ("unseen", "compared", "alone"):
        assert f'data-error="services.desk-refused.{one}"' in page.text
    assert (await sign(anneli, "prepare", **sent, **{"seen-compare": "yes"})).status == 200
    assert (await sign(anneli, "complete", ticket=TICKET, value=VALUE)).status == 200
    await house.worker.rest()
    assert (await house.status())["state"] == "granted"
