"""Is this the code of a person or organisation by its country's rules, and what does it say?

Implements the Estonian personal code (isikukood, EVS 585: sex and century, birth date,
serial, check digit in two rounds of weights), the structure of Vietnam's twelve digits
(Decree 137/2015 Article 13: place of birth, century and sex, year, six digits), semantics
identifiers of ETSI EN 319 412-1 §5.1.3 and §5.1.4, and document numbers of Estonian cards.
Pure. Which places Vietnam numbers is the profile's list and comes as a parameter.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul
from typing import Final, NoReturn

from riik.core import PersonCode, person_code
from riik.identity.errors import CodeRefused

__all__ = [
    "CodeFacts",
    "SemanticsIdentifier",
    "Sex",
    "check_document_number",
    "estonian",
    "semantics_identifier",
    "vietnamese",
]


class Sex(StrEnum):
    """Sex as ICAO 9303 and the Estonian card write it."""

    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """What a personal code says about its person.

    Attributes:
        sex: As coded at birth.
        birth_date: The day; None where the code holds the year only.
        birth_year: The year, four digits.
        place: Number of the place of registration; empty where the code has none.
    """

    sex: Sex
    birth_date: date | None
    birth_year: int
    place: str = ""


_FIRST_ROUND: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)
_SECOND_ROUND: Final = (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)
_NATURAL: Final = frozenset({"PNO", "PAS", "IDC", "TIN"})
_LEGAL: Final = frozenset({"VAT", "NTR", "PSD", "LEI"})
_IDENTIFIER: Final = re.compile(r"([A-Z]{3}|[A-Z]{2}:)([A-Z]{2})-([\x21-\x7e]{1,128})\Z")
_DOCUMENT: Final = re.compile(r"[A-Z]{2}[0-9]{7}\Z")


def estonian(code: str) -> CodeFacts:
    """Read an Estonian personal code, eleven digits.

    Raises:
        CodeRefused: For ``digits``, ``date`` or ``check-digit``.
    """
    if len(code) != 11 or not (code.isascii() and code.isdigit()):
        _refuse("an Estonian personal code has 11 digits", why="digits")
    digits = [byte - 48 for byte in code.encode()]
    if not 1 <= digits[0] <= 8:
        _refuse("the first digit names no century", why="date")
    year = 1800 + 100 * ((digits[0] - 1) // 2) + int(code[1:3])
    try:
        born = date(year, int(code[3:5]), int(code[5:7]))
    except ValueError as error:
        raise CodeRefused("there is no such day of birth", why="date") from error
    if digits[10] != _check_digit(digits[:10]):
        _refuse("the check digit is another", why="check-digit")
    sex = Sex.MALE if digits[0] % 2 else Sex.FEMALE
    return CodeFacts(sex=sex, birth_date=born, birth_year=year)


def _check_digit(digits: list[int]) -> int:
    """Modulo 11 in two rounds; where both leave ten, the digit is zero."""
    for weights in (_FIRST_ROUND, _SECOND_ROUND):
        rest: int = sum(map(mul, weights, digits)) % 11
        if rest < 10:
            return rest
    return 0


def vietnamese(code: str, *, places: Collection[str]) -> CodeFacts:
    """Read a Vietnamese personal identification number, twelve digits.

    Args:
        code: The number.
        places: Three-digit numbers of provinces, and of countries for births abroad.

    Raises:
        CodeRefused: For ``digits`` or ``place``.
    """
    if not re.fullmatch(r"[0-9]{12}", code, re.ASCII):
        _refuse("a Vietnamese personal number has 12 digits", why="digits")
    if code[:3] not in places:
        _refuse("the first three digits name no place", why="place")
    century = int(code[3])
    year = 1900 + 100 * (century // 2) + int(code[4:6])
    sex = Sex.FEMALE if century % 2 else Sex.MALE
    return CodeFacts(sex=sex, birth_date=None, birth_year=year, place=code[:3])


@dataclass(frozen=True, slots=True)
class SemanticsIdentifier:
    """``PNOEE-38001085718``: type, country and identifier (ETSI EN 319 412-1 §5.1.3).

    Attributes:
        kind: Three letters, or two and a colon for a scheme of the country's own.
        country: ISO 3166-1 alpha-2, or what stands for one there (``EL``, ``XG``).
        value: The identifier in its scheme; the scheme's own rules are not checked.
    """

    kind: str
    country: str
    value: str

    @property
    def natural(self) -> bool:
        """Does the type name a natural person? A country's own scheme may name either."""
        return self.kind in _NATURAL

    def person(self) -> PersonCode:
        """Country and code in one, as login asserts it; personal numbers only.

        Raises:
            CodeRefused: For ``kind``.
            IdentifierRefused: For ``person-shape``.
        """
        if self.kind != "PNO":
            _refuse("only a personal number names a person here", why="kind")
        return person_code(f"{self.country}{self.value}")

    def __str__(self) -> str:
        return f"{self.kind}{self.country}-{self.value}"


def semantics_identifier(text: str) -> SemanticsIdentifier:
    """Read an identifier as certificates carry it in ``serialNumber``.

    Raises:
        CodeRefused: For ``shape`` or ``kind``.
    """
    found = _IDENTIFIER.match(text)
    if found is None:
        _refuse("this is no semantics identifier", why="shape")
    identifier = SemanticsIdentifier(*found.groups())
    if not identifier.kind.endswith(":") and identifier.kind not in _NATURAL | _LEGAL:
        _refuse("no such type of identifier", why="kind")
    return identifier


def check_document_number(number: str) -> None:
    """Check that a document number is two letters and seven digits (``AS0012345``).

    Raises:
        CodeRefused: For ``document-number``.
    """
    if not _DOCUMENT.match(number):
        _refuse("a document number is two letters and seven digits", why="document-number")


def _refuse(message: str, *, why: str) -> NoReturn:
    raise CodeRefused(message, why=why)
