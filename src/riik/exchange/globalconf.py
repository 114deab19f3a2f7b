"""The global configuration: who is a member, where are their servers, whom do they trust?

Implements the shared and private parameters of PR-GCONF (schema v6 as far as the exchange
needs them; v2–v5 are read as well). How they are signed and found is in `centre`. Pure.

A server's ``address`` is a host name or address, and may carry the ports that are not the usual
ones: ``host``, ``host:messages`` or ``host:messages:status`` (5500 and 5577 when absent), for
machines where the usual ones are taken. Other X-Road software understands only ``host``.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from xml.sax.saxutils import escape

from lxml import etree

from riik.core import ClientId, MemberId, ServerId
from riik.exchange.errors import (
    ConfigurationRefused,
)
from riik.formats import xml
from riik.trust import (
    ServiceKind,
    TrustAnchor,
)

__all__ = [
    "Authority",
    "GlobalConf",
    "Server",
    "Service",
    "read_shared",
    "write_private",
    "write_shared",
]

MESSAGE_PORT, STATUS_PORT = 5500, 5577

_ADDRESS = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5})(?::(\d{1,5}))?)?\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_XROAD = "http://x-road.eu/xsd/xroad.xsd"
_IDS = "http://x-road.eu/xsd/identifiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of trust: where it answers and the certificate it answers with, DER."""

    url: str
    certificate: bytes
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An approved certification authority with its OCSP responders.

    Attributes:
        authentication_only: Its certificates are for TLS between servers, not for signing.
    """

    name: str
    certificate: bytes
    intermediates: tuple[bytes, ...] = ()
    ocsp: tuple[Service, ...] = ()
    authentication_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A member's security server.

    Attributes:
        address: ``host``, ``host:5500`` or ``host:5500:5577``.
        certificate_hashes: SHA-256 of the TLS certificates it may use, DER.
        clients: The subsystems (and members) that live on it.
    """

    id: ServerId
    address: str
    certificate_hashes: frozenset[bytes]
    clients: frozenset[ClientId | MemberId]

    @property
    def endpoint(self) -> tuple[str, int, int]:
        """Host, port for messages, port for OCSP answers.

        Raises:
            ConfigurationRefused: For ``address``.
        """
        found = _ADDRESS.match(self.address)
        if found is None:
            raise ConfigurationRefused("a server's address is malformed", why="address")
        host, message, status = found.groups()
        return host, int(message or MESSAGE_PORT), int(status or STATUS_PORT)


@dataclass(frozen=True, kw_only=True)
class GlobalConf:
    """One instance's global configuration.

    Attributes:
        instance: The instance, such as ``EE-DEMO``.
        members: Each member's name and its subsystems with theirs.
        servers: All security servers.
        authorities: Whose certificates are taken.
        time_stampers: Whose time-stamps are taken.
        ocsp_freshness: How old an OCSP answer may be, seconds.
        stamping_interval: How often the message log is time-stamped, seconds.
    """

    instance: str
    members: Mapping[MemberId, str]
    subsystems: Mapping[ClientId, str] = field(default_factory=dict)
    servers: tuple[Server, ...] = ()
    authorities: tuple[Authority, ...] = ()
    time_stampers: tuple[Service, ...] = ()
    ocsp_freshness: int = 3600
    stamping_interval: int = 60

    @cached_property
    def hosts(self) -> Mapping[ClientId | MemberId, tuple[Server, ...]]:
        """On which servers each client lives."""
        found: dict[ClientId | MemberId, tuple[Server, ...]] = {}
        for server in self.servers:
            for client in server.clients:
                found[client] = (*found.get(client, ()), server)
        return found

    @cached_property
    def peers(self) -> Mapping[bytes, Server]:
        """Which server each TLS certificate belongs to, by SHA-256."""
        return {each: server for server in self.servers for each in server.certificate_hashes}

    @cached_property
    def issuers(self) -> tuple[TrustAnchor, ...]:
        """The authorities as anchors for certificates that sign messages."""
        return tuple(_anchor(each) for each in self.authorities if not each.authentication_only)

    @cached_property
    def tls_issuers(self) -> tuple[TrustAnchor, ...]:
        """The authorities as anchors for certificates of servers."""
        return tuple(_anchor(each) for each in self.authorities)

    @cached_property
    def intermediates(self) -> tuple[bytes, ...]:
        """Authorities below the approved ones, DER."""
        return tuple(each for authority in self.authorities for each in authority.intermediates)

    @cached_property
    def responders(self) -> tuple[TrustAnchor, ...]:
        """OCSP responders that are trusted directly."""
        return tuple(
            TrustAnchor.granted(service.certificate, since=_EPOCH, kind=ServiceKind.OCSP)
            for authority in self.authorities
            for service in authority.ocsp
            if service.certificate
        )

    @cached_property
    def stampers(self) -> tuple[TrustAnchor, ...]:
        """Time-stamping authorities as anchors."""
        return tuple(
            TrustAnchor.granted(each.certificate, since=_EPOCH, kind=ServiceKind.TSA)
            for each in self.time_stampers
        )


def _anchor(authority: Authority) -> TrustAnchor:
    return TrustAnchor.granted(authority.certificate, since=_EPOCH, kind=ServiceKind.CA_PKC)


# --- shared and private parameters ------------------------------------------------------------


def read_shared(document: bytes, *, private: bytes | None = None) -> GlobalConf:
    """Read shared parameters of any schema version from 2 to 6.

    Raises:
        ConfigurationRefused: For ``shared-parameters``.
    """
    root = conf_root(document, "conf", why="shared-parameters")
    try:
        return _shared(root, _interval(private))
    except (ValueError, KeyError) as error:
        raise ConfigurationRefused(
            "the shared parameters are malformed", why="shared-parameters"
        ) from error


def _interval(private: bytes | None) -> int:
    if private is None:
        return 60
    root = conf_root(private, "conf", why="private-parameters")
    return int(root.findtext("timeStampingIntervalSeconds") or 60)


def _shared(root: etree._Element, interval: int) -> GlobalConf:
    instance = text_at(root, "instanceIdentifier")
    members: dict[MemberId, str] = {}
    subsystems: dict[ClientId, str] = {}
    named: dict[str, ClientId | MemberId] = {}
    for each in root.iterfind("member"):
        code = text_at(each, "memberCode")
        member = MemberId(instance, text_at(each, "memberClass/code"), code)
        members[member] = text_at(each, "name")
        named[each.get("id", "")] = member
        for below in each.iterfind("subsystem"):
            client = ClientId(member, text_at(below, "subsystemCode"))
            subsystems[client] = below.findtext("subsystemName") or ""
            named[below.get("id", "")] = client
    return GlobalConf(
        instance=instance,
        members=members,
        subsystems=subsystems,
        servers=tuple(_server(each, named) for each in root.iterfind("securityServer")),
        authorities=tuple(_authority(each) for each in root.iterfind("approvedCA")),
        time_stampers=tuple(
            Service(url=text_at(each, "url"), certificate=_bytes(each, "cert"), name=_name(each))
            for each in root.iterfind("approvedTSA")
        ),
        ocsp_freshness=int(root.findtext("globalSettings/ocspFreshnessSeconds") or 3600),
        stamping_interval=interval,
    )


def _server(each: etree._Element, named: Mapping[str, ClientId | MemberId]) -> Server:
    owner = named[text_at(each, "owner")]
    if not isinstance(owner, MemberId):
        raise ConfigurationRefused("a subsystem owns no server", why="shared-parameters")
    hashed = [value for tag in ("authCertHash", "authCertHashes") for value in each.iterfind(tag)]
    clients = [named[(client.text or "").strip()] for client in each.iterfind("client")]
    return Server(
        id=ServerId(owner, text_at(each, "serverCode")),
        address=each.findtext("address") or "",
        certificate_hashes=frozenset(decoded(value.text) for value in hashed),
        clients=frozenset([owner, *clients]),
    )


def _authority(each: etree._Element) -> Authority:
    responders = [*each.iterfind("topCA/ocsp"), *each.iterfind("intermediateCA/ocsp")]
    return Authority(
        name=_name(each),
        certificate=_bytes(each, "topCA/cert"),
        intermediates=tuple(_bytes(ca, "cert") for ca in each.iterfind("intermediateCA")),
        ocsp=tuple(
            Service(url=text_at(ocsp, "url"), certificate=decoded(ocsp.findtext("cert")))
            for ocsp in responders
        ),
        authentication_only=each.findtext("authenticationOnly") == "true",
    )


def _name(each: etree._Element) -> str:
    return each.findtext("name") or ""


def text_at(element: etree._Element, path: str) -> str:
    """The text of an element below, without blanks around; never empty."""
    found = (element.findtext(path) or "").strip()
    if not found:
        raise ValueError(f"{path} is missing")
    return found


def _bytes(element: etree._Element, path: str) -> bytes:
    return decoded(text_at(element, path))


def decoded(text: str | None) -> bytes:
    """A base64 value; certificates that stand there as PEM are read as well."""
    content = b64decode((text or "").strip())
    if content.startswith(b"-----BEGIN"):
        return b64decode(b"".join(content.split(b"-----")[2].split()))
    return content


def conf_root(document: bytes, name: str, *, why: str) -> etree._Element:
    """The root element, which must be ``name`` in X-Road's namespace."""
    root = xml.parse(document)
    if root.tag != f"{{{_XROAD}}}{name}":
        raise ConfigurationRefused(f"this is no {name}", why=why)
    return root


def write_shared(conf: GlobalConf) -> bytes:
    """Write shared parameters, schema version 6, in a stable order."""
    numbers: dict[ClientId | MemberId, str] = {}
    everyone: list[ClientId | MemberId] = [*sorted(conf.members), *sorted(conf.subsystems)]
    for number, each in enumerate(everyone):
        numbers[each] = f"id{number}"
    body = "".join(
        [
            tag("instanceIdentifier", conf.instance),
            *(_write_authority(each) for each in conf.authorities),
            *(
                f"<approvedTSA>{tag('name', each.name)}{tag('url', each.url)}"
                f"{tag('cert', base64_text(each.certificate))}</approvedTSA>"
                for each in conf.time_stampers
            ),
            *(_write_member(each, conf, numbers) for each in sorted(conf.members)),
            *(_write_server(each, numbers) for each in conf.servers),
            "<globalSettings>",
            *(
                f"<memberClass>{tag('code', each)}{tag('description', each)}</memberClass>"
                for each in sorted({member.member_class for member in conf.members})
            ),
            tag("ocspFreshnessSeconds", str(conf.ocsp_freshness)),
            "</globalSettings>",
        ]
    )
    return conf_document("conf", body)


def _write_authority(each: Authority) -> str:
    responders = "".join(
        f"<ocsp>{tag('url', ocsp.url)}"
        + (tag("cert", base64_text(ocsp.certificate)) if ocsp.certificate else "")
        + "</ocsp>"
        for ocsp in each.ocsp
    )
    below = "".join(
        f"<intermediateCA>{tag('cert', base64_text(one))}</intermediateCA>"
        for one in each.intermediates
    )
    return (
        f"<approvedCA>{tag('name', each.name)}"
        f"{tag('authenticationOnly', str(each.authentication_only).lower())}"
        f"<topCA>{tag('cert', base64_text(each.certificate))}{responders}</topCA>"
        f"{below}</approvedCA>"
    )


def _write_member(
    member: MemberId, conf: GlobalConf, numbers: Mapping[ClientId | MemberId, str]
) -> str:
    below = "".join(
        f'<subsystem id="{numbers[client]}">{tag("subsystemCode", client.subsystem)}'
        f"{tag('subsystemName', name)}</subsystem>"
        for client, name in sorted(conf.subsystems.items())
        if client.member == member
    )
    return (
        f'<member id="{numbers[member]}"><memberClass>{tag("code", member.member_class)}'
        f"{tag('description', member.member_class)}</memberClass>"
        f"{tag('memberCode', member.code)}{tag('name', conf.members[member])}{below}</member>"
    )


def _write_server(server: Server, numbers: Mapping[ClientId | MemberId, str]) -> str:
    hashed = "".join(tag("authCertHash", base64_text(h)) for h in sorted(server.certificate_hashes))
    clients = "".join(tag("client", numbers[client]) for client in sorted(server.clients, key=str))
    return (
        f"<securityServer>{tag('owner', numbers[server.id.owner])}"
        f"{tag('serverCode', server.id.server)}{tag('address', server.address)}"
        f"{hashed}{clients}</securityServer>"
    )


def write_private(conf: GlobalConf) -> bytes:
    """Write private parameters: the instance and the time-stamping interval."""
    return conf_document(
        "conf",
        tag("instanceIdentifier", conf.instance)
        + tag("timeStampingIntervalSeconds", str(conf.stamping_interval)),
    )


def conf_document(name: str, body: str) -> bytes:
    """A document whose root is ``name`` in X-Road's namespace."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xroad:{name} xmlns:xroad="{_XROAD}" xmlns:id="{_IDS}">{body}</xroad:{name}>\n'
    ).encode()


def tag(name: str, text: str) -> str:
    """An element without attributes."""
    return f"<{name}>{escape(text)}</{name}>"


def base64_text(content: bytes) -> str:
    """Bytes as base64 text."""
    return b64encode(content).decode("ascii")


# --- identifiers as XML (PR-MESS §2.1) --------------------------------------------------------

_KINDS = {
    "MEMBER": ("xRoadInstance", "memberClass", "memberCode"),
    "SUBSYSTEM": ("xRoadInstance", "memberClass", "memberCode", "subsystemCode"),
    "SERVER": ("xRoadInstance", "memberClass", "memberCode", "serverCode"),
    "GLOBALGROUP": ("xRoadInstance", "groupCode"),
    "LOCALGROUP": ("groupCode",),
    "SERVICE": ("xRoadInstance", "memberClass", "memberCode", "serviceCode"),
}
_OPTIONAL = {"SERVICE": {"subsystemCode", "serviceVersion"}}


def read_identifier(document: bytes) -> tuple[str, dict[str, str]]:
    """Read an identifier element: its kind and its parts by their names.

    Raises:
        ConfigurationRefused: For ``identifier``.
    """
    root = xml.parse(document)
    kind = root.get(f"{{{_IDS}}}objectType", "")
    parts = {etree.QName(each).localname: (each.text or "").strip() for each in root}
    wanted = set(_KINDS.get(kind, ()))
    if not wanted or not wanted <= set(parts) <= wanted | _OPTIONAL.get(kind, set()):
        raise ConfigurationRefused("an identifier has other parts", why="identifier")
    if not all(parts.values()):
        raise ConfigurationRefused("a part of an identifier is empty", why="identifier")
    return kind, parts
