"""What the state told a person, in the language they read, and that it reached them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, ServiceId
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.errors import AnswerUnreadable, PortalRefused
from riik.portal.citizen.guides import named
from riik.portal.session import Visitor

__all__ = ["Notices"]


class _Text(msgspec.Struct, frozen=True):
    title: str
    body: str


class _Notice(msgspec.Struct, frozen=True):
    id: str
    sender: str
    case: str
    texts: dict[str, _Text]
    legal_effect: bool
    sent_at: str
    read_at: str | None = None
    delivered_at: str | None = None
    delivered_by: str = ""
    law: dict[str, str] = {}
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """The inbox of who is signed in.

    Attributes:
        inbox: The inbox's subsystem.
        organisations: How members are called, by language.
    """

    errands: Errands
    inbox: ClientId
    organisations: Mapping[str, Mapping[str, str]]

    async def all(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """All notices, newest first, and how many were not read."""
        service = ServiceId(self.inbox, "notices")
        answer = await self.errands.ask(visitor, service, purpose="own-notices")
        found = _decoded(answer.accepted().body, list[_Notice])
        return {
            "notices": [self._shown(notice, language) for notice in found],
            "unread": sum(notice.read_at is None for notice in found),
        }

    async def read(
        self, visitor: Visitor, *, sender: str, notice: str, language: str
    ) -> dict[str, Any]:
        """Open one; the first time it is written down that it reached the person.

        Raises:
            PortalRefused: There is no such notice of theirs (``no-notice``).
        """
        answer = await self.errands.ask(
            visitor,
            ServiceId(self.inbox, "notices"),
            purpose="own-notices",
            path="/read",
            content={"sender": sender, "id": notice},
        )
        if answer.status >= 400:
            raise PortalRefused("there is no such notice", why="no-notice")
        return self._shown(_decoded(answer.body, _Notice), language)

    def _shown(self, notice: _Notice, language: str) -> dict[str, Any]:
        """A notice in the visitor's language, else in English, else in one that it has."""
        spoken = next((one for one in (language, "en") if one in notice.texts), "")
        spoken = spoken or next(iter(notice.texts), "")
        text = notice.texts.get(spoken, _Text("", ""))
        member = notice.sender.rpartition("/")[0]
        return {
            "id": notice.id,
            "sender": notice.sender,
            "organisation": named(self.organisations.get(member, {}), language) or member,
            "case": notice.case,
            "title": text.title,
            "body": text.body,
            "language": spoken,
            "legal_effect": notice.legal_effect,
            "sent": notice.sent_at,
            "read": notice.read_at,
            "delivered": notice.delivered_at,
            "how": notice.delivered_by,
            "law": named(notice.law, language),
            "assumed": notice.assumed,
        }


def _decoded(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise AnswerUnreadable("this is no notice", why="shape") from error
