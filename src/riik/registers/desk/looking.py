"""Looking at a register's desk: finding records, one record with its history; each look on record.

An official finds a record by the whole personal code or by the whole value of an indexed field,
never by a part, for a purpose of the owner's own rights and in a case. Who opens nothing and finds
nothing has looked as well. Nobody looks at themselves here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from riik.core import PersonCode, Refused, SubjectId, Work, person_code, to_text
from riik.formats.canonical_json import decode
from riik.registers.component import Registers
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.corrections.values import form_of, shown_value
from riik.registers.desk.orders import Order, OrderStore
from riik.registers.desk.reading import (
    Errand,
    OwnRights,
    currency_of,
    picture_of,
    shown_fields,
    words,
)
from riik.registers.errors import HistoryRefused, OfficialRefused, RequestRefused, UnknownSubject
from riik.registers.history import Change, SignedChange, verify
from riik.registers.model import Holding
from riik.registers.rows import RecordRow
from riik.transparency import Action as AccessAction

__all__ = ["PERSON", "Looking", "Record"]

PERSON = "person"
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Record:
    """One record as an official may see it: whose it is, and what it holds today."""

    holding: Holding
    row: RecordRow
    values: Mapping[str, Any]
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """The looks of one node's register officials.

    Attributes:
        owners: Who works there.
        rights: What they may see.
        orders: Signed changes, which the history names.
        knows_case: Whether this organisation has a case with that number.
    """

    owners: OwnersDesk
    rights: OwnRights
    orders: OrderStore
    knows_case: Callable[[str], bool]

    @property
    def registers(self) -> Registers:
        """The registers of the node."""
        return self.owners.corrections.registers

    def seat(self, person: PersonCode) -> dict[str, Any]:
        """The registers that this official answers for, by what records are found, and for what.

        Raises:
            OfficialRefused: For ``no-official``.
        """
        official = self.owners.official(person)
        told = []
        for register, holding in self.rights.holdings.items():
            purposes = self.rights.purposes(holding)
            if not official.answers_for(register) or not purposes:
                continue
            definition = holding.definition
            keys = [
                {"field": name, "names": words(holding, f"field:{name}", name)}
                for name in definition.schema.indexed
            ]
            told.append(
                {
                    "register": register,
                    "names": dict(definition.names),
                    "persons": definition.subject == "person",
                    "keys": keys,
                    "purposes": [
                        {"purpose": one, "names": words(holding, f"purpose:{one}", one)}
                        for one in purposes
                    ],
                }
            )
        return {"name": official.name, "registers": told}

    def search(
        self, person: PersonCode, errand: Errand, *, by: str, value: str
    ) -> list[dict[str, Any]]:
        """Records of a person, or with a value; the look is on record before it is answered.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            RightMissing: For ``register`` or ``purpose``.
            RequestRefused: For ``case``, ``case-unknown``, ``code``, ``by`` or ``empty``.
        """
        official, holding, fields = self._allowed(person, errand)
        shown = tuple(name for name in holding.definition.schema.indexed if name in fields)
        with self.registers.database.work() as work:
            subjects, rows = self._found(holding, by, value.strip(), work=work)
            self._check_own(official, subjects)
            for subject in subjects:
                self.note(official, holding, subject, errand, fields=shown, work=work)
            return [
                {
                    "record": row.record,
                    "since": row.head_at,
                    "fields": shown_fields(holding, self._record(holding, row, work).values, shown),
                }
                for row in rows[:MOST_FOUND]
            ]

    def open(self, person: PersonCode, errand: Errand, record: str) -> dict[str, Any]:
        """One record with its history; the look is on record before it is answered.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            RightMissing: For ``register`` or ``purpose``.
            RequestRefused: For ``case`` or ``case-unknown``.
            UnknownSubject: For ``unknown``.
        """
        official, holding, fields = self._allowed(person, errand)
        with self.registers.database.work() as work:
            found = self.load(official, holding, record, work=work)
            self.note(official, holding, found.row.subject, errand, fields=fields, work=work)
            changes = [
                self.registers.writer.open_change(found.row.subject, row)
                for row in self.registers.store.changes(record, work=work)
            ]
            orders = list(self.orders.of_record(record, work=work))
            answers = self._answers(found.row, work=work)
        papers = answers | {f"order-{one.id}": self.paper(one) for one in orders}
        definition = holding.definition
        return {
            "register": errand.register,
            "names": dict(definition.names),
            "record": record,
            "alive": found.alive,
            "purpose": words(holding, f"purpose:{errand.purpose}", errand.purpose),
            "fields": shown_fields(holding, found.values, fields),
            "history": [_told(holding, one.change, papers, fields) for one in reversed(changes)],
            "proved": _holds(changes, holding),
            "offers": [
                {
                    "offer": name,
                    "names": dict(offer.names),
                    "kind": offer.kind.value,
                    "four_eyes": name in definition.four_eyes,
                }
                for name, (offer, _) in self.rights.changes(holding).items()
            ],
            "waiting": [one.id for one in orders if one.state == "proposed"],
        }

    def _answers(self, row: RecordRow, *, work: Work) -> dict[str, Mapping[str, Any]]:
        """Who answered the person's requests, and what they said: by the change that it made."""
        corrections = self.owners.corrections
        told: dict[str, Mapping[str, Any]] = {}
        for kept in corrections.store.of_subject(row.subject, row.register, work=work):
            answer = corrections.answer_of(kept)
            if answer:
                told[f"correction-{kept.key}"] = {
                    "officials": [answer["official"]],
                    "reason": answer["reason"],
                }
        return told

    def load(self, official: Official, holding: Holding, record: str, *, work: Work) -> Record:
        """A record of this register that is nobody's own; for verbs that note the look.

        Raises:
            UnknownSubject: For ``unknown``.
            OfficialRefused: For ``own-case``.
        """
        row = self.registers.store.record(record, work=work)
        if row is None or row.register != holding.definition.id:
            raise UnknownSubject("this register knows no such record", why="unknown")
        self._check_own(official, [row.subject])
        return self._record(holding, row, work)

    def note(
        self,
        official: Official,
        holding: Holding,
        subject: SubjectId,
        errand: Errand,
        *,
        fields: Iterable[str],
        work: Work,
        action: AccessAction = AccessAction.CONSULT,
    ) -> None:
        """Write down a look, or a change, with who acted."""
        self.registers.record_access(
            subject,
            reader=holding.provider,
            purpose=errand.purpose,
            legal_basis=self.rights.purposes(holding)[errand.purpose].legal_basis,
            service=f"{holding.provider}/desk",
            work=work,
            action=action,
            fields=tuple(fields),
            acting=official.person,
            case=errand.case,
            message_id=None,
        )

    def paper(self, order: Order) -> Mapping[str, Any]:
        """What an order says, unsealed."""
        opened = self.registers.vault.open(
            order.subject, order.paper, context=f"registers_order/{order.id}"
        )
        paper: Mapping[str, Any] = decode(opened)
        return paper

    def allowed(
        self, person: PersonCode, errand: Errand
    ) -> tuple[Official, Holding, tuple[str, ...]]:
        """Who it is, in which register, and which fields they see; for verbs that look.

        Raises:
            Refused: As `open`, but for ``unknown``.
        """
        return self._allowed(person, errand)

    def _allowed(
        self, person: PersonCode, errand: Errand
    ) -> tuple[Official, Holding, tuple[str, ...]]:
        official = self.owners.official(person)
        holding = self.rights.holding(errand.register, official)
        fields = self.rights.fields(holding, errand.purpose)
        errand.check()
        if not errand.is_outside and not self._is_known(errand):
            raise RequestRefused("there is no such case here", why="case-unknown")
        return official, holding, fields

    def _is_known(self, errand: Errand) -> bool:
        """A request to correct this register's records, or a case of this organisation."""
        corrections = self.owners.corrections
        with corrections.database.read() as work:
            asked = corrections.store.load(f"{errand.register}/{errand.case}", work=work)
        return asked is not None or self.knows_case(errand.case)

    def _found(
        self, holding: Holding, by: str, value: str, *, work: Work
    ) -> tuple[list[SubjectId], list[RecordRow]]:
        """Whose data were looked for, as far as this node knows them; and the records."""
        definition, registers = holding.definition, self.registers
        if not value:
            raise RequestRefused("what is looked for has to be said", why="empty")
        if by == PERSON and definition.subject == "person":
            try:
                subject = registers.vault.find(self._code(value))
            except Refused as refused:
                raise RequestRefused("this is no personal code", why="code") from refused
            if subject is None:
                return [], []
            return [subject], registers.store.records_of(definition.id, subject, work=work)
        if by not in definition.schema.indexed:
            raise RequestRefused("records aren't found by this", why="by")
        rows = {row.record: row for row in registers.indexed(holding, by, value, work=work)}
        subjects = dict.fromkeys(row.subject for row in rows.values())
        return list(subjects), list(rows.values())

    def _code(self, value: str) -> PersonCode:
        whole = value if value[:1].isalpha() else f"{self.owners.country.upper()}{value}"
        return person_code(whole)

    def _check_own(self, official: Official, subjects: Iterable[SubjectId]) -> None:
        if self.registers.vault.find(official.person) in set(subjects):
            raise OfficialRefused("nobody looks at themselves here", why="own-case")

    def _record(self, holding: Holding, row: RecordRow, work: Work) -> Record:
        """What a record holds today; before its first day and after its end, what it held last."""
        registers = self.registers
        today = registers.clock.now().astimezone(registers.zone or UTC).date().isoformat()
        versions = registers.store.versions_at(
            [row.record], as_of=today, known_at=None, work=work
        ) or registers.store.known_versions(row.record, work=work)
        newest = versions[-1]
        values = registers.writer.open_version(holding, row.subject, newest)
        return Record(holding, row, values, bool(newest.alive))


def _holds(changes: list[SignedChange], holding: Holding) -> bool:
    """Is the history what the register signed, change by change?"""
    try:
        verify(changes, public_key=holding.signer.public_key)
    except HistoryRefused:
        return False
    return True


def _told(
    holding: Holding,
    change: Change,
    papers: Mapping[str, Mapping[str, Any]],
    fields: tuple[str, ...],
) -> dict[str, Any]:
    """A change in the history; of values that this official may not see, nothing."""
    # Other members choose the names of their messages: only the owner's own are papers.
    own = change.actor == str(holding.provider)
    paper = papers.get(change.message_id, {}) if own else {}
    laws = {law.id: dict(law.names) for law in holding.definition.laws}
    properties = holding.definition.schema.document["properties"]
    former = {step.renamed_from: step.field for step in holding.definition.steps}
    return {
        "at": to_text(change.recorded_at),
        "kind": change.kind.value,
        "from": change.valid_from.isoformat(),
        "ground": laws.get(change.ground, {}) or {"": change.ground},
        "actor": change.actor,
        "officials": list(paper.get("officials", ())),
        "reason": paper.get("reason", ""),
        "changes": [
            {
                "names": words(holding, f"field:{former.get(name, name)}", name),
                "value": shown_value(value),
                "kind": form_of(properties.get(former.get(name, name), {})).kind,
                "image": bool(picture_of(value)),
                "called": words(
                    holding, f"value:{former.get(name, name)}.{value}", shown_value(value)
                ),
                "currency": currency_of(holding, change.values, former.get(name, name)),
            }
            for name, value in change.values.items()
            if former.get(name, name) in fields
        ],
    }
