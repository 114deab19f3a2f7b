"""Who works at a desk, what they decide and ask: frozen values, nothing decided here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from riik.core import PersonCode
from riik.profiles import Name

__all__ = [
    "ANOTHER",
    "Act",
    "Amendment",
    "Clerk",
    "Decided",
    "Official",
    "Question",
    "Role",
    "StateCase",
    "Unit",
    "Verdict",
]

ANOTHER = "another"
"""A ground that no rule names: the official writes it out, with its article."""


class StateCase(Protocol):
    """Login's signed word that an official, signed in here and now, wants one case."""

    async def __call__(self, case: str, /) -> str:
        """The statement, compact JWS, made out to this authority."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """An official who is signed in at this desk.

    Attributes:
        person: Who.
        state: Gets login's statement for one case.
        language: In which they read.
    """

    person: PersonCode
    state: StateCase
    language: str = "en"


class Role(StrEnum):
    """What an official may do besides opening the cases of their unit."""

    DECIDE = "decide"
    LEAD = "lead"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A group of officials that shares a queue.

    Attributes:
        code: Its name in files and tables.
        names: By language.
        services: Whose cases it gets, by catalogue id.
    """

    code: str
    names: Mapping[str, str]
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Somebody who decides for the authority, as its configuration says.

    Attributes:
        person: Who.
        name: As letters and colleagues call them.
        unit: Whose queue they work on.
        roles: What they may.
        substitutes: Who stands in for them.
    """

    person: PersonCode
    name: Name
    unit: str
    roles: frozenset[Role] = frozenset({Role.DECIDE})
    substitutes: tuple[PersonCode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an official wants to decide of one case.

    Attributes:
        case: The case's id.
        version: Of the case as the official was shown it: nobody signs over what they never saw.
        outcome: ``grant`` or ``refuse``.
        grounds: Codes of what stands against it; of a granted certified copy, what the official
            says they did themselves. A refusal has one where the rules name any; with
            `ANOTHER` its reason says it.
        reason: The official's own words for the letter, or empty.
    """

    case: str
    version: int
    outcome: str
    grounds: tuple[str, ...] = ()
    reason: str = ""


class Act(StrEnum):
    """What an official's signature under a case does."""

    DECIDE = "decide"
    PROPOSE = "propose"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A verdict that was signed; kept in the case's dossier.

    Attributes:
        act: Whether it decided, or waits for another official.
        official: Who signed, by personal code.
        name: As the letter says it.
        unit: Names of the official's unit, by language.
        outcome: ``grant`` or ``refuse``.
        grounds: Codes.
        reason: The official's own words, or empty.
        at: When it was laid out to sign: RFC 3339.
        digest: SHA-256 of the decision record, hex.
        document: Name of the signed container in the case.
    """

    act: Act
    official: PersonCode
    name: str
    unit: Mapping[str, str]
    outcome: str
    grounds: tuple[str, ...] = ()
    reason: str = ""
    at: str
    digest: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an official asks the person to change or explain.

    Attributes:
        pages: Ids of the pages that can be answered anew.
        message: The official's own words.
        name: Who asks, as the person reads it.
        unit: Names of the official's unit, by language.
        at: When: RFC 3339.
    """

    pages: tuple[str, ...]
    message: str
    name: str
    unit: Mapping[str, str]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """How the person answered a question.

    Attributes:
        question: What was asked.
        before: The answers as they were, by field: those that were changed.
        after: The same fields as they are now.
        at: When it was signed: RFC 3339.
        document: Name of the signed container in the case; empty when nothing is signed.
    """

    question: Question
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    at: str
    document: str = ""
