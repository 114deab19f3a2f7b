"""A witness: it cosigns a log's tree heads as long as the log only grows.

Implements C2SP tlog-witness (``add-checkpoint``). The witness remembers, durably, the
latest tree head of each log; a log that was rewound or tells others another story gets no
cosignature, and two heads of one size are kept as evidence. Status codes are in `http`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from riik.core import Clock, Database, Signer, Work
from riik.transparency.checkpoints import Checkpoint, TrustPolicy, open_checkpoint
from riik.transparency.errors import (
    CheckpointRefused,
    NoteRefused,
    ProofRefused,
    WitnessRefused,
)
from riik.transparency.merkle import verify_consistency
from riik.transparency.notes import (
    KeyType,
    Note,
    VerifierKey,
    from_base64,
    sign_note,
    to_base64,
    verifier_key,
)

__all__ = ["AddCheckpoint", "Witness", "WitnessStore"]

LARGEST = 100_000
LONGEST_PATH = 63

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


class WitnessStore(Protocol):
    """What a witness needs kept; `store.WitnessStore` keeps it in SQL."""

    def latest(self, origin: str, *, work: Work) -> tuple[int, bytes] | None:
        """Size and note of the latest tree head cosigned for this log."""
        ...

    def remember(
        self, origin: str, *, old_size: int | None, size: int, note: bytes, work: Work
    ) -> None:
        """Move on from the size that was read in this unit."""
        ...

    def keep_fork(self, origin: str, *, size: int, note: bytes, latest: bytes, work: Work) -> None:
        """Keep a tree head that contradicts the latest."""
        ...

    def forks(self, origin: str, *, work: Work) -> list[tuple[bytes, bytes]]:
        """Tree heads that contradict each other, in pairs."""
        ...


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to a witness.

    Attributes:
        old_size: Size of the tree head that the witness is believed to know; 0 for none.
        path: The proof that the new tree continues it; empty from 0.
        note: The new tree head, signed by its log.
    """

    old_size: int
    path: tuple[bytes, ...]
    note: bytes

    @classmethod
    def parse(cls, body: bytes) -> "AddCheckpoint":
        """Read the body of ``POST /add-checkpoint``.

        Raises:
            WitnessRefused: For ``request``.
        """
        head, blank, note = body.partition(b"\n\n")
        first, *lines = head.decode("ascii", errors="replace").split("\n")
        old = _OLD.match(first)
        if not blank or old is None or len(lines) > LONGEST_PATH or len(body) > LARGEST:
            raise WitnessRefused("this is no request to a witness", why="request")
        try:
            return cls(int(old[1]), tuple(map(from_base64, lines)), note)
        except NoteRefused as error:
            raise WitnessRefused("a line of the proof is no base64", why="request") from error

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old_size}", *map(to_base64, self.path)]
        return "\n".join(lines).encode() + b"\n\n" + self.note


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness with its key and the logs that it watches.

    Attributes:
        name: The witness's name, a URL without scheme.
        database: Where its memory is.
        store: How it is kept.
        signer: Its Ed25519 key, used for nothing else.
        clock: For the time of a cosignature.
        logs: The keys of each log by origin line.
    """

    name: str
    database: Database
    store: WitnessStore
    signer: Signer
    clock: Clock
    logs: Mapping[str, Sequence[VerifierKey]]

    @property
    def key(self) -> VerifierKey:
        """The key under which everyone checks this witness's cosignatures."""
        return verifier_key(self.signer, name=self.name, type=KeyType.COSIGNATURE)

    def add_checkpoint(self, request: AddCheckpoint) -> str:
        """Cosign a tree head that continues the latest one known of its log.

        Returns:
            The cosignature line, with its newline; durable before it is returned.

        Raises:
            WitnessRefused: For ``origin`` (unknown log), ``signature``, ``old-size``,
                ``conflict`` (with the known ``size``), ``proof``, or ``request``.
        """
        note, checkpoint = self._opened(request.note)
        if request.old_size > checkpoint.size:
            raise WitnessRefused("the old tree is larger than the new", why="old-size")
        self._watch_for_fork(checkpoint, request.note)
        with self.database.work() as work:
            found = self.store.latest(checkpoint.origin, work=work)
            known = Checkpoint.parse(Note.parse(found[1]).text) if found else None
            self._check_continues(known, checkpoint, request)
            self.store.remember(
                checkpoint.origin,
                old_size=known.size if known else None,
                size=checkpoint.size,
                note=request.note,
                work=work,
            )
            cosignature = sign_note(note.text, self.signer, name=self.name, at=self.clock.now())
        return str(cosignature)

    def forks(self, origin: str) -> list[tuple[bytes, bytes]]:
        """Pairs of tree heads that a log signed and that can't both be true."""
        with self.database.read() as work:
            return self.store.forks(origin, work=work)

    def _opened(self, note: bytes) -> tuple[Note, Checkpoint]:
        """The tree head of a known log, its signature checked."""
        try:
            parsed = Note.parse(note)
            checkpoint = Checkpoint.parse(parsed.text)
        except (NoteRefused, CheckpointRefused) as error:
            raise WitnessRefused("this is no tree head", why="request") from error
        keys = self.logs.get(checkpoint.origin)
        if not keys:
            raise WitnessRefused("this witness doesn't know the log", why="origin")
        if not any(self._signed(note, key, checkpoint.origin) for key in keys):
            raise WitnessRefused("the log didn't sign this", why="signature")
        return parsed, checkpoint

    def _signed(self, note: bytes, key: VerifierKey, origin: str) -> bool:
        try:
            open_checkpoint(note, policy=TrustPolicy(log=key, origin=origin))
        except (NoteRefused, CheckpointRefused):
            return False
        return True

    def _check_continues(
        self, known: Checkpoint | None, new: Checkpoint, request: AddCheckpoint
    ) -> None:
        size = known.size if known else 0
        same_size = known is not None and known.size == new.size
        if request.old_size != size or (same_size and known and known.root != new.root):
            raise WitnessRefused(f"{size} is the latest size", why="conflict", size=size)
        if size == 0 or same_size:
            if request.path:
                raise WitnessRefused("no proof is needed here", why="proof")
            return
        try:
            verify_consistency(
                first_size=size,
                second_size=new.size,
                first_root=known.root if known else b"",
                second_root=new.root,
                path=request.path,
            )
        except ProofRefused as error:
            raise WitnessRefused("the new tree doesn't continue the old", why="proof") from error

    def _watch_for_fork(self, new: Checkpoint, note: bytes) -> None:
        """Keep two different heads of one size, in a unit that outlives the refusal."""
        with self.database.read() as work:
            found = self.store.latest(new.origin, work=work)
        known = Checkpoint.parse(Note.parse(found[1]).text) if found else None
        if found is None or known is None or known.size != new.size or known.root == new.root:
            return
        with self.database.work() as work:
            self.store.keep_fork(new.origin, size=new.size, note=note, latest=found[1], work=work)
