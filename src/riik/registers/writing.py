"""How a change is written: signed, chained, sealed, indexed and told, in one unit of work.

What a change makes of a record is `history`; the tables are `store`, which this module
knows as a shape only. Values go to the store sealed under their person's key; what the
schema says isn't personal stays readable, so that it can be searched and counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from riik.core import Clock, Entropy, Outbox, SubjectId, Vault, Work, from_text
from riik.formats.canonical_json import decode, encode
from riik.registers.errors import RecordRefused
from riik.registers.folder.steps import upgrade
from riik.registers.history import (
    FOREVER,
    Change,
    SignedChange,
    Version,
    advance,
    moment_text,
    next_moment,
    sign,
)
from riik.registers.model import Holding, Kind
from riik.registers.rows import STILL_KNOWN, ChangeRow, IndexRow, Opening, RecordRow, VersionRow
from riik.registers.signing.opening import prepare_openings

__all__ = ["Draft", "Opening", "RegisterStore", "Writer"]

EVENT = "registers.changed"
FEED = "registers.feed"
"""Outbox topic: a register whose changes are followed has a new event; payload: its id."""


class RegisterStore(Protocol):
    """What registers need kept; `store.SqlRegisterStore` keeps it in SQL."""

    def record(self, record: str, *, work: Work) -> RecordRow | None: ...
    def records_of(self, register: str, subject: SubjectId, *, work: Work) -> list[RecordRow]: ...
    def records_in(self, register: str, *, most: int, work: Work) -> list[RecordRow]: ...
    def any_record_of(
        self, register: str, subjects: Sequence[SubjectId], *, work: Work
    ) -> bool: ...
    def records_with(
        self, register: str, field: str, blind: bytes, *, work: Work
    ) -> list[RecordRow]: ...
    def known_versions(self, record: str, *, work: Work) -> list[VersionRow]: ...
    def versions_at(
        self, records: Sequence[str], *, as_of: str, known_at: str | None, work: Work
    ) -> list[VersionRow]: ...
    def changes(self, record: str, *, work: Work) -> list[ChangeRow]: ...
    def wish(self, register: str, wish: str, *, work: Work) -> tuple[str, int] | None: ...
    def indexed(self, record: str, *, work: Work) -> set[tuple[str, bytes]]: ...
    def number_event(self, event: Mapping[str, Any], *, at: str, work: Work) -> int: ...
    def insert_records(self, rows: Sequence[RecordRow], *, work: Work) -> None: ...
    def insert_changes(self, rows: Sequence[ChangeRow], *, work: Work) -> None: ...
    def insert_versions(self, rows: Sequence[VersionRow], *, work: Work) -> None: ...
    def insert_index(self, rows: Sequence[IndexRow], *, work: Work) -> None: ...
    def move_head(self, row: RecordRow, *, after: int, work: Work) -> bool: ...
    def forget_versions(
        self, record: str, starts: Iterable[str], *, known_to: str, work: Work
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change before it has its place in a record's chain.

    Attributes:
        kind: What it does.
        values: Fields and new values; None takes a value away.
        valid_from: First day it holds.
        valid_to: Day after the last; None holds on.
        ground: The law or decision it rests on.
        actor: Who asked for it.
        message_id: Message or case it came with.
        wish: Caller and message, so that a repetition is known; None is never repeated.
    """

    kind: Kind
    values: Mapping[str, Any]
    valid_from: date
    valid_to: date | None = None
    ground: str
    actor: str
    message_id: str = ""
    wish: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes changes of one node's registers."""

    store: RegisterStore
    vault: Vault
    outbox: Outbox
    clock: Clock
    entropy: Entropy

    def open_all(
        self,
        holding: Holding,
        subjects: Sequence[SubjectId],
        drafts: Sequence[Draft],
        *,
        tell: bool,
        work: Work,
    ) -> tuple[str, ...]:
        """Open one record for each draft, in as few statements as there are tables.

        Args:
            holding: The register.
            subjects: Whose records, as many as drafts.
            drafts: What they begin with.
            tell: Whether subscribers are told; the first filling of a register is no news.
            work: The unit of work.

        Raises:
            RecordRefused: For ``schema``.
        """
        openings = self.prepare(holding, subjects, drafts)
        self.insert(openings, work=work)
        if tell:
            for opening, draft in zip(openings, drafts, strict=True):
                self._tell(opening.head, draft, work=work)
        return tuple(opening.head.record for opening in openings)

    def prepare(
        self, holding: Holding, subjects: Sequence[SubjectId], drafts: Sequence[Draft]
    ) -> list[Opening]:
        """Sign, seal and index new records, before any unit of work is open.

        Several are signed together (decision 18).

        Raises:
            RecordRefused: For ``schema``.
        """
        return prepare_openings(
            holding,
            subjects,
            drafts,
            now=self.clock.now(),
            entropy=self.entropy,
            vault=self.vault,
        )

    def insert(self, openings: Sequence[Opening], *, work: Work) -> None:
        """Write records that were prepared, in as few statements as there are tables.

        Raises:
            RecordRefused: For ``raced``: another unit wrote one of these wishes.
        """
        self.store.insert_records([one.head for one in openings], work=work)
        self.store.insert_changes([one.change for one in openings], work=work)
        self.store.insert_versions([one.version for one in openings], work=work)
        index = [row for one in openings for row in one.blinds]
        self.store.insert_index(index, work=work)

    def change(self, holding: Holding, row: RecordRow, draft: Draft, *, work: Work) -> int:
        """Append one change to a record and answer its position.

        Raises:
            RecordRefused: For ``schema``, what `advance` refuses, or ``raced``: another
                change of this record came in between.
        """
        now = self.clock.now()
        change = self._follow(holding, draft, record=row.record, after=row, now=now)
        signed = sign(change, holding.signer)
        known = [
            self._version(holding, row.subject, kept)
            for kept in self.store.known_versions(row.record, work=work)
        ]
        forgotten, made = advance(known, change)
        for version in made:
            if version.alive:
                holding.definition.schema.check(version.values)
        head = _head(row.register, row.subject, signed)
        if not self.store.move_head(head, after=row.head_position, work=work):
            raise RecordRefused("another change came in between", why="raced")
        starts = [version.valid_from.isoformat() for version in forgotten]
        self.store.forget_versions(row.record, starts, known_to=head.head_at, work=work)
        versions = [
            _Placed(row.subject, change, version, part) for part, version in enumerate(made)
        ]
        changes = [_Signed(row.subject, signed, draft.wish)]
        sealed = self._sealed(holding, changes, versions)
        self.store.insert_changes(sealed[0], work=work)
        self.store.insert_versions(sealed[1], work=work)
        self._index(holding, row.record, made, work=work)
        self._tell(head, draft, work=work)
        return change.position

    def open_version(
        self, holding: Holding, subject: SubjectId, row: VersionRow
    ) -> Mapping[str, Any]:
        """A version's values, unsealed, as the register's present version has them."""
        return self._version(holding, subject, row).values

    def open_change(self, subject: SubjectId, row: ChangeRow) -> SignedChange:
        """A kept change, unsealed."""
        content = self.vault.open(subject, row.sealed, context=_change_place(row))
        return SignedChange(Change.from_json(decode(content)), content, row.signature)

    def _follow(
        self,
        holding: Holding,
        draft: Draft,
        *,
        record: str,
        after: RecordRow | None,
        now: datetime,
    ) -> Change:
        """Give a draft its place in a record's chain."""
        last = from_text(after.head_at) if after else None
        return Change(
            register=holding.definition.id,
            record=record,
            position=after.head_position + 1 if after else 0,
            kind=draft.kind,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to or FOREVER,
            recorded_at=next_moment(now, last),
            values=draft.values,
            ground=draft.ground,
            actor=draft.actor,
            message_id=draft.message_id,
            salt=self.entropy.bytes(16).hex(),
            previous=after.head_digest if after else "",
        )

    def _sealed(
        self,
        holding: Holding,
        changes: Sequence["_Signed"],
        versions: Sequence["_Placed"],
    ) -> tuple[list[ChangeRow], list[VersionRow]]:
        """Seal all values at once, each for its person and place, into rows."""
        personal = holding.definition.schema.personal
        values = [
            (one.subject, one.signed.content, _change_place(one.signed.change)) for one in changes
        ]
        values += [
            (one.subject, encode(_those(one.version.values, personal)), _version_place(one))
            for one in versions
        ]
        sealed = self.vault.seal_many(values)
        kept = [_change_row(one, held) for one, held in zip(changes, sealed, strict=False)]
        of_versions = zip(versions, sealed[len(kept) :], strict=True)
        edition = holding.definition.version
        return kept, [
            _version_row(one, held, personal=personal, edition=edition) for one, held in of_versions
        ]

    def _version(self, holding: Holding, subject: SubjectId, row: VersionRow) -> Version:
        personal = decode(self.vault.open(subject, row.sealed, context=_version_place(row)))
        values = {**decode(row.plain.encode()), **personal}
        written = row.edition or holding.oldest
        return Version(
            values=upgrade(values, written=written, definition=holding.definition),
            alive=bool(row.alive),
            valid_from=date.fromisoformat(row.valid_from),
            valid_to=date.fromisoformat(row.valid_to),
        )

    def _index(
        self, holding: Holding, record: str, versions: Iterable[Version], *, work: Work
    ) -> None:
        """Index values that are new; what a record once had stays findable."""
        if not holding.definition.schema.indexed:
            return
        known = self.store.indexed(record, work=work)
        rows = {
            (row.field, row.blind): row
            for version in versions
            for row in self._index_rows(holding, record, version.values)
        }
        fresh = [row for key, row in rows.items() if key not in known]
        self.store.insert_index(fresh, work=work)

    def _index_rows(
        self, holding: Holding, record: str, values: Mapping[str, Any]
    ) -> list[IndexRow]:
        register = holding.definition.id
        return [
            IndexRow(
                register=register,
                field=name,
                blind=self.vault.blind(str(values[name]), field=f"{register}/{name}"),
                record=record,
            )
            for name in holding.definition.schema.indexed
            if name in values
        ]

    def _tell(self, head: RecordRow, draft: Draft, *, work: Work) -> None:
        """Put the event: what changed and where, never a value."""
        event = {
            "register": head.register,
            "record": head.record,
            "position": head.head_position,
            "subject": head.subject,
            "kind": draft.kind.value,
            "fields": sorted(draft.values),
            "valid_from": draft.valid_from.isoformat(),
        }
        key = f"{head.record}/{head.head_position}"
        self.outbox.put(EVENT, key, encode(event), work=work)
        number = self.store.number_event(event, at=head.head_at, work=work)
        if number:
            feed = head.register.encode()
            self.outbox.put(FEED, f"{head.register}/{number}", feed, work=work)


@dataclass(frozen=True, slots=True)
class _Signed:
    """A signed change, whose it is, and the wish that it fulfils."""

    subject: SubjectId
    signed: SignedChange
    wish: str | None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A version, whose it is, and its place: the change that made it, and its part of it."""

    subject: SubjectId
    change: Change
    version: Version
    part: int

    @property
    def record(self) -> str:
        return self.change.record

    @property
    def position(self) -> int:
        return self.change.position


def _change_row(one: _Signed, sealed: bytes) -> ChangeRow:
    change = one.signed.change
    return ChangeRow(
        record=change.record,
        position=change.position,
        register=change.register,
        wish=one.wish,
        digest=one.signed.digest,
        signature=one.signed.signature,
        sealed=sealed,
    )


def _version_row(
    one: _Placed, sealed: bytes, *, personal: frozenset[str], edition: str
) -> VersionRow:
    change, version = one.change, one.version
    plain = {name: value for name, value in version.values.items() if name not in personal}
    clear = encode(plain).decode() if plain else "{}"
    return VersionRow(
        record=change.record,
        position=change.position,
        part=one.part,
        alive=int(version.alive),
        valid_from=version.valid_from.isoformat(),
        valid_to=version.valid_to.isoformat(),
        known_from=moment_text(change.recorded_at),
        known_to=STILL_KNOWN,
        plain=clear,
        sealed=sealed,
        edition=edition,
    )


def _those(values: Mapping[str, Any], names: frozenset[str]) -> Mapping[str, Any]:
    return (
        values
        if names >= values.keys()
        else {name: value for name, value in values.items() if name in names}
    )


def _change_place(row: Change | ChangeRow) -> str:
    return f"registers_change/{row.record}/{row.position}"


def _version_place(row: _Placed | VersionRow) -> str:
    return f"registers_version/{row.record}/{row.position}/{row.part}"


def _head(register: str, subject: SubjectId, signed: SignedChange) -> RecordRow:
    return RecordRow(
        record=signed.change.record,
        register=register,
        subject=subject,
        head_position=signed.change.position,
        head_digest=signed.digest,
        head_at=moment_text(signed.change.recorded_at),
    )
