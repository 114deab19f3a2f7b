"""Calls between an authority and its bank: order a payment, tell that it was paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from riik.core import ClientId, ServiceId, to_text
from riik.exchange import Answer, Call
from riik.payments.errors import OrderRefused
from riik.payments.model import Fee, Order

__all__ = ["BankClient", "CreditorClient"]

_JSON = (("Content-Type", "application/json"),)


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BankClient:
    """The authority's way to its bank.

    Attributes:
        exchange: The node's security server.
        client: The authority's subsystem that is paid and told.
        bank: The bank's subsystem.
        account: The authority's IBAN.
    """

    exchange: CallOut
    client: ClientId
    bank: ClientId
    account: str

    async def order(self, fee: Fee, *, text: str) -> Mapping[str, str]:
        """Have a fee paid: the bank's order and the address where the person pays it.

        Raises:
            Unavailable: The bank can't be reached now.
            Refused: The bank does not take the order.
        """
        content = {
            "reference": fee.reference,
            "currency": fee.amount.currency,
            "minor": fee.amount.minor,
            "account": self.account,
            "text": text,
        }
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.bank, "orders"),
                method="POST",
                headers=_JSON,
                body=msgspec.json.encode(content),
                purpose="state-fee",
                legal_basis=fee.law,
                issue=fee.case,
            )
        )
        return msgspec.json.decode(answer.accepted().body, type=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditorClient:
    """The bank's way to those it collects for."""

    exchange: CallOut
    client: ClientId

    async def tell(self, order: Order) -> None:
        """Tell a creditor that its order was paid.

        Raises:
            Unavailable: The creditor can't be reached now; the outbox repeats it.
            Refused: The creditor does not accept the payment.
        """
        if order.paid_at is None:
            raise OrderRefused("this order is not paid", why="open")
        content = {
            "order": order.id,
            "reference": order.reference,
            "currency": order.amount.currency,
            "minor": order.amount.minor,
            "paid_at": to_text(order.paid_at),
        }
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(order.creditor, "fees"),
                method="POST",
                path="/notifications",
                headers=_JSON,
                body=msgspec.json.encode(content),
                purpose="state-fee",
                legal_basis="payment",
                message_id=f"paid-{order.id}",
            )
        )
        answer.accepted()
