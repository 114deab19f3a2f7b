"""What an act is, and what it leaves: sentences that are put into the visitor's language later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from riik.core import Refused

__all__ = ["Act", "ActRefused", "Attack", "Line", "Outcome"]


class ActRefused(Refused):
    """This can't be done now."""

    code = "demo.act-refused"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act.

    Attributes:
        id: In the address ``/acts/<id>``.
        icon: Its drawing.
        title: In English, as all texts here; translated by the room's catalogue.
        text: What comes of it, for the door on the front page.
        will: What will be done, before it is done.
        button: The word that does it.
        undo: The word that takes it back; empty when nothing stays.
        roles: Members among which one chooses; empty when there is no choice.
        harm: It hurts: the button looks like it.
    """

    id: str
    icon: str
    title: str
    text: str
    will: tuple[str, ...]
    button: str
    undo: str = ""
    roles: tuple[str, ...] = ()
    harm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack of the attacker's page.

    Attributes:
        id: In the address ``/attacks/<id>``.
        title: What is tried.
        text: What the attacker has, and hopes.
    """

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a result.

    Attributes:
        text: In English.
        kind: ``yes`` (as promised), ``no`` (not so), ``answer``, ``wait`` (a note), or empty.
        values: Put into it: names by language, moments, days, numbers, texts as they are, and
            other lines, which are put into the visitor's language first.
        href: Where one sees it.
        code: A command that is typed as it stands, after the text.
    """

    text: str
    kind: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    href: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an act.

    Attributes:
        did: What you did.
        state: What the state did.
        see: How you can see it yourself.
        held: The state did what it promises.
    """

    did: Sequence[Line]
    state: Sequence[Line]
    see: Sequence[Line] = ()
    held: bool = True
