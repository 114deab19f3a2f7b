"""The values of registers: what a folder defines, what is asked, what was changed.

Frozen and without behaviour but for the question each can answer about itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from riik.core import ClientId, MemberId, PersonCode, Signer
from riik.registers.schema import RecordSchema

if TYPE_CHECKING:
    from riik.registers.source import InPlace, SourceDefinition

__all__ = [
    "Action",
    "Ask",
    "Caller",
    "CaseTest",
    "ChangeOffer",
    "ChangeRequest",
    "Ended",
    "Holding",
    "Kind",
    "Law",
    "Look",
    "NewRecord",
    "ReadOffer",
    "Reading",
    "RegisterDefinition",
    "Retention",
    "Right",
    "Statement",
    "Step",
    "Who",
    "version_key",
]

_VERSION: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}\Z")


def version_key(version: str) -> tuple[int, ...]:
    """How versions are ordered: number by number, 1.10 after 1.9; what is none comes first."""
    return tuple(map(int, version.split("."))) if _VERSION.match(version) else ()


class Action(StrEnum):
    """What a right allows."""

    READ = "read"
    CHANGE = "change"
    CORRECT = "correct"
    SUBSCRIBE = "subscribe"


class Kind(StrEnum):
    """What a change does to its record."""

    OPEN = "open"
    CHANGE = "change"
    CORRECT = "correct"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A law the register rests on.

    Attributes:
        id: Its name as the header ``Riik-Legal-Basis`` gives it.
        country: ``ee`` or ``vn``; empty where every country may use it.
        names: By language.
        articles: The articles meant.
        assumed: Law or articles are to be confirmed by the owner's lawyer.
    """

    id: str
    country: str
    names: Mapping[str, str]
    articles: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long records are kept after they were closed."""

    years_after_close: int
    ground: str
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Clients a right speaks of: all that is not empty must fit.

    Attributes:
        role: A member's role in this state, such as ``transport``.
        member_class: Its class, such as ``GOV``.
        subsystem: Its subsystem.
        client: One client by its full identifier.
    """

    role: str = ""
    member_class: str = ""
    subsystem: str = ""
    client: str = ""

    def admits(self, client: ClientId, roles: frozenset[str]) -> bool:
        """Is this client, whose member has these roles, among them?"""
        return (
            self.role in ("", *roles)
            and self.member_class in ("", client.member.member_class)
            and self.subsystem in ("", client.subsystem)
            and self.client in ("", str(client))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may do what with which fields, for which purpose, by which law.

    Attributes:
        who: The clients.
        action: What they may do.
        offers: Through which offers.
        purpose: For this purpose only.
        legal_basis: Id of a law of the register.
        fields: These fields and no other.
        statement: Whether the person's own signed statement is needed.
    """

    who: Who
    action: Action
    offers: tuple[str, ...]
    purpose: str
    legal_basis: str
    fields: frozenset[str]
    statement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOffer:
    """A question that the register answers.

    Attributes:
        id: Service code on the exchange.
        names: By language.
        fields: What it can answer, in the order of the schema.
        all_records: Every record of the person, or the newest one.
        where: Only records whose fields have these values.
        newest_by: Field whose greatest value chooses the newest; empty: recorded last.
        look_up: Indexed fields by which a record may be named instead of its person.
    """

    id: str
    names: Mapping[str, str]
    fields: tuple[str, ...]
    all_records: bool
    where: Mapping[str, Any]
    newest_by: str
    look_up: tuple[str, ...]

    def chosen(
        self, records: Sequence[Mapping[str, Any]], key: tuple[str, str] | None
    ) -> Sequence[Mapping[str, Any]]:
        """The records that the offer speaks of: all, or the newest one."""
        fitting = [
            values
            for values in records
            if all(values.get(name) == wanted for name, wanted in self.where.items())
            # A record may have had the value once: only one that has it now was asked for.
            and (key is None or values.get(key[0]) == key[1])
        ]
        if self.newest_by:
            fitting.sort(key=lambda values: str(values.get(self.newest_by, "")))
        return fitting if self.all_records else fitting[-1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOffer:
    """A change that the register takes: its kind and the fields it may touch.

    ``look_up`` are indexed fields that say which record is meant, where a person has several.
    """

    id: str
    names: Mapping[str, str]
    kind: Kind
    fields: tuple[str, ...]
    look_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTest:
    """One test of the folder: who asks for what, and what is expected.

    Attributes:
        id: A sentence.
        who: The client that asks, by role, class and subsystem.
        action: What it asks to do.
        offer: Through which offer.
        purpose: The purpose it gives.
        legal_basis: The law it gives.
        fields: What it asks; empty asks all it may have.
        statement: Whether it brings the person's statement.
        expect: ``ok`` or the ``why`` of the refusal.
        given: The fields it gets when ``ok`` and it asked for all.
    """

    id: str
    who: Who
    action: Action
    offer: str
    purpose: str
    legal_basis: str
    fields: tuple[str, ...]
    statement: bool
    expect: str
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one field with one version of the register.

    Attributes:
        to: The version that begins with it.
        field: The field's name from then on; the old one where it ended.
        renamed_from: What it was called before; empty when it was called so.
        values: Codes that mean another one now.
        default: What older records have where they have nothing that fits; None: nothing.
        ended: The field is no more.
    """

    to: str
    field: str
    renamed_from: str = ""
    values: Mapping[str, Any]
    default: Any = None
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A right or a whole offer that ends on purpose with one version of the register.

    Attributes:
        to: The version that begins without it.
        offer: The offer.
        who: Whose right; None: everybody's.
        purpose: For which purpose; empty: for any.
    """

    to: str
    offer: str
    who: Who | None
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDefinition:
    """One register, as data; nothing in it can execute.

    Attributes:
        id: Subsystem code on the exchange.
        version: The owner's version.
        digest: SHA-256 of the folder's files, hex.
        owner: Role of the member that answers for it.
        subject: ``person``, ``organisation`` or ``thing``.
        single: One record a subject, or several.
        names: By language.
        languages: The first is the law's.
        laws: The laws it rests on.
        retention: How long records are kept.
        schema: What a record looks like.
        reads: Questions, by id.
        changes: Changes, by id.
        rights: Who may what; what no row allows is refused.
        cases: The folder's tests.
        texts: By language: names of fields, values and purposes by id.
        four_eyes: Changes that a second official has to agree to.
        steps: What became of fields from version to version, the oldest first.
        ended: Rights and offers that ended on purpose.
        source: The table that is read in place; None: the register keeps its records.
    """

    id: str
    version: str
    digest: str
    owner: str
    subject: str
    single: bool
    names: Mapping[str, str]
    languages: tuple[str, ...]
    laws: tuple[Law, ...]
    retention: Retention
    schema: RecordSchema
    reads: Mapping[str, ReadOffer]
    changes: Mapping[str, ChangeOffer]
    rights: tuple[Right, ...]
    cases: tuple[CaseTest, ...]
    texts: Mapping[str, Mapping[str, str]]
    four_eyes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    ended: tuple[Ended, ...] = ()
    source: "SourceDefinition | None" = None

    def wants_two(self, offer: str, fields: Iterable[str]) -> bool:
        """Whether a second official has to agree to a change by hand.

        It is what a change touches that counts, not what it is called: a correction of a field
        that an offer of four eyes may change is such a change too.
        """
        guarded = {name for one in self.four_eyes for name in self.changes[one].fields}
        return offer in self.four_eyes or not guarded.isdisjoint(fields)

    def steps_after(self, written: str) -> tuple[Step, ...]:
        """What became of fields since this version of the register."""
        if written == self.version or not self.steps:
            return ()
        first, last = version_key(written), version_key(self.version)
        return tuple(step for step in self.steps if first < version_key(step.to) <= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A register that this node keeps: its definition, its address and its owner's key.

    Attributes:
        definition: What it is.
        provider: Its subsystem; the owner's member in front.
        signer: The owner's key that signs changes.
        oldest: The first version that the node kept: what was written without one is of it.
        source: The table that is read in place, if the register keeps no records itself.
    """

    definition: RegisterDefinition
    provider: ClientId
    signer: Signer
    oldest: str = ""
    source: "InPlace | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What decides about a right, and nothing more.

    Attributes:
        action: What is to be done.
        offer: Through which offer.
        client: Who asks.
        roles: Roles of its member.
        purpose: What for; empty when not given.
        legal_basis: By which law; empty when not given.
        fields: Which fields; None asks all that the right allows.
        statement: Whether the person's statement came with it.
    """

    action: Action
    offer: str
    client: ClientId
    roles: frozenset[str]
    purpose: str
    legal_basis: str
    fields: tuple[str, ...] | None
    statement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as the exchange proved it.

    Attributes:
        client: The subsystem whose member signed the message.
        purpose: What for; empty when not given.
        legal_basis: By which law; empty when not given.
        user: Who acts.
        authority: Login's signed statement, compact JWS.
        issue: Number of the case.
        message_id: The same id is the same wish.
    """

    client: ClientId
    purpose: str = ""
    legal_basis: str = ""
    user: PersonCode | None = None
    authority: str | None = None
    issue: str | None = None
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What login's verified statement says (`VerifyAuthority` makes it out of the JWS).

    Attributes:
        person: Who signed in.
        represented: Whom the person acts for; None for oneself.
        audience: The one member that may use it.
        case: Number of the case it belongs to.
    """

    person: PersonCode
    represented: PersonCode | None
    audience: MemberId
    case: str

    @property
    def about(self) -> PersonCode:
        """Whose matter it is."""
        return self.represented or self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One question to a register.

    Attributes:
        register: Its id.
        offer: Which question.
        caller: Who asks.
        subject: Whose record; None when `key` names it.
        key: Indexed field and value that name a record.
        fields: What is asked; None asks all that the right allows.
        as_of: Day for which the record is asked; None is today.
        known_at: Moment at which it was known so; None is now.
    """

    register: str
    offer: str
    caller: Caller
    subject: PersonCode | None
    key: tuple[str, str] | None = None
    fields: tuple[str, ...] | None = None
    as_of: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the register answers.

    Attributes:
        register: Its id.
        fields: The fields answered.
        records: One mapping a record; a field without a value is None.
        as_of: The day it holds for.
        known_at: The moment of knowledge it holds for.
    """

    register: str
    fields: tuple[str, ...]
    records: tuple[Mapping[str, Any], ...]
    as_of: date
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One change asked of a register.

    Attributes:
        register: Its id.
        offer: Which change.
        caller: Who asks.
        subject: Whose record.
        values: Fields and their new values; None takes a value away.
        valid_from: First day it holds; None is today.
        valid_to: Day after the last; None holds on.
        record: Which record, where a person has several.
        key: The same by an indexed field and its present value.
    """

    register: str
    offer: str
    caller: Caller
    subject: PersonCode
    values: Mapping[str, Any]
    valid_from: date | None = None
    valid_to: date | None = None
    record: str | None = None
    key: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record that its owner opens."""

    subject: PersonCode
    values: Mapping[str, Any]
    valid_from: date
