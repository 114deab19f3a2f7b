"""Proof files: was this logged, and did witnesses see it? Checked without any network.

Implements C2SP tlog-proof. The receipt that a person takes home is such a file; its
``extra`` line carries the access record and the key that opens the logged commitment.
The extra line proves nothing by itself: it must lead to the entry that the proof is for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from riik.core import Memo
from riik.formats.canonical_json import JsonRefused, encode
from riik.transparency.access import Access, Opening
from riik.transparency.checkpoints import Checkpoint, Trusted, TrustPolicy, open_checkpoint
from riik.transparency.errors import NoteRefused, ProofRefused
from riik.transparency.merkle import hash_leaf, verify_inclusion
from riik.transparency.notes import VerifierKey, from_base64, to_base64

__all__ = ["Disclosed", "Held", "Proof", "Receipts", "verify_file"]

MAGIC = "c2sp.org/tlog-proof@v1"
LARGEST = 1_000_000
LONGEST_PATH = 63

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in the tree of a checkpoint.

    Attributes:
        index: Position of the entry, from 0.
        path: Sibling hashes from the leaf up, 32 bytes each.
        checkpoint: The signed note of the tree head, as the log gave it.
        extra: What the application adds; not covered by any signature.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, file: bytes) -> "Proof":
        """Read a ``.tlog-proof`` file.

        Raises:
            ProofRefused: For ``file-size``, ``shape``, ``base64``, ``index`` or ``path-long``.
        """
        if len(file) > LARGEST:
            raise ProofRefused("this file is too large for a proof", why="file-size", most=LARGEST)
        head, blank, checkpoint = file.partition(b"\n\n")
        try:
            magic, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise ProofRefused("this is no proof of a log", why="shape") from error
        if magic != MAGIC or not blank:
            raise ProofRefused("this is no proof of a log", why="shape")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = _bytes(lines.pop(0).removeprefix("extra "))
        index = _INDEX.match(lines[0]) if lines else None
        if index is None:
            raise ProofRefused("a proof says which entry it is for", why="index")
        if len(lines) - 1 > LONGEST_PATH:
            raise ProofRefused("no tree is so high", why="path-long", most=LONGEST_PATH)
        return cls(int(index[1]), tuple(map(_bytes, lines[1:])), checkpoint, extra)

    def __bytes__(self) -> bytes:
        lines = [MAGIC]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += map(to_base64, self.path)
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint

    def verify(self, entry: bytes, *, policy: TrustPolicy) -> Trusted:
        """Check that ``entry`` is logged under a tree head that satisfies the policy.

        Raises:
            NoteRefused: A signature doesn't hold; see `verify_note`.
            CheckpointRefused: As `open_checkpoint`.
            ProofRefused: As `verify_inclusion`.
        """
        trusted = open_checkpoint(self.checkpoint, policy=policy)
        self._verify_in(trusted.checkpoint, entry)
        return trusted

    def _verify_in(self, head: Checkpoint, entry: bytes) -> None:
        """Check that ``entry`` is in the tree of the head that this proof came with."""
        verify_inclusion(
            hash_leaf(entry),
            index=self.index,
            tree_size=head.size,
            path=self.path,
            root=head.root,
        )


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One look that was proved to be logged.

    Attributes:
        access: The record: who looked, why, when.
        index: Its position in the log, from 0.
        checkpoint: The tree head that it is in.
        witnesses: When each witness cosigned that tree head, by the witness's name.
    """

    access: Access
    index: int
    checkpoint: Checkpoint
    witnesses: Mapping[str, datetime]


def verify_file(
    file: bytes, /, *, log: VerifierKey, witnesses: Sequence[VerifierKey] = (),
    threshold: int = 0, origin: str | None = None,
) -> Disclosed:  # fmt: skip
    """Check the receipt of one look at a person's data, with nothing but keys one trusts.

    Args:
        file: The receipt: a ``.tlog-proof`` with the access record as its extra data.
        log: The key of the log of the node that holds the data.
        witnesses: Keys of the witnesses that one trusts.
        threshold: How many of them must have cosigned.
        origin: The log's origin line, when it isn't the key's name.

    Raises:
        AccessRefused: For ``form`` or ``key``.
        NoteRefused: A signature doesn't hold, or nobody known signed.
        CheckpointRefused: For ``log-signature``, ``origin``, ``threshold`` and as it parses.
        ProofRefused: For ``no-record``; for ``root`` when the record isn't the logged one.
    """
    proof, opening = _parsed(file)
    policy = TrustPolicy(log=log, witnesses=witnesses, threshold=threshold, origin=origin)
    trusted = proof.verify(opening.commitment, policy=policy)
    return Disclosed(opening.access, proof.index, trusted.checkpoint, trusted.witnesses)


@dataclass(frozen=True, slots=True)
class Held:
    """A receipt that holds; of the record that it proves nothing but a digest.

    Attributes:
        record: SHA-256 of the record in canonical JSON.
        index: Its position in the log, from 0.
        checkpoint: The tree head that it is in.
        witnesses: When each witness cosigned that tree head, by the witness's name.
    """

    record: bytes
    index: int
    checkpoint: Checkpoint
    witnesses: Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Checks many receipts, as `verify_file` does, and nothing twice.

    Whether a receipt holds follows from its bytes and from the keys that one trusts, from
    nothing else: no clock, nothing that could be revoked. So a receipt that held holds, until
    its bytes or the keys are others, and then it is another question. All receipts of one log
    at one time share its tree head, whose signatures are checked once. What fails is never
    remembered. What is remembered names nobody: digests, places and tree heads.

    Attributes:
        heads: Tree heads by the digest of their note and by whom one trusts.
        held: Receipts by their own digest and by whom one trusts.
    """

    heads: Memo[tuple[bytes, TrustPolicy], Trusted]
    held: Memo[tuple[bytes, TrustPolicy], Held]

    def verify(self, file: bytes, record: Mapping[str, Any], *, policy: TrustPolicy) -> Held:
        """Check that ``file`` proves ``record``, the record that a person is shown.

        Args:
            file: The receipt, as of `verify_file`.
            record: The access record as values of JSON.
            policy: Whose word is needed; its witnesses are a tuple.

        Raises:
            ProofRefused: As `verify_file`; for ``another-record`` when it proves another one.
            AccessRefused, NoteRefused, CheckpointRefused: As `verify_file`.
        """
        question = (sha256(file).digest(), policy)
        found = self.held.of(question, lambda: self._verified(file, policy))
        if not compare_digest(found.record, _digest(record)):
            raise ProofRefused("this receipt proves another record", why="another-record")
        return found

    def _verified(self, file: bytes, policy: TrustPolicy) -> Held:
        proof, opening = _parsed(file)
        question = (sha256(proof.checkpoint).digest(), policy)
        trusted = self.heads.of(question, lambda: open_checkpoint(proof.checkpoint, policy=policy))
        proof._verify_in(trusted.checkpoint, opening.commitment)
        record = _digest(opening.access.to_json())
        return Held(record, proof.index, trusted.checkpoint, trusted.witnesses)


def _parsed(file: bytes) -> tuple[Proof, Opening]:
    """A receipt with its record and the key that opens the commitment to it."""
    proof = Proof.parse(file)
    if proof.extra is None:
        raise ProofRefused("this proof carries no access record", why="no-record")
    return proof, Opening.parse(proof.extra)


def _digest(record: Mapping[str, Any]) -> bytes:
    try:
        return sha256(encode(dict(record))).digest()
    except JsonRefused as error:
        raise ProofRefused("no receipt proves such a record", why="another-record") from error


def _bytes(text: str) -> bytes:
    try:
        return from_base64(text)
    except NoteRefused as error:
        raise ProofRefused("a line of this proof is no base64", why="base64") from error
