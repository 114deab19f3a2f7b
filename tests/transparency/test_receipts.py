"""Receipts are checked once, and nothing that differs in a byte or a key is taken for checked."""

from dataclasses import replace

import pytest
from tests.transparency.house import Ed25519Signer
from tests.transparency.test_component import look

from riik.core import Memo, Refused
from riik.transparency import (
    CheckpointRefused,
    NoteRefused,
    Proof,
    ProofRefused,
    Receipts,
    TrustPolicy,
    verifier_key,
    verify_file,
)


@pytest.fixture
def receipts():
    """Nothing checked yet."""
    return Receipts(heads=Memo(4), held=Memo(4))


@pytest.fixture
def policy(house):
    """The log's key and the near witness."""
    return TrustPolicy(log=house.log.key, witnesses=(house.near.key,), threshold=1)


def logged(house, count=1):
    """Looks with their receipts, under one tree head."""
    for number in range(count):
        look(house, message_id=f"m-{number}")
    house.sequence()
    return house.transparency.proved_looks(house.mari).looks


def held(receipts, shown, policy):
    return receipts.verify(shown.receipt, shown.access.to_json(), policy=policy)


def test_it_says_what_the_whole_check_says(house, receipts, policy):
    [shown] = logged(house)
    found = held(receipts, shown, policy)
    whole = verify_file(shown.receipt, log=policy.log, witnesses=policy.witnesses, threshold=1)
    assert (found.index, found.checkpoint, found.witnesses) == (
        whole.index,
        whole.checkpoint,
        whole.witnesses,
    )


def test_receipts_of_one_time_share_a_tree_head_that_is_checked_once(house, receipts, policy):
    for shown in logged(house, 3):
        held(receipts, shown, policy)
    assert (len(receipts.heads), len(receipts.held)) == (1, 3)


def test_the_same_bytes_are_not_checked_again(house, receipts, policy):
    [shown] = logged(house)
    assert held(receipts, shown, policy) is held(receipts, shown, policy)


def test_what_is_remembered_has_a_bound(house, receipts, policy):
    for shown in logged(house, 6):
        held(receipts, shown, policy)
    assert len(receipts.held) == 4


def test_what_is_remembered_names_nobody(house, receipts, policy):
    [shown] = logged(house)
    told = repr(held(receipts, shown, policy))
    assert not [word for word in shown.access.to_json().values() if str(word) in told]


@pytest.mark.parametrize("part", ["extra", "index", "path", "checkpoint"])
def test_a_receipt_that_differs_is_another_question(house, receipts, policy, part):
    shown = logged(house, 3)[0]
    held(receipts, shown, policy)
    proof = Proof.parse(shown.receipt)
    changed = {
        "extra": proof.extra.replace(b"Treatment", b"Curiosity"),
        "index": proof.index - 1,
        "path": (bytes(32), *proof.path[1:]),
        "checkpoint": proof.checkpoint.replace(b"\n3\n", b"\n4\n"),
    }
    file = bytes(replace(proof, **{part: changed[part]}))
    with pytest.raises(Refused):
        receipts.verify(file, shown.access.to_json(), policy=policy)
    assert len(receipts.held) == 1


def test_a_tree_head_that_holds_lends_nothing_to_another_proof(house, receipts, policy):
    first, second, _ = logged(house, 3)
    held(receipts, first, policy)
    mixed = replace(Proof.parse(second.receipt), index=Proof.parse(first.receipt).index)
    with pytest.raises(ProofRefused):
        receipts.verify(bytes(mixed), second.access.to_json(), policy=policy)


CHANGED = [
    ("another purpose", {"purpose": "Curiosity"}),
    ("a field more", {"fields": ["name", "address"]}),
    ("something added", {"note": "all is well"}),
    ("a fraction, which no record has", {"purpose": 0.5}),
    ("half a character", {"purpose": "\ud800"}),
]


@pytest.mark.parametrize("change", [c[1] for c in CHANGED], ids=[c[0] for c in CHANGED])
def test_a_receipt_that_held_proves_no_other_record(house, receipts, policy, change):
    [shown] = logged(house)
    held(receipts, shown, policy)
    with pytest.raises(ProofRefused) as refused:
        receipts.verify(shown.receipt, shown.access.to_json() | change, policy=policy)
    assert refused.value.why == "another-record"


def test_other_keys_are_another_question(house, receipts, policy):
    [shown] = logged(house)
    held(receipts, shown, policy)
    stranger = verifier_key(Ed25519Signer("stranger"), name=house.log.origin)
    with pytest.raises(NoteRefused):
        held(receipts, shown, replace(policy, log=stranger, witnesses=(), threshold=0))


@pytest.mark.parametrize(
    "change", [{"threshold": 2}, {"witnesses": ()}, {"origin": "log.example/other"}]
)
def test_a_stricter_policy_is_another_question(house, receipts, policy, change):
    [shown] = logged(house)
    held(receipts, shown, policy)
    with pytest.raises(CheckpointRefused):
        held(receipts, shown, replace(policy, **change))


def test_what_failed_is_checked_again_and_never_remembered(receipts, policy):
    for _ in range(2):
        with pytest.raises(ProofRefused):
            receipts.verify(b"trust me", {}, policy=policy)
    assert (len(receipts.heads), len(receipts.held)) == (0, 0)
