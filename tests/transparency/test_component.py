"""The person sees every look, gets a receipt that anyone can check, and can be forgotten."""

from datetime import date, timedelta

import pytest

from riik.core import ClientId, PersonCode, Refused
from riik.transparency import (
    AccessRefused,
    CheckpointRefused,
    EntryRefused,
    LogUnavailable,
    NoteRefused,
    Proof,
    ProofRefused,
    verifier_key,
    verify_file,
)
from riik.transparency.access import Opening
from riik.transparency.tiles import unpack_bundle

CLINIC = ClientId.parse("EE-DEMO/COM/10000001/clinic")


def look(house, subject=None, **change):
    values = {
        "reader": CLINIC,
        "purpose": "Treatment",
        "legal_basis": "Health Act § 4",
        "service": "EE-DEMO/GOV/70000001/population/person",
        "fields": ["name"],
        "acting": PersonCode("EE38001085718"),
        "message_id": "m-1",
    } | change
    with house.database.work() as work:
        return house.transparency.record_access(subject or house.mari, **values, work=work)


def receipt(house, entry, **change):
    keys = {"log": house.log.key, "witnesses": [house.near.key], "threshold": 1} | change
    return verify_file(house.transparency.disclosure(entry, subject=house.mari), **keys)


def test_a_person_sees_their_own_looks_and_no_others(house):
    entry = look(house)
    look(house, house.jaan)
    seen = house.transparency.who_looked(house.mari)
    assert (seen.total, [one.entry for one in seen.looks]) == (1, [entry])
    assert seen.looks[0].access.reader == CLINIC


def test_a_look_is_seen_before_it_is_proved(house):
    entry = look(house)
    assert house.transparency.who_looked(house.mari).total == 1
    with pytest.raises(LogUnavailable):
        house.transparency.disclosure(entry, subject=house.mari)


def test_looks_come_by_pages_and_periods(house):
    for _ in range(5):
        look(house)
    at = house.transparency.clock.now()
    page = house.transparency.who_looked(house.mari, offset=3, limit=10)
    assert (page.total, len(page.looks)) == (5, 2)
    assert house.transparency.who_looked(house.mari, end=at).total == 0
    assert house.transparency.who_looked(house.mari, start=at, end=at + timedelta(1)).total == 5


@pytest.mark.parametrize("page", [{"offset": -1}, {"limit": 0}, {"limit": 10_001}])
def test_no_page_is_below_nothing(house, page):
    with pytest.raises(AccessRefused):
        house.transparency.who_looked(house.mari, **page)


def test_a_look_without_a_purpose_writes_nothing(house):
    with pytest.raises(AccessRefused):
        look(house, purpose="")
    assert house.sequence().integrated == 0


def test_the_receipt_is_checked_with_nothing_but_keys(house):
    entry = look(house)
    house.sequence()
    disclosed = receipt(house, entry)
    assert disclosed.access.purpose == "Treatment"
    assert (disclosed.index, disclosed.checkpoint.size) == (0, 1)
    assert list(disclosed.witnesses) == ["witness.example/w1"]


def test_only_the_person_gets_the_receipt(house):
    entry = look(house, house.jaan)
    house.sequence()
    with pytest.raises(EntryRefused):
        house.transparency.disclosure(entry, subject=house.mari)


def test_a_receipt_needs_the_witnesses_that_one_trusts(house):
    entry = look(house)
    house.sequence()
    with pytest.raises(CheckpointRefused):
        receipt(house, entry, threshold=2)
    with pytest.raises(NoteRefused):
        receipt(
            house,
            entry,
            witnesses=[],
            threshold=0,
            log=verifier_key(house.near.witness.signer, name=house.log.origin),
        )


def test_a_receipt_of_a_changed_record_is_refused(house):
    entry = look(house)
    house.sequence()
    proof = Proof.parse(house.transparency.disclosure(entry, subject=house.mari))
    lie = bytes(proof.extra).replace(b"Treatment", b"Curiosity")
    with pytest.raises(ProofRefused, match="another root"):
        verify_file(bytes(Proof(proof.index, proof.path, proof.checkpoint, lie)), log=house.log.key)


def test_many_receipts_are_those_that_each_look_has(house):
    entries = [look(house, message_id=f"m-{number}") for number in range(3)]
    look(house, house.jaan)
    house.sequence()
    found = house.transparency.proved_looks(house.mari)
    seen = house.transparency.who_looked(house.mari)
    assert (found.total, sorted(one.entry for one in found.looks)) == (3, sorted(entries))
    assert [one.access for one in found.looks] == [one.access for one in seen.looks]
    for one in found.looks:
        assert one.receipt == house.transparency.disclosure(one.entry, subject=house.mari)


def test_a_look_that_is_to_be_proved_stands_among_those_that_are(house):
    proved = look(house)
    house.sequence()
    coming = look(house)
    found = {one.entry: one.receipt for one in house.transparency.proved_looks(house.mari).looks}
    assert (found[proved] is None, found[coming]) == (False, None)


def test_nobody_s_looks_need_no_receipts(house):
    look(house, house.jaan)
    assert house.transparency.proved_looks(house.mari).looks == ()


@pytest.mark.parametrize("page", [{"offset": -1}, {"limit": 0}, {"limit": 10_001}])
def test_no_page_of_receipts_is_below_nothing(house, page):
    with pytest.raises(AccessRefused):
        house.transparency.proved_looks(house.mari, **page)


def test_who_was_forgotten_has_no_receipts(house):
    mari = house.mari
    look(house, mari)
    house.sequence()
    house.vault.forget(mari)
    with pytest.raises(Refused) as refused:
        house.transparency.proved_looks(mari)
    assert refused.value.why == "forgotten"


FILES = [
    (b"", "shape"),
    (b"c2sp.org/tlog-proof@v2\nindex 0\n\nx", "shape"),
    (b"c2sp.org/tlog-proof@v1\nindex 0\n", "shape"),
    (b"c2sp.org/tlog-proof@v1\n\nx", "index"),
    (b"c2sp.org/tlog-proof@v1\nindex 01\n\nx", "index"),
    (b"c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nx", "base64"),
    (b"c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\nx", "base64"),
    (b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"AAAA\n" * 64 + b"\nx", "path-long"),
    (b"c2sp.org/tlog-proof@v1\nindex 0\n\nx", "no-record"),
    (b"c2sp.org/tlog-proof@v1\xff\n\nx", "shape"),
    (b"x" * 1_000_001, "file-size"),
]


@pytest.mark.parametrize(("file", "why"), FILES, ids=lambda value: str(value)[-20:])
def test_what_is_no_receipt_is_refused(house, file, why):
    with pytest.raises(ProofRefused) as refused:
        verify_file(file, log=house.log.key)
    assert refused.value.why == why


def test_the_log_holds_commitments_and_no_personal_data(house):
    entry = look(house)
    house.sequence()
    [content] = unpack_bundle(house.log.tile("tile/entries/000.p/1"))
    proof = Proof.parse(house.transparency.disclosure(entry, subject=house.mari))
    assert content == Opening.parse(proof.extra).commitment
    files = house.database.path.parent.glob("node.sqlite*")
    raw = b"".join(file.read_bytes() for file in files)
    assert house.mari.encode() in raw
    assert b"Treatment" not in raw
    assert b"38001085718" not in raw


def test_forgetting_a_person_leaves_the_log_whole(house):
    entry = look(house)
    house.sequence()
    mari = house.mari
    house.vault.forget(mari)
    with pytest.raises(Refused) as refused:
        house.transparency.who_looked(mari)
    assert refused.value.why == "forgotten"
    proof = Proof.parse(house.transparency.prove(entry))
    look(house, house.jaan)
    assert house.sequence().size == 2
    assert proof.extra is None


def test_an_entry_too_large_for_a_bundle_is_refused(house):
    with house.database.work() as work, pytest.raises(EntryRefused):
        house.transparency.append(bytes(65_536), work=work)


SERVICE = "EE-DEMO/GOV/70000001/population/person"


def test_looks_are_counted_by_service_organisation_and_purpose_of_nobody(house):
    for subject in (house.mari, house.jaan):
        look(house, subject, purpose="treatment")
    found = house.transparency.counts(since=date(2000, 1, 1))
    assert found == {(SERVICE, str(CLINIC.member), "treatment"): 2}


def test_counting_changes_no_count_and_may_be_done_again(house):
    look(house, purpose="treatment")
    before = house.transparency.counts(since=date(2000, 1, 1))
    for _ in range(2):
        house.transparency.count()
    assert house.transparency.counts(since=date(2000, 1, 1)) == before
    look(house, purpose="treatment")
    house.transparency.count()
    assert house.transparency.counts(since=date(2000, 1, 1)).total() == 2


def test_an_askers_own_words_are_in_no_count(house):
    look(house, purpose="Treatment of Mari Maasikas")
    [(_, _, purpose)] = house.transparency.counts(since=date(2000, 1, 1))
    assert purpose == "other"


def test_refused_attempts_are_a_kind_of_their_own(house):
    look(house, purpose="treatment", refused="purpose")
    [(_, _, purpose)] = house.transparency.counts(since=date(2000, 1, 1))
    assert purpose == ""


def test_a_look_that_was_rolled_back_is_not_counted(house):
    with pytest.raises(AccessRefused):
        look(house, purpose="")
    assert house.transparency.counts(since=date(2000, 1, 1)).total() == 0


def test_earlier_days_are_not_of_the_period(house):
    look(house, purpose="treatment")
    tomorrow = house.transparency.clock.now().date() + timedelta(days=1)
    assert house.transparency.counts(since=tomorrow).total() == 0
    house.transparency.count()
    assert house.transparency.counts(since=tomorrow).total() == 0
