"""The node as a relying party of the national login, over the exchange.

Fills the portal's `SignIn` and the bank's `SignedIn`: both ask login's subsystem the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, Clock, MemberId, PersonCode, ServiceId
from riik.exchange import Call, Exchange
from riik.login import Level, verify_statement
from riik.portal.citizen.model import Visitor
from riik.trust import TrustAnchor

__all__ = ["OfficialGate", "PayerGate", "RelyingParty", "StatementGate"]

_JSON = (("Content-Type", "application/json"),)


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

    async def redeem(self, code: str, /) -> Visitor:
        """Turn the one-time code that the browser brought into a visitor."""
        granted = await self._ask("sessions", {"code": code})
        return Visitor(
            person=PersonCode(granted["person"]),
            handle=granted["handle"],
            given_names=granted["given_names"],
            surname=granted["surname"],
        )

    async def statement(
        self, visitor: Visitor, /, *, audience: ClientId, case: str, person: PersonCode
    ) -> str:
        """Login's signed word for one provider and one case."""
        asked = {"handle": visitor.handle, "audience": str(audience.member), "case": case}
        if person != visitor.person:
            asked["represented"] = person
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
    """A provider's desk: who signed in for one case, and login's statement of it."""

    party: RelyingParty

    async def __call__(self, code: str, /, *, case: str) -> tuple[PersonCode, str]:
        """Redeem the code, and have it stated for this case."""
        visitor = await self.party.redeem(code)
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
        visitor = await self.party.redeem(code)
        stated = await self.party.statement(
            visitor, audience=self.party.client, case=order, person=visitor.person
        )
        return self.gate(
            stated, carrier=self.gate.member, person=visitor.person, case=order, level="high"
        )
