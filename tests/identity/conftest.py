"""An identity authority, with a certificate authority that really certifies."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from tests.tables import lay_tables

import riik.identity
from riik.core import PersonCode
from riik.identity import (
    Actor,
    CardOrder,
    CertificatePair,
    Channel,
    DocumentKind,
    Identity,
    Person,
    Sex,
)
from riik.identity.store import SqlIdentityStore
from riik.runtime.database import open_database
from riik.runtime.vault import MIGRATIONS as VAULT
from riik.runtime.vault import SqlVault
from riik.testing.cards import new_card
from riik.testing.pki import make_pki
from riik.testing.ports import NOON
from riik.trust import Person as Subject
from riik.trust import person_authentication, person_signature

MARI = PersonCode("EE49403136526")
OFFICER = PersonCode("EE38001085718")
AT_DESK = Actor(person=OFFICER, channel=Channel.DESK, officer=True)
BY_PHONE = Actor(person=OFFICER, channel=Channel.PHONE, officer=True)
HERSELF = Actor(person=MARI, channel=Channel.STRONG_LOGIN)
PERSON = Person(
    code=MARI,
    given_names="Mari-Liis",
    surname="Männik",
    birth_date=date(1994, 3, 13),
    sex=Sex.FEMALE,
    citizenship="EST",
)


@dataclass
class Authority:
    """The trust centre's side of the port, on the PKI in a box."""

    pki: object
    asked: list = field(default_factory=list)
    other_key: bool = False

    async def issue(self, requests, /):
        return [self.certified(request) for request in requests]

    def certified(self, request):
        person, order = request.person, request.order
        subject = Subject(code=person.code, given_name=person.given_names, surname=person.surname)
        keys = (order.authentication_key, order.signature_key)
        made = [
            self.pki.issue(profile, public_key=None if self.other_key else key).certificate
            for profile, key in zip(
                (person_authentication(subject), person_signature(subject)), keys, strict=True
            )
        ]
        return CertificatePair(authentication=made[0], signature=made[1])

    async def suspend(self, certificate, /):
        self.asked.append(("suspend", certificate))
        self.pki.suspend(certificate)

    async def resume(self, certificate, /):
        self.asked.append(("resume", certificate))
        self.pki.resume(certificate)

    async def revoke(self, certificate, /, *, reason):
        self.asked.append(("revoke", certificate))
        self.pki.revoke(certificate)


@dataclass
class Kept:
    """Events and looks, written down in the unit of work they belong to."""

    rows: list = field(default_factory=list)

    def put(self, topic, key, payload, /, *, work):
        work.after_commit(lambda: self.rows.append((topic, key, payload)))

    def record_access(self, subject, *, reader, purpose, work, **more):
        work.after_commit(lambda: self.rows.append((subject, reader, purpose)))


@pytest.fixture(scope="session")
def trust_centre():
    return make_pki(at=NOON)


@pytest.fixture
def authority(trust_centre):
    return Authority(trust_centre)


@pytest.fixture
def outbox():
    return Kept()


@pytest.fixture
def looks():
    return Kept()


@pytest.fixture
def vault(tmp_path, entropy):
    database = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(database, {"vault": VAULT})
    yield SqlVault(database, vault_key=entropy.bytes(32), entropy=entropy)
    database.close()


@pytest.fixture
def ports(database, vault, clock, in_thread):
    lay_tables(database, {"identity": Path(riik.identity.__file__).parent / "migrations"})
    return {"database": database, "vault": vault, "clock": clock, "in_thread": in_thread}


@pytest.fixture
def identity(ports, authority, outbox, looks):
    return Identity(
        store=SqlIdentityStore(), outbox=outbox, access=looks, authority=authority, **ports
    )


def order(number="AS0012345", *, holder=MARI, **changes):
    """A card of new keys, ordered for somebody who is enrolled."""
    authentication, signature = new_card(number=number).public_keys()
    ordered = {
        "holder": holder,
        "number": number,
        "kind": DocumentKind.ID_CARD,
        "valid_from": date(2026, 11, 23),
        "valid_until": date(2031, 11, 22),
        "authentication_key": authentication,
        "signature_key": signature,
    }
    return CardOrder(**{**ordered, **changes})


@pytest.fixture
async def bound(identity):
    """Mari is enrolled and holds a card; answers its two certificates."""
    identity.enrol([PERSON])
    [pair] = await identity.bind_key([order()], by=AT_DESK)
    return pair
