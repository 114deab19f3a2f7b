"""How many people a second can sign in with a card and get a statement, in one process?

``python -m bench.bench_login [LOGINS]`` prints one JSON object. Each sign-in is whole: the
challenge out of the database, the Web eID token, its certificate's path, a fresh OCSP
answer (asked, signed and verified in this process), the session into the database; then a
code, its redemption and a signed statement. Beside it stands `openssl speed` of a P-384
verification in the same run: no sign-in can be faster than the one signature it checks.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.login.conftest import LOGIN, ORIGIN, PORTAL, RETURN, TRANSPORT

import riik.login
from riik.core import KeyKind, PersonCode
from riik.login import Login, LoginRules, Relying, verify_statement, verify_token
from riik.login.store import SqlLoginStore
from riik.runtime.clock import SystemClock
from riik.runtime.database import open_database
from riik.runtime.entropy import SystemEntropy
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


@dataclass
class Responder:
    """The country's OCSP service, at once and in this process."""

    pki: object
    clock: SystemClock

    async def ocsp(self, certificate, issuer, /, *, nonce=None):
        return self.pki.ocsp(certificate, at=self.clock.now(), nonce=nonce)


def openssl_verifications() -> float:
    """P-384 verifications a second of the system's OpenSSL, one core."""
    command = ["openssl", "speed", "-seconds", "3", "ecdsap384"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"nistp384\)\s+\S+\s+\S+\s+[\d.]+\s+([\d.]+)", told)
    return float(found[1])


def build(folder: Path) -> tuple[Login, Relying, object, list]:
    """A login on SQLite with everything real, and people with cards."""
    clock, entropy = SystemClock(), SystemEntropy()
    pki = make_pki(at=clock.now())
    database = open_database(f"sqlite:///{folder}/node.db", name="login")
    secrets = open_database(f"sqlite:///{folder}/vault.db", name="vault")
    migrate(database, {"runtime": OUTBOX, "login": Path(riik.login.__file__).parent / "migrations"})
    migrate(secrets, {"vault": VAULT})
    login = Login(
        rules=LoginRules(origin=ORIGIN, relying={PORTAL: (RETURN,)}),
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
    codes = ["EE38001085718", "EE49403136526", "EE61709210125", "EE36802125969"]
    cards = [bound_card(pki, PersonCode(codes[n % len(codes)])) for n in range(CARDS)]
    return login, relying, pki, cards


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


async def whole(
    login: Login, relying: Relying, cards, *, count: int, at_once: int
) -> tuple[float, PersonCode, str]:
    """Logins a second, so many people at a time; and the last one's code and statement."""
    waiting: list[tuple[str, str]] = []
    for number in range(count):
        nonce = login.start(browser=str(number)).nonce
        token = web_eid_token(cards[number % CARDS], origin=ORIGIN, nonce=nonce)
        waiting.append((token, str(number)))
    last: list[tuple[PersonCode, str]] = []

    async def people() -> None:
        while waiting:
            token, browser = waiting.pop()
            session = await login.authenticate(token, browser=browser, source="192.0.2.1")
            code = await login.in_thread(login.token, session.id, relying=PORTAL, address=RETURN)
            grant = await login.in_thread(relying.redeem, code, relying=PORTAL)
            statement = await relying.statement(
                grant.handle, relying=PORTAL, audience=TRANSPORT, case=CASE
            )
            last[:] = [(session.person, statement)]

    start = time.perf_counter()
    await asyncio.gather(*(people() for _ in range(at_once)))
    return count / (time.perf_counter() - start), *last[0]


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
        login, relying, pki, cards = build(Path(name))
        limit = openssl_verifications()
        alone = checks(login, pki, cards, min(count, 300))
        single, person, statement = asyncio.run(
            whole(login, relying, cards, count=count, at_once=1)
        )
        many, *_ = asyncio.run(whole(login, relying, cards, count=count, at_once=AT_ONCE))
        believed = verified(login, pki, person, statement, count)
        login.in_thread.close()
        login.database.close()
    figures = {
        "logins": count,
        "whole_per_second_one_at_a_time": round(single),
        "whole_per_second_many_at_a_time": round(many),
        "many": AT_ONCE,
        "token_and_ocsp_checks_per_second": round(alone),
        "statements_verified_per_second": round(believed),
        "openssl_p384_verifications_per_second": round(limit),
        "ratio_whole": round(many / limit, 3),
        "ratio_checks": round(alone / limit, 3),
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
