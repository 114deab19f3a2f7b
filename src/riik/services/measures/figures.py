"""Figures of a provider's services over a period: how many, how fast, by whom, by which way.

Nobody can be found in them: `telling` has the rule. Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from riik.cases import Journey, State
from riik.services.measures.telling import Telling, rough

__all__ = ["figures"]

_OUTCOMES = (State.GRANTED, State.REFUSED, State.WITHDRAWN)
_WITH_PERSON = (State.DRAFT, State.TO_SIGN, State.TO_COSIGN, State.TO_PAY, State.ASKED)
_CHANNELS = ("web", "desk", "api")
_NOW = ("with_person", "with_official")
_WHOLES = (
    (*_NOW, *(state.value for state in _OUTCOMES)),
    (State.GRANTED.value, State.REFUSED.value),
    _CHANNELS,
)
"""Counts that make a whole together: the cases, the decisions, the ways."""
_WAITS = (90, 30, 14, 7, 1)
"""Days; told is the longest that enough cases wait."""
_SLOWEST_OF = 20
"""Of fewer decisions the slowest twentieth is one case."""


def figures(
    journeys: Sequence[Journey],
    *,
    names: Mapping[str, Mapping[str, str]],
    until: datetime,
    telling: Telling,
) -> list[dict[str, Any]]:
    """One row a service, in the order of ``names``; a count that is not told is None.

    Args:
        journeys: The cases of the period, as far as their times and outcomes go.
        names: The services by id, each by language.
        until: The end of the period: how long others have been waiting.
        telling: How counts are told.
    """
    by_service: dict[str, list[Journey]] = {service: [] for service in names}
    for journey in journeys:
        if journey.service in by_service:
            by_service[journey.service].append(journey)
    return [
        {"service": service, "names": dict(names[service]), **_row(found, until, telling)}
        for service, found in by_service.items()
    ]


def _row(journeys: Sequence[Journey], until: datetime, telling: Telling) -> dict[str, Any]:
    decided = [one for one in journeys if one.decided_at is not None]
    automatic = sum(one.decided_by == "computer" for one in decided)
    at_desk = sum(one.channel == "desk" for one in journeys)
    states, ways = (
        Counter(one.state for one in journeys),
        Counter(one.channel for one in journeys),
    )
    counts = {
        "with_person": sum(states[state] for state in _WITH_PERSON),
        "with_official": states[State.WITH_OFFICIAL],
        **{state.value: states[state] for state in _OUTCOMES},
        **{way: ways[way] for way in _CHANNELS},
    }
    told = telling.cells(counts, _WHOLES)
    return {
        "opened": telling.count(len(journeys)),
        "decided": telling.count(len(decided)),
        **{name: told[name] for name in _NOW},
        "outcomes": {state.value: told[state.value] for state in _OUTCOMES},
        "channels": {way: told[way] for way in _CHANNELS},
        "automatic": telling.share(automatic, len(decided)),
        "online": telling.share(len(journeys) - at_desk, len(journeys)),
        **_times(decided, telling),
        "waiting_over_days": _waiting(journeys, until, telling),
    }


def _times(decided: Sequence[Journey], telling: Telling) -> dict[str, int | None]:
    seconds = sorted(
        (one.decided_at - one.handed_in_at).total_seconds()
        for one in decided
        if one.decided_at is not None and one.handed_in_at is not None
    )
    many = len(seconds)
    return {
        "median_seconds": rough(_percentile(seconds, 50)) if many >= telling.least else None,
        "p95_seconds": rough(_percentile(seconds, 95))
        if many >= max(_SLOWEST_OF, telling.least)
        else None,
    }


def _waiting(journeys: Sequence[Journey], until: datetime, telling: Telling) -> int | None:
    """Longer than so many days at least ``least`` cases wait for an official; else None."""
    waits = [
        until - one.handed_in_at
        for one in journeys
        if one.state is State.WITH_OFFICIAL and one.handed_in_at is not None
    ]
    for days in _WAITS:
        if telling.count(sum(wait > timedelta(days=days) for wait in waits)) is not None:
            return days
    return None


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value below which at least so many in a hundred lie (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
