"""When a provider is suspended, and when it is back: pure rules over rounds.

A round is the portal's question "which services do you have?", asked of every provider once a
minute. An answer of the wrong shape counts as none. The rules are the same for a ministry and for
a private school.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from riik.core import ClientId, to_text

__all__ = ["ANSWERED_ROUNDS", "SILENT_ROUNDS", "Decision", "Round", "Standing", "counts", "judged"]

SILENT_ROUNDS: Final = 3
"""So many rounds without an answer, one after the other, suspend."""
ANSWERED_ROUNDS: Final = 2
"""So many answered rounds, one after the other, bring back."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: when, and whether the provider answered as it must."""

    at: datetime
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a provider stands.

    Attributes:
        provider: Who.
        suspended_by: Number of the decision that suspends it; 0 when it is not suspended.
        since: From when it is suspended, UTC; None when it is not.
        rounds: The last rounds, oldest first: what the next decision rests on.
    """

    provider: ClientId
    suspended_by: int = 0
    since: datetime | None = None
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That a provider is suspended or offered again, with the rounds that it rests on.

    Attributes:
        number: From 1, without gaps.
        before: Digest of the decision before, hexadecimal; empty for the first.
    """

    number: int
    provider: ClientId
    suspends: bool
    at: datetime
    rounds: tuple[Round, ...]
    before: str

    def content(self) -> dict[str, Any]:
        """What is sealed."""
        return {
            "number": self.number,
            "provider": str(self.provider),
            "decision": "suspended" if self.suspends else "offered-again",
            "at": to_text(self.at),
            "rule": {"silent-rounds": SILENT_ROUNDS, "answered-rounds": ANSWERED_ROUNDS},
            "rounds": [{"at": to_text(one.at), "answered": one.answered} for one in self.rounds],
            "before": self.before,
        }


def counts(heard: Mapping[ClientId, bool]) -> bool:
    """Whether a round says something of providers: if nobody answered, it says it of us."""
    return any(heard.values())


def judged(standing: Standing, round_: Round) -> tuple[Standing, bool | None]:
    """A standing after one more round, and what follows: suspend, offer again, or nothing."""
    most = max(SILENT_ROUNDS, ANSWERED_ROUNDS)
    after = replace(standing, rounds=(*standing.rounds, round_)[-most:])
    wanted = ANSWERED_ROUNDS if standing.suspended_by else SILENT_ROUNDS
    last = after.rounds[-wanted:]
    alike = len(last) == wanted and all(one.answered is bool(standing.suspended_by) for one in last)
    return after, (not standing.suspended_by) if alike else None
