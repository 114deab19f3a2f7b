"""One node's log: positions, tiles, and tree heads that never contradict each other.

Implements the log's side of C2SP tlog-tiles and tlog-checkpoint. Entries are written in
their caller's unit of work; then one leased sequencer (`jobs`) calls these steps, each of
them one unit of work that may be cut off anywhere:

1. `integrate` gives positions, writes tiles and moves the head, all or nothing.
2. `sign` proves that the durable head continues the last tree head signed, then signs it.
   A signature that is lost before it is kept was made over a head that stays.
3. `publish` adds the cosignatures of witnesses. Only then anyone else sees the tree head.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from riik.core import Database, Signer, Work
from riik.transparency.checkpoints import Checkpoint, Trusted, TrustPolicy, open_checkpoint
from riik.transparency.errors import (
    EntryRefused,
    LogRefused,
    LogUnavailable,
    ProofRefused,
    TileRefused,
)
from riik.transparency.merkle import CompactRange, hash_leaf, verify_consistency
from riik.transparency.notes import (
    Note,
    Signature,
    VerifiedSignature,
    VerifierKey,
    sign_note,
    verifier_key,
    verify_note,
)
from riik.transparency.proofs import Proof
from riik.transparency.tiles import (
    ENTRIES,
    WIDTH,
    TileId,
    consistency_path,
    grow,
    inclusion_path,
    pack_bundle,
    root_of_tiles,
    unpack_bundle,
)

__all__ = ["Log", "LogStore"]

BATCH = 4096


class LogStore(Protocol):
    """What a log needs kept; `store.LogStore` keeps it in SQL."""

    def add(self, entry: str, content: bytes, *, work: Work) -> None:
        """Keep an entry without a position."""
        ...

    def positions(self, entries: Collection[str], *, work: Work) -> dict[str, int | None]:
        """The positions of those of these entries that there are; None for one without."""
        ...

    def waiting(self, limit: int, *, work: Work) -> list[tuple[int, bytes]]:
        """The oldest entries without a position."""
        ...

    def place(self, sequences: Sequence[int], *, first: int, work: Work) -> None:
        """Give entries consecutive positions."""
        ...

    def head(self, *, work: Work) -> CompactRange:
        """How far the log is integrated."""
        ...

    def move_head(self, old_size: int, head: CompactRange, *, work: Work) -> None:
        """Move the head on from the size that was read."""
        ...

    def tile(self, level: int, number: int, *, work: Work) -> bytes:
        """What a tile or bundle holds so far."""
        ...

    def write_tiles(self, tiles: Mapping[tuple[int, int], bytes], *, work: Work) -> None:
        """Write tiles, new or grown."""
        ...

    def latest(self, *, published: bool, work: Work) -> tuple[bytes, bool] | None:
        """The largest tree head, or the largest published one."""
        ...

    def keep_checkpoint(self, size: int, note: bytes, *, published: bool, work: Work) -> None:
        """Keep a tree head."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An append-only log with its key and the witnesses that it asks.

    Attributes:
        origin: The log's name, a URL without scheme; also the name of its key.
        database: Where its rows are.
        store: How they are kept.
        signer: The log's Ed25519 key.
        witnesses: Keys of the witnesses, each of them under a name of its own.
        threshold: How many must cosign before a tree head is published.
    """

    origin: str
    database: Database
    store: LogStore
    signer: Signer
    witnesses: tuple[VerifierKey, ...] = ()
    threshold: int = 0

    @property
    def key(self) -> VerifierKey:
        """The key under which everyone checks this log's tree heads."""
        return verifier_key(self.signer, name=self.origin)

    # The sequencer's steps, for one caller at a time.

    def integrate(self, *, limit: int = BATCH) -> int:
        """Give positions to the oldest waiting entries and put them into tiles.

        Args:
            limit: How many entries at most.

        Returns:
            How many entries were integrated; fewer than ``limit`` when none wait any more.

        Raises:
            LogUnavailable: For ``another-sequencer``; nothing was changed.
        """
        with self.database.work() as work:
            batch = self.store.waiting(limit, work=work)
            if not batch:
                return 0
            head = self.store.head(work=work)
            leaves = [hash_leaf(content) for _, content in batch]
            tiles = self._bundles(head.size, [content for _, content in batch], work=work)
            tiles |= grow(head.size, leaves, read_edge=self._reader(work))
            self.store.move_head(head.size, head.extended(leaves), work=work)
            self.store.place([sequence for sequence, _ in batch], first=head.size, work=work)
            self.store.write_tiles(tiles, work=work)
        return len(batch)

    def sign(self) -> Note | None:
        """Sign the integrated head, unless it is signed already.

        Returns:
            The largest tree head if it isn't published yet; None when all is published.

        Raises:
            LogRefused: For ``rewound`` or ``inconsistent``: what is stored contradicts
                what was signed, so nothing may be signed until a person has looked.
        """
        # A snapshot shows only what is durable; a unit that writes might show more.
        with self.database.read() as work:
            head = self.store.head(work=work)
            found = self.store.latest(published=False, work=work)
            last = self._own(found[0]).checkpoint if found else None
            if found and last and last.size == head.size and last.root == head.root:
                return None if found[1] else Note.parse(found[0])
            if head.size == 0 and last is None:
                return None
            self._check_continues(last, head, work=work)
        text = Checkpoint(self.origin, head.size, head.root).text
        note = Note(text, (sign_note(text, self.signer, name=self.origin),))
        with self.database.work() as work:
            self.store.keep_checkpoint(head.size, bytes(note), published=False, work=work)
        return note

    def cosignatures(self, note: Note, lines: Iterable[str]) -> list[VerifiedSignature]:
        """The cosignatures of known witnesses among what one answered; others are ignored.

        Raises:
            NoteRefused: A line is malformed, a known witness's signature fails, or none is.
        """
        answered = Note(note.text, tuple(Signature.parse(line) for line in lines))
        return [one for one in verify_note(answered, self.witnesses) if one.at is not None]

    def publish(self, note: Note, cosignatures: Iterable[VerifiedSignature]) -> bool:
        """Keep cosignatures with a tree head; publish it when enough have cosigned.

        Returns:
            Whether the tree head is published now.
        """
        whole = note.with_signatures(one.signature for one in cosignatures)
        trusted = self._own(bytes(whole))
        published = len(trusted.witnesses) >= self.threshold
        size = trusted.checkpoint.size
        with self.database.work() as work:
            self.store.keep_checkpoint(size, bytes(whole), published=published, work=work)
        return published

    def growth(self, old_size: int, new_size: int) -> list[bytes]:
        """The proof that this log only grew between two sizes; empty from nothing on.

        Raises:
            ProofRefused: For ``size``.
        """
        if old_size == 0:
            return []
        with self.database.read() as work:
            return consistency_path(old_size, new_size, read=self._tiles(work))

    # What anyone may read: nothing beyond the published tree head.

    def checkpoint(self) -> bytes:
        """The published tree head.

        Raises:
            LogUnavailable: For ``no-head``, before the first is published.
        """
        with self.database.read() as work:
            return self._published(work)

    def continued(self, known: int) -> tuple[bytes, list[bytes]]:
        """The published tree head, and the proof that it continues the tree of that size.

        Args:
            known: The size that the asker remembers; 0 for none. A tree larger than the
                published one has no proof: the asker sees by the head that it shrank.

        Raises:
            LogUnavailable: For ``no-head``: none is published, or none any more.
        """
        with self.database.read() as work:
            note = self._published(work)
            size = self._own(note).checkpoint.size
            grew = 0 < known < size
            return note, consistency_path(known, size, read=self._tiles(work)) if grew else []

    def tile(self, path: str) -> bytes:
        """A tile or an entry bundle by its path below the log's prefix.

        Raises:
            TileRefused: For ``path``, or ``beyond`` when the tree hasn't got it.
        """
        tile = TileId.parse(path)
        with self.database.read() as work:
            found = self.store.latest(published=True, work=work)
            size = self._own(found[0]).checkpoint.size if found else 0
            if not tile.lies_in(size):
                raise TileRefused("the published tree has no such tile", why="beyond")
            return self._tiles(work)(tile)

    def proof(self, entry: str, *, extra: bytes | None = None) -> Proof:
        """Prove that an entry is under the published tree head.

        Args:
            entry: Its id, from when it was written.
            extra: What the application adds to the file.

        Raises:
            EntryRefused: For ``unknown``.
            LogUnavailable: For ``not-yet``: a coming tree head will have it.
        """
        found = self.proofs({entry: extra})[entry]
        if found is None:
            raise LogUnavailable("the next tree head will have this entry", why="not-yet")
        return found

    def proofs(self, extras: Mapping[str, bytes | None]) -> dict[str, Proof | None]:
        """Prove many entries under one published tree head, read and checked once.

        Args:
            extras: What the application adds to the file of each entry, by its id.

        Returns:
            The proofs; None for an entry that a coming tree head will have.

        Raises:
            EntryRefused: For ``unknown``.
        """
        with self.database.read() as work:
            places = self.store.positions(extras, work=work)
            if len(places) < len(extras):
                raise EntryRefused("there is no such entry", why="unknown")
            found = self.store.latest(published=True, work=work)
            note, size = (found[0], self._own(found[0]).checkpoint.size) if found else (b"", 0)
            read = self._tiles(work)
            return {
                entry: _proof(places[entry], size, note, extra, read=read)
                for entry, extra in extras.items()
            }

    def _published(self, work: Work) -> bytes:
        found = self.store.latest(published=True, work=work)
        if found is None:
            raise LogUnavailable("no tree head is published yet", why="no-head")
        return found[0]

    def _own(self, note: bytes) -> Trusted:
        """A tree head of this very log, with the witnesses that cosigned it."""
        return open_checkpoint(note, policy=TrustPolicy(log=self.key, witnesses=self.witnesses))

    def _check_continues(self, last: Checkpoint | None, head: CompactRange, *, work: Work) -> None:
        read = self._tiles(work)
        if last is None:
            if root_of_tiles(head.size, read) != head.root:
                raise LogRefused("tiles and head tell of two trees", why="inconsistent")
            return
        if head.size <= last.size:
            raise LogRefused(
                f"{last.size} entries were signed, {head.size} are here",
                why="rewound" if head.size < last.size else "inconsistent",
                signed=last.size,
                here=head.size,
            )
        try:
            verify_consistency(
                first_size=last.size,
                second_size=head.size,
                first_root=last.root,
                second_root=head.root,
                path=consistency_path(last.size, head.size, read=read),
            )
        except (ProofRefused, TileRefused) as error:
            raise LogRefused("tiles don't continue what was signed", why="inconsistent") from error

    def _bundles(
        self, size: int, entries: list[bytes], *, work: Work
    ) -> dict[tuple[int, int], bytes]:
        """The contents of the bundles that change when entries come to the end."""
        number, held = divmod(size, WIDTH)
        before = unpack_bundle(self.store.tile(ENTRIES, number, work=work)) if held else []
        whole = before[:held] + entries
        return {
            (ENTRIES, number + at // WIDTH): pack_bundle(whole[at : at + WIDTH])
            for at in range(0, len(whole), WIDTH)
        }

    def _reader(self, work: Work) -> Callable[[int, int], bytes]:
        return lambda level, number: self.store.tile(level, number, work=work)

    def _tiles(self, work: Work) -> Callable[[TileId], bytes]:
        """Reads tiles of any width that exists, each row once a unit."""
        rows: dict[tuple[int, int], bytes] = {}

        def read(tile: TileId) -> bytes:
            place = (tile.level, tile.number)
            if place not in rows:
                rows[place] = self.store.tile(*place, work=work)
            if tile.level == ENTRIES:
                return pack_bundle(unpack_bundle(rows[place])[: tile.width])
            return rows[place][: tile.width * 32]

        return read


def _proof(
    position: int | None,
    size: int,
    note: bytes,
    extra: bytes | None,
    *,
    read: Callable[[TileId], bytes],
) -> Proof | None:
    """One entry's proof under a tree head of that size; None when it isn't in that tree."""
    if position is None or position >= size:
        return None
    return Proof(position, tuple(inclusion_path(position, tree_size=size, read=read)), note, extra)
