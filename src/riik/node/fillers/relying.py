"""The node as a relying party of the national login, over the exchange.

Fills the portal's `SignIn` and the desk's gate: both ask login's subsystem the same. Who signed
in at this node's own site is known from its session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, Clock, MemberId, PersonCode, ServiceId
from riik.exchange import Call, Exchange
from riik.exchange.errors import ServiceRefused
from riik.login import Level, verify_statement
from riik.portal.session import SignedOut, Visitor
from riik.services import Acting
from riik.trust import TrustAnchor

__all__ = ["RelyingParty", "StatementGate"]

_JSON = (("Content-Type", "application/json"),)
_SIGNED_OUT = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Asks for statements at the login member.

    Attributes:
        exchange: This node's security server.
        client: The subsystem of ours that asks.
        login: Login's subsystem.
    """

    exchange: Exchange
    client: ClientId
    login: ClientId

    async def statement(
        self, visitor: Visitor, /, *, audience: ClientId, case: str, person: PersonCode
    ) -> str:
        """Login's signed word for one provider and one case.

        Raises:
            SignedOut: Login knows the visitor's handle no more (``handle``).
        """
        asked = {"handle": visitor.handle, "audience": str(audience.member), "case": case}
        if person != visitor.person:
            asked["represented"] = person
        try:
            stated: str = (await self._ask("statements", asked))["statement"]
        except ServiceRefused as refused:
            if refused.facts.get("status") != _SIGNED_OUT:
                raise
            raise SignedOut("login ended the session", why="handle") from refused
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
        return self.acting(token, carrier=carrier, person=person, case=case, level=level).person

    def acting(
        self, token: str, *, carrier: MemberId, person: PersonCode, case: str, level: str
    ) -> Acting:
        """Answer who acts, and as what they represent the person."""
        stated = verify_statement(
            token,
            audience=self.member,
            subject=person,
            carrier=carrier,
            case=case,
            at=self.clock.now(),
            anchors=self.anchors(),
            issuer_member=self.login,
            level=Level(level),
        )
        role = "" if stated.person == person else stated.role or ""
        return Acting(person=stated.person, role=role)
