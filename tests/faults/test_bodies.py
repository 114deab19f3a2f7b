"""What browsers and others send to the people's ports: too much, malformed, half, or nothing."""

import aiohttp
import pytest
from tests.faults.house import post
from tests.journeys.house import visit

from riik.demo.browser import PageRefused

pytestmark = pytest.mark.anyio

TEN_MEGABYTES = bytes(10 * 1024 * 1024)
PLACES = {
    "login": ("authority", "/auth/web-eid"),
    "portal": ("portal", "/v1/cases"),
    "sign-out": ("portal", "/sign-out"),
    "logout": ("portal", "/sign-out/back-channel"),
    "bank": ("bank", "/v1/orders/x/payment"),
    "bank-site": ("bank-site", "/sign-out/back-channel"),
    "desk": ("transport", "/desk/sign/prepare"),
    "ocsp": ("trust", "/ocsp"),
    "tsa": ("trust", "/tsa"),
    "witness": ("witness", "/add-checkpoint"),
}
# Signing out reads no body: whoever is not signed in is led to the front.
PEOPLE = ["login", "portal", "logout", "bank", "bank-site", "desk"]


async def answer_of(country, place, body, *, kind="application/json"):
    """Status and text that an address answers to a body."""
    role, path = PLACES[place]
    origin = country.places[role].origin
    headers = {"Origin": origin, "Content-Type": kind}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{origin}{path}", data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


@pytest.mark.parametrize("place", PLACES)
async def test_ten_megabytes_are_refused(country, place):
    status, _ = await answer_of(country, place, TEN_MEGABYTES)
    assert status in (400, 401, 413, 415)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"code":' + b"[" * 100_000,
        b'{"code": 1}',
    ],
    ids=["empty", "half", "list", "null", "text", "no-utf-8", "deep", "number"],
)
@pytest.mark.parametrize("place", PEOPLE)
async def test_malformed_bodies_are_refused_and_never_a_bug(country, place, body):
    status, told = await answer_of(country, place, body)
    assert 400 <= status < 500
    assert "Traceback" not in told


@pytest.mark.parametrize("place", ["ocsp", "tsa"])
async def test_the_trust_centre_answers_nonsense_without_failing(country, place):
    kind = {"ocsp": "application/ocsp-request", "tsa": "application/timestamp-query"}[place]
    status, _ = await answer_of(country, place, b"\x30\x03nonsense", kind=kind)
    assert status < 500


async def test_a_path_leads_out_of_no_case(country):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        case = journey.result.status["case"]
        with pytest.raises(PageRefused):
            await journey.browser.fetch(f"{journey.portal}/v1/cases/{case}/documents/..%2f..%2fx")


@pytest.mark.parametrize(
    ("step", "content", "why"),
    [
        ("answers/reason", {"reason": "curiosity"}, "value"),
        ("answers/reason", {"reason": 7}, "value"),
        ("answers/reason", {"reason": "x" * 5_000}, "value"),
        ("answers/reason", {}, "missing"),
        ("answers/reason", {"reason": "lost", "wish": "yes"}, "unknown"),
        ("answers/nothing", {"reason": "lost"}, "unknown"),
        ("submission", {"certificate": ""}, "missing"),
        ("signature", {"value": "AAAA"}, "order"),
        ("payment", {}, "order"),
        ("review", {"outcome": "grant"}, "no-step"),
        ("record", {}, "no-step"),
    ],
    ids=str,
)
async def test_a_step_that_does_not_fit_is_refused(country, step, content, why):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        with pytest.raises(PageRefused) as refused:
            await post(journey, step, content)
        assert refused.value.why == why
        await journey.refresh()
    assert journey.next_step == "answers/reason"


async def test_nobody_sees_another_person_s_case(country):
    async with visit(country, "liis") as liis, visit(country, "helmi") as helmi:
        await liis.sign_in()
        await liis.start()
        await helmi.sign_in()
        case = liis.result.status["case"]
        with pytest.raises(PageRefused) as refused:
            await helmi.browser.get(f"{helmi.portal}/v1/cases/{case}")
    assert refused.value.why == "no-case"


@pytest.mark.parametrize("register", ["x", "-1", "99", "9" * 5_000, "%00", "٣"])
@pytest.mark.parametrize("what", ["looks/{}", "looks/{}/proofs", "registers/{}/own"])
async def test_a_register_that_is_not_there_is_refused(country, what, register):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused) as refused:
            await journey.browser.get(f"{journey.portal}/v1/{what.format(register)}")
    assert refused.value.facts["status"] == 404


@pytest.mark.parametrize("person", [7, None, [], {}, "x"], ids=str)
async def test_nobody_is_represented_who_has_no_code(country, person):
    async with visit(country, "liis") as journey:
        await journey.sign_in()
        asked = {"service": "driving-licence", "language": "et", "for": person}
        known = await journey.browser.get(f"{journey.portal}/v1/cases")
        with pytest.raises(PageRefused) as refused:
            await journey.browser.post(f"{journey.portal}/v1/cases", asked)
        assert 400 <= refused.value.facts["status"] < 500
        assert await journey.browser.get(f"{journey.portal}/v1/cases") == known
