"""A card site with invented cards, and a site that asks it: pages, challenge, digest, checks."""

import os
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha384
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import riik.demo.cardsite
from riik.core import PersonCode
from riik.demo.cardsite import Asker, CardSite
from riik.demo.cardsite.reader import Reader
from riik.demo.seeding import Holder
from riik.login.webeid import verify_token
from riik.portal.design.http import design_routes, html
from riik.portal.design.pages import Shell, environment
from riik.portal.design.texts import read_texts
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge, serve
from riik.testing.cards import PINS, bound_card
from riik.testing.pki import Pki, make_pki
from riik.trust import read_certificate

NOW = SystemClock().now()

PEOPLE = {
    "mari": ("EE48001085719", "MARI", "MAASIKAS", ()),
    "jaan": ("EE38001085718", "JAAN", "KASK", ()),
    "peeter": ("EE37605030299", "PEETER", "TAMM", ("transport",)),
}
"""Mari and Jaan hold good cards; the certificates of Peeter's ran out an hour ago."""

OFFICES = {"transport": {"en": "Transport", "et": "Transpordiamet", "vi": "Cục Vận tải"}}
NAMES = {"en": "National Login", "et": "Riiklik sisselogimine", "vi": "Đăng nhập quốc gia"}

PAGE = """{% extends "page.html" %}
{% from "webeid.html" import authenticate_form, sign_form, webeid_script %}
{% block title %}Asking{% endblock %}
{% block script %}{{ webeid_script() }}{% endblock %}
{% block main %}<h1>Asking</h1>
{% if which == "authenticate" %}{{ authenticate_form("/challenge", "/answer", "/welcome", card) }}
{% else %}<form id="more"><label>Note <input name="note" value="a word"></label></form>
{% call sign_form("/prepare", "/complete", "token", card, "Sign it", form="more") %}
<template data-error="asking.refused.moved"><p>The case has moved on.</p></template>{% endcall %}{% endif %}
{% endblock %}"""


def make_cards(folder: Path) -> tuple[Pki, tuple[Holder, ...]]:
    """Cards on disk; answers who certified them and who holds them."""
    pki, holders = make_pki(at=NOW), []
    for name, (code, given, family, official) in PEOPLE.items():
        expired = name == "peeter"
        card = bound_card(pki, code, given_names=given, surname=family, expired=expired)
        (folder / f"{code}.json").write_bytes(card.state.to_bytes())
        holder = Holder(
            id=name,
            code=PersonCode(code),
            name=f"{given.title()} {family.title()}",
            pin1=PINS[0],
            pin2=PINS[1],
            puk=PINS[2],
            official=official,
        )
        holders.append(holder)
    return pki, tuple(holders)


@dataclass(slots=True, kw_only=True)
class AskingSite:
    """An ordinary site of the country, with a page for each of the two forms.

    Attributes:
        card: Origin of the card's site.
        pki: Who certified the cards.
        origin: Its own, once it serves.
        seen: What came to it, by address.
        refuse: By address: status, type and reason of a refusal instead of an answer.
        digest: What is to be signed.
    """

    card: str
    pki: Pki
    origin: str = ""
    seen: list[tuple[str, Any]] = field(default_factory=list)
    refuse: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    digest: bytes = sha384(b"a paper").digest()
    nonce: str = b64encode(bytes(range(44))).decode()

    def routes(self) -> list[Any]:
        posts = [self.challenge, self.answer, self.prepare, self.complete]
        return [
            Route("/authenticate", self.page, methods=["GET"]),
            Route("/sign", self.page, methods=["GET"]),
            Route("/welcome", self.welcome, methods=["GET"]),
            *(Route(f"/{post.__name__}", self.taking(post), methods=["POST"]) for post in posts),
            *design_routes(),
        ]

    def taking(self, post: Any) -> Any:
        """A handler that keeps what it was sent, and refuses when the test wants that."""

        async def handle(request: Request) -> Response:
            content, name = msgspec.json.decode(await request.body()), request.url.path
            self.seen.append((name, content))
            if name not in self.refuse:
                return JSONResponse(post(content, request.headers))
            status, code, why = self.refuse[name]
            problem = {"type": f"urn:riik:problem:{code}", "why": why}
            problem["instance"] = "urn:riik:request:abcd1234"
            return JSONResponse(problem, status, media_type="application/problem+json")

        return handle

    def posted(self, address: str) -> list[Any]:
        """What came to an address, oldest first."""
        return [content for name, content in self.seen if name == address]

    async def page(self, request: Request) -> Response:
        language = request.query_params.get("lang", "en")
        texts = read_texts(riik.demo.cardsite, language=language)
        template = environment(riik.demo.cardsite, texts).from_string(PAGE)
        shell = Shell(language=language, profile=country_profile("ee"))
        page = template.render(shell=shell, which=request.url.path[1:], card=self.card)
        return html(page, language, popups=True)

    async def welcome(self, request: Request) -> Response:
        return html("<!doctype html><title>Welcome</title><h1>Welcome</h1>", "en")

    def challenge(self, content: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        return {"nonce": self.nonce}

    def answer(self, content: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        verify_token(
            msgspec.json.encode(content).decode(),
            nonce=self.nonce,
            origin=self.origin,
            anchors=self.pki.anchors,
            at=SystemClock().now(),
        )
        return {}

    def prepare(self, content: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        assert (headers["x-csrf"], content["note"]) == ("token", "a word")
        return {"digest": b64encode(self.digest).decode(), "hash": "SHA-384"}

    def complete(self, content: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        certificate = self.posted("/prepare")[-1]["certificate"]
        check_signature(b64decode(certificate), b64decode(content["value"]), self.digest)
        return {"location": "/welcome"}


def check_signature(certificate: bytes, value: bytes, digest: bytes) -> None:
    """Verify ``r || s`` over a SHA-384 digest with the certificate's key."""
    key = load_der_public_key(read_certificate(certificate).public_key)
    r, s = int.from_bytes(value[:48], "big"), int.from_bytes(value[48:], "big")
    key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA384())))


@dataclass(frozen=True, slots=True)
class Sites:
    """The card's site and the asking one, both serving."""

    card: CardSite
    asking: AskingSite


@asynccontextmanager
async def both_sites(folder: Path, *, profile: str = "ee") -> AsyncIterator[Sites]:
    """A card's site, and a site of the country that asks it."""
    pki, holders = make_cards(folder)
    log = open_log(Path(os.devnull), clock=SystemClock())
    card = CardSite(
        profile=country_profile(profile),
        reader=Reader(holders=holders, folder=folder, clock=SystemClock()),
        askers=[],
        offices=OFFICES,
        log=log,
    )
    asking = AskingSite(card=await card.start(0), pki=pki)
    server = await serve(edge(asking.routes(), metrics=Metrics(), logger=log), "127.0.0.1", 0)
    asking.origin = f"http://localhost:{server.port}"
    card.askers = [Asker(asking.origin, NAMES)]
    try:
        yield Sites(card, asking)
    finally:
        await server.stop()
        await card.stop()
