"""The national login over HTTP, as its clients reach it: what it says, and when it says nothing."""

from base64 import b64decode
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote

import msgspec
import pytest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.formats import jose
from riik.portal.session import LoginSilent, RelyingClient, SignInRefused
from riik.portal.session.client import OidcProvider
from riik.runtime.http_client import HttpClient
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge, serve

pytestmark = pytest.mark.anyio

TOKENS = {"access_token": "a", "id_token": "i.d.t", "token_type": "Bearer", "expires_in": 40}


class Site:
    """Login's addresses; `answers` says otherwise what each gives."""

    def __init__(self, key):
        self.origin, self.key, self.answers, self.asked = "", key, {}, []

    def routes(self):
        return [
            Route("/.well-known/openid-configuration", self.describe, methods=["GET"]),
            Route("/oidc/jwks", self.keys, methods=["GET"]),
            Route("/oidc/token", self.token, methods=["POST"]),
        ]

    async def describe(self, request):
        return self.said("describe") or JSONResponse({
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/oidc/authorize",
            "token_endpoint": f"{self.origin}/oidc/token",
            "jwks_uri": f"{self.origin}/oidc/jwks",
            "end_session_endpoint": f"{self.origin}/oidc/logout",
        })  # fmt: skip

    async def keys(self, request):
        key = jose.jwk(self.key.public_key) | {"kid": "2026"}
        return self.said("keys") or JSONResponse({"keys": [key]})

    async def token(self, request):
        self.asked.append((request.headers["authorization"], (await request.body()).decode()))
        return self.said("token") or JSONResponse(TOKENS)

    def said(self, which):
        self.asked.append(which)
        return self.answers.get(which)


@asynccontextmanager
async def served(site, log):
    """The site on a port of its own."""
    server = await serve(edge(site.routes(), metrics=Metrics(), logger=log), "127.0.0.1", 0)
    site.origin = f"http://127.0.0.1:{server.port}"
    http = HttpClient()
    try:
        yield http
    finally:
        await http.close()
        await server.stop()


@pytest.fixture
async def login(key, tmp_path, clock):
    """A login that answers."""
    site = Site(key)
    async with served(site, open_log(tmp_path / "login.log", clock=clock, node="login")) as http:
        yield site, http


@pytest.fixture
def provider(login, clock):
    """The portal's view of it."""
    site, http = login
    client = RelyingClient(
        issuer=site.origin, id="portal & co", secret="s:e%c", back="http://localhost/b", home="/"
    )
    return OidcProvider(client=client, http=http, clock=clock)


async def test_login_says_where_it_is_asked(provider, login):
    site, _ = login
    found = await provider.endpoints()
    assert (found.token, found.logout) == (
        f"{site.origin}/oidc/token",
        f"{site.origin}/oidc/logout",
    )


async def test_what_login_says_is_kept_for_an_hour_and_asked_when_it_must_be_there(
    provider, login, clock
):
    site, _ = login
    await provider.endpoints()
    await provider.endpoints()
    assert site.asked == ["describe"]
    await provider.endpoints(fresh=True)
    clock.advance(hours=1)
    await provider.endpoints()
    assert site.asked == ["describe"] * 3


async def test_keys_are_asked_anew_at_most_every_half_minute(provider, login, clock):
    site, _ = login
    for _ in range(3):
        assert set(await provider.keys(fresh=True)) == {"2026"}
    assert site.asked.count("keys") == 1
    clock.advance(seconds=30)
    await provider.keys()
    assert site.asked.count("keys") == 1
    await provider.keys(fresh=True)
    await provider.keys(fresh=True)
    assert site.asked.count("keys") == 2


async def test_a_code_becomes_tokens(provider, login):
    site, _ = login
    tokens = await provider.redeem("the code", verifier="v" * 43)
    assert (tokens.access, tokens.identity) == ("a", "i.d.t")
    [(authorization, body)] = [asked for asked in site.asked if isinstance(asked, tuple)]
    pair = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    assert (unquote(pair[0]), unquote(pair[2])) == ("portal & co", "s:e%c")
    assert {name: value[0] for name, value in parse_qs(body).items()} == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": "http://localhost/b",
        "code_verifier": "v" * 43,
    }


def problem(error, status=400):
    return JSONResponse({"error": error}, status)


REFUSALS = [
    ("a used code", problem("invalid_grant"), SignInRefused, "code"),
    ("another client", problem("invalid_client", 401), LoginSilent, "client"),
    ("a failure", problem("server_error", 500), LoginSilent, "status"),
    ("no words", Response("no", 400), LoginSilent, "status"),
    ("a redirect", RedirectResponse("http://evil.example/"), LoginSilent, "status"),
    ("no JSON", Response("ok"), LoginSilent, "answer"),
    ("no ID token", JSONResponse({"access_token": "a", "token_type": "Bearer"}), LoginSilent, "answer"),
    ("another kind", JSONResponse(TOKENS | {"token_type": "mac"}), LoginSilent, "answer"),
    ("too much", JSONResponse(TOKENS | {"more": "x" * 300_000}), LoginSilent, "network"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "error", "why"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])  # fmt: skip
async def test_what_are_no_tokens_brings_nobody_in(provider, login, answer, error, why):
    login[0].answers["token"] = answer
    with pytest.raises(error) as refused:
        await provider.redeem("c", verifier="v" * 43)
    assert refused.value.why == why


@pytest.mark.parametrize("which", ["describe", "keys"])
@pytest.mark.parametrize("status", [404, 500, 302])
async def test_a_document_that_is_not_there_is_silence(provider, login, which, status):
    login[0].answers[which] = Response(b"{}", status, headers={"location": "http://evil.example/"})
    with pytest.raises(LoginSilent) as silent:
        await provider.keys()
    assert silent.value.why == "status"


async def test_another_issuer_is_not_taken(provider, login):
    document = msgspec.json.encode({"issuer": "http://evil.example"})
    login[0].answers["describe"] = Response(document)
    with pytest.raises(LoginSilent) as silent:
        await provider.endpoints()
    assert silent.value.why == "discovery"


async def test_a_login_that_is_not_there_is_silent(provider, login, clock):
    silent_client = RelyingClient(
        issuer="http://127.0.0.1:9", id="portal", secret="s", back="b", home="h"
    )
    provider = OidcProvider(client=silent_client, http=login[1], clock=clock)
    with pytest.raises(LoginSilent) as silent:
        await provider.endpoints()
    assert silent.value.why == "network"


def test_no_secret_is_in_the_text_of_a_client():
    client = RelyingClient(issuer="i", id="portal", secret="very-secret", back="b", home="h")
    assert "very-secret" not in repr(client)
