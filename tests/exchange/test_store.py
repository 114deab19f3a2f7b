"""The store on both engines: claims, rights and batches behave the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.tables import lay_tables

import riik.exchange
from riik.core import ClientId, MemberId, ServerId, ServiceId, SubjectId
from riik.exchange import Direction, Endpoint, Right, Role, Server
from riik.exchange.journal import Entry, Journal
from riik.exchange.model import Claim, Kept, Stored
from riik.exchange.store import SqlCentreStore, SqlExchangeStore
from riik.runtime.database import open_database

MEMBER = MemberId("TEST", "GOV", "1")
CLIENT = ClientId(MEMBER, "app")
SERVICE = ServiceId(CLIENT, "person")
CLAIM = Claim(
    client=str(CLIENT),
    message_id="m",
    digest=b"d" * 64,
    request_id="r",
    holder=b"h" * 16,
    claimed_until_ms=2000,
    at_ms=1000,
)
MESSAGE = Stored(
    at_ms=1000,
    message_id="m",
    request_id="r",
    role=Role.PROVIDER,
    direction=Direction.REQUEST,
    client=str(CLIENT),
    service=str(SERVICE),
    status=0,
    subject="s",
    sealed=b"sealed",
    signature=b"signature",
    signer="x",
    digest=b"1" * 64,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request, tmp_path):
    """An empty database of each engine, migrated."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/node.db"
    else:
        url = request.getfixturevalue("postgresql").new_database()
    database = open_database(url, name="test")
    lay_tables(database, {"exchange": Path(riik.exchange.__path__[0]) / "migrations"})
    yield database
    database.close()


@pytest.fixture
def store():
    return SqlExchangeStore()


def claim(database, store, *claims):
    with database.work() as work:
        return store.claim(claims, work=work)


def test_the_first_claim_holds(database, store):
    other = replace(CLAIM, holder=b"o" * 16, request_id="r2")
    assert claim(database, store, CLAIM) == [CLAIM]
    assert claim(database, store, other) == [CLAIM]


def test_of_two_claims_at_once_one_holds(database, store):
    other = replace(CLAIM, holder=b"o" * 16)
    third = replace(CLAIM, message_id="m3")
    assert claim(database, store, CLAIM, other, third) == [CLAIM, CLAIM, third]


def test_a_claim_is_taken_over_once(database, store):
    claim(database, store, CLAIM)
    new = replace(CLAIM, holder=b"n" * 16, claimed_until_ms=9000)
    with database.work() as work:
        assert store.take_over(CLAIM, new, work=work)
        assert not store.take_over(CLAIM, replace(new, holder=b"l" * 16), work=work)
    assert claim(database, store, CLAIM)[0].holder == new.holder


def test_old_claims_are_forgotten(database, store):
    claim(database, store, CLAIM)
    with database.work() as work:
        store.forget_claims(before_ms=1001, work=work)
    other = replace(CLAIM, holder=b"o" * 16)
    assert claim(database, store, other) == [other]


def test_a_batch_binds_messages_in_its_order(database, store):
    with database.work() as work:
        messages = [replace(MESSAGE, at_ms=n, digest=bytes([n]) * 64) for n in (3, 1, 2)]
        store.add_messages(messages, work=work)
        waiting = store.unstamped(limit=10, work=work)
        assert store.oldest_unstamped(work=work) == 1
        store.add_batch([number for number, _ in waiting], token=b"t", at_ms=4, work=work)
    with database.read() as work:
        assert store.oldest_unstamped(work=work) is None
        _, number, position = store.find(
            "r", client=str(CLIENT), message_id="m",
            role=Role.PROVIDER, direction=Direction.REQUEST, work=work,
        )  # fmt: skip
        batch = store.batch(number, work=work)
    assert (batch.token, [leaf[0] for leaf in batch.leaves]) == (b"t", [1, 2, 3])
    assert position == 1  # the message written last, of the second oldest


@pytest.mark.parametrize(
    "other", [{"client": "TEST/GOV/2/app"}, {"message_id": "x"}, {"role": Role.CONSUMER}]
)
def test_an_answer_is_found_by_all_its_names(database, store, other):
    asked = {
        "client": str(CLIENT), "message_id": "m",
        "role": Role.PROVIDER, "direction": Direction.REQUEST,
    }  # fmt: skip
    with database.work() as work:
        store.add_messages([MESSAGE], work=work)
        assert store.find("r", **asked, work=work)[0] == MESSAGE
        assert store.find("r", **(asked | other), work=work) is None
        assert store.find("other", **asked, work=work) is None


def test_rights_come_back_as_they_were_given(database, store):
    right = Right(
        client=CLIENT,
        service=SERVICE,
        endpoint=Endpoint("GET", "/a/*"),
        purposes=frozenset({"a", "b"}),
        legal_bases=frozenset({"Act § 1"}),
        valid_until=datetime(2026, 12, 1, tzinfo=UTC),
    )
    with database.work() as work:
        before = store.rights_version(work=work)
        store.add_right(right, work=work)
        store.add_right(replace(right, valid_until=None), work=work)
        assert store.rights(work=work) == [replace(right, valid_until=None)]
        assert store.rights_version(work=work) > before
        assert store.drop_right(right, work=work)
        assert not store.drop_right(right, work=work)
        assert store.rights(work=work) == []


def test_what_is_kept_is_replaced(database, store):
    with database.work() as work:
        store.keep(Kept(name="n", content=b"1", at_ms=1), work=work)
        store.keep(Kept(name="n", content=b"2", at_ms=2), work=work)
        assert store.kept("n", work=work) == Kept(name="n", content=b"2", at_ms=2)
        assert store.kept("other", work=work) is None


def test_the_register_knows_members_and_servers(database):
    register = SqlCentreStore()
    server = Server(
        id=ServerId(MEMBER, "ss1"),
        address="127.0.0.1",
        certificate_hashes=frozenset([b"h" * 32]),
        clients=frozenset([MEMBER, CLIENT]),
    )
    with database.work() as work:
        register.add_member(MEMBER, name="old", work=work)
        register.add_member(MEMBER, name="new", work=work)
        register.add_member(CLIENT, name="app", work=work)
        register.put_server(server, work=work)
        register.put_server(replace(server, address="other"), work=work)
        assert register.members(work=work) == {MEMBER: "new", CLIENT: "app"}
        assert register.servers(work=work) == [replace(server, address="other")]


def test_two_processes_that_log_the_same_wish_agree_who_handles_it(database, store, clock, entropy):
    """Two journals share a database, as two workers of one node do."""

    def journal():
        return Journal(
            store=store, database=database, vault=_OpenVault(), clock=clock,
            entropy=entropy, in_thread=None,
        )  # fmt: skip

    def entries(worker, round_):
        claims = [replace(CLAIM, message_id=f"{round_}/{n}", holder=worker * 16) for n in range(4)]
        return [
            Entry(
                at=clock.now(), message_id=each.message_id, request_id=f"{worker!r}{round_}",
                role=Role.PROVIDER, direction=Direction.REQUEST, client=str(CLIENT),
                service=str(SERVICE), header_part=b"h", body=b"", signature=worker, claim=each,
            )
            for each in claims
        ]  # fmt: skip

    def work(worker):
        own = journal()
        return [
            written.holder
            for round_ in range(8)
            for written in own._commit(entries(worker, round_))
        ]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(work, (b"a", b"b"))
    assert one == other
    with database.read() as unit:
        assert store.count(work=unit) == 64


class _OpenVault:
    """Seals nothing; what the vault does is tested in its own room."""

    def subjects_of(self, codes):
        return [SubjectId(code) for code in codes]

    def seal(self, subject, plaintext, *, context):
        return plaintext
