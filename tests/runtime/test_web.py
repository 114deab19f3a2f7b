"""The edge: ids, limits, problem documents; servers in the running loop; the client."""

import asyncio
import json
import logging
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from riik.core import KeyId, KeyKind, Refused, Unavailable
from riik.formats.signing import signing_key
from riik.runtime.errors import PortsTaken
from riik.runtime.http_client import HttpClient
from riik.runtime.keys import FileKeys
from riik.runtime.web import edge, json_answer, json_body, serve, whole_number

MARKER = "EE38001085718 Mari Maasikas"


class NotAllowed(Refused):
    """Only the person and their mandates may do this."""

    code = "test.not-allowed"
    status = 403


class TooMany(Refused):
    """Too many tries."""

    code = "test.too-many"
    status = 429


class Ware(msgspec.Struct):
    name: str
    price: int


async def read_ware(request):
    ware = await json_body(request, of=Ware)
    return json_answer(ware, status=201)


async def read_number(request):
    return json_answer(whole_number(request.query_params, "limit", default=10, least=1, most=100))


async def fail(request):
    raise FAILURES[request.path_params["how"]]


async def echo(request):
    return PlainTextResponse(await request.body())


async def slow(request):
    await asyncio.Event().wait()


async def half(request):
    async def parts():
        yield b"begun"
        raise ValueError(MARKER)

    return StreamingResponse(parts())


async def page(request):
    return PlainTextResponse("page", headers={"content-security-policy": "default-src 'self'"})


FAILURES = {
    "refused": Refused(MARKER, why="shape", most=7),
    "not-allowed": NotAllowed(MARKER, why="mandate"),
    "too-many": TooMany(MARKER, why="rate", retry_after=60),
    "unavailable": Unavailable(MARKER, why="full"),
    "bug": ValueError(MARKER),
}
ROUTES = [
    Route("/wares", read_ware, methods=["POST"]),
    Route("/numbers", read_number),
    Route("/fail/{how}", fail),
    Route("/echo", echo, methods=["POST"]),
    Route("/slow", slow),
    Route("/half", half),
    Route("/page", page),
]


@pytest.fixture
def app(metrics, log, entropy):
    return edge(ROUTES, metrics=metrics, logger=log, max_body=1000, entropy=entropy)


def ask(app, method, path, *, body=b"", headers=()):
    """One request through the ASGI door: status, headers, body."""
    path, _, query = path.partition("?")
    chunks = [body] if isinstance(body, bytes) else list(body)
    fields = [(n.lower().encode(), v.encode()) for n, v in dict(headers).items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": fields,
        "scheme": "http",
        "server": ("localhost", 80),
        "root_path": "",
    }
    messages = [
        {"type": "http.request", "body": chunk, "more_body": n + 1 < len(chunks)}
        for n, chunk in enumerate(chunks)
    ]
    sent = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    content = b"".join(each.get("body", b"") for each in sent[1:])
    return sent[0]["status"], head, content


# --- problem documents -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "status", "members"),
    [
        (
            "refused",
            400,
            {"type": "urn:riik:problem:core.refused", "why": "shape", "facts": {"most": 7}},
        ),
        (
            "not-allowed",
            403,
            {
                "type": "urn:riik:problem:test.not-allowed",
                "title": "Only the person and their mandates may do this.",
                "why": "mandate",
            },
        ),
        ("unavailable", 503, {"type": "urn:riik:problem:core.unavailable", "why": "full"}),
        ("bug", 500, {"type": "urn:riik:problem:web.failure"}),
    ],
)
def test_a_failure_is_a_problem_document(app, how, status, members):
    answered, headers, body = ask(app, "GET", f"/fail/{how}")
    problem = json.loads(body)
    assert (answered, problem["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert problem["instance"] == f"urn:riik:request:{headers['x-request-id']}"
    assert {name: problem[name] for name in members} == members


@pytest.mark.parametrize("how", FAILURES)
def test_no_answer_and_no_log_holds_the_text_of_a_failure(app, lines, how):
    _, headers, body = ask(app, "GET", f"/fail/{how}")
    for part in MARKER.split():
        assert part not in body.decode() + str(headers) + lines.getvalue()


@pytest.mark.parametrize(("how", "seconds"), [("unavailable", "2"), ("too-many", "60")])
def test_what_may_succeed_later_says_when(app, how, seconds):
    _, headers, _ = ask(app, "GET", f"/fail/{how}")
    assert headers["retry-after"] == seconds


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "web.not-found"), ("GET", "/wares", 405, "web.method")],
)
def test_what_the_router_refuses_is_a_problem_too(app, method, path, status, code):
    answered, headers, body = ask(app, method, path)
    assert (answered, json.loads(body)["type"]) == (status, f"urn:riik:problem:{code}")
    assert status != 405 or headers["allow"] == "POST"


def test_a_browser_gets_a_page_of_the_problem(metrics, log):
    def pages(request, problem):
        return PlainTextResponse(f"page of {problem.code}", problem.status)

    app = edge(ROUTES, metrics=metrics, logger=log, pages=pages)
    status, _, body = ask(app, "GET", "/fail/not-allowed", headers={"accept": "text/html,*/*"})
    assert (status, body) == (403, b"page of test.not-allowed")


# --- ids and headers -------------------------------------------------------------------------


def test_a_request_keeps_the_id_that_it_brings(app):
    _, headers, _ = ask(app, "GET", "/page", headers={"x-request-id": "abcdefgh-1"})
    assert headers["x-request-id"] == "abcdefgh-1"


@pytest.mark.parametrize("given", ["short", "x" * 65, "has blanks in it", "line\nfeed", "é" * 9])
def test_a_request_with_an_odd_id_gets_another(app, given):
    _, headers, _ = ask(app, "GET", "/page", headers={"x-request-id": given})
    assert re.fullmatch("[a-z2-7]{24}", headers["x-request-id"])


def test_every_answer_is_careful(app):
    for path in ("/page", "/fail/bug", "/nowhere"):
        _, headers, _ = ask(app, "GET", path)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


def test_a_handler_s_own_policy_stands(app):
    _, headers, _ = ask(app, "GET", "/page")
    assert headers["content-security-policy"] == "default-src 'self'"


def test_a_request_is_counted_by_its_route_and_not_its_path(app, metrics, lines):
    ask(app, "GET", "/fail/EE38001085718")
    labels = {"route": "/fail/{how}", "method": "GET", "status": "500"}
    assert metrics.value("riik_http_seconds_count", **labels) == 1
    assert "38001085718" not in metrics.text().decode() + lines.getvalue()


# --- limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * 1001, {}),
        ([b"x" * 500] * 3, {}),
        (b"", {"content-length": "1001"}),
        (b"", {"content-length": "-1"}),
        (b"", {"content-length": "many"}),
        (b"", {"content-length": "9" * 5_000}),
    ],
    ids=["at-once", "in-parts", "announced", "negative", "no-number", "endless-number"],
)
def test_a_body_that_is_too_large_is_refused(app, body, headers):
    status, _, content = ask(app, "POST", "/echo", body=body, headers=headers)
    assert (status, json.loads(content)["facts"]) == (413, {"most": 1000})


def test_a_body_of_the_largest_size_is_taken(app):
    assert ask(app, "POST", "/echo", body=b"x" * 1000)[0] == 200


@pytest.mark.parametrize(
    "headers", [{f"x-{n}": "" for n in range(101)}, {"cookie": "x" * 32_769}], ids=["many", "long"]
)
def test_too_many_or_too_long_headers_are_refused(app, headers):
    assert ask(app, "GET", "/page", headers=headers)[0] == 431


def test_an_answer_that_takes_too_long_is_cut_short(metrics, log):
    app = edge(ROUTES, metrics=metrics, logger=log, timeout=0.2)
    status, _, body = ask(app, "GET", "/slow")
    assert (status, json.loads(body)["why"]) == (503, "time-limit")


# --- inputs ----------------------------------------------------------------------------------


def test_a_body_becomes_a_value(app):
    status, _, body = ask(app, "POST", "/wares", body=b'{"name": "soap", "price": 3}')
    assert (status, json.loads(body)) == (201, {"name": "soap", "price": 3})


@pytest.mark.parametrize(
    ("body", "why", "facts"),
    [
        (b"", "json", None),
        (b"{", "json", None),
        (b"\xff", "json", None),
        (b'{"name": "soap"}', "shape", {"at": "$"}),
        (b'{"name": "soap", "price": "EE38001085718"}', "shape", {"at": "$.price"}),
    ],
)
def test_another_body_is_refused_with_the_place_and_not_the_value(app, body, why, facts):
    status, _, content = ask(app, "POST", "/wares", body=body)
    problem = json.loads(content)
    assert (status, problem["why"], problem.get("facts")) == (422, why, facts)
    assert "38001085718" not in content.decode()


@pytest.mark.parametrize(
    ("query", "answer"), [("", 10), ("?limit=1", 1), ("?limit=100", 100), ("?other=7", 10)]
)
def test_a_whole_number_is_read(app, query, answer):
    assert json.loads(ask(app, "GET", f"/numbers{query}")[2]) == answer


@pytest.mark.parametrize(
    ("text", "why"),
    [("0", "range"), ("101", "range"), ("x", "number"), ("-1", "number"), ("1.5", "number"),
     ("", "number"), ("٣", "number"), ("9" * 5000, "number")],
)  # fmt: skip
def test_another_number_is_refused(app, text, why):
    status, _, body = ask(app, "GET", f"/numbers?limit={text}")
    assert (status, json.loads(body)["why"]) == (422, why)


# --- servers and client ----------------------------------------------------------------------


def served(app, talk, **options):
    """Serve on a free port while ``talk(server, client)`` runs."""

    async def run():
        server, client = await serve(app, "127.0.0.1", 0, **options), HttpClient(timeout=60)
        try:
            return await talk(server, client)
        finally:
            await client.close()
            await server.stop()

    return asyncio.run(run())


def test_a_dozen_servers_run_in_one_loop(app):
    async def talk(first, client):
        more = [await serve(app, "127.0.0.1", first.port) for _ in range(11)]
        servers = [first, *more]
        urls = [f"http://127.0.0.1:{server.port}/page" for server in servers]
        replies = await asyncio.gather(*(client.request("GET", url) for url in urls))
        await asyncio.gather(*(server.stop() for server in more))
        return {server.port for server in servers}, {reply.body for reply in replies}

    ports, bodies = served(app, talk)
    assert (len(ports), bodies) == (12, {b"page"})


def test_bytes_go_and_come_unchanged(app):
    async def talk(server, client):
        url = f"http://127.0.0.1:{server.port}/echo"
        return await client.request("POST", url, body=bytes(range(256)))

    assert served(app, talk).body == bytes(range(256))


def test_a_stream_is_sent_in_parts(app):
    async def parts():
        for _ in range(3):
            yield b"part "

    async def talk(server, client):
        return await client.request("POST", f"http://127.0.0.1:{server.port}/echo", body=parts())

    assert served(app, talk).body == b"part part part "


def test_a_status_is_an_answer_and_not_an_error(app):
    async def talk(server, client):
        return await client.request("GET", f"http://127.0.0.1:{server.port}/fail/bug")

    assert served(app, talk).status == 500


@pytest.mark.parametrize(
    ("path", "options", "why"),
    [
        ("/page", {"max_bytes": 3}, "too-large"),
        ("/slow", {"timeout": 0.05}, "timeout"),
        ("/half", {}, "reset"),
    ],
)
def test_a_peer_beyond_the_limits_is_unavailable(app, path, options, why):
    async def talk(server, client):
        return await client.request("GET", f"http://127.0.0.1:{server.port}{path}", **options)

    with pytest.raises(Unavailable) as failed:
        served(app, talk)
    assert failed.value.why == why


def test_a_peer_that_is_not_there_is_refused():
    async def talk():
        client = HttpClient()
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            port = bound.getsockname()[1]
            try:
                return await client.request("GET", f"http://127.0.0.1:{port}/")
            finally:
                await client.close()

    with pytest.raises(Unavailable) as failed:
        asyncio.run(talk())
    assert failed.value.why == "refused"


def test_headers_without_end_are_cut_off(app):
    async def talk(server, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /page HTTP/1.1\r\n")
        writer.writelines(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(100))
        answer = await reader.read()
        writer.close()
        return answer

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    assert served(app, talk).startswith(b"HTTP/1.1 400 ")


def test_headers_that_do_not_come_are_not_waited_for(app):
    async def talk(server, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /page HTTP/1.1\r\nhost: x\r\n")
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    assert served(app, talk, header_seconds=0.05) == b""


def test_an_address_of_another_machine_is_told(app):
    with pytest.raises(PortsTaken) as failed:
        asyncio.run(serve(app, "192.0.2.1", 8000))
    assert failed.value.why == "address"


def test_a_server_with_a_certificate_and_a_client_that_checks_it(app, tmp_path):
    authority = tmp_path / "certificate.pem"
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain, password = certificate(tmp_path, authority)
    inside.load_cert_chain(chain, password=password)
    trusting = ssl.create_default_context(cafile=authority)

    async def talk(server, client):
        url = f"https://127.0.0.1:{server.port}/page"
        good = await client.request("GET", url, ssl=trusting)
        with pytest.raises(Unavailable) as failed:
            await client.request("GET", url)
        return good, failed.value.why

    reply, why = served(app, talk, ssl=inside)
    assert (reply.body, why) == (b"page", "tls")
    assert "strict-transport-security" in reply.headers


def certificate(folder, authority):
    """A self-signed certificate for 127.0.0.1, with its key as encrypted PEM."""
    keys = FileKeys(folder / "keys", "passphrase", cost=2**8)
    key_id = KeyId("EE", "tls")
    key = signing_key(keys.generate(key_id, KeyKind.P256))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    from ipaddress import ip_address

    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    pem, password = keys.tls_pem(key_id)
    authority.write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(authority.read_bytes() + pem)
    return folder / "chain.pem", password
