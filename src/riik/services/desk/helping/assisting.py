"""Filling in for a person who is present: which officials may, and what is written down of it.

Login's statements of both are verified by `services.component`; here is who may help whom, and
the look that it leaves. Who helped to apply does not decide (`verdicts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from riik.core import PersonCode, Work
from riik.services.desk.looking import RecordLook
from riik.services.errors import AuthorityMissing
from riik.services.outcome import Visit
from riik.services.running import Running

__all__ = ["ASSISTANCE", "Assisting"]

ASSISTANCE = "assistance"
"""The purpose of such a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assisting:
    """The officials who may fill in with people at this authority's desk.

    Attributes:
        names: How each of them is called.
        record_look: Writes down what they see.
    """

    names: Mapping[PersonCode, str]
    record_look: RecordLook

    def check(self, visit: Visit) -> PersonCode | None:
        """The official who helps, if one does and may.

        Raises:
            AuthorityMissing: For ``no-official`` or ``own-case``.
        """
        if visit.assistant is None:
            return None
        if visit.assistant not in self.names:
            raise AuthorityMissing("only an official helps at this desk", why="no-official")
        if visit.assistant in (visit.person, visit.actor):
            raise AuthorityMissing("nobody is their own official", why="own-case")
        return visit.assistant

    def note(self, running: Running, visit: Visit, *, work: Work) -> None:
        """Write down that the official sees this person's data now, if one helps."""
        if visit.assistant is not None:
            self.record_look(
                running.case.subject,
                purpose=ASSISTANCE,
                legal_basis=running.definition.law[0],
                acting=visit.assistant,
                case=running.case.id,
                work=work,
            )
