"""What may go wrong with registers, their definitions and their history.

Refused
├── DefinitionRefused   a register's folder is wrong; nothing of it runs
├── RightMissing        this client has no right to this offer, or not to these fields
├── PurposeRefused      no purpose or legal basis, or one that the right doesn't name
├── AuthorityRefused    the person's signed statement is missing or is about something else
├── RequestRefused      the question itself is malformed
├── OfficialRefused     no official of the owner, or not in this matter
├── CorrectionAnswered  somebody answered this request already
├── CorrectionsTooMany  this person said enough for one day
├── UnknownSubject      the register has no such record
├── ImportRefused       a table can't be imported as it is, or a run can't be undone
├── RecordRefused       the record would not be what its schema and its history allow
└── HistoryRefused      a change is not what was signed, or doesn't follow the one before
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "AuthorityRefused",
    "CorrectionAnswered",
    "CorrectionsTooMany",
    "DefinitionRefused",
    "HistoryRefused",
    "ImportRefused",
    "OfficialRefused",
    "PurposeRefused",
    "RecordRefused",
    "RequestRefused",
    "RightMissing",
    "SourceUnavailable",
    "UnknownSubject",
]


class DefinitionRefused(Refused):
    """A register's folder is wrong; nothing of it runs."""

    code = "registers.definition-refused"


class RightMissing(Refused):
    """This client has no right to this offer, or not to these fields."""

    code = "registers.right-missing"


class PurposeRefused(Refused):
    """No purpose or legal basis was given, or one that no right of this client names."""

    code = "registers.purpose-refused"


class AuthorityRefused(Refused):
    """The person's signed statement is missing, or is about somebody or something else."""

    code = "registers.authority-refused"


class RequestRefused(Refused):
    """The question itself is malformed."""

    code = "registers.request-refused"


class UnknownSubject(Refused):
    """The register has no such record."""

    code = "registers.unknown-subject"


class OfficialRefused(Refused):
    """This person is no official of the register's owner, or not in this matter."""

    code = "registers.official-refused"
    status: ClassVar[int] = 403


class CorrectionAnswered(Refused):
    """Somebody answered this request already."""

    code = "registers.correction-answered"
    status: ClassVar[int] = 409


class ImportRefused(Refused):
    """A table can't be imported as it is, or a run can't be resumed or undone."""

    code = "registers.import-refused"


class SourceUnavailable(Unavailable):
    """The table that this register reads in place can't answer now.

    Why: ``down``, ``slow``, ``changed`` (its columns, or what stands in them) or ``rows``.
    """

    code = "registers.source-unavailable"


class CorrectionsTooMany(Refused):
    """This person said against their records here as often as one may within a day."""

    code = "registers.corrections-too-many"
    status: ClassVar[int] = 429


class RecordRefused(Refused):
    """The record would not be what its schema and its history allow."""

    code = "registers.record-refused"


class HistoryRefused(Refused):
    """A change is not what was signed, or doesn't follow the one before it."""

    code = "registers.history-refused"
