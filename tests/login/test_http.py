"""Login over HTTP: cookies, origins, bodies; and its services on the exchange."""

import json
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from types import SimpleNamespace

import msgspec
import pytest
from starlette.applications import Starlette
from tests.login.conftest import CHILD, LOGIN, MARI, ORIGIN, PORTAL, TRANSPORT

from riik.core import ClientId, ServerId, ServiceId
from riik.exchange import Incoming
from riik.login import (
    ChallengeRefused,
    OriginRefused,
    RequestRefused,
    SessionRefused,
    verify_statement,
)
from riik.login.http import offers, routes
from riik.runtime.web import Cookies
from riik.testing.cards import web_eid_token

pytestmark = pytest.mark.anyio
SAME = {"origin": ORIGIN, "content-type": "application/json", "sec-fetch-site": "same-origin"}


class Browser:
    """One browser: keeps cookies and speaks ASGI to the pages."""

    def __init__(self, app):
        self.app, self.cookies = app, {}

    async def send(self, method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**SAME, "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "client": ("192.0.2.7", 1),
            "headers": [(k.encode(), v.encode()) for k, v in sent.items() if v is not None],
        }
        messages = []

        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        async def answer(message):
            messages.append(message)

        await self.app(scope, receive, answer)
        return self.received(messages)

    def received(self, messages):
        start = messages[0]
        set_cookies = [v.decode() for k, v in start["headers"] if k == b"set-cookie"]
        for text in set_cookies:
            for name, morsel in SimpleCookie(text).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        content = json.loads(body) if body else None
        return SimpleNamespace(status=start["status"], content=content, set=set_cookies)


@pytest.fixture
def browser(login):
    return Browser(Starlette(routes=routes(login, cookies=Cookies.of(ORIGIN, node="login"))))


@pytest.fixture
def enter(browser, card):
    async def act():
        nonce = (await browser.send("POST", "/auth/challenge")).content["nonce"]
        token = web_eid_token(card, origin=ORIGIN, nonce=nonce).encode()
        return await browser.send("POST", "/auth/web-eid", token)

    return act


async def test_a_browser_signs_in_and_out(browser, enter):
    assert (await enter()).content["person"] == MARI
    assert (await browser.send("GET", "/auth/session")).content["surname"] == "MÄNNIK"
    assert (await browser.send("POST", "/auth/logout")).status == 204
    with pytest.raises(SessionRefused):
        await browser.send("GET", "/auth/session")


async def test_cookies_are_out_of_reach_of_scripts_and_other_hosts(browser, enter):
    text = (await enter()).set[0]
    assert text.startswith("__Host-riik-login-session=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {
        part.strip().lower() for part in text.split(";")
    }
    assert "domain" not in text.lower()


def test_cookies_on_localhost_have_the_node_s_name_and_no_prefix():
    cookies = Cookies.of("http://localhost:8081", node="tax")
    assert (cookies.name("session"), cookies.secure) == ("riik-tax-session", False)


async def test_a_session_gets_a_new_secret_at_each_sign_in(browser, enter):
    await enter()
    first = browser.cookies["__Host-riik-login-session"]
    await enter()
    assert browser.cookies["__Host-riik-login-session"] != first
    browser.cookies["__Host-riik-login-session"] = first
    with pytest.raises(SessionRefused):
        await browser.send("GET", "/auth/session")


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": None},
    {"origin": "null"},
    {"origin": ORIGIN + ".evil.example"},
    {"sec-fetch-site": "cross-site"},
]


@pytest.mark.parametrize("path", ["challenge", "web-eid", "logout"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_no_other_page_may_ask(browser, path, headers):
    with pytest.raises(OriginRefused):
        await browser.send("POST", f"/auth/{path}", b"{}", **headers)


async def test_a_token_without_the_browser_s_cookie_counts_nothing(browser, card):
    nonce = (await browser.send("POST", "/auth/challenge")).content["nonce"]
    browser.cookies.clear()
    with pytest.raises(ChallengeRefused):
        await browser.send(
            "POST", "/auth/web-eid", web_eid_token(card, origin=ORIGIN, nonce=nonce).encode()
        )


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [(b"x" * 20_000, {}, "size"), (b"{}", {"content-type": "text/plain"}, "media-type")],
    ids=["long", "form"],
)
async def test_a_body_of_another_shape_is_refused(browser, body, headers, why):
    with pytest.raises(RequestRefused) as caught:
        await browser.send("POST", "/auth/web-eid", body, **headers)
    assert caught.value.why == why


@pytest.fixture
def ask(relying, in_thread):
    """Asks one of login's services as a member does, over the exchange."""
    provider = ClientId(LOGIN, "login")
    made = {each.service: each for each in offers(relying, provider=provider, in_thread=in_thread)}

    async def act(service, content, *, path="", member=PORTAL):
        incoming = Incoming(
            client=ClientId(member, "portal"),
            server=ServerId(member, "ss1"),
            service=ServiceId(provider, service),
            method="POST",
            path=path,
            query="",
            headers=(),
            body=msgspec.json.encode(content),
            purpose=None,
            legal_basis=None,
            subject=None,
            authority=None,
            issue=None,
            user=None,
            message_id="m",
            request_id="r",
            at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        )
        assert any(end.admits("POST", path) for end in made[service].endpoints)
        return msgspec.json.decode((await made[service].handler(incoming)).body)

    return act


async def test_a_member_gets_a_statement_for_its_handle(sign_in, handle_on, ask, clock, country):
    handle = handle_on(await sign_in())
    assert (await ask("sessions", {"handle": handle}, path="/status"))["person"] == MARI
    asked = {"handle": handle, "audience": str(TRANSPORT), "case": "7", "represented": CHILD}
    statement = verify_statement(
        (await ask("statements", asked))["statement"],
        audience=TRANSPORT,
        subject=CHILD,
        carrier=PORTAL,
        case="7",
        at=clock.now(),
        anchors=country.anchors,
        issuer_member=LOGIN,
    )
    assert statement.represented == CHILD
    listed = await ask("mandates", {"handle": handle})
    assert listed == {
        "mandates": [{"represented": CHILD, "role": "guardian", "name": "Mia"}],
        "silent": [],
    }


async def test_a_member_can_t_use_another_s_handle(sign_in, handle_on, ask):
    handle = handle_on(await sign_in())
    for service, path in (("mandates", ""), ("sessions", "/status")):
        with pytest.raises(SessionRefused):
            await ask(service, {"handle": handle}, path=path, member=TRANSPORT)


@pytest.mark.parametrize("content", [{}, {"handle": 1}, {"handle": "x", "more": 1}, []], ids=str)
async def test_a_call_of_another_shape_is_refused(ask, content):
    with pytest.raises(RequestRefused) as caught:
        await ask("mandates", content)
    assert caught.value.why == "content"
