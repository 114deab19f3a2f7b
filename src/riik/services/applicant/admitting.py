"""May this one do it: for whom do they act, and is who applies old enough? Pure.

Asked by the provider at the beginning and at every step, whatever the channel: a portal that
offers too much can begin nothing. The age is what the population register said, once it was
asked; before, what the personal code itself says. A code that holds the year only is read in the
person's favour, and the rules of the service judge by the register afterwards.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from riik.core import PersonCode, years_between
from riik.identity import most_years
from riik.services.applicant.model import ApplicantRule
from riik.services.errors import ApplicantRefused
from riik.services.model import Fact, Need, Standing
from riik.services.outcome import Visit

__all__ = ["admit_age", "admit_role", "birth_day"]


def admit_role(rule: ApplicantRule, visit: Visit) -> None:
    """Refuse who acts for another where that is not for others to do.

    Raises:
        ApplicantRefused: For ``represented``.
    """
    if visit.actor != visit.person and visit.role not in rule.represented_by:
        raise ApplicantRefused("nobody does this for this person", why="represented")


def admit_age(
    rule: ApplicantRule, person: PersonCode, *, today: date, born: date | None = None
) -> None:
    """Refuse who is too young.

    Args:
        rule: The folder's.
        person: Whose matter it is, or who signs as well.
        today: The day by the country's calendar.
        born: As a register said; None where none was asked yet, or none answered.

    Raises:
        ApplicantRefused: For ``age``; ``least`` is the age.
    """
    years = years_between(born, today) if born else most_years(person, today)
    if years is not None and years < rule.least_age:
        raise ApplicantRefused("too young for this", why="age", least=rule.least_age)


def birth_day(needs: tuple[Need, ...], facts: Mapping[str, Fact], *, of: str) -> date | None:
    """The day of birth as a register told it of the ``applicant`` or the ``other``."""
    for need in needs:
        fact = facts.get(need.id)
        if need.of != of or fact is None or fact.standing is not Standing.KNOWN:
            continue
        if "birth_date" in fact.values:
            return _day(fact.values["birth_date"])
    return None


def _day(told: Any) -> date | None:
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        return None
