"""Checkpoints: which tree does this log vouch for, and who has seen it?

Implements C2SP tlog-checkpoint (note text) over `notes`, with a threshold of witnesses as
C2SP tlog-cosignature means it. What the root commits to is `merkle`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from riik.transparency.errors import CheckpointRefused, NoteRefused, ProofRefused
from riik.transparency.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from riik.transparency.notes import (
    Note,
    VerifiedSignature,
    VerifierKey,
    from_base64,
    to_base64,
    verify_note,
)

__all__ = ["Checkpoint", "TrustPolicy", "Trusted", "open_checkpoint", "open_continued"]

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head as its log states it.

    Attributes:
        origin: The log's identity; usually a URL without its scheme.
        size: Number of entries.
        root: Root hash, 32 bytes.
        extensions: Further lines, which no monitor can check; Riik writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note's text.

        Raises:
            CheckpointRefused: For ``shape``, ``size`` or ``root``.
        """
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines):
            raise CheckpointRefused("a tree head has three lines that say something", why="shape")
        origin, size, encoded, *extensions = lines
        if not _SIZE.match(size) or int(size) >= 2**63:
            raise CheckpointRefused("the size is no whole number", why="size")
        try:
            root = from_base64(encoded)
        except NoteRefused as error:
            raise CheckpointRefused("the root is no base64", why="root") from error
        if len(root) != HASH_BYTES or (size == "0" and root != EMPTY_ROOT):
            raise CheckpointRefused("the root is no hash of such a tree", why="root")
        return cls(origin, int(size), root, tuple(extensions))

    @property
    def text(self) -> str:
        """The note's text, with its last newline."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """Whose word a tree head needs.

    Attributes:
        log: The log's key. Its name is the log's origin, unless ``origin`` says otherwise.
        witnesses: The witnesses that are known; keys of one name are one witness.
        threshold: How many of them must have cosigned.
        origin: The origin line to expect, when it isn't the key's name.
    """

    log: VerifierKey
    witnesses: Sequence[VerifierKey] = ()
    threshold: int = 0
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Trusted:
    """A tree head that satisfied a policy.

    Attributes:
        checkpoint: What it says.
        note: The note it stood in.
        witnesses: When each witness cosigned, by name, in UTC to the second.
        signatures: All signatures of known keys.
    """

    checkpoint: Checkpoint
    note: Note
    witnesses: Mapping[str, datetime]
    signatures: tuple[VerifiedSignature, ...]


def open_checkpoint(note: bytes, *, policy: TrustPolicy) -> Trusted:
    """Read a signed tree head and hold it against a policy.

    Raises:
        NoteRefused: As `verify_note`; the note or a signature doesn't hold.
        CheckpointRefused: For ``shape``, ``size``, ``root``, ``origin``, ``log-signature``
            or ``threshold``.
    """
    parsed = Note.parse(note)
    signatures = verify_note(parsed, (policy.log, *policy.witnesses))
    if all(signature.key != policy.log for signature in signatures):
        raise CheckpointRefused("the log itself didn't sign this", why="log-signature")
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != (policy.origin or policy.log.name):
        raise CheckpointRefused("this is the head of another log", why="origin")
    witnesses = {s.key.name: s.at for s in signatures if s.key in policy.witnesses and s.at}
    if len(witnesses) < policy.threshold:
        raise CheckpointRefused(
            f"{len(witnesses)} witnesses cosigned, {policy.threshold} must",
            why="threshold",
            found=len(witnesses),
            needed=policy.threshold,
        )
    return Trusted(checkpoint, parsed, witnesses, signatures)


def open_continued(
    note: bytes, *, policy: TrustPolicy, known: Checkpoint | None, path: Sequence[bytes]
) -> Trusted:
    """Open a log's tree head, and check that it only grew since the one that is known.

    What a witness checks before it signs (`witness`), for whoever follows a log (RFC 9162
    §2.1.4.2). Whoever follows keeps what is known.

    Args:
        note: The tree head that the log shows now, signed.
        policy: Whose word it needs.
        known: The tree head that is remembered; None when there is none yet.
        path: The consistency proof between the two, 32 bytes each.

    Raises:
        NoteRefused: As `open_checkpoint`.
        CheckpointRefused: As `open_checkpoint`.
        ProofRefused: For ``shrunk``, when the log is shorter than it was; otherwise as
            `verify_consistency`: ``root`` when it tells another history.
    """
    trusted = open_checkpoint(note, policy=policy)
    if known is None or known.size == 0:
        return trusted
    new = trusted.checkpoint
    if new.size < known.size:
        raise ProofRefused(f"{known.size} entries were signed, {new.size} are left", why="shrunk")
    verify_consistency(
        first_size=known.size,
        second_size=new.size,
        first_root=known.root,
        second_root=new.root,
        path=path,
    )
    return trusted
