"""How the services of an authority did in the past: figures of many cases, none of a few.

Every method reads one snapshot and blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from riik.cases import Cases, Journey
from riik.cases import State as CaseState
from riik.core import Clock, Database, to_text
from riik.payments import Fees
from riik.services.errors import StepRefused
from riik.services.measures.figures import figures
from riik.services.measures.telling import PERIODS, Telling
from riik.services.measures.whatif import DEADLINES, Past, deadline_of, fee_of, fees_of
from riik.services.model import ServiceDefinition

__all__ = ["Measures"]

TRIED = timedelta(days=365)
"""The past over which another figure is tried: always the same, so that no two periods differ
by one case that somebody could subtract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The past of one authority's services.

    Attributes:
        telling: How roughly figures tell of people's cases.
    """

    database: Database
    cases: Cases
    fees: Fees
    clock: Clock
    definitions: Mapping[str, ServiceDefinition]
    telling: Telling

    def told(self, *, days: int = 30) -> dict[str, Any]:
        """How each service did in a period: counts and times of many, none of a few.

        Args:
            days: 30, 90 or 365; the period ends with the last whole day.

        Raises:
            StepRefused: For any other (``days``).
        """
        if days not in PERIODS:
            raise StepRefused("a period has 30, 90 or 365 days", why="days")
        until = self.telling.until(self.clock.now())
        since = until - timedelta(days=days)
        names = {one.id: one.names for one in self.definitions.values()}
        return {
            "since": to_text(since),
            "until": to_text(until),
            "least": self.telling.least,
            "step": self.telling.step,
            "services": figures(
                self._journeys(since, until), names=names, until=until, telling=self.telling
            ),
        }

    def _journeys(self, since: datetime, until: datetime) -> list[Journey]:
        """Cases begun in a period; what was decided after it is still being worked on."""
        with self.database.read() as work:
            found = self.cases.journeys(since=since, work=work)
        return [
            replace(one, decided_at=None, decided_by="", state=CaseState.IN_PROGRESS)
            if one.decided_at is not None and one.decided_at > until
            else one
            for one in found
            if one.opened_at <= until
        ]

    def what_if(
        self, service: str, *, fee: tuple[int, int] | None = None, deadline: int | None = None
    ) -> dict[str, Any]:
        """What another fee or another deadline would have made of the last year's cases.

        Args:
            service: Catalogue id.
            fee: An amount that was paid and what it becomes, in minor units.
            deadline: Days within which to decide.

        Raises:
            StepRefused: There is no such service here (``no-service``), or this deadline is not
                among those that can be tried (``days``).
        """
        definition = self.definitions.get(service)
        if definition is None:
            raise StepRefused("this authority has no such service", why="no-service")
        if deadline is not None and deadline not in DEADLINES:
            raise StepRefused("this deadline can't be tried", why="days")
        until = self.telling.until(self.clock.now())
        past = self._past(service, since=until - TRIED, until=until)
        amount, becomes = fee or (0, 0)
        return {
            "since": to_text(until - TRIED),
            "until": to_text(until),
            "least": self.telling.least,
            "step": self.telling.step,
            "deadlines": list(DEADLINES),
            "service": service,
            "names": dict(definition.names),
            "currency": definition.currency,
            "deadline_days": definition.deadline_days,
            "fees": fees_of(past, telling=self.telling),
            "fee": fee and fee_of(past, amount=amount, becomes=becomes, telling=self.telling),
            "deadline": deadline and deadline_of(past, days=deadline, telling=self.telling),
        }

    def _past(self, service: str, *, since: datetime, until: datetime) -> list[Past]:
        with self.database.read() as work:
            paid = {fee.case: fee.amount for fee in self.fees.paid_since(since, work=work)}
        return [
            Past(paid=paid.get(one.id), handed_in_at=one.handed_in_at, decided_at=one.decided_at)
            for one in self._journeys(since, until)
            if one.service == service
        ]
