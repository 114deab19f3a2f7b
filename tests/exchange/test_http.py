"""X-Road's REST interface for the member's own systems, asked by a foreign HTTP client."""

import aiohttp
import pytest
from starlette.applications import Starlette

from riik.exchange.http import client_routes
from riik.runtime.web.server import serve

CLIENT = {"X-Road-Client": "TEST/GOV/70000002/clinic"}
REASONS = {"Riik-Purpose": "test", "Riik-Legal-Basis": "Test Act § 1"}


@pytest.fixture
def ask(federation, clinic):
    """Sends a request to the clinic's REST port: status, headers, body."""
    routes = client_routes(clinic.exchange, clients=[clinic.client])
    server = federation.run(serve(Starlette(routes=routes), "127.0.0.1", 0))

    async def send(method, path, headers, body):
        url = f"http://127.0.0.1:{server.port}{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, headers=headers, data=body) as answer,
        ):
            return answer.status, answer.headers, await answer.read()

    yield lambda method, path, headers=(), body=None: federation.run(
        send(method, path, dict(headers), body)
    )
    federation.run(server.stop())


def test_a_system_of_our_own_asks_as_it_would_ask_x_road(ask, person, asked):
    status, headers, body = ask(
        "POST",
        f"/r1/{person}/v1?a=b",
        CLIENT | REASONS | {"X-Road-Id": "id-1", "X-Road-Request-Id": "dropped"},
        b"body",
    )
    assert (status, body) == (200, b'{"name":"Mari"}')
    assert headers["x-road-id"] == "id-1"
    assert headers["x-road-service"] == str(person)
    assert headers["x-road-request-id"] == asked[0].request_id != "dropped"
    assert len(headers["x-road-request-hash"]) == 88
    assert (asked[0].path, asked[0].query, asked[0].body) == ("/v1", "a=b", b"body")


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/r1/TEST/GOV/1", CLIENT, 400, "Client.BadRequest"),
        ("/r1/TEST/GOV/70000001/ministry/person", {}, 400, "Client.BadRequest"),
        (
            "/r1/TEST/GOV/70000001/ministry/person",
            {"X-Road-Client": "TEST/GOV/70000001/ministry"},
            500,
            "Server.ClientProxy.SslAuthenticationFailed",
        ),
        ("/r1/TEST/GOV/9/x/y", CLIENT, 500, "Server.ClientProxy.UnknownMember"),
        (
            "/r1/TEST/GOV/70000001/ministry/person",
            CLIENT,
            500,
            "Server.ServerProxy.AccessDenied",
        ),
    ],
)
def test_what_the_exchange_refuses_has_its_code(ask, person, path, headers, status, code):
    answered, found, body = ask("GET", path, headers)
    assert (answered, found["X-Road-Error"]) == (status, code)
    assert b'"detail"' in body


def test_who_is_registered_is_listed(ask):
    status, _, body = ask("GET", "/listClients")
    assert status == 200
    assert b"The ministry's system" in body
