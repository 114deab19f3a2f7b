"""A register's desk as its pages see it: each verb for whoever is signed in.

Fills the port `Records` of the officials' pages with `registers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.core import ClientId, IdentifierRefused, InThread, PersonCode
from riik.login import Level
from riik.portal.official.records.ports import Asked, Change
from riik.portal.session import Visitor
from riik.registers import OfficialRefused
from riik.registers.desk.component import RecordsDesk, Wish
from riik.registers.desk.orders import Begun
from riik.registers.desk.reading import Errand

__all__ = ["RegisterRecords"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRecords:
    """Registers' officials at their records; only a sign-in of the surest kind opens something.

    Attributes:
        desk: What they may do.
        names: How people call each member, by its identifier and language.
        in_thread: Where what waits for the store is done.
    """

    desk: RecordsDesk
    names: Mapping[str, Mapping[str, str]]
    in_thread: InThread

    async def seat(self, visitor: Visitor, /) -> Mapping[str, Any]:
        """The registers that this official answers for."""
        return await self.in_thread(self.desk.looking.seat, _sure(visitor))

    async def search(
        self, visitor: Visitor, asked: Asked, /, *, by: str, value: str
    ) -> Sequence[Mapping[str, Any]]:
        """Records by a whole key; the look is on record."""
        return await self.in_thread(
            self.desk.looking.search, _sure(visitor), _errand(asked), by=by, value=value
        )

    async def open(self, visitor: Visitor, asked: Asked, record: str, /) -> Mapping[str, Any]:
        """A record with its history; the look is on record."""
        found = await self.in_thread(self.desk.looking.open, _sure(visitor), _errand(asked), record)
        history = [{**one, "actor_names": self._called(one["actor"])} for one in found["history"]]
        return {**found, "history": history}

    async def form(
        self, visitor: Visitor, asked: Asked, /, *, record: str, offer: str
    ) -> Mapping[str, Any]:
        """What can be typed for a change; the look is on record."""
        return await self.in_thread(
            self.desk.form, _sure(visitor), _errand(asked), record=record, offer=offer
        )

    async def prepare(
        self, visitor: Visitor, asked: Asked, change: Change, /, *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]:
        """Lay a change out to sign."""
        wish = Wish(
            record=change.record,
            offer=change.offer,
            typed=change.typed,
            since=change.since,
            reason=change.reason,
            correction=change.correction,
            always=change.always,
        )
        begun = await self.desk.prepare(
            _sure(visitor), _errand(asked), wish, certificate=certificate, ticket=ticket
        )
        return _to_sign(begun)

    async def complete(self, visitor: Visitor, ticket: str, value: bytes, /) -> Mapping[str, Any]:
        """End a signature."""
        return await self.desk.complete(_sure(visitor), ticket, value)

    async def waiting(self, visitor: Visitor, /) -> Sequence[Mapping[str, Any]]:
        """What waits for a second official."""
        return await self.in_thread(self.desk.waiting, _sure(visitor))

    async def order(self, visitor: Visitor, order: str, /) -> Mapping[str, Any]:
        """What a colleague proposes; the look is on record."""
        return await self.in_thread(self.desk.open_order, _sure(visitor), order)

    async def agree(
        self, visitor: Visitor, order: str, /, *, certificate: bytes
    ) -> Mapping[str, Any]:
        """Lay a colleague's paper out for a second signature."""
        return _to_sign(await self.desk.agree(_sure(visitor), order, certificate=certificate))

    async def refuse(self, visitor: Visitor, order: str, /, *, reason: str) -> None:
        """Leave the record as it is, with reasons."""
        await self.in_thread(self.desk.refuse, _sure(visitor), order, reason=reason)

    def _called(self, actor: str) -> Mapping[str, str]:
        """What people call whoever asked for a change; who has no name is told by identifier."""
        try:
            member = str(ClientId.parse(actor).member)
        except IdentifierRefused:
            return {"": actor}
        return self.names.get(member) or {"": actor}


def _errand(asked: Asked) -> Errand:
    return Errand(register=asked.register, purpose=asked.purpose, case=asked.case)


def _to_sign(begun: Begun) -> Mapping[str, Any]:
    return {"digest": begun.digest, "hash": begun.hash}


def _sure(visitor: Visitor) -> PersonCode:
    if visitor.level is not Level.HIGH:
        raise OfficialRefused("officials sign in by the surest way", why="level")
    return visitor.person
