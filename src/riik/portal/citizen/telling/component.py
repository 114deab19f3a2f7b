"""How the person who is signed in wants to be told: asked of the inbox, and said to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, ServiceId
from riik.exchange import Answer
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.errors import AnswerUnreadable, PortalRefused
from riik.portal.session import Visitor

__all__ = ["Telling", "Told"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose, or what holds for who has chosen nothing; and what there is to choose.

    Attributes:
        channels: In the order in which they are tried.
        refused: Kinds of notices of which they don't want to be told.
        quiet: From and until; None: at any hour.
        chosen: It is their own choice.
        offered: Channels of this portal.
        optional: Kinds that one can refuse.
        letter_days: After how many days unopened something with legal effect comes on paper; 0
            where no letters are written.
        push_key: What a browser subscribes with; empty where browsers are not told.
    """

    channels: tuple[str, ...]
    language: str
    refused: tuple[str, ...]
    quiet: tuple[str, str] | None
    chosen: bool
    offered: tuple[str, ...]
    optional: tuple[str, ...]
    letter_days: int = 0
    push_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Choices at one inbox.

    Attributes:
        inbox: Its subsystem.
    """

    errands: Errands
    inbox: ClientId

    async def of(self, visitor: Visitor) -> Told:
        """What the visitor chose.

        Raises:
            PortalRefused: Nobody is told of anything outside here (``no-telling``).
        """
        return _told(await self._ask(visitor, "/choice"))

    async def choose(self, visitor: Visitor, choice: Mapping[str, Any]) -> Told:
        """Keep what the visitor chooses; the inbox refuses what nobody can.

        Raises:
            PortalRefused: For ``no-telling``.
        """
        return _told(await self._ask(visitor, "/choice", choice))

    async def subscribe(self, visitor: Visitor, browser: Mapping[str, Any]) -> None:
        """Let a browser of the visitor be told too.

        Raises:
            PortalRefused: For ``no-telling``: it is no browser, or browsers are not told.
        """
        answer = await self._ask(visitor, "/browser", browser)
        if answer.status >= 400:
            raise PortalRefused("this browser can't be told", why="no-telling")

    async def _ask(
        self, visitor: Visitor, path: str, content: Mapping[str, Any] | None = None
    ) -> Answer:
        return await self.errands.ask(
            visitor,
            ServiceId(self.inbox, "notices"),
            purpose="own-notices",
            path=path,
            content=content,
        )


def _told(answer: Answer) -> Told:
    if answer.status >= 400:
        raise PortalRefused("nobody is told of anything outside here", why="no-telling")
    try:
        return msgspec.json.decode(answer.body, type=Told)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise AnswerUnreadable("this is no choice", why="shape") from error
