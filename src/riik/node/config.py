"""One organisation's `node.toml`, read once into frozen values.

Secrets are references (`file:PATH`, `env:NAME`), never values. Paths are relative to the
file's own folder. Unknown keys are refused with the nearest known name (`formats.toml`).
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from riik.core import ClientId, MemberId, Refused
from riik.formats.toml import Shape, read_toml, with_sources
from riik.node.appointing.sections import AppointmentsSection
from riik.node.govstack.sections import GovstackSection
from riik.node.telling.sections import InboxSection
from riik.runtime.web.proxies import Network, ProxyHeader, networks_of

__all__ = [
    "BankSection",
    "CentreSection",
    "ConfigRefused",
    "ExchangeSection",
    "LoginClientSection",
    "LoginSection",
    "NodeConfig",
    "OfficialSection",
    "PortalSection",
    "RegisterOfficialSection",
    "RightSection",
    "RoleSection",
    "ServicesSection",
    "SignInSection",
    "TrustSection",
    "UnitSection",
    "explain",
    "read_config",
]


class ConfigRefused(Refused):
    """A configuration that can't be used: a secret that isn't there, a path that is missing."""

    code = "node.config-refused"


class NodeSection(Shape):
    """Who the node is.

    ``demonstration`` must be true to accept a demonstration country's trust anchors.
    """

    name: str
    member: str
    profile: str
    names: dict[str, str]
    role: str
    code: str
    began: str
    address: str = ""
    demonstration: bool = False


class PeopleSection(Shape):
    """Where people reach the node: a port on localhost, or behind a proxy an origin.

    ``card`` is the origin of a demonstration card that pages offer beside real ones, ``front``
    that of the demonstration's front page. ``operator = "local"`` serves the operator's page on
    127.0.0.1 at ``operator-port``; a demonstration's node has it on its own port.
    ``trusted-proxies`` are the networks of proxies in front of the node: what those write into
    ``proxy-header`` about who asks is believed, and nobody else's.
    """

    host: str = "127.0.0.1"
    port: int
    origin: str
    card: str = ""
    front: str = ""
    operator: Literal["off", "local"] = "off"
    operator_port: int = 7900
    trusted_proxies: tuple[str, ...] = ()
    proxy_header: ProxyHeader = "x-forwarded-for"

    def proxies(self) -> tuple[Network, ...]:
        """The networks of `trusted_proxies`; `ConfigRefused` for ``proxy`` when one is none."""
        try:
            return networks_of(self.trusted_proxies)
        except ValueError as error:
            raise ConfigRefused(f"people.trusted-proxies: {error}", why="proxy") from error


class StateSection(Shape):
    """Where state and keys are; ``key-cost`` is scrypt's N for a new key folder."""

    database: str = "sqlite:///state.db"
    vault: str = "sqlite:///vault.db"
    blobs: str = "blobs"
    keys: str = "keys"
    key_cost: int = 32_768
    passphrase: str


class ExchangeSection(Shape):
    """The security server: its addresses, its name, where the federation is told from."""

    host: str
    port: int = 5500
    ocsp_port: int = 5577
    server: str = "ss1"
    anchor: str
    globalconf: str = "globalconf"
    ocsp_url: str = ""
    tsa_url: str = ""


class TrustSection(Shape):
    """The Trust Centre's own component."""

    country: str
    title: str
    policy: str


class IdentitySection(Shape):
    """The identity authority; ``trust-centre`` is where cards are certified."""

    trust_centre: str


class CentreSection(Shape):
    """The exchange's centre."""

    instance: str
    stamping_interval: int = 60


class ListSection(Shape):
    """The trusted list (ETSI TS 119 612): who publishes it, and the trust centre's name."""

    operator: str
    street: str
    locality: str
    email: str
    provider: str


class LoginSection(Shape):
    """The national login: whose sites may send people, and which register knows mandates.

    ``key-days`` is how long a key signs ID tokens.
    """

    population: str = ""
    mandate_basis: str = ""
    key_days: int = 90
    client: tuple["LoginClientSection", ...] = ()


class LoginClientSection(Shape):
    """A site at which people sign in. Addresses are compared as texts, exactly.

    ``secret-hash`` is the SHA-256 of its secret in hexadecimal; the secret itself is at the
    site. ``auth`` is ``basic`` or ``post``, ``at-hash`` is ``oidc`` or ``tara``. ``shared``: people
    share its screens, so no other site is told of such a sign-in without the card again.
    ``details``: what a sign-in there may be for; a bank's site names ``payment_initiation``.
    """

    id: str
    names: dict[str, str]
    redirect_uris: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    secret_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    post_logout_uris: tuple[str, ...] = ()
    backchannel_uri: str = ""
    member: str = ""
    auth: Literal["basic", "post"] = "basic"
    at_hash: Literal["oidc", "tara"] = "oidc"
    pkce: bool = True
    flat: bool = True
    scopes: tuple[str, ...] = ("openid", "profile", "idcard", "mid", "smartid")
    shared: bool = False
    details: tuple[Literal["payment_initiation"], ...] = ()


class RegistersSection(Shape):
    """Register folders: ``catalogue:<id>`` or a path.

    ``inbox`` is where people are told that their request to correct data was received, and
    ``correction-days`` within how many days they are answered; ``official`` says by whom.
    ``signers`` and ``unsigned`` say whose folders run, as for services. ``sources`` says where
    the tables lie that registers read in place: register and secret's place.
    """

    folders: tuple[str, ...]
    sources: dict[str, str] = msgspec.field(default_factory=dict)
    signers: tuple[str, ...] = ()
    unsigned: bool = False
    inbox: str = ""
    correction_days: int | None = None
    official: tuple["RegisterOfficialSection", ...] = ()
    follower: tuple["FollowerSection", ...] = ()


class FollowerSection(Shape):
    """Who is told when a record of a register of people is opened or changed, by which law."""

    register: str
    kind: str
    client: str
    purpose: str
    legal_basis: str


class RegisterOfficialSection(Shape):
    """Somebody who answers people's requests to correct data: of all registers, or of these."""

    code: str
    given: str
    family: str
    middle: str = ""
    registers: tuple[str, ...] = ()


class UnitSection(Shape):
    """A unit of officials: its names, and the services whose cases it gets."""

    names: dict[str, str]
    services: tuple[str, ...] = ()


class OfficialSection(Shape):
    """Somebody who decides for the organisation; ``substitutes`` stand in for them."""

    code: str
    given: str
    family: str
    middle: str = ""
    unit: str = ""
    roles: tuple[Literal["decide", "lead", "money"], ...] = ("decide",)
    substitutes: tuple[str, ...] = ()


class ServicesSection(Shape):
    """Service folders, who plays which role, who decides, where fees go.

    ``signers`` are certificates (DER, paths) of whose seals folders are believed, besides the
    member's own; ``unsigned`` lets folders in that nobody signed, as a demonstration always does.
    ``partners`` are the subsystems to which cases are handed over, and from which they are taken.
    A person has at most ``most-unfinished`` applications of one service that are not handed in,
    and begins it at most ``most-a-day`` times a day.
    ``papers`` is the origin of the portal where anybody checks its letters; without it none has a
    code.
    """

    folders: tuple[str, ...]
    zone: str
    signers: tuple[str, ...] = ()
    unsigned: bool = False
    providers: dict[str, str] = msgspec.field(default_factory=dict)
    partners: dict[str, str] = msgspec.field(default_factory=dict)
    units: dict[str, UnitSection] = msgspec.field(default_factory=dict)
    official: tuple[OfficialSection, ...] = ()
    account: str = ""
    bank: str = ""
    bank_number: str = ""
    most_unfinished: Annotated[int, msgspec.Meta(ge=1)] = 10
    most_a_day: Annotated[int, msgspec.Meta(ge=1)] = 30
    papers: str = ""


class SignInSection(Shape):
    """How people sign in at this node's own site: what it is at the national login.

    ``issuer`` is login's origin, ``client`` what the site is called there, ``secret`` a reference.
    """

    issuer: str
    client: str
    secret: str
    leads_to: tuple[str, ...] = ()


class BankSection(Shape):
    """The demonstration bank.

    ``login-origin`` is the national login as its tokens name it, ``client-id`` what the bank's
    site is called there, ``site`` where that site is, ``clerks`` who works here, by person code.
    """

    country: str
    bank_code: str
    login_origin: str
    client_id: str
    site: str
    clerks: tuple[str, ...] = ()


class PortalSection(Shape):
    """The citizen's portal: which services and registers it knows.

    ``patience`` is for how many seconds a page waits for a part that somebody else knows; then it
    is shown without, and says so. ``listen`` is every how many seconds providers are asked whether
    they are there: three silences in a row suspend one.
    """

    login: str
    inbox: str
    patience: Annotated[int, msgspec.Meta(ge=1, le=60)] = 2
    listen: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    catalogue: tuple["CatalogueSection", ...] = ()
    registers: tuple["RegisterSection", ...] = ()


class CatalogueSection(Shape):
    """One service of the catalogue."""

    id: str
    provider: str
    names: dict[str, str]
    organisation: dict[str, str]


class RegisterSection(Shape):
    """One register of the tracker, and the offer by which people read their own data.

    ``log-key`` and ``witness-keys`` are those by which its looks are proved on this portal;
    ``witnesses`` is how many of them must have cosigned.
    """

    client: str
    organisation: dict[str, str]
    own_offer: str
    own_basis: str
    log_key: str = ""
    witness_keys: tuple[str, ...] = ()
    witnesses: int = 1


class WitnessSection(Shape):
    """The witness: the logs it watches, each by origin and verifier key."""

    name: str
    logs: dict[str, str] = msgspec.field(default_factory=dict)


class LogSection(Shape):
    """The node's own log of looks, and who witnesses it."""

    origin: str
    witness_url: str = ""
    witness_key: str = ""


class RoleSection(Shape):
    """Which member plays a role in this state, and how people call it."""

    member: str
    names: dict[str, str]


class RightSection(Shape):
    """A right to call a service of this node: ``subsystem/service``; empty lists admit any."""

    client: str
    service: str
    purposes: tuple[str, ...] = ()
    legal_bases: tuple[str, ...] = ()


class NodeFile(Shape):
    """`node.toml` as it is written. A section that is absent is a component that is absent."""

    node: NodeSection
    people: PeopleSection
    state: StateSection
    exchange: ExchangeSection
    trust: TrustSection | None = None
    centre: CentreSection | None = None
    trusted_list: ListSection | None = None
    login: LoginSection | None = None
    identity: IdentitySection | None = None
    registers: RegistersSection | None = None
    sign_in: SignInSection | None = None
    services: ServicesSection | None = None
    appointments: AppointmentsSection | None = None
    bank: BankSection | None = None
    inbox: InboxSection | None = None
    portal: PortalSection | None = None
    witness: WitnessSection | None = None
    govstack: GovstackSection | None = None
    log: LogSection | None = None
    roles: dict[str, RoleSection] = msgspec.field(default_factory=dict)
    right: tuple[RightSection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """A node's configuration with its folder and its opened secrets.

    Attributes:
        folder: Where the file lies; paths start there.
        file: The values.
        passphrase: Opens the key store and the vault; it is in no file of this value.
    """

    folder: Path
    file: NodeFile
    passphrase: str

    @property
    def member(self) -> MemberId:
        """The member that owns the node."""
        return MemberId.parse(self.file.node.member)

    def client(self, subsystem: str) -> ClientId:
        """A subsystem of the owner."""
        return ClientId(self.member, subsystem)

    def secret(self, reference: str) -> str:
        """What a reference stands for: ``file:PATH`` or ``env:NAME``.

        Raises:
            ConfigRefused: For ``secret``.
        """
        return _secret(reference, self.folder)

    def path(self, name: str) -> Path:
        """A path of the file, from its folder."""
        return self.folder / name

    def content(self, name: str) -> bytes:
        """What is in a file of the node's folder that others brought there.

        Raises:
            ConfigRefused: For ``missing``.
        """
        try:
            return self.path(name).read_bytes()
        except OSError as error:
            message = f"{self.path(name)} can't be read: {error.strerror}"
            raise ConfigRefused(message, why="missing") from error

    def database_url(self, url: str) -> str:
        """A database's address; a relative SQLite file lies in the folder."""
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return f"{prefix}{self.folder / url.removeprefix(prefix)}"
        return url


def read_config(path: Path) -> NodeConfig:
    """Read a node's file and open its secrets.

    Raises:
        TomlRefused: The file has an unknown key or a wrong value.
        ConfigRefused: For ``file``, ``proxy`` or ``secret``.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ConfigRefused(f"{path} can't be read: {error.strerror}", why="file") from error
    file = read_toml(source, NodeFile, name=path.name)
    if file.people.card and not file.node.demonstration:
        raise ConfigRefused("people.card is for demonstrations only", why="demonstration")
    file.people.proxies()
    passphrase = _secret(file.state.passphrase, path.parent)
    return NodeConfig(folder=path.parent, file=file, passphrase=passphrase)


def explain(config: NodeConfig) -> list[tuple[str, str, str]]:
    """Every value, with where it came from: ``file`` or ``default``; secrets stay references."""
    written = read_written(config.folder / "node.toml")
    return list(with_sources(msgspec.to_builtins(config.file), written))


def read_written(path: Path) -> dict[str, Any]:
    """What the file itself says, without defaults."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _secret(reference: str, folder: Path) -> str:
    kind, _, name = reference.partition(":")
    if kind == "env":
        value = os.environ.get(name, "")
        if not value:
            raise ConfigRefused(f"the environment has no {name}", why="secret")
        return value
    if kind == "file":
        try:
            return (folder / name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigRefused(f"the secret file {name} can't be read", why="secret") from error
    raise ConfigRefused("a secret is `file:PATH` or `env:NAME`, never a value", why="secret")
