"""How many looks there were: told by each keeper of registers, asked by the portal.

The size of a published log is public anyway, as its tree head is; whose looks they are is not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, InThread, Refused, RiikError, ServiceId, Unavailable
from riik.exchange import Answer, Call, Endpoint, Exchange, Incoming, Offer
from riik.transparency import Log, TrustPolicy, open_checkpoint

__all__ = ["Looks", "least_told", "look_offers"]

SERVICE = "measures"
LEAST, LEAST_INVENTED = 10, 3
ASK_SECONDS = 2.0
JSON = (("Content-Type", "application/json"),)


def least_told(demonstration: bool) -> int:
    """The smallest count of people that is told; where nobody is real, visitors see more."""
    return LEAST_INVENTED if demonstration else LEAST


def look_offers(
    log: Log, providers: Sequence[ClientId], *, least: int, in_thread: InThread
) -> list[Offer]:
    """``measures`` of each register: the size of its keeper's log; nobody's data."""

    def size() -> int:
        try:
            policy = TrustPolicy(log=log.key)
            return open_checkpoint(log.checkpoint(), policy=policy).checkpoint.size
        except RiikError:
            return 0

    async def measures(incoming: Incoming) -> Answer:
        found = await in_thread(size)
        told = {"log": log.origin, "looks": found if found == 0 or found >= least else None}
        return Answer(status=200, headers=JSON, body=msgspec.json.encode(told))

    return [
        Offer(
            provider=provider,
            service=SERVICE,
            endpoints=(Endpoint("GET", "/"),),
            handler=measures,
            requires_purpose=False,
            open_to_all=True,
        )
        for provider in providers
    ]


class _Told(msgspec.Struct, frozen=True):
    log: str
    looks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Asks every register that the portal knows, all at the same time.

    Attributes:
        registers: Each with the names of its keeper.
    """

    exchange: Exchange
    client: ClientId
    registers: Sequence[tuple[ClientId, Mapping[str, str]]]

    async def all(self, language: str) -> dict[str, Any]:
        """Looks of all logs that told, each log once; how many told too few; who is silent."""
        answers = await asyncio.gather(*(self._ask(register) for register, _ in self.registers))
        logs = {told.log: told.looks for told in answers if told is not None}
        silent = [
            names.get(language) or next(iter(names.values()), "")
            for (_, names), told in zip(self.registers, answers, strict=True)
            if told is None
        ]
        return {
            "looks": sum(looks for looks in logs.values() if looks is not None),
            "few": sum(looks is None for looks in logs.values()),
            "logs": len(logs),
            "silent": list(dict.fromkeys(silent)),
        }

    async def _ask(self, register: ClientId) -> _Told | None:
        call = Call(client=self.client, service=ServiceId(register, SERVICE), timeout=ASK_SECONDS)
        try:
            body = (await self.exchange.call(call)).accepted().body
            return msgspec.json.decode(body, type=_Told)
        except (Unavailable, Refused, msgspec.DecodeError):
            return None
