"""Calls out: an authority has its bank give money back."""

from dataclasses import dataclass
from typing import Protocol

from riik.core import ClientId, ServiceId
from riik.exchange import Answer, Call
from riik.formats.payments.pain001 import Initiation, write_pain001
from riik.formats.payments.pain002 import Report, read_pain002

__all__ = ["TransferClient"]


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferClient:
    """The authority's way to its bank's transfers.

    Attributes:
        exchange: The node's security server.
        client: The authority's subsystem.
        bank: The bank's subsystem.
    """

    exchange: CallOut
    client: ClientId
    bank: ClientId

    async def send(self, initiation: Initiation, *, law: str, case: str) -> Report:
        """Ask for transfers (pain.001), answer the bank's word on them (pain.002).

        Raises:
            Unavailable: The bank can't be reached now.
            Refused: The bank takes no such file, or its answer is none.
        """
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.bank, "transfers"),
                method="POST",
                headers=(("Content-Type", "application/xml"),),
                body=write_pain001(initiation),
                purpose="state-fee",
                legal_basis=law,
                issue=case,
            )
        )
        return read_pain002(answer.accepted().body)
