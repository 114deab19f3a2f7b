"""An order: the change that an official signs with their card, as it is kept until it is made.

Pure values, and the shape of what keeps them. An order is *laid* before it is signed, *proposed*
when a second official has to agree, then *made*, or *refused* by that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from riik.core import PersonCode, SubjectId, Work

__all__ = ["LAID", "MADE", "PROPOSED", "REFUSED", "Begun", "Order", "OrderStore", "Pens"]

LAID, PROPOSED, MADE, REFUSED = "laid", "proposed", "made", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the store has it; what it says is sealed for the person whose record it is.

    Attributes:
        id: The page's ticket.
        register: In which register.
        record: Which record.
        subject: Whose.
        official: Who signs it, or signed.
        state: `LAID`, `PROPOSED`, `MADE` or `REFUSED`.
        at: When it was laid out.
        paper: What is signed, sealed.
        begun: A signature under way, sealed for its official; empty when there is none.
        second: The other official; empty while there is none.
        container: The signed container, sealed; empty before the first signature.
    """

    id: str
    register: str
    record: str
    subject: SubjectId
    official: SubjectId
    state: str
    at: datetime
    paper: bytes
    begun: bytes = b""
    second: str = ""
    container: bytes = b""


class OrderStore(Protocol):
    """What is kept; `store.SqlOrderStore` keeps it in SQL."""

    def insert(self, order: Order, *, work: Work) -> None: ...
    def load(self, order: str, *, work: Work) -> Order | None: ...
    def save(self, order: Order, *, before: str, work: Work) -> bool: ...
    def drop(self, order: str, *, work: Work) -> None: ...
    def drop_laid(self, *, before: datetime, work: Work) -> None: ...
    def proposed(self, *, limit: int, work: Work) -> list[Order]: ...
    def of_record(self, record: str, *, work: Work) -> Sequence[Order]: ...


class Begun(Protocol):
    """A signature under way: what the card must sign, and what ends it."""

    @property
    def digest(self) -> bytes: ...
    @property
    def hash(self) -> str: ...
    @property
    def opaque(self) -> bytes: ...


class Pens(Protocol):
    """Makes and ends officials' signatures: containers ASiC-E LT."""

    async def begin(
        self,
        content: dict[str, Any],
        certificate: bytes,
        /,
        *,
        person: PersonCode,
        language: str,
        name: str = ...,
    ) -> Begun: ...
    async def begin_more(
        self, container: bytes, certificate: bytes, /, *, person: PersonCode
    ) -> Begun: ...
    async def finish(self, opaque: bytes, value: bytes, /) -> bytes: ...
