"""The card's site over HTTP: who may ask, what a PIN opens, what never leaves the card."""

import asyncio
from base64 import b64encode
from contextlib import asynccontextmanager
from hashlib import sha384

import aiohttp
import msgspec
import pytest
from tests.demo.house import NOW, PEOPLE, both_sites, check_signature

from riik.demo.card import CardState
from riik.demo.cardsite import COOKIE, card_site
from riik.demo.cardsite.asking import AskedRefused, read_asked
from riik.demo.country import free_places, read_country
from riik.login.errors import TokenRefused
from riik.login.webeid import verify_token
from riik.node import ConfigRefused, PortTaken, read_config

pytestmark = pytest.mark.anyio

NONCE = b64encode(bytes(range(44))).decode()
DIGEST = sha384(b"a paper").digest()
PIN1, PIN2, PUK = 0x01, 0x85, 0x02
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def sites(tmp_path):
    async with both_sites(tmp_path) as sites:
        yield sites


@pytest.fixture
async def person(sites):
    async with visitor(sites) as person:
        yield person


class Person:
    """Somebody's browser with the card's window in it."""

    def __init__(self, sites, http):
        self.sites, self.http, self.origin = sites, http, sites.card.origin

    async def step(self, **fields):
        """One step of the window, as its script takes it."""
        answer = await self.post("/window", fields)
        assert answer.status == 200
        return await answer.json()

    async def authenticate(self, do, **fields):
        question = {"action": "web-eid:authenticate", "challengeNonce": NONCE, "origin": self.site}
        return await self.step(**{**question, "do": do, **fields})

    async def sign(self, do, certificate, **fields):
        return await self.step(
            **{
                "action": "web-eid:sign",
                "origin": self.site,
                "certificate": certificate,
                "hash": b64encode(DIGEST).decode(),
                "hashFunction": "SHA-384",
                "do": do,
                **fields,
            }
        )

    async def certificate(self):
        asked = {"action": "web-eid:get-signing-certificate", "origin": self.site}
        return (await self.step(**asked, do="ask"))["answer"]["certificate"]

    async def put(self, name):
        assert (await self.post("/", {"do": "put", "holder": name})).status == 303

    async def post(self, path, fields, **headers):
        sent = {"Origin": self.origin, **headers}
        url = self.origin + path
        return await self.http.post(url, data=fields, headers=sent, allow_redirects=False)

    async def page(self, path="/"):
        answer = await self.http.get(self.origin + path)
        assert answer.status == 200
        return await answer.text()

    @property
    def site(self):
        return self.sites.asking.origin

    def tries(self, name):
        path = self.sites.card.reader.folder / f"{PEOPLE[name][0]}.json"
        return CardState.from_bytes(path.read_bytes()).tries


@asynccontextmanager
async def visitor(sites):
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers=ENGLISH) as http:
        yield Person(sites, http)


def verify(token, sites, *, origin):
    verify_token(
        msgspec.json.encode(token).decode(),
        nonce=NONCE,
        origin=origin,
        anchors=sites.asking.pki.anchors,
        at=NOW,
    )


async def test_a_pin_opens_one_site_s_question(sites, person):
    await person.put("mari")
    question = await person.authenticate("ask")
    assert "National Login" in question["html"]
    assert person.site in question["html"]
    assert "answer" not in question
    told = await person.authenticate("confirm", pin="1234")
    assert told["close"]
    verify(told["answer"], sites, origin=person.site)
    with pytest.raises(TokenRefused):
        verify(told["answer"], sites, origin=sites.card.origin)


async def test_a_signature_is_the_card_s_over_what_was_asked(person):
    await person.put("mari")
    certificate = await person.certificate()
    question = await person.sign("ask", certificate)
    groups = [DIGEST.hex()[n : n + 4] for n in range(0, 96, 4)]
    assert " ".join(groups) in question["html"]
    assert '<svg class="weave"' in question["html"]
    told = await person.sign("confirm", certificate, pin="12345")
    check_signature(msgspec.convert(certificate, bytes, strict=False), value(told), DIGEST)
    assert told["answer"]["signatureAlgorithm"]["hashFunction"] == "SHA-384"


def value(told):
    return msgspec.convert(told["answer"]["signature"], bytes, strict=False)


@pytest.mark.parametrize("language", ["et", "vi", "en"])
async def test_the_window_speaks_the_page_s_language(person, language):
    said = {"et": "Näita, kes sa oled", "vi": "Xác thực danh tính", "en": "Show who you are"}
    await person.put("mari")
    answer = await person.post(
        f"/window?lang={language}",
        {"action": "web-eid:authenticate", "challengeNonce": NONCE, "origin": person.site},
    )
    shown = (await answer.json())["html"]
    assert said[language] in shown
    assert "1234" in shown


FOREIGN = [
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/", "/window"])
async def test_only_the_card_s_own_pages_may_send_it_anything(person, path, headers):
    await person.put("mari")
    fields = {"action": "web-eid:authenticate", "challengeNonce": NONCE, "origin": person.site}
    answer = await person.post(path, {**fields, "do": "confirm", "pin": "1234"}, **headers)
    assert answer.status == 403
    assert (await answer.json())["why"] == "origin"
    assert person.tries("mari")[PIN1] == 3


@pytest.mark.parametrize(
    "ending", ["/", ".evil.example", "0", "@evil.example", "#", "<script>alert(1)</script>"]
)
async def test_a_stranger_learns_nothing_and_its_name_is_only_text(person, ending):
    await person.put("mari")
    told = await person.authenticate("confirm", origin=person.site + ending, pin="1234")
    assert told["failure"] == "ERR_RIIK_STRANGER"
    assert "answer" not in told
    assert "Maasikas" not in told["html"]
    assert "<script>" not in told["html"]


async def test_the_card_s_own_origin_may_not_ask_either(person):
    await person.put("mari")
    told = await person.authenticate("confirm", origin=person.origin, pin="1234")
    assert told["failure"] == "ERR_RIIK_STRANGER"


@pytest.mark.parametrize("name", ["", "nobody", "../mari", "EE48001085719", "peeter;mari"])
async def test_an_unknown_card_is_an_empty_reader(person, name):
    person.http.cookie_jar.update_cookies({COOKIE: name})
    told = await person.authenticate("confirm", pin="1234")
    assert "There is no card in the reader" in told["html"]
    assert "answer" not in told


async def test_a_card_chosen_in_the_window_is_in_the_reader_from_then_on(person):
    told = await person.authenticate("put", holder="jaan")
    assert "Jaan Kask" in told["html"]
    assert "Jaan Kask" in (await person.authenticate("ask"))["html"]


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "abcd", "12 34", "١٢٣٤", "1234\n"])
async def test_what_can_be_no_pin_costs_no_try(person, pin):
    await person.put("mari")
    told = await person.authenticate("confirm", pin=pin)
    assert "4 to 12 digits" in told["html"]
    assert "answer" not in told
    assert person.tries("mari")[PIN1] == 3


async def test_three_wrong_pins_block_the_card_even_for_the_right_one(person):
    await person.put("mari")
    assert "2 tries are left" in (await person.authenticate("confirm", pin="9999"))["html"]
    assert "One try is left" in (await person.authenticate("confirm", pin="9999"))["html"]
    assert "PIN 1 is blocked" in (await person.authenticate("confirm", pin="9999"))["html"]
    told = await person.authenticate("confirm", pin="1234")
    assert "PIN 1 is blocked" in told["html"]
    assert "answer" not in told


async def test_a_right_pin_gives_the_tries_back(person):
    await person.put("mari")
    await person.authenticate("confirm", pin="9999")
    await person.authenticate("confirm", pin="1234")
    assert person.tries("mari")[PIN1] == 3


async def block(person, name="mari"):
    await person.put(name)
    for _ in range(3):
        await person.authenticate("confirm", pin="9999")


async def test_the_puk_opens_a_blocked_pin_and_the_question_goes_on(person):
    await block(person)
    assert "This is not the PUK" in (await person.authenticate("unblock", puk="87654321"))["html"]
    opened = await person.authenticate("unblock", puk="12345678")
    assert "PIN 1 works again" in opened["html"]
    assert "answer" in await person.authenticate("confirm", pin="1234")


async def test_three_wrong_puks_end_the_card_until_it_is_renewed(person):
    await block(person)
    for _ in range(3):
        told = await person.authenticate("unblock", puk="87654321")
    assert "blocked for good" in told["html"]
    assert "blocked for good" in (await person.authenticate("unblock", puk="12345678"))["html"]
    assert "Show who you are" in (await person.authenticate("renew"))["html"]


@pytest.mark.parametrize("puk", ["", "1234567", "abcdefgh"])
async def test_what_can_be_no_puk_costs_no_try(person, puk):
    await block(person)
    assert "8 to 12 digits" in (await person.authenticate("unblock", puk=puk))["html"]
    assert person.tries("mari")[PUK] == 3


async def test_tries_taken_at_once_are_all_counted(sites):
    async with visitor(sites) as one, visitor(sites) as two:
        await one.put("mari")
        await two.put("mari")
        wrong = [each.authenticate("confirm", pin="9999") for each in (one, two) * 5]
        await asyncio.gather(*wrong)
        assert one.tries("mari")[PIN1] == 0
        assert "answer" not in await one.authenticate("confirm", pin="1234")


async def test_pin_1_signs_nothing(person):
    await person.put("mari")
    certificate = await person.certificate()
    assert "answer" not in await person.sign("confirm", certificate, pin="1234")
    assert person.tries("mari")[PIN2] == 3
    assert "5 to 12 digits" in (await person.sign("confirm", certificate, pin="1234"))["html"]


async def test_a_paper_laid_out_for_another_card_is_not_signed(person):
    await person.put("mari")
    certificate = await person.certificate()
    await person.put("jaan")
    told = await person.sign("confirm", certificate, pin="12345")
    assert "This is another card" in told["html"]
    assert "answer" not in told


async def test_an_expired_card_answers_nothing(person):
    await person.put("peeter")
    told = await person.authenticate("confirm", pin="1234")
    assert "certificate has expired" in told["html"]
    assert "answer" not in told
    asked = {"action": "web-eid:get-signing-certificate", "origin": person.site}
    assert "answer" not in await person.step(**asked, do="ask")


async def test_a_card_that_is_taken_out_fails_the_question(person):
    await person.put("mari")
    told = await person.authenticate("out")
    assert told["failure"] == "ERR_RIIK_CARD_REMOVED"
    assert "There is no card" in (await person.authenticate("ask"))["html"]


AUTHENTICATE = {"action": "web-eid:authenticate", "challengeNonce": NONCE}
SIGN = {
    "action": "web-eid:sign",
    "certificate": b64encode(b"c").decode(),
    "hash": b64encode(DIGEST).decode(),
    "hashFunction": "SHA-384",
}
UNFIT = [
    ("no such act", {"action": "web-eid:open-the-door"}, "action"),
    ("no act", {}, "action"),
    ("a short challenge", AUTHENTICATE | {"challengeNonce": NONCE[:43]}, "nonce"),
    ("a long challenge", AUTHENTICATE | {"challengeNonce": "A" * 129}, "nonce"),
    ("no challenge", {"action": "web-eid:authenticate"}, "nonce"),
    ("another hash", SIGN | {"hashFunction": "SHA-256"}, "hash"),
    ("a short digest", SIGN | {"hash": b64encode(DIGEST[:32]).decode()}, "digest"),
    ("a digest that is none", SIGN | {"hash": "ä"}, "digest"),
    ("no digest", SIGN | {"hash": ""}, "digest"),
    ("a certificate that is none", SIGN | {"certificate": "%"}, "certificate"),
]


@pytest.mark.parametrize(("form", "why"), [case[1:] for case in UNFIT], ids=[c[0] for c in UNFIT])
def test_what_no_card_does_is_refused(form, why):
    with pytest.raises(AskedRefused) as refused:
        read_asked(form)
    assert refused.value.why == why


async def test_a_page_is_told_that_no_card_does_what_it_asks(person):
    await person.put("mari")
    told = await person.sign("ask", await person.certificate(), hashFunction="SHA-256")
    assert told["failure"] == "ERR_WEBEID_NATIVE_INVALID_ARGUMENT"
    assert "answer" not in told


async def test_the_reader_s_page_works_without_script(person):
    assert "Put a card in" in await person.page()
    await person.put("mari")
    assert "48001085719" in await person.page()
    assert (await person.post("/", {"do": "out"})).status == 303
    assert "48001085719" not in (await person.page()).split("Put a card in")[0]


async def test_the_reader_s_page_opens_a_blocked_pin(person):
    await block(person)
    assert "PIN 1 is blocked" in await person.page()
    wrong = await person.post("/", {"do": "unblock", "which": "1", "puk": "87654321"})
    assert wrong.status == 422
    assert "<title>Error: " in await wrong.text()
    right = await person.post("/", {"do": "unblock", "which": "1", "puk": "12345678"})
    assert (right.status, right.headers["location"]) == (303, "/")
    assert person.tries("mari")[PIN1] == 3


async def test_no_one_can_frame_the_window_but_its_opener_is_reachable(person):
    answer = await person.http.get(f"{person.origin}/window")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_without_end_is_refused(person):
    answer = await person.post("/window", {"action": "a" * 40_000})
    assert answer.status == 403


async def test_a_site_that_was_told_to_pages_serves_there_or_not_at_all(sites, tmp_path):
    taken = int(sites.card.origin.rpartition(":")[2])
    async with both_sites(tmp_path) as others:
        with pytest.raises(PortTaken):
            await others.card.start(taken)


async def test_every_site_of_a_country_may_ask_and_nobody_else(tmp_path):
    country = read_country("ee")
    places = free_places(country, shift=900)
    site = card_site(country, places, (), tmp_path)
    asking = {asker.origin for asker in site.askers}
    assert asking == {place.origin for name, place in places.items() if name != "card"}
    await site.stop()


def test_a_node_outside_a_demonstration_offers_no_demonstration_card(tmp_path):
    source = CONFIG.format(demonstration="false")
    (tmp_path / "node.toml").write_text(source, encoding="utf-8")
    (tmp_path / "passphrase").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigRefused) as refused:
        read_config(tmp_path / "node.toml")
    assert refused.value.why == "demonstration"


CONFIG = """
[node]
name = "portal"
member = "EE/GOV/70000001"
profile = "ee"
names = {{ en = "Portal" }}
role = "portal"
code = "70000001"
began = "2026-01-01T00:00:00Z"
demonstration = {demonstration}
[people]
port = 7100
origin = "https://portal.example"
card = "http://localhost:7113"
[state]
passphrase = "file:passphrase"
[exchange]
host = "127.0.0.2"
anchor = "anchor.xml"
[roles.portal]
member = "EE/GOV/70000001"
names = {{ en = "Portal" }}
"""
