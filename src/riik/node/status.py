"""What a node tells of itself, and the page of a whole country that asks its nodes."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from starlette.routing import BaseRoute

from riik.core import RiikError
from riik.node.assembly import Assembly
from riik.node.parts import Parts
from riik.portal.design.http import KeepsLanguage, design_routes, problem_pages
from riik.portal.operator import Listed, LogHead, NodeStatus, WatchedLog, messages_of
from riik.portal.operator.client import PolledCountry
from riik.portal.operator.http import country_routes, node_routes
from riik.portal.operator.page import StatusPage
from riik.profiles import Profile
from riik.runtime.clock import SystemClock
from riik.runtime.http_client import HttpClient
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.runtime.web import Server, edge, serve
from riik.transparency import Log, TrustPolicy, open_checkpoint

__all__ = ["CountrySite", "Listed", "add_status"]

MOST_RECORDS = 60


def add_status(assembly: Assembly) -> None:
    """`GET /status.json`: what anyone may know of this node."""
    teller = _Teller(assembly)

    async def status() -> NodeStatus:
        return await assembly.base.in_thread(teller.tell)

    assembly.routes += node_routes(status)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts a node's status together."""

    assembly: Assembly

    def tell(self) -> NodeStatus:
        config, parts = self.assembly.config, self.assembly.parts
        exchange = self.assembly.exchange
        section = config.file.exchange
        return NodeStatus(
            name=config.file.node.name,
            member=str(config.member),
            names=dict(config.file.node.names),
            server=f"{section.host}:{section.port}",
            runs=_running(parts),
            messages=exchange.count(),
            log=_head(parts.transparency.log) if parts.transparency else None,
            watches=self._watched(),
            recent=tuple(messages_of(exchange.records(limit=MOST_RECORDS))),
            demonstration=config.file.node.demonstration,
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


def _running(parts: Parts) -> tuple[str, ...]:
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
class CountrySite:
    """The page of a country, on a port of its own; it asks the nodes as anyone could.

    Attributes:
        members: Whom it shows.
        profile: The country's; its languages are for visitors who ask for none of ours.
        folder: Where the last journey left its files.
        log: Where its requests are written down.
    """

    members: Sequence[Listed]
    profile: Profile
    folder: Path
    log: JsonLog
    http: HttpClient
    in_thread: ThreadPool
    server: Server | None = None

    @classmethod
    def of(
        cls,
        members: Sequence[Listed],
        *,
        profile: Profile,
        folder: Path,
        log: JsonLog,
    ) -> "CountrySite":
        """A site with engines of its own."""
        return cls(
            members=members,
            profile=profile,
            folder=folder,
            log=log,
            http=HttpClient(),
            in_thread=ThreadPool(4, name="country"),
        )

    async def start(self, port: int) -> str:
        """Serve the page; answers its address."""
        source = PolledCountry(
            listed=self.members,
            http=self.http,
            clock=SystemClock(),
            in_thread=self.in_thread,
            folder=self.folder,
        )
        page = StatusPage(profile=self.profile, with_files=True)
        shown = country_routes(source, page=page, usual=self.profile.languages)
        routes: list[BaseRoute] = [*shown, *design_routes(gallery=True)]
        pages = problem_pages(self.profile)
        app = KeepsLanguage(edge(routes, metrics=Metrics(), logger=self.log, pages=pages))
        self.server = await serve(app, "127.0.0.1", port)
        return f"http://localhost:{self.server.port}"

    async def stop(self) -> None:
        """Close the page."""
        if self.server is not None:
            await self.server.stop()
        await self.http.close()
        self.in_thread.close()
