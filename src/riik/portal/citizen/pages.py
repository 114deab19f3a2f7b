"""What stands around every citizen's page: five places, the foot, and how people are greeted.

Pure. Who is signed in, and the rest of the frame, come from `portal.session`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from riik.core import PersonCode
from riik.identity import CodeRefused, Sex, estonian, vietnamese
from riik.portal.design.formats import Formats
from riik.portal.design.shell import Link, Tab
from riik.portal.design.texts import Texts, later
from riik.portal.session import Visitor

__all__ = ["CASES", "DOCUMENTS", "HOME", "INBOX", "LOOKS", "foot", "greeting", "sex_of", "tabs"]

HOME, CASES, DOCUMENTS, INBOX, LOOKS = "home", "cases", "documents", "inbox", "looks"

PLACES: Final = (
    (HOME, "/", later("Home"), "home"),
    (CASES, "/cases", later("My cases"), "cases"),
    (DOCUMENTS, "/documents", later("Documents"), "file"),
    (INBOX, "/inbox", later("Inbox"), "inbox"),
    (LOOKS, "/looks", later("Who looked"), "eye"),
)

LINKS: Final = (
    ("/help", later("Help")),
    ("/accessibility", later("Accessibility")),
    ("/real", later("Is this site real?")),
)

LETTERS: Final = {Sex.FEMALE: "F", Sex.MALE: "M"}


def tabs(texts: Texts, *, unread: int = 0) -> Sequence[Tab]:
    """The five places of who is signed in; ``unread`` notices wait in the inbox."""
    return [
        Tab(place, href, texts(word), icon, unread if place == INBOX else 0)
        for place, href, word, icon in PLACES
    ]


def foot(texts: Texts) -> Sequence[Link]:
    """Links at the end of every page."""
    return [Link(href, texts(word)) for href, word in LINKS]


def sex_of(person: PersonCode) -> str:
    """``F`` or ``M`` as the country's code says; empty where the code tells nothing."""
    country, code = person[:2], person[2:]
    try:
        if country == "EE":
            return LETTERS[estonian(code).sex]
        if country == "VN":
            # Login knows the person: whether the province exists was asked there.
            return LETTERS[vietnamese(code, places={code[:3]}).sex]
    except CodeRefused:
        return ""
    return ""


def greeting(formats: Formats, visitor: Visitor, *, now: datetime) -> str:
    """How the country greets somebody at this hour of its own clock."""
    given = visitor.given_names
    if "middle" in formats.profile.display and given:
        # Login tells middle and given names in one; the given name is the last of them.
        given = given.split()[-1]
    return formats.greeting(
        given,
        visitor.surname,
        sex=sex_of(visitor.person),
        hour=int(formats.clock(now)[:2]),
    )
