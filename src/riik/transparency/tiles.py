"""Tiles: the hashes and entries of a log as files that anyone may cache and check.

Implements C2SP tlog-tiles ("Merkle Tree", "Partial Tiles", "Log entries"): paths, entry
bundles, growing a log by tiles, and reading proofs out of them (RFC 9162 §2.1.3, §2.1.4).
Pure: a tile comes through a function that the caller gives. Which tiles are published
is `log`, keeping them is `store`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from riik.transparency.errors import ProofRefused, TileRefused
from riik.transparency.merkle import HASH_BYTES, fold, hash_pair

__all__ = [
    "ENTRIES",
    "WIDTH",
    "TileId",
    "consistency_path",
    "grow",
    "inclusion_path",
    "pack_bundle",
    "root_of_tiles",
    "unpack_bundle",
]

WIDTH = 256
HEIGHT = 8
ENTRIES = -1
"""The level of entry bundles, which stand below the leaf hashes of level 0."""
LARGEST_ENTRY = 0xFFFF

_PATH = re.compile(
    r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?\Z", re.ASCII
)

ReadTile = Callable[["TileId"], bytes]


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """One tile or entry bundle of a log.

    Attributes:
        level: From 0 (leaf hashes) to 63, or `ENTRIES`.
        number: Position within the level, from 0.
        width: How many hashes or entries it holds, from 1 to 256 (a full one).
    """

    level: int
    number: int
    width: int = WIDTH

    @classmethod
    def parse(cls, path: str) -> "TileId":
        """Read ``tile/0/x001/x234/067.p/17``.

        Raises:
            TileRefused: For ``path``.
        """
        match = _PATH.match(path)
        if match is None:
            raise TileRefused("this is no tile's path", why="path")
        level = ENTRIES if match[1] == "entries" else int(match[1])
        groups = match[2].replace("x", "").split("/")
        width = int(match[3]) if match[3] else WIDTH
        wrong_width = match[3] is not None and width >= WIDTH
        # A number has one spelling: no group of zeroes goes before the first that counts.
        if level > 63 or wrong_width or (len(groups) > 1 and groups[0] == "000"):
            raise TileRefused("this is no tile's path", why="path")
        return cls(level, int("".join(groups)), width)

    @property
    def path(self) -> str:
        """The path below the log's prefix, as `parse` reads it."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"

    def lies_in(self, tree_size: int) -> bool:
        """Does a tree of that many entries have all that this tile holds?"""
        level = max(self.level, 0)
        return self.number * WIDTH + self.width <= tree_size >> (HEIGHT * level)


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries one after the other, each after its length in two bytes.

    Raises:
        TileRefused: For ``entry-size``, when one has more than 65535 bytes.
    """
    pieces: list[bytes] = []
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise TileRefused("a log entry has at most 65535 bytes", why="entry-size")
        pieces += (len(entry).to_bytes(2), entry)
    return b"".join(pieces)


def unpack_bundle(bundle: bytes) -> list[bytes]:
    """Read the entries of a bundle.

    Raises:
        TileRefused: For ``bundle``, when it ends within an entry or holds over 256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2])
        entry = bundle[at + 2 : at + 2 + length]
        at += 2 + length
        if at > len(bundle) or len(entries) == WIDTH:
            raise TileRefused("this is no bundle of entries", why="bundle")
        entries.append(entry)
    return entries


def hashes_of(tile: bytes, *, width: int) -> list[bytes]:
    """The first ``width`` hashes of a tile's content.

    Raises:
        TileRefused: For ``tile``, when it holds fewer or no whole hashes.
    """
    if len(tile) % HASH_BYTES or not width <= len(tile) // HASH_BYTES <= WIDTH:
        raise TileRefused("this tile doesn't hold so many hashes", why="tile")
    return [tile[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


def grow(
    size: int, leaves: Sequence[bytes], *, read_edge: Callable[[int, int], bytes]
) -> dict[tuple[int, int], bytes]:
    """The contents of all tiles that change when leaf hashes come to a tree's end.

    Args:
        size: Number of leaves before.
        leaves: The new leaf hashes.
        read_edge: The content so far of the partial tile (level, number).

    Returns:
        The new content of each touched tile, by level and number.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, new = 0, list(leaves)
    while new:
        number, held = divmod(size, WIDTH)
        hashes = hashes_of(read_edge(level, number), width=held) if held else []
        hashes += new
        above = size // WIDTH
        new = []
        for at in range(0, len(hashes), WIDTH):
            chunk = hashes[at : at + WIDTH]
            changed[level, number + at // WIDTH] = b"".join(chunk)
            if len(chunk) == WIDTH:
                new.append(_complete(chunk))
        level, size = level + 1, above
    return changed


def root_of_tiles(tree_size: int, read: ReadTile) -> bytes:
    """The root hash of a tree of that size, from the tiles at its right edge."""
    return fold(_nodes(0, tree_size, read))


def inclusion_path(index: int, *, tree_size: int, read: ReadTile) -> list[bytes]:
    """The siblings of an entry, from the leaf up (RFC 9162 §2.1.3.1).

    Args:
        index: Position of the entry, from 0.
        tree_size: Number of entries of the tree that the proof is for.
        read: Answers a tile's content; it is asked for widths that this tree has.

    Raises:
        ProofRefused: For ``position``.
    """
    if not 0 <= index < tree_size:
        raise ProofRefused(f"no entry {index} in {tree_size}", why="position")
    path: list[bytes] = []
    start, end = 0, tree_size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(fold(_nodes(middle, end, read, tree_size)))
            end = middle
        else:
            path.append(fold(_nodes(start, middle, read, tree_size)))
            start = middle
    return path[::-1]


def consistency_path(first_size: int, second_size: int, *, read: ReadTile) -> list[bytes]:
    """The proof that one tree begins with another (RFC 9162 §2.1.4.1).

    Raises:
        ProofRefused: For ``size``.
    """
    if not 0 < first_size <= second_size:
        raise ProofRefused(f"{first_size} can't grow into {second_size}", why="size")
    path: list[bytes] = []
    start, end = 0, second_size
    while first_size < end:
        middle = _split(start, end)
        if first_size <= middle:
            path.append(fold(_nodes(middle, end, read, second_size)))
            end = middle
        else:
            path.append(fold(_nodes(start, middle, read, second_size)))
            start = middle
    if start > 0:
        path.append(fold(_nodes(start, end, read, second_size)))
    return path[::-1]


def _split(start: int, end: int) -> int:
    """Where the tree over these entries parts: after the largest power of two below."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _nodes(start: int, end: int, read: ReadTile, tree_size: int = 0) -> list[bytes]:
    """Roots of the complete subtrees over these entries, the largest first."""
    found = []
    while start < end:
        # `start` is where a subtree of the tree begins, so the size alone decides.
        height = (end - start).bit_length() - 1
        found.append(_node(height, start >> height, read, tree_size or end))
        start += 1 << height
    return found


def _node(height: int, number: int, read: ReadTile, tree_size: int) -> bytes:
    """The complete subtree ``number`` of that height, folded within one tile."""
    level, inner = divmod(height, HEIGHT)
    tile, offset = divmod(number << inner, WIDTH)
    width = min(WIDTH, (tree_size >> (HEIGHT * level)) - tile * WIDTH)
    content = read(TileId(level, tile, width))
    return _complete(hashes_of(content, width=width)[offset : offset + (1 << inner)])


def _complete(hashes: list[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [hash_pair(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]
