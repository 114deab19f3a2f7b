"""The trust centre over real HTTP: asked by our own clients, and by whoever sends anything."""

import asyncio
from base64 import b64encode
from contextlib import asynccontextmanager
from hashlib import sha256
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.trust.house import order, refusal
from tests.trust.test_trustlist import PROVIDERS, publisher, read

from riik.runtime.http_client import HttpClient
from riik.runtime.web.server import serve
from riik.testing.ports import ImmediateThread, SeededEntropy
from riik.trust import (
    CertificateStatus,
    ServiceKind,
    TrustAnchor,
    TrustUnavailable,
    make_ocsp_request,
    make_timestamp_request,
    read_certificate,
    verify_ocsp,
    verify_timestamp,
)
from riik.trust.client import OcspClient, TsaClient
from riik.trust.http import list_routes, routes
from riik.trust.responders import (
    Failure,
    ResponseStatus,
    make_timestamp_response,
    refuse_ocsp,
    refuse_timestamp,
)

pytestmark = pytest.mark.anyio
IMPRINT = sha256(b"said").digest()
OCSP, TSP = "application/ocsp-request", "application/timestamp-query"


@asynccontextmanager
async def served(*given):
    """These routes on a port of this machine, and a client."""
    server = await serve(Starlette(routes=list(given)), "127.0.0.1", 0)
    http = HttpClient(timeout=60)
    try:
        yield http, f"http://127.0.0.1:{server.port}"
    finally:
        await http.close()
        await server.stop()


@pytest.fixture
async def site(trust):
    async with served(*routes(trust, in_thread=ImmediateThread())) as (http, url):
        yield http, url


async def test_the_client_hears_what_the_responder_says(trust, site):
    http, url = site
    certificate = trust.issue(order())
    issuer = trust.hierarchy.issuing.certificate
    client = OcspClient(http=http, url=f"{url}/ocsp")
    said = []
    for step in (trust.status, trust.suspend, trust.resume, trust.revoke):
        step(read_certificate(certificate).serial)
        response = await client.ocsp(certificate, issuer, nonce=b"n" * 32)
        found = verify_ocsp(
            response,
            certificate=certificate,
            issuer=issuer,
            at=trust.clock.now(),
            nonce=b"n" * 32,
        )
        said.append(found.status.value)
    assert said == ["good", "suspended", "good", "revoked"]


async def test_the_client_brings_a_token(trust, site):
    http, url = site
    client = TsaClient(http=http, url=f"{url}/tsa", entropy=SeededEntropy())
    anchor = TrustAnchor.granted(
        trust.hierarchy.tsa.certificate,
        since=read_certificate(trust.hierarchy.tsa.certificate).not_before,
        kind=ServiceKind.TSA_QTST,
    )
    token = await client.stamp(IMPRINT)
    assert verify_timestamp(token, imprint=IMPRINT, anchors=[anchor]).time == trust.clock.now()


async def test_a_request_may_stand_in_the_path(trust, site):
    http, url = site
    certificate, issuer = trust.issue(order()), trust.hierarchy.issuing.certificate
    asked = quote(b64encode(make_ocsp_request(certificate, issuer=issuer)), safe="")
    reply = await http.request("GET", f"{url}/ocsp/{asked}")
    found = verify_ocsp(reply.body, certificate=certificate, issuer=issuer)
    assert (found.status, reply.headers["Cache-Control"]) == (CertificateStatus.GOOD, "no-store")


MALFORMED = refuse_ocsp(ResponseStatus.MALFORMED_REQUEST)


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status", "answer"),
    [
        ("POST", "/ocsp", OCSP, b"", 200, MALFORMED),
        ("POST", "/ocsp", OCSP, b"\x30\x00", 200, MALFORMED),
        ("POST", "/ocsp", "text/plain", b"", 415, MALFORMED),
        ("POST", "/ocsp", OCSP, b"x" * 9000, 413, MALFORMED),
        ("GET", "/ocsp/%%%", "", None, 200, MALFORMED),
        ("GET", "/ocsp/MAA=", "", None, 200, MALFORMED),
        ("POST", "/tsa", TSP, b"", 200, refuse_timestamp(Failure.BAD_DATA_FORMAT)),
        ("POST", "/tsa", "text/plain", b"", 415, refuse_timestamp(Failure.BAD_DATA_FORMAT)),
        ("POST", "/tsa", TSP, b"x" * 5000, 413, refuse_timestamp(Failure.BAD_REQUEST)),
        (
            "POST",
            "/tsa",
            TSP,
            make_timestamp_request(b"1" * 20, hash_name="sha1"),
            200,
            refuse_timestamp(Failure.BAD_ALG),
        ),
    ],
)
async def test_a_bad_request_is_answered_in_its_protocol(
    site, method, path, kind, body, status, answer
):
    http, url = site
    reply = await http.request(method, url + path, headers={"Content-Type": kind}, body=body)
    assert (reply.status, reply.body) == (status, answer)


class NoDatabase:
    """A thread pool in which every unit of work fails."""

    async def __call__(self, action, /, *args, **kwargs):
        raise TrustUnavailable("the disk is full", why="full")


async def test_a_node_that_fails_says_so_in_the_protocol(trust):
    async with served(*routes(trust, in_thread=NoDatabase())) as (http, url):
        ocsp = await http.request(
            "POST", f"{url}/ocsp", headers={"Content-Type": OCSP}, body=b"\x30\x00"
        )
        tsp = await http.request("POST", f"{url}/tsa", headers={"Content-Type": TSP}, body=b"")
    assert (ocsp.status, ocsp.body) == (503, refuse_ocsp(ResponseStatus.TRY_LATER))
    assert (tsp.status, tsp.body) == (503, refuse_timestamp(Failure.SYSTEM_FAILURE))


async def test_the_authorities_are_there_for_anyone(trust, site):
    http, url = site
    issuing = await http.request("GET", f"{url}/ca.crt")
    root = await http.request("GET", f"{url}/root.crt")
    assert issuing.body == trust.hierarchy.issuing.certificate
    assert root.body == trust.hierarchy.root.certificate
    assert root.headers["Content-Type"] == "application/pkix-cert"


async def test_the_list_is_there_for_anyone(centre):
    lists = publisher(centre)
    lists.publish_list(PROVIDERS)
    async with served(*list_routes(lists, in_thread=ImmediateThread())) as (http, url):
        reply = await http.request("GET", f"{url}/tl.xml")
    assert read(reply.body).sequence == 1
    assert reply.headers["Content-Type"] == "application/vnd.etsi.tsl+xml"


def answering(answer):
    async def anything(_):
        await asyncio.sleep(0)
        return answer

    return Route("/{rest:path}", anything, methods=["GET", "POST"])


OCSP_ANSWER = "application/ocsp-response"
TSP_ANSWER = "application/timestamp-reply"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response(b"", 500, media_type=OCSP_ANSWER), "status"),
        (Response(b"", 302, {"Location": "http://127.0.0.1/"}), "status"),
        (PlainTextResponse("captive portal"), "media-type"),
        (Response(b"x" * 100_000, media_type=OCSP_ANSWER), "too-large"),
        (Response(refuse_ocsp(ResponseStatus.TRY_LATER), media_type=OCSP_ANSWER), "try-later"),
    ],
)
async def test_a_responder_that_does_not_answer_is_unavailable(pki, answer, why):
    async with served(answering(answer)) as (http, url):
        with refusal(TrustUnavailable, why):
            await OcspClient(http=http, url=url).ocsp(pki.seal().certificate, pki.ca.certificate)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "answer"),
        (refuse_timestamp(Failure.TIME_NOT_AVAILABLE), "answer"),
        (b"x" * 300_000, "too-large"),
    ],
)
async def test_an_authority_without_a_token_is_unavailable(body, why):
    async with served(answering(Response(body, media_type=TSP_ANSWER))) as (http, url):
        with refusal(TrustUnavailable, why):
            await TsaClient(http=http, url=url, entropy=SeededEntropy()).stamp(IMPRINT)


async def test_a_token_of_another_request_is_not_taken(pki):
    old = make_timestamp_response(pki.timestamp(b"said", nonce=1))
    async with served(answering(Response(old, media_type=TSP_ANSWER))) as (http, url):
        with refusal(TrustUnavailable, "answer"):
            await TsaClient(http=http, url=url, entropy=SeededEntropy()).stamp(IMPRINT)


async def test_nobody_at_home_is_unavailable(pki):
    http = HttpClient(timeout=60)
    client = OcspClient(http=http, url="http://127.0.0.1:1/ocsp")
    with refusal(TrustUnavailable, "refused"):
        await client.ocsp(pki.seal().certificate, pki.ca.certificate)
    await http.close()


async def test_an_address_in_a_certificate_is_called_only_when_allowed(pki):
    certificate = pki.seal().certificate
    http = HttpClient(timeout=60)
    with refusal(TrustUnavailable, "no-responder"):
        await OcspClient(http=http).ocsp(certificate, pki.ca.certificate)
    allowed = OcspClient(http=http, allowed=frozenset(read_certificate(certificate).ocsp_urls))
    with refusal(TrustUnavailable, "refused"):
        await allowed.ocsp(certificate, pki.ca.certificate)
    await http.close()
