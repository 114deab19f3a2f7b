"""The values of imports: a run, and one batch of what it wrote; and the ports they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from riik.core import SubjectId, Work
from riik.registers.importing.table import Row
from riik.registers.rows import RecordRow

__all__ = [
    "DONE",
    "RUNNING",
    "UNDOING",
    "UNDONE",
    "ImportStore",
    "Made",
    "Rejects",
    "Run",
    "Source",
]

RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One import.

    Attributes:
        run: Its id.
        register: The register.
        source: Digest of the file.
        mapping: Digest of the mapping.
        ground: The law that opened records name.
        state: ``running``, ``done``, ``undoing`` or ``undone``.
        began_at: When, RFC 3339.
        position: How many rows are dealt with for good.
        rejected_bytes: How long the file of rejected rows was then.
        counts: The report, JSON.
    """

    run: str
    register: str
    source: str
    mapping: str
    ground: str
    state: str
    began_at: str
    position: int
    rejected_bytes: int
    counts: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A record that a run wrote, and the position of its change."""

    record: str
    position: int


class Source(Protocol):
    """A table to read: `client` opens files and databases.

    ``ordered`` says that the same rows come in the same order whenever it is read.
    """

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def digest(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def ordered(self) -> bool: ...
    def rows(self) -> Iterator[Row]: ...
    def check(self) -> None: ...


class Rejects(Protocol):
    """Where rejected rows go: `client.RejectedFile` is a file."""

    def cut(self, length: int, /) -> None: ...
    def write(self, row: Row, reasons: Sequence[str], /) -> None: ...
    def flush(self) -> int: ...


class ImportStore(Protocol):
    """What imports need kept and found; `store.SqlImportStore` does it in SQL."""

    def run(self, run: str, *, work: Work) -> Run | None: ...
    def unfinished(self, register: str, source: str, *, work: Work) -> Run | None: ...
    def begin(self, run: Run, *, work: Work) -> None: ...
    def move(self, run: Run, *, after: Run, work: Work) -> bool: ...
    def add_batch(self, run: str, made: Sequence[Made], *, work: Work) -> None: ...
    def batches(self, run: str, *, work: Work) -> list[tuple[int, tuple[Made, ...]]]: ...
    def undo_batch(self, run: str, number: int, *, work: Work) -> None: ...
    def wishes(self, register: str, wishes: Sequence[str], *, work: Work) -> set[str]: ...
    def begun_so(self, register: str, keys: Sequence[str], *, work: Work) -> set[str]: ...
    def free_wishes(self, made: Sequence[Made], *, work: Work) -> None: ...
    def heads(self, records: Sequence[str], *, work: Work) -> list[RecordRow]: ...
    def records_of(
        self, register: str, subjects: Sequence[SubjectId], *, work: Work
    ) -> list[RecordRow]: ...
