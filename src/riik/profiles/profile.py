"""A country's profile: the file's shape, and what follows from it for one name or one day.

Pure: the bytes of ``profile.toml`` and ``places.toml`` come in. What nobody confirmed is
marked ``assumed`` in the data and stays so in the values.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from riik.core import Refused
from riik.profiles.delivery import Delivery
from riik.profiles.script import Alphabet, name_key

__all__ = [
    "Access",
    "Address",
    "CodeScheme",
    "Fee",
    "Holiday",
    "Law",
    "Name",
    "Place",
    "Profile",
    "ProfileRefused",
    "read_profile",
]

_FORMS: Final = frozenset({"family", "middle", "given"})


class ProfileRefused(Refused):
    """A profile that can't be read, or that there is not."""

    code = "profiles.refused"


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Keys are the fields' names with ``-`` for ``_``."""


class CodeScheme(_Shape, frozen=True):
    """A scheme of codes; the rules behind its name are `identity`'s.

    Attributes:
        name: As the law calls it.
        rule: Which check applies, such as ``isikukood``.
        pattern: Regular expression of the code without its country.
        example: A code that fits and belongs to nobody.
        law: The law that sets it.
        assumed: What is stated is to be confirmed.
    """

    name: str
    rule: str
    pattern: str
    example: str
    law: str
    assumed: bool = False


class Law(_Shape, frozen=True):
    """A law by the id that services and registers use, with its names by language."""

    id: str
    names: dict[str, str]
    assumed: bool = False


class Access(_Shape, frozen=True):
    """By which law people see what is held of them, and have it set right.

    Attributes:
        law: Its id, as rights of registers name it.
        answer_days: Within how many days whoever is asked must answer.
        see: What gives the right to know who looked, by language, article included if known.
        correct: What gives the right to have wrong data set right, likewise.
    """

    law: str
    answer_days: int
    see: dict[str, str]
    correct: dict[str, str]
    assumed: bool = False


class Holiday(_Shape, frozen=True):
    """A public holiday, by its day; `works` turns a Saturday into a working day."""

    day: date
    name: str
    works: bool = False
    assumed: bool = False


class Fee(_Shape, frozen=True):
    """A dated fee in minor units of the profile's currency."""

    id: str
    minor: int
    valid_from: date
    law: str
    assumed: bool = False


class Address(_Shape, frozen=True):
    """How an address is given: code systems, and its levels from the widest."""

    system: str
    levels: tuple[str, ...]
    line: str


class Place(_Shape, frozen=True):
    """A county or province: its code, its name, and the older codes it took over.

    ``kind`` stands before the name in an address where the country says it: *tỉnh*, *thành phố*.
    """

    code: str
    name: str
    kind: str = ""
    births: tuple[str, ...] = ()
    assumed: bool = False

    @property
    def whole(self) -> str:
        """The name as an address says it."""
        return f"{self.kind} {self.name}".strip()


class _Names(_Shape, frozen=True):
    display: tuple[str, ...]
    formal: tuple[str, ...]
    address: str
    order: tuple[str, ...]


class _Collation(_Shape, frozen=True):
    letters: str
    tones: bool = False


class _Dates(_Shape, frozen=True):
    short: str
    long: str
    letter: str
    zone: str


class _Currency(_Shape, frozen=True):
    code: str
    form: str


class _Profile(_Shape, frozen=True):
    country: str
    languages: tuple[str, ...]
    person_code: CodeScheme
    organisation_code: CodeScheme
    names: _Names
    collation: _Collation
    dates: _Dates
    currency: _Currency
    address: Address
    access: Access
    delivery: Delivery
    law: tuple[Law, ...]
    holiday: tuple[Holiday, ...] = ()
    fee: tuple[Fee, ...] = ()
    weekend: tuple[int, ...] = (5, 6)


class _Places(_Shape, frozen=True):
    place: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name in its parts; a part that the country doesn't know is empty."""

    family: str
    given: str
    middle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is done otherwise in one country.

    Attributes:
        country: ISO 3166-1 alpha-2.
        languages: The first is the law's.
        person_code: Scheme of personal codes.
        organisation_code: Scheme of organisations' codes.
        display: Order of a name's parts when shown.
        formal: Order when the whole name is said, as in decisions.
        called: The part by which a person is addressed.
        ordered_by: The parts by which lists of people are ordered.
        alphabet: The letters in order.
        dates: Patterns ``short``, ``long``, ``letter``, and the time ``zone``.
        currency: ISO 4217.
        money: Pattern of an amount.
        address: How addresses are given.
        access: People's right to what is held of them.
        delivery: When what the state tells a person has reached them.
        laws: Laws by id.
        holidays: By day.
        fees: In order of their days.
        weekend: Days of the week without work, Monday is 0.
        places: Counties or provinces.
    """

    country: str
    languages: tuple[str, ...]
    person_code: CodeScheme
    organisation_code: CodeScheme
    display: tuple[str, ...]
    formal: tuple[str, ...]
    called: str
    ordered_by: tuple[str, ...]
    alphabet: Alphabet
    dates: Mapping[str, str]
    currency: str
    money: str
    address: Address
    access: Access
    delivery: Delivery
    laws: Mapping[str, Law]
    holidays: Mapping[date, Holiday]
    fees: tuple[Fee, ...]
    weekend: tuple[int, ...]
    places: tuple[Place, ...]

    def display_name(self, name: Name, *, formal: bool = False) -> str:
        """The name in the country's order; the parts that a profile leaves out are not shown."""
        parts = self.formal if formal else self.display
        return " ".join(filter(None, (getattr(name, part) for part in parts)))

    def sort_key(self, name: Name) -> str:
        """A key whose text order is the order of people in lists."""
        return name_key(tuple(getattr(name, part) for part in self.ordered_by), self.alphabet)

    def is_working_day(self, day: date) -> bool:
        """Do offices work on this day?"""
        special = self.holidays.get(day)
        if special is not None:
            return special.works
        return day.weekday() not in self.weekend

    def is_person_code(self, code: str) -> bool:
        """Has this code, without its country, the shape of a personal code?"""
        return re.fullmatch(self.person_code.pattern, code, re.ASCII) is not None

    def fee(self, fee_id: str, *, on: date) -> Fee:
        """The fee that is in force on a day.

        Raises:
            ProfileRefused: For ``fee``.
        """
        known = [fee for fee in self.fees if fee.id == fee_id and fee.valid_from <= on]
        if not known:
            raise ProfileRefused(f"no fee {fee_id!r} is in force on that day", why="fee")
        return max(known, key=lambda fee: fee.valid_from)


def read_profile(source: bytes, *, places: bytes) -> Profile:
    """Read a profile out of its two files.

    Raises:
        ProfileRefused: For ``syntax``, ``unknown-key``, ``value``, ``names``, ``law`` or
            ``delivery``.
    """
    file = _read(source, _Profile)
    _check_names(file.names)
    _check_laws(file)
    if wrong := file.delivery.wrong():
        raise ProfileRefused(f"delivery: {wrong}", why="delivery")
    return Profile(
        country=file.country,
        languages=file.languages,
        person_code=file.person_code,
        organisation_code=file.organisation_code,
        display=file.names.display,
        formal=file.names.formal,
        called=file.names.address,
        ordered_by=file.names.order,
        alphabet=Alphabet(tuple(file.collation.letters.split()), tones=file.collation.tones),
        dates=msgspec.structs.asdict(file.dates),
        currency=file.currency.code,
        money=file.currency.form,
        address=file.address,
        access=file.access,
        delivery=file.delivery,
        laws={law.id: law for law in file.law},
        holidays={holiday.day: holiday for holiday in file.holiday},
        fees=tuple(sorted(file.fee, key=lambda fee: fee.valid_from)),
        weekend=file.weekend,
        places=_read(places, _Places).place,
    )


def _check_laws(file: _Profile) -> None:
    known = {law.id for law in file.law}
    rules = filter(None, (file.delivery.opened, file.delivery.letter, file.delivery.fiction))
    for law in (file.access.law, *(rule.law for rule in rules)):
        if law not in known:
            raise ProfileRefused(f"no law {law!r} in this profile", why="law")


def _read(source: bytes, shape: Any) -> Any:
    try:
        tree = tomllib.loads(source.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileRefused(f"this profile is not TOML: {error}", why="syntax") from error
    known = [field.encode_name for field in msgspec.structs.fields(shape)]
    for key in tree:
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ProfileRefused(f"no key {key!r} in a profile{hint}", why="unknown-key")
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        raise ProfileRefused(f"profile: {error}", why="value") from error


def _check_names(names: _Names) -> None:
    used = {*names.display, *names.formal, *names.order, names.address}
    if not used <= _FORMS:
        raise ProfileRefused("parts of a name are family, middle and given", why="names")
