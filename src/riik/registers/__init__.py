"""What is the legal truth of this person or thing, then and now?

One engine for every register: a register is a folder of data, its records have a legal
history of signed changes, and nothing is read without right, purpose and a trace.
"""

from riik.registers.checks import Outcome, check
from riik.registers.component import Changed, RecordAccess, Registers, VerifyAuthority
from riik.registers.definition import load_register
from riik.registers.errors import (
    AuthorityRefused,
    DefinitionRefused,
    HistoryRefused,
    OfficialRefused,
    PurposeRefused,
    RecordRefused,
    RequestRefused,
    RightMissing,
    UnknownSubject,
)
from riik.registers.history import Change, SignedChange, verify
from riik.registers.model import (
    Caller,
    ChangeRequest,
    Holding,
    Look,
    NewRecord,
    Reading,
    RegisterDefinition,
    Statement,
)
from riik.registers.writing import RegisterStore, Writer

__all__ = [
    "AuthorityRefused",
    "Caller",
    "Change",
    "ChangeRequest",
    "Changed",
    "DefinitionRefused",
    "HistoryRefused",
    "Holding",
    "Look",
    "NewRecord",
    "OfficialRefused",
    "Outcome",
    "PurposeRefused",
    "Reading",
    "RecordAccess",
    "RecordRefused",
    "RegisterDefinition",
    "RegisterStore",
    "Registers",
    "RequestRefused",
    "RightMissing",
    "SignedChange",
    "Statement",
    "UnknownSubject",
    "VerifyAuthority",
    "Writer",
    "check",
    "load_register",
    "verify",
]
