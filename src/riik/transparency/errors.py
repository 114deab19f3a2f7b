"""What may go wrong with logs, proofs and the record of looks.

Refused
├── ProofRefused        an inclusion or consistency proof doesn't connect what it claims
├── NoteRefused         a signed note, its signatures or a key of its signers
├── CheckpointRefused   a signed note that is no tree head, or one by too few
├── TileRefused         a path or the content of a tile or an entry bundle
├── EntryRefused        an entry that can't be written, isn't there or isn't this person's
├── AccessRefused       a look without what must be known of it
├── WitnessRefused      a tree head that this witness won't cosign
└── LogRefused          this log would contradict what it signed before
Unavailable
└── LogUnavailable      the proof comes with a later tree head, or a witness is away
"""

from riik.core import Refused, Unavailable

__all__ = [
    "AccessRefused",
    "CheckpointRefused",
    "EntryRefused",
    "LogRefused",
    "LogUnavailable",
    "NoteRefused",
    "ProofRefused",
    "TileRefused",
    "WitnessRefused",
]


class ProofRefused(Refused):
    """The proof doesn't connect this entry or tree with that tree head."""

    code = "transparency.proof-refused"


class NoteRefused(Refused):
    """A signed note is malformed, or its signatures don't hold."""

    code = "transparency.note-refused"


class CheckpointRefused(Refused):
    """A note is no tree head of this log, or too few vouch for it."""

    code = "transparency.checkpoint-refused"


class TileRefused(Refused):
    """A tile's path or content isn't as C2SP tlog-tiles says."""

    code = "transparency.tile-refused"


class EntryRefused(Refused):
    """An entry can't be logged, or there is none such."""

    code = "transparency.entry-refused"


class AccessRefused(Refused):
    """A look at a person's data came without what must be known of it."""

    code = "transparency.access-refused"


class WitnessRefused(Refused):
    """The witness won't cosign this tree head."""

    code = "transparency.witness-refused"


class LogRefused(Refused):
    """The log's stored state contradicts a tree head that it or a witness signed."""

    code = "transparency.log-refused"


class LogUnavailable(Unavailable):
    """What was asked for will come with a later tree head, or when a witness is back."""

    code = "transparency.unavailable"
