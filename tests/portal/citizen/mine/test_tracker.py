"""Who looked: every look with its reason and its proof, and nothing of anybody else."""

from dataclasses import replace
from urllib.parse import unquote

import pytest
from markupsafe import Markup
from starlette.applications import Starlette
from tests.portal.citizen.mine.house import (
    HOSTILE,
    LOOK,
    LOOKS,
    NO_PROOF,
    POPULATION,
    PROOF,
    RECEIPT,
)

from riik.portal.citizen.me.http import routes as me_routes
from riik.portal.citizen.tracker.http import routes as tracker_routes
from riik.portal.citizen.tracker.rows import MOST_DRAWN, mailto, steps
from riik.portal.session.door.http import door_routes
from riik.profiles import country_profile

pytestmark = pytest.mark.anyio

ENTRY = f"/looks/{POPULATION}/entry-1"
NONE = {"looks": 0, "organisations": 0, "refused": 0, "coming": 0, "proved": 0, "groups": []}


async def test_looks_stand_by_organisation_and_purpose_with_their_proof(town):
    page = (await (await town.visitor()).get("/looks")).text
    for said in (
        "2 looks in the last 30 days, by one organisation",
        "One attempt was refused.",
        "To renew your driving licence",
        'href="/cases/case-with-an-official-1"',
        "<strong>Anneli Põder</strong> read your address.",
        "Proof within a minute",
        "entry 1,904,377 of the register’s log",
        "Open Eye Association",
        f'href="{ENTRY}/proof"',
        "Kadriorg Clinic did not answer.",
        "Who looked at your data there is not shown here",
        "This list is not whole.",
        "A court may keep a look from you",
    ):
        assert said in page, said


@pytest.mark.parametrize(
    ("query", "days"),
    [("", 30), ("?days=365", 365), ("?days=all", 36_500), ("?days=-1", 30), ("?days=1e9", 30)],
)
async def test_a_period_is_one_of_three(town, query, days):
    await (await town.visitor()).get(f"/looks{query}")
    assert town.desk.asked == [("looks", days)]


async def test_one_organisation_can_be_looked_at_alone(town):
    page = (await (await town.visitor()).get("/looks?of=EE-DEMO/PRI/10000022")).text
    assert "Marketing" in page
    assert "To renew your driving licence" not in page


async def test_an_organisation_that_never_looked_hides_nobody(town):
    page = (await (await town.visitor()).get("/looks?of=EE-DEMO/GOV/none")).text
    assert "To renew your driving licence" in page


async def test_a_record_that_does_not_fit_is_shouted(town):
    broken = LOOK | {"proof": PROOF | {"standing": "broken", "why": "root"}}
    town.desk.told["looks"] = LOOKS | {
        "broken": 1,
        "groups": [LOOKS["groups"][0] | {"looks": [broken]}],
    }
    page = (await (await town.visitor()).get("/looks")).text
    assert "One record does not fit its proof." in page
    assert "Does not fit" in page
    assert "All are proved." not in page


async def test_nobody_looked_is_said(town):
    town.desk.told["looks"] = LOOKS | NONE | {"silent": [], "complete": True}
    assert "Nobody looked at your data" in (await (await town.visitor()).get("/looks")).text


async def test_nobody_is_cleared_while_somebody_does_not_answer(town):
    town.desk.told["looks"] = LOOKS | NONE
    page = (await (await town.visitor()).get("/looks")).text
    assert "Nobody looked at your data" not in page
    assert "No look of anybody else is shown. <strong>This list is not whole.</strong>" in page


ALL_PROVED = LOOKS | {
    "coming": 0,
    "groups": [LOOKS["groups"][0] | {"looks": [LOOK]}],
    "silent": [],
    "complete": True,
}
CHANGED = {"organisation": "Kadriorg Clinic", "standing": "changed", "why": "gone", "since": "2026-11-22T09:00:00Z"}  # fmt: skip
UNSURE = [
    ("a log was changed", {"logs": [CHANGED]}, "The log of Kadriorg Clinic was changed."),
    ("its head is forged", {"logs": [CHANGED | {"since": None}]}, "Its head is not signed as it must be."),
    ("a log was not asked", {"logs": [CHANGED | {"standing": "silent"}]}, "could not be checked"),
    ("a log has no key", {"logs": [CHANGED | {"standing": "unknown"}]}, "We do not have the key"),
    ("somebody is silent", {"silent": ["Kadriorg Clinic"]}, "Kadriorg Clinic did not answer."),
    ("there is more", {"more": True}, "There are more looks than these."),
]  # fmt: skip


async def test_all_is_called_proved_when_all_is(town):
    town.desk.told["looks"] = ALL_PROVED
    assert "All are proved." in (await (await town.visitor()).get("/looks")).text


@pytest.mark.parametrize(("told", "said"), [u[1:] for u in UNSURE], ids=[u[0] for u in UNSURE])
async def test_all_is_not_called_proved_while_something_is_unsure(town, told, said):
    town.desk.told["looks"] = ALL_PROVED | {"complete": False} | told
    page = (await (await town.visitor()).get("/looks")).text
    assert said in page
    assert "This list is not whole." in page
    assert "All are proved." not in page


async def test_very_many_looks_keep_the_page_light(town):
    many = [LOOK | {"entry": f"entry-{number}"} for number in range(5_000)]
    town.desk.told["looks"] = LOOKS | {
        "looks": 5_000,
        "groups": [LOOKS["groups"][0] | {"looks": many}, LOOKS["groups"][1]],
    }
    mari = await town.visitor()
    page = (await mari.get("/looks?days=all")).text
    assert page.count('class="look"') == MOST_DRAWN
    assert len(page.encode()) < 61_440
    assert f"1–{MOST_DRAWN} of 5001" in page
    assert f'href="/looks?days=all&amp;of=&amp;from={MOST_DRAWN}"' in page
    last = (await mari.get("/looks?days=all&from=4980")).text
    assert last.count('class="look"') == MOST_DRAWN
    assert f'href="/looks?days=all&amp;of=&amp;from={4980 - MOST_DRAWN}"' in last


@pytest.mark.parametrize("place", ["-1", "x", "99999", "9" * 40, "٣", "1.5"])
async def test_a_place_that_is_none_is_the_beginning(town, place):
    page = (await (await town.visitor()).get(f"/looks?from={place}")).text
    assert "To renew your driving licence" in page
    assert page.count('class="look"') == 3


OWN = LOOKS["groups"][0] | {
    "organisation": "State Portal",
    "member": "EE-DEMO/GOV/70001065",
    "purpose": "You looked at your own data",
    "looks": [
        LOOK | {"who": "you", "entry": f"own-{number}", "proof": NO_PROOF | {"standing": "coming"}}
        for number in range(25)
    ],
}


async def test_one_s_own_looks_come_last_folded_and_counted_apart(town):
    town.desk.told["looks"] = LOOKS | {"looks": 28, "coming": 26, "groups": [OWN, *LOOKS["groups"]]}
    page = (await (await town.visitor()).get("/looks")).text
    assert page.index("Demonstration Bank") < page.index("By you, through the portal")
    assert "<summary>By you, through the portal · 25 looks</summary>" in page
    assert "2 looks in the last 30 days, by one organisation" in page
    assert "One is not proved yet" in page
    assert 'href="/looks?days=30&amp;of=you"' in page


async def test_nobody_but_oneself_is_said(town):
    town.desk.told["looks"] = LOOKS | {"looks": 3, "refused": 0, "groups": [OWN], "silent": []}
    page = (await (await town.visitor()).get("/looks")).text
    assert "Nobody but you looked at your data" in page


async def test_one_s_own_looks_have_a_page_of_their_own(town):
    town.desk.told["looks"] = LOOKS | {"groups": [OWN, *LOOKS["groups"]]}
    page = (await (await town.visitor()).get("/looks?of=you")).text
    assert page.count('class="look"') == MOST_DRAWN
    assert "1–20 of 25" in page
    assert "Demonstration Bank" not in page


async def test_one_s_own_look_among_those_of_an_organisation_is_taken_out(town):
    both = LOOKS["groups"][0] | {"looks": [LOOK, LOOK | {"who": "you", "entry": "own-1"}]}
    town.desk.told["looks"] = LOOKS | {"groups": [both], "refused": 0}
    page = (await (await town.visitor()).get("/looks")).text
    assert "One look in the last 30 days" in page
    assert "By you, through the portal · one look" in page


async def test_a_proof_is_a_file_to_keep(town):
    proof = await (await town.visitor()).get(f"{ENTRY}/proof")
    assert (proof.status, proof.text.encode()) == (200, RECEIPT)
    assert proof.headers["content-type"] == "application/octet-stream"
    assert proof.headers["content-disposition"].endswith('"look-entry-1.tlog-proof"')


@pytest.mark.parametrize("page", ["proof", "why"])
@pytest.mark.parametrize(
    "look",
    ["EE-DEMO/GOV/70008440/population/entry-9", "EE-DEMO/GOV/1/none/entry-1", "x/entry-1",
     f"{POPULATION}/{'a' * 121}", f"{POPULATION}/%00"],
)  # fmt: skip
async def test_another_s_look_and_none_look_the_same(town, look, page):
    town.desk.told["looks"] = LOOKS | {"silent": []}
    answer = await (await town.visitor()).get(f"/looks/{look}/{page}")
    assert answer.status == 404
    assert "Transport" not in answer.text


async def test_a_look_that_a_silent_register_may_hold_is_not_called_missing(town):
    answer = await (await town.visitor()).get(f"/looks/{POPULATION}/entry-9/why")
    assert answer.status == 503


async def test_asking_why_writes_the_letter(town):
    page = (await (await town.visitor()).get(f"{ENTRY}/why")).text
    assert "licences@transport.example" in page
    assert "Entry entry-1 of EE-DEMO/GOV/70008440/population" in page
    mail = page.split('href="mailto:licences@transport.example?')[1].split('"')[0]
    assert "article 15" in unquote(mail)
    assert "within 30 days" in page


async def test_a_vietnamese_letter_rests_on_the_vietnamese_law(town):
    frame = town.hall.site.frame
    there = replace(frame, profile=country_profile("vn"))
    hall = replace(town.hall, site=replace(town.hall.site, frame=there))
    rooms = [*door_routes(hall.site), *tracker_routes(hall), *me_routes(hall)]
    abroad = replace(town, app=Starlette(routes=rooms), hall=hall)
    mari = await abroad.visitor()
    page = (await mari.get(f"{ENTRY}/why")).text
    assert "Law on Personal Data Protection 91/2025/QH15" in page
    assert "within 10 days" in page
    wrong = (await mari.get(f"/me/wrong?register={POPULATION}")).text
    for text in (page, wrong, (await mari.get("/looks")).text):
        assert "General Data Protection Regulation" not in text
        assert "within 30 days" not in text


async def test_an_organisation_without_an_address_is_asked_another_way(town):
    look = f"/looks/{POPULATION}/entry-3/why"
    page = (await (await town.visitor()).get(look)).text
    assert "We know no e-mail address of it." in page
    assert "mailto:" not in page


async def test_markup_in_a_look_stays_text(town):
    look = LOOK | {
        "sentence": Markup("<strong>{}</strong>").format(HOSTILE),
        "source": HOSTILE,
        "law": HOSTILE,
        "what": [HOSTILE],
        "proof": PROOF | {"witnesses": [{"name": HOSTILE, "at": "2026-11-23T08:45:31Z"}]},
    }
    group = LOOKS["groups"][0] | {
        "organisation": HOSTILE,
        "member": HOSTILE,
        "purpose": HOSTILE,
        "looks": [look, look | {"sentence": HOSTILE}],
    }
    town.desk.told["looks"] = LOOKS | {"groups": [group], "silent": [HOSTILE]}
    mari = await town.visitor()
    for path in ("/looks", f"{ENTRY}/why"):
        page = (await mari.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("position", "size", "found"),
    [(0, 1, 0), (0, 2, 1), (2, 3, 1), (0, 3, 2), (6, 7, 2), (5, 7, 3), (0, 8, 3), (4, 5, 1)],
)
async def test_a_proof_has_as_many_steps_as_its_tree_asks(position, size, found):
    assert steps(position, size) == found


async def test_a_mail_address_carries_nothing_else():
    assert mailto("", subject="x", body="y") == ""
    written = mailto("a@b.example?bcc=c@d.example", subject="s&x", body="a\nb")
    assert written == "mailto:a@b.example%3Fbcc%3Dc@d.example?subject=s%26x&body=a%0D%0Ab"


async def test_how_to_check_without_us_needs_no_sign_in(town):
    page = await town.browser().get("/looks/check")
    assert (page.status, "c2sp.org/tlog-proof@v1" in page.text) == (200, True)
