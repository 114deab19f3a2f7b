"""A person is here and wants something: an official fills in with them, on one screen.

The official says which service it is; login states that they want this one case. Then the person
shows their own card in the same browser, which ends the official's session there: what follows is
the person's visit, with the official's word beside it (`steps.Visit`). Login's word holds for
minutes and is good for one session of one person: who signs out ends it. The official can give it
anew while the errand goes on.
"""

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from riik.cases import Case, CaseUnknown
from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    MemberId,
    PersonCode,
    SubjectId,
    Vault,
    Work,
)
from riik.services.desk.errors import DeskRefused
from riik.services.desk.model import Clerk
from riik.services.desk.queues import Queues
from riik.services.errors import AuthorityMissing
from riik.services.outcome import VerifyVisit
from riik.services.running import Files

__all__ = ["Beside", "Errand", "ErrandStore", "Errands"]

LONGEST: Final = timedelta(hours=1)
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Help that an official began.

    Attributes:
        key: Digest of the secret in the browser's cookie.
        official: Who helps: opaque, of this node.
        case: The case's id; it may not exist yet.
        service: Catalogue id.
        until: When it is over.
        sealed: Who helps and login's word for it, under the official's key.
        visitor: Who is helped; nobody until they showed their card.
    """

    key: bytes
    official: SubjectId
    case: str
    service: str
    until: datetime
    sealed: bytes
    visitor: SubjectId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The official at a person's side.

    Attributes:
        official: Who.
        name: As people call them.
        statement: Login's word that they want this case.
        case: Its id.
        service: Catalogue id.
        begun: The case exists.
    """

    official: PersonCode
    name: str
    statement: str
    case: str
    service: str
    begun: bool


class _Word(msgspec.Struct, frozen=True):
    """What is sealed of an errand."""

    official: PersonCode
    statement: str
    session: str = ""


class ErrandStore(Protocol):
    """What errands need kept."""

    def insert(self, errand: Errand, *, work: Work) -> None: ...
    def errand(self, key: bytes, *, work: Work) -> Errand | None: ...
    def of_visitor(self, visitor: SubjectId, *, work: Work) -> Sequence[Errand]: ...
    def change(self, errand: Errand, *, seen: bytes, work: Work) -> bool: ...
    def drop(self, *, before: datetime, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """The errands at one authority's desk.

    Attributes:
        member: The authority itself.
        queues: Who works here, what their services are called.
        verify: Login's verifier.
    """

    member: MemberId
    database: Database
    store: ErrandStore
    files: Files
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    queues: Queues
    verify: VerifyVisit

    async def begin(self, clerk: Clerk, *, service: str = "", number: str = "") -> str:
        """Begin to help; answers the secret for this browser's cookie.

        Args:
            clerk: Who helps.
            service: What the person wants; it is had at desks, and of the official's unit.
            number: Instead, the number of a case that the person has begun.

        Raises:
            AuthorityMissing: No official asks (``no-official``), or another signed in (``asker``).
            DeskRefused: For ``no-service``.
            CaseUnknown: There is no such case of this unit's services.
        """
        official = self.queues.staff.official(clerk.person)
        offered = self.queues.staff.services_of(self.queues.staff.seen_units(official))
        if number:
            case, service = await self.in_thread(self._numbered, number, offered)
        else:
            definition = self.files.definitions.get(service)
            if service not in offered or definition is None or "desk" not in definition.channels:
                raise DeskRefused("this desk fills in no such application", why="no-service")
            case = b32encode(self.entropy.bytes(20)).decode().lower()
        word = _Word(clerk.person, await self._stated(clerk, case, service))
        secret = self.entropy.bytes(SECRET_BYTES).hex()
        await self.in_thread(self._insert, secret, case, service, word)
        return secret

    async def again(self, clerk: Clerk, secret: str) -> None:
        """Give login's word anew for an errand that goes on: good for the person's next session.

        Raises:
            AuthorityMissing: Who began it works here no more (``no-official``).
            DeskRefused: It is over, or another official's (``no-errand``).
        """
        self.queues.staff.official(clerk.person)
        errand, word = await self.in_thread(self._errand, secret)
        if word.official != clerk.person:
            raise DeskRefused("a colleague began this", why="no-errand")
        statement = await self._stated(clerk, errand.case, errand.service)
        changed = msgspec.structs.replace(word, statement=statement, session="")
        longer = replace(errand, until=self.clock.now() + LONGEST)
        await self.in_thread(self._change, longer, changed)

    async def told(self, secret: str) -> Mapping[str, Any]:
        """What an errand is, for whoever sits at this browser; nothing of the person.

        Returns:
            ``official`` and ``unit`` (names), ``code`` of the official, ``service`` (id),
            ``names`` of it, ``taken``: the person showed their card since the official's word.

        Raises:
            DeskRefused: It is over (``no-errand``).
        """
        errand, word = await self.in_thread(self._errand, secret)
        official = self.queues.staff.official(word.official)
        return {
            "official": self._name(word.official),
            "code": word.official,
            "unit": dict(self.queues.staff.unit(official.unit).names),
            "service": errand.service,
            "names": dict(self.files.definitions[errand.service].names),
            "taken": bool(word.session),
        }

    async def take_up(self, secret: str, *, person: PersonCode, session: str) -> Beside:
        """The person showed their card in this browser: from now on it is their visit.

        Args:
            secret: In the browser's cookie.
            person: Who showed their card.
            session: Login's session of theirs: the errand is good in no other.

        Raises:
            AuthorityMissing: The official themselves (``own-case``).
            DeskRefused: It is over, or somebody else took it up (``no-errand``); this person did
                and signed out or in again since the official's word (``word-over``).
        """
        return await self.in_thread(self._take_up, secret, person, session)

    async def beside(
        self, person: PersonCode, *, session: str, case: str = "", service: str = ""
    ) -> Beside:
        """The official at this person's side in this session, for a case or a service.

        Raises:
            DeskRefused: Nobody is (``no-errand``).
        """
        return await self.in_thread(self._beside, person, session, case, service)

    async def _stated(self, clerk: Clerk, case: str, service: str) -> str:
        statement = await clerk.state(case)
        acting = await self.in_thread(
            self.verify,
            statement,
            carrier=self.member,
            person=clerk.person,
            case=case,
            level=self.files.definitions[service].level,
        )
        if acting.person != clerk.person:
            raise AuthorityMissing("somebody else signed in", why="asker")
        return statement

    def _numbered(self, number: str, offered: Sequence[str]) -> tuple[str, str]:
        with self.database.read() as work:
            case: Case = self.queues.numbered(number, work=work)
        definition = self.files.definitions.get(case.service)
        here = definition is not None and "desk" in definition.channels
        if not here or case.service not in offered or case.state.ended:
            raise CaseUnknown("no such case", why="unknown")
        return case.id, case.service

    def _insert(self, secret: str, case: str, service: str, word: _Word) -> None:
        key, now = _key(secret), self.clock.now()
        official = self.vault.subject_of(word.official)
        errand = Errand(
            key=key,
            official=official,
            case=case,
            service=service,
            until=now + LONGEST,
            sealed=self._sealed(official, key, word),
        )
        with self.database.work() as work:
            self.store.drop(before=now, work=work)
            self.store.insert(errand, work=work)

    def _errand(self, secret: str) -> tuple[Errand, _Word]:
        with self.database.read() as work:
            errand = self.store.errand(_key(secret), work=work)
        if errand is None or errand.until <= self.clock.now():
            raise DeskRefused("no official helps at this browser now", why="no-errand")
        return errand, self._word(errand)

    def _take_up(self, secret: str, person: PersonCode, session: str) -> Beside:
        errand, word = self._errand(secret)
        if person == word.official:
            raise AuthorityMissing("nobody is their own official", why="own-case")
        subject = self.vault.subject_of(person)
        if errand.visitor not in (None, subject):
            raise DeskRefused("somebody else is helped here", why="no-errand")
        if word.session not in ("", session):
            raise DeskRefused("the official's word was for another session", why="word-over")
        if not word.session:
            word = msgspec.structs.replace(word, session=session)
            self._change(replace(errand, visitor=subject), word)
        return self._at_side(errand, word)

    def _beside(self, person: PersonCode, session: str, case: str, service: str) -> Beside:
        subject, now = self.vault.find(person), self.clock.now()
        found: Sequence[Errand] = ()
        if subject is not None:
            with self.database.read() as work:
                found = self.store.of_visitor(subject, work=work)
        for errand in found:
            fits = errand.case == case if case else service in ("", errand.service)
            if not fits or errand.until <= now:
                continue
            word = self._word(errand)
            if word.session == session:
                return self._at_side(errand, word)
        raise DeskRefused("no official is at this person's side", why="no-errand")

    def _at_side(self, errand: Errand, word: _Word) -> Beside:
        self.queues.staff.official(word.official)
        with self.database.read() as work:
            begun = self.files.store.load(errand.case, work=work) is not None
        return Beside(
            official=word.official,
            name=self._name(word.official),
            statement=word.statement,
            case=errand.case,
            service=errand.service,
            begun=begun,
        )

    def _change(self, errand: Errand, word: _Word) -> None:
        """Write what became of it, unless it became something else since it was read."""
        changed = replace(errand, sealed=self._sealed(errand.official, errand.key, word))
        with self.database.work() as work:
            if not self.store.change(changed, seen=errand.sealed, work=work):
                raise DeskRefused("somebody else was quicker", why="no-errand")

    def _sealed(self, official: SubjectId, key: bytes, word: _Word) -> bytes:
        return self.vault.seal(official, msgspec.json.encode(word), context=_context(key))

    def _word(self, errand: Errand) -> _Word:
        plain = self.vault.open(errand.official, errand.sealed, context=_context(errand.key))
        return msgspec.json.decode(plain, type=_Word)

    def _name(self, person: PersonCode) -> str:
        return self.queues.name_of(self.queues.staff.official(person))


def _key(secret: str) -> bytes:
    """Who reads the table can't become anybody."""
    return sha256(secret.encode()).digest()


def _context(key: bytes) -> str:
    return f"desk_errand/sealed/{key.hex()}"
