"""People and cards: do these facts agree, and may this person ask for that?

The identity authority's own rules, without any store: facts agree with the personal code,
orders of cards are possible, and who stops or frees a card may do so in the way they came
(a voice on the phone may lock a card, never unlock it).
Pure. Structures of codes are in `codes`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from riik.core import PersonCode, years_between
from riik.identity.codes import CodeFacts, check_document_number, estonian, vietnamese
from riik.identity.errors import CodeRefused, DocumentRefused, PersonRefused
from riik.identity.model import Actor, CardOrder, Channel, Person, Status

__all__ = [
    "FROM",
    "check_actor",
    "check_officer",
    "check_orders",
    "check_person",
    "most_years",
]

LONGEST_YEARS: Final = 10

FROM: Final[Mapping[Status, Collection[Status]]] = {
    Status.SUSPENDED: {Status.ACTIVE},
    Status.ACTIVE: {Status.SUSPENDED},
    Status.REVOKED: {Status.PREPARED, Status.ACTIVE, Status.SUSPENDED},
}
"""From which statuses each may be reached. Nothing leads out of ``revoked``."""


def check_person(person: Person, *, places: Collection[str]) -> None:
    """Check that a person's facts are there and agree with the personal code.

    Args:
        person: The facts.
        places: Three-digit numbers of places in Vietnamese codes.

    Raises:
        CodeRefused: The code breaks its country's scheme.
        PersonRefused: For ``name``, ``birth-date`` or ``sex``.
    """
    if not person.given_names or person.given_names != person.given_names.strip():
        raise PersonRefused("a person has a name", why="name")
    facts = _facts(person.code, places)
    if facts is None:
        return
    agrees = person.birth_date.year == facts.birth_year
    if not agrees or facts.birth_date not in (None, person.birth_date):
        raise PersonRefused("the code says another day of birth", why="birth-date")
    if facts.sex is not person.sex:
        raise PersonRefused("the code says another sex", why="sex")


def _facts(code: PersonCode, places: Collection[str]) -> CodeFacts | None:
    """What the code says; of a country whose scheme isn't known here, nothing."""
    if code.startswith("EE"):
        return estonian(code[2:])
    if code.startswith("VN"):
        return vietnamese(code[2:], places=places)
    return None


def most_years(code: PersonCode, day: date) -> int | None:
    """How old the holder of a code is on a day at most; None where the code tells nothing of it.

    A code that holds the year only (Vietnam's) is read as if its year began with the birth.
    """
    try:
        facts = _facts(code, {code[2:5]})
    except CodeRefused:
        return None
    if facts is None:
        return None
    return years_between(facts.birth_date or date(facts.birth_year, 1, 1), day)


def check_orders(orders: Sequence[CardOrder]) -> None:
    """Check that these cards can be made together.

    Raises:
        CodeRefused: For ``document-number``.
        DocumentRefused: For ``validity``, ``keys-same`` or ``number-taken``.
    """
    for order in orders:
        check_document_number(order.number)
        years = order.valid_until.year - order.valid_from.year
        if not order.valid_from <= order.valid_until or years > LONGEST_YEARS:
            raise DocumentRefused("a card is valid for up to ten years", why="validity")
        if order.authentication_key == order.signature_key:
            raise DocumentRefused("one key can't be for both", why="keys-same")
    if len({order.number for order in orders}) != len(orders):
        raise DocumentRefused("two cards have one number", why="number-taken")


def check_officer(by: Actor) -> None:
    """Check that a card is bound by an officer who sees the person.

    Raises:
        DocumentRefused: For ``actor``.
    """
    if not by.officer or by.channel is Channel.PHONE:
        raise DocumentRefused("cards are bound by an officer, in person", why="actor")


def check_actor(by: Actor, *, holder: PersonCode, to: Status) -> None:
    """Check that somebody may bring a card of this holder to that status.

    Raises:
        DocumentRefused: For ``actor`` or ``channel``.
    """
    if not by.officer and by.person != holder:
        raise DocumentRefused("only the holder or an officer may do that", why="actor")
    if by.channel is Channel.PHONE and to is not Status.SUSPENDED:
        raise DocumentRefused("the phone is good for suspending alone", why="channel")
