"""Merkle trees of a log: is this entry in the tree, is that tree a prefix of this one?

Implements RFC 9162 §2.1.1 (hashes), §2.1.3.2 (inclusion) and §2.1.4.2 (consistency), and
the subtrees of draft-ietf-plants-merkle-tree-certs §4 that ML-DSA cosigners sign. Beyond
the RFC's algorithms a tree of size 0 is consistent with nothing: it commits to nothing.
Pure: hashes in, nothing or an error out. Where the hashes of a proof are read from is
`tiles`, who signed the root is `checkpoints`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from riik.transparency.errors import ProofRefused

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "CompactRange",
    "fold",
    "hash_leaf",
    "hash_pair",
    "verify_consistency",
    "verify_inclusion",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    """Hash one log entry, marked as a leaf (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent, marked as a node (RFC 9162 §2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(nodes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, the largest first."""
    if not nodes:
        return EMPTY_ROOT
    *others, root = nodes
    for node in reversed(others):
        root = hash_pair(node, root)
    return root


@dataclass(frozen=True, slots=True)
class CompactRange:
    """A tree reduced to what growing it needs: its size and its complete subtrees.

    Attributes:
        size: Number of leaves.
        nodes: Roots of the complete subtrees, one a set bit of ``size``, largest first.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ProofRefused("nodes don't fit the size of the tree", why="node-count")

    @property
    def root(self) -> bytes:
        """The root hash of the tree; of an empty one the hash of nothing."""
        return fold(self.nodes)

    def extended(self, leaves: Iterable[bytes]) -> "CompactRange":
        """The tree with more leaf hashes at its end."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaves:
            node, height = leaf, size
            while height & 1:
                node = hash_pair(nodes.pop(), node)
                height >>= 1
            nodes.append(node)
            size += 1
        return CompactRange(size, tuple(nodes))


def verify_inclusion(
    leaf: bytes, *, index: int, tree_size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` is entry ``index`` of the tree that ``root`` commits to.

    Returns nothing on purpose: a forgotten ``if`` can't make a forged proof good.

    Args:
        leaf: Leaf hash, 32 bytes, from `hash_leaf`.
        index: Position of the entry, from 0.
        tree_size: Number of entries in the tree, not its number of nodes.
        path: Sibling hashes, 32 bytes each, from the leaf up; empty for one entry.
        root: Root hash, 32 bytes, out of a tree head whose signature was verified.

    Raises:
        ProofRefused: For ``position``, ``hash-size``, ``path-long|short`` or ``root``.
    """
    if not 0 <= index < tree_size:
        raise ProofRefused(f"no entry {index} in {tree_size}", why="position")
    _check_sizes(leaf, root, *path)
    node, last, found = index, tree_size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofRefused("path goes on above the root", why="path-long")
        if node % 2 == 1 or node == last:
            found = hash_pair(sibling, found)
            # The last entry of a ragged level has no sibling: climb until it does.
            while node % 2 == 0 and node != 0:
                node, last = node // 2, last // 2
        else:
            found = hash_pair(found, sibling)
        node, last = node // 2, last // 2
    if last != 0:
        raise ProofRefused("path ends below the root", why="path-short")
    _check_root(found, root)


def verify_consistency(
    *, first_size: int, second_size: int, first_root: bytes, second_root: bytes,
    path: Sequence[bytes],
) -> None:  # fmt: skip
    """Check that the second tree begins with the whole of the first (RFC 9162 §2.1.4.2).

    Args:
        first_size: Entries of the older tree, at least 1.
        second_size: Entries of the newer tree, at least as many.
        first_root: Root hash of the older tree, 32 bytes.
        second_root: Root hash of the newer tree, 32 bytes.
        path: The consistency proof, 32 bytes each; empty for trees of one size.

    Raises:
        ProofRefused: For ``size``, ``hash-size``, ``path-long|short`` or ``root``.
    """
    if not 0 < first_size <= second_size:
        raise ProofRefused(f"{first_size} can't grow into {second_size}", why="size")
    verify_subtree_consistency(
        start=0, end=first_size, tree_size=second_size,
        subtree_root=first_root, root=second_root, path=path,
    )  # fmt: skip


def verify_subtree_inclusion(
    leaf: bytes, *, index: int, start: int, end: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` is entry ``index`` of the subtree from ``start`` to before ``end``.

    Args:
        leaf: Leaf hash, 32 bytes.
        index: Position of the entry in the whole log, from 0.
        start: First entry of the subtree, counted from 0.
        end: The entry after its last one.
        path: Sibling hashes within the subtree, from the leaf up.
        root: Root hash of the subtree, 32 bytes.

    Raises:
        ProofRefused: For ``subtree``, and as `verify_inclusion`.
    """
    _check_subtree(start, end)
    verify_inclusion(leaf, index=index - start, tree_size=end - start, path=path, root=root)


def verify_subtree_consistency(
    *, start: int, end: int, tree_size: int, subtree_root: bytes, root: bytes,
    path: Sequence[bytes],
) -> None:  # fmt: skip
    """Check that a tree holds this subtree (draft-ietf-plants-merkle-tree-certs §4.4.3).

    Args:
        start: First entry of the subtree, counted from 0.
        end: The entry after its last one; an empty subtree has the hash of nothing.
        tree_size: Number of entries in the tree.
        subtree_root: Root hash of the subtree, 32 bytes.
        root: Root hash of the tree, 32 bytes.
        path: The consistency proof, 32 bytes each.

    Raises:
        ProofRefused: For ``subtree``, ``size``, ``hash-size``, ``path-long|short``, ``root``.
    """
    _check_subtree(start, end)
    if end > tree_size:
        raise ProofRefused(f"{end} entries can't lie in {tree_size}", why="size")
    if start == end:
        _check_empty(subtree_root, root, tree_size, path)
        return
    if (start, end) == (0, tree_size):
        if path:
            raise ProofRefused("trees of one size need no path", why="path-long")
        _check_root(subtree_root, root)
        return
    _check_sizes(subtree_root, root, *path)
    _climb((start, end - 1, tree_size - 1), subtree_root, root, path)


def _climb(
    nodes: tuple[int, int, int], subtree_root: bytes, root: bytes, path: Sequence[bytes]
) -> None:
    """Rebuild both roots from one path.

    ``nodes`` are the subtree's first and last entry and the tree's last; on the way up
    they count the nodes of the level reached.
    """
    first, last, tree = nodes
    # Up to the largest complete subtree at the right edge, of which the path begins.
    while first != last and (last & 1 or last == tree):
        first, last, tree = first >> 1, last >> 1, tree >> 1
    rest = list(path)
    if first == last:
        inner = outer = subtree_root
    elif rest:
        inner = outer = rest.pop(0)
    else:
        raise ProofRefused("path has no beginning", why="path-short")
    for node in rest:
        if tree == 0:
            raise ProofRefused("path goes on above the root", why="path-long")
        if last & 1 or last == tree:
            inner = hash_pair(node, inner) if first < last else inner
            outer = hash_pair(node, outer)
            while not last & 1:
                first, last, tree = first >> 1, last >> 1, tree >> 1
        else:
            outer = hash_pair(outer, node)
        first, last, tree = first >> 1, last >> 1, tree >> 1
    if tree != 0:
        raise ProofRefused("path ends below the root", why="path-short")
    _check_root(inner, subtree_root)
    _check_root(outer, root)


def _check_subtree(start: int, end: int) -> None:
    if not 0 <= start <= end:
        raise ProofRefused("a subtree ends after its start", why="subtree")
    if start == end:
        return
    width = 1 << (end - start - 1).bit_length()
    if start % width:
        raise ProofRefused("no node of the tree stands over these entries", why="subtree")


def _check_empty(subtree_root: bytes, root: bytes, tree_size: int, path: Sequence[bytes]) -> None:
    if path:
        raise ProofRefused("an empty subtree needs no path", why="path-long")
    _check_root(subtree_root, EMPTY_ROOT)
    if tree_size == 0:
        _check_root(root, EMPTY_ROOT)


def _check_sizes(*hashes: bytes) -> None:
    if any(len(node) != HASH_BYTES for node in hashes):
        raise ProofRefused(f"a hash isn't {HASH_BYTES} bytes", why="hash-size")


def _check_root(found: bytes, expected: bytes) -> None:
    if not compare_digest(found, expected):
        raise ProofRefused("path leads to another root", why="root")
