"""The log only grows, whatever happens to the process that keeps it."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.transparency.house import build

from riik.transparency import (
    Checkpoint,
    EntryRefused,
    LogRefused,
    LogUnavailable,
    NoteRefused,
    Proof,
    TrustPolicy,
    open_checkpoint,
)
from riik.transparency.errors import TileRefused
from riik.transparency.jobs import rounds
from riik.transparency.merkle import CompactRange, hash_leaf
from riik.transparency.tiles import unpack_bundle


def policy(house):
    return TrustPolicy(log=house.log.key, witnesses=[house.near.key], threshold=1)


def head(house):
    return open_checkpoint(house.log.checkpoint(), policy=policy(house)).checkpoint


def test_the_published_root_is_the_root_of_the_entries(house):
    for count in (1, 5, 250, 1, 300):
        house.append(count)
        assert house.sequence().published
    assert head(house).size == 557
    entries = [e for path in ("000", "001", "002.p/45")
               for e in unpack_bundle(house.log.tile(f"tile/entries/{path}"))]  # fmt: skip
    assert CompactRange().extended(map(hash_leaf, entries)).root == head(house).root


def test_every_entry_is_proved(house):
    entries = house.append(300)
    house.sequence()
    for number in (0, 1, 255, 256, 299):
        proof = Proof.parse(house.transparency.prove(entries[number]))
        trusted = proof.verify(f"entry-{number}".encode(), policy=policy(house))
        assert (proof.index, trusted.checkpoint.size) == (number, 300)


def test_a_proof_waits_for_the_next_tree_head(house):
    [entry] = house.append(1)
    with pytest.raises(LogUnavailable, match="next tree head"):
        house.transparency.prove(entry)
    with pytest.raises(EntryRefused):
        house.transparency.prove("0" * 32)


def test_an_entry_of_a_unit_that_failed_is_not_in_the_log(house):
    house.database.statements_left = 1
    with pytest.raises(house.database.killed):
        house.append(2)
    house.database.restart()
    assert house.sequence().integrated == 0


def test_nothing_new_means_no_new_tree_head(house):
    house.append(3)
    house.sequence()
    before = house.log.checkpoint()
    assert house.sequence().size is None
    assert house.log.checkpoint() == before


def test_a_witness_that_is_away_holds_back_the_tree_head_only(house):
    house.near.away = True
    house.append(3)
    assert house.sequence().failed == {"witness.example/w1": "witness-away"}
    with pytest.raises(LogUnavailable):
        house.log.checkpoint()
    house.append(4)
    house.near.away = False
    assert house.sequence().published
    assert head(house).size == 7


def test_nobody_sees_more_than_is_published(house):
    house.append(3)
    house.sequence()
    house.append(3)
    house.log.integrate()
    assert len(house.log.tile("tile/0/000.p/3")) == 96
    for path in (
        "tile/0/000.p/6",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/entries/000.p/4",
        "tile/x",
    ):
        with pytest.raises(TileRefused):
            house.log.tile(path)


def test_a_changed_tile_is_never_signed_over(house):
    house.append(5)
    house.sequence()
    with house.database.work() as work:
        work.execute(text("UPDATE transparency_tile SET content = zeroblob(160) WHERE level = 0"))
    house.append(1)
    house.log.integrate()
    with pytest.raises(LogRefused) as refused:
        house.log.sign()
    assert refused.value.why == "inconsistent"


def test_a_head_that_went_back_is_never_signed(house):
    house.append(5)
    house.sequence()
    with house.database.work() as work:
        work.execute(text("UPDATE transparency_head SET size = 0, nodes = x''"))
    with pytest.raises(LogRefused) as refused:
        house.log.sign()
    assert refused.value.why == "rewound"


def test_a_database_restored_from_an_old_copy_is_noticed_before_it_signs(house, tmp_path):
    house.append(5)
    house.sequence()
    house.database.close()
    shutil.copy(tmp_path / "node.sqlite", tmp_path / "backup.sqlite")
    house.database.open()
    house.append(5)
    house.sequence()
    house.database.close()
    shutil.copy(tmp_path / "backup.sqlite", tmp_path / "node.sqlite")
    house.database.open()
    with pytest.raises(LogRefused) as refused:
        asyncio.run(house.sequencer.check_memory())
    assert refused.value.why == "rewound"
    house.append(2)
    go = rounds(house.sequencer)
    for _ in range(2):
        with pytest.raises(LogRefused):
            asyncio.run(go())
    assert head(house).size == 5
    assert house.sequence().failed == {"witness.example/w1": "rewound"}
    assert head(house).size == 5


def test_two_sequencers_by_mistake_give_each_position_once(house):
    house.append(10)
    first, second = house.log.integrate(limit=6), house.log.integrate(limit=6)
    assert (first, second) == (6, 4)
    for believed in (0, 6):
        with pytest.raises(LogUnavailable), house.database.work() as work:
            house.log.store.move_head(believed, CompactRange(), work=work)
    assert house.sequence().size == 10


def test_a_log_that_told_the_witness_another_story_is_not_published(house, houses):
    house.append(5)
    house.sequence()
    other = houses()
    other.near = house.near
    other.append(9, prefix="other")
    assert other.sequence().failed == {"witness.example/w1": "proof"}
    with pytest.raises(LogUnavailable):
        other.log.checkpoint()


def test_a_cosignature_of_another_head_is_not_taken(house):
    house.append(5)
    house.sequence()
    stale = house.log.checkpoint().decode().splitlines()[-1]
    house.append(5)
    house.log.integrate()
    note = house.log.sign()
    with pytest.raises(NoteRefused):
        house.log.cosignatures(note, [stale])
    assert not house.log.publish(note, [])


CHILD = """
import sys
from pathlib import Path
from tests.transparency.house import build
house = build(Path(sys.argv[1]))
while True:
    for entry in house.append(7):
        print("wrote", entry, flush=True)
    print("head", house.sequence().size, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        told = [child.stdout.readline().split() for _ in range(203)]
        child.kill()
    house = build(tmp_path, seed="after the restart")
    house.append(1)
    assert house.sequence().published
    for entry in (value for word, value in told if word == "wrote"):
        house.transparency.prove(entry)
    assert head(house).size > max(int(value) for word, value in told if word == "head")


def consistent(house):
    """Every head that was ever signed is a beginning of the last one."""
    entries = unpack_bundle(house.log.tile(f"tile/entries/000.p/{head(house).size}"))
    leaves = [hash_leaf(entry) for entry in entries]
    for message in house.log_signer.signed:
        signed = Checkpoint.parse(message.decode())
        assert CompactRange().extended(leaves[: signed.size]).root == signed.root


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deaths=st.lists(st.integers(0, 30), max_size=6), more=st.integers(1, 20))
def test_wherever_the_process_dies_no_inconsistent_head_is_signed(houses, deaths, more):
    house = houses()
    written = 0
    for statements in deaths:
        house.append(more)
        written += more
        house.database.statements_left = statements
        try:
            house.sequence()
        except house.database.killed:
            house.database.restart()
        house.database.statements_left = 10**9
    written += len(house.append(1))
    assert house.sequence().published
    assert head(house).size == written
    consistent(house)
