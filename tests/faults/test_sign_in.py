"""Who is not let in: other cards, stopped cards, answers that were used, pages of others."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import pytest
from tests.faults.house import at_home, closed_door, suspended

from riik.core import Unavailable
from riik.demo.browser import PageRefused
from riik.demo.card import CardState
from riik.demo.webeid import authentication_token
from riik.testing.cards import bound_card, web_eid_token
from riik.testing.pki import make_pki
from riik.trust import Person, person_authentication
from riik.trust.component import Order

pytestmark = pytest.mark.anyio


@pytest.fixture
def login(country):
    """The national login's address."""
    return country.places["authority"].origin


async def token_of(browser, login, *, origin=None, **changes):
    """The token that this person's card makes for a fresh challenge."""
    nonce = (await browser.post(f"{login}/auth/challenge", {}))["nonce"]
    made = authentication_token(
        browser.card, origin=origin or login, nonce=nonce, pin=browser.holder.pin1
    )
    return made | changes


async def refused(browser, login, token):
    """Why login does not take a token."""
    with pytest.raises(PageRefused) as caught:
        await browser.post(f"{login}/auth/web-eid", token)
    return caught.value.why


async def test_a_token_signs_in_once(country, login):
    async with at_home(country, "peeter") as browser:
        token = await token_of(browser, login)
        await browser.post(f"{login}/auth/web-eid", token)
        assert await refused(browser, login, token) == "unknown"


async def test_a_token_of_another_browser_signs_nobody_in(country, login):
    async with at_home(country, "peeter") as peeter, at_home(country, "liis") as liis:
        token = await token_of(peeter, login)
        await liis.post(f"{login}/auth/challenge", {})
        assert await refused(liis, login, token) == "signature"


async def test_a_token_for_another_site_signs_nobody_in(country, login):
    async with at_home(country, "peeter") as browser:
        token = await token_of(browser, login, origin="https://evil.example")
        assert await refused(browser, login, token) == "signature"


async def test_another_person_s_certificate_signs_nobody_in(country, login):
    async with at_home(country, "peeter") as peeter, at_home(country, "liis") as liis:
        other = b64encode(liis.card.authentication_certificate()).decode()
        token = await token_of(peeter, login, unverifiedCertificate=other)
        assert await refused(peeter, login, token) == "signature"


async def test_the_certificate_for_signatures_signs_nobody_in(country, login):
    async with at_home(country, "peeter") as browser:
        wrong = b64encode(browser.card.signature_certificate()).decode()
        token = await token_of(browser, login, unverifiedCertificate=wrong)
        assert await refused(browser, login, token) == "purpose"


async def test_a_card_of_another_state_signs_nobody_in(country, login):
    foreign = bound_card(make_pki(at=datetime.now(UTC)))
    async with at_home(country, "peeter") as browser:
        nonce = (await browser.post(f"{login}/auth/challenge", {}))["nonce"]
        token = msgspec.json.decode(web_eid_token(foreign, origin=login, nonce=nonce))
        assert await refused(browser, login, token) == "issuer"


async def test_an_expired_card_signs_nobody_in(country, login):
    holder = country.holder("peeter")
    card = CardState.from_bytes((country.folder / "cards" / f"{holder.code}.json").read_bytes())
    person = Person(code=holder.code, given_name="Peeter", surname="Tamm")
    [expired] = country.nodes["trust"].parts.trust.issue_many(
        [
            Order(
                key="expired/authentication",
                profile=person_authentication(person),
                public_key=card.public_keys()[0],
                not_after=datetime.now(UTC) - timedelta(minutes=1),
            )
        ]
    )
    async with at_home(country, "peeter") as browser:
        token = await token_of(browser, login, unverifiedCertificate=b64encode(expired).decode())
        assert await refused(browser, login, token) == "expired"


async def test_a_suspended_card_signs_nobody_in_until_it_is_resumed(country, login):
    async with at_home(country, "peeter") as browser:
        async with suspended(country, "peeter"):
            assert await refused(browser, login, await token_of(browser, login)) == "suspended"
        await browser.sign_in(login)


async def test_nobody_signs_in_while_ocsp_is_silent(country, login):
    async with at_home(country, "peeter") as browser:
        async with closed_door(country, "trust"):
            with pytest.raises(Unavailable) as silent:
                await browser.sign_in(login)
        assert silent.value.why == "responder"
        await browser.sign_in(login)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_login_takes_nothing_from_a_foreign_page(login, origin):
    headers = {"Origin": origin} if origin else {}
    async with (
        aiohttp.ClientSession() as foreign,
        foreign.post(f"{login}/auth/challenge", json={}, headers=headers) as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["why"]) == (403, "origin")


OWN_PAGES = [
    ("portal", "POST", "/v1/cases"),
    ("portal", "POST", "/sign-out"),
    ("portal", "DELETE", "/v1/session"),
    ("transport", "POST", "/sign-out"),
    ("transport", "POST", "/desk/sign/prepare"),
    ("school", "POST", "/desk/sign/complete"),
    ("authority", "POST", "/auth/logout"),
]
FOREIGN = {
    "another site": ({"Origin": "https://evil.example"}, "origin"),
    "another port": ({"Origin": "http://localhost:1"}, "origin"),
    "a file": ({"Origin": "null"}, "origin"),
    "no page": ({}, "origin"),
    "a redirect": ({"Origin": "", "Sec-Fetch-Site": "cross-site"}, "site"),
    "another host of the site": ({"Origin": "", "Sec-Fetch-Site": "same-site"}, "site"),
}


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize(("role", "method", "path"), OWN_PAGES)
async def test_nothing_is_changed_by_a_foreign_page(country, role, method, path, foreign):
    origin, (sent, why) = country.places[role].origin, FOREIGN[foreign]
    # Empty in the table: our own, which only the running country knows.
    headers = {name: value or origin for name, value in sent.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{origin}{path}", json={"code": "x"}, headers=headers) as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["why"]) == (403, why)
