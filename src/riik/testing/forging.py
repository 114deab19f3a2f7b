"""An administrator who rewrites a log of looks in its database, with everything it needs to agree.

Entry, tiles, head and the tree heads that were signed: afterwards the log contradicts nothing that
its own node still has. Only what others remember tells. For the demonstration and for tests.
"""

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import delete, insert, select, update

from riik.core import Work
from riik.runtime.database import SqlDatabase
from riik.transparency.merkle import CompactRange, hash_leaf
from riik.transparency.store import ACCESS, CHECKPOINT, ENTRY, HEAD, TILE, LogStore
from riik.transparency.tiles import ENTRIES, WIDTH, grow, pack_bundle, unpack_bundle

__all__ = ["Kept", "mend_log", "rewrite_log"]


class KeptLook(msgspec.Struct, frozen=True):
    """A row of the table of looks."""

    entry: str
    subject: str
    at_utc: str
    sealed: bytes


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What was there before, to put it back.

    Attributes:
        position: Of the entry in the log, from 0.
        content: The entry's bytes.
        look: The person's record of the look, if there was one.
        heads: The tree heads that were kept: size, note, published.
        forged: Root that the rewritten tree has.
    """

    position: int
    content: bytes
    look: KeptLook | None
    heads: list[tuple[int, bytes, bool]]
    forged: bytes


def rewrite_log(
    database: SqlDatabase, position: int, *, keep: Callable[[Kept], None] = lambda kept: None
) -> Kept:
    """Let an entry never have been what it was, and make all else agree with that.

    Args:
        database: Of the node that keeps the log.
        position: Of the entry, from 0.
        keep: Called with what was there, before the change is durable.
    """
    with database.work() as work:
        entries = _entries(work)
        content = entries[position]
        entries[position] = bytes(len(content))
        heads = [
            (row.size, bytes(row.note), bool(row.published))
            for row in work.execute(select(CHECKPOINT))
        ]
        entry = work.execute(select(ENTRY.c.entry).where(ENTRY.c.position == position)).scalar()
        row = work.execute(select(ACCESS).where(ACCESS.c.entry == entry)).first()
        work.execute(delete(ACCESS).where(ACCESS.c.entry == entry))
        work.execute(delete(CHECKPOINT))
        kept = Kept(
            position=position,
            content=content,
            look=None
            if row is None
            else KeptLook(row.entry, row.subject, row.at_utc, bytes(row.sealed)),
            heads=heads,
            forged=_lay(entries, work),
        )
        keep(kept)
    return kept


def mend_log(database: SqlDatabase, kept: Kept) -> None:
    """Put back what was there; entries that came meanwhile stay."""
    with database.work() as work:
        entries = _entries(work)
        entries[kept.position] = kept.content
        _lay(entries, work)
        work.execute(delete(CHECKPOINT))
        rows = [{"size": size, "note": note, "published": out} for size, note, out in kept.heads]
        if rows:
            work.execute(insert(CHECKPOINT), rows)
        if kept.look is not None:
            work.execute(delete(ACCESS).where(ACCESS.c.entry == kept.look.entry))
            work.execute(insert(ACCESS).values(**msgspec.structs.asdict(kept.look)))


def _entries(work: Work) -> list[bytes]:
    size = LogStore().head(work=work).size
    bundles = range(-(-size // WIDTH))
    found = [one for n in bundles for one in unpack_bundle(LogStore().tile(ENTRIES, n, work=work))]
    return found[:size]


def _lay(entries: Sequence[bytes], work: Work) -> bytes:
    """Write tiles and head for these entries; answers the root."""
    leaves = [hash_leaf(entry) for entry in entries]
    tiles = grow(0, leaves, read_edge=lambda level, number: b"")
    for at in range(0, len(entries), WIDTH):
        tiles[ENTRIES, at // WIDTH] = pack_bundle(entries[at : at + WIDTH])
    work.execute(delete(TILE))
    LogStore().write_tiles(tiles, work=work)
    head = CompactRange().extended(leaves)
    work.execute(update(HEAD).values(size=head.size, nodes=b"".join(head.nodes)))
    return head.root
