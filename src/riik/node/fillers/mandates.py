"""Who may act for whom, asked of the population register over the exchange (login's port)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from riik.core import ClientId, MemberId, PersonCode, ServiceId, person_code
from riik.exchange import Call, Exchange
from riik.login import Mandate

__all__ = ["PopulationMandates"]


class _Other(msgspec.Struct):
    person: str
    custody: bool = True


class _Answer(msgspec.Struct):
    children: list[_Other] | None = None
    wards: list[_Other] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationMandates:
    """Parents act for their children, guardians for their wards.

    Attributes:
        exchange: Login's own security server.
        client: Login's subsystem.
        population: The register's subsystem.
        legal_basis: The law that makes parents and guardians represent.
    """

    exchange: Exchange
    client: ClientId
    population: ClientId
    legal_basis: str

    @property
    def register(self) -> MemberId:
        """The member that answers."""
        return self.population.member

    async def mandates(
        self, person: PersonCode, /, *, authority: str, case: str
    ) -> Sequence[Mandate]:
        """Whom this person may act for by law."""
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.population, "mandates"),
                purpose="mandates",
                legal_basis=self.legal_basis,
                subject=person,
                authority=authority,
                user=person,
                issue=case,
            )
        )
        if answer.status == 404:
            return ()
        found = msgspec.json.decode(answer.accepted().body, type=_Answer)
        children = [
            Mandate(represented=person_code(child.person), role="parent")
            for child in found.children or ()
            if child.custody
        ]
        wards = [
            Mandate(represented=person_code(ward.person), role="guardian")
            for ward in found.wards or ()
        ]
        return (*children, *wards)
