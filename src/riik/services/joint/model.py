"""Who signs an application besides the person who began it, and by when. Pure.

The rule stands in the folder (``[joint]`` of ``service.toml``); the people stand in the answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riik.core import IdentifierRefused, PersonCode, person_code
from riik.services.errors import AnswerRefused

__all__ = ["PAYS", "JointRule", "Signer", "named"]

PAYS = ("applicant", "other", "either")
"""Who may pay the fee of a joint application."""

INVITED, SIGNED, DECLINED, LAPSED = "invited", "signed", "declined", "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRule:
    """Who else signs, by when, and who pays.

    Attributes:
        field: The question whose answer is the other person's code; ``group.field`` when it
            stands in each row of a group.
        days: So long they have from the first signature.
        pays: ``applicant``, ``other`` or ``either``.
    """

    field: str
    days: int
    pays: str

    @property
    def question(self) -> str:
        """The question of the form, without the field of its rows."""
        return self.field.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One of the others.

    Attributes:
        person: Who was asked to sign.
        until: Until when, RFC 3339.
        standing: ``invited``, ``signed``, ``declined`` or ``lapsed``.
        actor: Who signed: that person, or who represents them.
        authority: Login's statement with which they came last.
        at: When they signed or declined, RFC 3339.
        prepared: A signature that was begun: opaque bytes of `signatures`.
        over: Digest of the container to which it was begun, hex.
    """

    person: PersonCode
    until: str
    standing: str = INVITED
    actor: str = ""
    authority: str = ""
    at: str = ""
    prepared: bytes = b""
    over: str = ""


def named(
    rule: JointRule | None, answers: Mapping[str, Any], *, by: PersonCode, actor: PersonCode
) -> tuple[PersonCode, ...]:
    """The others as the answers name them, each once.

    Args:
        rule: The folder's; without one nobody else signs.
        answers: What was answered.
        by: Whose application it is: a code without a country is of theirs.
        actor: Who acts for them.

    Raises:
        AnswerRefused: For ``person``: what was answered is no code, or the applicant's own.
    """
    if rule is None:
        return ()
    group, _, field = rule.field.partition(".")
    given = answers.get(group)
    rows = [row.get(field) for row in given or ()] if field else [given]
    found: dict[PersonCode, None] = {}
    for code in rows:
        if not isinstance(code, str) or not code.strip():
            continue
        other = _code(code.strip().upper(), country=by[:2], field=group)
        if other in (by, actor):
            raise AnswerRefused("who applies signs already", why="person", field=group)
        found[other] = None
    return tuple(found)


def _code(text: str, *, country: str, field: str) -> PersonCode:
    whole = text if text[:2].isalpha() else country + text
    if not any(map(str.isdigit, text)):
        raise AnswerRefused("this is no personal code", why="person", field=field)
    try:
        return person_code(whole)
    except IdentifierRefused as error:
        raise AnswerRefused("this is no personal code", why="person", field=field) from error
