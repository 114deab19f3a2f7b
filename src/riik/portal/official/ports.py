"""What officials' pages need of their authority's desk; the node fills it with `services`.

Every value is plain JSON, as `docs/reference/desk-calls.md` names it: no page reaches into the
component that decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from riik.portal.session import Visitor

__all__ = ["ANOTHER", "PARTNER", "Choice", "Desk", "Helps", "Reader"]

PARTNER = "organisation/"
"""Begins the name of another organisation among those to whom a case can be handed."""

ANOTHER = "another"
"""The ground that no rule names: an official's own words say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An official who is signed in, and the language of their page."""

    visitor: Visitor
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an official chose for one case.

    Attributes:
        case: The case's id.
        version: Of the case as the page showed it; no case's when the page said none.
        outcome: ``grant``, ``refuse``, or nothing yet.
        grounds: Codes of what stands against it, ``another`` is one that the reason says; of a
            grant, what the official says they did themselves.
        reason: Their own words for the letter.
    """

    case: str
    version: int
    outcome: str
    grounds: tuple[str, ...] = ()
    reason: str = ""


class Desk(Protocol):
    """The desk of one authority; every method raises what stands under its verb in `services`."""

    def seat(self, reader: Reader) -> Mapping[str, Any]: ...
    async def queue(
        self, reader: Reader, *, which: str, service: str, after: tuple[str, str] | None
    ) -> Mapping[str, Any]: ...
    async def open(self, reader: Reader, case: str) -> Mapping[str, Any]: ...
    async def document(self, reader: Reader, case: str, name: str) -> tuple[bytes, str]: ...
    async def take(self, reader: Reader, case: str) -> None: ...
    async def hand_over(self, reader: Reader, cases: Sequence[str], *, to: str) -> int: ...
    async def ask(
        self, reader: Reader, case: str, *, pages: Sequence[str], message: str
    ) -> None: ...
    async def withdraw_question(self, reader: Reader, case: str) -> None: ...
    async def ask_again(self, reader: Reader, case: str) -> None: ...
    async def letter(self, reader: Reader, choice: Choice) -> bytes: ...
    async def put_aside(self, reader: Reader, choice: Choice) -> None: ...
    async def take_back(self, reader: Reader, cases: Sequence[str]) -> None: ...
    async def ready(self, reader: Reader) -> Sequence[Mapping[str, Any]]: ...
    async def prepare(
        self, reader: Reader, choice: Choice, *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]: ...
    async def prepare_ready(
        self, reader: Reader, shown: Mapping[str, str], *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]: ...
    async def complete(self, reader: Reader, ticket: str, value: bytes) -> Mapping[str, Any]: ...
    async def find(self, reader: Reader, number: str) -> str: ...
    async def look_up(
        self, reader: Reader, code: str, *, purpose: str, case: str
    ) -> Sequence[Mapping[str, Any]]: ...
    async def own_looks(self, reader: Reader, *, before: str) -> Sequence[Mapping[str, Any]]: ...


class Helps(Protocol):
    """Helping a person who is here, on one screen; raises what `services` raises.

    What is told of an errand: ``official`` (a name), ``service`` (its id), and besides, before
    the person came, the official's ``code``, ``unit``, the service's ``names`` and whether
    somebody has ``taken`` it up; afterwards ``case``, and whether it is ``begun``.
    """

    async def begin(self, reader: Reader, *, service: str, number: str) -> str: ...
    async def again(self, reader: Reader, secret: str) -> None: ...
    async def told(self, secret: str) -> Mapping[str, Any]: ...
    async def take_up(self, visitor: Visitor, secret: str) -> Mapping[str, Any]: ...
    async def beside(self, visitor: Visitor) -> Mapping[str, Any]: ...
