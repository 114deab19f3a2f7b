"""The owner's answer to what people say against its records (GDPR art. 16 and 12(3) and (4)).

An official of the register's organisation sees what waits, opens one request, which is a look at
that person's data, and answers: the record is set right by a signed correction that names the
request, or it stays as it is, with reasons and how to appeal. Either is written in one unit of
work with the answer and the event that tells the person. Nobody answers in their own matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from riik.core import PersonCode, SubjectId, Work, to_text
from riik.registers.component import Registers
from riik.registers.corrections.component import ANSWERED, Correction, Corrections, Kept
from riik.registers.corrections.values import form_of, read_value, shown_value
from riik.registers.errors import (
    CorrectionAnswered,
    OfficialRefused,
    RequestRefused,
    UnknownSubject,
)
from riik.registers.model import Action, Caller, ChangeRequest, Holding, Kind
from riik.registers.rows import RecordRow
from riik.transparency import Action as AccessAction

__all__ = ["Official", "OwnersDesk"]

PURPOSE = "correction"
LONGEST = 2_000
CORRECTED, REFUSED = "corrected", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Who answers for a register's owner.

    Attributes:
        person: Their personal code.
        name: As those whose data they saw are told it.
        registers: For which registers; all of the node when empty.
    """

    person: PersonCode
    name: str
    registers: frozenset[str] = frozenset()

    def answers_for(self, register: str) -> bool:
        """Whether this register is one of theirs."""
        return not self.registers or register in self.registers


@dataclass(frozen=True, slots=True)
class _Opened:
    """A request with what it says."""

    kept: Kept
    holding: Holding
    correction: Correction
    person: PersonCode
    asker: PersonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersDesk:
    """What officials of one node's registers may do with requests.

    Attributes:
        corrections: The requests.
        officials: Who answers, by personal code.
        country: ISO 3166-1, small: by its laws corrections are made.
    """

    corrections: Corrections
    officials: Mapping[PersonCode, Official]
    country: str

    def official(self, person: PersonCode) -> Official:
        """The official with this code.

        Raises:
            OfficialRefused: For ``no-official``.
        """
        found = self.officials.get(person)
        if found is None:
            raise OfficialRefused("nobody of this register's officials", why="no-official")
        return found

    def waiting(self, person: PersonCode) -> list[dict[str, Any]]:
        """What waits for an answer, the oldest first: number, field, since when, due; no person.

        Raises:
            OfficialRefused: For ``no-official``.
        """
        official, corrections = self.official(person), self.corrections
        with corrections.database.read() as work:
            kept = corrections.store.waiting(limit=200, work=work)
        return [
            self._listed(one) for one in kept if official.answers_for(one.key.partition("/")[0])
        ]

    def open(self, person: PersonCode, key: str) -> dict[str, Any]:
        """A request with what the register says now; the look is on record before it is answered.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            UnknownSubject: There is no such request (``unknown``).
        """
        official = self.official(person)
        opened = self._opened(official, key)
        corrections, field = self.corrections, opened.correction.field
        with corrections.database.work() as work:
            self._note(official, opened, work=work)
            records = self._records(opened, work=work)
        schema = opened.holding.definition.schema.document["properties"].get(field, {})
        ground = self._ground(opened.holding, field)
        form = form_of(schema) if ground else None
        pair = ground is not None and opened.holding.definition.wants_two(ground[0], (field,))
        told = opened.correction
        return {
            **self._listed(opened.kept),
            "person": opened.person,
            "asker": opened.asker,
            "says": told.says,
            "should_be": told.should_be,
            "why": told.why,
            "records": records,
            "kind": "two-officials" if pair else form.kind if form else "none",
            "options": [
                {"value": one, "names": self._words(opened.holding, f"value:{field}.{one}", one)}
                for one in (form.options if form else ())
            ],
            "parts": list(form.parts) if form else [],
            "answered": opened.kept.closed_at is not None,
        }

    def correct(
        self,
        person: PersonCode,
        key: str,
        *,
        record: str,
        typed: Mapping[str, str],
        since: date | None,
        reason: str = "",
    ) -> None:
        """Set the record right, by a signed correction that names the request; and answer it.

        Args:
            person: The official.
            key: The request.
            record: Which record; may be empty where the person has one.
            typed: The right value, as `values.read_value` reads it.
            since: From which day on it is so; the record's first day when None.
            reason: What the person is told besides; may be empty.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            CorrectionAnswered: Somebody answered it (``answered``).
            RequestRefused: For ``by-hand``, ``value`` or ``long``.
            RecordRefused: The record would not hold.
        """
        official = self.official(person)
        opened = self._opened(official, key)
        self._check_open(opened.kept, reason)
        field = opened.correction.field
        ground = self._ground(opened.holding, field)
        if ground is None:
            raise RequestRefused("this is not corrected by hand", why="by-hand")
        offer, law = ground
        if opened.holding.definition.wants_two(offer, (field,)):
            raise OfficialRefused("two officials set this right", why="two-officials")
        schema = opened.holding.definition.schema.document["properties"][field]
        value = read_value(schema, typed)
        register, _, number = key.partition("/")
        caller = Caller(
            client=opened.holding.provider,
            purpose=PURPOSE,
            legal_basis=law,
            user=person,
            issue=number,
            message_id=f"correction-{key}",
        )
        request = ChangeRequest(
            register=register,
            offer=offer,
            caller=caller,
            subject=opened.person,
            values={field: value},
            valid_from=since or self._first_day(opened, record),
            record=record or None,
        )

        def also(work: Work) -> None:
            self._answer(official, opened, CORRECTED, reason, work=work)

        self.registers.correct(request, also=also)

    def answer_by_order(
        self, official: Official, key: str, *, subject: SubjectId, reason: str, work: Work
    ) -> None:
        """Answer a request that a signed change of the record sets right, in its unit of work.

        Raises:
            UnknownSubject: There is no such request of this person (``unknown``).
            CorrectionAnswered: Somebody answered it (``answered``).
            OfficialRefused: For ``own-case`` or ``other-register``.
        """
        opened = self._opened(official, key)
        if opened.kept.subject != subject:
            raise UnknownSubject("there is no such request", why="unknown")
        self._check_open(opened.kept, reason)
        self._answer(official, opened, CORRECTED, reason, work=work)

    def refuse(self, person: PersonCode, key: str, *, reason: str) -> None:
        """Leave the record as it is, and say why; the person is told how to appeal.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            CorrectionAnswered: Somebody answered it (``answered``).
            RequestRefused: For ``reason`` or ``long``.
        """
        official = self.official(person)
        opened = self._opened(official, key)
        self._check_open(opened.kept, reason)
        if not reason.strip():
            raise RequestRefused("a refusal has its reasons", why="reason")
        with self.corrections.database.work() as work:
            self._answer(official, opened, REFUSED, reason, work=work)

    @property
    def registers(self) -> Registers:
        """The registers of this node."""
        return self.corrections.registers

    def _opened(self, official: Official, key: str) -> _Opened:
        kept, correction, person, asker = self.corrections.read(key)
        if not official.answers_for(correction.register):
            raise OfficialRefused("another official answers for it", why="other-register")
        if official.person in (person, asker):
            raise OfficialRefused("nobody answers in their own matter", why="own-case")
        holding = self.corrections.holding(correction.register)
        return _Opened(kept, holding, correction, person, asker)

    def _check_open(self, kept: Kept, reason: str) -> None:
        if kept.closed_at is not None:
            raise CorrectionAnswered("somebody answered this", why="answered")
        if len(reason) > LONGEST:
            raise RequestRefused("this is too long", why="long", most=LONGEST)

    def _answer(
        self, official: Official, opened: _Opened, verdict: str, reason: str, *, work: Work
    ) -> None:
        corrections, kept = self.corrections, opened.kept
        plain = {"verdict": verdict, "reason": reason.strip(), "official": official.name}
        sealed = corrections.vault.seal(
            kept.subject, msgspec.json.encode(plain), context=f"registers_correction/{kept.key}/a"
        )
        now = corrections.clock.now()
        if not corrections.store.close(kept.key, at=now, answer=sealed, work=work):
            raise CorrectionAnswered("somebody answered this", why="answered")
        corrections.outbox.put(ANSWERED, kept.key, kept.key.encode(), work=work)

    def _listed(self, kept: Kept) -> dict[str, Any]:
        _, correction, _, _ = self.corrections.read(kept.key, kept=kept)
        register, _, number = kept.key.partition("/")
        holding = self.corrections.holding(register)
        field = correction.field
        return {
            "register": register,
            "names": dict(holding.definition.names),
            "number": number,
            "field": self._words(holding, f"field:{field}", field),
            "at": to_text(kept.at),
            "due": to_text(kept.at + timedelta(days=self.corrections.days)),
        }

    def _words(self, holding: Holding, code: str, usual: str) -> dict[str, str]:
        texts = holding.definition.texts
        return {language: found.get(code, usual) for language, found in texts.items()}

    def _ground(self, holding: Holding, field: str) -> tuple[str, str] | None:
        """By which offer and law the owner may correct this field here; None where by none."""
        definition, roles = holding.definition, self.registers.roles(holding.provider)
        countries = {law.id: law.country for law in definition.laws}
        found = [
            (offer, right.legal_basis)
            for right in definition.rights
            if right.action is Action.CORRECT
            and right.purpose == PURPOSE
            and field in right.fields
            and right.who.admits(holding.provider, roles)
            for offer in right.offers
            if definition.changes[offer].kind is Kind.CORRECT
        ]
        found.sort(key=lambda one: countries.get(one[1]) not in (self.country, ""))
        return found[0] if found else None

    def _note(self, official: Official, opened: _Opened, *, work: Work) -> None:
        law = self._ground(opened.holding, opened.correction.field)
        self.registers.record_access(
            opened.kept.subject,
            reader=opened.holding.provider,
            purpose=PURPOSE,
            legal_basis=law[1] if law else self.corrections.law,
            service=f"{opened.holding.provider}/corrections",
            work=work,
            action=AccessAction.CONSULT,
            fields=(opened.correction.field,),
            acting=official.person,
            case=opened.kept.key.partition("/")[2],
            message_id=None,
        )

    def _records(self, opened: _Opened, *, work: Work) -> list[dict[str, Any]]:
        """What each record of the person says in this field today, and from which day on."""
        field, told = opened.correction.field, []
        today = self.corrections.clock.now().date().isoformat()
        for row in self._rows(opened, work=work):
            versions = self.registers.store.versions_at(
                [row.record], as_of=today, known_at=None, work=work
            )
            value = None
            for version in versions:
                values = self.registers.writer.open_version(
                    opened.holding, opened.kept.subject, version
                )
                value = values.get(field)
            parts = value if isinstance(value, Mapping) else {}
            told.append(
                {
                    "record": row.record,
                    "value": shown_value(value),
                    "parts": {name: shown_value(part) for name, part in parts.items()},
                    "since": self._begins(row, work=work).isoformat(),
                }
            )
        return told

    def _rows(self, opened: _Opened, *, work: Work) -> list[RecordRow]:
        register = opened.correction.register
        return self.registers.store.records_of(register, opened.kept.subject, work=work)

    def _begins(self, row: RecordRow, *, work: Work) -> date:
        known = self.registers.store.known_versions(row.record, work=work)
        return min(date.fromisoformat(version.valid_from) for version in known)

    def _first_day(self, opened: _Opened, record: str) -> date:
        with self.corrections.database.read() as work:
            rows = self._rows(opened, work=work)
            chosen = [row for row in rows if not record or row.record == record]
            if not chosen:
                raise RequestRefused("the person has no such record", why="record")
            return self._begins(chosen[0], work=work)
