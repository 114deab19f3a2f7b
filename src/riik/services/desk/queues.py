"""Queues: which cases an official has before them, without opening any.

Permission is in the question itself (`riik.cases.Pick`): the index of the official's unit, or of
what is assigned to them and to whom they stand in for. Rows name cases, never people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from riik.cases import Case, Cases, CaseUnknown, Lane, Pick
from riik.core import Clock, Database, Memo, SubjectId, Vault, Work, to_text
from riik.services.desk.errors import DeskRefused
from riik.services.desk.model import Official, Role
from riik.services.desk.staff import Seat, Staff
from riik.services.letters import Authority
from riik.services.model import ServiceDefinition

__all__ = ["Queues", "official_told"]

PAGE = 50
MOST_COUNTED = 1000
MOST_OF_PERSON = 200


def official_told(official: Official, seat: Seat) -> dict[str, Any]:
    """An official as colleagues see them: the parts of their name, and whether it is oneself."""
    name = official.name
    return {
        "code": official.person,
        "given": name.given,
        "middle": name.middle,
        "family": name.family,
        "me": official.person == seat.official.person,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """The queues of one authority; every method reads one snapshot and blocks."""

    database: Database
    cases: Cases
    vault: Vault
    clock: Clock
    staff: Staff
    authority: Authority
    definitions: Mapping[str, ServiceDefinition]
    known: Memo[str, dict[SubjectId, Official]] = field(default_factory=lambda: Memo(1))

    def page(
        self, seat: Seat, which: str, *, service: str, after: tuple[str, str] | None, language: str
    ) -> dict[str, Any]:
        """One page of a queue, how many cases each queue holds, and where the next page begins.

        Raises:
            DeskRefused: For ``queue``.
        """
        pick = self._pick(seat, which, service=service)
        pick = replace(pick, after=after, limit=PAGE + 1)
        holders = self.holders()
        with self.database.read() as work:
            found = self.cases.queue(pick, work=work)
            counts = {
                name: self.cases.count(
                    self._pick(seat, name, service=""), most=MOST_COUNTED, work=work
                )
                for name in ("mine", "team", "overdue", "asked")
            }
        shown = found[:PAGE]
        return {
            "rows": [self._row(case, seat, holders, language) for case in shown],
            "counts": counts,
            "most": MOST_COUNTED,
            "next": list(shown[-1].place) if len(found) > PAGE else None,
        }

    def find(self, seat: Seat, number: str, *, work: Work) -> Case:
        """A case by its number; a part without the year means this year's.

        Raises:
            CaseUnknown: There is none, or it is not this official's to see.
        """
        case = self.numbered(number, work=work)
        if not seat.sees(case):
            raise CaseUnknown("no such case", why="unknown")
        return case

    def numbered(self, number: str, *, work: Work) -> Case:
        """The case of a number, whoever may see it; a part without the year means this year's."""
        if number.isdigit():
            number = f"{self.clock.now().year}-{int(number):06d}"
        return self.cases.numbered(number, work=work)

    def of_person(
        self, seat: Seat, subject: SubjectId, language: str, *, work: Work
    ) -> list[dict[str, Any]]:
        """The cases of one person that this official may open."""
        holders = self.holders()
        mine = Pick(lane=Lane.NONE, units=seat.units, officials=seat.owners, limit=MOST_OF_PERSON)
        found = self.cases.seen(subject, mine, work=work)
        return [self._row(case, seat, holders, language) for case in found]

    def who_has(self, case: Case, /) -> tuple[Mapping[str, str], str]:
        """Which unit has a case and which official of it (services' port `WhoHas`)."""
        unit = self.staff.unit(case.unit).names if case.lane is not Lane.NONE else {}
        if case.assigned_to is None:
            return unit, ""
        official = self.holders().get(case.assigned_to)
        return unit, self.name_of(official) if official else ""

    def name_of(self, official: Official) -> str:
        """An official's whole name in the order of the country's letters."""
        name = official.name
        return self.authority.full_name(
            given_names=name.given, family_name=name.family, middle_names=name.middle
        )

    def holders(self) -> dict[SubjectId, Official]:
        """All officials by their subject at this node, looked up once: it never changes."""
        return self.known.of("holders", self._holders)

    def _holders(self) -> dict[SubjectId, Official]:
        officials = list(self.staff.officials.values())
        subjects = self.vault.subjects_of([official.person for official in officials])
        return dict(zip(subjects, officials, strict=True))

    def _pick(self, seat: Seat, which: str, *, service: str) -> Pick:
        waiting, unit = Lane.WAITING, (seat.unit.code,)
        picks: Mapping[str, Callable[[], Pick]] = {
            "mine": lambda: Pick(lane=waiting, officials=seat.owners),
            "team": lambda: Pick(lane=waiting, units=unit),
            "overdue": lambda: Pick(lane=waiting, units=unit, due_before=self.clock.now()),
            "asked": lambda: Pick(lane=Lane.ASKED, units=unit),
            "ended": lambda: Pick(lane=Lane.ENDED, units=unit),
            "all": lambda: self._all(seat, waiting),
        }
        if which not in picks or (which == "all" and Role.LEAD not in seat.official.roles):
            raise DeskRefused("there is no such queue", why="queue")
        return replace(picks[which](), service=service)

    def _all(self, seat: Seat, lane: Lane) -> Pick:
        """Every unit's: where there is no other unit, one index holds them all in order."""
        if set(self.staff.units) <= set(seat.units):
            return Pick(lane=lane, everyone=True)
        return Pick(lane=lane, units=seat.units)

    def title(self, case: Case, language: str) -> str:
        """What the case is about: the service's name."""
        definition = self.definitions.get(case.service)
        return definition.names.get(language, case.service) if definition else case.service

    def _row(
        self, case: Case, seat: Seat, holders: Mapping[SubjectId, Official], language: str
    ) -> dict[str, Any]:
        definition = self.definitions.get(case.service)
        ground = definition.ground if definition else _as_it_is
        holder = holders.get(case.assigned_to) if case.assigned_to else None
        return {
            "case": case.id,
            "number": case.number,
            "service": case.service,
            "state": case.state.value,
            "title": self.title(case, language),
            "unit": dict(self.staff.unit(case.unit).names),
            "needs": [ground(code, language) for code in case.needs],
            "proposal": case.proposal,
            "second": case.proposed_by is not None,
            "proposed_by_me": case.proposed_by == seat.me,
            "holder": official_told(holder, seat) if holder else None,
            "due": to_text(case.due_at) if case.due_at else None,
            "late": case.lane is Lane.WAITING and _past(case, self.clock),
            "asked": to_text(case.asked_at) if case.asked_at else None,
            "ended": to_text(case.ended_at) if case.ended_at else None,
            "own": case.subject == seat.me,
            "works": case.lane is Lane.WAITING
            and seat.works_on(case)
            and seat.me not in (case.subject, case.proposed_by),
        }


def _past(case: Case, clock: Clock) -> bool:
    return case.due_at is not None and case.due_at < clock.now()


def _as_it_is(code: str, _language: str) -> dict[str, Any]:
    return {"code": code, "text": code, "quoted": False}
