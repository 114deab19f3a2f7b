"""The node's registers as GovStack's door needs them.

The door's rights say which offers a client may use; the register's own rights are asked again by
its verbs, with the client's subsystem as who asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.core import PersonCode, Refused, SubjectId, Work, person_code, to_text
from riik.govstack.clients import DoorRefused
from riik.govstack.registries import Asker, Described, Found, Usage
from riik.registers import (
    Caller,
    ChangeRequest,
    Holding,
    RecordRefused,
    Registers,
    RightMissing,
    UnknownSubject,
)
from riik.registers.model import Kind
from riik.registers.searching.component import Query, Search
from riik.transparency import Action as AccessAction
from riik.transparency import Transparency

__all__ = ["NodeBook"]

MOST_LOOKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBook:
    """Fills `RegisterBook`."""

    registers: Registers
    transparency: Transparency

    def describe(self, register: str) -> Described:
        """What a register is."""
        holding = self._holding(register)
        definition = holding.definition
        return Described(
            register=register,
            version=definition.version,
            name=next(iter(definition.names.values()), register),
            institution=str(holding.provider.member),
            schema=definition.schema.document,
        )

    def find(self, asker: Asker, wanted: Mapping[str, Any], *, offset: int, limit: int) -> Found:
        """Records by their values; a person's by the code that the key gives."""
        holding = self._holding(asker.right.register)
        rest, subject = dict(wanted), None
        if holding.definition.subject == "person" and asker.right.key in rest:
            subject = person_code(str(rest.pop(asker.right.key)))
        query = Query(
            register=asker.right.register,
            offer=_read_offer(asker, holding),
            caller=_caller(asker),
            wanted=rest,
            subject=subject,
            offset=offset,
            limit=limit,
        )
        matches = Search(registers=self.registers).find(query)
        named = {} if subject is None else {asker.right.key: str(subject)}
        return Found(matches.total, [{**named, **one} for one in matches.records])

    def open(self, asker: Asker, values: Mapping[str, Any]) -> None:
        """Open a record."""
        self._make(asker, Kind.OPEN, str(values[asker.right.key]), values)

    def change(self, asker: Asker, key: str, values: Mapping[str, Any]) -> None:
        """Change the record that the key names."""
        self._make(asker, Kind.CHANGE, key, values)

    def strike(self, asker: Asker, key: str) -> bool:
        """Close the record that the key names, if it lives; its history stays."""
        try:
            self._make(asker, Kind.CLOSE, key, {})
        except (UnknownSubject, RecordRefused) as refused:
            return _there(refused)
        return True

    def usage(self, asker: Asker, person: str) -> Sequence[Usage]:
        """Who looked at the records of a person; asking is a look as well."""
        holding, caller = self._holding(asker.right.register), _caller(asker)
        _read_offer(asker, holding)
        with self.registers.database.work() as work:
            subjects = self._subjects(asker, holding, person, work=work)
            for subject in subjects:
                self.transparency.record_access(
                    subject,
                    reader=caller.client,
                    purpose=caller.purpose,
                    legal_basis=caller.legal_basis,
                    service=f"{holding.provider}/findUsage",
                    work=work,
                    action=AccessAction.DISCLOSE,
                )
        if not subjects:
            raise DoorRefused("this register knows no such person", why="not-found")
        kept = f"{holding.provider}/"
        return [
            Usage(
                id=look.entry,
                reader=str(look.access.acting or look.access.reader),
                institution=str(getattr(look.access.reader, "member", look.access.reader)),
                application=str(look.access.reader),
                at=to_text(look.access.at),
                case=look.access.case or "",
            )
            for subject in subjects
            for look in self.transparency.who_looked(subject, limit=MOST_LOOKS).looks
            if look.access.service.startswith(kept)
        ]

    def _subjects(
        self, asker: Asker, holding: Holding, person: str, *, work: Work
    ) -> list[SubjectId]:
        field = asker.right.person
        if holding.definition.subject == "person" and field == asker.right.key:
            found = self.registers.vault.find(person_code(person))
            return [] if found is None else [found]
        rows = self.registers.indexed(holding, field, person, work=work)
        return list(dict.fromkeys(row.subject for row in rows))

    def _holding(self, register: str) -> Holding:
        holding = self.registers.holdings.get(register)
        if holding is None:
            raise RightMissing("this node keeps no such register", why="register")
        return holding

    def _make(self, asker: Asker, kind: Kind, key: str, values: Mapping[str, Any]) -> None:
        holding, name = self._holding(asker.right.register), asker.right.key
        of_people = holding.definition.subject == "person"
        subject = person_code(key) if of_people else PersonCode(key)
        if of_people:
            values = {field: value for field, value in values.items() if field != name}
        self.registers.change(
            ChangeRequest(
                register=asker.right.register,
                offer=_change_offer(asker, holding, kind),
                caller=_caller(asker),
                subject=subject,
                values=values,
            )
        )


def _there(refused: Refused) -> bool:
    """No record, or one that is closed: False. Anything else is refused on."""
    if refused.why in ("unknown", "closed"):
        return False
    raise refused


def _caller(asker: Asker) -> Caller:
    errand = asker.right.errand
    return Caller(
        client=asker.client.member, purpose=errand.purpose, legal_basis=errand.legal_basis
    )


def _read_offer(asker: Asker, holding: Holding) -> str:
    for one in asker.right.offers:
        if one in holding.definition.reads:
            return one
    raise RightMissing("this client has no question to ask of it", why="offer")


def _change_offer(asker: Asker, holding: Holding, kind: Kind) -> str:
    for one in asker.right.offers:
        change = holding.definition.changes.get(one)
        if change is not None and change.kind is kind:
            return one
    raise RightMissing("this client may make no such change", why="offer")
