"""Who takes a step in a case, and what a step brings: values that all steps share."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from riik.core import MemberId, PersonCode, Work
from riik.services.dossier import Dossier
from riik.services.errors import AnswerRefused
from riik.services.process import Node

__all__ = ["Acting", "Outcome", "Prepared", "VerifyVisit", "Visit", "bytes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who stands at the counter, whatever the channel.

    Attributes:
        person: Whose matter it is.
        actor: Who acts; the verifier of statements sets it.
        case: The case's id.
        authority: Login's statement, compact JWS.
        carrier: The member that brought it: the caller, or we ourselves at our own desk.
        language: The person's.
        channel: ``web``, ``desk``, ``api`` …
        assistant: At a desk, the official who fills in with the person present; None elsewhere.
        assistance: Login's statement that this official wants this case now; empty elsewhere.
        role: As what they act for another, ``parent``; the verifier of statements sets it.
    """

    person: PersonCode
    actor: PersonCode
    case: str
    authority: str
    carrier: MemberId
    language: str = "et"
    channel: str = "web"
    assistant: PersonCode | None = None
    assistance: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts by login's word.

    Attributes:
        person: Who signed in.
        role: As what they represent another, ``parent``; empty for their own matters.
    """

    person: PersonCode
    role: str = ""


class VerifyVisit(Protocol):
    """Login's pure verifier, set up for this member: raises unless the statement holds."""

    def __call__(
        self, token: str, *, carrier: MemberId, person: PersonCode, case: str, level: str
    ) -> Acting:
        """Answer who acts: the person, or who represents them with a mandate.

        Args:
            token: Login's statement.
            carrier: The member that brought it: no other may have asked login for it.
            person: Whose matter it is.
            case: The case's id.
            level: How surely who acts must have signed in.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signature that was begun.

    Attributes:
        to_sign: The bytes the card signs the digest of.
        digest: That digest.
        hash: Its algorithm, ``SHA-384``.
        opaque: What `Pens.finish` needs.
        given_names: Of who signs, as their certificate has it; empty where it has none.
        family_name: Likewise.
    """

    to_sign: bytes
    digest: bytes
    hash: str
    opaque: bytes
    given_names: str = ""
    family_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step brought.

    Attributes:
        dossier: The content after it.
        node: The task it completes, or None when the case stays where it is.
        write: Further writes of the same unit.
        ended: Nothing more happens in the case; its process ends here.
        answer: What the channel is told besides the status.
    """

    dossier: Dossier
    node: Node | None = None
    write: Callable[[Work], None] | None = None
    ended: bool = False
    answer: Mapping[str, Any] = field(default_factory=dict)


def bytes_of(content: Mapping[str, Any], name: str, *, most: int) -> bytes:
    """Bytes that a step brings as base64.

    Raises:
        AnswerRefused: For ``value`` or ``missing``; ``field`` is the name.
    """
    try:
        value = base64.b64decode(str(content.get(name, "")), validate=True)
    except ValueError as error:
        raise AnswerRefused(f"{name} is not base64", why="value", field=name) from error
    if not 0 < len(value) <= most:
        raise AnswerRefused(f"{name} is missing or too long", why="missing", field=name)
    return value
