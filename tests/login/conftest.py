"""A national login with a country's trust services around it, at one standing time."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.tables import lay_tables

import riik.login
from riik.core import KeyKind, MemberId, PersonCode, Unavailable
from riik.login import Login, LoginRules, Mandate, Relying
from riik.login.model import KeptGrant, hash_of
from riik.login.store import SqlLoginStore
from riik.runtime.database import open_database
from riik.runtime.outbox import MIGRATIONS as OUTBOX
from riik.runtime.outbox import Bell, SqlOutbox
from riik.runtime.vault import MIGRATIONS as VAULT
from riik.runtime.vault import SqlVault
from riik.testing.cards import bound_card, web_eid_token
from riik.testing.pki import MemoryKey, make_pki
from riik.trust import exchange_signature

ORIGIN = "https://login.demo.ee"
BROWSER = "one-browser"
SOURCE = "192.0.2.7"
MARI = PersonCode("EE49403136526")
CHILD = PersonCode("EE61709210125")
LOGIN = MemberId("EE-DEMO", "GOV", "70000001")
PORTAL = MemberId("EE-DEMO", "GOV", "70000005")
TRANSPORT = MemberId("EE-DEMO", "GOV", "70000020")
POPULATION = MemberId("EE-DEMO", "GOV", "70000010")


@dataclass
class Responder:
    """The country's OCSP service, which can be late, silent or answer someone else."""

    pki: object
    clock: object
    late: timedelta = timedelta()
    silent: bool = False
    forget_nonce: bool = False
    responder: object = None

    async def ocsp(self, certificate, issuer, /, *, nonce=None):
        if self.silent:
            raise Unavailable("nobody answers", why="network")
        echoed = None if self.forget_nonce else nonce
        return self.pki.ocsp(
            certificate,
            at=self.clock.now(),
            late=self.late,
            nonce=echoed,
            responder=self.responder,
        )


@dataclass
class Guardians:
    """A register of guardians; it keeps the statements that it was asked with."""

    register: MemberId = POPULATION
    silent: bool = False
    ended: bool = False
    asked: list = field(default_factory=list)

    async def mandates(self, person, /, *, authority, case):
        self.asked.append((person, authority, case))
        if self.silent:
            raise Unavailable("the register is down", why="network")
        return [] if self.ended else [Mandate(represented=CHILD, role="guardian", name="Mia")]


@pytest.fixture(scope="session")
def country():
    """One country's keys; tests that revoke do it on certificates of their own."""
    from riik.testing.ports import NOON

    return make_pki(at=NOON, kind=KeyKind.P256)


@pytest.fixture
def card(country):
    return bound_card(country, MARI, given_names="MARI-LIIS", surname="MÄNNIK")


@pytest.fixture
def responder(country, clock):
    return Responder(country, clock)


@pytest.fixture
def vault(tmp_path, entropy):
    database = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(database, {"vault": VAULT})
    yield SqlVault(database, vault_key=entropy.bytes(32), entropy=entropy)
    database.close()


@pytest.fixture
def ports(database, vault, clock, entropy, in_thread):
    lay_tables(
        database,
        {"runtime": OUTBOX, "login": Path(riik.login.__file__).parent / "migrations"},
    )
    return {
        "database": database,
        "vault": vault,
        "outbox": SqlOutbox(clock=clock, bell=Bell()),
        "clock": clock,
        "entropy": entropy,
        "in_thread": in_thread,
    }


@pytest.fixture
def login(ports, country, responder):
    return Login(
        rules=LoginRules(origin=ORIGIN),
        store=SqlLoginStore(),
        **ports,
        anchors=lambda: country.anchors,
        revocation=responder,
    )


@pytest.fixture(scope="session")
def statement_key(country):
    """The login member's key for statements and its certificate."""
    profile = exchange_signature(LOGIN, server="ss1", name="Login", country="EE")
    return country.issue(profile, key=MemoryKey(KeyKind.P256))


@pytest.fixture
def guardians():
    return Guardians()


@pytest.fixture
def relying(login, statement_key, guardians):
    return Relying(
        login=login,
        store=SqlLoginStore(),
        member=LOGIN,
        signer=statement_key.key,
        certificates=(statement_key.certificate,),
        sources=(guardians,),
    )


@pytest.fixture
def sign_in(login, card):
    """Signs the card's holder in and answers the session."""

    async def act(**changes):
        challenge = login.start(browser=BROWSER)
        token = web_eid_token(
            changes.pop("card", card), origin=ORIGIN, nonce=challenge.nonce, **changes
        )
        return await login.authenticate(token, browser=BROWSER, source=SOURCE)

    return act


@pytest.fixture
def handle_on(login):
    """Gives a member its handle on a session, as `oidc` does for a code."""

    def act(session, *, relying=PORTAL):
        handle = login.secret()
        grant = KeptGrant(
            key=hash_of(handle),
            session=hash_of(session.id),
            relying=relying,
            code=hash_of("the code"),
            client="portal",
            profile_until=login.clock.now() + timedelta(seconds=40),
        )
        with login.database.work() as work:
            SqlLoginStore().put_grant(grant, work=work)
        return handle

    return act
