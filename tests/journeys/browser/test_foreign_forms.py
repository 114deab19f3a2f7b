"""What other sites may make a person's browser do here: nothing. By every form of every site.

Forms are found from the routes, so that a new one is tried too. The browser is signed in, and
sends its cookies whatever their rules say; only the headers tell that a stranger's page sent it.
"""

import re

import pytest
from tests.journeys.browser.atlas import sites_of
from tests.journeys.browser.house import enter, put_card

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

FORM, TEXT = "application/x-www-form-urlencoded", "text/plain"
FOREIGN = [
    ("https://evil.example", "cross-site", FORM),
    ("null", "cross-site", FORM),
    ("http://localhost:9", "same-site", FORM),
    ("", "cross-site", FORM),
    ("https://evil.example", "cross-site", TEXT),
    ("https://evil.example", "", "application/json"),
]
BY_PROTOCOL = {
    ("authority", "/oidc/authorize"): "a site may post its request (OpenID Connect Core §3.1.2.1)",
    ("authority", "/oidc/logout"): "so may it post its wish (RP-Initiated Logout §2); we ask first",
    ("trust", "/ocsp"): "asks no cookie (RFC 6960)",
    ("trust", "/tsa"): "asks no cookie (RFC 3161)",
    ("witness", "/add-checkpoint"): "asks no cookie: the head is signed",
}
"""What anybody may send, and why nothing is lost by it."""

VISITS = [
    ("portal", "mari", "/v1/session"),
    ("authority", "mari", "/sessions"),
    ("school", "rein", "/v1/session"),
    ("bank-site", "mari", "/account"),
    ("card", "mari", "/"),
    ("front", "", "/"),
]
EVIL = "http://evil.test/"


def forms_of(sites, role):
    """The paths of a site's routes that take a form."""
    routes = sites[role]
    return [one.path for one in routes if "POST" in (getattr(one, "methods", None) or ())]


@pytest.fixture
async def signed_in(context, country):
    """Signs somebody in somewhere; answers the tab."""

    async def act(role, who):
        page = await context.new_page()
        if who:
            await put_card(context, country, who)
        if role not in ("card", "front"):
            site = "portal" if role == "authority" else role
            await enter(page, country, site, who, to="/account" if role == "bank-site" else "/")
        return page

    return act


@pytest.mark.parametrize(("role", "who", "own"), VISITS, ids=str)
async def test_no_form_is_taken_from_a_stranger_s_page(
    context, country, front, lives, signed_in, role, who, own
):
    await signed_in(role, who)
    origin = country.places[role].origin
    names = {"case": lives.draft if role == "portal" else lives.waiting, "step:path": "payment"}
    taken = []
    for path in forms_of(sites_of(country, front), role):
        address = re.sub(r"\{([^}]+)\}", lambda found: names.get(found[1], "x"), path)
        for origin_said, fetch, kind in FOREIGN:
            told = {"Origin": origin_said, "Sec-Fetch-Site": fetch, "Content-Type": kind}
            headers = {name: value for name, value in told.items() if value}
            answer = await context.request.post(
                f"{origin}{address}", headers=headers, data="a=b", max_redirects=0
            )
            if answer.status < 400 and (role, path) not in BY_PROTOCOL:
                taken.append(f"{path}: {answer.status} {headers}")
    assert not taken, "\n".join(taken)
    assert (await context.request.get(f"{origin}{own}", max_redirects=0)).ok


async def test_a_stranger_s_page_signs_nobody_out(context, country, signed_in):
    page, portal = await signed_in("portal", "mari"), country.places["portal"].origin
    form = f"<form method=post action='{portal}/sign-out'><button>x</button></form>"
    await page.route(f"{EVIL}*", lambda route: route.fulfill(content_type="text/html", body=form))
    await page.goto(EVIL)
    await page.click("button")
    await page.wait_for_url(f"{portal}/**")
    assert (await context.request.get(f"{portal}/v1/session")).ok


@pytest.mark.parametrize("role", ["portal", "authority", "bank-site", "card"])
async def test_a_stranger_s_page_can_not_frame_ours(context, country, role):
    page = await context.new_page()
    path = {"authority": "/login", "card": "/window"}.get(role, "/")
    frame = f"<iframe src='{country.places[role].origin}{path}'></iframe>"
    await page.route(f"{EVIL}*", lambda route: route.fulfill(content_type="text/html", body=frame))
    await page.goto(EVIL)
    assert page.frames[1].url.startswith("chrome-error:")


async def test_a_cookie_planted_before_is_not_the_one_afterwards(context, country, signed_in):
    portal = country.places["portal"].origin
    planted = {"name": "riik-portal-guest", "value": "x" * 43, "url": portal}
    await context.add_cookies([planted])
    await signed_in("portal", "mari")
    [cookie] = [c for c in await context.cookies(portal) if c["name"] == planted["name"]]
    assert cookie["value"] != planted["value"]
    await context.clear_cookies()
    await context.add_cookies([planted])
    assert (await context.request.get(f"{portal}/v1/session")).status == 401


@pytest.mark.parametrize("role", ["portal", "school"])
async def test_a_stolen_cookie_is_dead_after_signing_out(
    chromium, context, country, signed_in, role
):
    await signed_in(role, {"portal": "mari", "school": "rein"}[role])
    origin = country.places[role].origin
    thief = await chromium.new_context(storage_state=await context.storage_state())
    session = await thief.request.get(f"{origin}/v1/session")
    assert session.ok
    own = {"Origin": origin, "X-Csrf": (await session.json())["csrf"]}
    left = await context.request.delete(f"{origin}/v1/session", headers=own)
    assert left.ok
    assert (await thief.request.get(f"{origin}/v1/session")).status == 401
    await thief.close()


@pytest.mark.parametrize(
    "to",
    ["//evil.test/", "https://evil.test/", "/\\evil.test/", "javascript:alert(1)", "/%0d%0ax:y"],
)
async def test_nobody_is_led_away_after_signing_in(context, country, signed_in, to):
    page = await signed_in("portal", "mari")
    portal = country.places["portal"].origin
    await page.goto(f"{portal}/sign-in?to={to}")
    assert page.url.startswith(f"{portal}/")
