"""Registers: what is the legal truth of this thing, then and now?

The verbs of this component. Who may see what is `rights`, what a change does to a record is
`history`, what is written is `writing`. A look at a person's data is recorded in the unit
of work that reads them, and nothing leaves before its commit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Protocol

from riik.core import (
    ClientId,
    Clock,
    Database,
    PersonCode,
    Refused,
    SubjectId,
    Vault,
    Work,
    to_text,
)
from riik.registers.errors import AuthorityRefused, RecordRefused, RightMissing, UnknownSubject
from riik.registers.folder.steps import former_names
from riik.registers.history import SignedChange, verify
from riik.registers.model import (
    Action,
    Ask,
    Caller,
    ChangeOffer,
    ChangeRequest,
    Holding,
    Kind,
    Look,
    NewRecord,
    Reading,
    ReadOffer,
    Statement,
)
from riik.registers.rights import Grant, check_asker, check_statement, grant
from riik.registers.rows import RecordRow
from riik.registers.schema import codes_of
from riik.registers.source import Found
from riik.registers.writing import Draft, RegisterStore, Writer
from riik.transparency import Action as AccessAction

__all__ = ["Changed", "RecordAccess", "Registers", "VerifyAuthority"]


class RecordAccess(Protocol):
    """Writes down one look in the caller's unit of work: `Transparency.record_access`."""

    def __call__(
        self,
        subject: SubjectId,
        *,
        reader: ClientId,
        purpose: str,
        legal_basis: str,
        service: str,
        work: Work,
        action: AccessAction,
        fields: Iterable[str],
        acting: PersonCode | None,
        case: str | None,
        message_id: str | None,
        refused: str = "",
    ) -> object: ...


class VerifyAuthority(Protocol):
    """Verifies login's signed statement: signature, issuer, times. Login's pure verifier."""

    def __call__(self, statement: str, /, *, at: datetime) -> Statement: ...


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change: the record, and the change's position in its history."""

    record: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """The registers that one node keeps. Two nodes in a process are two instances.

    Attributes:
        holdings: The registers by id.
        roles: Roles of a client's member in this state.
        store: What is kept.
        writer: How changes are signed, sealed and indexed.
        database: Units of work.
        vault: The keys of persons.
        clock: The time.
        record_access: Writes down looks.
        verify_authority: Verifies login's statements.
        zone: Where the law's days begin; a record holds from a day, not from a moment.
    """

    holdings: Mapping[str, Holding]
    roles: Callable[[ClientId], frozenset[str]]
    store: RegisterStore
    writer: Writer
    database: Database
    vault: Vault
    clock: Clock
    record_access: RecordAccess
    verify_authority: VerifyAuthority
    zone: tzinfo = UTC

    def read(self, look: Look) -> Reading:
        """Answer a question; the look is on record before the answer leaves.

        Finding nothing about a person whom this node knows is a look as well.

        Raises:
            RightMissing: For ``client``, ``fields``, ``offer`` or ``register``.
            PurposeRefused: For ``missing``, ``purpose`` or ``legal-basis``.
            AuthorityRefused: For ``missing``, ``audience``, ``subject`` or ``case``.
            UnknownSubject: For ``unknown``, ``no-subject`` or ``key``.
        """
        holding, offer = self._read_offer(look)
        allowed = self._allowed(holding, Action.READ, look.offer, look.caller, look.fields)
        stated = self._check_authority(allowed, look.caller, look.subject)
        now = self.clock.now()
        as_of, known_at = look.as_of or self._day_of(now), look.known_at
        # Asked before a unit of work is open: a source that is slow holds up nobody else.
        placed = None
        if holding.source is not None:
            today = self._day_of(now)
            placed = holding.source.find(look, as_of=as_of, known_at=known_at or now, today=today)
        with self.database.work() as work:
            if placed is None:
                found = self._opened(holding, offer, look, as_of, work=work)
            else:
                found = self._placed(placed, look)
            if found is None:
                raise UnknownSubject("this register knows no such record", why="unknown")
            subject, opened = found
            # A record that was named by its number is read with its own person's statement.
            if stated is not None and self.vault.find(stated.about) != subject:
                raise AuthorityRefused("the statement is about another person", why="subject")
            chosen = offer.chosen(opened, look.key)
            answered = tuple(
                {name: values.get(name) for name in allowed.fields} for values in chosen
            )
            self._note(
                holding,
                subject,
                allowed,
                caller=look.caller,
                offer=look.offer,
                answered=answered,
                work=work,
            )
        if not answered:
            raise UnknownSubject("this register knows no such record", why="unknown")
        return Reading(
            register=look.register,
            fields=allowed.fields,
            records=answered,
            as_of=as_of,
            known_at=known_at or now,
        )

    def change(self, request: ChangeRequest) -> Changed:
        """Make a change that a right allows; the same message makes it once.

        Raises:
            RightMissing: For ``client``, ``fields``, ``offer`` or ``register``.
            PurposeRefused: For ``missing``, ``purpose`` or ``legal-basis``.
            AuthorityRefused: For ``missing``, ``audience``, ``subject`` or ``case``.
            UnknownSubject: For ``unknown`` or ``several``: which record must be said.
            RecordRefused: For ``schema``, ``opened``, ``unopened``, ``period``,
                ``before-record``, ``closed``, ``runs-over`` or ``raced``.
        """
        return self._make(request, Action.CHANGE)

    def correct(
        self, request: ChangeRequest, *, also: Callable[[Work], None] | None = None
    ) -> Changed:
        """Set right what was recorded wrong; what was known before stays in the history.

        Args:
            request: What is wrong and what is right.
            also: What is written in the same unit of work, or nothing of it is.

        Raises:
            RiikError: As `change`, and what ``also`` raises.
        """
        return self._make(request, Action.CORRECT, also)

    def check_asker(self, caller: Caller, *, asker: PersonCode, subject: PersonCode) -> None:
        """Check that a person asks about own data, or about those of whom they represent.

        Raises:
            AuthorityRefused: For ``missing``, ``audience``, ``asker`` or ``subject``.
        """
        if not caller.authority:
            raise AuthorityRefused("the person's own statement is needed", why="missing")
        statement = self._believed(caller.authority)
        check_asker(statement, caller=caller, asker=asker, subject=subject)

    def history(self, register: str, subject: PersonCode) -> tuple[tuple[SignedChange, ...], ...]:
        """Every change of a person's records, each chain verified; for the owner's own use.

        Raises:
            UnknownSubject: For ``unknown``.
            HistoryRefused: The kept changes are not what the owner signed.
        """
        holding = self._holding(register)
        subject_id = self.vault.find(subject)
        if subject_id is None:
            raise UnknownSubject("this register knows no such record", why="unknown")
        with self.database.read() as work:
            rows = self.store.records_of(register, subject_id, work=work)
            kept = [self.store.changes(row.record, work=work) for row in rows]
        chains = tuple(
            tuple(self.writer.open_change(subject_id, row) for row in rows) for rows in kept
        )
        for chain in chains:
            verify(chain, public_key=holding.signer.public_key)
        return chains

    def open_many(
        self, register: str, records: Sequence[NewRecord], *, ground: str
    ) -> tuple[str, ...]:
        """Open many records at once, by the owner itself, such as when a register begins.

        Returns:
            The records' ids, in the given order.

        Raises:
            RecordRefused: For ``schema``, or ``opened`` when a subject has its only record.
        """
        holding = self._holding(register)
        for new in records:
            holding.definition.schema.check(new.values)
        subjects = self.vault.subjects_of(new.subject for new in records)
        drafts = [
            Draft(
                kind=Kind.OPEN,
                values=new.values,
                valid_from=new.valid_from,
                ground=ground,
                actor=str(holding.provider),
            )
            for new in records
        ]
        with self.database.work() as work:
            if holding.definition.single:
                self._check_single(holding, subjects, work=work)
            return self.writer.open_all(holding, subjects, drafts, tell=False, work=work)

    def _make(
        self,
        request: ChangeRequest,
        action: Action,
        also: Callable[[Work], None] | None = None,
    ) -> Changed:
        holding, offer = self._change_offer(request, action)
        if request.key is not None and request.key[0] not in offer.look_up:
            raise UnknownSubject("records aren't found by this field", why="key")
        fields = tuple(request.values)
        allowed = self._allowed(holding, action, request.offer, request.caller, fields)
        self._check_authority(allowed, request.caller, request.subject)
        wish = _wish(request.caller)
        subject = self._subject(request, offer)
        draft = Draft(
            kind=offer.kind,
            values=request.values,
            valid_from=request.valid_from or self._day_of(self.clock.now()),
            valid_to=request.valid_to,
            ground=request.caller.legal_basis,
            actor=str(request.caller.client),
            message_id=request.caller.message_id,
            wish=wish,
        )
        with self.database.work() as work:
            done = self.store.wish(request.register, wish, work=work) if wish else None
            if also is not None:
                also(work)
            if done is not None:
                return Changed(*done)
            self._note(
                holding, subject, allowed, caller=request.caller, offer=request.offer, work=work
            )
            if offer.kind is Kind.OPEN:
                if holding.definition.single:
                    self._check_single(holding, [subject], work=work)
                [record] = self.writer.open_all(holding, [subject], [draft], tell=True, work=work)
                return Changed(record, 0)
            row = self._one_record(request, subject, work=work)
            return Changed(row.record, self.writer.change(holding, row, draft, work=work))

    def _day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _holding(self, register: str) -> Holding:
        holding = self.holdings.get(register)
        if holding is None:
            raise RightMissing("this node keeps no such register", why="register")
        return holding

    def _read_offer(self, look: Look) -> tuple[Holding, ReadOffer]:
        holding = self._holding(look.register)
        offer = holding.definition.reads.get(look.offer)
        if offer is None:
            raise RightMissing("this register answers no such question", why="offer")
        if look.subject is None and look.key is None:
            raise UnknownSubject("whose record is asked for?", why="no-subject")
        if look.key is not None and look.key[0] not in offer.look_up:
            raise UnknownSubject("records aren't found by this field", why="key")
        return holding, offer

    def _change_offer(self, request: ChangeRequest, action: Action) -> tuple[Holding, ChangeOffer]:
        holding = self._holding(request.register)
        offer = holding.definition.changes.get(request.offer)
        if offer is None or (offer.kind is Kind.CORRECT) != (action is Action.CORRECT):
            raise RightMissing("this register takes no such change", why="offer")
        return holding, offer

    def _allowed(
        self,
        holding: Holding,
        action: Action,
        offer: str,
        caller: Caller,
        fields: tuple[str, ...] | None,
    ) -> Grant:
        ask = Ask(
            action=action,
            offer=offer,
            client=caller.client,
            roles=self.roles(caller.client),
            purpose=caller.purpose,
            legal_basis=caller.legal_basis,
            fields=fields,
            statement=bool(caller.authority),
        )
        return grant(holding.definition, ask)

    def _check_authority(
        self, allowed: Grant, caller: Caller, subject: PersonCode | None
    ) -> Statement | None:
        """A statement that is needed must hold; one that isn't needed decides nothing.

        Without ``subject`` the record is named otherwise, and whose it is remains to be
        compared with the statement that is answered.
        """
        if not allowed.right.statement:
            return None
        if not caller.authority:
            raise AuthorityRefused("the person's own statement is needed", why="missing")
        statement = self._believed(caller.authority)
        check_statement(statement, caller=caller, subject=subject or statement.about)
        return statement

    def _believed(self, authority: str) -> Statement:
        try:
            return self.verify_authority(authority, at=self.clock.now())
        except Refused as error:
            raise AuthorityRefused("the statement doesn't hold", why=error.why) from error

    def _opened(
        self, holding: Holding, offer: ReadOffer, look: Look, as_of: date, *, work: Work
    ) -> tuple[SubjectId, list[Mapping[str, Any]]] | None:
        """Whose data are looked at, and the records that lived on the day, as they were known."""
        found = self._find(holding, offer, look, work=work)
        if found is None:
            return None
        subject, records = found
        known_at = None if look.known_at is None else to_text(look.known_at)
        versions = self.store.versions_at(
            records, as_of=as_of.isoformat(), known_at=known_at, work=work
        )
        open_version = self.writer.open_version
        return subject, [open_version(holding, subject, one) for one in versions if one.alive]

    def _placed(
        self, placed: Sequence[Found], look: Look
    ) -> tuple[SubjectId, list[Mapping[str, Any]]] | None:
        """The same of a table that is read in place: its people become known with the look."""
        if not placed:
            subject = None if look.subject is None else self.vault.find(look.subject)
            return None if subject is None else (subject, [])
        about = placed[0].subject
        return self.vault.subject_of(about), [one.values for one in placed if one.subject == about]

    def _find(
        self, holding: Holding, offer: ReadOffer, look: Look, *, work: Work
    ) -> tuple[SubjectId, list[str]] | None:
        """Whose data are looked at, and the records in question; None when nobody is known."""
        register = holding.definition.id
        if look.subject is not None:
            subject = self.vault.find(look.subject)
            if subject is None:
                return None
            rows = self.store.records_of(register, subject, work=work)
            return subject, [row.record for row in rows]
        name, value = look.key or ("", "")
        found = self.indexed(holding, name, value, work=work)
        if not found:
            return None
        subject = found[0].subject
        return subject, sorted({row.record for row in found if row.subject == subject})

    def indexed(self, holding: Holding, name: str, value: str, *, work: Work) -> list[RecordRow]:
        """Records that have or had this value, whatever the field was called then."""
        register, found = holding.definition.id, []
        for called in (name, *former_names(holding.definition.steps, name)):
            blind = self.vault.blind(value, field=f"{register}/{called}")
            found += self.store.records_with(register, called, blind, work=work)
        return found

    def _note(
        self,
        holding: Holding,
        subject: SubjectId,
        allowed: Grant,
        *,
        caller: Caller,
        offer: str,
        answered: Sequence[Mapping[str, Any]] = (),
        work: Work,
    ) -> None:
        """Record the look at the person, and at each other person that the answer names."""
        action = AccessAction.DISCLOSE
        if allowed.right.action is not Action.READ:
            action = AccessAction.ALTER
        named = {
            code
            for values in answered
            for name in holding.definition.schema.persons
            for code in codes_of(values.get(name))
        }
        others = self.vault.subjects_of(sorted(named)) if named else []
        for looked_at in (subject, *others):
            self.record_access(
                looked_at,
                reader=caller.client,
                purpose=caller.purpose,
                legal_basis=caller.legal_basis,
                service=f"{holding.provider}/{offer}",
                work=work,
                action=action,
                fields=allowed.fields,
                acting=caller.user,
                case=caller.issue,
                message_id=caller.message_id or None,
            )

    def _subject(self, request: ChangeRequest, offer: ChangeOffer) -> SubjectId:
        if offer.kind is Kind.OPEN:
            return self.vault.subject_of(request.subject)
        subject = self.vault.find(request.subject)
        if subject is None:
            raise UnknownSubject("this register knows no such record", why="unknown")
        return subject

    def _one_record(self, request: ChangeRequest, subject: SubjectId, *, work: Work) -> RecordRow:
        rows = self.store.records_of(request.register, subject, work=work)
        if request.record is not None:
            rows = [row for row in rows if row.record == request.record]
        if request.key is not None:
            named = self.indexed(self._holding(request.register), *request.key, work=work)
            meant = {row.record for row in named}
            rows = [row for row in rows if row.record in meant and self._has(row, request, work)]
        if not rows:
            raise UnknownSubject("this register knows no such record", why="unknown")
        if len(rows) > 1:
            raise UnknownSubject("the person has several records: say which", why="several")
        return rows[0]

    def _has(self, row: RecordRow, request: ChangeRequest, work: Work) -> bool:
        """Whether a record lives and has the value now by which it is named, not only once."""
        holding, now = self._holding(request.register), self._day_of(self.clock.now())
        versions = self.store.versions_at(
            [row.record], as_of=now.isoformat(), known_at=None, work=work
        )
        opened = [
            self.writer.open_version(holding, row.subject, version)
            for version in versions
            if version.alive
        ]
        name, value = request.key or ("", "")
        return any(values.get(name) == value for values in opened)

    def _check_single(self, holding: Holding, subjects: Sequence[SubjectId], *, work: Work) -> None:
        if len(set(subjects)) < len(subjects) or self.store.any_record_of(
            holding.definition.id, subjects, work=work
        ):
            raise RecordRefused("a person has one record in this register", why="opened")


def _wish(caller: Caller) -> str | None:
    return f"{caller.client} {caller.message_id}" if caller.message_id else None
