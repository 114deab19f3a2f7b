"""Figures of a provider's services over a period: how many, how fast, by whom, by which way.

Nobody can be found in them: a count below ten is not told, and where a part of a whole is not
told, no part of it is, for the rest would give it away (primary and complementary suppression).
Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from riik.cases import Journey, State

__all__ = ["LEAST", "figures", "share", "told"]

LEAST = 10
"""The smallest count that is told; nothing at all is told as nothing."""

_OUTCOMES = (State.GRANTED, State.REFUSED, State.WITHDRAWN)
_WITH_PERSON = (State.DRAFT, State.TO_SIGN, State.TO_PAY, State.ASKED)


def figures(
    journeys: Sequence[Journey],
    *,
    names: Mapping[str, Mapping[str, str]],
    now: datetime,
    least: int = LEAST,
) -> list[dict[str, Any]]:
    """One row a service, in the order of ``names``; a count that is not told is None.

    Args:
        journeys: The cases of the period, as far as their times and outcomes go.
        names: The services by id, each by language.
        now: For how long others have been waiting.
        least: The smallest count that is told.
    """
    by_service: dict[str, list[Journey]] = {service: [] for service in names}
    for journey in journeys:
        if journey.service in by_service:
            by_service[journey.service].append(journey)
    return [
        {"service": service, "names": dict(names[service]), **_row(found, now, least)}
        for service, found in by_service.items()
    ]


def told(parts: Mapping[str, int], least: int = LEAST) -> dict[str, int | None]:
    """Parts of one whole: all of them, or none when one is too small to be told."""
    hidden = any(0 < count < least for count in parts.values())
    return {name: None if hidden and count else count for name, count in parts.items()}


def share(part: int, whole: int, least: int = LEAST) -> float | None:
    """A share in thousandths; not told when it would tell of a few."""
    few = 0 < part < least or 0 < whole - part < least
    return None if few or whole < least else round(part / whole, 3)


def _row(journeys: Sequence[Journey], now: datetime, least: int) -> dict[str, Any]:
    decided = [one for one in journeys if one.decided_at is not None]
    automatic = sum(one.decided_by == "computer" for one in decided)
    seconds = sorted(
        (one.decided_at - one.handed_in_at).total_seconds()
        for one in decided
        if one.decided_at is not None and one.handed_in_at is not None
    )
    states = Counter(one.state for one in journeys)
    waiting = [
        (now - one.handed_in_at).total_seconds()
        for one in journeys
        if one.state is State.WITH_OFFICIAL and one.handed_in_at is not None
    ]
    enough = len(seconds) >= least
    return {
        **told({"opened": len(journeys)}, least),
        **told({"decided": len(decided)}, least),
        **told({"with_person": sum(states[state] for state in _WITH_PERSON)}, least),
        **told({"with_official": states[State.WITH_OFFICIAL]}, least),
        "outcomes": told({state.value: states[state] for state in _OUTCOMES}, least),
        "channels": told(Counter(one.channel or "unknown" for one in journeys), least),
        "automatic": share(automatic, len(decided), least),
        "online": share(sum(one.channel != "desk" for one in journeys), len(journeys), least),
        "median_seconds": round(_percentile(seconds, 50)) if enough else None,
        "p95_seconds": round(_percentile(seconds, 95)) if enough else None,
        "longest_wait_seconds": round(max(waiting)) if len(waiting) >= least else None,
    }


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value below which at least so many in a hundred lie (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
