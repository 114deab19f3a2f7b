"""What the bank does by the outbox: tell creditors that their orders were paid."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from riik.core import Database, InThread
from riik.payments.bank import NOTIFY, Bank
from riik.payments.client import CreditorClient
from riik.payments.model import Order

__all__ = ["bank_handlers"]


def bank_handlers(
    bank: Bank, *, creditors: CreditorClient, database: Database, in_thread: InThread
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; telling twice changes nothing at the creditor."""

    def find(order_id: str) -> Order:
        with database.read() as work:
            return bank.find(order_id, work=work)

    async def notify(payload: bytes) -> None:
        order_id = msgspec.json.decode(payload, type=str)
        await creditors.tell(await in_thread(find, order_id))

    return {NOTIFY: notify}
