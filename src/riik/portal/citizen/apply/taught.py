"""What is wrong with an answer that was written otherwise than it can be, and how it is right.

Pure. A sentence here names the mistake and shows the form; what was left empty keeps the words
of the service's folder, and so does what only the provider can know to be wrong.
"""

import re
from collections.abc import Mapping
from typing import Final

from riik.identity import CodeRefused, estonian
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts

__all__ = ["taught_code", "taught_day"]

ESTONIA: Final = "EE"
ABROAD: Final = re.compile(r"[A-Z]{2}[0-9]")
YEAR: Final = 4
"""Digits that a year is written with."""


def taught_day(parts: Mapping[str, str], texts: Texts) -> str:
    """Why these are no day: what is missing, is no figure, or is not in the calendar."""
    if not all(part.isascii() and part.isdigit() for part in parts.values()):
        return texts("Write the day, the month and the year in figures, like 5, 11, 2026")
    if len(parts["year"]) != YEAR:
        return texts("Write the year with four figures, like 2026")
    return texts("There is no such day in the calendar. Write a day like 5, 11, 2026")


def taught_code(code: str, formats: Formats, texts: Texts) -> str:
    """Why this is nobody's personal code; empty where it may be one, also of another country."""
    profile, bare = formats.profile, "".join(code.split()).upper()
    country, example = profile.country.upper(), profile.person_code.example
    if ABROAD.match(bare) and not bare.startswith(country):
        return ""
    bare = bare.removeprefix(country)
    if not (bare.isascii() and bare.isdigit()) or len(bare) != len(example):
        return texts(
            "A personal code is {number} digits, like {example}",
            number=len(example),
            example=example,
        )
    if not profile.is_person_code(bare) or (country == ESTONIA and not _holds(bare)):
        return texts(
            "These digits make no personal code: compare each with the document. "
            "It looks like {example}",
            example=example,
        )
    return ""


def _holds(code: str) -> bool:
    try:
        estonian(code)
    except CodeRefused:
        return False
    return True
