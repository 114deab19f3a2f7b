"""What the citizens' pages ask, as ``docs/reference/portal-calls.md`` says: plain JSON in, out.

`portal.citizen.counter.Counter` is this; tests of pages give answers of their own.
"""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from riik.core import ClientId, PersonCode
from riik.portal.session import Visitor
from riik.signatures import Report

__all__ = ["AsksCases", "AsksCatalogue", "AsksProviders", "Counter", "JudgesFiles"]


class AsksCatalogue(Protocol):
    """What services there are; nobody needs to be signed in."""

    async def services(self, language: str) -> dict[str, Any]: ...
    async def guide(self, service: str, language: str) -> dict[str, Any]: ...
    async def search(self, words: str, language: str) -> list[dict[str, Any]]: ...
    async def events(self, language: str) -> list[dict[str, Any]]: ...


class AsksProviders(Protocol):
    """Cases: begun, taken a step further, seen."""

    async def start(
        self,
        visitor: Visitor,
        *,
        service: str,
        language: str,
        person: PersonCode | None = None,
        once: str = "",
    ) -> dict[str, Any]: ...

    async def step(
        self, visitor: Visitor, case_id: str, *, step: str, content: Mapping[str, Any]
    ) -> dict[str, Any]: ...

    async def appeal(self, visitor: Visitor, case_id: str, *, reason: str) -> str:
        """Begin an appeal against a decision; answers its case, or nothing while it waits."""
        ...

    async def status(
        self,
        visitor: Visitor,
        case_id: str,
        *,
        language: str = "",
        find: tuple[str, str] | None = None,
    ) -> dict[str, Any]: ...

    async def document(
        self, visitor: Visitor, case_id: str, name: str, *, language: str = ""
    ) -> bytes: ...


class AsksCases(Protocol):
    """A person's cases at all providers."""

    async def mine(self, visitor: Visitor, language: str) -> dict[str, Any]: ...
    async def told(self, visitor: Visitor, view: Mapping[str, Any], language: str) -> None: ...
    async def lately(self, visitor: Visitor, language: str) -> dict[str, dict[str, Any]]: ...


class Counter(Protocol):
    """Everything that the pages may ask."""

    @property
    def catalogue(self) -> AsksCatalogue: ...
    @property
    def portal(self) -> AsksProviders: ...
    @property
    def cases(self) -> AsksCases: ...

    async def mandates(self, visitor: Visitor, language: str = "en") -> dict[str, Any]: ...
    async def notices(self, visitor: Visitor, language: str) -> dict[str, Any]: ...

    async def own(
        self, visitor: Visitor, language: str, *, only: Collection[str] = ()
    ) -> list[dict[str, Any]]: ...

    async def read_notice(
        self, visitor: Visitor, *, sender: str, notice: str, language: str
    ) -> dict[str, Any]: ...

    async def correct(
        self,
        visitor: Visitor,
        *,
        register: ClientId,
        field: str,
        says: str,
        should_be: str,
        why: str = "",
        language: str = "et",
        once: str = "",
    ) -> dict[str, Any]: ...

    async def corrections(self, visitor: Visitor, language: str) -> dict[str, Any]: ...

    async def looks(self, visitor: Visitor, language: str, *, days: int = 30) -> dict[str, Any]: ...

    async def receipt(self, visitor: Visitor, *, register: ClientId, entry: str) -> bytes: ...


class JudgesFiles(Protocol):
    """Who signed a file, when, and whether it holds (`riik.signatures.Signatures.validate`)."""

    def __call__(self, document: bytes, /) -> Report:
        """Judge a file now.

        Raises:
            ContainerRefused: It is a container that can't be opened safely.
        """
        ...
