"""How counts of people are told so that nobody is found in them: one rule for all figures.

1. A count under ``least`` is not told, and none at all is told the same way.
2. Any other is told as the multiple of ``step`` below it; shares and sums are made of told counts,
   and a share is told only where that leaves it right within five points.
3. Where one part of a whole is not told, another one, the smallest, is not told either.
4. Periods are of fixed lengths and end with a whole day, so that no two differ by one case.
5. A time is told in whole minutes, hours or days, rounded up.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

__all__ = ["IN_EARNEST", "PERIODS", "Telling", "rough"]

PERIODS = (30, 90, 365)
"""Days over which figures are told; freely chosen ones would differ by a day's cases."""

_POINTS = 20
"""One in so many is five points."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told, and how roughly.

    Attributes:
        least: The smallest count that is told.
        step: Counts are told as multiples of it.
        daily: Periods end with the last whole day (UTC); where nobody is real, at this moment.
    """

    least: int = 10
    step: int = 5
    daily: bool = True

    def count(self, count: int) -> int | None:
        """A count as it is told; None for too few, and for none."""
        return None if count < self.least else count // self.step * self.step

    def share(self, part: int, whole: int) -> float | None:
        """A share in hundredths, made of what is told; None where that could mislead.

        Too few on one side, or none, are told as 0 or 1 when the whole is so large that they are
        less than one in twenty.
        """
        told, rest = self.count(part), self.count(whole - part)
        if told is None or rest is None:
            many = (told or 0) + (rest or 0) >= _POINTS * self.least
            return float(rest is None) if many else None
        whole_told = told + rest
        return round(told / whole_told, 2) if whole_told >= _POINTS * (self.step - 1) else None

    def until(self, now: datetime) -> datetime:
        """Where a period ends."""
        if not self.daily:
            return now
        return now.replace(hour=0, minute=0, second=0, microsecond=0)

    def cells(
        self, counts: Mapping[str, int], wholes: Sequence[Sequence[str]]
    ) -> dict[str, int | None]:
        """Counts as they are told, none of which follows from the others.

        Args:
            counts: All of them by name.
            wholes: Names of counts that make a whole together, each time.
        """
        told = {name: self.count(count) for name, count in counts.items()}
        changed = True
        while changed:
            changed = False
            for whole in wholes:
                shown = [name for name in whole if told[name] is not None]
                if shown and len(whole) - len(shown) == 1:
                    told[min(shown, key=lambda name: counts[name])] = None
                    changed = True
        return told


IN_EARNEST = Telling()
"""How real people are told of."""


def rough(seconds: float) -> int:
    """A time in seconds, rounded up to whole minutes, from two hours to hours, then to days."""
    unit = MINUTE if seconds <= 2 * HOUR else HOUR if seconds <= 2 * DAY else DAY
    return max(1, ceil(seconds / unit)) * unit
