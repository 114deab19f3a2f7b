"""A country's residents who don't exist: families, papers, licences; the same from one seed.

People of the stories come first and keep what their data say of them; the rest is drawn.
Codes have the form and check digit that the law wants, but serials that real people don't
get: Estonian 990 to 999, Vietnamese 999000 to 999999 (assumed free in the real country).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from riik.core import PersonCode, years_between
from riik.demo.population.belongings import Belongings
from riik.demo.population.dice import Dice
from riik.demo.population.names import Names, names_of
from riik.demo.population.papers import Papers
from riik.profiles import Name, Profile, country_profile

__all__ = ["Entry", "Resident", "StoryPerson", "residents"]

YEAR: Final = timedelta(days=365)
_ROUNDS: Final = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3))


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of one register, and the first day it holds."""

    values: Mapping[str, Any]
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPerson:
    """Somebody of a story; what is left empty is drawn.

    Attributes:
        name: The name.
        sex: ``F`` or ``M``.
        birth_date: The day of birth.
        code: Country and code; empty makes one.
        lives_with: Code of somebody told before, whose home it is too.
        person: Fields of the population record that the story fixes.
        records: Records of other registers that the story fixes, by register.
    """

    name: Name
    sex: str
    birth_date: date
    code: str = ""
    lives_with: str = ""
    person: Mapping[str, Any] = field(default_factory=dict)
    records: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody who lives in the demonstration country.

    Attributes:
        code: Country and personal code.
        name: The name in its parts.
        sex: ``F`` or ``M``.
        birth_date: The day of birth.
        records: What each register holds of this person, by register.
    """

    code: PersonCode
    name: Name
    sex: str
    birth_date: date
    records: Mapping[str, tuple[Entry, ...]]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """Somebody in the making."""

    name: Name
    sex: str
    birth_date: date
    code: PersonCode
    home: Mapping[str, str]
    spouse: "_Draft | None" = None
    parents: "list[_Draft]" = field(default_factory=list)
    children: "list[_Draft]" = field(default_factory=list)


def residents(
    country: str, *, seed: str, count: int, today: date, story: Sequence[StoryPerson] = ()
) -> tuple[Resident, ...]:
    """The residents of a demonstration country, those of the stories first.

    Args:
        country: ``ee`` or ``vn``.
        seed: The same seed gives the same people.
        count: How many, at least as many as the story has.
        today: The day on which the country begins.
        story: People that the stories need.
    """
    makers = _Makers(country, seed=seed, today=today)
    told = [makers.tell(person) for person in story]
    drawn: list[_Draft] = []
    while len(told) + len(drawn) < count:
        drawn += makers.household(most=count - len(told) - len(drawn))
    drawers = (
        Papers(country, dice=Dice(f"papers {seed}"), today=today),
        Belongings(country, dice=Dice(f"belongings {seed}"), today=today),
    )
    pairs = zip(told, story, strict=True)
    first = [makers.finish(draft, person, *drawers) for draft, person in pairs]
    return (*first, *(makers.finish(draft, None, *drawers) for draft in drawn))


class _Makers:
    """Makes households, codes and records of one country."""

    def __init__(self, country: str, *, seed: str, today: date) -> None:
        self.profile: Profile = country_profile(country)
        self.country = country
        self.dice = Dice(f"residents {country} {seed}")
        self.names: Names = names_of(country)
        self.today = today
        self.taken: set[str] = set()
        self.homes: dict[str, Mapping[str, str]] = {}

    def tell(self, person: StoryPerson) -> _Draft:
        """Somebody of a story, with a code if they have none."""
        code = person.code or self._code(person.sex, person.birth_date)[0]
        self.taken.add(code)
        # A home is drawn in any case, so that who moves in with whom changes nobody else's.
        own = self._home()
        home = self.homes.setdefault(code, self.homes.get(person.lives_with, own))
        return _Draft(
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            code=PersonCode(code),
            home=home,
        )

    def household(self, *, most: int) -> list[_Draft]:
        """One household of at most so many people."""
        home = self._home()
        kind = self.dice.weighted((("alone", 34), ("pair", 22), ("parent", 10), ("family", 34)))
        if most == 1:
            kind = "alone"
        age = self.dice.between(26, 52) if kind in ("parent", "family") else self._age()
        sex = self.dice.weighted((("F", 85), ("M", 15))) if kind == "parent" else self._sex()
        first = self._adult(sex, age, home)
        if kind == "alone":
            return [first]
        people = [first]
        if kind in ("pair", "family"):
            second_age = max(20, age + self.dice.between(-5, 5))
            second = self._adult("M" if sex == "F" else "F", second_age, home)
            people.append(second)
            if self.dice.chance(72):
                self._marry(first, second)
        if kind in ("parent", "family"):
            people += self._children(people, most=most - len(people))
        return people

    def finish(
        self, draft: _Draft, story: StoryPerson | None, papers: Papers, belongings: Belongings
    ) -> Resident:
        """The person with the records of all registers."""
        records: dict[str, tuple[Entry, ...]] = {}
        person = self._population(draft) | dict(story.person if story else {})
        records["population"] = (Entry(_known(person), draft.birth_date),)
        drawn = papers.of(
            name=self.profile.display_name(draft.name),
            sex=draft.sex,
            birth_date=draft.birth_date,
            code=draft.code,
        )
        drawn |= belongings.of(home=draft.home, age=_age_of(draft, self.today))
        for register, entries in drawn.items():
            records[register] = tuple(Entry(_known(values), day) for values, day in entries)
        records |= dict(story.records if story else {})
        return Resident(
            code=draft.code,
            name=draft.name,
            sex=draft.sex,
            birth_date=draft.birth_date,
            records=records,
        )

    def _sex(self) -> str:
        return self.dice.weighted((("F", 52), ("M", 48)))

    def _age(self) -> int:
        low, high = self.dice.weighted(
            (((18, 29), 16), ((30, 49), 30), ((50, 69), 34), ((70, 94), 20))
        )
        return self.dice.between(low, high)

    def _adult(self, sex: str, age: int, home: Mapping[str, str]) -> _Draft:
        return self._person(sex, age, home, self.names.draw(self.dice, sex=sex, age=age))

    def _person(self, sex: str, age: int, home: Mapping[str, str], name: Name) -> _Draft:
        born = self.today - age * YEAR - timedelta(days=age // 4 + self.dice.between(0, 363))
        code, born = self._code(sex, born)
        return _Draft(name=name, sex=sex, birth_date=born, code=PersonCode(code), home=home)

    def _marry(self, first: _Draft, second: _Draft) -> None:
        first.spouse, second.spouse = second, first
        woman, man = (first, second) if first.sex == "F" else (second, first)
        if self.names.wives_take_names and self.dice.chance(75):
            woman.name = replace(woman.name, family=man.name.family)

    def _children(self, parents: list[_Draft], *, most: int) -> list[_Draft]:
        youngest_parent = min(years_between(p.birth_date, self.today) for p in parents)
        wanted = self.dice.weighted(((1, 42), (2, 40), (3, 14), (4, 4)))
        ages = sorted(
            {
                self.dice.between(max(0, youngest_parent - 40), min(24, youngest_parent - 20))
                for _ in range(min(wanted, most))
            },
            reverse=True,
        )
        naming = next((p for p in parents if p.sex == "M"), parents[0])
        found = []
        for age in ages:
            sex = self._sex()
            drawn = self.names.draw(self.dice, sex=sex, age=age)
            name = replace(drawn, family=naming.name.family)
            child = self._person(sex, age, parents[0].home, name)
            child.parents = list(parents)
            for parent in parents:
                parent.children.append(child)
            found.append(child)
        return found

    def _home(self) -> Mapping[str, str]:
        place = self.dice.one_of(self.profile.places)
        code = f"DEMO-{place.code}-{self.dice.between(1, 99999):05d}"
        text = self.names.address(self.dice, place.whole)
        return {"system": self.profile.address.system, "code": code, "text": text}

    def _population(self, draft: _Draft) -> dict[str, Any]:
        dice = self.dice
        moved = min(self.today, max(draft.birth_date, self.today - dice.between(0, 20) * YEAR))
        days = 365 if dice.chance(93) else dice.between(60, 364)
        return {
            "code": draft.code,
            "given_names": draft.name.given,
            "middle_names": draft.name.middle or None,
            "family_name": draft.name.family,
            "birth_date": draft.birth_date.isoformat(),
            "sex": draft.sex,
            "citizenship": self.profile.country,
            "residence": dict(draft.home),
            "residence_since": moved.isoformat(),
            "residence_days": min(days, (self.today - draft.birth_date).days),
            "parents": [
                {"person": parent.code, "role": "mother" if parent.sex == "F" else "father"}
                for parent in draft.parents
            ]
            or None,
            "children": [self._child(child) for child in draft.children] or None,
            "spouse": draft.spouse.code if draft.spouse else None,
            "status": "alive",
            "phone": self.names.phone(dice) if _age_of(draft, self.today) > 9 else None,
            "language": self.profile.languages[0],
        }

    def _child(self, child: _Draft) -> dict[str, Any]:
        return {
            "person": child.code,
            "name": self.profile.display_name(child.name),
            "birth_date": child.birth_date.isoformat(),
            "custody": _age_of(child, self.today) < 18,
        }

    def _code(self, sex: str, born: date) -> tuple[str, date]:
        """A free code, and the birth date that it was made for: a full day yields to the next."""
        while True:
            for code in self._codes(sex, born):
                if code not in self.taken:
                    self.taken.add(code)
                    return code, born
            born -= timedelta(days=1)

    def _codes(self, sex: str, born: date) -> Iterator[str]:
        woman = sex == "F"
        if self.country == "ee":
            first = 1 + 2 * (born.year // 100 - 18) + woman
            for serial in range(990, 1000):
                yield f"EE{_with_check_digit(f'{first}{born:%y%m%d}{serial}')}"
            return
        place = self.dice.one_of([code for p in self.profile.places for code in p.births])
        century = 2 * (born.year // 100 - 19) + woman
        for _ in range(100):
            yield f"VN{place}{century}{born:%y}999{self.dice.below(1000):03d}"


def _age_of(draft: _Draft, today: date) -> int:
    return years_between(draft.birth_date, today)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _with_check_digit(ten: str) -> str:
    """The eleventh digit: modulo 11 in two rounds of weights, else zero."""
    for weights in _ROUNDS:
        rest = sum(w * int(digit) for w, digit in zip(weights, ten, strict=True)) % 11
        if rest < 10:
            return f"{ten}{rest}"
    return f"{ten}0"
