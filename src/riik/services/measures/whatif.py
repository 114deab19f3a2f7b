"""What if one figure of a service were another? Counted over its own past cases, nobody's data.

Two figures can be tried: an amount of the fee, and the days within which to decide. A row says
what a past case paid and how long it took, and not whose it was. Everybody is taken to do what
they did: who would stay away from a higher fee, or would hurry, no past case can tell.

Nothing is told of fewer than ``least`` cases, and how many would be late is told in steps of
``least``: so that asking for one day after the other finds no single case. Pure.

What a changed condition of a decision table (an age, a term) would do needs what each case's
rules saw, which is sealed under its person: that is not computed here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from riik.core import Money

__all__ = ["Past", "deadline_of", "fee_of", "fees_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One past case, as far as these questions go.

    Attributes:
        paid: The fee that was paid; None where none was.
        handed_in_at: When the time to decide began; None before.
        decided_at: When it was decided; None before, and for what was withdrawn.
    """

    paid: Money | None
    handed_in_at: datetime | None
    decided_at: datetime | None


def fees_of(past: Sequence[Past], *, least: int) -> list[dict[str, Any]]:
    """The amounts that were paid, the smallest first: how often each; None is too few to tell."""
    paid = _paid(past)
    return [
        {"amount": amount, "paid": times if times >= least else None}
        for amount, times in sorted(paid.items())
    ]


def fee_of(past: Sequence[Past], *, amount: int, becomes: int, least: int) -> dict[str, Any]:
    """What would have come in, had ``amount`` been ``becomes``; both in minor units.

    ``paid`` and what follows from it are None when too few paid this amount, or nobody did.
    """
    times = _paid(past)[amount]
    told = {"amount": amount, "becomes": becomes}
    if times < least:
        return {**told, "paid": None, "income": None, "would_be": None, "difference": None}
    income, would_be = times * amount, times * becomes
    difference = would_be - income
    return {
        **told,
        "paid": times,
        "income": income,
        "would_be": would_be,
        "difference": difference,
    }


def deadline_of(past: Sequence[Past], *, days: int, least: int) -> dict[str, Any]:
    """How many of the decided cases would have been late, had there been ``days`` to decide.

    ``decided`` and ``late`` are to the nearest ``least``; nothing at all is told as nothing.
    """
    took = [
        one.decided_at - one.handed_in_at for one in past if one.decided_at and one.handed_in_at
    ]
    late = sum(time > timedelta(days=days) for time in took)
    if len(took) < least or 0 < late < least:
        return {"days": days, "decided": _around(len(took), least), "late": None}
    return {"days": days, "decided": _around(len(took), least), "late": _around(late, least)}


def _paid(past: Sequence[Past]) -> Counter[int]:
    return Counter(one.paid.minor for one in past if one.paid is not None)


def _around(count: int, least: int) -> int | None:
    if 0 < count < least:
        return None
    return (2 * count + least) // (2 * least) * least
