"""Telling a person something through their inbox, as the register that has to tell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, PersonCode, ServiceId
from riik.exchange import Call, Exchange

__all__ = ["RegisterNotices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNotices:
    """Puts notices of registers into inboxes (registers' port).

    Attributes:
        exchange: The node's security server.
        client: The subsystem of a register, by its id.
        inbox: The inbox's subsystem; None tells nobody.
        legal_basis: The law that makes the register tell.
    """

    exchange: Exchange
    client: Callable[[str], ClientId]
    inbox: ClientId | None
    legal_basis: str

    async def __call__(
        self, person: PersonCode, notice: Mapping[str, Any], /, *, register: str
    ) -> None:
        """Put it there, once by its id.

        Raises:
            Unavailable: The inbox can't be reached now; the outbox repeats it.
        """
        if self.inbox is None:
            return
        answer = await self.exchange.call(
            Call(
                client=self.client(register),
                service=ServiceId(self.inbox, "notices"),
                method="POST",
                headers=(("Content-Type", "application/json"),),
                body=msgspec.json.encode(dict(notice)),
                purpose="notice",
                legal_basis=self.legal_basis,
                subject=person,
                message_id=str(notice["id"]),
            )
        )
        answer.accepted()
