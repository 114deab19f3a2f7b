"""Batches of events on their way to a subscriber, over the exchange."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from riik.core import ClientId, ServiceId
from riik.exchange import Call, Exchange
from riik.formats.canonical_json import encode
from riik.registers.component import Registers
from riik.registers.following.component import Subscription

__all__ = ["ExchangeSend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSend:
    """Calls the service that a subscriber named; what it answers decides whether it took them."""

    exchange: Exchange
    registers: Registers

    async def __call__(self, subscription: Subscription, batch: dict[str, Any], /) -> None:
        """Give one batch; the same batch again has the same id.

        Raises:
            ServiceRefused: The subscriber does not want it.
            Unavailable: It can't be reached now.
        """
        holding = self.registers.holdings[subscription.register]
        name = f"{subscription.id}/{batch['cursor']}"
        answer = await self.exchange.call(
            Call(
                client=holding.provider,
                service=ServiceId(ClientId.parse(subscription.client), subscription.service),
                method="POST",
                path="/",
                headers=(("Content-Type", "application/json"),),
                body=encode(batch),
                purpose=subscription.purpose,
                legal_basis=subscription.legal_basis,
                message_id=f"events-{sha256(name.encode()).hexdigest()[:32]}",
            )
        )
        answer.accepted()
