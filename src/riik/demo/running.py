"""The demonstration country running: found it once, start its nodes, find it again next time."""

import asyncio
import sys
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from riik.core import Refused
from riik.demo.banksite import BANK_SITE, BankSite, bank_command, write_bank_site
from riik.demo.cardsite import CardSite, card_site
from riik.demo.configuration import Wishes, configurations, log_origin, sites
from riik.demo.country import DATA, Country, Place, free_places, read_country
from riik.demo.joining.place import Joining
from riik.demo.keeping import (
    StateLost,
    begin,
    check_room,
    check_whole,
    finish_founding,
    forget,
    is_founding,
)
from riik.demo.people import Told, read_people
from riik.demo.seeding import Holder, check_cards, read_holders, seed
from riik.exchange import Exchange
from riik.formats.toml import write_toml
from riik.node import (
    Membership,
    Node,
    PortTaken,
    build,
    certify,
    join,
    lay_tables,
    log_key,
    open_member,
    open_trust,
    publish_list,
    read_config,
    write_anchors,
)
from riik.runtime.clock import SystemClock
from riik.runtime.errors import KeyRefused
from riik.runtime.files import Disk

__all__ = ["Demonstration", "node_command", "open_demonstration", "server_of", "start_process"]

KEY_COST = 1024
PORT_TRIES = 5
READY_SECONDS = 120.0
LOCAL = "127.0.0.1"


class DemonstrationRefused(Refused):
    """The demonstration can't start as it is asked to."""

    code = "demo.refused"


@dataclass(slots=True, kw_only=True)
class Demonstration:
    """A country that runs.

    Attributes:
        country: What it is.
        folder: Where its state is.
        places: Where its members listen.
        nodes: The nodes in this process, by role; none when each has its own.
        processes: The nodes' own processes, by role, and those of sites, by place.
        sites: Sites in this process.
        holders: People of the stories with their cards.
        cards: The site that plays their cards and a reader, in this process always.
        lock: Keeps other commands away from the state while we run.
    """

    country: Country
    folder: Path
    places: Mapping[str, Place]
    holders: tuple[Holder, ...]
    cards: CardSite
    lock: int | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    sites: list[BankSite] = field(default_factory=list)

    @property
    def card(self) -> str:
        """The demonstration card's address."""
        return self.places["card"].origin

    def holder(self, name: str) -> Holder:
        """Somebody of the stories.

        Raises:
            DemonstrationRefused: For ``unknown``.
        """
        for holder in self.holders:
            if holder.id == name:
                return holder
        known = ", ".join(holder.id for holder in self.holders)
        raise DemonstrationRefused(f"nobody is called {name!r}; known: {known}", why="unknown")

    async def close(self) -> None:
        """Stop all sites and nodes."""
        await self.cards.stop()
        for site in self.sites:
            await site.stop()
        await _stop(self.nodes)
        for process in self.processes.values():
            if process.returncode is None:
                process.terminate()
        for process in self.processes.values():
            await process.wait()
        if self.lock is not None:
            Disk().release(self.lock)
            self.lock = None


async def open_demonstration(
    profile: str,
    folder: Path,
    *,
    processes: bool = False,
    fresh: bool = False,
    residents: int | None = None,
    members: Collection[str] | None = None,
    shift: int = 0,
    front: int = 0,
    patience: int = 2,
    listen: int = 60,
    beginnings: int | None = None,
    joining: Joining | None = None,
    tell: Callable[[str], None],
) -> Demonstration:
    """Found the country if it is not, and start it.

    Args:
        profile: ``ee`` or ``vn``.
        folder: Where its state is or will be.
        processes: Each node in a process of its own.
        fresh: Forget what is there and begin anew.
        residents: How many people live there; as the country's data say by default.
        members: Roles of its members besides those that no country can do without; all by
            default. A country founded with fewer has none of the others' registers later.
        shift: Added to the usual ports.
        front: Port where the front page listens already; 0 where there is none.
        patience: Seconds that a page of the portal waits for a part that somebody else knows.
        listen: Every how many seconds the portal asks providers whether they are there.
        beginnings: So many applications of one service a person may begin a day; as in earnest
            by default.
        joining: Who joins the country.
        tell: Called with a line of progress.

    Raises:
        FolderRefused: For ``state``: nothing can be written there.
        DemonstrationRefused: For ``busy``, when another command runs this country, or ``ports``.
        StateLost: For ``began`` or ``node``: something of a founded country is not there.
        HoldersLost: Nor is the list of those who hold cards, or one of the cards.
    """
    check_room(folder.parent, of="state")
    lock = Disk().hold(Disk().folder(folder.parent) / f".{folder.name}.lock")
    if lock is None:
        raise DemonstrationRefused(f"another command runs the country in {folder}", why="busy")
    try:
        running = await _open(
            profile,
            folder,
            processes=processes,
            fresh=fresh,
            residents=residents,
            members=members,
            find=partial(free_places, shift=shift, front=front),
            wishes=Wishes(patience=patience, listen=listen, beginnings=beginnings),
            joining=joining,
            tell=tell,
            lock=lock,
        )
    except BaseException:
        Disk().release(lock)
        raise
    running.lock = lock
    return running


async def _open(
    profile: str,
    folder: Path,
    *,
    processes: bool,
    fresh: bool,
    residents: int | None,
    members: Collection[str] | None,
    find: Callable[[Country], dict[str, Place]],
    wishes: Wishes,
    joining: Joining | None,
    tell: Callable[[str], None],
    lock: int,
) -> Demonstration:
    if fresh or is_founding(folder):
        await asyncio.to_thread(forget, folder)
    country = _country(profile, folder, residents=residents, members=members, joining=joining)
    begin(folder)
    if not is_founding(folder):
        check_whole(folder, country.members)
        check_cards(folder, read_holders(folder))
    for _ in range(PORT_TRIES):
        running, nodes = await _prepare(
            country,
            folder,
            find(country),
            wishes=wishes,
            joining=joining,
            tell=tell,
        )
        try:
            if processes:
                await _stop(nodes)
                running.processes = await _spawn(folder, country, running.places, lock=lock)
                await _until_ready(running)
            else:
                running.nodes = nodes
                await _start(nodes)
                running.sites.append(await BankSite.start(folder, running.places[BANK_SITE]))
            await running.cards.start(running.places["card"].people)
        except PortTaken:
            # Another program was quicker, such as a second country: look for other ports.
            await running.close()
        except BaseException:
            await running.close()
            raise
        else:
            return running
    raise DemonstrationRefused("ports are taken as soon as they are found", why="ports")


def _country(
    profile: str,
    folder: Path,
    *,
    residents: int | None,
    members: Collection[str] | None,
    joining: Joining | None,
) -> Country:
    """The country as it is asked for: of so many people, with these members, with who joins."""
    country = read_country(profile)
    if residents is not None:
        country = replace(country, residents=residents)
    if members is not None:
        country = country.only(members)
    return country if joining is None else joining.into(country, folder)


async def _prepare(
    country: Country,
    folder: Path,
    places: Mapping[str, Place],
    *,
    wishes: Wishes,
    joining: Joining | None,
    tell: Callable[[str], None],
) -> tuple[Demonstration, dict[str, Node]]:
    """Configure, certify, join; fill the registers if nobody did. Nothing listens yet."""
    if is_founding(folder):
        tell(f"founding {country.instance}: {country.residents} residents, registers, cards …")
    began = begin(folder)
    today = SystemClock().now().astimezone(ZoneInfo(country.zone)).date()
    source = DATA / "people" / f"{country.profile}.toml"
    told = read_people(source, country=country.profile, today=date.fromisoformat(began[:10]))
    if joining is not None:
        told = joining.staff(told)
    memberships = _memberships(country, folder, places)
    await asyncio.to_thread(_check_keys, memberships)
    await asyncio.to_thread(
        _configure,
        country,
        memberships,
        places,
        told,
        began=began,
        wishes=wishes,
    )
    await asyncio.to_thread(_certify, folder, memberships, places)
    if joining is not None:
        await asyncio.to_thread(joining.publish, folder, memberships, country)
    clerks = [str(one.person.code) for one in told if "bank" in one.official]
    write_bank_site(folder, country, places, clerks=clerks)
    nodes = {role: build(read_config(folder / role / "node.toml")) for role in country.members}
    try:
        await _found(country, folder, nodes, memberships=memberships, told=told, today=today)
        holders = read_holders(folder)
        running = Demonstration(
            country=country,
            folder=folder,
            places=places,
            holders=holders,
            cards=card_site(country, places, holders, folder),
        )
    except BaseException:
        await _stop(nodes)
        raise
    return running, nodes


async def _found(
    country: Country,
    folder: Path,
    nodes: Mapping[str, Node],
    *,
    memberships: list[Membership],
    told: tuple[Told, ...],
    today: date,
) -> None:
    """Let the members join; fill the registers if nobody lives there yet."""
    centre = nodes["authority"].parts.centre
    if centre is None:
        raise AssertionError("the authority runs the centre")
    await asyncio.to_thread(join, memberships, centre)
    if is_founding(folder):
        await asyncio.to_thread(publish_list, read_config(folder / "authority" / "node.toml"))
        await seed(country, nodes, folder, told=told, today=today)
        finish_founding(folder)


def _memberships(country: Country, folder: Path, places: Mapping[str, Place]) -> list[Membership]:
    return [
        Membership(
            folder=folder / role,
            role=role,
            member=member.id,
            name=member.names[country.profile_language],
            country=country.profile.upper(),
            subsystems=member.all_subsystems,
            host=places[role].host,
            address=places[role].address,
            key_cost=KEY_COST,
        )
        for role, member in country.members.items()
    ]


def _check_keys(memberships: list[Membership]) -> None:
    """Open everybody's keys; at the first start they are made.

    Raises:
        StateLost: For ``node``: the passphrase is another one, or the keys were changed.
    """
    for membership in memberships:
        try:
            membership.keys()
        except KeyRefused as error:
            raise StateLost(str(error), why="node") from error


def _configure(
    country: Country,
    memberships: list[Membership],
    places: Mapping[str, Place],
    told: tuple[Told, ...],
    *,
    began: str,
    wishes: Wishes,
) -> None:
    """Write every node's configuration; ports may have changed since the last start."""
    named = {membership.role: membership for membership in memberships}
    keys = {
        role: log_key(named[role], origin=log_origin(country, role), witness=role == "witness")
        for role in (*country.keepers, "witness")
    }
    officials = {role: [one for one in told if role in one.official] for role in country.members}
    secrets = {role: named[role].login_secret() for role, _ in sites(country).values()}
    trees = configurations(
        country,
        places,
        keys=keys,
        officials=officials,
        secrets=secrets,
        began=began,
        wishes=wishes,
    )
    for role, tree in trees.items():
        named[role].keys()
        Disk().write(named[role].folder / "node.toml", write_toml(tree).encode())


def _certify(folder: Path, memberships: list[Membership], places: Mapping[str, Place]) -> None:
    configs = {each.role: read_config(each.folder / "node.toml") for each in memberships}
    lay_tables(list(configs.values()))
    with open_trust(configs["trust"]) as trust:
        certify(memberships, trust)
    write_anchors(memberships, origin=places["authority"].origin)


async def _start(nodes: Mapping[str, Node]) -> None:
    """Doors first: trust and centre answer there; then the exchange; then the workers."""
    await _all(node.open_door() for node in nodes.values())
    await _all(node.open_exchange() for node in nodes.values())
    for node in nodes.values():
        node.start_work()


async def _stop(nodes: Mapping[str, Node]) -> None:
    await _all(node.stop() for node in nodes.values())


async def _all(actions: Iterable[Awaitable[None]]) -> None:
    """All at the same time, each to its end; then the first failure, if there is one."""
    outcomes = await asyncio.gather(*actions, return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome


async def _spawn(
    folder: Path, country: Country, places: Mapping[str, Place], *, lock: int
) -> dict[str, asyncio.subprocess.Process]:
    commands = {role: node_command(folder / role) for role in country.members}
    commands[BANK_SITE] = bank_command(folder, places[BANK_SITE])
    return {name: await start_process(command, lock=lock) for name, command in commands.items()}


async def start_process(command: Sequence[str], *, lock: int) -> asyncio.subprocess.Process:
    """Start a process of the country that does not outlive us, however we end.

    It stops when our end of its standard input is gone, and holds the country's lock as long as
    it runs: a node never serves the same state twice.
    """
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, pass_fds=[lock])


@asynccontextmanager
async def server_of(running: Demonstration, role: str) -> AsyncIterator[Exchange]:
    """A member's security server: its node's here, or one beside a node in its own process."""
    if role in running.nodes:
        yield running.nodes[role].exchange
        return
    async with open_member(read_config(running.folder / role / "node.toml")) as exchange:
        yield exchange


def node_command(folder: Path) -> list[str]:
    """The command that serves a node in a process of its own."""
    served = ["node", "serve", str(folder / "node.toml"), "--demonstration", "--json"]
    return [sys.executable, "-m", "riik.cli", *served, "--with-parent"]


async def _until_ready(running: Demonstration) -> None:
    """Wait until every process says that it serves.

    Raises:
        PortTaken: One ended, and somebody else answers where it should.
        DemonstrationRefused: For ``ended`` or ``slow``.
    """
    try:
        async with asyncio.timeout(READY_SECONDS):
            said = await asyncio.gather(*map(_first_line, running.processes.values()))
    except TimeoutError as error:
        raise DemonstrationRefused("the nodes are not ready", why="slow") from error
    for role, line in zip(running.processes, said, strict=True):
        if not line:
            place = running.places[role]
            if await _answers(place.host, place.port) or await _answers(LOCAL, place.people):
                raise PortTaken(f"a port of {role} is taken", why="port")
            raise DemonstrationRefused(f"the node of {role} ended", why="ended", role=role)


async def _first_line(process: asyncio.subprocess.Process) -> bytes:
    """What a node says once it serves; nothing from one that ended."""
    return await process.stdout.readline() if process.stdout is not None else b""


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
