"""Proofs of inclusion and consistency: forged, short, long and honest ones."""

import json
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.transparency.errors import ProofRefused
from riik.transparency.merkle import (
    EMPTY_ROOT,
    CompactRange,
    hash_leaf,
    hash_pair,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "transparency"


def load(name):
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases]


def expected(case):
    """Nothing, or the refusal with this `why`."""
    return nullcontext() if case["expect"] == "ok" else refusal(case["expect"])


def refusal(why):
    return pytest.raises(ProofRefused, check=lambda error: error.why == why)


@pytest.mark.parametrize("case", load("inclusion.json"))
def test_inclusion(case):
    with expected(case):
        verify_inclusion(
            hash_leaf(case["entry"].encode()),
            index=case["index"],
            tree_size=case["tree_size"],
            path=[bytes.fromhex(node) for node in case["path"]],
            root=bytes.fromhex(case["root"]),
        )


@pytest.mark.parametrize("case", load("consistency.json"))
def test_consistency(case):
    with expected(case):
        verify_consistency(
            first_size=case["first_size"],
            second_size=case["second_size"],
            first_root=bytes.fromhex(case["first_root"]),
            second_root=bytes.fromhex(case["second_root"]),
            path=[bytes.fromhex(node) for node in case["path"]],
        )


@given(entry=st.binary(), other=st.binary())
def test_a_tree_of_one_holds_only_its_own_entry(entry, other):
    root = hash_leaf(entry)
    verify_inclusion(root, index=0, tree_size=1, path=[], root=root)
    if other != entry:
        with refusal("root"):
            verify_inclusion(hash_leaf(other), index=0, tree_size=1, path=[], root=root)


@given(sizes=st.lists(st.integers(0, 40), max_size=5))
def test_a_tree_has_one_root_however_it_grew(sizes):
    tree = CompactRange()
    for size in sizes:
        tree = tree.extended(hash_leaf(b"%d" % (tree.size + n)) for n in range(size))
    leaves = [hash_leaf(b"%d" % n) for n in range(sum(sizes))]
    assert tree.root == plain_root(leaves)


def plain_root(leaves):
    """RFC 9162 §2.1.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hash_pair(plain_root(leaves[:middle]), plain_root(leaves[middle:]))


def test_a_range_whose_nodes_do_not_fit_its_size_is_refused():
    with refusal("node-count"):
        CompactRange(3, (b"1" * 32,))


SUBTREES = [
    ((8, 13, 16), True),
    ((0, 6, 8), True),
    ((4, 4, 8), True),
    ((3, 5, 8), False),
    ((2, 6, 8), False),
    ((5, 4, 8), False),
]


@pytest.mark.parametrize(("place", "stands"), SUBTREES)
def test_a_subtree_stands_where_a_node_could(place, stands):
    start, end, size = place
    why = "root" if stands else "subtree"
    with refusal("path-short" if stands and start != end else why):
        verify_subtree_consistency(
            start=start, end=end, tree_size=size, subtree_root=b"0" * 32, root=b"1" * 32, path=[]
        )


def test_an_entry_is_proved_within_its_subtree():
    leaves = [hash_leaf(b"%d" % n) for n in range(16)]
    root = hash_pair(*leaves[12:14])
    verify_subtree_inclusion(leaves[13], index=13, start=12, end=14, path=[leaves[12]], root=root)
    with refusal("position"):
        verify_subtree_inclusion(leaves[13], index=14, start=12, end=14, path=[], root=root)


def test_an_empty_subtree_is_the_hash_of_nothing():
    verify_subtree_consistency(
        start=4, end=4, tree_size=9, subtree_root=EMPTY_ROOT, root=b"1" * 32, path=[]
    )
