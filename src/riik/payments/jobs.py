"""What the bank does by the outbox: tell creditors that their orders were paid."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from riik.core import Database, InThread
from riik.payments.bank import NOTIFY, Bank
from riik.payments.model import Order

__all__ = ["TellCreditor", "bank_handlers"]


class TellCreditor(Protocol):
    """Tells a creditor that its order was paid; `client.CreditorClient` over the exchange."""

    async def tell(self, order: Order, /, *, payer: str) -> None: ...


def bank_handlers(
    bank: Bank, *, creditors: TellCreditor, database: Database, in_thread: InThread
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; telling twice changes nothing at the creditor."""

    def find(order_id: str) -> tuple[Order, str]:
        with database.read() as work:
            order = bank.find(order_id, work=work)
            return order, bank.payer(order, work=work)

    async def notify(payload: bytes) -> None:
        order_id = msgspec.json.decode(payload, type=str)
        order, payer = await in_thread(find, order_id)
        await creditors.tell(order, payer=payer)

    return {NOTIFY: notify}
