"""What if one figure of a service were another? Counted over its own past cases, nobody's data.

Two figures can be tried: an amount of the fee, and the days within which to decide. A row says
what a past case paid and how long it took, and not whose it was. Everybody is taken to do what
they did: who would stay away from a higher fee, or would hurry, no past case can tell.

Counts are told by the rule of `telling`, sums are made of told counts, and only the deadlines of
``DEADLINES`` can be tried: asking for one after the other, or on one day after the other, finds no
single case. Pure.

What a changed condition of a decision table (an age, a term) would do needs what each case's
rules saw, which is sealed under its person: that is not computed here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from riik.core import Money
from riik.services.measures.telling import Telling

__all__ = ["DEADLINES", "Past", "deadline_of", "fee_of", "fees_of"]

DEADLINES = (1, 3, 7, 14, 30, 60, 90)
"""Days within which to decide, as they can be tried."""


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


def fees_of(past: Sequence[Past], *, telling: Telling) -> list[dict[str, Any]]:
    """The amounts that enough people paid, the smallest first, and how often each.

    What few paid is left out: that somebody paid this very amount tells of them already.
    """
    told = [(amount, telling.count(times)) for amount, times in sorted(_paid(past).items())]
    return [{"amount": amount, "paid": paid} for amount, paid in told if paid is not None]


def fee_of(past: Sequence[Past], *, amount: int, becomes: int, telling: Telling) -> dict[str, Any]:
    """What would have come in, had ``amount`` been ``becomes``; both in minor units.

    ``paid`` and what follows from it are None when too few paid this amount, or nobody did.
    """
    paid = telling.count(_paid(past)[amount])
    told = {"amount": amount, "becomes": becomes}
    if paid is None:
        return {**told, "paid": None, "income": None, "would_be": None, "difference": None}
    income, would_be = paid * amount, paid * becomes
    return {
        **told,
        "paid": paid,
        "income": income,
        "would_be": would_be,
        "difference": would_be - income,
    }


def deadline_of(past: Sequence[Past], *, days: int, telling: Telling) -> dict[str, Any]:
    """How many of the decided cases would have been late, had there been ``days`` to decide.

    ``late`` is None for too few and for none.
    """
    took = [
        one.decided_at - one.handed_in_at for one in past if one.decided_at and one.handed_in_at
    ]
    late = sum(time > timedelta(days=days) for time in took)
    return {"days": days, "decided": telling.count(len(took)), "late": telling.count(late)}


def _paid(past: Sequence[Past]) -> Counter[int]:
    return Counter(one.paid.minor for one in past if one.paid is not None)
