"""What the bank does by the outbox: tell holders of accounts what was booked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from riik.core import ClientId, Database, InThread
from riik.formats.payments.camt054 import Told
from riik.payments.clearing.component import TELL, Clearing

__all__ = ["TellHolder", "clearing_handlers"]


class TellHolder(Protocol):
    """Tells an account's holder by camt.054; `client.CreditorClient` over the exchange."""

    async def report(self, holder: ClientId, told: Told, /) -> None: ...


def clearing_handlers(
    clearing: Clearing, *, holders: TellHolder, database: Database, in_thread: InThread
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; telling twice changes nothing at the holder."""

    def find(booked_id: str) -> tuple[ClientId, Told] | None:
        with database.read() as work:
            return clearing.told(booked_id, work=work)

    async def tell(payload: bytes) -> None:
        found = await in_thread(find, msgspec.json.decode(payload, type=str))
        if found is not None:
            await holders.report(*found)

    return {TELL: tell}
