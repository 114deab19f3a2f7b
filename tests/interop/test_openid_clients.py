"""Strangers sign people in: openid-client (Node) and Authlib, each as its own manual says.

They read the discovery document and nothing else of ours. The person is a browser with cookies
and a card; login serves on a port of its own, by the machine's clock.
"""

import asyncio
import json
import shutil
import socket
import subprocess
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.login.conftest import (  # noqa: F401 - pytest finds fixtures here
    MARI,
    Responder,
    card,
    ports,
    responder,
    vault,
)
from tests.login.oidc.conftest import OLD_SITE, PORTAL_SITE, SECRET, keys  # noqa: F401

from riik.core import KeyKind
from riik.login import Login, LoginRules, OpenIdProvider
from riik.login.http import routes
from riik.login.oidc.http import provider_routes
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.store import SqlProviderStore
from riik.login.store import SqlLoginStore
from riik.runtime.clock import SystemClock
from riik.runtime.entropy import SystemEntropy
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.runtime.web import Cookies, edge, serve
from riik.testing.cards import web_eid_token
from riik.testing.pki import make_pki

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
HOST = "localhost"
BACK, HOME = "http://localhost:1/back", "http://localhost:1/"


def node_major():
    """The version of Node here; openid-client needs 20 or later."""
    if shutil.which("node") is None:
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return int(told.stdout.lstrip("v").partition(".")[0])


has_openid_client = pytest.mark.skipif(
    node_major() < 20 or not (HERE / "node_modules" / "openid-client").exists(),
    reason="no Node 20 with openid-client here: tests/setup.sh installs it where npm is",
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def entropy():
    return SystemEntropy()


@pytest.fixture(scope="module")
def country():
    return make_pki(at=SystemClock().now(), kind=KeyKind.P256)


@pytest.fixture
def in_thread():
    pool = ThreadPool(4)
    yield pool
    pool.close()


@pytest.fixture
def own(ports, country, responder, keys):  # noqa: F811
    return {"ports": ports, "country": country, "responder": responder, "keys": keys}


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@asynccontextmanager
async def serving(app, port):
    server = await serve(app, "127.0.0.1", port)
    try:
        yield f"http://{HOST}:{port}"
    finally:
        await server.stop()


@asynccontextmanager
async def login_with(*sites, ports, country, responder, keys):  # noqa: F811
    """A login that serves these sites on a port of its own."""
    port = free_port()
    origin = f"http://{HOST}:{port}"
    login = Login(
        rules=LoginRules(origin=origin),
        store=SqlLoginStore(),
        **ports,
        anchors=lambda: country.anchors,
        revocation=responder,
    )
    store = SqlProviderStore()
    provider = OpenIdProvider(
        login=login,
        store=store,
        grants=SqlLoginStore(),
        clients={site.id: site for site in sites},
        keyring=Keyring(
            member="M", store=store, keys=keys, database=login.database, clock=login.clock
        ),
    )
    provider.keyring.turn()
    cookies = Cookies.of(origin, node="login")
    made = [*routes(login, cookies=cookies), *provider_routes(provider, cookies=cookies)]
    log = JsonLog(StringIO(), clock=login.clock, node="login")
    async with serving(edge(made, metrics=Metrics(), logger=log), port) as address:
        yield address


@asynccontextmanager
async def person(card):  # noqa: F811
    """A browser and its card; `visit` goes where a site sends it and answers where it ends."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:

        async def visit(address, *, login):
            async with http.get(address, allow_redirects=False) as answer:
                location = answer.headers["location"]
            if not location.startswith("/login?request="):
                return location
            request = parse_qs(urlsplit(location).query)["request"][0]
            own = {"Origin": login}
            async with http.post(f"{login}/auth/challenge", json={}, headers=own) as answer:
                nonce = (await answer.json())["nonce"]
            token = json.loads(web_eid_token(card, origin=login, nonce=nonce))
            shown = f"{login}/auth/web-eid?request={request}"
            async with http.post(shown, json=token, headers=own) as answer:
                assert answer.status == 200
            on = f"{login}/oidc/continue?request={request}"
            async with http.get(on, allow_redirects=False) as answer:
                return answer.headers["location"]

        yield visit, http


async def line_of(process):
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert line, (await process.stderr.read()).decode()
    return json.loads(line)


@has_openid_client
async def test_openid_client_signs_a_person_in_and_out(own, card):  # noqa: F811
    site = replace(PORTAL_SITE, redirect_uris=(BACK,), post_logout_uris=(HOME,))
    async with login_with(site, **own) as login, person(card) as (visit, _):
        process = await asyncio.create_subprocess_exec(
            "node",
            "openid-client.mjs",
            *(login, site.id, SECRET, BACK, HOME),
            cwd=HERE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        back = await visit((await line_of(process))["asked"], login=login)
        process.stdin.write(f"{back}\n".encode())
        known = await line_of(process)
        assert known["claims"]["sub"] == known["profile"]["sub"] == MARI
        assert known["claims"]["profile_attributes"]["family_name"] == "MÄNNIK"
        refused = await line_of(process)
        assert refused["replayed"]["error"] == "invalid_grant"
        assert "error" in refused["after"]
        assert "error" in refused["mixed"]
        out = await visit((await line_of(process))["leave"], login=login)
        assert out.startswith(f"{HOME}?state=")
        assert await process.wait() == 0


def authlib_site(login, client, *, name, **options):
    """A small site by Authlib's own manual for Starlette."""
    oauth = OAuth()
    oauth.register(
        "riik",
        client_id=client,
        client_secret=SECRET,
        server_metadata_url=f"{login}/.well-known/openid-configuration",
        # Authlib asks for a new token a minute before the old one ends; TARA's live 40 seconds.
        client_kwargs={"scope": "openid", "leeway": 5, **options},
    )

    async def sign_in(request):
        return await oauth.riik.authorize_redirect(request, f"http://{HOST}:{name}/back")

    async def back(request):
        try:
            token = await oauth.riik.authorize_access_token(request)
        except OAuthError as error:
            return JSONResponse({"error": error.error})
        profile = await oauth.riik.userinfo(token=token)
        return JSONResponse({"claims": token["userinfo"], "profile": profile})

    return Starlette(
        routes=[Route("/sign-in", sign_in), Route("/back", back)],
        middleware=[Middleware(SessionMiddleware, secret_key="x" * 32)],
    )


async def round_trip(site, visit, http, *, login):
    """From the site's link to what it says it knows."""
    async with http.get(f"{site}/sign-in", allow_redirects=False) as answer:
        asked = answer.headers["location"]
    back = await visit(asked, login=login)
    async with http.get(back) as answer:
        return back, await answer.json()


async def test_authlib_signs_a_person_in(own, card):  # noqa: F811
    port = free_port()
    site = replace(PORTAL_SITE, redirect_uris=(f"http://{HOST}:{port}/back",))
    async with login_with(site, **own) as login, person(card) as (visit, http):
        app = authlib_site(login, site.id, name=port, code_challenge_method="S256")
        async with serving(app, port) as address:
            back, known = await round_trip(address, visit, http, login=login)
            assert known["claims"]["sub"] == known["profile"]["sub"] == MARI
            assert known["claims"]["birthdate"] == "1994-03-13"
            async with http.get(back) as answer:
                assert "error" in await answer.json()


@asynccontextmanager
async def old_way(site, **own):
    """A site that asks without PKCE, as many still do."""
    port = free_port()
    known = replace(site, redirect_uris=(f"http://{HOST}:{port}/back",))
    async with AsyncExitStack() as stack:
        login = await stack.enter_async_context(login_with(known, **own))
        app = authlib_site(login, site.id, name=port)
        yield login, await stack.enter_async_context(serving(app, port))


async def test_authlib_is_told_when_it_asks_without_pkce(own, card):  # noqa: F811
    async with old_way(PORTAL_SITE, **own) as (login, address), person(card) as (visit, http):
        _, known = await round_trip(address, visit, http, login=login)
    assert known == {"error": "invalid_request"}


async def test_a_client_registered_without_pkce_goes_on_as_it_always_did(own, card):  # noqa: F811
    site = replace(OLD_SITE, at_hash="oidc")
    async with old_way(site, **own) as (login, address), person(card) as (visit, http):
        _, known = await round_trip(address, visit, http, login=login)
    assert known["claims"]["profile_attributes"]["given_name"] == "MARI-LIIS"
    assert "given_name" not in known["claims"]
