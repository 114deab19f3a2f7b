"""Who may call what at this node: rights of register folders and of the node's own file.

Folders speak of roles and subsystems; the exchange wants clients. Which member plays which
role is told by the node's file.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from riik.core import ClientId, IdentifierRefused, MemberId, ServiceId
from riik.exchange import Right
from riik.formats import jose
from riik.login import StatementRefused, verify_statement
from riik.registers import RegisterDefinition, Statement
from riik.registers.model import Action, Who
from riik.trust import TrustAnchor

__all__ = ["RegisterGate", "Roles", "register_rights"]


@dataclass(frozen=True, slots=True)
class Roles:
    """Which member plays which role in this state."""

    members: Mapping[str, MemberId]

    def of(self, client: ClientId) -> frozenset[str]:
        """The roles of a client's member."""
        return frozenset(role for role, member in self.members.items() if member == client.member)


def register_rights(
    definition: RegisterDefinition,
    *,
    provider: ClientId,
    roles: Roles,
    clients: Iterable[ClientId],
) -> list[Right]:
    """The exchange's rights that a register's folder gives.

    Args:
        definition: The register.
        provider: Its subsystem.
        roles: Who plays which role.
        clients: All registered subsystems.
    """
    known = sorted(clients)
    return [
        Right(
            client=client,
            service=ServiceId(provider, _service(right.action, offer)),
            purposes=frozenset({right.purpose}),
            legal_bases=frozenset({right.legal_basis}),
        )
        for right in definition.rights
        for client in _admitted(right.who, roles, known)
        for offer in right.offers
    ]


def _service(action: Action, offer: str) -> str:
    """What carries a right out: who follows an offer asks the register's subscriptions."""
    return "subscriptions" if action is Action.SUBSCRIBE else offer


def _admitted(who: Who, roles: Roles, clients: Iterable[ClientId]) -> list[ClientId]:
    return [client for client in clients if who.admits(client, roles.of(client))]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterGate:
    """Login's verifier as registers want it: what a believed statement says, no more.

    Whether its audience, person and case are those of the question is decided by the register.
    """

    login: MemberId
    anchors: Callable[[], tuple[TrustAnchor, ...]]

    def __call__(self, statement: str, /, *, at: datetime) -> Statement:
        """Verify signature, issuer and times.

        Raises:
            StatementRefused: As `verify_statement`.
        """
        try:
            claims = jose.claims(jose.read(statement, algorithms={"ES256", "ES384"}))
            audience = MemberId.parse(str(claims.get("aud")))
        except (jose.JwsRefused, IdentifierRefused) as error:
            raise StatementRefused("this is no statement", why="token") from error
        believed = verify_statement(
            statement,
            audience=audience,
            subject=claims.get("rep") or claims.get("sub", ""),
            carrier=None,
            case=str(claims.get("case")),
            at=at,
            anchors=self.anchors(),
            issuer_member=self.login,
        )
        return Statement(
            person=believed.person,
            represented=believed.represented,
            audience=believed.audience,
            case=believed.case,
        )
