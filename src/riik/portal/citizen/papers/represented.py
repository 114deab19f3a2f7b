"""For whom an application was signed that a representative signed, as the file itself says. Pure.

What stands in a signed file is its signer's word: pages quote it, and believe nothing by it.
"""

from typing import Any

import msgspec

from riik.core import Refused
from riik.portal.design.formats import Formats
from riik.signatures import open_container

__all__ = ["signed_for"]

MOST_NAME = 120


class _Person(msgspec.Struct):
    code: str
    acting: str
    given_names: str = ""
    family_name: str = ""
    middle_names: str = ""


class _Paper(msgspec.Struct):
    person: _Person


def signed_for(content: bytes, formats: Formats) -> str:
    """The name of who is represented; empty for one's own matter and other files."""
    try:
        files: Any = open_container(content).files
    except Refused:
        return ""
    for file in files:
        if not file.name.endswith(".json"):
            continue
        try:
            person = msgspec.json.decode(file.content, type=_Paper).person
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            continue
        if person.code != person.acting:
            name = formats.name(person.given_names, person.family_name, person.middle_names)
            return (name.strip() or person.code)[:MOST_NAME]
    return ""
