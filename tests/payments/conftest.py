"""A bank with a counter, its tables, and the key of the national login."""

from pathlib import Path

import pytest
from tests.payments.house import ISSUER, SITE, RsaKey
from tests.tables import lay_tables

import riik.payments
from riik.core import ClientId, Money, person_code
from riik.payments import Bank, Counter, Fees
from riik.payments.errors import AuthenticationRefused
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.references import creditor_reference
from riik.payments.store import SqlBankStore, SqlCounterStore, SqlFeeStore
from riik.runtime.database import open_database
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

MARI = person_code("EE49001010001")
CLERK = person_code("EE38210159882")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
FEE = Money("EUR", 2300)
OURS = "EE471000001020145685"


class Written:
    """An outbox that is a list."""

    def __init__(self):
        self.events = []

    def put(self, topic, key, payload, /, *, work):
        self.events.append((topic, key))


class Known:
    """Login's keys without a network."""

    def __init__(self, **keys):
        self.keys = keys

    async def key(self, kid, /):
        if kid not in self.keys:
            raise AuthenticationRefused("no such key", why="key")
        return self.keys[kid].public_key


@pytest.fixture(scope="session")
def login_key():
    """The key that login signs with."""
    return RsaKey.new()


@pytest.fixture(scope="session")
def other_key():
    """A key that login never had."""
    return RsaKey.new()


@pytest.fixture
def outbox():
    return Written()


@pytest.fixture
def tables(database):
    lay_tables(database, {"payments": Path(riik.payments.__file__).parent / "migrations"})
    return database


@pytest.fixture
def bank(tables, tmp_path, outbox, clock, entropy):
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    yield Bank(
        store=SqlBankStore(),
        vault=vault,
        outbox=outbox,
        clock=clock,
        entropy=entropy,
        country="EE",
        bank_code="99",
    )
    keys.close()


@pytest.fixture
def counter(bank, tables, clock, entropy, in_thread, login_key):
    return Counter(
        bank=bank,
        store=SqlCounterStore(),
        keys=Known(k1=login_key),
        database=tables,
        clock=clock,
        entropy=entropy,
        in_thread=in_thread,
        issuer=ISSUER,
        site=SITE,
        clerks=frozenset({CLERK}),
    )


@pytest.fixture
def fee_order(bank, tables):
    """An order of the Transport Administration for its fee."""
    with tables.work() as work:
        return bank.accept(
            creditor=TRANSPORT,
            account="EE471000001020145685",
            amount=FEE,
            reference=creditor_reference("2026-000001"),
            text="Driving licence 2026-000001",
            work=work,
        )


@pytest.fixture
def account(bank, tables):
    """Mari's account with 100 euros on it."""
    with tables.work() as work:
        opened = bank.open_account(MARI, currency="EUR", work=work)
        bank.deposit(opened, Money("EUR", 10_000), source="salary-1", work=work)
    return opened


@pytest.fixture
def fees(tables, outbox, clock):
    return Fees(store=SqlFeeStore(), outbox=outbox, clock=clock)


@pytest.fixture
def receipts(fees, clock):
    return Receipts(store=SqlReceiptStore(), fees=fees, clock=clock, account=OURS)


@pytest.fixture
def fee(fees, tables):
    with tables.work() as work:
        return fees.owe("case-1", number="2026-000001", amount=FEE, law="RLS", work=work)
