"""Who works at this authority's desk, and which cases each of them may see.

Pure. A case belongs to a unit and perhaps to one official; whoever is in the unit, has the case,
or stands in for who has it, may open it. Nobody opens or decides their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from riik.cases import Case
from riik.core import PersonCode, SubjectId
from riik.services.desk.errors import DeskRefused
from riik.services.desk.model import Official, Role, Unit
from riik.services.errors import AuthorityMissing

__all__ = ["Seat", "Staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An official at work, in the words of the tables: opaque subjects, codes of units.

    Attributes:
        official: Who.
        unit: Their own unit.
        me: Their subject at this node.
        owners: Whose assigned cases are their work: theirs first, then whom they stand in for.
        units: Whose queues they may see.
    """

    official: Official
    unit: Unit
    me: SubjectId
    owners: tuple[SubjectId, ...]
    units: tuple[str, ...]

    def sees(self, case: Case) -> bool:
        """May they open it?"""
        return case.unit in self.units or case.assigned_to in self.owners

    def works_on(self, case: Case) -> bool:
        """Is it theirs to decide, as far as colleagues go?"""
        return case.assigned_to is None or case.assigned_to in self.owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The officials and units of one authority.

    Attributes:
        officials: By personal code.
        units: By their own code; an authority without units has one, called "".
    """

    officials: Mapping[PersonCode, Official] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)

    def official(self, person: PersonCode) -> Official:
        """Somebody who works here.

        Raises:
            AuthorityMissing: For ``no-official``.
        """
        found = self.officials.get(person)
        if found is None:
            raise AuthorityMissing("only an official works at this desk", why="no-official")
        return found

    def unit(self, code: str) -> Unit:
        """A unit by its code; one that the configuration no longer has has no name."""
        return self.units.get(code) or Unit(code=code, names={})

    def colleague(self, official: Official, person: PersonCode) -> Official:
        """Somebody to whom an official may hand a case: of the same unit, or a lead's choice.

        Raises:
            DeskRefused: For ``no-colleague``.
        """
        found = self.officials.get(person)
        if found is None or (found.unit != official.unit and Role.LEAD not in official.roles):
            raise DeskRefused("nobody of this unit has that code", why="no-colleague")
        return found

    def colleagues(self, official: Official) -> list[Official]:
        """To whom an official may hand cases, by name."""
        others = (
            other
            for other in self.officials.values()
            if other.person != official.person
            and (other.unit == official.unit or Role.LEAD in official.roles)
        )
        return sorted(others, key=lambda other: (other.name.family, other.name.given))

    def unit_of(self, service: str) -> str:
        """Which unit gets a service's cases; the first one when none names it."""
        for unit in self.units.values():
            if service in unit.services:
                return unit.code
        return next(iter(self.units), "")

    def seen_units(self, official: Official) -> tuple[str, ...]:
        """Whose queues an official may see: their own unit's; a lead all of them."""
        if Role.LEAD in official.roles:
            return tuple(self.units)
        return (official.unit,)

    def owners(self, official: Official) -> tuple[PersonCode, ...]:
        """Whose assigned cases are an official's own work: theirs, and whom they stand in for."""
        absent = (
            other.person
            for other in self.officials.values()
            if official.person in other.substitutes
        )
        return (official.person, *absent)

    def services_of(self, units: Iterable[str]) -> tuple[str, ...]:
        """The services whose cases these units get."""
        return tuple(service for code in units for service in self.unit(code).services)
