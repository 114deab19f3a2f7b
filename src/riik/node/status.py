"""What a node tells of itself, to anyone and to its operator; and a whole country that is asked.

The operator's page is never on the people's port in earnest.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from starlette.routing import BaseRoute

from riik.core import RiikError
from riik.node.assembly import Assembly
from riik.node.parts import Parts
from riik.portal.operator import (
    Country,
    Listed,
    LogHead,
    Message,
    NodeStatus,
    WatchedLog,
    messages_of,
)
from riik.portal.operator.client import PolledCountry
from riik.portal.operator.health import Health, HeldCertificate, Peer, Round
from riik.portal.operator.http import country_routes, node_routes, operator_routes
from riik.portal.operator.nodepage import NodePage
from riik.portal.operator.page import StatusPage
from riik.profiles import Profile
from riik.runtime.clock import SystemClock
from riik.runtime.http_client import HttpClient
from riik.runtime.threads import ThreadPool
from riik.transparency import Log, TrustPolicy, open_checkpoint
from riik.trust import read_certificate

__all__ = ["Country", "CountryPages", "Listed", "Message", "add_operator", "add_status"]

MOST_RECORDS = 60


def add_status(assembly: Assembly) -> None:
    """`GET /status.json`: what anyone may know of this node."""
    teller = _Teller(assembly)

    async def status() -> NodeStatus:
        return await assembly.base.in_thread(teller.tell)

    assembly.routes += node_routes(status)


def add_operator(assembly: Assembly) -> None:
    """`GET /operator`, `GET /metrics`: open in the demonstration, else off or on a loopback port.

    Counts by route tell what people do here: they are no matter of the people's own port.
    """
    people, node = assembly.config.file.people, assembly.config.file.node
    teller = _HealthTeller(assembly)

    async def health() -> Health:
        return await assembly.base.in_thread(teller.tell)

    page = NodePage(profile=assembly.profile, front=people.front)
    routes: list[BaseRoute] = [
        *operator_routes(health, page=page, usual=assembly.profile.languages),
        *assembly.base.metrics.routes(),
    ]
    if node.demonstration:
        assembly.routes += routes
    elif people.operator == "local":
        assembly.operator_routes += routes


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts a node's status together."""

    assembly: Assembly

    def tell(self) -> NodeStatus:
        config, parts = self.assembly.config, self.assembly.parts
        exchange = self.assembly.exchange
        section, shown = config.file.exchange, config.file.node.demonstration
        # Who asked whom, and when, tells of people: outside a demonstration it is its operator's.
        recent = messages_of(exchange.records(limit=MOST_RECORDS)) if shown else ()
        return NodeStatus(
            name=config.file.node.name,
            member=str(config.member),
            names=dict(config.file.node.names),
            server=f"{section.host}:{section.port}",
            runs=_components(parts),
            messages=exchange.count() if shown else None,
            log=_head(parts.transparency.log) if parts.transparency else None,
            watches=self._watched(),
            recent=recent,
            demonstration=shown,
        )

    def _watched(self) -> tuple[WatchedLog, ...]:
        witness = self.assembly.parts.witness
        if witness is None:
            return ()
        found = []
        for origin, keys in witness.logs.items():
            with self.assembly.base.database.read() as work:
                latest = witness.store.latest(origin, work=work)
            if latest is not None:
                head = open_checkpoint(latest[1], policy=TrustPolicy(log=keys[0])).checkpoint
                root = b64encode(head.root).decode()
                found.append(WatchedLog(origin=origin, size=head.size, root=root))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _HealthTeller:
    """Puts a node's health together."""

    assembly: Assembly

    def tell(self) -> Health:
        assembly = self.assembly
        base, exchange, file = assembly.base, assembly.exchange, assembly.config.file
        waiting, oldest = base.jobs.waiting()
        courier = assembly.parts.courier
        untold, oldest_untold = courier.waiting() if courier else (0, 0.0)
        log = assembly.parts.transparency.log if assembly.parts.transparency else None
        head = _head(log) if log else None
        return Health(
            at=base.clock.now(),
            name=file.node.name,
            member=str(assembly.member),
            names=dict(file.node.names),
            runs=_components(assembly.parts),
            certificates=self._certificates(),
            waiting=waiting,
            oldest=oldest,
            untold=untold,
            oldest_untold=oldest_untold,
            rounds=tuple(
                Round(name=name, every=every, failed=failed)
                for name, every, failed in base.jobs.rounds()
            ),
            peers=self._peers(),
            configuration_until=exchange.knowledge.expires_at,
            messages=exchange.count(),
            unstamped=exchange.unstamped_seconds(),
            looks=head.size if head else None,
            witnesses=head.witnesses if head else (),
            demonstration=file.node.demonstration,
        )

    def _certificates(self) -> tuple[HeldCertificate, ...]:
        folder = self.assembly.config.path("certificates")
        found = []
        for path in sorted(folder.glob("*.der")):
            certificate = read_certificate(path.read_bytes())
            held = HeldCertificate(
                name=path.stem,
                subject=certificate.subject.common_name or "",
                ends=certificate.not_after,
            )
            found.append(held)
        return tuple(found)

    def _peers(self) -> tuple[Peer, ...]:
        try:
            conf = self.assembly.exchange.configuration()
        except RiikError:
            return ()
        return tuple(
            Peer(
                member=str(member),
                name=name,
                names=self.assembly.member_names.get(str(member), {}),
                subsystems=sum(client.member == member for client in conf.subsystems),
                servers=tuple(
                    server.address for server in conf.servers if server.id.owner == member
                ),
            )
            for member, name in sorted(conf.members.items(), key=lambda pair: str(pair[0]))
        )


def _components(parts: Parts) -> tuple[str, ...]:
    """Names of the components that a node runs."""
    names = [one.name for one in fields(parts) if one.name != "closers"]
    return tuple(name for name in names if getattr(parts, name) is not None)


def _head(log: Log) -> LogHead:
    """The newest published head; a log without one is empty."""
    try:
        policy = TrustPolicy(log=log.key, witnesses=log.witnesses)
        trusted = open_checkpoint(log.checkpoint(), policy=policy)
    except RiikError:
        return LogHead(origin=log.origin, size=0, root="")
    return LogHead(
        origin=log.origin,
        size=trusted.checkpoint.size,
        root=b64encode(trusted.checkpoint.root).decode(),
        witnesses=tuple(trusted.witnesses),
    )


@dataclass(slots=True, kw_only=True)
class CountryPages:
    """What a country tells of itself: its nodes are asked as anyone could ask them.

    Attributes:
        profile: The country's; its languages are for visitors who ask for none of ours.
        folder: Where the last journey left its files.
        at: Path of the status page.
        home: Where its brand leads.
        front: The demonstration's front page.
        members: Whom it shows; nobody before the country is there.
    """

    profile: Profile
    folder: Path
    at: str = "/"
    home: str = "/"
    front: str = ""
    members: Sequence[Listed] = ()
    page: StatusPage = field(init=False)
    _http: HttpClient = field(default_factory=HttpClient)
    _in_thread: ThreadPool = field(default_factory=lambda: ThreadPool(4, name="country"))

    def __post_init__(self) -> None:
        self.page = StatusPage(
            profile=self.profile, with_files=True, home=self.home, front=self.front
        )

    async def country(self) -> Country:
        """The members as they are now (fills `StatusSource`)."""
        return await self._polled().country()

    async def file(self, name: str, /) -> bytes | None:
        """A file of the last journey, or None (fills `StatusSource`)."""
        return await self._polled().file(name)

    def routes(self) -> list[BaseRoute]:
        """The status page, its JSON, and the files of the last journey."""
        return country_routes(self, page=self.page, usual=self.profile.languages, at=self.at)

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self._http.close()
        self._in_thread.close()

    def _polled(self) -> PolledCountry:
        return PolledCountry(
            listed=self.members,
            http=self._http,
            clock=SystemClock(),
            in_thread=self._in_thread,
            folder=self.folder,
        )
