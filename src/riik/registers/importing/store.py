"""Tables of imports: runs and their batches; and what imports look up among the records."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from riik.core import SubjectId, Work
from riik.registers.errors import RecordRefused
from riik.registers.importing.model import RUNNING, Made, Run
from riik.registers.rows import RecordRow

__all__ = ["SqlImportStore"]

_tables = MetaData()

_run = Table(
    "registers_import",
    _tables,
    Column("run", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("rejected_bytes", Integer, nullable=False),
    Column("counts", LargeBinary, nullable=False),
)
_batch = Table(
    "registers_import_batch",
    _tables,
    Column("run", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("records", LargeBinary, nullable=False),
    Column("undone", Integer, nullable=False),
)

# The registers' own tables, as far as imports look into them; `registers.store` writes them.
_change = table("registers_change", *map(column, ("record", "position", "register", "wish")))
_record = table(
    "registers_record",
    *map(column, ("record", "register", "subject", "head_position", "head_digest", "head_at")),
)

_MOST_AT_ONCE, _MOST_RANGES = 500, 100
_ID, _ENTRY = 16, 20

# Built once: every batch asks them, twice for a thousand rows.
_WISHES = select(_change.c.wish).where(
    _change.c.register == bindparam("register"),
    _change.c.wish.in_(bindparam("some", expanding=True)),
)
_RECORDS_OF = select(_record).where(
    _record.c.register == bindparam("register"),
    _record.c.subject.in_(bindparam("some", expanding=True)),
)
_BEGUN_SO = select(_change.c.wish).where(
    _change.c.register == bindparam("register"),
    or_(
        *(
            _change.c.wish.between(bindparam(f"from{n}"), bindparam(f"to{n}"))
            for n in range(_MOST_RANGES)
        )
    ),
)
_HEADS = select(_record).where(_record.c.record.in_(bindparam("some", expanding=True)))
_FREED = (
    update(_change)
    .where(_change.c.record == bindparam("of"), _change.c.position == bindparam("at"))
    .values(wish=None)
)


class SqlImportStore:
    """Keeps runs in SQL, beside the registers they write to."""

    def run(self, run: str, *, work: Work) -> Run | None:
        """One run."""
        row = work.execute(select(_run).where(_run.c.run == run)).mappings().first()
        return Run(**row) if row else None

    def unfinished(self, register: str, source: str, *, work: Work) -> Run | None:
        """The run of this source that was cut off, if there is one."""
        chosen = (
            (_run.c.register == register) & (_run.c.source == source) & (_run.c.state == RUNNING)
        )
        row = work.execute(select(_run).where(chosen)).mappings().first()
        return Run(**row) if row else None

    def begin(self, run: Run, *, work: Work) -> None:
        """Keep a new run."""
        work.execute(insert(_run), asdict(run))

    def move(self, run: Run, *, after: Run, work: Work) -> bool:
        """Keep how far a run has come, and its state; false when it is elsewhere by now."""
        values = {
            "state": run.state,
            "position": run.position,
            "rejected_bytes": run.rejected_bytes,
            "counts": run.counts,
        }
        stands = (
            (_run.c.run == run.run)
            & (_run.c.position == after.position)
            & (_run.c.state == after.state)
        )
        return bool(work.execute(update(_run).where(stands).values(values)).rowcount == 1)

    def add_batch(self, run: str, made: Sequence[Made], *, work: Work) -> None:
        """Keep which records a batch wrote."""
        last = select(func.coalesce(func.max(_batch.c.number), -1)).where(_batch.c.run == run)
        number = int(work.execute(last).scalar()) + 1
        entries = (bytes.fromhex(one.record) + one.position.to_bytes(4, "big") for one in made)
        row = {"run": run, "number": number, "records": b"".join(entries), "undone": 0}
        try:
            work.execute(insert(_batch), row)
        except IntegrityError as error:
            raise RecordRefused("another process wrote this batch", why="raced") from error

    def batches(self, run: str, *, work: Work) -> list[tuple[int, tuple[Made, ...]]]:
        """The batches of a run that aren't undone yet, in order."""
        chosen = (_batch.c.run == run) & (_batch.c.undone == 0)
        query = select(_batch.c.number, _batch.c.records).where(chosen).order_by(_batch.c.number)
        return [(row.number, _entries(bytes(row.records))) for row in work.execute(query)]

    def undo_batch(self, run: str, number: int, *, work: Work) -> None:
        """Say that a batch is undone."""
        chosen = (_batch.c.run == run) & (_batch.c.number == number)
        work.execute(update(_batch).where(chosen).values(undone=1))

    def wishes(self, register: str, wishes: Sequence[str], *, work: Work) -> set[str]:
        """Those of these wishes that a change already fulfilled."""
        found: set[str] = set()
        for some in _portions(wishes):
            rows = work.execute(_WISHES, {"register": register, "some": some})
            found.update(str(row.wish) for row in rows)
        return found

    def begun_so(self, register: str, keys: Sequence[str], *, work: Work) -> set[str]:
        """Those of these keys with which a wish begins; after a key comes a space or nothing."""
        found: set[str] = set()
        for some in _portions(keys, _MOST_RANGES):
            # The statement is always the same: the last key stands for those that are not there.
            padded = [*some, *[some[-1]] * (_MOST_RANGES - len(some))]
            sent = {f"from{n}": key for n, key in enumerate(padded)}
            sent |= {f"to{n}": f"{key}~" for n, key in enumerate(padded)}
            rows = work.execute(_BEGUN_SO, {"register": register, **sent})
            # "import KEY WHOLE": its first two words are the key.
            found.update(" ".join(str(row.wish).split(" ")[:2]) for row in rows)
        return found

    def free_wishes(self, made: Sequence[Made], *, work: Work) -> None:
        """Let rows be imported again whose records were taken back."""
        work.execute(_FREED, [{"of": one.record, "at": one.position} for one in made])

    def heads(self, records: Sequence[str], *, work: Work) -> list[RecordRow]:
        """Records with their last change."""
        return [
            _head(row)
            for some in _portions(records)
            for row in work.execute(_HEADS, {"some": some}).mappings()
        ]

    def records_of(
        self, register: str, subjects: Sequence[SubjectId], *, work: Work
    ) -> list[RecordRow]:
        """All records of these subjects in one register."""
        return [
            _head(row)
            for some in _portions(subjects)
            for row in work.execute(_RECORDS_OF, {"register": register, "some": some}).mappings()
        ]


def _portions(values: Sequence[str], most: int = _MOST_AT_ONCE) -> list[list[str]]:
    return [list(values[n : n + most]) for n in range(0, len(values), most)]


def _head(row: object) -> RecordRow:
    return RecordRow(**row)  # type: ignore[arg-type]


def _entries(held: bytes) -> tuple[Made, ...]:
    return tuple(
        Made(held[n : n + _ID].hex(), int.from_bytes(held[n + _ID : n + _ENTRY], "big"))
        for n in range(0, len(held), _ENTRY)
    )
