"""Tables of registers, their rows sealed; and the files of a register's folder.

What is personal comes here sealed; this module knows bytes, places and times only.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    column,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from riik.core import SubjectId, Work
from riik.formats.canonical_json import encode
from riik.registers.errors import RecordRefused
from riik.registers.rows import STILL_KNOWN, ChangeRow, IndexRow, RecordRow, VersionRow

__all__ = ["SqlRegisterStore", "read_folder"]

_tables = MetaData()

_record = Table(
    "registers_record",
    _tables,
    Column("record", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("head_position", Integer, nullable=False),
    Column("head_digest", Text, nullable=False),
    Column("head_at", Text, nullable=False),
    Index("registers_record_of_subject", "subject", "register"),
)
_change = Table(
    "registers_change",
    _tables,
    Column("record", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("register", Text, nullable=False),
    Column("wish", Text),
    Column("digest", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("registers_change_of_wish", "register", "wish", unique=True),
)
_version = Table(
    "registers_version",
    _tables,
    Column("record", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("alive", Integer, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("known_from", Text, nullable=False),
    Column("known_to", Text, nullable=False),
    Column("plain", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("edition", Text, nullable=False),
    Index("registers_version_known", "record", "known_to"),
)
_index = Table(
    "registers_index",
    _tables,
    Column("register", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("blind", LargeBinary, primary_key=True),
    Column("record", Text, primary_key=True),
    Index("registers_index_of_record", "record"),
)

# What followers are told; `following.store` reads it.
_feed = table("registers_feed", column("register"), column("last", Integer))
_event = table(
    "registers_event",
    *map(
        column,
        ("register", "number", "record", "position", "subject", "kind", "fields", "valid_from"),
    ),
    column("at"),
)


class SqlRegisterStore:
    """Keeps registers in SQL."""

    def record(self, record: str, *, work: Work) -> RecordRow | None:
        """A record by its id, or None."""
        found = _records(work, select(_record).where(_record.c.record == record))
        return found[0] if found else None

    def records_of(self, register: str, subject: SubjectId, *, work: Work) -> list[RecordRow]:
        """One subject's records in one register, in the order of their ids."""
        chosen = (_record.c.subject == subject) & (_record.c.register == register)
        return _records(work, select(_record).where(chosen).order_by(_record.c.record))

    def records_in(self, register: str, *, most: int, work: Work) -> list[RecordRow]:
        """The records of a register, at most so many, in the order of their ids."""
        query = select(_record).where(_record.c.register == register)
        return _records(work, query.order_by(_record.c.record).limit(most))

    def any_record_of(self, register: str, subjects: Sequence[SubjectId], *, work: Work) -> bool:
        """Does any of these subjects have a record in this register?"""
        for start in range(0, len(subjects), 500):
            some = _record.c.subject.in_(subjects[start : start + 500])
            query = select(_record.c.record).where(some & (_record.c.register == register))
            if work.execute(query.limit(1)).first() is not None:
                return True
        return False

    def records_with(
        self, register: str, field: str, blind: bytes, *, work: Work
    ) -> list[RecordRow]:
        """Records that have or had a value in an indexed field."""
        found = (
            (_index.c.register == register) & (_index.c.field == field) & (_index.c.blind == blind)
        )
        query = select(_record).join(_index, _index.c.record == _record.c.record).where(found)
        return _records(work, query.order_by(_record.c.record))

    def known_versions(self, record: str, *, work: Work) -> list[VersionRow]:
        """What holds in the present knowledge, in order of days."""
        chosen = (_version.c.record == record) & (_version.c.known_to == STILL_KNOWN)
        return _versions(work, select(_version).where(chosen).order_by(_version.c.valid_from))

    def versions_at(
        self, records: Sequence[str], *, as_of: str, known_at: str | None, work: Work
    ) -> list[VersionRow]:
        """The version of each record on a day, as known at a moment (None: now)."""
        query = select(_version).where(
            _version.c.record.in_(records),
            _version.c.valid_from <= as_of,
            _version.c.valid_to > as_of,
        )
        if known_at is None:
            query = query.where(_version.c.known_to == STILL_KNOWN)
        else:
            query = query.where(_version.c.known_from <= known_at, _version.c.known_to > known_at)
        return _versions(work, query.order_by(_version.c.known_from))

    def changes(self, record: str, *, work: Work) -> list[ChangeRow]:
        """A record's changes from the first."""
        query = select(_change).where(_change.c.record == record).order_by(_change.c.position)
        return [ChangeRow(**row) for row in work.execute(query).mappings()]

    def wish(self, register: str, wish: str, *, work: Work) -> tuple[str, int] | None:
        """Record and position of the change that a message already made."""
        chosen = (_change.c.register == register) & (_change.c.wish == wish)
        row = work.execute(select(_change.c.record, _change.c.position).where(chosen)).first()
        return (row.record, row.position) if row else None

    def number_event(self, event: Mapping[str, Any], *, at: str, work: Work) -> int:
        """Number an event of a register that somebody follows; 0 where nobody ever did.

        The counter's row is held until the commit: later numbers are seen after earlier ones.
        """
        mine = _feed.c.register == event["register"]
        if not work.execute(update(_feed).where(mine).values(last=_feed.c.last + 1)).rowcount:
            return 0
        number = int(work.execute(select(_feed.c.last).where(mine)).scalar_one())
        row = {**event, "fields": encode(event["fields"]).decode(), "number": number, "at": at}
        work.execute(insert(_event).values(**row))
        return number

    def insert_records(self, rows: Sequence[RecordRow], *, work: Work) -> None:
        """Write new records."""
        _insert(work, _record, rows)

    def insert_changes(self, rows: Sequence[ChangeRow], *, work: Work) -> None:
        """Append changes."""
        _insert(work, _change, rows)

    def insert_versions(self, rows: Sequence[VersionRow], *, work: Work) -> None:
        """Write versions that are known from now on."""
        _insert(work, _version, rows)

    def insert_index(self, rows: Sequence[IndexRow], *, work: Work) -> None:
        """Write blind indexes that aren't there yet."""
        _insert(work, _index, rows)

    def indexed(self, record: str, *, work: Work) -> set[tuple[str, bytes]]:
        """Fields and blind indexes that a record has."""
        query = select(_index.c.field, _index.c.blind).where(_index.c.record == record)
        return {(row.field, bytes(row.blind)) for row in work.execute(query)}

    def move_head(self, row: RecordRow, *, after: int, work: Work) -> bool:
        """Name the record's new last change; false when somebody else was quicker."""
        chosen = (_record.c.record == row.record) & (_record.c.head_position == after)
        moved = update(_record).where(chosen)
        values = {
            "head_position": row.head_position,
            "head_digest": row.head_digest,
            "head_at": row.head_at,
        }
        return bool(work.execute(moved.values(values)).rowcount == 1)

    def forget_versions(
        self, record: str, starts: Iterable[str], *, known_to: str, work: Work
    ) -> None:
        """Say until when versions that begin on these days were known."""
        known = (_version.c.record == record) & (_version.c.known_to == STILL_KNOWN)
        replaced = update(_version).where(known, _version.c.valid_from.in_(list(starts)))
        work.execute(replaced.values(known_to=known_to))


def read_folder(folder: Path | Traversable) -> Mapping[str, bytes]:
    """The files of a register's folder by their path in it; hidden files are left out."""
    files: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            files |= {f"{entry.name}/{name}": held for name, held in read_folder(entry).items()}
        else:
            files[entry.name] = entry.read_bytes()
    return files


def _records(work: Work, query: object) -> list[RecordRow]:
    return [
        RecordRow(**{**row, "subject": SubjectId(row["subject"])})
        for row in work.execute(query).mappings()
    ]


def _versions(work: Work, query: object) -> list[VersionRow]:
    return [VersionRow(**row) for row in work.execute(query).mappings()]


def _insert(
    work: Work,
    table: Table,
    rows: Sequence[RecordRow | ChangeRow | VersionRow | IndexRow],
) -> None:
    if rows:
        try:
            work.insert_many(table.name, rows[0]._fields, rows)
        except IntegrityError as error:
            # The same wish, or the same place in a chain, was written meanwhile.
            raise RecordRefused("another change came in between", why="raced") from error
