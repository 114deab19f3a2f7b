"""Offers: what happened in a register begins a case for whom it gives a right.

The register tells who changed and how, never to what. Whom it concerns is asked of it like
anything else, by the law of the folder's own need. What the rules then say decides whether an offer
is made at all; nothing is granted until the person says yes.
"""

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from riik.cases import Cases
from riik.core import Clock, Database, InThread, PersonCode, Unavailable, Work, person_code
from riik.services.dossier import Dossier
from riik.services.lookups import Lookups
from riik.services.model import Need, ServiceDefinition, Standing
from riik.services.offering.model import OFFER, OfferRule
from riik.services.process import start
from riik.services.running import Effect, Files, Running

__all__ = ["Offering"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """The offers of one authority."""

    database: Database
    in_thread: InThread
    files: Files
    cases: Cases
    lookups: Lookups
    clock: Clock

    async def happened(self, register: str, kind: str, person: PersonCode, event: str) -> int:
        """A register told that somebody's record changed; answers how many cases began.

        Args:
            register: Role of the register.
            kind: ``open`` or ``change``.
            person: Whose record.
            event: Names what happened: the same again begins nothing.

        Raises:
            Unavailable: The register can't be asked now; it tells again.
        """
        begun = 0
        for definition in self.files.definitions.values():
            rule = definition.offer
            if rule is None or (rule.register, rule.kind) != (register, kind):
                continue
            case = _id(f"{definition.id} {event}")
            to = await self._to(definition, rule, person, case=case)
            if to is not None:
                await self.in_thread(self._begin, definition, to, person, case)
                begun += 1
        return begun

    async def offer(self, running: Running) -> Effect:
        """Tell the person what they may have for a yes; nothing where the rules say no."""
        dossier = running.dossier
        if dossier.channel != OFFER or running.proposed().outcome == "refuse":
            return Effect(dossier=dossier)
        notice = running.definition.notices["offered"]
        text = running.definition.text
        content = {
            "id": f"{running.case.id}-offered",
            "case": running.case.id,
            "legal_effect": False,
            "texts": {
                language: {
                    "title": text(notice.title, language),
                    "body": text(notice.body, language),
                }
                for language in running.definition.languages
            },
        }
        await self.lookups.tell(
            content,
            legal_basis=running.definition.law[0],
            dossier=dossier,
            case=running.case.id,
            about="offered",
        )

        def write(work: Work) -> None:
            self.cases.note(running.case, kind="offered", actor="computer", work=work)

        return Effect(dossier=replace(dossier, offered=True), write=write)

    async def _to(
        self, definition: ServiceDefinition, rule: OfferRule, person: PersonCode, *, case: str
    ) -> PersonCode | None:
        """To whom the offer is made, as the register says; None where it names nobody."""
        need = next(one for one in definition.needs if one.id == rule.need)
        asking = _dossier(definition, person, occasion=person)
        fact = await self.lookups.ask(_only(need, rule), dossier=asking, case=case, again="to")
        if fact.standing is Standing.UNAVAILABLE:
            raise Unavailable("the register that told does not answer", why="register")
        return _named(fact.values.get(rule.to), first=rule.first)

    def _begin(
        self, definition: ServiceDefinition, person: PersonCode, occasion: PersonCode, case_id: str
    ) -> None:
        subject = self.files.vault.subject_of(person)
        with self.database.work() as work:
            case = self.cases.open(
                case_id, service=definition.id, subject=subject, channel=OFFER, work=work
            )
            if self.files.store.load(case.id, work=work) is not None:
                return
            dossier = _dossier(definition, person, occasion=occasion)
            known = dossier.known(case={"id": case.id})
            now = self.clock.now()
            state = start(definition.process, known, at=now, zone=self.files.zone)
            self.files.insert(self.files.begin(case, definition, dossier, state), work=work)


def _dossier(definition: ServiceDefinition, person: PersonCode, *, occasion: PersonCode) -> Dossier:
    """Nobody came: no word of anybody's is with it."""
    return Dossier(
        person=person,
        actor=person,
        language=definition.languages[0],
        channel=OFFER,
        authority="",
        occasion=occasion,
    )


def _only(need: Need, rule: OfferRule) -> Need:
    return replace(need, fields=(rule.to,))


def _named(value: Any, *, first: str) -> PersonCode | None:
    """The first of whom a field names, who has the wanted role before the others."""
    named = value if isinstance(value, list) else [value]
    people = [one if isinstance(one, Mapping) else {"person": one} for one in named if one]
    people.sort(key=lambda one: one.get("role") != first)
    return person_code(str(people[0]["person"])) if people else None


def _id(text: str) -> str:
    """A case's id made of what happened, so that the same event begins one case."""
    return b32encode(sha256(text.encode()).digest()[:20]).decode().lower()
