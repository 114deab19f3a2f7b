"""A witness cosigns logs that only grow, and remembers across restarts."""

from dataclasses import replace

import pytest

from riik.transparency import (
    AddCheckpoint,
    Checkpoint,
    LogUnavailable,
    WitnessRefused,
    verifier_key,
)
from riik.transparency.merkle import CompactRange, hash_leaf
from riik.transparency.notes import Note, Signature, sign_note, verify_note
from riik.transparency.tiles import consistency_path, grow

ORIGIN = "log.example/population"


def tree(entries):
    return CompactRange().extended(hash_leaf(entry) for entry in entries)


def path(entries, first, second):
    leaves = [hash_leaf(entry) for entry in entries]
    tiles = grow(0, leaves, read_edge=lambda level, number: b"")
    return tuple(
        consistency_path(first, second, read=lambda t: tiles[t.level, t.number][: t.width * 32])
    )


HONEST = [b"%d" % n for n in range(20)]
FORKED = [b"another", *HONEST[1:]]


@pytest.fixture
def ask(house):
    """Shows the witness the first `size` entries of a history."""

    def asking(size, *, old, entries=HONEST, proof=None, origin=ORIGIN, signer=None):
        text = Checkpoint(origin, size, tree(entries[:size]).root).text
        note = Note(text, (sign_note(text, signer or house.log_signer, name=origin),))
        proof = (path(entries, old, size) if old else ()) if proof is None else proof
        return house.near.witness.add_checkpoint(AddCheckpoint(old, proof, bytes(note))), note

    return asking


def refusal(why):
    return pytest.raises(WitnessRefused, check=lambda error: error.why == why)


def test_a_log_that_grows_is_cosigned(house, ask):
    for old, size in ((0, 5), (5, 5), (5, 20)):
        line, note = ask(size, old=old)
        answered = Note(note.text, (Signature.parse(line.removesuffix("\n")),))
        [one] = verify_note(answered, [house.near.key])
        assert one.at == house.near.witness.clock.now()


def test_a_log_that_was_rewound_is_refused(ask):
    ask(10, old=0)
    with refusal("conflict") as refused:
        ask(5, old=0)
    assert refused.value.facts["size"] == 10
    with refusal("old-size"):
        ask(5, old=10, proof=())


def test_a_log_that_forked_is_refused_and_the_evidence_kept(house, ask):
    ask(10, old=0)
    with refusal("conflict"):
        ask(10, old=10, entries=FORKED)
    with refusal("proof"):
        ask(15, old=10, entries=FORKED)
    [(first, second)] = house.near.witness.forks(ORIGIN)
    assert Note.parse(first).text != Note.parse(second).text


def test_a_fork_is_seen_whatever_old_size_is_told(house, ask):
    ask(10, old=0)
    with refusal("conflict"):
        ask(10, old=0, entries=FORKED)
    assert len(house.near.witness.forks(ORIGIN)) == 1


def test_the_witness_remembers_after_a_restart(house, ask):
    ask(10, old=0)
    house.near.witness.database.restart()
    house.near.witness = replace(house.near.witness)
    with refusal("conflict"):
        ask(10, old=0)
    ask(20, old=10)


def test_a_death_before_the_commit_forgets_the_cosignature_too(house, ask):
    database = house.near.witness.database
    ask(5, old=0)
    database.statements_left = 3
    with pytest.raises(database.killed):
        ask(10, old=5)
    database.restart()
    assert ask(12, old=5)


@pytest.mark.parametrize("believed", [None, 3])
def test_of_two_requests_at_once_one_must_come_again(house, ask, believed):
    ask(5, old=0)
    witness = house.near.witness
    with pytest.raises(LogUnavailable), witness.database.work() as work:
        witness.store.remember(ORIGIN, old_size=believed, size=9, note=b"", work=work)
    with witness.database.read() as work:
        assert witness.store.latest(ORIGIN, work=work)[0] == 5


def test_a_stranger_is_refused(house, ask):
    with refusal("origin"):
        ask(5, old=0, origin="log.example/stranger")
    with refusal("signature"):
        ask(5, old=0, signer=house.near.witness.signer)


@pytest.mark.parametrize("proof", [(), (bytes(32),), (bytes(31),) * 3])
def test_growth_without_proof_is_refused(ask, proof):
    ask(5, old=0)
    with refusal("proof"):
        ask(9, old=5, proof=proof)


@pytest.mark.parametrize("old", [0, 5])
def test_a_proof_where_none_is_needed_is_refused(ask, old):
    if old:
        ask(5, old=0)
    with refusal("proof"):
        ask(5, old=old, proof=(bytes(32),))


REQUESTS = [
    b"",
    b"old 0\n",
    b"old 00\n\nx\n1\ny\n",
    b"new 0\n\nx",
    b"old -1\n\nx",
    b"old 0\n?\n\nx",
    b"old 0\n" + b"AAAA\n" * 64 + b"\nx",
    b"old 0\n\n" + b"x" * 100_000,
]


@pytest.mark.parametrize("body", REQUESTS, ids=lambda body: str(body[:20]))
def test_what_is_no_request_is_refused(body):
    with refusal("request"):
        AddCheckpoint.parse(body)


@pytest.mark.parametrize("note", [b"x", b"log\nx\ny\n\n\xe2\x80\x94 log AAAAAAAA\n"])
def test_what_is_no_tree_head_is_refused(house, note):
    with refusal("request"):
        house.near.witness.add_checkpoint(AddCheckpoint(0, (), note))


def test_a_request_is_read_as_it_was_written():
    request = AddCheckpoint(7, (bytes(32), bytes(range(32))), b"note\n\n\xe2\x80\x94 x\n")
    assert AddCheckpoint.parse(bytes(request)) == request


def test_a_log_may_change_its_key_while_both_are_known(house, ask):
    old, new = house.log_signer, type(house.log_signer)("new key")
    keys = {ORIGIN: [verifier_key(one, name=ORIGIN) for one in (old, new)]}
    house.near.witness = replace(house.near.witness, logs=keys)
    ask(5, old=0, signer=old)
    ask(9, old=5, signer=new)
