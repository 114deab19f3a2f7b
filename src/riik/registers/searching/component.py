"""Records of a register by values in them, for a client whose right allows the question.

A record is found by the whole value of an indexed field that the offer looks up, or as one of a
person; the other values narrow that down. Registers about things may also be listed. How many fit
is told, so each person whose record fits was looked at, on whatever page it stands; when nothing
fits, each whose record was in question. There are never more than `MOST`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.core import PersonCode, SubjectId, Work
from riik.registers.component import Registers
from riik.registers.errors import RequestRefused, RightMissing, UnknownSubject
from riik.registers.model import Action, Ask, Caller, Holding, ReadOffer
from riik.registers.rights import Grant, grant
from riik.registers.rows import RecordRow
from riik.registers.schema import codes_of
from riik.transparency import Action as AccessAction

__all__ = ["Matches", "Query", "Search"]

MOST = 1000
"""So many records in question, and a search has to be narrower."""

AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for.

    Attributes:
        register: In which register.
        offer: Through which question.
        caller: Who asks.
        wanted: Whole values that a record must have.
        subject: Whose records; None: anybody's.
        offset: How many of those found to pass over.
        limit: How many to answer.
    """

    register: str
    offer: str
    caller: Caller
    wanted: Mapping[str, Any]
    subject: PersonCode | None = None
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Matches:
    """How many records fit, and some of them, with the fields that the right allows."""

    total: int
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    subject: SubjectId
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Finds records in the registers of one node."""

    registers: Registers

    def find(self, query: Query) -> Matches:
        """Find records; the looks are on record before they are answered.

        Raises:
            RightMissing: For ``register``, ``offer``, ``client``, ``fields`` or ``everybody``.
            PurposeRefused: For ``missing``, ``purpose`` or ``legal-basis``.
            AuthorityRefused: For ``missing``: it is answered with the person's statement only.
            UnknownSubject: For ``key``: no value is one by which records are found.
            RequestRefused: For ``many``.
        """
        holding, offer, allowed = self._allowed(query)
        with self.registers.database.work() as work:
            rows = self._rows(holding, offer, query, work=work)
            in_question = list(self._opened(holding, rows, work=work))
            fitting = [one for one in in_question if _fits(one.values, offer, query.wanted)]
            told = [
                {name: one.values[name] for name in allowed.fields if name in one.values}
                for one in fitting
            ]
            self._note(holding, allowed, query, fitting or in_question, told, work=work)
        return Matches(len(told), tuple(told[query.offset : query.offset + query.limit]))

    def _allowed(self, query: Query) -> tuple[Holding, ReadOffer, Grant]:
        holding = self.registers.holdings.get(query.register)
        if holding is None:
            raise RightMissing("this node keeps no such register", why="register")
        offer = holding.definition.reads.get(query.offer)
        if offer is None or holding.source is not None:
            raise RightMissing("this register answers no such question", why="offer")
        caller = query.caller
        ask = Ask(
            action=Action.READ,
            offer=query.offer,
            client=caller.client,
            roles=self.registers.roles(caller.client),
            purpose=caller.purpose,
            legal_basis=caller.legal_basis,
            fields=None,
            statement=False,
        )
        allowed = grant(holding.definition, ask)
        # Who may not read a field may not learn by questions what is in it.
        if not set(query.wanted) <= set(allowed.fields):
            raise RightMissing("no right of this client has all of these fields", why="fields")
        return holding, offer, allowed

    def _rows(
        self, holding: Holding, offer: ReadOffer, query: Query, *, work: Work
    ) -> list[RecordRow]:
        store, register = self.registers.store, holding.definition.id
        by = [name for name in offer.look_up if isinstance(query.wanted.get(name), str)]
        if query.subject is not None:
            subject = self.registers.vault.find(query.subject)
            rows = [] if subject is None else store.records_of(register, subject, work=work)
        elif by:
            rows = self.registers.indexed(holding, by[0], query.wanted[by[0]], work=work)
        elif query.wanted:
            raise UnknownSubject("records aren't found by these fields", why="key")
        elif holding.definition.subject == "person":
            raise RightMissing("people are not listed", why="everybody")
        else:
            rows = store.records_in(register, most=MOST + 1, work=work)
        if len(rows) > MOST:
            raise RequestRefused("this would be too many records", why="many")
        return list({row.record: row for row in rows}.values())

    def _opened(
        self, holding: Holding, rows: Sequence[RecordRow], *, work: Work
    ) -> Iterable[_Opened]:
        """The records that live today."""
        registers = self.registers
        today = registers.clock.now().astimezone(registers.zone).date().isoformat()
        subjects = {row.record: row.subject for row in rows}
        names = list(subjects)
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            for version in registers.store.versions_at(some, as_of=today, known_at=None, work=work):
                if version.alive:
                    subject = subjects[version.record]
                    values = registers.writer.open_version(holding, subject, version)
                    yield _Opened(subject, values)

    def _note(
        self,
        holding: Holding,
        allowed: Grant,
        query: Query,
        looked_at: Iterable[_Opened],
        told: Iterable[Mapping[str, Any]],
        *,
        work: Work,
    ) -> None:
        registers, caller = self.registers, query.caller
        named = {
            code
            for values in told
            for name in holding.definition.schema.persons
            for code in codes_of(values.get(name))
        }
        subjects = [one.subject for one in looked_at]
        subjects += registers.vault.subjects_of(sorted(named)) if named else []
        for subject in dict.fromkeys(subjects):
            registers.record_access(
                subject,
                reader=caller.client,
                purpose=caller.purpose,
                legal_basis=caller.legal_basis,
                service=f"{holding.provider}/{query.offer}",
                work=work,
                action=AccessAction.DISCLOSE,
                fields=allowed.fields,
                acting=caller.user,
                case=caller.issue,
                message_id=caller.message_id or None,
            )


def _fits(values: Mapping[str, Any], offer: ReadOffer, wanted: Mapping[str, Any]) -> bool:
    return all(
        values.get(name) == value
        for given in (offer.where, wanted)
        for name, value in given.items()
    )
