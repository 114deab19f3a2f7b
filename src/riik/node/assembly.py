"""A node in the making: engines, security server, and what components share of them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.routing import BaseRoute

from riik.core import ClientId, KeyId, MemberId, ServerId, ServiceId
from riik.exchange import Exchange, Offer, Right, Seal
from riik.exchange.centre import read_anchor
from riik.exchange.client import ConfigurationSource, TlsIdentity, TlsTransport
from riik.exchange.globalconf import GlobalConf
from riik.exchange.store import SqlExchangeStore
from riik.node.base import Base
from riik.node.config import NodeConfig, RightSection
from riik.node.fillers.relying import RelyingParty, StatementGate
from riik.node.fillers.rights import RegisterGate, Roles, register_rights
from riik.node.node import Node
from riik.node.parts import Parts
from riik.portal.session.http import Site
from riik.profiles import Profile, country_profile
from riik.registers import RegisterDefinition
from riik.runtime.outbox import Delivery
from riik.trust import ServiceKind, TrustAnchor
from riik.trust.client import OcspClient, TsaClient

__all__ = ["Assembly"]

LOGIN = "authority"
"""The role whose subsystem ``login`` is the national login."""


@dataclass(kw_only=True)
class Assembly:
    """Filled component by component; `node` closes it."""

    base: Base
    parts: Parts = field(default_factory=Parts)
    routes: list[BaseRoute] = field(default_factory=list)
    operator_routes: list[BaseRoute] = field(default_factory=list)
    register_rights: list[tuple[RegisterDefinition, ClientId]] = field(default_factory=list)
    site: Site | None = None

    @property
    def config(self) -> NodeConfig:
        """The node's configuration."""
        return self.base.config

    @property
    def member(self) -> MemberId:
        """The node's owner."""
        return self.base.config.member

    @cached_property
    def roles(self) -> Roles:
        """Which member plays which role."""
        sections = self.config.file.roles
        return Roles({role: MemberId.parse(one.member) for role, one in sections.items()})

    @cached_property
    def member_names(self) -> dict[str, dict[str, str]]:
        """How people call each member, by language."""
        return {one.member: dict(one.names) for one in self.config.file.roles.values()}

    def source_names(self, providers: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """How people call the organisation behind each subsystem that is asked, by language."""
        return {
            role: self.member_names.get(str(ClientId.parse(client).member), {})
            for role, client in providers.items()
        }

    @cached_property
    def ocsp(self) -> OcspClient:
        """Where certificates' status is asked."""
        return OcspClient(http=self.base.http, url=self.config.file.exchange.ocsp_url)

    @cached_property
    def tsa(self) -> TsaClient:
        """Who stamps times."""
        return TsaClient(
            http=self.base.http,
            entropy=self.base.entropy,
            url=self.config.file.exchange.tsa_url,
        )

    @cached_property
    def tls(self) -> TlsIdentity:
        """The server's TLS key and certificate."""
        key, password = self.base.keys.tls_pem(KeyId(str(self.member), "exchange-tls"))
        return TlsIdentity(
            certificate=self.base.certificate("exchange-tls"), key=key, password=password
        )

    @cached_property
    def transport(self) -> TlsTransport:
        """Connections to other servers."""
        return TlsTransport(identity=self.tls, conf=self._configuration)

    @cached_property
    def exchange(self) -> Exchange:
        """The security server of this node."""
        base, section = self.base, self.config.file.exchange
        seal = Seal(
            member=self.member,
            signer=base.signer("exchange-sign"),
            certificate=base.certificate("exchange-sign"),
        )
        return Exchange(
            server=ServerId(self.member, section.server),
            anchor=read_anchor(self.config.content(section.anchor)),
            seals={self.member: seal},
            tls_certificate=self.tls.certificate,
            store=SqlExchangeStore(),
            database=base.database,
            vault=base.vault,
            clock=base.clock,
            entropy=base.entropy,
            in_thread=base.in_thread,
            transport=self.transport,
            revocation=self.ocsp,
        )

    def _configuration(self) -> GlobalConf:
        # Late on purpose: the exchange needs the transport, and the transport its configuration.
        return self.exchange.configuration()

    def issuers(self) -> tuple[TrustAnchor, ...]:
        """The CAs of members and people, as the global configuration has them now."""
        return tuple(self.exchange.configuration().issuers)

    def anchors(self) -> tuple[TrustAnchor, ...]:
        """CAs and OCSP responders: what a sign-in rests on."""
        conf = self.exchange.configuration()
        return (*conf.issuers, *conf.responders)

    def qualified(self) -> tuple[TrustAnchor, ...]:
        """The services that signatures rest on; in this state those of the exchange."""
        conf = self.exchange.configuration()
        kinds = (
            (ServiceKind.CA_QC, conf.issuers),
            (ServiceKind.OCSP_QC, conf.responders),
            (ServiceKind.TSA_QTST, conf.stampers),
        )
        return tuple(
            TrustAnchor(kind=kind, certificate=one.certificate, history=one.history)
            for kind, found in kinds
            for one in found
        )

    @cached_property
    def profile(self) -> Profile:
        """The country's profile."""
        return country_profile(self.config.file.node.profile)

    @cached_property
    def login_member(self) -> MemberId:
        """The member that runs the national login."""
        return self.roles.members[LOGIN]

    @cached_property
    def gate(self) -> StatementGate:
        """Login's verifier, for statements to this member."""
        return StatementGate(
            member=self.member,
            login=self.login_member,
            anchors=self.issuers,
            clock=self.base.clock,
        )

    @cached_property
    def register_gate(self) -> RegisterGate:
        """Login's verifier as registers want it."""
        return RegisterGate(login=self.login_member, anchors=self.issuers)

    def relying_party(self, subsystem: str) -> RelyingParty:
        """This node as login's relying party."""
        return RelyingParty(
            exchange=self.exchange,
            client=self.config.client(subsystem),
            login=ClientId(self.login_member, "login"),
        )

    def offer(self, offers: Iterable[Offer]) -> None:
        """Offer services on the exchange."""
        for one in offers:
            self.exchange.offer(one)

    def node(self) -> Node:
        """The finished node, not started yet."""
        return Node(
            base=self.base,
            parts=self.parts,
            routes=self.routes,
            operator_routes=self.operator_routes,
            exchange=self.exchange,
            identity=self.tls,
            transport=self.transport,
            source=ConfigurationSource(anchor=self.exchange.anchor),
            stamper=self.tsa,
            grant=self.granted,
        )

    def granted(self, conf: GlobalConf) -> list[Right]:
        """The rights of the node's file, and those that its registers' folders give."""
        rights = [self._right(section) for section in self.config.file.right]
        for definition, provider in self.register_rights:
            rights += register_rights(
                definition, provider=provider, roles=self.roles, clients=conf.subsystems
            )
        return rights

    def on(self, handlers: Mapping[str, Callable[[bytes], Awaitable[None]]]) -> None:
        """Let handlers take the outbox events of their topics."""
        for topic, handler in handlers.items():
            self.base.jobs.on(topic, _taking_payload(handler))

    def _right(self, section: RightSection) -> Right:
        subsystem, _, service = section.service.partition("/")
        return Right(
            client=ClientId.parse(section.client),
            service=ServiceId(self.config.client(subsystem), service),
            purposes=frozenset(section.purposes),
            legal_bases=frozenset(section.legal_bases),
        )


def _taking_payload(
    handler: Callable[[bytes], Awaitable[None]],
) -> Callable[[Delivery], Awaitable[None]]:
    async def take(delivery: Delivery) -> None:
        await handler(delivery.payload)

    return take
