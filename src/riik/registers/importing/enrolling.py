"""Residents from a file become people of the identity authority.

The file, the mapping and the way of reading are those by which the population register imports the
same file: each of the two organisations reads its own copy, on its own node. A row is a whole
record of that register first; what the authority needs of it is its names, day of birth, sex and
citizenship. Nothing is kept of a run: who is enrolled already is known again, so that whatever was
cut off is begun anew and goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Protocol

from riik.core import PersonCode
from riik.identity import Person, Sex
from riik.profiles.countries import three_letters
from riik.registers.errors import ImportRefused
from riik.registers.importing.mapping import Plan
from riik.registers.importing.model import Rejects, Source
from riik.registers.importing.report import Report
from riik.registers.importing.rows import Rejected, take
from riik.registers.importing.table import Row
from riik.registers.schema import RecordSchema

__all__ = ["Enrolling"]

BATCH = 1_000
NEEDED = ("given_names", "family_name", "birth_date", "sex", "citizenship")


class EnrolEach(Protocol):
    """Enrols people one by one: `riik.identity.Enrolment.enrol_each`."""

    def __call__(self, people: Sequence[Person], *, dry: bool) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """Enrols the residents of a file.

    Attributes:
        schema: A record of the population register.
        enrol_each: The identity authority's verb.
        middle: Cards print the middle name in front of the given one (Vietnam).
    """

    schema: RecordSchema
    enrol_each: EnrolEach
    middle: bool

    def __call__(
        self,
        plan: Plan,
        source: Source,
        *,
        rejects: Rejects,
        dry: bool,
        told: Callable[[Report], None],
    ) -> Report:
        """Enrol them, a thousand in a unit of work.

        Raises:
            ImportRefused: For ``missing`` (the mapping gives no such field), ``changed`` or
                ``reconcile``.
            Unavailable: A database is out of reach; the same again goes on.
        """
        missing = sorted(set(NEEDED) - {one.field for one in plan.columns} - set(plan.fixed))
        if missing:
            message = f"the identity authority needs {', '.join(missing)}"
            raise ImportRefused(message, why="missing")
        report = Report()
        rejects.cut(0)
        for rows in _batches(source.rows()):
            source.check()
            self._batch(rows, plan, report, rejects, dry=dry)
            rejects.flush()
            told(report)
        source.check()
        report.reconcile()
        return report

    def _batch(
        self, rows: Sequence[Row], plan: Plan, report: Report, rejects: Rejects, *, dry: bool
    ) -> None:
        report.count("read", rows, plan)
        ready: list[tuple[Row, Person]] = []
        refused: list[tuple[Row, tuple[str, ...]]] = []
        for row in rows:
            taken = take(row, plan, self.schema)
            if isinstance(taken, Rejected):
                refused.append((row, taken.reasons))
                continue
            person = self._person(taken.record.subject, taken.record.values)
            if person is None:
                refused.append((row, ("citizenship",)))
            else:
                ready.append((row, person))
        outcomes = self.enrol_each([person for _, person in ready], dry=dry)
        fates = {"enrolled": "written", "known": "repeated"}
        for (row, _), outcome in zip(ready, outcomes, strict=True):
            if outcome in fates:
                report.count(fates[outcome], [row], plan)
            else:
                refused.append((row, (outcome,)))
        for row, reasons in refused:
            report.count("rejected", [row], plan, reason=reasons[0])
            rejects.write(row, reasons)

    def _person(self, code: PersonCode, values: Mapping[str, Any]) -> Person | None:
        citizenship = three_letters(values["citizenship"])
        middle = values.get("middle_names") if self.middle else None
        if citizenship is None:
            return None
        return Person(
            code=code,
            given_names=" ".join(filter(None, (middle, values["given_names"]))),
            surname=values["family_name"],
            birth_date=date.fromisoformat(values["birth_date"]),
            sex=Sex(values["sex"]),
            citizenship=citizenship,
        )


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
