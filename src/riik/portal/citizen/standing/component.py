"""Suspends providers that do not answer, and offers them again once they do.

Each change is a decision: numbered, with the rounds that it rests on and the digest of the one
before, sealed by the portal. Whoever has them all can check that none is missing and that each
follows from its rounds (`check_decisions`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol

from riik.core import ClientId, Clock, Database, InThread, Refused, Work
from riik.formats import canonical_json, jose
from riik.portal.citizen.standing.rules import (
    ANSWERED_ROUNDS,
    SILENT_ROUNDS,
    Decision,
    Round,
    Standing,
    counts,
    judged,
)

__all__ = ["DecisionsRefused", "StandingStore", "Standings", "check_decisions"]

TYPE = "riik-standing+jws"
ALGORITHMS = ("ES256", "ES384", "RS256")


class DecisionsRefused(Refused):
    """Decisions that do not hold together."""

    code = "portal.decisions-refused"


class StandingStore(Protocol):
    """What is kept."""

    def all(self, *, work: Work) -> dict[ClientId, Standing]: ...
    def put(self, standing: Standing, *, work: Work) -> None: ...
    def decide(self, number: int, *, provider: ClientId, token: str, work: Work) -> None: ...
    def last(self, *, work: Work) -> tuple[int, str]: ...
    def decisions(self, *, work: Work) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """How this portal's providers stand.

    Attributes:
        seal: Seals the content of a decision under the portal's certificate, as compact JWS.
    """

    store: StandingStore
    database: Database
    clock: Clock
    in_thread: InThread
    seal: Callable[[bytes, str], str]

    async def heard(self, answered: Mapping[ClientId, bool]) -> None:
        """Take one round: who answered; decide what follows."""
        if counts(answered):
            await self.in_thread(self._heard, answered)

    async def all(self) -> dict[ClientId, Standing]:
        """How each provider stands; one that was never asked is missing."""
        return await self.in_thread(self._all)

    async def is_suspended(self, provider: ClientId) -> bool:
        """Whether a provider's services are not offered now."""
        standing = (await self.all()).get(provider)
        return standing is not None and standing.suspended_by > 0

    async def decisions(self) -> list[str]:
        """Every decision, sealed, oldest first."""
        return await self.in_thread(self._decisions)

    def _heard(self, answered: Mapping[ClientId, bool]) -> None:
        now = self.clock.now()
        with self.database.work() as work:
            known = self.store.all(work=work)
            for provider, answers in answered.items():
                before = known.get(provider, Standing(provider=provider))
                after, suspends = judged(before, Round(now, answers))
                if suspends is not None:
                    after = self._decide(after, suspends=suspends, work=work)
                if after != before:
                    self.store.put(after, work=work)

    def _decide(self, standing: Standing, *, suspends: bool, work: Work) -> Standing:
        number, token = self.store.last(work=work)
        wanted = SILENT_ROUNDS if suspends else ANSWERED_ROUNDS
        decision = Decision(
            number=number + 1,
            provider=standing.provider,
            suspends=suspends,
            at=self.clock.now(),
            rounds=standing.rounds[-wanted:],
            before=sha256(token.encode()).hexdigest() if token else "",
        )
        sealed = self.seal(canonical_json.encode(decision.content()), TYPE)
        self.store.decide(decision.number, provider=decision.provider, token=sealed, work=work)
        since = decision.at if suspends else None
        return replace(standing, suspended_by=decision.number if suspends else 0, since=since)

    def _all(self) -> dict[ClientId, Standing]:
        with self.database.read() as work:
            return self.store.all(work=work)

    def _decisions(self) -> list[str]:
        with self.database.read() as work:
            return self.store.decisions(work=work)


def check_decisions(tokens: Sequence[str], *, key: bytes) -> list[dict[str, Any]]:
    """The contents of sealed decisions, if they are whole and each follows from its rounds.

    Args:
        tokens: All decisions, oldest first.
        key: The portal's public key, SubjectPublicKeyInfo.

    Raises:
        DecisionsRefused: For ``seal``, ``number`` (one is missing or twice), ``before`` (one was
            changed) or ``rounds`` (it does not follow from what it rests on).
    """
    found: list[dict[str, Any]] = []
    before = ""
    for number, token in enumerate(tokens, 1):
        content = _unsealed(token, key)
        if content.get("number") != number:
            raise DecisionsRefused(f"decision {number} is missing", why="number")
        if content.get("before") != before:
            raise DecisionsRefused(f"what was before decision {number} was changed", why="before")
        _check_rounds(content)
        before = sha256(token.encode()).hexdigest()
        found.append(content)
    return found


def _unsealed(token: str, key: bytes) -> dict[str, Any]:
    try:
        jws = jose.verify(token, key=key, algorithms=ALGORITHMS)
    except Refused as error:
        raise DecisionsRefused("the seal of a decision does not hold", why="seal") from error
    if jws.header.get("typ") != TYPE:
        raise DecisionsRefused("this seal is of something else", why="seal")
    return jose.claims(jws)


def _check_rounds(content: Mapping[str, Any]) -> None:
    suspends = content.get("decision") == "suspended"
    rounds = content.get("rounds", [])
    wanted = SILENT_ROUNDS if suspends else ANSWERED_ROUNDS
    if len(rounds) != wanted or any(one.get("answered") is suspends for one in rounds):
        message = f"decision {content.get('number')} does not follow from its rounds"
        raise DecisionsRefused(message, why="rounds")
