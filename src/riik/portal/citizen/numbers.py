"""How services do, by their own providers' figures: for whoever answers for all of them.

Counts below ten are not told by providers at all; what arrives here names nobody.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import ClientId, Refused, ServiceId, Unavailable
from riik.exchange import Answer, Call
from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.guides import named

__all__ = ["Numbers"]

ASK_SECONDS = 2.0


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


class _Row(msgspec.Struct, frozen=True):
    service: str
    names: dict[str, str]
    opened: int | None
    decided: int | None
    with_person: int | None
    with_official: int | None
    outcomes: dict[str, int | None]
    channels: dict[str, int | None]
    automatic: float | None
    online: float | None
    median_seconds: int | None
    p95_seconds: int | None
    longest_wait_seconds: int | None


class _Figures(msgspec.Struct, frozen=True):
    since: str
    until: str
    least: int
    services: list[_Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The figures of every provider that this portal knows."""

    exchange: CallOut
    client: ClientId
    providers: Sequence[Provider]

    async def all(self, language: str, *, days: int = 30) -> dict[str, Any]:
        """A row a service, with who answers for it; providers that are silent are named."""
        answers = await asyncio.gather(*(self._of(one.client, days) for one in self.providers))
        rows: list[dict[str, Any]] = []
        silent = []
        for provider, answer in zip(self.providers, answers, strict=True):
            organisation = named(provider.names, language)
            if answer is None:
                silent.append(organisation)
                continue
            rows += [
                {
                    **msgspec.to_builtins(row),
                    "name": named(row.names, language) or row.service,
                    "organisation": organisation,
                    "least": answer.least,
                }
                for row in answer.services
            ]
        return {"days": days, "services": rows, "silent": silent}

    async def _of(self, provider: ClientId, days: int) -> _Figures | None:
        call = Call(
            client=self.client,
            service=ServiceId(provider, "measures"),
            query=urlencode({"days": days}),
            timeout=ASK_SECONDS,
        )
        try:
            body = (await self.exchange.call(call)).accepted().body
            return msgspec.json.decode(body, type=_Figures)
        except (Unavailable, Refused, msgspec.DecodeError, RecursionError):
            return None
