"""What registers' codes mean in people's words, as the registers told and the portal kept.

A register answers for its own codes (``findUsage``, ``/v2/words``). They are nobody's data, so
they are kept as the catalogue is: asked once a minute, shown while the register is silent. A
code for which there is no word is shown as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, ServiceId
from riik.portal.citizen.errors import AnswerUnreadable
from riik.portal.citizen.guides import named
from riik.portal.citizen.shelf import Shelf

__all__ = ["RegisterWords", "Words", "read_words"]

MOST_BYTES = 500_000
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
Names = dict[str, str]


class Words(msgspec.Struct, frozen=True):
    """One register's words: fields, values, purposes and laws, each by language.

    Of a field that is an amount, ``money`` has the currency, or the field that names it.
    """

    names: Names = msgspec.field(default_factory=dict)
    fields: dict[str, Names] = msgspec.field(default_factory=dict)
    values: dict[str, Names] = msgspec.field(default_factory=dict)
    purposes: dict[str, Names] = msgspec.field(default_factory=dict)
    laws: dict[str, Names] = msgspec.field(default_factory=dict)
    money: dict[str, str] = msgspec.field(default_factory=dict)

    def field(self, code: str, language: str) -> str:
        """How a field is called."""
        return named(self.fields.get(code, {}), language) or code

    def value(self, field: str, code: str, language: str) -> str:
        """A value of a field in words, or as it is."""
        return named(self.values.get(f"{field}.{code}", {}), language) or code

    def currency(self, field: str, record: Mapping[str, Any]) -> str:
        """The currency of a field that is an amount of this record; else nothing."""
        said = self.money.get(field, "")
        code = str(record.get(said, "")) if said in record else said
        return code if _CURRENCY.match(code) else ""

    def purpose(self, code: str, language: str) -> str:
        """What a purpose is called."""
        return named(self.purposes.get(code, {}), language) or code

    def law(self, code: str, language: str) -> str:
        """What a law is called."""
        return named(self.laws.get(code, {}), language) or code


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWords:
    """The words of all registers that this portal knows."""

    shelf: Shelf
    registers: Sequence[ClientId]

    async def refresh(self) -> None:
        """Ask every register for its words, all at once."""
        await self._ask(self.registers, counted=True)

    async def all(self) -> Mapping[ClientId, Words]:
        """The words of every register; those of one that never told are empty."""
        kept = await self.shelf.of(self.registers)
        if missing := [one for one in self.registers if one not in kept]:
            await self._ask(missing)
            kept = await self.shelf.of(self.registers)
        return {
            one: read_words(kept[one].content) if one in kept and kept[one].content else Words()
            for one in self.registers
        }

    async def _ask(self, registers: Sequence[ClientId], *, counted: bool = False) -> None:
        services = [ServiceId(one, "findUsage") for one in registers]
        await self.shelf.ask(services, path="/v2/words", check=read_words, counted=counted)


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
