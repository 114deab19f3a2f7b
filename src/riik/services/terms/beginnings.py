"""How often a person may begin the same service: every beginning asks registers about them.

Counted by what is kept of their cases, so that two processes count the same. Who has enough that
is not handed in goes on with one of those; who begins and takes back all day goes on tomorrow.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from riik.cases import Case, State
from riik.services.errors import BeginningsTooMany

__all__ = ["Beginnings"]

_UNFINISHED = frozenset({State.DRAFT, State.TO_SIGN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """How many applications of one service are enough.

    Attributes:
        unfinished: So many may wait to be handed in.
        a_day: So many may be begun within a day, whatever becomes of them.
    """

    unfinished: int = 10
    a_day: int = 30

    def check(self, case: Case, others: Iterable[Case]) -> None:
        """Refuse a case that begins after enough of its person's others.

        Raises:
            BeginningsTooMany: For ``unfinished`` or ``often``.
        """
        same = [one for one in others if one.service == case.service and one.id != case.id]
        if sum(one.state in _UNFINISHED for one in same) >= self.unfinished:
            raise BeginningsTooMany("go on with one", why="unfinished", most=self.unfinished)
        since = case.opened_at - timedelta(days=1)
        if sum(one.opened_at > since for one in same) >= self.a_day:
            raise BeginningsTooMany("that is enough for a day", why="often", most=self.a_day)
