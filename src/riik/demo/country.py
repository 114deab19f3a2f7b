"""A demonstration country as its data describe it: members, their roles, addresses, names."""

import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import msgspec

from riik.core import ClientId, MemberId
from riik.formats.toml import Shape, read_toml
from riik.profiles import country_profile

__all__ = ["Country", "DemoMember", "Place", "read_country"]

DATA = Path(__file__).parent
FIRST_PORT = 7100
LOCAL = "127.0.0.1"
MESSAGE_PORT, STATUS_PORT = 5500, 5577
SITES = ("bank-site", "card")
"""Websites that are nobody's node: people reach them, servers don't."""

FRONT = "front"
"""Place of the front page, where there is one: it listens before the country is there."""


NATION = ("authority", "trust", "identity", "interior", "portal", "bank", "witness")
"""Members without which nobody could sign in, ask, pay, or prove that somebody looked."""


class _Unit(Shape):
    names: dict[str, str]
    services: tuple[str, ...]


class _Register(Shape):
    own: str
    own_law: str = ""


class _Follows(Shape):
    register: str
    kind: str
    purpose: str
    legal_basis: str


class _Member(Shape):
    role: str
    code: str
    host: int
    names: dict[str, str]
    class_: str
    subsystems: tuple[str, ...] = ()
    registers: dict[str, _Register] = msgspec.field(default_factory=dict)
    units: dict[str, _Unit] = msgspec.field(default_factory=dict)
    account: str = ""
    follows: tuple[_Follows, ...] = ()
    appointments: str = ""


class Birth(Shape):
    """Who is born to whom, some days before the country began.

    ``id`` is how stories call the child, ``mother`` somebody of the stories.
    """

    id: str
    mother: str
    given: str
    family: str
    sex: str
    serial: str
    days: int = 3


class Part(Shape):
    """Somebody of the stories who can do something: whom a visitor may be to try it.

    ``service`` is what they can do there, ``page`` of the portal another page than its. ``text``
    says why they, by language; ``{jaan}`` in it is his personal code.
    """

    person: str
    service: str
    text: dict[str, str]
    page: str = ""


class _Country(Shape):
    instance: str
    profile: str
    residents: int
    zone: str
    service: str
    course: str
    mandate_basis: str
    neighbours: tuple[str, ...]
    member: tuple[_Member, ...]
    newborn: tuple[Birth, ...] = ()
    cast: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUnit:
    """A unit of officials: its names by language, and the services whose cases it gets."""

    names: Mapping[str, str]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRegister:
    """A register as people meet it: by which offer they read their own data, by which law.

    The law is empty where it is the country's law of access.
    """

    own: str
    own_law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFollowing:
    """That a member is told when records of a register are opened or changed, by which law."""

    register: str
    kind: str
    purpose: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMember:
    """One organisation of the country.

    Attributes:
        subsystems: Those that are neither a register nor its services.
        registers: What it keeps, by the register's catalogue id; each has a log of looks.
        units: Its units of officials by their code; what they work on is what it offers.
        account: Where its fees go: a number that fits and belongs to nobody.
        follows: What registers tell its services.
        host: The last part of its own loopback address.
        folders: Where its services and registers are, by their id; else in the catalogue.
        appointments: Its file of places and times in the catalogue, or nothing.
    """

    role: str
    id: MemberId
    names: Mapping[str, str]
    subsystems: tuple[str, ...]
    registers: Mapping[str, DemoRegister]
    units: Mapping[str, DemoUnit]
    account: str
    follows: tuple[DemoFollowing, ...]
    host: int
    folders: Mapping[str, str] = field(default_factory=dict)
    appointments: str = ""

    @property
    def services(self) -> tuple[str, ...]:
        """Catalogue ids of the services that it offers."""
        return tuple(service for unit in self.units.values() for service in unit.services)

    @property
    def has_desk(self) -> bool:
        """Its officials sign in at its own node."""
        return bool(self.registers or self.units)

    @property
    def all_subsystems(self) -> tuple[str, ...]:
        """What it is on the exchange."""
        offers = ("services",) if self.units else ()
        return (*self.subsystems, *self.registers, *offers)

    def client(self, subsystem: str) -> ClientId:
        """One of its subsystems."""
        return ClientId(self.id, subsystem)

    def folder(self, name: str) -> str:
        """Where the folder of a service or register is, as its node's file says it."""
        return self.folders.get(name, f"catalogue:{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a member's node listens: between servers, and for people.

    Attributes:
        host: Loopback address of its own, where the machine has it.
        port: For messages.
        status_port: For OCSP answers.
        people: Port on localhost.
    """

    host: str
    port: int
    status_port: int
    people: int

    @property
    def origin(self) -> str:
        """What people's browsers call it."""
        return f"http://localhost:{self.people}"

    @property
    def address(self) -> str:
        """What the global configuration calls it."""
        return f"{self.host}:{self.port}:{self.status_port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A demonstration country.

    Attributes:
        instance: Of its exchange, such as ``EE-DEMO``.
        profile: ``ee`` or ``vn``.
        residents: How many people live there.
        zone: Its time zone.
        service: Catalogue id of its driving-licence service.
        course: Catalogue id of the school's service.
        mandate_basis: The law that makes parents represent.
        neighbours: People who apply by themselves, so that an official has something to decide.
        members: By role.
        newborns: Children who are born once the country runs, so that something is offered.
        cast: Who can do what, for the front page.
    """

    instance: str
    profile: str
    residents: int
    zone: str
    service: str
    course: str
    mandate_basis: str
    neighbours: tuple[str, ...]
    members: Mapping[str, DemoMember]
    newborns: tuple[Birth, ...] = ()
    cast: tuple[Part, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the country, that of its law first."""
        return tuple(country_profile(self.profile).languages)

    @property
    def profile_language(self) -> str:
        """The language of the country's law."""
        return self.languages[0]

    @property
    def registers(self) -> Mapping[str, str]:
        """The role of who keeps it, by the register's catalogue id."""
        return {register: role for role, one in self.members.items() for register in one.registers}

    @property
    def keepers(self) -> tuple[str, ...]:
        """Roles of those with a log of looks: keepers of registers, and whose officials decide."""
        return tuple(role for role, one in self.members.items() if one.has_desk)

    @property
    def providers(self) -> Mapping[str, str]:
        """The role of who offers it, by the service's catalogue id."""
        return {service: role for role, one in self.members.items() for service in one.services}

    def client(self, role: str, subsystem: str) -> ClientId:
        """A subsystem of the member that plays a role."""
        return self.members[role].client(subsystem)

    def only(self, roles: Collection[str]) -> Self:
        """The country with these members and those that none can do without."""
        kept = {*NATION, *roles}
        members = {role: one for role, one in self.members.items() if role in kept}
        return replace(self, members=members)


def read_country(profile: str) -> Country:
    """Read one of the countries of this package.

    Raises:
        TomlRefused: The data are broken.
    """
    source = (DATA / "countries" / f"{profile}.toml").read_bytes()
    read = read_toml(source, _Country, name=f"{profile}.toml")
    members = {
        one.role: DemoMember(
            role=one.role,
            id=MemberId(read.instance, one.class_, one.code),
            names=one.names,
            subsystems=one.subsystems,
            host=one.host,
            account=one.account,
            appointments=one.appointments,
            follows=tuple(
                DemoFollowing(
                    register=each.register,
                    kind=each.kind,
                    purpose=each.purpose,
                    legal_basis=each.legal_basis,
                )
                for each in one.follows
            ),
            registers={
                register: DemoRegister(own=each.own, own_law=each.own_law)
                for register, each in one.registers.items()
            },
            units={
                code: DemoUnit(names=unit.names, services=unit.services)
                for code, unit in one.units.items()
            },
        )
        for one in read.member
    }
    return Country(
        instance=read.instance,
        profile=read.profile,
        residents=read.residents,
        zone=read.zone,
        service=read.service,
        course=read.course,
        mandate_basis=read.mandate_basis,
        neighbours=read.neighbours,
        members=members,
        newborns=read.newborn,
        cast=read.cast,
    )


def free_places(country: Country, *, shift: int = 0, front: int = 0) -> dict[str, Place]:
    """Places that are free on this machine: each member its own loopback address if it can.

    Sites come after the members.

    Args:
        country: Whose members listen.
        shift: Added to the usual ports, so that countries side by side keep apart.
        front: Port where the front page listens already; 0 where there is none.
    """
    taken: set[tuple[str, int]] = set()
    people = _free_ports(LOCAL, FIRST_PORT + shift, taken)
    places = {
        role: _place(member, people, taken, shift) for role, member in country.members.items()
    }
    sites = {site: next(people) for site in SITES} | ({FRONT: front} if front else {})
    return places | {
        site: Place(host=LOCAL, port=0, status_port=0, people=port) for site, port in sites.items()
    }


def _place(
    member: DemoMember, people: Iterator[int], taken: set[tuple[str, int]], shift: int
) -> Place:
    host = f"127.0.0.{member.host}"
    if not _free(host, 0):
        # Some systems have one loopback address only: members then differ by port.
        host = LOCAL
    return Place(
        host=host,
        port=next(_free_ports(host, MESSAGE_PORT + shift, taken)),
        status_port=next(_free_ports(host, STATUS_PORT + shift, taken)),
        people=next(people),
    )


def _free_ports(host: str, first: int, taken: set[tuple[str, int]]) -> Iterator[int]:
    for port in range(first, first + 2_000):
        if (host, port) not in taken and _free(host, port):
            taken.add((host, port))
            yield port


def _free(host: str, port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True
