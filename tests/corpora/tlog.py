"""Transparency logs: proofs, signed notes, tree heads, tiles and entries of real logs."""

import base64
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.corpora import Outcome, attempt, lines, material

from riik.core import Refused
from riik.transparency.checkpoints import TrustPolicy, open_checkpoint
from riik.transparency.merkle import (
    CompactRange,
    hash_leaf,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from riik.transparency.notes import KeyType, Note, VerifierKey, verify_note
from riik.transparency.tiles import (
    ENTRIES,
    TileId,
    hashes_of,
    root_of_tiles,
    unpack_bundle,
)

Case = dict[str, Any]


def run(folder: Path, shared: Path) -> Iterable[Outcome]:
    """Every case of the manifest in its order; without one, every case of the tables."""
    shared_values, own = table(shared), table(folder)
    manifest = list(lines(folder / "manifest.jsonl")) or list(own.values())
    for case in manifest:
        value = own.get(case["id"]) or shared_values.get(case["id"], {})
        yield judge(value | case, folder=folder, shared=shared)


def table(folder: Path) -> dict[str, Case]:
    """The cases that stand in the tables of a folder, by id."""
    names = ("merkle_proofs", "trees", "notes", "rekor")
    return {case["id"]: case for name in names for case in lines(folder / f"{name}.jsonl")}


def judge(case: Case, *, folder: Path, shared: Path) -> Outcome:
    """The outcome of one case; every expectation of a value is ``accept``."""
    expected = "reject" if case.get("expect") == "reject" else "accept"
    tried = KINDS.get(case["kind"])
    if tried is None:
        return Outcome.left(case["id"], expected=expected, why=f"no kind {case['kind']} here")
    if tried in (tiled_log, static_ct_tile):
        got = attempt(lambda: tried(case, material(case["file"], folder=folder, shared=shared)))
    else:
        got = attempt(lambda: tried(case))
    return Outcome.judged(case["id"], expected=expected, got=got)


def need(found: object, wanted: object, what: str) -> None:
    """Refuse unless two values that a case says are equal are equal."""
    if found != wanted:
        raise Refused(f"another {what}: {found!r}", why=what)


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def path_of(case: Case) -> list[bytes]:
    return [raw(node) for node in case["proof"] or []]


def inclusion(case: Case) -> None:
    leaf = hash_leaf(case["entry"].encode()) if "entry" in case else raw(case["leafHash"])
    verify_inclusion(
        leaf,
        index=case["index"] if "index" in case else case["leafIdx"],
        tree_size=case["size"] if "size" in case else case["treeSize"],
        path=path_of(case),
        root=raw(case["root"]),
    )


def consistency(case: Case) -> None:
    verify_consistency(
        first_size=case["size1"],
        second_size=case["size2"],
        first_root=raw(case["root1"]),
        second_root=raw(case["root2"]),
        path=path_of(case),
    )


def subtree_inclusion(case: Case) -> None:
    verify_subtree_inclusion(
        raw(case["leafHash"]),
        index=case["leafIdx"],
        start=case["start"],
        end=case["end"],
        path=path_of(case),
        root=raw(case["root"]),
    )


def subtree_consistency(case: Case) -> None:
    verify_subtree_consistency(
        start=case["start"],
        end=case["end"],
        tree_size=case["size"],
        subtree_root=raw(case["root1"]),
        root=raw(case["root2"]),
        path=path_of(case),
    )


def root(case: Case) -> None:
    leaves = (hash_leaf(f"entry-{n}".encode()) for n in range(case["size"]))
    need(CompactRange().extended(leaves).root, raw(case["root"]), "root")
    for path in case["tiles"]:
        need(TileId.parse(path).lies_in(case["size"]), True, "tile")


def tile_path(case: Case) -> None:
    tile = TileId(case["level"], case["n"])
    need(tile.path, case["path"], "path")
    need(TileId(case["level"], case["n"], 17).path, case["partial_17"], "partial path")
    need(TileId(ENTRIES, case["n"]).path, case["entries_path"], "entries path")
    need(TileId.parse(case["path"]), tile, "tile")


def note_of(case: Case) -> bytes:
    return raw(case["note_b64"]) if "note_b64" in case else case["note"].encode()


def note(case: Case) -> None:
    keys = [VerifierKey.parse(text) for text in case["vkeys"]]
    verified = verify_note(Note.parse(note_of(case)), keys)
    if case.get("verified"):
        need([one.key.name for one in verified], case["verified"], "signers")


def vkey(case: Case) -> None:
    need(str(VerifierKey.parse(case["vkey"])), case["vkey"], "spelling")


def checkpoint(case: Case) -> None:
    log, *witnesses = [VerifierKey.parse(text) for text in case["vkeys"]]
    policy = TrustPolicy(log=log, witnesses=witnesses, threshold=len(witnesses))
    trusted = open_checkpoint(note_of(case), policy=policy)
    if case.get("verified"):
        need([one.key.name for one in trusted.signatures], case["verified"], "signers")
        times = {int(at.timestamp()) for at in trusted.witnesses.values()}
        need(times, {case["timestamp"]}, "time")


def rekor_entry(case: Case) -> None:
    text = case["checkpoint"].encode()
    spki = raw(case["log_key_spki_b64"])
    name = Note.parse(text).signatures[0].name
    key = (
        VerifierKey(name, KeyType.ED25519, spki[-32:])
        if len(spki) == 44
        else VerifierKey(name, KeyType.ECDSA, spki)
    )
    origin = text.decode().split("\n")[0]
    head = open_checkpoint(text, policy=TrustPolicy(log=key, origin=origin)).checkpoint
    need((head.size, head.root), (case["size"], raw(case["root"])), "head")
    verify_inclusion(
        hash_leaf(raw(case["entry_b64"])),
        index=case["index"],
        tree_size=head.size,
        path=path_of(case),
        root=head.root,
    )


def tiled_log(case: Case, path: Path) -> None:
    key = VerifierKey.parse(case["vkey"])
    head = open_checkpoint(path.read_bytes(), policy=TrustPolicy(log=key)).checkpoint
    need(head.size, case["size"], "size")
    need(
        root_of_tiles(head.size, lambda tile: (path.parent / tile.path).read_bytes()),
        head.root,
        "root",
    )
    if head.size:
        leaves = TileId(0, 0, head.size)
        bundle = (path.parent / TileId(ENTRIES, 0, head.size).path).read_bytes()
        hashes = hashes_of((path.parent / leaves.path).read_bytes(), width=head.size)
        need([hash_leaf(entry) for entry in unpack_bundle(bundle)], hashes, "leaves")


def static_ct_tile(case: Case, path: Path) -> None:
    """A tile of a Static-CT log, against its sister: leaf hashes over its data."""
    level, _, rest = str(path).partition("/tile/")[2].partition("/")
    sister = path.parents[rest.count("/") + 1] / ("0" if level == "data" else "data") / rest
    if not sister.exists():
        need(len(path.read_bytes()) % 32, 0, "tile")
        return
    hashes, entries = (path, sister) if level == "0" else (sister, path)
    leaves = [hash_leaf(leaf) for leaf in ct_leaves(entries.read_bytes())]
    need(b"".join(leaves), hashes.read_bytes(), "leaves")


def ct_leaves(data: bytes) -> Iterator[bytes]:
    """The MerkleTreeLeaf of each TileLeaf (C2SP static-ct-api, "Log Entries")."""
    at = 0

    def take(length_bytes: int) -> bytes:
        nonlocal at
        length = int.from_bytes(data[at : at + length_bytes])
        start, at = at, at + length_bytes + length
        return data[start:at]

    while at < len(data):
        start, at = at, at + 10
        precertificate = data[start + 9] == 1
        at += 32 if precertificate else 0
        take(3)
        take(2)
        yield b"\0\0" + data[start:at]
        if precertificate:
            take(3)
        take(2)


KINDS: dict[str, Callable[..., None]] = {
    "inclusion": inclusion,
    "consistency": consistency,
    "subtree_inclusion": subtree_inclusion,
    "subtree_consistency": subtree_consistency,
    "root": root,
    "tile_path": tile_path,
    "note": note,
    "vkey": vkey,
    "checkpoint": checkpoint,
    "cosigned_checkpoint": checkpoint,
    "rekor_entry": rekor_entry,
    "tiled_log": tiled_log,
    "static_ct_tile": static_ct_tile,
}
