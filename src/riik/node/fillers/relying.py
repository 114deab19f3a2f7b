"""The node as a relying party of the national login, over the exchange.

Fills the portal's `SignIn`, the desk's gate and the bank's `SignedIn`: all ask login's subsystem
the same. Who signed in at this node's own site is known from its session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request

from riik.core import ClientId, Clock, MemberId, PersonCode, ServiceId
from riik.exchange import Call, Exchange
from riik.exchange.errors import ServiceRefused
from riik.login import Level, verify_statement
from riik.portal.session import SignedOut, Visitor
from riik.portal.session.http import Site
from riik.trust import TrustAnchor

__all__ = ["OfficialGate", "PayerGate", "RelyingParty", "StatementGate"]

_JSON = (("Content-Type", "application/json"),)
_SIGNED_OUT = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Redeems codes and asks for statements at the login member.

    Attributes:
        exchange: This node's security server.
        client: The subsystem of ours that asks.
        login: Login's subsystem.
    """

    exchange: Exchange
    client: ClientId
    login: ClientId

    async def redeem(self, code: str, /) -> tuple[PersonCode, str]:
        """Turn the one-time code that the browser brought into a person and a handle."""
        granted = await self._ask("sessions", {"code": code})
        return PersonCode(granted["person"]), granted["handle"]

    async def statement(
        self, visitor: Visitor, /, *, audience: ClientId, case: str, person: PersonCode
    ) -> str:
        """Login's signed word for one provider and one case.

        Raises:
            SignedOut: Login knows the visitor's handle no more (``handle``).
        """
        represented = None if person == visitor.person else person
        try:
            return await self.stated(
                visitor.handle, audience=audience, case=case, represented=represented
            )
        except ServiceRefused as refused:
            if refused.facts.get("status") != _SIGNED_OUT:
                raise
            raise SignedOut("login ended the session", why="handle") from refused

    async def stated(
        self, handle: str, /, *, audience: ClientId, case: str, represented: PersonCode | None
    ) -> str:
        """The same by the handle alone."""
        asked = {"handle": handle, "audience": str(audience.member), "case": case}
        if represented is not None:
            asked["represented"] = represented
        stated: str = (await self._ask("statements", asked))["statement"]
        return stated

    async def _ask(self, service: str, content: dict[str, str]) -> dict[str, Any]:
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.login, service),
                method="POST",
                headers=_JSON,
                body=msgspec.json.encode(content),
            )
        )
        return msgspec.json.decode(answer.accepted().body, type=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementGate:
    """Login's pure verifier, set up for one member: raises unless the statement holds.

    Attributes:
        member: Us, the audience.
        login: The member that runs the national login.
        anchors: The CAs of members, as the global configuration has them now.
        clock: The time.
    """

    member: MemberId
    login: MemberId
    anchors: Callable[[], tuple[TrustAnchor, ...]]
    clock: Clock

    def __call__(
        self, token: str, *, carrier: MemberId, person: PersonCode, case: str, level: str
    ) -> PersonCode:
        """Answer who acts: the person, or who represents them with a mandate."""
        return verify_statement(
            token,
            audience=self.member,
            subject=person,
            carrier=carrier,
            case=case,
            at=self.clock.now(),
            anchors=self.anchors(),
            issuer_member=self.login,
            level=Level(level),
        ).person


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialGate:
    """A provider's desk: who is signed in there, and login's statement for one case."""

    site: Site
    party: RelyingParty

    async def __call__(self, request: Request, /, *, case: str) -> tuple[PersonCode, str]:
        """Who sent this from a page of the desk, and have it stated for this case."""
        visitor = await self.site.guard(request)
        stated = await self.party.statement(
            visitor, audience=self.party.client, case=case, person=visitor.person
        )
        return visitor.person, stated


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerGate:
    """The bank's strong customer authentication: a login for this bank and this very order."""

    party: RelyingParty
    gate: StatementGate

    async def __call__(self, code: str, /, *, order: str) -> PersonCode:
        """Who signed in, for this order and nothing else."""
        person, handle = await self.party.redeem(code)
        stated = await self.party.stated(
            handle, audience=self.party.client, case=order, represented=None
        )
        return self.gate(stated, carrier=self.gate.member, person=person, case=order, level="high")
