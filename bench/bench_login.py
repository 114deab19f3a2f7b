"""How many people a second can sign in at a site with a card, in one process?

``python -m bench.bench_login [LOGINS]`` prints one JSON object. Each login is whole: the site's
authorization request into the database, a challenge out of it, the Web eID token, its
certificate's path, a fresh OCSP answer (asked, signed and verified in this process), the session
into the database, the way on with a code, and the site's tokens for it: an ID token signed
RS256 and checked by nobody here. Beside it stands bare cryptography in the same run: one RS256
signature and one P-384 verification, which no such login can do without.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from tests.login.conftest import LOGIN, ORIGIN, PORTAL, TRANSPORT

import riik.login
from riik.core import KeyKind, PersonCode
from riik.login import (
    Client,
    Login,
    LoginRules,
    OpenIdProvider,
    Relying,
    verify_statement,
    verify_token,
)
from riik.login.oidc.keyring import Keyring
from riik.login.oidc.store import SqlProviderStore
from riik.login.store import SqlLoginStore
from riik.runtime.clock import SystemClock
from riik.runtime.database import open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.keys import FileKeys
from riik.runtime.migrate import migrate
from riik.runtime.outbox import MIGRATIONS as OUTBOX
from riik.runtime.outbox import Bell, SqlOutbox
from riik.runtime.threads import ThreadPool
from riik.runtime.vault import MIGRATIONS as VAULT
from riik.runtime.vault import SqlVault
from riik.testing.cards import bound_card, web_eid_token
from riik.testing.pki import MemoryKey, make_pki
from riik.trust import exchange_signature, verify_ocsp

CARDS = 20
AT_ONCE = 16
CASE = "2026-000123"
BACK = "https://portal.demo.ee/sign-in/back"
SECRET = "a-secret-of-the-site"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = [
    ("client_id", "portal"),
    ("redirect_uri", BACK),
    ("response_type", "code"),
    ("scope", "openid"),
    ("state", "state-12345678"),
    ("nonce", "nonce"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
]
REDEEMED = [
    ("grant_type", "authorization_code"),
    ("redirect_uri", BACK),
    ("code_verifier", VERIFIER),
]
BASIC = "Basic " + b64encode(f"portal:{SECRET}".encode()).decode()


@dataclass
class Responder:
    """The country's OCSP service, at once and in this process."""

    pki: object
    clock: SystemClock

    async def ocsp(self, certificate, issuer, /, *, nonce=None):
        return self.pki.ocsp(certificate, at=self.clock.now(), nonce=nonce)


def bare(seconds: float = 3.0) -> float:
    """RS256 signatures with P-384 verifications a second, in one thread and nothing besides."""
    signing = rsa.generate_private_key(65537, 2048)
    card = ec.generate_private_key(ec.SECP384R1())
    public, message = card.public_key(), b"m" * 96
    signature = card.sign(message, ec.ECDSA(SHA384()))
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(20):
            signing.sign(message, padding.PKCS1v15(), SHA256())
            public.verify(signature, message, ec.ECDSA(SHA384()))
        count += 20
    return count / (time.perf_counter() - start)


def build(folder: Path) -> tuple[OpenIdProvider, Relying, object, list]:
    """A login on SQLite with everything real, a site, and people with cards."""
    clock, entropy = SystemClock(), SystemEntropy()
    pki = make_pki(at=clock.now())
    database = open_database(f"sqlite:///{folder}/node.db", name="login")
    secrets = open_database(f"sqlite:///{folder}/vault.db", name="vault")
    migrate(database, {"runtime": OUTBOX, "login": Path(riik.login.__file__).parent / "migrations"})
    migrate(secrets, {"vault": VAULT})
    login = Login(
        rules=LoginRules(origin=ORIGIN),
        store=SqlLoginStore(),
        database=database,
        vault=SqlVault(secrets, vault_key=entropy.bytes(32), entropy=entropy),
        outbox=SqlOutbox(clock=clock, bell=Bell()),
        clock=clock,
        entropy=entropy,
        in_thread=ThreadPool(AT_ONCE),
        anchors=lambda: pki.anchors,
        revocation=Responder(pki, clock),
    )
    profile = exchange_signature(LOGIN, server="ss1", name="Login", country="EE")
    key = pki.issue(profile, key=MemoryKey(KeyKind.P256))
    relying = Relying(
        login=login,
        store=SqlLoginStore(),
        member=LOGIN,
        signer=key.key,
        certificates=(key.certificate,),
    )
    site = Client(
        id="portal",
        names={"en": "Portal"},
        redirect_uris=(BACK,),
        secret_hash=sha256(SECRET.encode()).digest(),
        member=PORTAL,
    )
    store = SqlProviderStore()
    provider = OpenIdProvider(
        login=login,
        store=store,
        grants=SqlLoginStore(),
        clients={"portal": site},
        keyring=Keyring(
            member=str(LOGIN),
            store=store,
            keys=FileKeys(folder / "keys", "bench", cost=1024),
            database=database,
            clock=clock,
        ),
    )
    provider.keyring.turn()
    codes = ["EE38001085718", "EE49403136526", "EE61709210125", "EE36802125969"]
    cards = [bound_card(pki, PersonCode(codes[n % len(codes)])) for n in range(CARDS)]
    return provider, relying, pki, cards


def checks(login: Login, pki, cards, count: int) -> float:
    """Verifications a second of token and OCSP answer alone, without any database."""
    nonce = login.start(browser="checks").nonce
    made = []
    for number in range(count):
        card = cards[number % CARDS]
        certificate = card.state.authentication_certificate
        token = web_eid_token(card, origin=ORIGIN, nonce=nonce)
        made.append((token, certificate, pki.ocsp(certificate, at=login.clock.now())))
    start = time.perf_counter()
    for token, certificate, response in made:
        verify_token(token, nonce=nonce, origin=ORIGIN, anchors=pki.anchors, at=login.clock.now())
        issuer = pki.ca.certificate
        verify_ocsp(response, certificate=certificate, issuer=issuer).require_good()
    return count / (time.perf_counter() - start)


async def whole(provider: OpenIdProvider, cards, *, count: int, at_once: int) -> tuple[float, str]:
    """Logins a second, so many people at a time; and the last one's access token."""
    login, waiting = provider.login, []
    for number in range(count):
        nonce = login.start(browser=str(number)).nonce
        token = web_eid_token(cards[number % CARDS], origin=ORIGIN, nonce=nonce)
        waiting.append((token, str(number)))
    in_thread, last = login.in_thread, [""]

    async def people() -> None:
        while waiting:
            token, browser = waiting.pop()
            asked = await in_thread(provider.begin, ASKED, browser=browser, secret="")
            session = await login.authenticate(
                token, browser=browser, source="192.0.2.1", request=asked.request
            )
            onward = await in_thread(
                provider.proceed, asked.request, browser=browser, secret=session.id
            )
            [code] = parse_qs(urlsplit(onward.address).query)["code"]
            form = [*REDEEMED, ("code", code)]
            made = await in_thread(provider.redeem, form, authorization=BASIC)
            last[:] = [made.access_token]

    start = time.perf_counter()
    await asyncio.gather(*(people() for _ in range(at_once)))
    return count / (time.perf_counter() - start), last[0]


def verified(login: Login, pki, person: str, statement: str, count: int) -> float:
    """Statements a second that a register verifies."""
    start = time.perf_counter()
    for _ in range(count):
        verify_statement(
            statement,
            audience=TRANSPORT,
            subject=person,
            carrier=None,
            case=CASE,
            at=login.clock.now(),
            anchors=pki.anchors,
            issuer_member=LOGIN,
        )
    return count / (time.perf_counter() - start)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        provider, relying, pki, cards = build(Path(name))
        login, limit = provider.login, bare()
        alone = checks(login, pki, cards, min(count, 300))
        single, _ = asyncio.run(whole(provider, cards, count=count, at_once=1))
        many, handle = asyncio.run(whole(provider, cards, count=count, at_once=AT_ONCE))
        person = relying.grant(handle, relying=PORTAL).session.person
        statement = asyncio.run(
            relying.statement(handle, relying=PORTAL, audience=TRANSPORT, case=CASE)
        )
        believed = verified(login, pki, person, statement, count)
        login.in_thread.close()
        login.database.close()
    figures = {
        "logins": count,
        "logins_per_second_one_at_a_time": round(single),
        "logins_per_second_many_at_a_time": round(many),
        "many": AT_ONCE,
        "target_logins_per_second": 50,
        "bare_rs256_sign_and_p384_verify_per_second": round(limit),
        "ratio_logins_to_bare": round(many / limit, 3),
        "token_and_ocsp_checks_per_second": round(alone),
        "statements_verified_per_second": round(believed),
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
