"""The catalogue as a portal shows it: what each provider tells of its services.

Nobody is asked about, so nobody has to be signed in. Pages read what is kept (`shelf`) and
never wait. While a provider is silent its services stay, with the time from which they are.

Providers are strangers to each other: a service counts only from the provider that this portal's
configuration names for it, under the organisation's name that stands there. What a provider
tells beyond that is left out and logged, or a school could speak as the Transport Administration.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from riik.core import ClientId, Memo, ServiceId, to_text
from riik.portal.citizen.events import event_views
from riik.portal.citizen.guides import Guide, guide_of, in_words, named, read_guides
from riik.portal.citizen.search import Page, rank
from riik.portal.citizen.shelf import Kept, Shelf
from riik.portal.citizen.standing.component import Standings
from riik.portal.citizen.standing.rules import Standing
from riik.portal.design.texts import Texts

__all__ = ["Catalogue", "Provider"]

_log = logging.getLogger("riik.portal")

MOST_LOGGED, LONGEST_LOGGED = 5, 64
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
    """Who offers services, as the portal's configuration says; never as they say themselves.

    Attributes:
        client: The subsystem.
        names: How people call the organisation, by language.
        services: Who answers for each service that is this provider's, by catalogue id and
            language.
    """

    client: ClientId
    names: Mapping[str, str]
    services: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What there is, by all providers that this portal knows.

    Attributes:
        texts: The portal's own texts, by language.
        standings: Whose services are offered; without it everybody's are.
        worded: Guides by the digest of who told what and by language: each content is read once,
            not at every page, and another content is another key.
    """

    shelf: Shelf
    providers: Sequence[Provider]
    texts: Mapping[str, Texts]
    worded: Memo[tuple[bytes, str], tuple[Guide, ...]]
    standings: Standings | None = None

    async def refresh(self) -> None:
        """Ask every provider for its guides, all at once; who stays silent is suspended."""
        heard = await self._ask(self.providers, counted=True)
        if self.standings is not None:
            await self.standings.heard(heard)

    async def standing(self) -> dict[ClientId, Standing]:
        """How each provider stands."""
        return {} if self.standings is None else await self.standings.all()

    async def services(self, language: str) -> dict[str, Any]:
        """All guides in one language by name, and the organisations that are silent now.

        The guide of a suspended provider says since when, in ``suspended``.
        """
        kept, standing = await self._kept(), await self.standing()
        guides = [
            {**guide, "suspended": _since(standing.get(provider.client))}
            for provider in self.providers
            for guide in self._told(kept.get(provider.client), provider, language)
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
        return guide_of((await self.services(language))["services"], service)

    async def search(self, words: str, language: str) -> list[Guide]:
        """Guides that fit the words, best first; letters are folded (`search`)."""
        known = {language: (await self.services(language))["services"]}
        for other in self.texts:
            known.setdefault(other, (await self.services(other))["services"])
        pages: dict[str, dict[str, list[tuple[float, str]]]] = {}
        for spoken, guides in known.items():
            for guide in guides:
                pages.setdefault(guide["id"], {})[spoken] = _fields(guide)
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

    def _told(self, kept: Kept | None, provider: Provider, language: str) -> list[Guide]:
        """One provider's guides in one language."""
        if kept is None or not kept.content:
            return []
        content = kept.content
        question = sha256(f"{provider.client}\n".encode() + content).digest()
        guides = self.worded.of(
            (question, language), lambda: _own_guides(content, provider, language)
        )
        as_of = to_text(kept.as_of) if kept.as_of else None
        return [{**one, "provider": str(provider.client), "as_of": as_of} for one in guides]

    async def _kept(self) -> dict[ClientId, Kept]:
        """What providers told; those that were never asked are asked now."""
        clients = [provider.client for provider in self.providers]
        kept = await self.shelf.of(clients)
        if missing := [one for one in self.providers if one.client not in kept]:
            await self._ask(missing)
            kept = await self.shelf.of(clients)
        return kept

    async def _ask(
        self, providers: Sequence[Provider], *, counted: bool = False
    ) -> dict[ClientId, bool]:
        return await self.shelf.ask(
            [ServiceId(one.client, "catalogue") for one in providers],
            check=read_guides,
            counted=counted,
        )


def _since(standing: Standing | None) -> str | None:
    return to_text(standing.since) if standing is not None and standing.since else None


def _own_guides(content: bytes, provider: Provider, language: str) -> tuple[Guide, ...]:
    """The guides of the services that are this provider's, each once, under its right name."""
    own: dict[str, Guide] = {}
    foreign = []
    for service in read_guides(content):
        if service.id in provider.services:
            name = named(provider.services[service.id] or provider.names, language)
            own.setdefault(service.id, {**in_words(service, language), "organisation": name})
        else:
            foreign.append(service.id[:LONGEST_LOGGED])
    if foreign:
        _log.warning(
            "%s tells of services that are not its own here: %r, %d in all",
            provider.client,
            foreign[:MOST_LOGGED],
            len(foreign),
        )
    return tuple(own.values())


def _fields(guide: Guide) -> list[tuple[float, str]]:
    """What is searched in a guide, with its weight.

    Not its life events: "Marriage and divorce" says nothing of what this service does.
    """
    found = []
    for name, weight in _WEIGHTS:
        value = guide[name]
        found += [(weight, line) for line in (value if isinstance(value, list) else [value])]
    return found
