"""My cases and one case: what the person sees, what nobody else does, how it is taken back."""

import pytest
from tests.portal.citizen.mine.house import (
    ASKED,
    CHILD,
    DRAFT,
    ENDED,
    GRANTED,
    HOSTILE,
    REFUSED,
    ROW,
    VIEW,
    WAITING,
)
from tests.portal.session.house import JAAN, MARI

from riik.core import Unavailable
from riik.exchange import ServiceRefused
from riik.portal.session import SignedOut

pytestmark = pytest.mark.anyio

NBSP = "\N{NO-BREAK SPACE}"


def at(view, page=""):
    return f"/cases/{view['case']}{page}"


async def test_what_waits_for_the_person_comes_first_with_its_button(town):
    page = (await (await town.visitor()).get("/cases")).text
    assert page.index(at(DRAFT)) < page.index(at(ROW)) < page.index(at(ENDED))
    assert f'href="{at(DRAFT, "/continue")}"' in page
    assert f"Answer by <strong>Wednesday, 2{NBSP}December</strong>" in page
    assert "Anneli Põder has it now" in page
    assert "for Joosep Maasikas" in page


async def test_a_silent_organisation_is_named(town):
    town.desk.told["mine"] = {"cases": [ROW], "silent": ["Kadriorg Clinic"]}
    page = (await (await town.visitor()).get("/cases")).text
    assert "No answer from: Kadriorg Clinic" in page


LATELY = {"state": "granted", "state_text": "Granted", "state_tag": "plain", "number": "2026-000017", "as_of": "2026-11-23T09:00:00Z"}  # fmt: skip


async def test_a_case_of_a_silent_organisation_stands_where_it_stood(town):
    silent = ENDED | LATELY | {"may": [], "next": {"step": "waiting"}}
    town.desk.told["mine"] = {"cases": [silent], "silent": ["Transport Administration"]}
    page = (await (await town.visitor()).get("/cases")).text
    assert "Under way" not in page
    assert "So it stood at" in page
    assert "as they told it last" in page


async def test_a_silent_organisation_s_case_says_what_was_known(town):
    silent = WAITING | {"why": "connect"}
    town.desk.portal.views[WAITING["case"]] = silent
    mari = await town.visitor()
    unknown = (await mari.get(at(WAITING))).text
    town.desk.told["lately"] = {WAITING["case"]: LATELY}
    known = (await mari.get(at(WAITING))).text
    assert "so we can’t say where it stands" in unknown
    assert "What you sent is kept here" not in unknown + known
    assert "So it stood at" in known
    assert "2026-000017" in known
    assert WAITING["case"] not in town.desk.seen


async def test_who_has_begun_nothing_is_told_what_will_stand_there(town):
    town.desk.told["mine"] = {"cases": [], "silent": []}
    page = (await (await town.visitor()).get("/cases")).text
    assert "You have not begun anything yet" in page


PRIVATE = [
    "/cases", at(VIEW), at(VIEW, "/withdraw"), at(VIEW, "/documents/application.asice"),
    "/documents", "/inbox", "/inbox/EE-DEMO/GOV/70001053/services/x", "/me",
    "/me/wrong?register=EE-DEMO/GOV/70008440/population", "/me/wrong/sent?once=1", "/for",
    "/looks", "/looks/EE-DEMO/GOV/70008440/population/entry-1/proof",
    "/looks/EE-DEMO/GOV/70008440/population/entry-1/why",
]  # fmt: skip


@pytest.mark.parametrize("path", PRIVATE)
async def test_who_is_not_signed_in_goes_to_login_and_sees_nothing(town, path):
    page = await town.browser().get(path)
    assert page.status == 303
    assert page.headers["location"].startswith("/sign-in?to=%2F")
    assert page.text == ""


@pytest.mark.parametrize("path", PRIVATE)
async def test_no_page_of_one_s_own_is_kept_by_anybody(town, path):
    page = await (await town.visitor()).get(path)
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (
            VIEW,
            ["Why not at once?", "Your address changed yesterday", "with Anneli Põder, Licences"],
        ),
        (VIEW, [f"23{NBSP}November, 10:44", "23.00", "licences@transport.example", "2026-000017"]),
        (
            ASKED,
            ["The photo is older than five years", "Answer the official", "You act for Joosep"],
        ),
        (GRANTED, ["We renew your driving licence", f"2{NBSP}November 2026", "You may file"]),
        (REFUSED, ["Your medical certificate has expired", "Traffic Act § 101", "You may file"]),
        (WAITING, ["Transport Administration does not answer just now", "goes on by itself"]),
        (DRAFT, ["You have not handed it in yet", "Go on"]),
    ],
)
async def test_a_case_says_where_it_stands(town, view, said):
    page = await (await town.visitor()).get(at(view))
    assert page.status == 200
    assert [one for one in said if one not in page.text] == []


async def test_a_case_that_ended_is_not_taken_back(town):
    mari = await town.visitor()
    assert "Take the application back" not in (await mari.get(at(GRANTED))).text
    page = await mari.get(at(GRANTED, "/withdraw"))
    assert (page.status, page.headers["location"]) == (303, f"{at(GRANTED)}?moved=yes")
    page = await mari.post(at(GRANTED, "/withdraw"), {"csrf": await mari.csrf()})
    assert (page.status, town.desk.portal.sent) == (303, [])


async def test_taking_back_is_asked_first_then_done_once(town):
    mari = await town.visitor()
    page = (await mari.get(at(VIEW, "/withdraw"))).text
    assert "It can’t be taken up again" in page
    assert "The fee of 23.00" in page
    assert town.desk.portal.sent == []
    sent = await mari.post(at(VIEW, "/withdraw"), {"csrf": await mari.csrf(), "reason": " no "})
    assert (sent.status, sent.headers["location"]) == (303, at(VIEW))
    assert town.desk.portal.sent == [(VIEW["case"], "withdrawal", {"reason": "no"})]


async def test_a_reason_that_is_too_long_is_kept_and_said(town):
    mari = await town.visitor()
    sent = await mari.post(at(VIEW, "/withdraw"), {"csrf": await mari.csrf(), "reason": "x" * 501})
    assert sent.status == 422
    assert "<title>Error:" in sent.text
    assert "x" * 501 in sent.text
    assert town.desk.portal.sent == []


async def test_a_refused_person_finds_the_appeal_and_goes_on_to_sign_it(town):
    mari = await town.visitor()
    assert f'href="{at(REFUSED, "/appeal")}"' in (await mari.get(at(REFUSED))).text
    assert (
        "The days count from when you learn of the decision." in (await mari.get(at(REFUSED))).text
    )
    assert "who did not take the decision" in (await mari.get(at(REFUSED, "/appeal"))).text
    words = {"csrf": await mari.csrf(), "reason": " I was ill. "}
    sent = await mari.post(at(REFUSED, "/appeal"), words)
    assert (sent.status, sent.headers["location"]) == (
        303,
        "/cases/appeal-of-a-test-00000001/continue",
    )
    assert town.desk.portal.sent == [(REFUSED["case"], "appeal", {"reason": "I was ill."})]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001], ids=["none", "blank", "too long"])
async def test_an_appeal_without_its_reason_is_asked_for_it(town, reason):
    mari = await town.visitor()
    sent = await mari.post(at(REFUSED, "/appeal"), {"csrf": await mari.csrf(), "reason": reason})
    assert (sent.status, "<title>Error:" in sent.text) == (422, True)
    assert town.desk.portal.sent == []


async def test_who_cant_appeal_is_told_how_it_stands(town):
    mari = await town.visitor()
    for sent in (
        await mari.get(at(VIEW, "/appeal")),
        await mari.post(at(VIEW, "/appeal"), {"csrf": await mari.csrf(), "reason": "x"}),
    ):
        assert (sent.status, sent.headers["location"]) == (303, at(VIEW, "?moved=yes"))
    assert town.desk.portal.sent == []


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({}, {}, 403),
        ({"csrf": "A" * 86}, {}, 303),
        ({"csrf": "ours"}, {"origin": "https://evil.example"}, 403),
        ({"csrf": "ours"}, {"origin": None}, 403),
        ({"csrf": "ours"}, {"sec-fetch-site": "cross-site"}, 403),
        ({"csrf": "ours", "state": "withdrawn"}, {}, 400),
    ],
    ids=["no token", "another token", "another site", "no origin", "cross-site", "a field more"],
)
async def test_nobody_else_takes_it_back(town, fields, headers, status):
    mari = await town.visitor()
    if fields.get("csrf") == "ours":
        fields = fields | {"csrf": await mari.csrf()}
    sent = await mari.post(at(VIEW, "/withdraw"), fields, **headers)
    assert sent.status == status
    assert town.desk.portal.sent == []


@pytest.mark.parametrize(
    "page", ["", "/withdraw", "/documents/application.asice", "/documents/x/check"]
)
async def test_another_person_s_case_and_no_case_look_the_same(town, page):
    provider = town.desk.portal.provider
    jaan = await _visitor(town, JAAN)
    started = await provider.start(_visitor_of(JAAN), service="driving-licence", language="en")
    mari = await _visitor(town, MARI)
    theirs = await mari.get(f"/cases/{started['case']}{page}")
    none = await mari.get(f"/cases/case-that-is-nowhere{page}")
    assert (theirs.status, none.status) == (404, 404)
    assert _plain(theirs.text) == _plain(none.text)
    assert "driving" not in theirs.text.lower()
    assert (await jaan.get(f"/cases/{started['case']}")).status == 200


@pytest.mark.parametrize("case", ["..%2f..%2fv1", "%00", "case?x=1", "<script>", "a" * 3000])
async def test_a_case_of_a_strange_name_is_nowhere(town, case):
    page = await (await town.visitor()).get(f"/cases/{case}")
    assert page.status in (303, 404)
    assert "<script>" not in page.text.split("<main")[-1]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_provider_that_knows_no_such_case_is_no_fault(town, status):
    async def unknown(visitor, case_id, *, language=""):
        raise ServiceRefused("no such case", why="service", status=status)

    town.desk.portal.status = unknown
    assert (await (await town.visitor()).get(at(VIEW))).status == 404


async def test_a_session_that_ended_leads_to_login_and_back(town):
    mari = await town.visitor()
    town.desk.told["mine"] = SignedOut("login ended it", why="handle")
    page = await mari.get("/cases")
    assert (page.status, page.headers["location"]) == (303, "/sign-in?to=%2Fcases")


async def test_markup_in_any_value_of_a_case_stays_text(town):
    hostile = _hostile(ASKED) | {"case": ASKED["case"], "state": "asked", "may": ["withdraw"]}
    town.desk.portal.views[ASKED["case"]] = hostile
    town.desk.told["mine"] = {
        "cases": [_hostile(ROW) | {"case": "x", "state": "with-official"}],
        "silent": [HOSTILE],
    }
    mari = await town.visitor()
    for path in ("/cases", at(ASKED), at(ASKED, "/withdraw")):
        page = await mari.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize("path", [at(VIEW), at(ASKED), at(REFUSED), at(WAITING), "/cases"])
@pytest.mark.parametrize("language", ["et", "vi"])
async def test_cases_speak_the_visitor_s_language(town, path, language):
    page = await (await town.visitor()).get(f"{path}?lang={language}")
    assert f'<html lang="{language}"' in page.text
    assert "My cases" not in page.text


async def test_a_guide_that_is_away_takes_nothing_from_the_case(town):
    async def away(service, language):
        raise Unavailable("nobody tells of services", why="network")

    town.desk.catalogue.guide = away
    assert "Why not at once?" in (await (await town.visitor()).get(at(VIEW))).text


async def test_a_child_s_case_says_for_whom_one_acts(town):
    town.desk.portal.views[VIEW["case"]] = VIEW | {"person": CHILD}
    assert "You act for Joosep Maasikas." in (await (await town.visitor()).get(at(VIEW))).text


def _hostile(value):
    """Every text of a value made hostile, but for times, amounts and what steers the page."""
    steering = {"case", "state", "may", "at", "day", "until", "opened", "due", "paid", "currency",
                "kind", "self", "step", "next", "size", "name_of_step"}  # fmt: skip
    if isinstance(value, dict):
        return {k: v if k in steering else _hostile(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


def _plain(text):
    """A page without its token and its number."""
    return text.split("<main")[1].split("</main>")[0]


async def _visitor(town, person):
    town.login.person = person
    return await town.visitor()


def _visitor_of(person):
    from types import SimpleNamespace

    return SimpleNamespace(person=person)


async def test_a_decision_without_an_appeal_promises_none(town):
    decision = REFUSED["decision"] | {"appeal": None}
    town.desk.portal.views[REFUSED["case"]] = REFUSED | {"decision": decision}
    page = (await (await town.visitor()).get(f"/cases/{REFUSED['case']}")).text
    assert "We can’t renew your driving licence." in page
    assert "If you do not agree" not in page
    assert "The decision will say how to appeal" not in page


async def test_laws_are_named_in_the_language_of_the_page(town):
    fee = GRANTED["fee"] | {"law": "Riigilõivuseadus § 190"}
    ground = REFUSED["grounds"][0] | {"law": "Liiklusseadus § 101 lg 1 (säte oletuslik)"}
    told = REFUSED | {"fee": fee, "grounds": [ground]}
    town.desk.portal.views[REFUSED["case"]] = told
    page = (await (await town.visitor()).get(f"/cases/{REFUSED['case']}")).text
    assert "State Fees Act § 190" in page
    assert "Law: Traffic Act § 101" in page
    assert "seadus" not in page
