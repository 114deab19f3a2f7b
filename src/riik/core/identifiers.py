"""Who and what: identifiers of members, subsystems, services, servers, people and keys.

Members and services follow X-Road (PR-REST §4.2, PR-MESS §2.1); their text form joins
the parts with ``/``. Personal codes are checked by the country profile, not here: in
this module a person's code is text with its country in front (``EE38001085718``).
"""

import re
from dataclasses import dataclass
from typing import NewType, Self

from riik.core.errors import Refused

__all__ = [
    "ClientId",
    "IdentifierRefused",
    "KeyId",
    "MemberId",
    "PersonCode",
    "ServerId",
    "ServiceId",
    "SubjectId",
    "person_code",
]

SubjectId = NewType("SubjectId", str)
"""One node's opaque name for a person: records hang on it, codes are attributes."""

PersonCode = NewType("PersonCode", str)
"""Country and personal code in one text, as login asserts it: ``EE38001085718``."""

_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?]{1,64}\Z")
_PERSON = re.compile(r"[A-Z]{2}[A-Z0-9-]{1,32}\Z")


class IdentifierRefused(Refused):
    """A text that should name a member, service or person doesn't."""

    code = "core.identifier-refused"


def person_code(text: str) -> PersonCode:
    """Read a person's code with its country in front; only the shape is checked.

    Raises:
        IdentifierRefused: For ``person-shape``.
    """
    if not _PERSON.match(text):
        raise IdentifierRefused("this is not a country and a personal code", why="person-shape")
    return PersonCode(text)


def _parts(text: str, count: int, what: str) -> list[str]:
    parts = text.split("/")
    if len(parts) != count:
        raise IdentifierRefused(
            f"a {what} has {count} parts, this has {len(parts)}", why="part-count", most=count
        )
    if not all(_PART.match(part) for part in parts):
        raise IdentifierRefused(f"a part of this {what} has other characters", why="part-shape")
    return parts


@dataclass(frozen=True, slots=True, order=True)
class MemberId:
    """An organisation of the exchange: instance, member class, member code."""

    instance: str
    member_class: str
    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``EE-DEMO/GOV/70000001``."""
        return cls(*_parts(text, 3, "member"))

    def __str__(self) -> str:
        return f"{self.instance}/{self.member_class}/{self.code}"


@dataclass(frozen=True, slots=True, order=True)
class ClientId:
    """A member's subsystem: what calls and what offers services."""

    member: MemberId
    subsystem: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``EE-DEMO/GOV/70000001/population``."""
        instance, member_class, code, subsystem = _parts(text, 4, "subsystem")
        return cls(MemberId(instance, member_class, code), subsystem)

    def __str__(self) -> str:
        return f"{self.member}/{self.subsystem}"


@dataclass(frozen=True, slots=True, order=True)
class ServiceId:
    """A service that a subsystem offers."""

    provider: ClientId
    service: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``EE-DEMO/GOV/70000001/population/person``."""
        *client, service = _parts(text, 5, "service")
        return cls(ClientId.parse("/".join(client)), service)

    def __str__(self) -> str:
        return f"{self.provider}/{self.service}"


@dataclass(frozen=True, slots=True, order=True)
class ServerId:
    """A security server: the member that owns it and its server code."""

    owner: MemberId
    server: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``EE-DEMO/GOV/70000001/ss1``."""
        instance, member_class, code, server = _parts(text, 4, "security server")
        return cls(MemberId(instance, member_class, code), server)

    def __str__(self) -> str:
        return f"{self.owner}/{self.server}"


@dataclass(frozen=True, slots=True, order=True)
class KeyId:
    """One of a node's own keys: for which member, for what, in which generation."""

    member: str
    purpose: str
    generation: int = 1

    def __str__(self) -> str:
        return f"{self.member}/{self.purpose}/{self.generation}"
