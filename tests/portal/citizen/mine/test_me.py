"""What the state knows of a person, "this is wrong", and for whom one may act."""

from datetime import UTC, datetime

import pytest
from tests.portal.citizen.mine.house import FACT, HOSTILE, OWN, POPULATION, REGISTER
from tests.portal.session.house import JAAN

from riik.core import Unavailable
from riik.portal.citizen.errors import CorrectionsTooMany, CorrectionUnsure, PortalRefused
from riik.portal.citizen.me.rows import register_rows
from riik.portal.design.formats import Formats
from riik.profiles import country_profile

pytestmark = pytest.mark.anyio

TICKET = "ticket-of-a-page-0123456789"
WRONG = f"/me/wrong?register={POPULATION}&field=residence"


async def told(mari, **fields):
    usual = {"csrf": await mari.csrf(), "register": POPULATION, "field": "residence"}
    return await mari.post("/me/wrong", usual | {"should_be": "Lai 2, Tallinn"} | fields)


async def test_every_register_is_there_and_a_silent_one_is_named(town):
    page = (await (await town.visitor()).get("/me")).text
    for said in ("Population register", "Pikk 1, Tallinn", "1\N{NO-BREAK SPACE}January 1990"):
        assert said in page
    assert "No answer from: Driving rights" in page
    assert "It holds nothing of you." in page
    assert "http://localhost:7100/sessions" in page


async def test_a_value_leads_to_saying_that_it_is_wrong(town):
    mari = await town.visitor()
    page = (await mari.get("/me")).text
    assert "/me/wrong?register=EE-DEMO%2FGOV%2F70008440%2Fpopulation&amp;field=residence" in page
    form = (await mari.get(WRONG)).text
    assert "Pikk 1, Tallinn" in form
    assert "Ministry of the Interior" in form


@pytest.mark.parametrize(
    ("country", "order"),
    [
        ("ee", ["given_names", "family_name", "code", "residence"]),
        ("vn", ["family_name", "middle_names", "given_names", "code", "residence"]),
    ],
)
def test_who_it_is_stands_first_with_the_name_in_the_country_s_order(country, order):
    rows = [FACT | {"fields": [one], "label": one, "value": "x"} for one in sorted(order)]
    formats = Formats(country_profile(country), "en")
    [register] = register_rows([REGISTER | {"rows": rows}], formats, now=datetime.now(UTC))
    assert [[row["label"] for row in record] for record in register["records"]] == [order]


async def test_fields_that_a_fact_joins_are_told_apart_by_a_choice(town):
    page = (await (await town.visitor()).get(f"/me/wrong?register={POPULATION}")).text
    assert "<select" in page
    assert "Residence: Pikk 1, Tallinn" in page


async def test_what_is_wrong_is_sent_once_with_what_the_register_says(town):
    mari = await town.visitor()
    once = {"once": "ticket-of-a-page-0123456789"}
    first, second = [await told(mari, why="A contract", **once) for _ in range(2)]
    assert first.status == second.status == 303
    assert first.headers["location"] == second.headers["location"]
    [(_, said)] = [one for one in town.desk.asked if one[0] == "correct"]
    assert said["says"] == "Pikk 1, Tallinn"
    assert said["should_be"] == "Lai 2, Tallinn"
    assert str(said["register"]) == POPULATION
    page = (await mari.get(first.headers["location"])).text
    assert "2026-000003" in page
    assert "within 30 days" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"should_be": " "}, "Write what should stand there"),
        ({"should_be": "\u200b"}, "Write what should stand there"),
        ({"field": "salary"}, "Choose what is wrong"),
        ({"field": ""}, "Choose what is wrong"),
        ({"should_be": "x" * 2001}, "Say it in at most 2000 letters"),
        ({"why": "x" * 2001}, "Say it in at most 2000 letters"),
    ],
)
async def test_what_does_not_fit_is_said_and_kept(town, fields, said):
    sent = await told(await town.visitor(), **{"why": "A contract"} | fields)
    assert sent.status == 422
    assert said in sent.text
    assert fields.get("why", "A contract") in sent.text
    assert town.desk.asked == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"register": "EE-DEMO/GOV/1/none"}, 404),
        ({"register": "not a register"}, 404),
        ({"register": "EE-DEMO/GOV/70001053/driving-rights"}, 404),
        ({"says": "forged"}, 400),
        ({"csrf": ""}, 403),
    ],
    ids=["unknown", "no name", "holds nothing", "a field more", "no token"],
)
async def test_nothing_forged_goes_to_a_register(town, fields, status):
    sent = await told(await town.visitor(), **fields)
    assert sent.status == status
    assert town.desk.asked == []


async def test_another_site_can_t_say_it_for_the_person(town):
    mari = await town.visitor()
    fields = {"csrf": await mari.csrf(), "register": POPULATION, "field": "residence"}
    sent = await mari.post("/me/wrong", fields, origin="https://evil.example")
    assert (sent.status, town.desk.asked) == (403, [])


async def test_who_came_from_a_case_goes_back_to_it_and_the_case_is_told(town):
    mari = await town.visitor()
    view = {"case": "case-1"}
    town.desk.portal.views["case-1"] = view
    form = (await mari.get(f"{WRONG}&case=case-1")).text
    assert 'name="case" value="case-1"' in form
    assert form.count('href="/cases/case-1/continue"') == 2
    sent = await told(mari, once=TICKET, case="case-1")
    assert '/cases/case-1/continue"' in (await mari.get(sent.headers["location"])).text
    [(case, step, content)] = town.desk.portal.sent
    assert (case, step) == ("case-1", "dispute")
    assert content == {"register": POPULATION, "field": "residence", "number": "2026-000003"}


@pytest.mark.parametrize("case", ["", "//evil.example", "../me", "x" * 65, "<script>"])
async def test_what_is_no_case_leads_nowhere(town, case):
    mari = await town.visitor()
    sent = await told(mari, once=TICKET, case=case)
    assert sent.status == 303
    page = (await mari.get(sent.headers["location"])).text
    assert "/continue" not in page
    assert "2026-000003" in page


@pytest.mark.parametrize(
    "query", ["", "number=2026-999999&days=999", "once=", "once=x&number=2026-999999&days=9"]
)
async def test_a_number_that_nobody_gave_is_not_shown(town, query):
    page = await (await town.visitor()).get(f"/me/wrong/sent?{query}")
    assert page.status == 404
    assert "2026-999999" not in page.text.partition("<main")[2]


async def test_what_is_confirmed_is_what_was_kept_whatever_the_address_says(town):
    mari = await town.visitor()
    await told(mari, once=TICKET)
    page = await mari.get(f"/me/wrong/sent?once={TICKET}&number=2026-999999&days=999&lang=en")
    assert page.status == 200
    assert "2026-000003" in page.text
    assert "within 30 days" in page.text
    assert "999" not in page.text.partition("<main")[2]


async def test_another_person_s_link_confirms_nothing(town):
    await told(await town.visitor(), once=TICKET)
    town.login.person = JAAN
    jaan = await town.visitor()
    assert (await jaan.get(f"/me/wrong/sent?once={TICKET}")).status == 404


async def test_another_form_of_one_s_own_confirms_no_correction(town):
    mari = await town.visitor()
    fields = {"csrf": await mari.csrf(), "once": TICKET}
    assert (await mari.post("/services/driving-licence/start", fields)).status == 303
    assert (await mari.get(f"/me/wrong/sent?once={TICKET}")).status == 404


async def test_the_wish_has_one_name_however_often_it_is_sent(town, clock):
    mari = await town.visitor()
    town.desk.told["correct"] = CorrectionUnsure("nobody knows whether it arrived", why="slow")
    unsure = await told(mari, once=TICKET)
    assert unsure.status == 503
    assert "it may have arrived" in unsure.text
    clock.advance(minutes=1)
    del town.desk.told["correct"]
    assert (await told(mari, once=TICKET)).status == 303
    first, second = [said["once"] for verb, said in town.desk.asked if verb == "correct"]
    assert first == second != ""


async def test_too_many_are_refused_with_words_and_what_was_typed_stays(town):
    town.desk.told["correct"] = CorrectionsTooMany("enough", why="often")
    sent = await told(await town.visitor(), why="A contract")
    assert sent.status == 422
    assert "This register takes no more corrections from you today." in sent.text
    assert "A contract" in sent.text


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("data:image/png;base64,AAAA", ""),
        ("x" * 3_000, "x" * 1_999 + "…"),
        ("x" * 2_000, "x" * 2_000),
    ],
)
async def test_what_is_quoted_is_whole_or_says_that_it_is_not(town, value, says):
    town.desk.told["own"] = [OWN[0] | {"rows": [FACT | {"value": value}]}]
    field = FACT["fields"][0]
    assert (await told(await town.visitor(), field=field)).status == 303
    [(_, said)] = [one for one in town.desk.asked if one[0] == "correct"]
    assert said["says"] == says


@pytest.mark.parametrize("register", ["", "x", "EE-DEMO/GOV/1/none", "<script>", "%00"])
async def test_a_register_that_holds_nothing_has_no_form(town, register):
    assert (await (await town.visitor()).get(f"/me/wrong?register={register}")).status == 404


async def test_answers_are_kept_for_who_has_to_sign_in_again(town):
    mari = await town.visitor()
    csrf = await mari.csrf()
    await mari.post("/sign-out", {"csrf": csrf})
    sent = await told_with(mari, csrf)
    assert sent.status == 303
    assert "/sign-in" in sent.headers["location"]
    assert town.desk.asked == []


async def told_with(mari, csrf):
    fields = {"csrf": csrf, "register": POPULATION, "field": "residence", "should_be": "Lai 2"}
    return await mari.post("/me/wrong", fields, referer="http://localhost:7104/me/wrong")


async def test_markup_in_a_register_stays_text(town):
    photo = {"fields": ["photo"], "value": f"data:image/svg+xml,{HOSTILE}", "kind": "image"}
    one = OWN[0] | {
        "name": HOSTILE,
        "organisation": HOSTILE,
        "law": HOSTILE,
        "rows": [FACT | {"label": HOSTILE, "value": HOSTILE}, FACT | photo],
    }
    town.desk.told["own"] = [one, OWN[1] | {"name": HOSTILE}]
    mari = await town.visitor()
    for path in ("/me", WRONG):
        page = (await mari.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "data:image/svg" not in page


async def test_whom_one_may_act_for_has_services_to_begin(town):
    page = (await (await town.visitor()).get("/for")).text
    assert "Joosep Maasikas" in page
    assert 'href="/services/driving-course/start?for=1"' in page
    assert 'href="/services/driving-licence/start?for=1"' not in page
    # Nothing is asked of registers on one click, and no address tells a person's code.
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert "EE51101010013" not in page


@pytest.mark.parametrize(
    ("place", "chosen"), [("1", "EE51101010013"), ("2", "self"), ("x", "self"), ("", "self")]
)
async def test_for_whom_it_is_stands_chosen_before_one_begins(town, place, chosen):
    page = (await (await town.visitor()).get(f"/services/driving-course/start?for={place}")).text
    assert "Before you begin" in page
    [marked] = [part for part in page.split("<input")[1:] if " checked" in part.split(">")[0]]
    assert f'value="{chosen}"' in marked


async def test_nobody_to_act_for_is_said(town):
    town.desk.told["mandates"] = {"people": [], "silent": ["Ministry of the Interior"]}
    page = (await (await town.visitor()).get("/for")).text
    assert "You act for nobody but yourself." in page
    assert "No answer from: Ministry of the Interior" in page


async def test_a_name_of_a_child_that_is_markup_stays_text(town):
    person = {"person": '"><script>', "name": HOSTILE, "role": HOSTILE}
    town.desk.told["mandates"] = {"people": [person], "silent": [HOSTILE]}
    page = (await (await town.visitor()).get("/for")).text
    assert "<script>" not in page.split("<main")[1]


@pytest.mark.parametrize(
    ("verb", "path"),
    [("own", "/me"), ("mandates", "/for"), ("notices", "/inbox"), ("looks", "/looks")],
)
async def test_who_is_silent_altogether_makes_an_honest_page(town, verb, path):
    mari = await town.visitor()
    town.desk.told[verb] = Unavailable("silent", why="network")
    assert (await mari.get(path)).status == 503
    town.desk.told[verb] = PortalRefused("no", why="no")
    assert (await mari.get(path)).status == 404


def said(**changes):
    """What somebody said was wrong, as the counter tells it."""
    return {
        "register": "Population register", "organisation": "Ministry of the Interior",
        "label": "Residence", "number": "2026-000001", "field": "residence", "says": "Pikk 1",
        "should_be": "Lai 2", "at": "2026-11-20T10:00:00.000000Z",
        "due": "2026-12-20T10:00:00.000000Z", "answered_at": None, "verdict": "", "reason": "",
        "official": "", "appeal": "",
    } | changes  # fmt: skip


REFUSED = said(
    verdict="refused",
    reason=HOSTILE,
    official="Eha Lill",
    appeal="You may file a challenge.",
    answered_at="2026-11-22T10:00:00.000000Z",
)


async def answers(town, *rows, silent=()):
    town.desk.told["corrections"] = {"rows": list(rows), "silent": list(silent)}
    return (await (await town.visitor()).get("/me/wrong/answers")).text


async def test_an_answer_stands_where_it_was_asked_for_with_its_appeal(town):
    page = await answers(town, REFUSED)
    assert "Not corrected" in page
    assert "Eha Lill, for Ministry of the Interior, answered on" in page
    assert "You may file a challenge." in page
    assert HOSTILE not in page


async def test_what_waits_says_by_when_and_what_is_late_what_to_do(town):
    assert "Waits for an answer" in await answers(town, said())
    late = await answers(town, said(due="2026-11-01T10:00:00.000000Z"))
    assert "Overdue" in late
    assert "data protection authority" in late


async def test_who_said_nothing_and_who_is_silent(town):
    assert "You have not said that anything is wrong." in await answers(town)
    assert "No answer from: Driving rights" in await answers(town, silent=["Driving rights"])


async def test_only_a_page_that_answers_a_form_takes_its_place_in_the_history(town):
    mari = await town.visitor()
    asked = await mari.get(f"/me/wrong?register={POPULATION}")
    refused = await mari.post("/me/wrong", {"csrf": await mari.csrf(), "register": POPULATION})
    assert (refused.status, "back.js" in refused.text) == (422, True)
    assert "back.js" not in asked.text
