"""A trust centre on real engines, with a clock that stands; vectors and expectations."""

import json
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.tables import lay_tables

import riik.trust
from riik.core import PersonCode
from riik.runtime.database import open_database
from riik.runtime.keys import FileKeys
from riik.runtime.vault import MIGRATIONS as VAULT_MIGRATIONS
from riik.runtime.vault import SqlVault
from riik.testing.pki import AT, MemoryKey
from riik.testing.ports import SeededEntropy, StandingClock
from riik.trust import (
    Addresses,
    Hierarchy,
    Order,
    Organisation,
    Person,
    Trust,
    establish,
    organisation_seal,
    person_authentication,
    person_signature,
)
from riik.trust.store import AuthorityStore, CertificateStore

VECTORS = Path(__file__).parents[1] / "vectors" / "trust"
MIGRATIONS = Path(riik.trust.__file__).parent / "migrations"
POLICY = "1.3.6.1.4.1.99999.1.1"
ADDRESSES = Addresses(ocsp="http://127.0.0.1/ocsp", issuer="http://127.0.0.1/ca.crt")
CENTRE = Organisation(country="EE", name="Usalduskeskus", code="70000009")
MARI = Person(code=PersonCode("EE47101010033"), given_name="Mari-Liis", surname="Männik")
JUHAN = Person(code=PersonCode("EE38001085718"), given_name="Juhan", surname="Tamm")
KEY = MemoryKey()


def load(name):
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases]


def refusal(error, why):
    return pytest.raises(error, check=lambda refused: refused.why == why)


def expected(case, error):
    """Nothing, or the refusal with this `why`."""
    return nullcontext() if case["expect"] == "ok" else refusal(error, case["expect"])


@dataclass
class Centre:
    """One trust centre's engines, from which it can be composed again after a restart."""

    folder: Path
    url: str = ""

    def __post_init__(self):
        self.clock = StandingClock(AT)
        self.entropy = SeededEntropy("trust")
        url = self.url or f"sqlite:///{self.folder}/node.db"
        self.database = open_database(url, name="node")
        self.vault_database = open_database(f"sqlite:///{self.folder}/vault.db", name="vault")
        lay_tables(self.database, {"trust": MIGRATIONS})
        lay_tables(self.vault_database, {"vault": VAULT_MIGRATIONS})
        self.vault = SqlVault(self.vault_database, vault_key=b"v" * 32, entropy=self.entropy)
        self.keys = FileKeys(self.folder / "keys", "words", entropy=self.entropy, cost=16)

    def hierarchy(self) -> Hierarchy:
        return establish(
            CENTRE,
            member="EE-TEST/GOV/70000009",
            title="Test",
            keys=self.keys,
            store=AuthorityStore(),
            database=self.database,
            clock=self.clock,
            entropy=self.entropy,
        )

    def trust(self) -> Trust:
        return Trust(
            hierarchy=self.hierarchy(),
            store=CertificateStore(),
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            entropy=self.entropy,
            addresses=ADDRESSES,
            policy=POLICY,
        )

    def close(self):
        self.database.close()
        self.vault_database.close()


def order(key="mari-auth", *, profile=None, public_key=KEY.public_key):
    return Order(key=key, profile=profile or person_authentication(MARI), public_key=public_key)


def orders():
    """Mari's two certificates and an organisation's seal."""
    return [
        order("mari-auth"),
        order("mari-sign", profile=person_signature(MARI)),
        order("seal", profile=organisation_seal(CENTRE)),
    ]
