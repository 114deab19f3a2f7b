"""The rows that registers keep, as values between what decides and the tables.

Days and moments are text, so that text order is time order; personal values are sealed. They are
tuples in the order of their columns: an import makes a hundred thousand a second of them.
"""

from typing import Final, NamedTuple

from riik.core import SubjectId

__all__ = ["STILL_KNOWN", "ChangeRow", "IndexRow", "Opening", "RecordRow", "VersionRow"]

STILL_KNOWN: Final = "9"
"""The end of a knowledge that still stands: after every RFC 3339 time of these millennia."""


class RecordRow(NamedTuple):
    """A record and the last change in its chain."""

    record: str
    register: str
    subject: SubjectId
    head_position: int
    head_digest: str
    head_at: str


class ChangeRow(NamedTuple):
    """A signed change, sealed; `wish` names caller and message, or is None."""

    record: str
    position: int
    register: str
    wish: str | None
    digest: str
    signature: bytes
    sealed: bytes


class VersionRow(NamedTuple):
    """A version in two times; days and moments as text, so that text order is time order.

    `edition` is the register's version under which it was written, empty when none was kept.
    """

    record: str
    position: int
    part: int
    alive: int
    valid_from: str
    valid_to: str
    known_from: str
    known_to: str
    plain: str
    sealed: bytes
    edition: str = ""


class IndexRow(NamedTuple):
    """A blind index of a value that a record has or had."""

    register: str
    field: str
    blind: bytes
    record: str


class Opening(NamedTuple):
    """A new record that is ready to be written: signed, sealed and indexed."""

    head: RecordRow
    change: ChangeRow
    version: VersionRow
    blinds: tuple[IndexRow, ...] = ()
