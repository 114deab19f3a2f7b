"""Everything that the citizens' pages may ask: one value, handed to whoever makes pages.

``docs/reference/portal-calls.md`` says what each verb answers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from riik.core import ClientId
from riik.portal.citizen.catalogue import Catalogue
from riik.portal.citizen.component import Portal
from riik.portal.citizen.mine import Mandated, MyCases
from riik.portal.citizen.notices import Notices
from riik.portal.citizen.numbers import Numbers
from riik.portal.citizen.own import OwnData
from riik.portal.citizen.tracking import Tracking
from riik.portal.session import Visitor

__all__ = ["CitizenCounter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenCounter:
    """The portal's verbs by what they are about.

    Attributes:
        portal: Starting cases and taking steps in them.
        catalogue: What services there are.
        cases: A person's cases at all providers.
        acting: For whom a person may act.
        told: Notices.
        held: What registers hold of a person.
        tracking: Who looked.
        numbers: How services do.
    """

    portal: Portal
    catalogue: Catalogue
    cases: MyCases
    acting: Mandated
    told: Notices
    held: OwnData
    tracking: Tracking
    numbers: Numbers

    async def mandates(self, visitor: Visitor, language: str = "en") -> dict[str, Any]:
        """For whom the visitor may act."""
        return await self.acting.of(visitor, language)

    async def notices(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """What the state told the visitor."""
        return await self.told.all(visitor, language)

    async def read_notice(
        self, visitor: Visitor, *, sender: str, notice: str, language: str
    ) -> dict[str, Any]:
        """One notice; the first time, it is written down that it reached the visitor."""
        return await self.told.read(visitor, sender=sender, notice=notice, language=language)

    async def own(
        self, visitor: Visitor, language: str, *, only: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """What each register holds of the visitor; ``only`` names those to ask."""
        return await self.held.all(visitor, language, only=only)

    async def correct(
        self,
        visitor: Visitor,
        *,
        register: ClientId,
        field: str,
        says: str,
        should_be: str,
        why: str = "",
        language: str = "et",
        once: str = "",
    ) -> dict[str, Any]:
        """Ask a register's owner to set something right; answers its number and the days."""
        return await self.held.correct(
            visitor,
            register=register,
            field=field,
            says=says,
            should_be=should_be,
            why=why,
            language=language,
            once=once,
        )

    async def corrections(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """What the visitor said against records, and what was answered."""
        return await self.held.corrections(visitor, language)

    async def looks(self, visitor: Visitor, language: str, *, days: int = 30) -> dict[str, Any]:
        """Who looked at the visitor's data."""
        return await self.tracking.looks(visitor, language, days=days)

    async def receipt(self, visitor: Visitor, *, register: ClientId, entry: str) -> bytes:
        """The receipt of one look, to keep and to check elsewhere."""
        return await self.tracking.receipt(visitor, register=register, entry=entry)
