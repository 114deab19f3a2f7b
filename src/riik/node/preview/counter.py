"""What the pages of a preview may ask: the provider in this process, and nobody else."""

from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from riik.core import ClientId, PersonCode, Refused, Unavailable
from riik.exchange import Answer
from riik.node.preview.house import MEMBER, PROVIDER, Previewed
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.guides import in_words, read_guides
from riik.portal.session import Visitor
from riik.services import Visit

__all__ = ["PreviewCounter"]

T = TypeVar("T")


@dataclass(frozen=True)
class PreviewCounter:
    """The counter of the citizens' pages, for one folder."""

    here: Previewed

    @property
    def catalogue(self) -> "PreviewCounter":
        """The one service."""
        return self

    @property
    def portal(self) -> "PreviewCounter":
        """The one provider."""
        return self

    @property
    def cases(self) -> "PreviewCounter":
        """The cases of who is at the pages."""
        return self

    async def services(self, language: str) -> dict[str, Any]:
        """The guide of the service."""
        told = msgspec.json.encode({"services": self.here.services.catalogue()})
        guides = [in_words(one, language) for one in read_guides(told)]
        ours = {"provider": str(PROVIDER), "as_of": None}
        return {"services": [{**one, **ours} for one in guides], "silent": []}

    async def guide(self, service: str, language: str) -> dict[str, Any]:
        """The guide."""
        for one in (await self.services(language))["services"]:
            if one["id"] == service:
                return dict(one)
        raise PortalRefused("there is no such service", why="no-service")

    async def search(self, words: str, language: str) -> list[dict[str, Any]]:
        """The service, whatever is looked for."""
        return [dict(one) for one in (await self.services(language))["services"]]

    async def events(self, language: str) -> list[dict[str, Any]]:
        """A preview has no life events."""
        return []

    async def start(
        self,
        visitor: Visitor,
        *,
        service: str,
        language: str,
        person: PersonCode | None = None,
        once: str = "",
    ) -> dict[str, Any]:
        """Begin a case."""
        case = f"preview-{sha256(once.encode()).hexdigest()[:24]}"
        self.here.begun[case] = visitor.person
        visit = self._visit(visitor, case, language=language)
        return await _told(self.here.services.start(service, visit))

    async def step(
        self, visitor: Visitor, case_id: str, *, step: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Take a step."""
        visit = self._visit(visitor, case_id)
        return await _told(self.here.services.step(step, content, visit))

    async def status(
        self,
        visitor: Visitor,
        case_id: str,
        *,
        language: str = "",
        find: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """How a case stands."""
        visit = self._visit(visitor, case_id)
        return await _told(self.here.services.status(visit, language=language, find=find))

    async def document(
        self, visitor: Visitor, case_id: str, name: str, *, language: str = ""
    ) -> bytes:
        """A paper of a case."""
        visit = self._visit(visitor, case_id)
        content, _ = await _answered(self.here.services.document(name, visit, language=language))
        return content

    async def mine(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """The person's cases."""
        visit = self._visit(visitor, "preview-mine-0000")
        rows = await self.here.services.of_person(visit, language=language)
        ours = {"provider": str(PROVIDER), "unread": 0}
        return {"cases": [{**row, **ours} for row in rows], "silent": []}

    async def mandates(self, visitor: Visitor, language: str = "en") -> dict[str, Any]:
        """Nobody is represented in a preview."""
        return {"people": [], "silent": []}

    async def own(
        self, visitor: Visitor, language: str, *, only: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Registers show nothing of their own here."""
        return []

    async def read_notice(
        self, visitor: Visitor, *, sender: str, notice: str, language: str
    ) -> dict[str, Any]:
        """Notices are on the preview's first page."""
        raise PortalRefused("a preview has no inbox", why="no-notice")

    async def correct(
        self, visitor: Visitor, *, register: ClientId, field: str, **_: str
    ) -> dict[str, Any]:
        """No register is told anything."""
        raise PortalRefused("a preview tells no register", why="no-register")

    async def corrections(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """None."""
        return {"rows": [], "silent": []}

    async def looks(self, visitor: Visitor, language: str, *, days: int = 30) -> dict[str, Any]:
        """Nobody looked: nothing is asked."""
        return {"groups": [], "silent": [], "looks": 0, "refused": 0}

    async def receipt(self, visitor: Visitor, *, register: ClientId, entry: str) -> bytes:
        """There is no look to prove."""
        raise PortalRefused("a preview has no log", why="no-receipt")

    def _visit(self, visitor: Visitor, case: str, language: str = "en") -> Visit:
        return Visit(
            person=visitor.person,
            actor=visitor.person,
            case=case,
            authority=visitor.person,
            carrier=MEMBER,
            language=language,
        )


async def _told(asked: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """A view as it comes over the exchange: plain JSON."""
    view: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(await _answered(asked)))
    return view


async def _answered(asked: Awaitable[T]) -> T:
    """What the exchange makes of a refusal: status and reason."""
    try:
        return await asked
    except Unavailable:
        raise
    except Refused as refused:
        problem = {"why": refused.why, **refused.facts}
        Answer(status=refused.status, body=msgspec.json.encode(problem)).accepted()
        raise
