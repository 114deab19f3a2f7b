"""What these pages need of a register's desk; the node fills it with `registers`.

Every value is plain JSON, its names by language: no page reaches into the component that decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from riik.portal.session import Visitor

__all__ = ["Asked", "Change", "Records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """In which register somebody looks, for which purpose and in which case."""

    register: str
    purpose: str
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an official wants to change.

    ``typed`` is what was typed, by field: under ``value``, or each part under its name. ``since``
    is the day from which it holds, None today; ``always`` says that it was always wrong.
    """

    record: str
    offer: str
    typed: Mapping[str, Mapping[str, str]]
    since: date | None
    reason: str
    correction: str
    always: bool


class Records(Protocol):
    """The desk of one node's registers; every method raises what stands in `registers.desk`."""

    async def seat(self, visitor: Visitor, /) -> Mapping[str, Any]: ...
    async def search(
        self, visitor: Visitor, asked: Asked, /, *, by: str, value: str
    ) -> Sequence[Mapping[str, Any]]: ...
    async def open(self, visitor: Visitor, asked: Asked, record: str, /) -> Mapping[str, Any]: ...
    async def form(
        self, visitor: Visitor, asked: Asked, /, *, record: str, offer: str
    ) -> Mapping[str, Any]: ...
    async def prepare(
        self, visitor: Visitor, asked: Asked, change: Change, /, *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]: ...
    async def complete(
        self, visitor: Visitor, ticket: str, value: bytes, /
    ) -> Mapping[str, Any]: ...
    async def waiting(self, visitor: Visitor, /) -> Sequence[Mapping[str, Any]]: ...
    async def order(self, visitor: Visitor, order: str, /) -> Mapping[str, Any]: ...
    async def agree(
        self, visitor: Visitor, order: str, /, *, certificate: bytes
    ) -> Mapping[str, Any]: ...
    async def refuse(self, visitor: Visitor, order: str, /, *, reason: str) -> None: ...
