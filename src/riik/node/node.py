"""A node that runs: its ports open in the right order, its worker wakes, and all ends cleanly.

Order: the people's port first (the trust centre and the centre of the exchange answer there,
and the exchange needs both), then the global configuration, then the servers' ports, then the
worker. `compose` builds the parts; this module only starts and stops them.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from errno import EADDRINUSE

from starlette.routing import BaseRoute

from riik.core import RiikError, Unavailable
from riik.exchange import Exchange, Right
from riik.exchange.client import ConfigurationSource, TlsIdentity, TlsTransport, tls_context
from riik.exchange.globalconf import GlobalConf
from riik.exchange.http import serve as serve_exchange
from riik.exchange.jobs import forget_handled, refresh_configuration, refresh_statuses, stamp_log
from riik.node.base import Base
from riik.node.parts import Parts
from riik.portal.citizen.apply.files.http import MOST_SENT as MOST_FILE
from riik.portal.citizen.papers.http import MOST_SENT
from riik.portal.design.http import KeepsLanguage, design_routes, problem_pages
from riik.profiles import country_profile
from riik.runtime.web import BehindProxies, Packs, Server, edge, serve
from riik.trust import TimeStamper

__all__ = ["Node", "PortTaken"]

FILES = ("/cases/*/files/*", "/v1/cases/*/files/*")
"""Addresses that take a file."""

REFRESH = timedelta(seconds=60)
HOUR = timedelta(hours=1)
FIRST_TRIES, FIRST_PAUSE = 40, 0.25


class PortTaken(Unavailable):
    """Another program listens where this node should."""

    code = "node.port-taken"


@dataclass(slots=True, kw_only=True)
class Node:
    """One organisation's node.

    Attributes:
        base: Its engines.
        parts: Its components; those it does not run are None.
        routes: What people and protocols find on its port.
        operator_routes: What its operator finds on another, on this machine only; nothing when
            that is off.
        exchange: Its security server.
        identity: Its TLS key and certificate between servers.
        transport: Its connections to other servers.
        source: Where the global configuration is downloaded.
        stamper: Who time-stamps the message log.
        grant: The rights that this node gives, once it knows who is registered.
    """

    base: Base
    parts: Parts
    routes: list[BaseRoute]
    operator_routes: list[BaseRoute]
    exchange: Exchange
    identity: TlsIdentity
    transport: TlsTransport
    source: ConfigurationSource
    stamper: TimeStamper
    grant: Callable[[GlobalConf], Sequence[Right]]
    server: Server | None = None
    operator: Server | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """Open the ports and let the worker run.

        Raises:
            OutdatedGlobalConf: No global configuration was had within ten seconds.
            PortTaken: An address is not free.
        """
        await self.open_door()
        await self.open_exchange()
        self.start_work()

    async def open_door(self) -> None:
        """Open the port for people and public protocols."""
        people, base = self.base.config.file.people, self.base
        app = edge(
            [*self.routes, *design_routes()],
            metrics=base.metrics,
            logger=base.log,
            max_body=2_000_000,
            larger={"/verify": MOST_SENT, **dict.fromkeys(FILES, MOST_FILE)},
            entropy=base.entropy,
            pages=problem_pages(
                country_profile(base.config.file.node.profile),
                place=base.config.file.node.names,
                demonstration=people.front,
            ),
        )
        faced = BehindProxies(
            app=Packs(KeepsLanguage(app)), trusted=people.proxies(), header=people.proxy_header
        )
        self.server = await serve(faced, people.host, people.port)
        if people.port not in (0, self.server.port):
            # Others were told this port: another one would be nobody's, or somebody else's.
            await self.server.stop()
            raise PortTaken(f"port {people.port} is taken", why="port", port=people.port)
        if self.operator_routes:
            await self._open_for_operator()

    async def _open_for_operator(self) -> None:
        """Open the operator's port, on the machine's own address whatever the people's is."""
        people, base = self.base.config.file.people, self.base
        app = edge(
            [*self.operator_routes, *design_routes()],
            metrics=base.metrics,
            logger=base.log,
            entropy=base.entropy,
            pages=problem_pages(country_profile(base.config.file.node.profile), home="/operator"),
        )
        self.operator = await serve(KeepsLanguage(app), "127.0.0.1", people.operator_port)

    async def open_exchange(self) -> None:
        """Learn the global configuration, then open the ports for other servers."""
        await self._learn()
        await self.base.in_thread(self._hold_rights)
        section = self.base.config.file.exchange
        ports = serve_exchange(
            self.exchange,
            context=tls_context(self.identity, self.exchange.configuration(), server=True),
            host=section.host,
            port=section.port,
            status_port=section.ocsp_port,
        )
        try:
            await self._open.enter_async_context(ports)
        except OSError as error:
            if error.errno != EADDRINUSE:
                raise
            raise PortTaken(f"{section.host}:{section.port} is taken", why="port") from error

    async def close_door(self) -> None:
        """Close the people's port; it may be opened again."""
        for server in (self.server, self.operator):
            if server is not None:
                await server.stop()
        self.server = self.operator = None

    async def close_exchange(self) -> None:
        """Close the ports for other servers; they may be opened again."""
        await self._open.aclose()

    def start_work(self) -> None:
        """Let the worker deliver events and do what comes round."""
        jobs, exchange = self.base.jobs, self.exchange
        interval = timedelta(seconds=exchange.configuration().stamping_interval)

        async def refresh() -> None:
            await refresh_configuration(exchange, source=self.source)

        async def stamp() -> None:
            await stamp_log(exchange, stamper=self.stamper)

        async def statuses() -> None:
            await refresh_statuses(exchange)

        async def forget() -> None:
            await forget_handled(exchange)

        jobs.periodic("exchange.refresh-configuration", REFRESH, refresh)
        jobs.periodic("exchange.stamp-log", interval, stamp)
        jobs.periodic("exchange.refresh-statuses", HOUR / 3, statuses)
        jobs.periodic("exchange.forget-handled", HOUR, forget)
        jobs.start()

    async def stop(self) -> None:
        """Close the ports, let handlers end, let go of everything."""
        await self.close_exchange()
        self.transport.close()
        await self.close_door()
        self.parts.close()
        await self.base.close()

    async def crash(self) -> None:
        """Go down as when the power fails: no work is ended, nothing is said, only files stay."""
        self.base.jobs.abandon()
        for server in (self.server, self.operator):
            if server is not None:
                await server.cut()
        self.server = self.operator = None
        await self.close_exchange()
        self.transport.close()
        self.parts.close()
        await self.base.http.close()
        self.base.let_go()

    async def _learn(self) -> None:
        """The kept configuration, or the centre's; the newer one in the end."""
        await self.base.in_thread(self.exchange.recall)
        for attempt in range(FIRST_TRIES):
            try:
                await refresh_configuration(self.exchange, source=self.source)
            except RiikError as error:
                self.base.log.failure("configuration-not-learnt", error)
                if self._believes() or attempt == FIRST_TRIES - 1:
                    break
                await asyncio.sleep(FIRST_PAUSE)
            else:
                return
        self.exchange.configuration()

    def _hold_rights(self) -> None:
        """Let exactly those rights hold that the node's file and its registers' folders allow."""
        given = set(self.exchange.rights())
        wanted = set(self.grant(self.exchange.configuration()))
        if given == wanted:
            return
        with self.base.database.work() as work:
            for right in given - wanted:
                self.exchange.disallow(right, work=work)
            for right in wanted - given:
                self.exchange.allow(right, work=work)

    def _believes(self) -> bool:
        try:
            self.exchange.configuration()
        except RiikError:
            return False
        return True
