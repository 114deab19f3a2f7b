"""Notices: kept once, told to their person alone, sealed, and delivered when they were opened."""

from pathlib import Path

import pytest
from tests.tables import lay_tables

import riik.inbox
from riik.core import ClientId, person_code
from riik.inbox import Inbox, NoticeRefused, Text
from riik.inbox.store import SqlInboxStore
from riik.runtime.database import open_database
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
SCHOOL = ClientId.parse("EE-DEMO/COM/10001035/services")
TEXTS = {
    "et": Text(title="Juhiluba on uuendatud", body="Otsus on juures."),
    "en": Text(title="Your licence is renewed", body="The decision is enclosed."),
}


@pytest.fixture
def inbox(database, tmp_path, clock, entropy):
    """An inbox whose keys are in another file."""
    lay_tables(database, {"inbox": Path(riik.inbox.__file__).parent / "migrations"})
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    yield Inbox(store=SqlInboxStore(), vault=vault, clock=clock)
    keys.close()


@pytest.fixture
def notify(inbox, database):
    """Put a notice in, in a unit of its own."""

    def put(person=MARI, *, notice_id="n-1", sender=TRANSPORT, texts=TEXTS):
        with database.work() as work:
            return inbox.notify(
                person,
                notice_id=notice_id,
                sender=sender,
                case="case-1",
                texts=texts,
                legal_effect=True,
                work=work,
            )

    return put


@pytest.fixture
def of(inbox, database):
    """A person's notices."""

    def read(person):
        with database.read() as work:
            return inbox.of_person(person, work=work)

    return read


def test_a_notice_is_kept_in_all_its_languages(notify, of):
    notify()
    [notice] = of(MARI)
    assert (notice.texts, notice.sender, notice.case) == (TEXTS, TRANSPORT, "case-1")
    assert notice.read_at is None


def test_the_same_notice_again_changes_nothing(notify, of, clock):
    first = notify()
    clock.advance(hours=1)
    assert notify(texts={"en": Text(title="Another", body="text")}) == first
    assert [notice.texts for notice in of(MARI)] == [TEXTS]


def test_two_senders_may_use_one_id(notify, of):
    notify(sender=TRANSPORT)
    notify(sender=SCHOOL)
    assert {notice.sender for notice in of(MARI)} == {TRANSPORT, SCHOOL}


def test_the_newest_notice_comes_first(notify, of, clock):
    notify(notice_id="old")
    clock.advance(minutes=1)
    notify(notice_id="new")
    assert [notice.id for notice in of(MARI)] == ["new", "old"]


def test_nobody_else_sees_a_notice(notify, of):
    notify()
    notify(JAAN, notice_id="n-2")
    assert [notice.id for notice in of(JAAN)] == ["n-2"]


def test_a_person_whom_nobody_told_anything_has_no_notices(of):
    assert of(JAAN) == []


def test_the_first_opening_is_the_delivery(notify, inbox, database, clock):
    notify()
    opened = clock.now()
    for _ in range(2):
        with database.work() as work:
            answered = inbox.read(MARI, sender=TRANSPORT, notice_id="n-1", work=work)
        assert answered.read_at == opened
        clock.advance(hours=1)
    with database.read() as work:
        [notice] = inbox.of_person(MARI, work=work)
    assert notice.read_at == opened


@pytest.mark.parametrize(
    ("person", "sender", "notice_id"),
    [(JAAN, TRANSPORT, "n-1"), (MARI, SCHOOL, "n-1"), (MARI, TRANSPORT, "n-2")],
    ids=["another-person", "another-sender", "another-notice"],
)
def test_what_is_not_one_s_own_can_not_be_opened(
    notify, inbox, database, person, sender, notice_id
):
    notify()
    with database.work() as work, pytest.raises(NoticeRefused) as refused:
        inbox.read(person, sender=sender, notice_id=notice_id, work=work)
    assert refused.value.why == "unknown"


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({}, "no-text"),
        ({"et": Text(title="", body="text")}, "no-text"),
        ({"et": Text(title="title", body="x" * 20_001)}, "long"),
    ],
    ids=["no-language", "no-title", "long"],
)
def test_a_notice_without_words_or_with_too_many_is_refused(notify, of, texts, why):
    with pytest.raises(NoticeRefused) as refused:
        notify(texts=texts)
    assert (refused.value.why, of(MARI)) == (why, [])


def test_the_database_holds_no_word_of_a_notice(notify, tmp_path):
    notify()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert b"Juhiluba" not in kept
    assert MARI[2:].encode() not in kept
