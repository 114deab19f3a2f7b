"""Home, search, life events, services: what anybody may read, and what only its person sees."""

import pytest

from riik.core import Unavailable
from riik.portal.citizen.errors import PortalRefused
from riik.portal.session import SignedOut

pytestmark = pytest.mark.anyio

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
CASE = {
    "case": "case-0123456789abcdef",
    "number": "2026-000017",
    "service": "driving-licence",
    "title": "Renew a driving licence",
    "organisation": "Transport Administration",
    "provider": "EE-DEMO/GOV/70001053/services",
    "state": "to-sign",
    "state_text": "Waits for your signature",
    "state_tag": "wait",
    "opened": "2026-11-23T09:00:00Z",
    "due": None,
    "person": {"name": "Mari", "given_names": "Mari", "self": True},
    "next": {"step": "submission"},
    "with": {"kind": "person", "organisation": "", "unit": "", "name": ""},
    "may": ["answer", "sign", "withdraw"],
    "unread": 0,
}


def certificate(until=None, *, silent=False):
    """What the register of medical certificates holds."""
    held = licence(until) if until else licence("2026-11-30")
    rows = held[0]["rows"] if until else []
    return [
        held[0] | {"register": "EE-DEMO/COM/1/medical-certificates", "rows": rows, "silent": silent}
    ]


def licence(until, **days):
    """What a register holds, as the counter tells it."""
    row = {
        "id": "licence.valid_until",
        "fields": ["valid_until"],
        "label": "Valid until",
        "value": until,
        "kind": "day",
        "from": "from the transport register",
    }
    return [
        {
            "register": "EE-DEMO/GOV/70001053/driving-rights",
            "name": "Transport register",
            "organisation": "Transport Administration",
            "law": "",
            "rows": [row, *(row | {"fields": [name], "value": day} for name, day in days.items())],
            "silent": False,
        }
    ]


async def test_home_is_for_anybody(town):
    page = await town.browser().get("/")
    assert page.status == 200
    assert "What do you need from the state?" in page.text
    assert "Sign in with the ID-card" in page.text
    assert "Waiting for you" not in page.text


async def test_home_greets_by_the_hour_of_the_country(town, clock):
    mari = await town.visitor()
    assert "Good afternoon, Mari" in (await mari.get("/")).text
    assert "Tere, Mari" in (await mari.get("/?lang=et")).text
    assert "Chào chị\N{NO-BREAK SPACE}Mari" in (await mari.get("/?lang=vi")).text


async def test_what_the_person_has_to_do_comes_first_and_leads_there(town):
    other = CASE | {"case": "case-of-another-day", "opened": "2026-11-23T11:00:00Z", "may": []}
    town.desk.told["mine"] = {"cases": [other, CASE], "silent": []}
    page = (await (await town.visitor()).get("/")).text
    assert page.index(f"/cases/{CASE['case']}/continue") < page.index("/cases/case-of-another-day")


async def test_a_case_that_ended_waits_for_nobody(town):
    town.desk.told["mine"] = {"cases": [CASE | {"state": "granted", "may": []}], "silent": []}
    assert "Nothing waits for you" in (await (await town.visitor()).get("/")).text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-11-30", "Your driving licence expires on 30\N{NO-BREAK SPACE}November 2026"),
        ("2026-11-01", "Your driving licence expired on 1\N{NO-BREAK SPACE}November 2026"),
    ],
)
async def test_a_licence_that_ends_soon_is_offered_anew(town, until, said):
    town.desk.told |= {"own": licence(until), "own medical-certificates": certificate("2026-11-23")}
    page = (await (await town.visitor()).get("/")).text
    assert said in page
    assert "from the transport register" in page
    assert "medical certificate" not in page
    assert page.index("The state offers you") < page.index("Waiting for you")


NEEDY = [
    ("none", certificate(), "Get it first"),
    ("one that is over", certificate("2026-11-22"), "Get it first"),
    ("nobody knows", certificate(silent=True), "We could not ask whether you have"),
    ("nobody answers", Unavailable("silent", why="network"), "We could not ask whether you have"),
]


@pytest.mark.parametrize(("held", "said"), [n[1:] for n in NEEDY], ids=[n[0] for n in NEEDY])
async def test_what_the_offered_service_needs_is_looked_at_first(town, held, said):
    town.desk.told |= {"own": licence("2026-11-30"), "own medical-certificates": held}
    assert said in (await (await town.visitor()).get("/")).text


async def test_a_suspended_licence_is_offered_to_nobody(town):
    town.desk.told["own"] = licence("2026-11-30", suspended_until="2026-12-30")
    assert "The state offers you" not in (await (await town.visitor()).get("/")).text


@pytest.mark.parametrize(
    ("until", "cases"),
    [("2027-11-30", []), ("2026-11-30", [CASE])],
    ids=["it ends in a year", "it was begun already"],
)
async def test_nothing_is_offered_when(town, until, cases):
    town.desk.told |= {"own": licence(until), "mine": {"cases": cases, "silent": []}}
    assert "Your driving licence" not in (await (await town.visitor()).get("/")).text


async def test_looking_at_home_again_is_no_look_at_one_s_data_again(town, clock):
    town.desk.told["own"] = licence("2026-11-30")
    mari = await town.visitor(to="/help")
    for _ in range(3):
        assert "Your driving licence expires" in (await mari.get("/")).text
    assert town.desk.asked_own == 2
    clock.advance(minutes=16)
    await mari.get("/")
    assert town.desk.asked_own == 4


@pytest.mark.parametrize("verb", ["mine", "notices", "mandates", "own"])
async def test_home_stands_while_a_part_is_silent(town, verb):
    town.desk.told[verb] = Unavailable("silent", why="network")
    page = await (await town.visitor()).get("/")
    assert (page.status, "What happens in life" in page.text) == (200, True)


async def test_whose_session_ended_meanwhile_signs_in_again(town):
    mari = await town.visitor()
    town.desk.told["mine"] = SignedOut("login ended it", why="handle")
    page = await mari.get("/")
    assert (page.status, page.headers["location"]) == (303, "/sign-in?to=%2F")


async def test_a_name_that_is_markup_stays_text(town):
    town.desk.told |= {
        "mine": {"cases": [CASE | {"title": HOSTILE}], "silent": [HOSTILE]},
        "mandates": {"people": [{"person": "EE1", "name": HOSTILE, "role": "parent"}]},
    }
    page = (await (await town.visitor()).get("/")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


async def test_search_answers_and_is_honest_about_nothing(town):
    browser = town.browser()
    assert "One service for “renew”" in (await browser.get("/services?q=renew")).text
    nothing = (await browser.get("/services?q=unicorn")).text
    assert "Nothing found for “unicorn”" in nothing
    assert "Renew a driving licence" in nothing


async def test_what_is_done_only_in_presence_is_said_and_nothing_else_is_offered(town):
    page = (await town.browser().get("/services?q=divorce")).text
    assert "Only in presence" in page
    assert "the civil status office or a notary" in page
    assert "Nothing found" not in page


async def test_search_finds_the_portal_s_own_pages(town):
    page = (await town.browser().get("/services?q=who+looked+at+my+data")).text
    assert '<h2><a href="/looks">' in page
    assert "All services" not in page


async def test_words_that_are_markup_stay_words(town):
    page = await town.browser().get("/services?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.text


async def test_a_life_event_without_services_says_so(town):
    browser = town.browser()
    assert "Not yet here" in (await browser.get("/events/birth")).text
    assert "Renew a driving licence" in (await browser.get("/events/travel")).text


async def test_a_service_tells_its_price_its_law_and_who_answers(town):
    page = (await town.browser().get("/services/driving-licence")).text
    for told in ("Traffic Act", "Transport Administration", "4 minutes", "Prices", "For whom"):
        assert told in page


async def test_who_is_not_signed_in_begins_by_a_link_and_who_is_by_a_form(town):
    out = (await town.browser().get("/services/driving-licence")).text
    assert 'href="/services/driving-licence/start"' in out
    assert '<form method="post" action="/services/driving-licence/start"' not in out
    inside = (await (await town.visitor()).get("/services/driving-licence")).text
    assert '<form method="post" action="/services/driving-licence/start"' in inside


@pytest.mark.parametrize("path", ["/services/none", "/events/none", "/services/..%2f..%2fetc"])
async def test_what_is_not_there_is_said_kindly(town, path):
    page = await town.browser().get(path)
    assert page.status == 404


@pytest.mark.parametrize("path", ["/help", "/accessibility", "/real"])
@pytest.mark.parametrize("language", ["et", "vi", "en"])
async def test_pages_about_the_site(town, path, language):
    page = await town.browser().get(f"{path}?lang={language}")
    assert (page.status, f'<html lang="{language}"' in page.text) == (200, True)


@pytest.mark.parametrize("path", ["/", "/services", "/services/driving-licence", "/help"])
async def test_a_page_reads_the_catalogue_once(town, path):
    read, services = [], town.desk.catalogue.services

    async def counted(language):
        read.append(language)
        return await services(language)

    town.desk.catalogue.services = counted
    assert (await (await town.visitor()).get(path)).status == 200
    assert read == ["en"]


async def test_a_page_that_was_drawn_for_one_is_drawn_for_each(town):
    inside = (await (await town.visitor()).get("/services/driving-licence")).text
    outside = (await town.browser().get("/services/driving-licence")).text
    estonian = (await town.browser().get("/services/driving-licence?lang=et")).text
    again = (await (await town.visitor()).get("/services/driving-licence")).text
    assert [page.count('name="csrf"') > 0 for page in (inside, outside, again)] == [
        True,
        False,
        True,
    ]
    assert 'name="once"' not in outside
    assert ("How it goes" in outside, "How it goes" in estonian) == (True, False)


async def test_a_guide_that_changed_is_on_the_next_page(town):
    browser = town.browser()
    before = (await browser.get("/services/driving-licence")).text
    services = town.desk.catalogue.services

    async def changed(language):
        known = await services(language)
        guides = [one | {"for_whom": ["Whoever asks."]} for one in known["services"]]
        return known | {"services": guides}

    town.desk.catalogue.services = changed
    after = (await browser.get("/services/driving-licence")).text
    assert ("Whoever asks." in before, "Whoever asks." in after) == (False, True)


async def test_a_catalogue_that_is_away_is_no_missing_page(town):
    async def away(language):
        raise PortalRefused("nobody tells of services", why="no-catalogue")

    town.desk.catalogue.services = away
    assert (await town.browser().get("/")).status == 404
