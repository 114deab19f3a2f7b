"""What registers' codes mean in people's words, as the registers told and the portal kept.

A register answers for its own codes (``findUsage``, ``/v2/words``). They are nobody's data, so
they are kept as the catalogue is: asked once a minute, shown while the register is silent. A
code for which there is no word is shown as it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from riik.core import ClientId, Clock, Database, InThread, Refused, ServiceId, Unavailable
from riik.exchange import Call
from riik.portal.citizen.catalogue import CallOut, CatalogueStore, KeptGuides
from riik.portal.citizen.errors import AnswerUnreadable
from riik.portal.citizen.guides import named

__all__ = ["RegisterWords", "Words", "read_words"]

ASK_SECONDS = 2.0
MOST_BYTES = 500_000
Names = dict[str, str]


class Words(msgspec.Struct, frozen=True):
    """One register's words: fields, values, purposes and laws, each by language."""

    names: Names = msgspec.field(default_factory=dict)
    fields: dict[str, Names] = msgspec.field(default_factory=dict)
    values: dict[str, Names] = msgspec.field(default_factory=dict)
    purposes: dict[str, Names] = msgspec.field(default_factory=dict)
    laws: dict[str, Names] = msgspec.field(default_factory=dict)

    def field(self, code: str, language: str) -> str:
        """How a field is called."""
        return named(self.fields.get(code, {}), language) or code

    def value(self, field: str, code: str, language: str) -> str:
        """A value of a field in words, or as it is."""
        return named(self.values.get(f"{field}.{code}", {}), language) or code

    def purpose(self, code: str, language: str) -> str:
        """What a purpose is called."""
        return named(self.purposes.get(code, {}), language) or code

    def law(self, code: str, language: str) -> str:
        """What a law is called."""
        return named(self.laws.get(code, {}), language) or code


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWords:
    """The words of all registers that this portal knows."""

    store: CatalogueStore
    database: Database
    clock: Clock
    in_thread: InThread
    exchange: CallOut
    client: ClientId
    registers: Sequence[ClientId]

    async def refresh(self) -> None:
        """Ask every register for its words, all at once."""
        await asyncio.gather(*(self._ask(register) for register in self.registers))

    async def all(self) -> Mapping[ClientId, Words]:
        """The words of every register; those of one that never told are empty."""
        kept = await self.in_thread(self._kept)
        if missing := [one for one in self.registers if one not in kept]:
            await asyncio.gather(*(self._ask(register) for register in missing))
            kept = await self.in_thread(self._kept)
        return {one: kept.get(one, Words()) for one in self.registers}

    async def _ask(self, register: ClientId) -> None:
        call = Call(
            client=self.client,
            service=ServiceId(register, "findUsage"),
            path="/v2/words",
            purpose="own-data",
            legal_basis="GDPR",
            timeout=ASK_SECONDS,
        )
        try:
            content = (await self.exchange.call(call)).accepted().body
            read_words(content)
        except (Unavailable, Refused):
            return
        await self.in_thread(self._keep, register, content)

    def _keep(self, register: ClientId, content: bytes) -> None:
        kept = KeptGuides(provider=register, content=content, as_of=self.clock.now(), silent=False)
        with self.database.work() as work:
            self.store.put_guides(kept, work=work)

    def _kept(self) -> dict[ClientId, Words]:
        with self.database.read() as work:
            kept = self.store.guides(work=work)
        return {
            one.provider: read_words(one.content) for one in kept if one.provider in self.registers
        }


def read_words(content: bytes) -> Words:
    """A register's words as it told them.

    Raises:
        AnswerUnreadable: For ``size`` or ``shape``.
    """
    if len(content) > MOST_BYTES:
        raise AnswerUnreadable("a register's words are too many", why="size", most=MOST_BYTES)
    try:
        return msgspec.json.decode(content, type=Words)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerUnreadable("these are no words of a register", why="shape") from error
