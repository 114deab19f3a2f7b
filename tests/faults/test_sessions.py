"""Sessions at the state's sites: one sign-in for all, each with a cookie of its own, all end together."""

import aiohttp
import pytest
from tests.faults.house import at_home, closed_door
from tests.journeys.house import until, visit

from riik.core import Unavailable
from riik.demo.browser import PageRefused
from riik.login.model import hash_of

pytestmark = pytest.mark.anyio

HTML = {"Accept": "text/html", "Accept-Language": "en"}


def origin(country, role):
    """Where a member's site is."""
    return country.places[role].origin


def cookie_of(browser, role):
    """The browser's session cookie at a member's site."""
    return {c.key: c.value for c in browser._http.cookie_jar}[f"riik-{role}-guest"]


async def why_out(browser, site):
    """Why a site knows this browser no more."""
    with pytest.raises(PageRefused) as refused:
        await browser.get(f"{site}/v1/session")
    return refused.value.why


async def ended(browser, site):
    """Why, once it is so."""

    async def asked():
        try:
            await browser.get(f"{site}/v1/session")
        except PageRefused as refused:
            return refused.why
        return None

    return await until(asked)


async def test_one_card_opens_the_portal_and_the_desks(country):
    async with at_home(country, "anneli") as browser:
        told = [await browser.enter(origin(country, role)) for role in ("portal", "transport")]
        assert {who["surname"] for who in told} == {"PÕDER"}
        assert {who["level"] for who in told} == {"high"}
        assert cookie_of(browser, "portal") != cookie_of(browser, "transport")


async def test_a_site_s_cookie_opens_no_other_site(country):
    async with at_home(country, "anneli") as browser:
        await browser.enter(origin(country, "portal"))
        stolen = {"riik-transport-guest": cookie_of(browser, "portal")}
    async with (
        aiohttp.ClientSession(cookies=stolen) as thief,
        thief.get(f"{origin(country, 'transport')}/v1/session") as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["why"]) == (401, "unknown")


async def test_who_leaves_the_portal_is_gone_there_and_the_cookie_is_dead(country):
    portal = origin(country, "portal")
    async with at_home(country, "liis") as browser:
        who = await browser.enter(portal)
        stolen = {"riik-portal-guest": cookie_of(browser, "portal")}
        headers = {"Origin": portal, "X-Csrf": who["csrf"]}
        async with browser._http.delete(f"{portal}/v1/session", headers=headers) as answer:
            location = (await answer.json())["location"]
        assert location.startswith(f"{origin(country, 'authority')}/oidc/logout?id_token_hint=")
        assert await why_out(browser, portal) == "no-cookie"
    async with (
        aiohttp.ClientSession(cookies=stolen) as thief,
        thief.get(f"{portal}/v1/session") as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["why"]) == (401, "left")


async def test_who_leaves_login_is_signed_out_everywhere(country):
    login = origin(country, "authority")
    async with at_home(country, "anneli") as browser:
        sites = [origin(country, role) for role in ("portal", "transport", "school")]
        for site in sites:
            await browser.enter(site)
        async with browser._http.post(f"{login}/auth/logout", headers={"Origin": login}) as answer:
            assert answer.status < 400
        assert [await ended(browser, site) for site in sites] == ["logout"] * 3


async def test_a_handle_that_login_ended_signs_out_before_login_has_told_us(country):
    portal = origin(country, "portal")
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        provider = country.nodes["authority"].parts.login
        places = [c.value for c in journey.browser._http.cookie_jar if "login-session" in c.key]
        # As if the message to the portal were lost: the session ends, and nobody is told.
        with provider.database.work() as work:
            provider.store.drop_session(hash_of(places[0]), work=work)
        with pytest.raises(PageRefused) as refused:
            await journey.browser.get(f"{portal}/v1/notices")
        assert refused.value.why == "handle"
        assert await why_out(journey.browser, portal) == "handle"


async def test_a_silent_login_lets_nobody_in_and_whoever_is_in_goes_on(country):
    portal = origin(country, "portal")
    async with visit(country, "liis") as journey, at_home(country, "helmi") as helmi:
        await journey.sign_in()
        async with closed_door(country, "authority"):
            async with helmi._http.get(f"{portal}/sign-in?to=/", headers=HTML) as answer:
                status, page = answer.status, await answer.text()
            with pytest.raises(Unavailable):
                await helmi.enter(portal)
            await journey.start()
        assert journey.next_step == "answers/reason"
        await helmi.enter(portal)
    assert (status, "<h1>The national login does not answer</h1>" in page) == (503, True)


async def test_nobody_decides_at_a_desk_who_is_not_signed_in_there(country):
    desk = origin(country, "transport")
    async with at_home(country, "anneli") as browser:
        await browser.enter(origin(country, "portal"))
        with pytest.raises(PageRefused) as refused:
            await browser.post(f"{desk}/desk/sign/prepare", {})
    assert refused.value.why == "no-cookie"


async def test_nobody_decides_at_a_desk_without_its_page_s_token(country):
    desk = origin(country, "transport")
    async with at_home(country, "anneli") as browser:
        await browser.enter(desk)
        browser._csrf[desk] = "another"
        with pytest.raises(PageRefused) as refused:
            await browser.post(f"{desk}/desk/sign/prepare", {})
    assert refused.value.why == "csrf"


async def test_a_card_shown_again_is_another_session(country):
    portal = origin(country, "portal")
    async with at_home(country, "liis") as browser:
        await browser.enter(portal)
        first = cookie_of(browser, "portal")
        await browser.enter(portal)
        assert cookie_of(browser, "portal") == first
        browser._http.cookie_jar.clear(lambda cookie: cookie.key == "riik-portal-guest")
        await browser.enter(portal)
        assert cookie_of(browser, "portal") != first
