"""Which services and registers there are, which cases people have, and what waits to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riik.core import ClientId, SubjectId

__all__ = ["CatalogueEntry", "Find", "KnownCase", "Register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A public service the portal knows.

    Attributes:
        id: Catalogue id.
        provider: The subsystem that runs it.
        names: By language.
        organisation: Who answers for it, by language.
    """

    id: str
    provider: ClientId
    names: Mapping[str, str]
    organisation: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register whose looks the tracker shows, and where people read their own data.

    Attributes:
        client: Its subsystem.
        organisation: Who keeps it, by language.
        own_offer: The offer by which a person reads their own data.
        own_basis: The law that gives them the right.
    """

    client: ClientId
    organisation: Mapping[str, str]
    own_offer: str
    own_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """A case that was begun here: which provider runs it.

    Attributes:
        id: Made by this portal.
        subject: Whose.
        provider: The subsystem that runs it.
        service: Catalogue id.
        opened_at: UTC.
        person: Whose matter it is, sealed: the visitor, or whom they represent.
        waiting: A call that could not be sent yet, sealed; empty when none waits.
    """

    id: str
    subject: SubjectId
    provider: ClientId
    service: str
    opened_at: datetime
    person: bytes
    waiting: bytes = b""


Content = Mapping[str, Any]

Find = tuple[str, str] | None
"""A question that a list answers, and the words to look for in it."""
