"""One errand of a person: a question to somebody, with login's statement that they want it.

The portal alone can read nobody. Each errand has a name of its own; login states that this
person, now, wants this of the member to which the statement is made out.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from riik.core import ClientId, Entropy, PersonCode, Refused, ServiceId, Unavailable
from riik.exchange import Answer, Call
from riik.portal.citizen.errors import StatementMissing
from riik.portal.session import SignedOut, Visitor

__all__ = ["Errands", "ProviderSlow"]

SECONDS = 2.0
_JSON = (("Content-Type", "application/json"),)


class ProviderSlow(Unavailable):
    """Somebody did not answer in the time that a page may take."""

    code = "portal.provider-slow"


class States(Protocol):
    """The national login: its signed word for one member and one errand."""

    async def statement(
        self, visitor: Visitor, /, *, audience: ClientId, case: str, person: PersonCode
    ) -> str: ...


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """Asks for the person who is signed in.

    Attributes:
        client: The portal's own subsystem.
        access_law: The law by which people see what is held of them.
        seconds: How long one errand may take.
    """

    exchange: CallOut
    sign_in: States
    entropy: Entropy
    client: ClientId
    access_law: str
    seconds: float = SECONDS

    async def ask(
        self,
        visitor: Visitor,
        service: ServiceId,
        *,
        audience: ClientId | None = None,
        person: PersonCode | None = None,
        purpose: str = "own-data",
        legal_basis: str = "",
        path: str = "",
        query: str = "",
        content: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Ask, or with ``content`` tell, in the person's name.

        Args:
            visitor: Who is signed in.
            service: Who is asked what.
            audience: For whom login states it; ourselves when None: registers believe that the
                person asked *this* member to look.
            person: Whose matter it is, when not the visitor's own.
            purpose: What for.
            legal_basis: By which law; that of access when empty.
            path: Of the service.
            query: Of the service.
            content: What is told; makes it a POST.

        Raises:
            SignedOut: Login has ended the session.
            StatementMissing: Login does not state it: the person may not act for that one.
            Unavailable: Nobody answers, or not in time.
        """
        about = person or visitor.person
        issue = f"own-{sha256(self.entropy.bytes(16)).hexdigest()[:24]}"
        try:
            async with asyncio.timeout(self.seconds):
                stated = await self._stated(visitor, audience or self.client, issue, about)
                return await self.exchange.call(
                    Call(
                        client=self.client,
                        service=service,
                        method="GET" if content is None else "POST",
                        path=path,
                        query=query,
                        headers=() if content is None else _JSON,
                        body=b"" if content is None else msgspec.json.encode(content),
                        purpose=purpose,
                        legal_basis=legal_basis or self.access_law,
                        subject=about,
                        authority=stated,
                        user=visitor.person,
                        issue=issue,
                    )
                )
        except TimeoutError as error:
            raise ProviderSlow("no answer in time", why="slow") from error

    async def tell(self, service: ServiceId, content: Mapping[str, Any]) -> Answer:
        """Ask login itself, which knows the visitor by their handle: no statement is needed.

        Raises:
            Unavailable: Nobody answers, or not in time.
        """
        try:
            async with asyncio.timeout(self.seconds):
                return await self.exchange.call(
                    Call(
                        client=self.client,
                        service=service,
                        method="POST",
                        headers=_JSON,
                        body=msgspec.json.encode(content),
                    )
                )
        except TimeoutError as error:
            raise ProviderSlow("no answer in time", why="slow") from error

    async def _stated(
        self, visitor: Visitor, audience: ClientId, issue: str, person: PersonCode
    ) -> str:
        try:
            return await self.sign_in.statement(
                visitor, audience=audience, case=issue, person=person
            )
        except SignedOut:
            raise
        except Refused as error:
            raise StatementMissing("login does not state this", why=error.why) from error
