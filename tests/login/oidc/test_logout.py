"""Signing out: by the site, by the person, by time; and every site hears it."""

from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import text
from tests.login.conftest import ORIGIN
from tests.login.oidc.conftest import AFTER, BACK, claims_of

from riik.login import ClientRefused, SessionRefused
from riik.login.jobs import sweeper
from riik.login.oidc import ClientSilent
from riik.login.oidc.client import BackChannel
from riik.login.oidc.jobs import handlers

pytestmark = pytest.mark.anyio


@pytest.fixture
def token_of(signed_in, redeem):
    async def act(**changes):
        return (await redeem((await signed_in(**changes))["code"])).json["id_token"]

    return act


async def out(browser, **fields):
    from urllib.parse import urlencode

    return await browser.send("GET", f"/oidc/logout?{urlencode(fields)}")


async def test_a_site_with_this_session_s_token_ends_it_at_once(browser, token_of):
    token = await token_of()
    answer = await out(
        browser, id_token_hint=token, post_logout_redirect_uri=AFTER, state="so-long"
    )
    assert answer.location == f"{AFTER}?state=so-long"
    with pytest.raises(SessionRefused):
        await browser.send("GET", "/auth/session")


async def test_a_token_that_is_over_still_signs_out(browser, token_of, clock):
    token = await token_of()
    clock.advance(minutes=10)
    assert (await out(browser, id_token_hint=token)).location == "/logged-out"


async def test_without_a_token_the_person_is_asked(browser, token_of):
    await token_of()
    asked = await out(browser, client_id="portal", post_logout_redirect_uri=AFTER)
    assert asked.location.startswith("/logout?client_id=portal")
    assert (await browser.send("GET", "/auth/session")).status == 200
    fields = {"client_id": "portal", "post_logout_redirect_uri": AFTER}
    assert (await browser.send("POST", "/oidc/logout", fields)).location == AFTER


async def test_no_foreign_page_answers_for_the_person(browser, token_of):
    await token_of()
    fields = {"client_id": "portal"}
    answer = await browser.send("POST", "/oidc/logout", fields, origin="https://evil.example")
    assert answer.location.startswith("/logout?")
    assert (await browser.send("GET", "/auth/session")).status == 200


async def test_a_token_of_an_earlier_session_ends_nothing(browser, token_of, enter):
    old = await token_of()
    await browser.send("POST", "/auth/logout", content=b"{}")
    await enter()
    assert (await out(browser, id_token_hint=old)).location.startswith("/logout?")


STRANGE = [
    ({"post_logout_redirect_uri": "https://evil.example/"}, "post-logout-uri"),
    ({"post_logout_redirect_uri": AFTER + "x"}, "post-logout-uri"),
    ({"post_logout_redirect_uri": BACK}, "post-logout-uri"),
    ({"post_logout_redirect_uri": AFTER, "client_id": "bank"}, "client"),
    ({"client_id": "nobody"}, "client"),
    ({"id_token_hint": "e30.e30.AAAA"}, "hint"),
    ({"state": "x" * 2000}, "size"),
]


@pytest.mark.parametrize(("changes", "why"), STRANGE, ids=str)
async def test_a_strange_request_sends_nobody_anywhere_and_ends_nothing(
    browser, token_of, changes, why
):
    token = await token_of()
    with pytest.raises(ClientRefused) as caught:
        await out(browser, **({"id_token_hint": token} | changes))
    assert caught.value.why == why
    assert (await browser.send("GET", "/auth/session")).status == 200


async def test_an_address_needs_a_client_that_owns_it(browser):
    with pytest.raises(ClientRefused):
        await out(browser, post_logout_redirect_uri=AFTER)


async def test_nothing_is_said_twice(browser):
    with pytest.raises(ClientRefused) as caught:
        await browser.send("GET", "/oidc/logout?state=1&state=2")
    assert caught.value.why == "twice"


async def test_who_is_signed_out_already_is_sent_on(browser, token_of):
    token = await token_of()
    await browser.send("POST", "/auth/logout", content=b"{}")
    answer = await out(browser, id_token_hint=token, post_logout_redirect_uri=AFTER)
    assert answer.location == AFTER


@pytest.fixture
def told(provider):
    """What sites were told, by address; `deliver` hands the outbox's events to the job."""
    heard = []

    async def tell(address, token):
        heard.append((address, claims_of(token), token))

    take = handlers(provider, tell=tell)["login.farewell"]

    async def deliver(events):
        for payload in events:
            await take(payload)
        return heard

    return deliver


async def test_every_site_that_was_given_the_session_is_told(
    browser, token_of, told, outbox_events
):
    sid = claims_of(await token_of())["sid"]
    await browser.send("POST", "/auth/logout", content=b"{}")
    [(address, claims, token)] = await told(outbox_events())
    assert address == "https://portal.demo.ee/sign-out/back-channel"
    assert (claims["iss"], claims["aud"], claims["sid"]) == (ORIGIN, "portal", sid)
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in claims
    assert "sub" not in claims
    assert token.count(".") == 2


async def test_a_site_without_such_an_address_is_not_told(
    browser, token_of, told, outbox_events, enter
):
    await enter()
    fields = {"client_id": "old", "code_challenge": None, "code_challenge_method": None}
    waiting = await browser.authorize(**fields)
    await browser.send("POST", "/oidc/continue", {"request": waiting.told["request"]})
    await browser.send("POST", "/auth/logout", content=b"{}")
    assert await told(outbox_events()) == []


async def test_a_session_that_ends_by_time_is_told_too(login, token_of, told, outbox_events, clock):
    await token_of()
    clock.advance(minutes=31)
    await sweeper(login)()
    assert len(await told(outbox_events())) == 1


async def test_requests_and_codes_that_are_over_are_forgotten(login, browser, token_of, clock):
    await token_of()
    await browser.authorize(prompt="login")
    clock.advance(hours=3)
    await sweeper(login)()
    with login.database.read() as work:
        left = [
            work.execute(text(f"select count(*) from login_{table}")).scalar()
            for table in ("request", "authorization", "given", "grant", "session")
        ]
    assert left == [0, 0, 0, 0, 0]


async def test_the_event_holds_nothing_of_the_person(browser, token_of, outbox_events):
    await token_of()
    await browser.send("POST", "/auth/logout", content=b"{}")
    assert [sorted(msgspec.json.decode(one)) for one in outbox_events()] == [["client", "sid"]]


class Site:
    """A site's server, as the back channel sees it."""

    def __init__(self, status):
        self.status, self.asked = status, None

    async def request(self, method, url, **how):
        self.asked = (method, url, how)
        return SimpleNamespace(status=self.status)


@pytest.mark.parametrize("status", [200, 204])
async def test_a_site_takes_the_news_as_a_form(status):
    site = Site(status)
    await BackChannel(http=site)("https://a.ee/out", "a.b.c")
    method, _, how = site.asked
    assert (method, how["body"]) == ("POST", b"logout_token=a.b.c")


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
async def test_a_site_that_does_not_take_it_is_told_again(status):
    with pytest.raises(ClientSilent):
        await BackChannel(http=Site(status))("https://a.ee/out", "a.b.c")
