"""Transparency: who looked at whose data, in a log that nobody can change unnoticed."""

from riik.transparency.access import Access, Action
from riik.transparency.checkpoints import (
    Checkpoint,
    TrustPolicy,
    open_checkpoint,
    open_continued,
)
from riik.transparency.component import Look, Looks, ProvedLook, ProvedLooks, Transparency
from riik.transparency.errors import (
    AccessRefused,
    CheckpointRefused,
    EntryRefused,
    LogRefused,
    LogUnavailable,
    NoteRefused,
    ProofRefused,
    WitnessRefused,
)
from riik.transparency.log import Log
from riik.transparency.notes import VerifierKey, verifier_key
from riik.transparency.proofs import Disclosed, Held, Proof, Receipts, verify_file
from riik.transparency.tracker import (
    UsageQuery,
    find_usage,
    heartbeat,
    read_query,
    usage_period,
)
from riik.transparency.witness import AddCheckpoint, Witness

__all__ = [
    "Access",
    "AccessRefused",
    "Action",
    "AddCheckpoint",
    "Checkpoint",
    "CheckpointRefused",
    "Disclosed",
    "EntryRefused",
    "Held",
    "Log",
    "LogRefused",
    "LogUnavailable",
    "Look",
    "Looks",
    "NoteRefused",
    "Proof",
    "ProofRefused",
    "ProvedLook",
    "ProvedLooks",
    "Receipts",
    "Transparency",
    "TrustPolicy",
    "UsageQuery",
    "VerifierKey",
    "Witness",
    "WitnessRefused",
    "find_usage",
    "heartbeat",
    "open_checkpoint",
    "open_continued",
    "read_query",
    "usage_period",
    "verifier_key",
    "verify_file",
]
