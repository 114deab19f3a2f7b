"""Moments of a time limit: when a lead is told, and when nobody decided in time.

Pure. A limit in days ends with its last day (Estonia: TsÜS § 137 (1); Vietnam: Civil Code
91/2015/QH13 art. 148 (6)): what follows from it begins at the midnight after, in the country.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from riik.services.terms.model import Terms

__all__ = ["escalates_at", "next_look", "over_at"]


def over_at(due: datetime, *, zone: str) -> datetime:
    """The midnight after the last day, UTC."""
    day = due.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def escalates_at(due: datetime, terms: Terms, *, zone: str) -> datetime:
    """The midnight with which the days before the last one begin, UTC."""
    day = due.astimezone(ZoneInfo(zone)).date() - timedelta(days=terms.escalate_days)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def next_look(due: datetime, terms: Terms, *, zone: str, escalated: bool) -> datetime | None:
    """When the clock looks at a case next; None when there is nothing more to look for."""
    moments = []
    if terms.escalate_days and not escalated:
        moments.append(escalates_at(due, terms, zone=zone))
    if terms.silence:
        moments.append(over_at(due, zone=zone))
    return min(moments, default=None)
