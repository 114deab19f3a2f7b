"""Where logs, looks and a witness's memory are kept: SQL on SQLite and PostgreSQL alike.

Entries wait without a position until the one sequencer gives it to them (`log`). A tile is
one row that grows until it is full; every partial tile is a beginning of it. Who may read
what is decided elsewhere.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from riik.core import SubjectId, Work
from riik.transparency.component import Group
from riik.transparency.errors import LogUnavailable
from riik.transparency.merkle import HASH_BYTES, CompactRange

__all__ = ["LogStore", "LookStore", "WitnessStore"]

MOST_FORKS = 100
GROUP = Group._fields
MOST_AT_ONCE = 500  # SQLite's variables in one statement are limited
METADATA = MetaData()

ENTRY = Table(
    "transparency_entry",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("entry", Text),
    Column("content", LargeBinary),
    Column("position", BigInteger),
)
ACCESS = Table(
    "transparency_access",
    METADATA,
    Column("entry", Text, primary_key=True),
    Column("subject", Text),
    Column("at_utc", Text),
    Column("sealed", LargeBinary),
)
UNCOUNTED = Table(
    "transparency_uncounted",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("day", Text),
    Column("service", Text),
    Column("reader", Text),
    Column("purpose", Text),
)
COUNTED = Table(
    "transparency_counted",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("looks", BigInteger),
)
TILE = Table(
    "transparency_tile",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("content", LargeBinary),
)
HEAD = Table(
    "transparency_head",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("size", BigInteger),
    Column("nodes", LargeBinary),
)
CHECKPOINT = Table(
    "transparency_checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True),
    Column("note", LargeBinary),
    Column("published", Boolean),
)
WITNESSED = Table(
    "transparency_witnessed",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger),
    Column("note", LargeBinary),
)
FORK = Table(
    "transparency_fork",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("note", LargeBinary),
    Column("latest", LargeBinary),
)

# Statements of every look are made once: making them costs more than running them.
ADD_ENTRY = insert(ENTRY)
POSITIONS_OF = select(ENTRY.c.entry, ENTRY.c.position).where(
    ENTRY.c.entry.in_(bindparam("some", expanding=True))
)
ADD_ACCESS = insert(ACCESS)
ADD_UNCOUNTED = insert(UNCOUNTED)
PLACE_ENTRY = (
    update(ENTRY)
    .where(and_(ENTRY.c.sequence == bindparam("of"), ENTRY.c.position.is_(None)))
    .values(position=bindparam("at"), content=None)
)


@dataclass(frozen=True, slots=True)
class LogStore:
    """Entries, tiles and tree heads of one node's log."""

    def add(self, entry: str, content: bytes, *, work: Work) -> None:
        """Keep an entry that has no position yet."""
        work.execute(ADD_ENTRY, {"entry": entry, "content": content})

    def positions(self, entries: Collection[str], *, work: Work) -> dict[str, int | None]:
        """The positions of those of these entries that there are; None for one without."""
        wanted = list(entries)
        found: dict[str, int | None] = {}
        for start in range(0, len(wanted), MOST_AT_ONCE):
            some = wanted[start : start + MOST_AT_ONCE]
            rows = work.execute(POSITIONS_OF, {"some": some})
            found |= {row.entry: row.position for row in rows}
        return found

    def waiting(self, limit: int, *, work: Work) -> list[tuple[int, bytes]]:
        """The oldest entries without a position: (sequence, content)."""
        query = (
            select(ENTRY.c.sequence, ENTRY.c.content)
            .where(ENTRY.c.position.is_(None))
            .order_by(ENTRY.c.sequence)
            .limit(limit)
        )
        return [(row.sequence, row.content) for row in work.execute(query)]

    def place(self, sequences: Sequence[int], *, first: int, work: Work) -> None:
        """Give entries their positions, one after the other from ``first`` on."""
        rows = [{"of": of, "at": first + n} for n, of in enumerate(sequences)]
        work.execute(PLACE_ENTRY, rows)

    def head(self, *, work: Work) -> CompactRange:
        """How far the log is integrated; an empty tree at first."""
        row = work.execute(select(HEAD.c.size, HEAD.c.nodes)).first()
        if row is None:
            return CompactRange()
        starts = range(0, len(row.nodes), HASH_BYTES)
        return CompactRange(row.size, tuple(row.nodes[at : at + HASH_BYTES] for at in starts))

    def move_head(self, old_size: int, head: CompactRange, *, work: Work) -> None:
        """Move the head on, unless another sequencer has moved it since it was read.

        Raises:
            LogUnavailable: For ``another-sequencer``; the unit must be rolled back.
        """
        values: dict[str, Any] = {"size": head.size, "nodes": b"".join(head.nodes)}
        if old_size == 0:
            moved = self._first_head(values, work=work)
        else:
            statement = update(HEAD).where(HEAD.c.size == old_size).values(**values)
            moved = work.execute(statement).rowcount == 1
        if not moved:
            raise LogUnavailable("another sequencer is at work", why="another-sequencer")

    def _first_head(self, values: dict[str, Any], *, work: Work) -> bool:
        try:
            work.execute(insert(HEAD).values(one=1, **values))
        except IntegrityError:
            return False
        return True

    def tile(self, level: int, number: int, *, work: Work) -> bytes:
        """What a tile or bundle holds so far; nothing when there is none."""
        query = select(TILE.c.content).where(TILE.c.level == level, TILE.c.number == number)
        return bytes(work.execute(query).scalar() or b"")

    def write_tiles(self, tiles: Mapping[tuple[int, int], bytes], *, work: Work) -> None:
        """Write tiles by level and number, whether they are new or have grown."""
        levels = {level for level, _ in tiles}
        lowest = {level: min(n for at, n in tiles if at == level) for level in levels}
        # Only the first tile of a level can stand there already, partly filled.
        for level, number in lowest.items():
            work.execute(delete(TILE).where(TILE.c.level == level, TILE.c.number == number))
        rows = [{"level": at, "number": n, "content": c} for (at, n), c in tiles.items()]
        work.execute(insert(TILE), rows)

    def latest(self, *, published: bool, work: Work) -> tuple[bytes, bool] | None:
        """The largest tree head and whether it is published; or the largest published."""
        query = select(CHECKPOINT.c.note, CHECKPOINT.c.published)
        if published:
            query = query.where(CHECKPOINT.c.published.is_(True))
        row = work.execute(query.order_by(CHECKPOINT.c.size.desc()).limit(1)).first()
        return (bytes(row.note), bool(row.published)) if row else None

    def keep_checkpoint(self, size: int, note: bytes, *, published: bool, work: Work) -> None:
        """Keep a tree head of this size; published ones replace unpublished before them."""
        gone = CHECKPOINT.c.published.is_(False) & (CHECKPOINT.c.size < size)
        work.execute(delete(CHECKPOINT).where(CHECKPOINT.c.size == size))
        work.execute(insert(CHECKPOINT).values(size=size, note=note, published=published))
        if published:
            work.execute(delete(CHECKPOINT).where(gone))


@dataclass(frozen=True, slots=True)
class LookStore:
    """Sealed access records, by the person whose data were looked at."""

    def add(
        self, entry: str, *, subject: SubjectId, at_utc: str, sealed: bytes, work: Work
    ) -> None:
        """Keep the record of one look."""
        row = {"entry": entry, "subject": subject, "at_utc": at_utc, "sealed": sealed}
        work.execute(ADD_ACCESS, row)

    def of_subject(
        self, subject: SubjectId, *, start: str, end: str, offset: int, limit: int, work: Work
    ) -> tuple[int, list[tuple[str, bytes]]]:
        """How many looks in the period, and one page of them, newest first.

        Args:
            subject: Whose.
            start: First moment, as `riik.core.to_text` writes it.
            end: The moment after the last.
            offset: How many of the newest to pass over.
            limit: How many to answer.
            work: A unit that reads.
        """
        mine = and_(ACCESS.c.subject == subject, ACCESS.c.at_utc >= start, ACCESS.c.at_utc < end)
        total = work.execute(select(func.count()).select_from(ACCESS).where(mine)).scalar_one()
        page = (
            select(ACCESS.c.entry, ACCESS.c.sealed)
            .where(mine)
            .order_by(ACCESS.c.at_utc.desc(), ACCESS.c.entry.desc())
            .offset(offset)
            .limit(limit)
        )
        return total, [(row.entry, bytes(row.sealed)) for row in work.execute(page)]

    def sealed(self, entry: str, *, subject: SubjectId, work: Work) -> bytes | None:
        """One sealed record, if it is this person's."""
        query = select(ACCESS.c.sealed).where(ACCESS.c.entry == entry, ACCESS.c.subject == subject)
        found = work.execute(query).scalar()
        return bytes(found) if found is not None else None

    def note(self, group: Group, *, work: Work) -> None:
        """Note that there was one more look of this kind: a row of its own, so nobody waits."""
        work.execute(ADD_UNCOUNTED, dict(zip(GROUP, group, strict=True)))

    def count(self, *, most: int, work: Work) -> int:
        """Count what was noted, the oldest first; answers how many notes that were."""
        oldest = select(UNCOUNTED.c.sequence).order_by(UNCOUNTED.c.sequence).limit(most)
        # One statement takes away exactly what it tells: a look that is committed meanwhile stays.
        taken = delete(UNCOUNTED).where(UNCOUNTED.c.sequence.in_(oldest))
        rows = work.execute(taken.returning(*(UNCOUNTED.c[name] for name in GROUP))).all()
        for group, looks in Counter(Group(*row) for row in rows).items():
            self._add(group, looks, work=work)
        return len(rows)

    def counts(self, since: str, *, work: Work) -> list[tuple[Group, int]]:
        """How many looks of each kind there were from that day on, counted already or not."""
        noted = [UNCOUNTED.c[name] for name in GROUP]
        fresh = select(*noted, func.count()).where(UNCOUNTED.c.day >= since).group_by(*noted)
        kept = select(*(COUNTED.c[name] for name in GROUP), COUNTED.c.looks)
        rows = [*work.execute(fresh), *work.execute(kept.where(COUNTED.c.day >= since))]
        return [(Group(*group), looks) for *group, looks in rows]

    def _add(self, group: Group, looks: int, *, work: Work) -> None:
        this = and_(*(COUNTED.c[name] == value for name, value in zip(GROUP, group, strict=True)))
        more = update(COUNTED).where(this).values(looks=COUNTED.c.looks + looks)
        if not work.execute(more).rowcount:
            values = dict(zip(GROUP, group, strict=True))
            work.execute(insert(COUNTED).values(**values, looks=looks))


@dataclass(frozen=True, slots=True)
class WitnessStore:
    """What a witness cosigned last for each log, and the forks that it was shown."""

    def latest(self, origin: str, *, work: Work) -> tuple[int, bytes] | None:
        """Size and note of the latest tree head cosigned for this log."""
        query = select(WITNESSED.c.size, WITNESSED.c.note).where(WITNESSED.c.origin == origin)
        row = work.execute(query).first()
        return (row.size, bytes(row.note)) if row else None

    def remember(
        self, origin: str, *, old_size: int | None, size: int, note: bytes, work: Work
    ) -> None:
        """Move on from the size that was read in this unit; None for a log's first.

        Raises:
            LogUnavailable: For ``another-request``, which was faster; roll the unit back.
        """
        if old_size is None:
            try:
                work.execute(insert(WITNESSED).values(origin=origin, size=size, note=note))
            except IntegrityError as error:
                raise LogUnavailable("another request was faster", why="another-request") from error
            return
        mine = and_(WITNESSED.c.origin == origin, WITNESSED.c.size == old_size)
        moved = work.execute(update(WITNESSED).where(mine).values(size=size, note=note))
        if moved.rowcount != 1:
            raise LogUnavailable("another request was faster", why="another-request")

    def keep_fork(self, origin: str, *, size: int, note: bytes, latest: bytes, work: Work) -> None:
        """Keep the first inconsistent tree head of each size, with what it contradicts."""
        sizes = set(work.execute(select(FORK.c.size).where(FORK.c.origin == origin)).scalars())
        if size not in sizes and len(sizes) < MOST_FORKS:
            row = {"origin": origin, "size": size, "note": note, "latest": latest}
            work.execute(insert(FORK).values(**row))

    def forks(self, origin: str, *, work: Work) -> list[tuple[bytes, bytes]]:
        """Inconsistent tree heads that the log signed, each with the one it contradicts."""
        query = select(FORK.c.note, FORK.c.latest).where(FORK.c.origin == origin)
        return [(bytes(r.note), bytes(r.latest)) for r in work.execute(query.order_by(FORK.c.size))]
