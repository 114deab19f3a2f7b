"""Who may begin a service for whom, as its guide tells: so that pages offer no more than that.

Pure, and no promise: the provider decides by its own folder, at the beginning and at every step.
A portal that shows too much can begin nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from riik.core import PersonCode
from riik.identity import most_years

__all__ = ["BARRED", "may_begin", "too_young", "whom"]

BARRED: Final = frozenset({"represented", "age"})
"""Why a provider begins nothing for this person, or by this one."""

Guide = Mapping[str, Any]
Row = Mapping[str, Any]


def may_begin(guide: Guide, person: str, *, role: str = "", day: date) -> bool:
    """Whether one may begin this for somebody.

    Args:
        guide: The service's.
        person: Whose matter it would be.
        role: As what one represents them, ``parent``; empty for oneself.
        day: Today.
    """
    allowed = not role or role in guide["applicant"]["represented_by"]
    return allowed and not too_young(guide, person, day=day)


def too_young(guide: Guide, person: str, *, day: date) -> bool:
    """Whether a person's code says that they are under the least age of a service."""
    years = most_years(PersonCode(person), day)
    return years is not None and years < guide["applicant"]["least_age"]


def whom(guide: Guide, people: Iterable[Row], *, day: date) -> list[Row]:
    """Those of the people whom one represents for whom one may begin this."""
    return [one for one in people if may_begin(guide, one["person"], role=one["role"], day=day)]
