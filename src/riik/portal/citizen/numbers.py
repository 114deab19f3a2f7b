"""How services do, by their own providers' figures: for whoever answers for all of them.

Counts below ten are not told by providers at all, others roughly; what arrives here names nobody.
How available providers and registers were is this portal's own count: it asks each once a minute
(`shelf`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import ClientId, Refused, ServiceId, Unavailable
from riik.exchange import Answer, Call
from riik.portal.citizen.catalogue import Catalogue, Provider
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.guides import named
from riik.portal.citizen.model import Register
from riik.portal.citizen.shelf import PATIENCE, Shelf
from riik.portal.citizen.words import RegisterWords

__all__ = ["PERIODS", "Availability", "Numbers", "Tries"]

PERIODS = (30, 90, 365)
"""Days over which providers tell figures: no others, or two of them would differ by one day."""


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
    waiting_over_days: int | None


class _Figures(msgspec.Struct, frozen=True):
    since: str
    until: str
    least: int
    step: int
    services: list[_Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The figures of every provider that this portal knows."""

    exchange: CallOut
    client: ClientId
    providers: Sequence[Provider]
    patience: float = PATIENCE

    async def all(self, language: str, *, days: int = 30) -> dict[str, Any]:
        """A row a service, with who answers for it; providers that are silent are named.

        Raises:
            PortalRefused: For a period that nobody tells of (``days``).
        """
        if days not in PERIODS:
            raise PortalRefused("a period has 30, 90 or 365 days", why="days")
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
                    "step": answer.step,
                    "until": answer.until,
                }
                for row in answer.services
            ]
        return {"days": days, "services": rows, "silent": silent}

    async def _of(self, provider: ClientId, days: int) -> _Figures | None:
        call = Call(
            client=self.client,
            service=ServiceId(provider, "measures"),
            query=urlencode({"days": days}),
            timeout=self.patience,
        )
        try:
            body = (await self.exchange.call(call)).accepted().body
            return msgspec.json.decode(body, type=_Figures)
        except (Unavailable, Refused, msgspec.DecodeError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """How often each provider and register answered this portal."""

    shelf: Shelf
    providers: Sequence[Provider]
    registers: Sequence[Register]
    words: RegisterWords

    async def all(self, language: str, *, days: int = 30) -> dict[str, Any]:
        """A row a subsystem; ``asked`` is 0 where nothing was measured yet."""
        counts = await self.shelf.answered(days=days)
        words = await self.words.all()
        known = [(one.client, one.names, "") for one in self.providers]
        known += [
            (
                one.client,
                one.organisation,
                named(words[one.client].names, language) or one.client.subsystem,
            )
            for one in self.registers
        ]
        rows = []
        for client, names, register in known:
            found = counts.get(client)
            row = {
                "organisation": named(names, language),
                "register": register,
                "asked": found.asked if found else 0,
                "answered": found.answered if found else 0,
                "since": found.since if found else None,
            }
            rows.append(row)
        return {"days": days, "rows": rows}


class _Fee(msgspec.Struct, frozen=True):
    amount: int
    paid: int | None


class _OtherFee(msgspec.Struct, frozen=True):
    amount: int
    becomes: int
    paid: int | None
    income: int | None
    would_be: int | None
    difference: int | None


class _OtherDeadline(msgspec.Struct, frozen=True):
    days: int
    decided: int | None
    late: int | None


class _Tried(msgspec.Struct, frozen=True):
    since: str
    until: str
    least: int
    step: int
    deadlines: list[int]
    service: str
    names: dict[str, str]
    currency: str
    deadline_days: int
    fees: list[_Fee]
    fee: _OtherFee | None
    deadline: _OtherDeadline | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Another fee, another deadline: the provider counts it over its own past cases."""

    exchange: CallOut
    client: ClientId
    catalogue: Catalogue
    patience: float = PATIENCE

    async def services(self, language: str) -> list[dict[str, str]]:
        """Which services there are: id and name."""
        guides = (await self.catalogue.services(language))["services"]
        return [{"id": str(one["id"]), "name": str(one["name"])} for one in guides]

    async def what_if(self, service: str, language: str, **figures: int) -> dict[str, Any]:
        """What the provider counted; ``figures`` are ``fee`` and ``becomes``, or ``deadline``.

        Raises:
            PortalRefused: Nobody tells of such a service (``no-service``).
            Unavailable: Its provider does not answer.
            Refused: Its provider refuses the question.
        """
        guide = await self.catalogue.guide(service, language)
        call = Call(
            client=self.client,
            service=ServiceId(ClientId.parse(guide["provider"]), "measures"),
            path="/what-if",
            query=urlencode({"service": service, **figures}),
            timeout=self.patience,
        )
        body = (await self.exchange.call(call)).accepted().body
        try:
            told = msgspec.json.decode(body, type=_Tried)
        except (msgspec.DecodeError, RecursionError) as error:
            raise PortalRefused("the provider talks nonsense", why="shape") from error
        return {
            **msgspec.to_builtins(told),
            "name": guide["name"],
            "organisation": guide["organisation"],
        }
