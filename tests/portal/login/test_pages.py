"""The login's pages: who asks, what they will know, where one is signed in, and the way out."""

import re
from urllib.parse import urlencode

import pytest
from tests.login.oidc.conftest import AFTER, Browser

from riik.login import ClientRefused, OriginRefused, RequestRefused
from riik.testing.cards import bound_card

pytestmark = pytest.mark.anyio
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def waiting(browser):
    """Opens the chooser of a site's request."""

    async def act(**changes):
        onward = await browser.authorize(**changes)
        return await browser.send("GET", onward.location)

    return act


def policy(answer):
    return answer.headers["content-security-policy"]


async def test_the_chooser_says_who_asks_and_what_they_will_know(waiting):
    page = (await waiting(ui_locales="en")).text
    assert "<strong>State Portal</strong> asks who you are" in page
    assert "your personal code" in page
    assert "login.demo.ee" in page


@pytest.mark.parametrize(
    ("locales", "words"),
    [("et", "küsib, kes sa oled"), ("vi", "hỏi bạn là ai"), ("fr vi", "hỏi bạn là ai")],
)
async def test_the_page_speaks_the_language_that_the_site_names(waiting, locales, words):
    assert words in (await waiting(ui_locales=locales)).text


async def test_the_language_chosen_on_the_page_wins(browser):
    onward = await browser.authorize(ui_locales="et")
    page = await browser.send("GET", f"{onward.location}&lang=vi")
    assert 'lang="vi"' in page.text


async def test_pages_cannot_be_framed_and_run_nothing_foreign(waiting):
    page = await waiting()
    assert "frame-ancestors 'none'" in policy(page)
    assert "default-src 'none'" in policy(page)
    assert "unsafe" not in policy(page)


async def test_the_card_s_window_may_find_its_opener(waiting):
    headers = (await waiting()).headers
    assert headers["cross-origin-opener-policy"] == "same-origin-allow-popups"


async def test_forms_lead_to_us_and_to_the_asking_site_alone(waiting):
    assert "form-action 'self' https://portal.demo.ee;" in policy(await waiting())


async def test_no_name_of_a_request_stands_in_a_foreign_page(browser, waiting):
    stranger = Browser(browser.app)
    onward = await browser.authorize()
    page = await stranger.send("GET", onward.location)
    assert page.status == 400
    assert "/oidc/continue" not in page.text


async def test_an_unknown_request_says_what_to_do(browser):
    page = await browser.send("GET", "/login?request=nothing&lang=en")
    assert page.status == 400
    assert "begin again there" in page.text


async def test_what_comes_in_the_address_is_never_markup(browser, enter):
    await enter()
    for path in ("/login?request=", "/logout?state=", "/logout?x="):
        page = await browser.send("GET", path + "%3Cscript%3Ealert(1)%3C/script%3E")
        assert HOSTILE not in page.text


async def test_who_is_signed_in_is_asked_before_a_new_site_is_told(browser, enter, waiting):
    await enter()
    page = (await waiting(ui_locales="en")).text
    assert "Continue as Mari-Liis Männik?" in page
    assert 'action="/oidc/continue"' in page


async def test_who_must_show_the_card_again_is_told_so(browser, enter, waiting):
    await enter()
    page = (await waiting(prompt="login", ui_locales="en")).text
    assert "Show your card again" in page
    assert 'data-answer="/auth/web-eid?request=' in page


async def test_somebody_else_can_sign_in_instead(browser, enter):
    await enter()
    onward = await browser.authorize(ui_locales="en")
    page = (await browser.send("GET", f"{onward.location}&other=yes")).text
    assert "How do you want to sign in?" in page


async def test_nobody_s_sign_ins_are_shown_to_nobody(browser):
    assert (await browser.send("GET", "/")).location == "/sessions"
    assert (await browser.send("GET", "/sessions")).location == "/login"


async def test_my_sign_ins_name_browsers_sites_and_history(browser, enter, app):
    await enter(within=Browser(app))
    onward = await browser.authorize()
    await enter()
    await browser.send("GET", f"/oidc/continue?request={onward.told['request']}")
    page = (await browser.send("GET", "/sessions?lang=en")).text
    assert "You are signed in in 2 browsers" in page
    assert "State Portal was told who you are" in page


async def test_another_browser_is_signed_out_from_here(browser, enter, app):
    other = Browser(app)
    await enter(within=other)
    await enter()
    page = (await browser.send("GET", "/sessions")).text
    sids = re.findall(r'name="only" value="([^"]+)"', page)
    answer = await browser.send("POST", "/sessions", {"only": sids[1]})
    assert answer.location == "/sessions"
    assert (await other.send("GET", "/sessions")).location == "/login"
    assert (await browser.send("GET", "/sessions")).status == 200


async def test_a_shared_screen_tells_and_ends_nothing_of_other_browsers(browser, enter, app):
    """Whoever sits there after the person sees one sign-in, and can end that one."""
    at_home = Browser(app)
    await enter(within=at_home)
    await browser.authorize(client_id="desk", redirect_uri="https://desk.demo.ee/back")
    await enter()
    await browser.send("GET", f"/oidc/continue?request={browser.waiting}")
    page = (await browser.send("GET", "/sessions?lang=en")).text
    assert "People share this screen" in page
    assert "What happened in your name" not in page
    assert page.count('name="only"') == 1
    assert (await browser.send("POST", "/sessions", {})).location == "/logged-out"
    assert (await at_home.send("GET", "/sessions")).status == 200


async def test_signing_out_here_leaves_nobody_signed_in_here(browser, enter):
    await enter()
    [sid] = re.findall(
        r'name="only" value="([^"]+)"', (await browser.send("GET", "/sessions")).text
    )
    assert (await browser.send("POST", "/sessions", {"only": sid})).location == "/logged-out"


async def test_another_person_s_sign_in_can_t_be_ended_by_its_name(browser, enter, app, country):
    other = Browser(app)
    await enter(bound_card(country), within=other)
    [sid] = re.findall(r'name="only" value="([^"]+)"', (await other.send("GET", "/sessions")).text)
    await enter()
    await browser.send("POST", "/sessions", {"only": sid})
    assert (await other.send("GET", "/sessions")).status == 200


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": None}], ids=str)
async def test_no_other_page_ends_a_sign_in(browser, enter, headers):
    await enter()
    with pytest.raises(OriginRefused):
        await browser.send("POST", "/sessions", {}, **headers)


async def test_a_flood_of_fields_is_refused(browser, enter):
    await enter()
    flood = [(str(number), "") for number in range(100)]
    with pytest.raises(RequestRefused):
        await browser.send("GET", f"/logout?{urlencode(flood)}")
    with pytest.raises(RequestRefused):
        await browser.send("POST", "/sessions", flood)


async def test_everywhere_means_here_too(browser, enter, app):
    other = Browser(app)
    await enter(within=other)
    await enter()
    assert (await browser.send("POST", "/sessions", {})).location == "/logged-out"
    for visitor in (browser, other):
        assert (await visitor.send("GET", "/sessions")).location == "/login"


async def test_the_way_out_names_the_sites_that_will_hear(browser, enter):
    onward = await browser.authorize()
    await enter()
    await browser.send("GET", f"/oidc/continue?request={onward.told['request']}")
    page = await browser.send(
        "GET", f"/logout?client_id=portal&post_logout_redirect_uri={AFTER}&lang=en"
    )
    assert "State Portal" in page.text
    assert "form-action 'self' https://portal.demo.ee;" in policy(page)


async def test_a_strange_address_opens_no_form_to_it(browser, enter):
    await enter()
    page = await browser.send("GET", "/logout?post_logout_redirect_uri=https://evil.example/")
    assert "form-action 'self';" in policy(page)


STRANGE = [
    "/oidc/authorize?client_id=nobody",
    "/oidc/continue?request=nothing",
    "/oidc/cancel?request=nothing",
    "/oidc/logout?client_id=nobody",
]


@pytest.mark.parametrize("path", STRANGE)
async def test_what_no_site_can_be_told_is_told_to_the_person(browser, path):
    page = await browser.send("GET", path, accept="text/html")
    assert page.status == 400
    assert page.location == ""
    assert "frame-ancestors 'none'" in policy(page)
    with pytest.raises(ClientRefused):
        await browser.send("GET", path, accept="application/json")
