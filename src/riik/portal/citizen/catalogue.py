"""The catalogue as a portal shows it: what each provider tells of its services, kept.

Nobody is asked about, so nobody has to be signed in. A job asks every provider once a minute;
pages read what is kept and never wait. While a provider is silent its services stay, with the
time from which they are (`as_of`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from riik.core import (
    ClientId,
    Clock,
    Database,
    InThread,
    Refused,
    ServiceId,
    Unavailable,
    Work,
    to_text,
)
from riik.exchange import Answer, Call
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.events import event_views
from riik.portal.citizen.guides import Guide, in_words, named, read_guides
from riik.portal.citizen.search import Page, rank
from riik.portal.design.texts import Texts

__all__ = ["Catalogue", "CatalogueStore", "KeptGuides", "Provider"]

ASK_SECONDS = 2.0
_WEIGHTS = (
    ("name", 10.0),
    ("words", 8.0),
    ("summary", 3.0),
    ("organisation", 2.0),
    ("for_whom", 1.0),
    ("asked", 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who offers services: the subsystem, and how people call the organisation."""

    client: ClientId
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGuides:
    """What one provider told.

    Attributes:
        provider: Its subsystem.
        content: JSON as it came; empty when it never answered.
        as_of: When it came, UTC; None when it never did.
        silent: Whether it did not answer the last time it was asked.
    """

    provider: ClientId
    content: bytes
    as_of: datetime | None
    silent: bool


class CatalogueStore(Protocol):
    """What the catalogue needs kept."""

    def put_guides(self, kept: KeptGuides, *, work: Work) -> None: ...
    def guides(self, *, work: Work) -> list[KeptGuides]: ...


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What there is, by all providers that this portal knows.

    Attributes:
        texts: The portal's own texts, by language.
    """

    store: CatalogueStore
    database: Database
    clock: Clock
    in_thread: InThread
    exchange: CallOut
    client: ClientId
    providers: Sequence[Provider]
    texts: Mapping[str, Texts]

    async def refresh(self) -> None:
        """Ask every provider for its guides, all at once."""
        await asyncio.gather(*(self._ask(provider) for provider in self.providers))

    async def services(self, language: str) -> dict[str, Any]:
        """All guides in one language by name, and the organisations that are silent now."""
        kept = {one.provider: one for one in await self.in_thread(self._kept)}
        if missing := [one for one in self.providers if one.client not in kept]:
            await asyncio.gather(*(self._ask(provider) for provider in missing))
            kept = {one.provider: one for one in await self.in_thread(self._kept)}
        guides = [
            guide
            for provider in self.providers
            for guide in _told(kept.get(provider.client), provider, language)
        ]
        silent = [
            named(provider.names, language)
            for provider in self.providers
            if provider.client not in kept or kept[provider.client].silent
        ]
        return {"services": sorted(guides, key=lambda one: str(one["name"])), "silent": silent}

    async def guide(self, service: str, language: str) -> Guide:
        """One guide.

        Raises:
            PortalRefused: Nobody tells of such a service (``no-service``).
        """
        for guide in (await self.services(language))["services"]:
            if guide["id"] == service:
                found: Guide = guide
                return found
        raise PortalRefused("there is no such service", why="no-service")

    async def search(self, words: str, language: str) -> list[Guide]:
        """Guides that fit the words, best first; letters are folded (`search`)."""
        known = {language: (await self.services(language))["services"]}
        for other in self.texts:
            known.setdefault(other, (await self.services(other))["services"])
        pages: dict[str, dict[str, list[tuple[float, str]]]] = {}
        for spoken, guides in known.items():
            for guide in guides:
                pages.setdefault(guide["id"], {})[spoken] = _fields(guide, self.texts[spoken])
        ranked = rank(
            words,
            [Page(id=service, fields=fields) for service, fields in pages.items()],
            language=language,
        )
        by_id = {guide["id"]: guide for guide in known[language]}
        return [{**by_id[service], "score": round(score, 3)} for service, score in ranked]

    async def events(self, language: str) -> list[dict[str, Any]]:
        """The life events, each with the services behind it."""
        guides = (await self.services(language))["services"]
        return event_views(guides, self.texts[language])

    async def _ask(self, provider: Provider) -> None:
        call = Call(
            client=self.client,
            service=ServiceId(provider.client, "catalogue"),
            timeout=ASK_SECONDS,
        )
        try:
            content = (await self.exchange.call(call)).accepted().body
            read_guides(content)
        except (Unavailable, Refused):
            await self.in_thread(self._note_silence, provider.client)
            return
        kept = KeptGuides(
            provider=provider.client, content=content, as_of=self.clock.now(), silent=False
        )
        await self.in_thread(self._keep, kept)

    def _keep(self, kept: KeptGuides) -> None:
        with self.database.work() as work:
            self.store.put_guides(kept, work=work)

    def _note_silence(self, provider: ClientId) -> None:
        with self.database.work() as work:
            known = {one.provider: one for one in self.store.guides(work=work)}
            before = known.get(provider)
            kept = KeptGuides(
                provider=provider,
                content=before.content if before else b"",
                as_of=before.as_of if before else None,
                silent=True,
            )
            self.store.put_guides(kept, work=work)

    def _kept(self) -> list[KeptGuides]:
        with self.database.read() as work:
            return self.store.guides(work=work)


def _told(kept: KeptGuides | None, provider: Provider, language: str) -> list[Guide]:
    """One provider's guides in one language."""
    if kept is None or not kept.content:
        return []
    as_of = to_text(kept.as_of) if kept.as_of else None
    return [
        {**in_words(service, language), "provider": str(provider.client), "as_of": as_of}
        for service in read_guides(kept.content)
    ]


def _fields(guide: Guide, texts: Texts) -> list[tuple[float, str]]:
    """What is searched in a guide, with its weight."""
    found = []
    for name, weight in _WEIGHTS:
        value = guide[name]
        found += [(weight, line) for line in (value if isinstance(value, list) else [value])]
    events = event_views([guide], texts)
    return found + [(4.0, event["title"]) for event in events if event["here"]]
