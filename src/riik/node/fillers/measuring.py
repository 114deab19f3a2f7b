"""How many looks there were: told by each keeper of registers, asked by the portal.

The size of a published log is public anyway, as its tree head is; whose looks they are is not.
Which organisations looked, and for what, is told of ten looks at least, as a multiple of five:
fewer are hidden, and where one hidden count would follow from the log's growth, the next smallest
is hidden with it.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from riik.core import ClientId, InThread, Refused, RiikError, ServiceId, Unavailable
from riik.exchange import Answer, Call, Endpoint, Exchange, Handler, Incoming, Offer
from riik.portal.citizen.words import RegisterWords, Words
from riik.services.measures.telling import IN_EARNEST, Telling
from riik.transparency import Transparency, TrustPolicy, open_checkpoint

__all__ = ["Looks", "groups_told", "look_offers", "telling_of"]

SERVICE = "measures"
LEAST = 10
INVENTED = Telling(least=3, step=1, daily=False)
DAYS = 30
JSON = (("Content-Type", "application/json"),)


def telling_of(demonstration: bool) -> Telling:
    """How roughly figures tell of people; where nobody is real, visitors see more, and now."""
    return INVENTED if demonstration else IN_EARNEST


def look_offers(
    transparency: Transparency,
    providers: Sequence[ClientId],
    *,
    telling: Telling,
    in_thread: InThread,
) -> list[Offer]:
    """``measures`` of each register: how many looks, by whom and for what; nobody's data."""
    log, least = transparency.log, telling.least

    def size() -> int:
        try:
            policy = TrustPolicy(log=log.key)
            return open_checkpoint(log.checkpoint(), policy=policy).checkpoint.size
        except RiikError:
            return 0

    def told(provider: ClientId) -> dict[str, Any]:
        found = size()
        since = transparency.clock.now().date() - timedelta(days=DAYS - 1)
        groups, hidden = groups_told(transparency.counts(since), provider=provider, least=least)
        return {
            "log": log.origin,
            "looks": found if found == 0 or found >= least else None,
            "since": since.isoformat(),
            "least": least,
            "groups": [one | {"looks": telling.count(one["looks"])} for one in groups],
            "hidden": hidden,
        }

    def handler(provider: ClientId) -> Handler:
        async def measures(incoming: Incoming) -> Answer:
            body = msgspec.json.encode(await in_thread(told, provider))
            return Answer(status=200, headers=JSON, body=body)

        return measures

    return [
        Offer(
            provider=provider,
            service=SERVICE,
            endpoints=(Endpoint("GET", "/"),),
            handler=handler(provider),
            requires_purpose=False,
            open_to_all=True,
        )
        for provider in providers
    ]


def groups_told(
    counts: Mapping[tuple[str, str, str], int], *, provider: ClientId, least: int
) -> tuple[list[dict[str, Any]], bool]:
    """One register's looks by organisation and purpose, most first; and whether some are hidden."""
    found: Counter[tuple[str, str]] = Counter()
    for (service, reader, purpose), looks in counts.items():
        if service.startswith(f"{provider}/"):
            found[reader, purpose] += looks
    kept = [one for one in found.most_common() if one[1] >= least]
    hidden = found.total() - sum(looks for _, looks in kept)
    while 0 < hidden < least and kept:
        # What is hidden is too few still: the rest of the log's growth would tell it.
        hidden += kept.pop()[1]
    groups = [
        {"reader": reader, "purpose": purpose, "looks": looks} for (reader, purpose), looks in kept
    ]
    return groups, hidden > 0


class _Group(msgspec.Struct, frozen=True):
    reader: str
    purpose: str
    looks: int


class _Told(msgspec.Struct, frozen=True):
    log: str
    looks: int | None
    least: int = LEAST
    groups: list[_Group] = []
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Asks every register that the portal knows, all at the same time.

    Attributes:
        registers: Each with the names of its keeper.
        words: What registers call their purposes.
        organisations: How members are called, by language.
        patience: Seconds that a register has to answer.
    """

    exchange: Exchange
    client: ClientId
    registers: Sequence[tuple[ClientId, Mapping[str, str]]]
    words: RegisterWords
    organisations: Mapping[str, Mapping[str, str]]
    patience: float

    async def all(self, language: str) -> dict[str, Any]:
        """Looks of all logs that told, each log once; by whom and for what; who is silent."""
        answers = await asyncio.gather(*(self._ask(register) for register, _ in self.registers))
        words = await self.words.all()
        logs: dict[str, int | None] = {}
        rows, silent = [], []
        for (register, names), told in zip(self.registers, answers, strict=True):
            keeper = _named(names, language)
            if told is None:
                silent.append(keeper)
                continue
            logs[told.log] = told.looks
            known = words[register]
            row = {
                "register": _named(known.names, language) or register.subsystem,
                "keeper": keeper,
                "least": told.least,
                "hidden": told.hidden,
                "groups": [self._group(one, known, language) for one in told.groups],
            }
            rows.append(row)
        return {
            "days": DAYS,
            "looks": sum(looks for looks in logs.values() if looks is not None),
            "few": sum(looks is None for looks in logs.values()),
            "logs": len(logs),
            "silent": list(dict.fromkeys(silent)),
            "registers": rows,
        }

    def _group(self, group: _Group, words: Words, language: str) -> dict[str, Any]:
        """One count in words; the purpose of refused attempts is empty."""
        return {
            "reader": _named(self.organisations.get(group.reader, {}), language) or group.reader,
            "purpose": group.purpose and words.purpose(group.purpose, language),
            "looks": group.looks,
        }

    async def _ask(self, register: ClientId) -> _Told | None:
        service = ServiceId(register, SERVICE)
        call = Call(client=self.client, service=service, timeout=self.patience)
        try:
            body = (await self.exchange.call(call)).accepted().body
            return msgspec.json.decode(body, type=_Told)
        except (Unavailable, Refused, msgspec.DecodeError):
            return None


def _named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")
