"""The desk of a register's owner as its pages see it: each verb for whoever is signed in.

Fills the port `Owner` of the officials' pages with `registers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from riik.core import InThread
from riik.login import Level
from riik.portal.session import Visitor
from riik.registers import OfficialRefused
from riik.registers.corrections.owner import OwnersDesk

__all__ = ["RegisterOwner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOwner:
    """Registers' officials at their pages; only a sign-in of the surest kind opens something."""

    desk: OwnersDesk
    in_thread: InThread

    async def waiting(self, visitor: Visitor, /) -> Sequence[Mapping[str, Any]]:
        """What waits for an answer."""
        _check(visitor)
        return await self.in_thread(self.desk.waiting, visitor.person)

    async def open(self, visitor: Visitor, key: str, /) -> Mapping[str, Any]:
        """A request; the look is on record."""
        _check(visitor)
        return await self.in_thread(self.desk.open, visitor.person, key)

    async def correct(
        self,
        visitor: Visitor,
        key: str,
        /,
        *,
        record: str,
        typed: Mapping[str, str],
        since: date | None,
        reason: str,
    ) -> None:
        """Set the record right and answer."""
        _check(visitor)
        correct = partial(self.desk.correct, record=record, typed=typed, since=since, reason=reason)
        await self.in_thread(correct, visitor.person, key)

    async def refuse(self, visitor: Visitor, key: str, /, *, reason: str) -> None:
        """Leave the record as it is, with reasons."""
        _check(visitor)
        await self.in_thread(self.desk.refuse, visitor.person, key, reason=reason)


def _check(visitor: Visitor) -> None:
    if visitor.level is not Level.HIGH:
        raise OfficialRefused("officials sign in by the surest way", why="level")
