"""The people of the stories, read from data: who they are and what the registers hold of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from riik.core import PersonCode
from riik.demo.population.portraits import as_data_uri, portrait, signature
from riik.demo.population.residents import Entry, StoryPerson
from riik.formats.toml import Shape, read_toml
from riik.identity import CodeRefused, estonian
from riik.profiles import Name, country_profile

__all__ = ["Office", "Told", "code_of", "read_people"]

_DAY = re.compile(r"today([+-]\d+)([dy])\Z")
HANOI = "001"
DRAWN = ("driving-rights", "medical-certificates", "driving-training", "dwellings", "vehicles")
"""Registers whose records are drawn for residents: people of stories have their own, or none."""


class _Desk(Shape):
    unit: str
    roles: tuple[str, ...] = ("decide",)
    substitutes: tuple[str, ...] = ()


class _Person(Shape):
    id: str
    given: str
    family: str
    sex: str
    born: str
    serial: str
    middle: str = ""
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    spouse: str = ""
    lives_with: str = ""
    official: tuple[str, ...] = ()
    desk: _Desk | None = None
    without: tuple[str, ...] = ()
    residence_known: bool = True
    records: dict[str, dict[str, Any] | list[dict[str, Any]]] = msgspec.field(default_factory=dict)


class _People(Shape):
    person: tuple[_Person, ...]


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """An official's place at their organisation's desk.

    Attributes:
        unit: Code of the unit.
        roles: What they may.
        substitutes: Who stands in for them, by personal code.
    """

    unit: str
    roles: tuple[str, ...]
    substitutes: tuple[PersonCode, ...]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a story, with what the country must know of them.

    Attributes:
        id: How stories call them.
        person: As the generator of residents wants them.
        official: Roles of the organisations they decide for.
        office: Their place there, or None.
        without: Registers that must hold nothing of them; `bank` means an account.
    """

    id: str
    person: StoryPerson
    official: tuple[str, ...]
    office: Office | None
    without: tuple[str, ...]


def read_people(path: Path, *, country: str, today: date) -> tuple[Told, ...]:
    """Read the people of a country's stories; days are counted from ``today``."""
    people = read_toml(path.read_bytes(), _People, name=path.name).person
    born = {person.id: _day(person.born, today) for person in people}
    codes = {
        person.id: code_of(country, person.sex, born[person.id], person.serial) for person in people
    }
    named = {person.id: person for person in people}
    cast = _Cast(people=named, born=born, codes=codes, country=country, today=today)
    return tuple(_told(person, cast) for person in people)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cast:
    """All people of a country's stories, with what follows from the day."""

    people: Mapping[str, _Person]
    born: Mapping[str, date]
    codes: Mapping[str, PersonCode]
    country: str
    today: date


def _told(person: _Person, cast: _Cast) -> Told:
    named, codes, born = cast.people, cast.codes, cast.born
    values: dict[str, Any] = {"residence_days": 365 if person.residence_known else None}
    if person.spouse:
        values["spouse"] = codes[person.spouse]
    if person.parents:
        values["parents"] = [
            {"person": codes[one], "role": "mother" if named[one].sex == "F" else "father"}
            for one in person.parents
        ]
    if person.children:
        values["children"] = [
            {
                "person": codes[one],
                "name": country_profile(cast.country).display_name(_name(named[one])),
                "birth_date": born[one].isoformat(),
                "custody": True,
            }
            for one in person.children
        ]
    records = {
        register: tuple(_entry(person, register, record, cast) for record in _several(given))
        for register, given in person.records.items()
        if register not in ("identity-documents", "population")
    }
    values |= _plain(person.records.get("population", {}), cast)
    return Told(
        id=person.id,
        person=StoryPerson(
            name=_name(person),
            sex=person.sex,
            birth_date=born[person.id],
            code=codes[person.id],
            person=values,
            lives_with=codes.get(person.lives_with, ""),
            records={
                **records,
                "identity-documents": (_card(person, cast),),
            },
        ),
        official=person.official,
        office=_office(person, cast),
        without=tuple(set(DRAWN) - set(records) | set(person.without)),
    )


def _name(person: _Person) -> Name:
    return Name(family=person.family, given=person.given, middle=person.middle)


def _office(person: _Person, cast: _Cast) -> Office | None:
    if person.desk is None:
        return None
    return Office(
        unit=person.desk.unit,
        roles=person.desk.roles,
        substitutes=tuple(cast.codes[one] for one in person.desk.substitutes),
    )


def _entry(person: _Person, register: str, record: Mapping[str, Any], cast: _Cast) -> Entry:
    """A record as the register holds it; ``from`` is the day from which, else it was issued."""
    values = {name: _plain(value, cast) for name, value in record.items()}
    if register == "driving-rights":
        taken = date.fromisoformat(values["photo_date"])
        values["photo"] = _photo(person, taken, cast)
    began = values.pop("from", "") or values.get("issued_on") or cast.born[person.id].isoformat()
    return Entry(values, date.fromisoformat(began))


def _several(given: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return given if isinstance(given, list) else [given]  # type: ignore[list-item]


def _card(person: _Person, cast: _Cast) -> Entry:
    """The person's identity card, issued when its photo was taken."""
    [given] = _several(person.records.get("identity-documents", {}))
    taken = max(cast.born[person.id], _day(given.get("photo_date", "today-400d"), cast.today))
    issued = max(taken, cast.today - timedelta(days=1500))
    whole = " ".join(filter(None, (person.given, person.middle, person.family)))
    values = {
        "number": f"XS{int(person.serial):07d}",
        "kind": "id-card",
        "issued_on": issued.isoformat(),
        "valid_until": (issued + timedelta(days=1826)).isoformat(),
        "status": "valid",
        "photo": _photo(person, taken, cast),
        "photo_date": taken.isoformat(),
    }
    if cast.country != "vn":
        # A Vietnamese card bears no signature (Law on Identity 26/2023).
        drawn = signature(whole, seed=cast.codes[person.id])
        values["signature"] = as_data_uri(drawn)
    return Entry(values, issued)


def _photo(person: _Person, taken: date, cast: _Cast) -> str:
    age = (taken - cast.born[person.id]).days // 365
    drawn = portrait(
        cast.codes[person.id], sex=person.sex, age=age, country=cast.country, year=taken.year
    )
    return as_data_uri(drawn)


def _plain(value: Any, cast: _Cast) -> Any:
    """A value of a record: days are counted, ``@mari`` is her code, inside lists and tables too."""
    match value:
        case str() if _DAY.match(value):
            return _day(value, cast.today).isoformat()
        case str() if value.startswith("@"):
            return cast.codes[value[1:]]
        case list():
            return [_plain(one, cast) for one in value]
        case dict():
            return {name: _plain(one, cast) for name, one in value.items()}
    return value


def _day(text: str, today: date) -> date:
    found = _DAY.match(text)
    if found is None:
        return date.fromisoformat(text)
    count, unit = int(found[1]), found[2]
    if unit == "d":
        return today + timedelta(days=count)
    # A birthday some weeks ago: who is 46 stays 46 for most of a year.
    return (today - timedelta(days=40)).replace(year=today.year + count, day=15)


def code_of(country: str, sex: str, born: date, serial: str) -> PersonCode:
    """A personal code by the country's rules, of a serial that nobody real gets."""
    woman = sex == "F"
    if country == "vn":
        century = 2 * (born.year // 100 - 19) + woman
        return PersonCode(f"VN{HANOI}{century}{born:%y}999{serial}")
    first = 1 + 2 * (born.year // 100 - 18) + woman
    for digit in range(10):
        code = f"{first}{born:%y%m%d}{serial}{digit}"
        try:
            estonian(code)
        except CodeRefused:
            continue
        return PersonCode(f"EE{code}")
    raise AssertionError("one of ten digits is the check digit")
