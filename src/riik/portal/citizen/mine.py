"""A person's cases at all providers, and for whom they may act.

Every provider is asked at the same time, in the person's name; one that does not answer in
two seconds is named, and its cases stand there as the portal knows them. A case that was begun
elsewhere, such as at a desk, is taken up here when its provider tells of it; but nobody tells of
cases of a service that is another's, nor under another's name.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import (
    ClientId,
    PersonCode,
    Refused,
    ServiceId,
    TimeRefused,
    Unavailable,
    from_text,
    person_code,
    to_text,
)
from riik.portal.citizen.catalogue import Catalogue, Provider
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.errors import AnswerUnreadable, StatementMissing
from riik.portal.citizen.guides import named
from riik.portal.citizen.hall.remembered import Remembered
from riik.portal.citizen.lately.component import CasesLately
from riik.portal.citizen.model import KnownCase, Register
from riik.portal.citizen.notices import Notices
from riik.portal.design.texts import Texts, later
from riik.portal.session import SignedOut, Visitor

__all__ = ["WAITING", "KnowsCases", "Mandated", "MyCases"]

WAITING = "waiting-for-provider"
_WAITS = later("Waits for the authority to answer")
_NAMES = ("given_names", "middle_names", "family_name")


class _Told(msgspec.Struct, frozen=True):
    """What is believed of a provider's row besides what is only shown."""

    case: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{16,64}$")]
    service: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,64}$")]
    opened: str


class KnowsCases(Protocol):
    """What the portal itself knows of a person's cases."""

    async def known(self, visitor: Visitor) -> Sequence[tuple[KnownCase, PersonCode]]:
        """The cases begun or taken up here, each with whose matter it is."""
        ...

    async def take_up(
        self,
        visitor: Visitor,
        case: str,
        *,
        provider: ClientId,
        service: str,
        person: PersonCode,
        opened: str,
    ) -> None:
        """Know a case that was begun elsewhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MyCases:
    """The cases of who is signed in."""

    errands: Errands
    portal: KnowsCases
    catalogue: Catalogue
    providers: Sequence[Provider]
    texts: Mapping[str, Texts]
    notices: Notices
    kept: CasesLately

    async def told(self, visitor: Visitor, view: Mapping[str, Any], language: str) -> None:
        """Keep how one case stands, as its organisation told it just now."""
        await self.kept.told(visitor.person, {view["case"]: view}, language)

    async def lately(self, visitor: Visitor, language: str) -> dict[str, dict[str, Any]]:
        """How the visitor's cases stood when their organisations told it last, by case."""
        return await self.kept.all(visitor.person, language)

    async def mine(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """All cases, newest first, and which organisations did not answer.

        A case of a silent one stands as it was told last, ``as_of`` that moment.
        """
        known = {case.id: (case, person) for case, person in await self.portal.known(visitor)}
        wanted = {(provider.client, visitor.person) for provider in self.providers}
        # Whom one acted for here: their cases as well, as long as one may still act for them.
        wanted |= {(case.provider, person) for case, person in known.values()}
        asked = sorted(wanted, key=str)
        answers, unread = await asyncio.gather(
            asyncio.gather(
                *(self._of(visitor, provider, person, language) for provider, person in asked)
            ),
            self._unread(visitor, language),
        )
        rows: dict[str, dict[str, Any]] = {}
        silent: set[ClientId] = set()
        for (provider, person), answer in zip(asked, answers, strict=True):
            if answer is None:
                silent.add(provider)
                continue
            for row in answer:
                if row["case"] in known and known[row["case"]][0].provider != provider:
                    continue
                ours = {"provider": str(provider), "unread": unread[row["case"]]}
                rows[row["case"]] = {**row, **ours, **self._named(provider, language)}
                if row["case"] not in known:
                    await self._take_up(visitor, row, provider=provider, person=person)
        await self.kept.told(visitor.person, rows, language)
        titles, lately = await self._titles(language), await self.lately(visitor, language)
        for case, person in known.values():
            if case.id not in rows and (case.waiting or case.provider in silent):
                row = self._waiting(case, titles, language)
                # What waits to be sent would change where it stood: then nobody knows.
                row |= {} if case.waiting else lately.get(case.id, {})
                row["person"]["self"] = person == visitor.person
                row["unread"] = unread[case.id]
                rows[case.id] = row
        return {
            "cases": sorted(rows.values(), key=lambda row: str(row["opened"]), reverse=True),
            "silent": [
                named(one.names, language) for one in self.providers if one.client in silent
            ],
        }

    async def _of(
        self, visitor: Visitor, provider: ClientId, person: PersonCode, language: str
    ) -> list[dict[str, Any]] | None:
        """One provider's cases of one person; None when it does not answer."""
        try:
            answer = await self.errands.ask(
                visitor,
                ServiceId(provider, "cases"),
                audience=provider,
                person=person,
                purpose="own-cases",
                legal_basis="application",
                query=urlencode({"language": language}),
            )
            rows = _rows(answer.accepted().body)
            return [row for row in rows if self._may_tell(provider, row["service"])]
        except SignedOut:
            raise
        except StatementMissing:
            # A mandate that is over: those cases are no longer this visitor's to see.
            return []
        except (Unavailable, Refused):
            return None

    def _may_tell(self, provider: ClientId, service: str) -> bool:
        """Whether a service is not another provider's, as this portal's configuration says."""
        whose = {one.client for one in self.providers if service in one.services}
        return not whose or provider in whose

    def _named(self, provider: ClientId, language: str) -> dict[str, str]:
        """What this portal calls a provider; nothing for one that it doesn't know."""
        names = {one.client: one.names for one in self.providers}.get(provider)
        return {"organisation": named(names, language)} if names else {}

    async def _unread(self, visitor: Visitor, language: str) -> Counter[str]:
        """How many notices of each case were not read; none when the inbox is silent."""
        try:
            found = (await self.notices.all(visitor, language))["notices"]
        except SignedOut:
            raise
        except (Unavailable, Refused):
            return Counter()
        return Counter(str(one["case"]) for one in found if one["read"] is None)

    async def _take_up(
        self, visitor: Visitor, row: Mapping[str, Any], *, provider: ClientId, person: PersonCode
    ) -> None:
        await self.portal.take_up(
            visitor,
            row["case"],
            provider=provider,
            service=row["service"],
            person=person,
            opened=row["opened"],
        )

    async def _titles(self, language: str) -> Mapping[str, Mapping[str, Any]]:
        guides = (await self.catalogue.services(language))["services"]
        return {guide["id"]: guide for guide in guides}

    def _waiting(
        self, case: KnownCase, titles: Mapping[str, Mapping[str, Any]], language: str
    ) -> dict[str, Any]:
        """A case as the portal alone knows it."""
        guide = titles.get(case.service, {})
        names = {provider.client: provider.names for provider in self.providers}
        return {
            "case": case.id,
            "number": "",
            "service": case.service,
            "title": guide.get("name", case.service),
            "organisation": named(names.get(case.provider, {}), language),
            "provider": str(case.provider),
            "state": WAITING,
            "state_text": self.texts[language](_WAITS),
            "state_tag": "wait",
            "person": {"name": "", "given_names": "", "self": True},
            "opened": to_text(case.opened_at),
            "due": None,
            "with": {"kind": "nobody", "organisation": "", "unit": "", "name": ""},
            "may": [],
            "next": {"step": "waiting"},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandated:
    """Whom a person may act for, with names as the population register has them.

    Attributes:
        login: Login's subsystem, which knows mandates.
        names: The register that knows names, or None.
        full_name: Puts the parts of a name into the country's order.
        organisations: How members are called, by language.
        remembered: What was answered a moment ago. Each question is a look at the family's
            data; it stands on nearly every page, and nothing is decided by it: whoever takes a
            case asks for the mandate anew.
    """

    errands: Errands
    login: ClientId
    names: Register | None
    full_name: Callable[[Mapping[str, str]], str]
    organisations: Mapping[str, Mapping[str, str]]
    remembered: Remembered

    async def of(self, visitor: Visitor, language: str) -> dict[str, Any]:
        """People this visitor may act for, and sources that did not answer."""
        session = f"{visitor.handle} {language}"
        known: dict[str, Any] | None = self.remembered.find(session)
        if known is None:
            known = await self._asked(visitor, language)
            if not known["silent"]:
                self.remembered.keep(session, known)
        return known

    async def _asked(self, visitor: Visitor, language: str) -> dict[str, Any]:
        answer = await self.errands.tell(
            ServiceId(self.login, "mandates"), {"handle": visitor.handle}
        )
        found = _decoded(answer.accepted().body)
        people = [
            (person_code(str(one["represented"])), str(one["role"])) for one in found["mandates"]
        ]
        names = await asyncio.gather(*(self._name(visitor, person) for person, _ in people))
        return {
            "people": [
                {"person": person, "name": name, "role": role}
                for (person, role), name in zip(people, names, strict=True)
            ],
            "silent": [
                named(self.organisations.get(str(member), {}), language) or str(member)
                for member in found["silent"]
            ],
        }

    async def _name(self, visitor: Visitor, person: PersonCode) -> str:
        if self.names is None:
            return ""
        try:
            answer = await self.errands.ask(
                visitor,
                ServiceId(self.names.client, self.names.own_offer),
                person=person,
                legal_basis=self.names.own_basis,
                query=urlencode({"fields": ",".join(_NAMES)}),
            )
            values = _decoded(answer.accepted().body)
        except SignedOut:
            raise
        except (Unavailable, Refused):
            return ""
        return self.full_name({name: str(values.get(name) or "") for name in _NAMES})


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        rows = msgspec.json.decode(body, type=list[dict[str, Any]])
        for row in rows:
            told = msgspec.convert(row, _Told)
            from_text(told.opened)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, TimeRefused) as error:
        raise AnswerUnreadable("this is no list of cases", why="shape") from error
    return rows


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerUnreadable("this answer is no object", why="shape") from error
