"""Tiles and bundles: their paths, and every proof that can be read from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riik.transparency.errors import ProofRefused, TileRefused
from riik.transparency.merkle import (
    CompactRange,
    hash_leaf,
    verify_consistency,
    verify_inclusion,
)
from riik.transparency.tiles import (
    ENTRIES,
    TileId,
    consistency_path,
    grow,
    hashes_of,
    inclusion_path,
    pack_bundle,
    root_of_tiles,
    unpack_bundle,
)

PATHS = [
    (TileId(0, 0), "tile/0/000"),
    (TileId(0, 1234067), "tile/0/x001/x234/067"),
    (TileId(2, 5, 17), "tile/2/005.p/17"),
    (TileId(63, 999, 255), "tile/63/999.p/255"),
    (TileId(ENTRIES, 1000, 1), "tile/entries/x001/000.p/1"),
]
NO_PATHS = [
    "tile/0/0", "tile/00/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256",
    "tile/0/000.p/01", "tile/0/x000/001", "tile/0/001/001", "tile/0/x001", "tile/-1/000",
    "tile/data/000", "tile/0/000/", "tile/0/000\n", "tile/0/٠٠٠", "/tile/0/000",
]  # fmt: skip
MANY = 70_000


@pytest.fixture(scope="module")
def tiles():
    """The tiles of a tree of 70000 entries, grown in uneven steps."""
    held = {}
    size = 0
    for step in (1, 254, 1, 1, 300, 65_000, MANY - 65_557):
        leaves = [hash_leaf(b"%d" % n) for n in range(size, size + step)]
        held.update(grow(size, leaves, read_edge=lambda *place: held[place]))
        size += step
    return held


def reader(tiles):
    return lambda tile: tiles[tile.level, tile.number][: tile.width * 32]


@pytest.mark.parametrize(("tile", "path"), PATHS)
def test_a_tile_has_one_path(tile, path):
    assert tile.path == path
    assert TileId.parse(path) == tile


@pytest.mark.parametrize("path", NO_PATHS)
def test_another_spelling_is_no_path(path):
    with pytest.raises(TileRefused):
        TileId.parse(path)


def test_a_tree_has_the_tiles_that_the_specification_counts(tiles):
    widths = {place: len(content) // 32 for place, content in tiles.items()}
    assert widths[0, 273] == 112
    assert (widths[1, 0], widths[1, 1], widths[2, 0]) == (256, 17, 1)
    assert len(tiles) == 274 + 2 + 1
    assert TileId(1, 1, 17).lies_in(MANY)
    assert not TileId(1, 1, 18).lies_in(MANY)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, MANY), seed=st.integers(0, MANY))
def test_any_entry_is_proved_from_tiles(tiles, size, seed):
    index = seed % size
    path = inclusion_path(index, tree_size=size, read=reader(tiles))
    root = root_of_tiles(size, reader(tiles))
    leaf = hash_leaf(b"%d" % index)
    verify_inclusion(leaf, index=index, tree_size=size, path=path, root=root)


@settings(max_examples=60, deadline=None)
@given(sizes=st.tuples(st.integers(1, MANY), st.integers(1, MANY)).map(sorted))
def test_any_growth_is_proved_from_tiles(tiles, sizes):
    first, second = sizes
    verify_consistency(
        first_size=first,
        second_size=second,
        first_root=root_of_tiles(first, reader(tiles)),
        second_root=root_of_tiles(second, reader(tiles)),
        path=consistency_path(first, second, read=reader(tiles)),
    )


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_536, MANY])
def test_tiles_and_a_compact_range_have_one_root(tiles, size):
    leaves = (hash_leaf(b"%d" % n) for n in range(size))
    assert root_of_tiles(size, reader(tiles)) == CompactRange().extended(leaves).root


@given(entries=st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_its_entries_back(entries):
    assert unpack_bundle(pack_bundle(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\0", b"\0\2a", b"\0\1a\0", pack_bundle([b""] * 257)])
def test_a_broken_bundle_is_refused(bundle):
    with pytest.raises(TileRefused):
        unpack_bundle(bundle)


def test_an_entry_over_64_kilobytes_fits_no_bundle():
    with pytest.raises(TileRefused):
        pack_bundle([bytes(65_536)])


@pytest.mark.parametrize("width", [2, 300])
def test_a_tile_with_too_few_hashes_is_refused(width):
    with pytest.raises(TileRefused):
        hashes_of(bytes(32), width=width)


def test_no_path_leads_beyond_the_tree(tiles):
    with pytest.raises(ProofRefused):
        inclusion_path(5, tree_size=5, read=reader(tiles))
    with pytest.raises(ProofRefused):
        consistency_path(0, 5, read=reader(tiles))
