"""A provider with four sites, and a browser that follows redirects between them."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from http.cookies import SimpleCookie
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from tests.login.conftest import ORIGIN, PORTAL

from riik.login import Client, OpenIdProvider
from riik.login.http import routes
from riik.login.oidc.http import provider_routes
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.store import SqlProviderStore
from riik.login.store import SqlLoginStore
from riik.runtime.keys import FileKeys
from riik.runtime.web import Cookies
from riik.testing.cards import web_eid_token

BACK = "https://portal.demo.ee/sign-in/back"
AFTER = "https://portal.demo.ee/"
BANK_BACK = "https://bank.demo.ee/back?from=login"
SECRET = "portal-secret-of-at-least-so-many-characters"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
NAMES = {"en": "State Portal", "et": "Riigiportaal", "vi": "Cổng dịch vụ công"}

PORTAL_SITE = Client(
    id="portal",
    names=NAMES,
    redirect_uris=(BACK,),
    post_logout_uris=(AFTER,),
    backchannel_uri="https://portal.demo.ee/sign-out/back-channel",
    member=PORTAL,
    secret_hash=sha256(SECRET.encode()).digest(),
)
BANK_SITE = replace(
    PORTAL_SITE,
    id="bank",
    names={"en": "Bank"},
    redirect_uris=(BANK_BACK,),
    post_logout_uris=(),
    backchannel_uri="",
    member=None,
    auth="post",
)
OLD_SITE = replace(
    PORTAL_SITE,
    id="old",
    member=None,
    backchannel_uri="",
    at_hash="tara",
    flat=False,
    pkce=False,
)
DESK_SITE = replace(
    PORTAL_SITE, id="desk", redirect_uris=("https://desk.demo.ee/back",), shared=True
)
ASKED = {
    "client_id": "portal",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid",
    "state": "state-12345678",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def asked(**changes):
    """An authorization request; None leaves a parameter out."""
    merged = ASKED | changes
    return [(name, value) for name, value in merged.items() if value is not None]


def basic(name="portal", secret=SECRET):
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


def told(address):
    """What a redirect's query says."""
    return {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}


class Browser:
    """One browser: keeps cookies, speaks ASGI, follows nothing by itself."""

    def __init__(self, app):
        self.app, self.cookies, self.waiting = app, {}, ""

    async def send(self, method, path, fields=None, *, content=None, **headers):
        parts = urlsplit(path)
        body, kind = b"", None
        if fields is not None:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        if content is not None:
            body, kind = content, "application/json"
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"origin": ORIGIN, "cookie": cookie, "content-type": kind, **given}
        scope = {
            "type": "http",
            "method": method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "client": ("192.0.2.7", 1),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
        }
        messages = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message):
            messages.append(message)

        await self.app(scope, receive, answer)
        return self._received(messages)

    def _received(self, messages):
        start = messages[0]
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        for name, value in start["headers"]:
            if name == b"set-cookie":
                for key, morsel in SimpleCookie(value.decode()).items():
                    self.cookies[key] = morsel.value
                    if morsel["max-age"] == "0":
                        del self.cookies[key]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        location = headers.get("location", "")
        if location.startswith("/login?"):
            self.waiting = told(location)["request"]
        json_ = json.loads(body) if headers.get("content-type", "").endswith("json") else None
        return SimpleNamespace(
            status=start["status"],
            headers=headers,
            location=location,
            told=told(location),
            json=json_,
            text=body.decode(),
        )

    async def authorize(self, **changes):
        return await self.send("GET", f"/oidc/authorize?{urlencode(asked(**changes))}")


@pytest.fixture
def keys(tmp_path, entropy):
    return FileKeys(tmp_path / "keys", "secret", entropy=entropy, cost=2)


@pytest.fixture
def provider(login, keys):
    store = SqlProviderStore()
    made = OpenIdProvider(
        login=login,
        store=store,
        grants=SqlLoginStore(),
        clients={site.id: site for site in (PORTAL_SITE, BANK_SITE, OLD_SITE, DESK_SITE)},
        keyring=Keyring(
            member="M", store=store, keys=keys, database=login.database, clock=login.clock
        ),
    )
    made.keyring.turn()
    return made


@pytest.fixture
def app(login, provider):
    cookies = Cookies.of(ORIGIN, node="login")
    return Starlette(
        routes=[*routes(login, cookies=cookies), *provider_routes(provider, cookies=cookies)]
    )


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def enter(browser, card, clock):
    """The person shows the card in this browser, on the page of the request it brought last."""

    async def act(holder=None, within=None, request=None):
        clock.advance(seconds=5)
        visitor = within or browser
        nonce = (await visitor.send("POST", "/auth/challenge", content=b"{}")).json["nonce"]
        token = web_eid_token(holder or card, origin=ORIGIN, nonce=nonce).encode()
        shown_for = visitor.waiting if request is None else request
        return await visitor.send("POST", f"/auth/web-eid?request={shown_for}", content=token)

    return act


@pytest.fixture
def signed_in(browser, enter):
    """Goes all the way from a request to the code."""

    async def act(**changes):
        waiting = (await browser.authorize(**changes)).told["request"]
        await enter()
        return (await browser.send("GET", f"/oidc/continue?request={waiting}")).told

    return act


@pytest.fixture
def redeem(browser):
    """Asks the token endpoint as the portal does; changes bend the form."""

    async def act(code, *, authorization=None, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        } | changes
        fields = [(name, value) for name, value in form.items() if value is not None]
        header = basic() if authorization is None else authorization
        return await browser.send("POST", "/oidc/token", fields, authorization=header)

    return act


@pytest.fixture
def outbox_events(database):
    """The payloads of what the outbox holds of ended sessions."""

    def act():
        asked = "select payload from runtime_outbox where topic = 'login.farewell' order by id"
        with database.read() as work:
            return [row[0] for row in work.execute(text(asked))]

    return act


def claims_of(token):
    """The claims of a token whose signature is another test's matter."""
    payload = token.split(".")[1]
    return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
