"""Helping a person who is here: the citizens' pages at a provider's own desk.

Fills the port `Helps` of the officials' pages, and `Counter` of the citizens' pages with the
services of this node: the person's word and the official's go with every step.
"""

from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import msgspec

from riik.core import ClientId, Clock, PersonCode, Refused, Unavailable, to_text
from riik.exchange import Answer
from riik.login import StatementRefused
from riik.node.fillers.desk import clerk_of
from riik.node.fillers.relying import RelyingParty
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.guides import Guide, in_words, read_guides
from riik.portal.official.ports import Reader
from riik.portal.session import Visitor
from riik.services import DeskRefused, Services, Visit
from riik.services.desk.helping.errands import Beside, Errands

__all__ = ["DeskHelp", "HelpCounter", "LocalCases", "LocalGuides"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskHelp:
    """Errands as the officials' pages see them."""

    errands: Errands
    party: RelyingParty

    async def begin(self, reader: Reader, *, service: str, number: str) -> str:
        """Begin to help; answers the secret for the browser's cookie."""
        clerk = clerk_of(self.party, reader)
        return await self.errands.begin(clerk, service=service, number=number)

    async def again(self, reader: Reader, secret: str) -> None:
        """Give login's word anew."""
        await self.errands.again(clerk_of(self.party, reader), secret)

    async def told(self, secret: str) -> Mapping[str, Any]:
        """What the errand of this browser is."""
        return await self.errands.told(secret)

    async def take_up(self, visitor: Visitor, secret: str) -> Mapping[str, Any]:
        """The person showed their card in this browser."""
        beside = await self.errands.take_up(secret, person=visitor.person, session=visitor.sid)
        return _told(beside)

    async def beside(self, visitor: Visitor) -> Mapping[str, Any]:
        """Who is at this person's side."""
        return _told(await self.errands.beside(visitor.person, session=visitor.sid))


def _told(beside: Beside) -> Mapping[str, Any]:
    return {
        "official": beside.name,
        "service": beside.service,
        "case": beside.case,
        "begun": beside.begun,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalGuides:
    """The guides of this node's own services, as a portal reads them (`AsksCatalogue`)."""

    own: Services
    client: ClientId
    clock: Clock

    async def services(self, language: str) -> dict[str, Any]:
        """All of them in one language."""
        told = msgspec.json.encode({"services": self.own.catalogue()})
        frame = {"provider": str(self.client), "as_of": to_text(self.clock.now())}
        guides = [in_words(one, language) | frame for one in read_guides(told)]
        return {"services": guides, "silent": []}

    async def guide(self, service: str, language: str) -> dict[str, Any]:
        """One of them."""
        for guide in (await self.services(language))["services"]:
            if guide["id"] == service:
                found: Guide = guide
                return found
        raise _elsewhere()

    async def search(self, words: str, language: str) -> list[dict[str, Any]]:
        """Nothing is searched here: the official chose the service."""
        return []

    async def events(self, language: str) -> list[dict[str, Any]]:
        """Nor by life events."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCases:
    """Steps in cases of this node, with an official at the person's side (`AsksProviders`).

    Attributes:
        own: The node's services.
        errands: Who is at whose side.
        party: Asks login for the person's word.
    """

    own: Services
    errands: Errands
    party: RelyingParty

    async def start(
        self,
        visitor: Visitor,
        *,
        service: str,
        language: str,
        person: PersonCode | None = None,
        once: str = "",
    ) -> dict[str, Any]:
        """Begin the errand's case; the same errand begins one case."""
        beside = await self.errands.beside(visitor.person, session=visitor.sid, service=service)
        visit = await self._visit(visitor, beside, language=language)
        return await _told_over_wire(self.own.start(service, visit))

    async def step(
        self, visitor: Visitor, case_id: str, *, step: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Take the person's next step."""
        visit = await self._in_case(visitor, case_id)
        return await _told_over_wire(self.own.step(step, content, visit))

    async def appeal(self, visitor: Visitor, case_id: str, *, reason: str) -> str:
        """Begin an appeal; the person signs it at home, for it is a case of its own."""
        told = await self.step(visitor, case_id, step="appeal", content={"reason": reason})
        return str(told.get("appealed", ""))

    async def status(
        self,
        visitor: Visitor,
        case_id: str,
        *,
        language: str = "",
        find: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """Where the case stands."""
        visit = await self._in_case(visitor, case_id)
        return await _told_over_wire(self.own.status(visit, language=language, find=find))

    async def document(
        self, visitor: Visitor, case_id: str, name: str, *, language: str = ""
    ) -> bytes:
        """A paper of the case."""
        visit = await self._in_case(visitor, case_id)
        content, _ = await _answered(self.own.document(name, visit, language=language))
        return content

    async def mine(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """At a desk only the one case is seen; the others are the person's own business."""
        return {"cases": [], "silent": []}

    async def told(self, visitor: Visitor, view: Mapping[str, Any], language: str) -> None:
        """Nothing is kept at a desk: its cases are this node's own."""

    async def lately(self, visitor: Visitor, language: str) -> dict[str, dict[str, Any]]:
        """This node is never silent to itself."""
        return {}

    async def _in_case(self, visitor: Visitor, case: str) -> Visit:
        beside = await self.errands.beside(visitor.person, session=visitor.sid, case=case)
        return await self._visit(visitor, beside)

    async def _visit(self, visitor: Visitor, beside: Beside, *, language: str = "et") -> Visit:
        authority = await self.party.statement(
            visitor, audience=self.party.client, case=beside.case, person=visitor.person
        )
        return Visit(
            person=visitor.person,
            actor=visitor.person,
            case=beside.case,
            authority=authority,
            carrier=self.party.client.member,
            language=language,
            channel="desk",
            assistant=beside.official,
            assistance=beside.statement,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpCounter:
    """What citizens' pages may ask at a desk (`portal.citizen.hall.ports.Counter`): one case."""

    catalogue: LocalGuides
    portal: LocalCases

    @property
    def cases(self) -> LocalCases:
        """The person's cases."""
        return self.portal

    async def mandates(self, visitor: Visitor, language: str = "en") -> dict[str, Any]:
        """Who is here acts for themselves; for another one acts at home, or with a paper."""
        return {"people": [], "silent": []}

    async def notices(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """Nothing of what the state told the person."""
        return {"notices": [], "unread": 0}

    async def own(
        self, visitor: Visitor, language: str, *, only: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Nothing of what other registers hold."""
        return []

    async def read_notice(self, visitor: Visitor, **_: Any) -> dict[str, Any]:
        """No notices here."""
        raise _elsewhere()

    async def correct(self, visitor: Visitor, **_: Any) -> dict[str, Any]:
        """Corrections are asked for at home."""
        raise _elsewhere()

    async def corrections(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """And so are their answers."""
        raise _elsewhere()

    async def looks(self, visitor: Visitor, language: str, *, days: int = 30) -> dict[str, Any]:
        """Who looked is seen at home."""
        raise _elsewhere()

    async def receipt(self, visitor: Visitor, **_: Any) -> bytes:
        """So are receipts."""
        raise _elsewhere()


def _elsewhere() -> PortalRefused:
    return PortalRefused("this is not at an official's desk", why="no-page")


async def _told_over_wire(asked: Awaitable[Mapping[str, Any]]) -> dict[str, Any]:
    """A view as it comes over the exchange: plain JSON, and that it is told at a desk."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(await _answered(asked)))
    return told | {"at_desk": True}


async def _answered(asked: Awaitable[T]) -> T:
    """What services answer, their refusals as the exchange tells them: status and reason."""
    try:
        return await asked
    except (Unavailable, DeskRefused):
        raise
    except StatementRefused as refused:
        if refused.why == "expired":
            # The person's word is a second old; the official's was given before they came.
            raise DeskRefused("the official's word is over", why="word-over") from refused
        _refuse(refused)
    except Refused as refused:
        _refuse(refused)


def _refuse(refused: Refused) -> NoReturn:
    problem = {"why": refused.why, **refused.facts}
    Answer(status=refused.status, body=msgspec.json.encode(problem)).accepted()
    raise refused
