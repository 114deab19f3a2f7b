"""Enrols many people from a file: each on their own, so that one's faults stop nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from riik.core import Database, PersonCode, SubjectId, Vault, Work
from riik.identity.errors import CodeRefused, PersonRefused
from riik.identity.model import KeptPerson, Person
from riik.identity.people import check_person
from riik.identity.sealing import Sealing

__all__ = ["ENROLLED", "KNOWN", "Enrolment"]

ENROLLED: Final = "enrolled"
KNOWN: Final = "known"


class PeopleStore(Protocol):
    """What enrolment needs kept; `store.SqlIdentityStore` keeps it in SQL."""

    def put_people(self, people: Sequence[KeptPerson], *, work: Work) -> None: ...
    def people(self, subjects: Sequence[SubjectId], *, work: Work) -> list[KeptPerson]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """The part of a country's identity authority that a file of people needs.

    Attributes:
        places: Three-digit numbers of places in Vietnamese codes.
    """

    store: PeopleStore
    database: Database
    vault: Vault
    places: frozenset[str]

    def enrol_each(self, people: Sequence[Person], *, dry: bool) -> list[str]:
        """Enrol those who can be, in one unit of work; nobody stops anybody else.

        Args:
            people: Who is to be enrolled.
            dry: Only say what would become of them.

        Returns:
            For each: `ENROLLED`, `KNOWN` (enrolled before, with these facts), or the reason why
            not: ``name``, ``birth-date``, ``sex``, ``differs`` (enrolled with other facts), or
            what is wrong with the code.
        """
        reasons = [self._fault(person) for person in people]
        sound = [one for one, reason in zip(people, reasons, strict=True) if not reason]
        told = self._dry(sound) if dry else self._enrol(sound)
        return [reason or told[person.code].pop(0) for person, reason in
                zip(people, reasons, strict=True)]  # fmt: skip

    def _fault(self, person: Person) -> str:
        try:
            check_person(person, places=self.places)
        except PersonRefused as refused:
            return refused.why
        except CodeRefused as refused:
            return f"code-{refused.why}"
        return ""

    def _dry(self, people: Sequence[Person]) -> dict[PersonCode, list[str]]:
        found = {person.code: self.vault.find(person.code) for person in people}
        subjects = {code: subject for code, subject in found.items() if subject is not None}
        with self.database.read() as work:
            told, _ = self._told(people, subjects, work=work)
        return told

    def _enrol(self, people: Sequence[Person]) -> dict[PersonCode, list[str]]:
        codes = [person.code for person in people]
        subjects = dict(zip(codes, self.vault.subjects_of(codes), strict=True))
        with self.database.work() as work:
            told, fresh = self._told(people, subjects, work=work)
            pairs = [(subjects[one.code], one) for one in fresh]
            self.store.put_people(Sealing(self.vault).people(pairs), work=work)
        return told

    def _told(
        self, people: Sequence[Person], subjects: dict[PersonCode, SubjectId], *, work: Work
    ) -> tuple[dict[PersonCode, list[str]], list[Person]]:
        """What becomes of each, by code, in their order; and who is new."""
        sealing = Sealing(self.vault)
        kept = self.store.people(list(subjects.values()), work=work)
        by_subject = {one.subject: sealing.open_person(one) for one in kept}
        known = {code: by_subject.get(subject) for code, subject in subjects.items()}
        told: dict[PersonCode, list[str]] = {}
        fresh = []
        for person in people:
            before = known.get(person.code)
            if before is None:
                known[person.code] = person
                fresh.append(person)
            outcome = ENROLLED if before is None else KNOWN if before == person else "differs"
            told.setdefault(person.code, []).append(outcome)
        return told, fresh
