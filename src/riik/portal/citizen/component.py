"""The portal as a person uses it: it holds no data but which cases were begun here.

Everything else is asked of its owner over the exchange, with login's statement that this
person wants it: the portal alone can read nobody. What can't be delivered because the provider
is silent is kept, sealed, and sent when it answers again; the case waits and says so.
"""

import asyncio
from base64 import b32encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import (
    ClientId,
    Clock,
    Database,
    Entropy,
    InThread,
    Outbox,
    PersonCode,
    Refused,
    ServiceId,
    SubjectId,
    Unavailable,
    Vault,
    Work,
    from_text,
    to_text,
)
from riik.exchange import Answer, Call
from riik.portal.citizen.errands import ProviderSlow
from riik.portal.citizen.errors import PortalRefused, ServiceSuspended, StatementMissing
from riik.portal.citizen.model import CatalogueEntry, Find, KnownCase, Register
from riik.portal.session import SignedOut, Visitor

__all__ = ["FORWARD", "Portal", "PortalStore", "SignIn"]

FORWARD = "portal.forward"
"""Outbox topic: a call waits for its provider; the payload is the case's id."""

READ_SECONDS, STEP_SECONDS = 6.0, 12.0
"""So long an answer may take; a step waits for signatures and their time-stamps too."""

_JSON = (("Content-Type", "application/json"),)


class PortalStore(Protocol):
    """What the portal needs kept."""

    def insert_case(self, case: KnownCase, *, work: Work) -> None: ...
    def drop_case(self, case: KnownCase, *, work: Work) -> None: ...
    def case(self, case_id: str, *, subject: SubjectId, work: Work) -> KnownCase | None: ...
    def waiting(self, case_id: str, *, work: Work) -> list[KnownCase]: ...
    def cases_of(self, subject: SubjectId, *, work: Work) -> list[KnownCase]: ...
    def set_waiting(self, case: KnownCase, sealed: bytes, *, work: Work) -> None: ...


class SignIn(Protocol):
    """The national login, over the exchange."""

    async def statement(
        self, visitor: Visitor, /, *, audience: ClientId, case: str, person: PersonCode
    ) -> str:
        """Login's signed word for one provider and one case; `SignedOut` when it is over."""
        ...


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One portal."""

    store: PortalStore
    database: Database
    vault: Vault
    outbox: Outbox
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    exchange: CallOut
    sign_in: SignIn
    client: ClientId
    inbox: ClientId
    access_law: str
    catalogue: Sequence[CatalogueEntry]
    registers: Sequence[Register]
    read_seconds: float = READ_SECONDS
    step_seconds: float = STEP_SECONDS
    suspended: Callable[[ClientId], Awaitable[bool]] | None = None

    async def start(
        self,
        visitor: Visitor,
        *,
        service: str,
        language: str,
        person: PersonCode | None = None,
        once: str = "",
    ) -> dict[str, Any]:
        """Begin a case of a service, for oneself or for whom one represents.

        Args:
            visitor: Who asks.
            service: Catalogue id.
            language: In which language.
            person: Whose matter it is, when not the visitor's own.
            once: Names this sending of the form: the same one begins one case.

        Raises:
            PortalRefused: There is no such service (``no-service``).
            ServiceSuspended: Its provider is suspended (``suspended``): nothing is begun there.
        """
        entry = next((entry for entry in self.catalogue if entry.id == service), None)
        if entry is None:
            raise PortalRefused("there is no such service", why="no-service")
        if self.suspended is not None and await self.suspended(entry.provider):
            raise ServiceSuspended("nothing is begun at a suspended provider", why="suspended")
        case, known = await self.in_thread(
            self._open, visitor, entry, person or visitor.person, once
        )
        content = {"service": service, "language": language, "channel": "web"}
        try:
            return await self._send(visitor, case, "", content)
        except Refused:
            # Neither login nor the provider would have it: nothing was begun.
            if not known:
                await self.in_thread(self._drop, case)
            raise

    async def step(
        self,
        visitor: Visitor,
        case_id: str,
        *,
        step: str,
        content: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Send the person's next step to the provider of the case."""
        case = await self.in_thread(self._case, visitor, case_id)
        return await self._send(visitor, case, f"/{step}", content)

    async def appeal(self, visitor: Visitor, case_id: str, *, reason: str) -> str:
        """Begin an appeal against a decision; answers its case, or nothing while it waits."""
        case = await self.in_thread(self._case, visitor, case_id)
        told = await self._send(visitor, case, "/appeal", {"reason": reason})
        new = str(told.get("appealed", ""))
        if new:
            person = await self.in_thread(self._person, case)
            await self.take_up(
                visitor,
                new,
                provider=case.provider,
                service=case.service,
                person=person,
                opened=to_text(self.clock.now()),
            )
        return new

    async def status(
        self, visitor: Visitor, case_id: str, *, language: str = "", find: Find = None
    ) -> dict[str, Any]:
        """Where a case stands, asked of its provider; a silent one leaves it waiting.

        Args:
            visitor: Who asks.
            case_id: Which case.
            language: In which language to tell it; the case's own when empty.
            find: A question that a list answers, and words to look for in it.
        """
        case = await self.in_thread(self._case, visitor, case_id)
        if case.waiting:
            await self.in_thread(self._take_up, case, visitor)
            return _waits(case)
        try:
            field, words = find or ("", "")
            asked = {"language": language, "find": field, "words": words if field else ""}
            query = urlencode({name: value for name, value in asked.items() if value})
            answer = await self._ask(visitor, case, f"/{case_id}", query=query)
        except Unavailable as silent:
            return _waits(case, why=silent.why)
        status: dict[str, Any] = msgspec.json.decode(answer.accepted().body)
        return status

    async def document(
        self, visitor: Visitor, case_id: str, name: str, *, language: str = ""
    ) -> bytes:
        """A document of a case, from its provider; ``language`` of one that isn't signed yet."""
        case = await self.in_thread(self._case, visitor, case_id)
        query = urlencode({"language": language}) if language else ""
        answer = await self._ask(visitor, case, f"/{case_id}/documents/{name}", query=query)
        return answer.accepted().body

    async def cases(self, visitor: Visitor) -> list[dict[str, Any]]:
        """The cases begun here, newest first."""
        known = await self.in_thread(self._cases, visitor)
        return [
            {
                "case": case.id,
                "service": case.service,
                "provider": str(case.provider),
                "opened_at": to_text(case.opened_at),
                "waiting": bool(case.waiting),
            }
            for case in known
        ]

    async def known(self, visitor: Visitor) -> list[tuple[KnownCase, PersonCode]]:
        """The cases begun or taken up here, each with whose matter it is."""
        cases = await self.in_thread(self._cases, visitor)
        return [(case, await self.in_thread(self._person, case)) for case in cases]

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
        """Know a case that was begun elsewhere, as its provider told; one that is known stays."""
        entry = CatalogueEntry(id=service, provider=provider, names={}, organisation={})
        await self.in_thread(self._know, visitor, entry, person, case, from_text(opened))

    async def notices(self, visitor: Visitor) -> list[dict[str, Any]]:
        """What the state told this person."""
        answer = await self._own(visitor, ServiceId(self.inbox, "notices"), purpose="own-notices")
        notices: list[dict[str, Any]] = msgspec.json.decode(answer.accepted().body)
        return notices

    async def looks(self, visitor: Visitor, register: ClientId, *, query: str) -> Answer:
        """Ask one register who looked at this person's data (the data tracker's findUsage)."""
        service = ServiceId(register, "findUsage")
        return await self._own(
            visitor, service, path="/v2/findUsage", query=query, purpose="own-data"
        )

    async def proofs(self, visitor: Visitor, register: ClientId, *, query: str) -> Answer:
        """Receipts of looks, which the person can check without us."""
        service = ServiceId(register, "findUsage")
        return await self._own(visitor, service, path="/v2/proofs", query=query, purpose="own-data")

    async def own_data(self, visitor: Visitor, register: Register) -> Answer:
        """What a register holds of the person."""
        service = ServiceId(register.client, register.own_offer)
        return await self._own(visitor, service, purpose="own-data", legal_basis=register.own_basis)

    async def forward(self, case_id: str) -> None:
        """Send what waits in a case; raises `Unavailable` while its provider is silent.

        When the session in which it was said is over, it is kept until the person is back.
        """
        for case in await self.in_thread(self._all_waiting, case_id):
            await self._forward(case)

    async def _forward(self, case: KnownCase) -> None:
        waiting = await self.in_thread(self._waiting, case)
        if waiting is None:
            return
        try:
            visitor = msgspec.convert(waiting["visitor"], Visitor)
            await self._post(visitor, case, waiting["step"], waiting["content"])
        except (SignedOut, StatementMissing, msgspec.ValidationError):
            # Also a visitor of an earlier release: that session is over as well.
            return
        except Refused:
            # The provider answered, and said no: the person sees why when they look again. What
            # was to begin a case has begun none.
            if not waiting["step"]:
                await self.in_thread(self._drop, case)
                return
            await self.in_thread(self._keep_waiting, case, b"")
            return
        await self.in_thread(self._keep_waiting, case, b"")

    async def _send(
        self, visitor: Visitor, case: KnownCase, step: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        if case.waiting:
            return _waits(case)
        try:
            return await self._post(visitor, case, step, content)
        except Unavailable as silent:
            if step.endswith("/file"):
                # A file is not kept here: who sends it is told, and sends it again.
                raise
            if step and silent.why == "changed":
                # The provider answered: another window was first. What it took is shown.
                return await self.status(visitor, case.id)
            waiting = {"visitor": visitor, "step": step, "content": dict(content)}
            await self.in_thread(self._keep_call, case, waiting)
            return _waits(case, why=silent.why)

    async def _post(
        self, visitor: Visitor, case: KnownCase, step: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        body = msgspec.json.encode(dict(content))
        answer = await self._ask(visitor, case, f"/{case.id}{step}", method="POST", body=body)
        status: dict[str, Any] = msgspec.json.decode(answer.accepted().body)
        return status

    async def _ask(
        self,
        visitor: Visitor,
        case: KnownCase,
        path: str,
        *,
        method: str = "GET",
        query: str = "",
        body: bytes = b"",
    ) -> Answer:
        """Ask the provider of a case; a person at a page waits for nobody for ever."""
        try:
            async with asyncio.timeout(self.read_seconds if method == "GET" else self.step_seconds):
                return await self._call(visitor, case, path, method=method, query=query, body=body)
        except TimeoutError as error:
            raise ProviderSlow("no answer in time", why="slow") from error

    async def _call(
        self, visitor: Visitor, case: KnownCase, path: str, *, method: str, query: str, body: bytes
    ) -> Answer:
        person = await self.in_thread(self._person, case)
        try:
            statement = await self.sign_in.statement(
                visitor, audience=case.provider, case=case.id, person=person
            )
        except SignedOut:
            raise
        except Refused as error:
            raise StatementMissing("login does not state this", why=error.why) from error
        return await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(case.provider, "cases"),
                method=method,
                path=path,
                query=query,
                headers=_JSON if body else (),
                body=body,
                purpose=case.service,
                legal_basis="application",
                subject=person,
                authority=statement,
                user=visitor.person,
                issue=case.id,
                message_id=f"{case.id}-portal-{self.entropy.bytes(6).hex()}",
            )
        )

    async def _own(
        self,
        visitor: Visitor,
        service: ServiceId,
        *,
        purpose: str,
        legal_basis: str = "",
        path: str = "",
        query: str = "",
    ) -> Answer:
        """Ask for the person's own data, by right of access (GDPR art. 15 and its like)."""
        issue = f"own-{sha256(self.entropy.bytes(16)).hexdigest()[:24]}"
        # To ourselves: a register believes that the person asked *this* member to look.
        statement = await self.sign_in.statement(
            visitor, audience=self.client, case=issue, person=visitor.person
        )
        return await self.exchange.call(
            Call(
                client=self.client,
                service=service,
                path=path,
                query=query,
                purpose=purpose,
                legal_basis=legal_basis or self.access_law,
                subject=visitor.person,
                authority=statement,
                user=visitor.person,
                issue=issue,
            )
        )

    def _open(
        self, visitor: Visitor, entry: CatalogueEntry, person: PersonCode, once: str
    ) -> tuple[KnownCase, bool]:
        """A case that begins, and whether it was begun before by the same sending."""
        subject = self.vault.subject_of(visitor.person)
        seed = self.entropy.bytes(20)
        if once:
            # The same sending of a form leads to the same case, by whichever worker.
            told = "\n".join((subject, entry.id, person, once))
            seed = sha256(told.encode()).digest()[:20]
        name = b32encode(seed).decode().lower()
        with self.database.read() as work:
            known = self.store.case(name, subject=subject, work=work)
        return known or self._know(visitor, entry, person, name, self.clock.now()), bool(known)

    def _drop(self, case: KnownCase) -> None:
        with self.database.work() as work:
            self.store.drop_case(case, work=work)

    def _know(
        self,
        visitor: Visitor,
        entry: CatalogueEntry,
        person: PersonCode,
        name: str,
        opened_at: datetime,
    ) -> KnownCase:
        """Write a case down, or answer it as it is known already."""
        subject = self.vault.subject_of(visitor.person)
        case = KnownCase(
            id=name,
            subject=subject,
            person=self.vault.seal(subject, person.encode(), context=_context(name, "person")),
            provider=entry.provider,
            service=entry.id,
            opened_at=opened_at,
        )
        with self.database.work() as work:
            known = self.store.case(case.id, subject=subject, work=work)
            if known is None:
                self.store.insert_case(case, work=work)
        return known or case

    def _person(self, case: KnownCase) -> PersonCode:
        """Whose matter a case is."""
        plain = self.vault.open(case.subject, case.person, context=_context(case.id, "person"))
        return PersonCode(plain.decode())

    def _case(self, visitor: Visitor, case_id: str) -> KnownCase:
        subject, case = self.vault.find(visitor.person), None
        if subject is not None:
            with self.database.read() as work:
                case = self.store.case(case_id, subject=subject, work=work)
        if case is None:
            raise PortalRefused("there is no such case", why="no-case")
        return case

    def _cases(self, visitor: Visitor) -> list[KnownCase]:
        subject = self.vault.find(visitor.person)
        if subject is None:
            return []
        with self.database.read() as work:
            return self.store.cases_of(subject, work=work)

    def _keep_waiting(self, case: KnownCase, sealed: bytes) -> None:
        with self.database.work() as work:
            self.store.set_waiting(case, sealed, work=work)
            if sealed:
                key = f"{case.id}/{sha256(sealed).hexdigest()[:16]}"
                self.outbox.put(FORWARD, key, case.id.encode(), work=work)

    def _keep_call(self, case: KnownCase, waiting: Mapping[str, Any]) -> None:
        plain = msgspec.json.encode(waiting)
        sealed = self.vault.seal(case.subject, plain, context=_context(case.id, "waiting"))
        self._keep_waiting(case, sealed)

    def _take_up(self, case: KnownCase, visitor: Visitor) -> None:
        """What waits is sent in the session that the person has now."""
        waiting = self._waiting(case)
        if waiting is not None and waiting["visitor"]["handle"] != visitor.handle:
            self._keep_call(case, {**waiting, "visitor": visitor})

    def _all_waiting(self, case_id: str) -> list[KnownCase]:
        with self.database.read() as work:
            return self.store.waiting(case_id, work=work)

    def _waiting(self, case: KnownCase) -> dict[str, Any] | None:
        """What waits to be sent for one person, as they said it."""
        if not case.waiting:
            return None
        plain = self.vault.open(case.subject, case.waiting, context=_context(case.id, "waiting"))
        waiting: dict[str, Any] = msgspec.json.decode(plain)
        return waiting


def _context(case_id: str, column: str) -> str:
    return f"portal_case/{column}/{case_id}"


def _waits(case: KnownCase, why: str = "waiting") -> dict[str, Any]:
    """What a person is told while a provider is silent: nothing is lost."""
    return {
        "case": case.id,
        "service": case.service,
        "state": "waiting-for-provider",
        "why": why,
        "next": {"step": "waiting"},
    }
