"""Who asks, when a proxy stands between: the proxy's word is taken, and nobody else's.

Behind a proxy every connection comes from one address, so that whatever counts by source would
count a whole country as one. Proxies write the address they were asked from into a header:
``X-Forwarded-For`` (each appends), or ``Forwarded`` (RFC 7239 §4, §5.2, §6). Anybody can send
either, so only what trusted peers wrote is believed: hops are read from the right, and the first
that is no proxy of ours is who asked; what stands left of it, that one wrote itself.

One header is read, the one that our proxies write: of the other they may pass on what came.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["BehindProxies", "Network", "ProxyHeader", "asker", "networks_of"]

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
ProxyHeader = Literal["x-forwarded-for", "forwarded"]

# RFC 7239 §4: commas and semicolons divide outside of quotes only. What is read came from anyone,
# so nothing here goes back over what it has read: the time grows with the length, not its square.
QUOTED = r'"(?:[^"\\]|\\.)*+"'
WHOLE = re.compile(rf'(?:[^"\\]|{QUOTED})*+\Z')
ELEMENT = re.compile(rf'(?:{QUOTED}|[^",])++')
PARAMETER = re.compile(rf'(?:{QUOTED}|[^";])++')
WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindProxies:
    """An application that is told who asks, and not which proxy passed it on.

    Attributes:
        app: Reads ``scope["client"]`` as before; behind a proxy its port is 0.
        trusted: Networks of our proxies.
        header: In which header they write.
    """

    app: ASGIApp
    trusted: Sequence[Network]
    header: ProxyHeader = "x-forwarded-for"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        peer = scope.get("client")
        if scope["type"] == "http" and peer is not None:
            lines = Headers(scope=scope).getlist(self.header)
            host = asker(peer[0], lines, trusted=self.trusted, header=self.header)
            if host != peer[0]:
                scope = {**scope, "client": (host, 0)}
        await self.app(scope, receive, send)


def asker(
    peer: str, lines: Sequence[str], *, trusted: Sequence[Network], header: ProxyHeader
) -> str:
    """The address of who asked, as far as proxies of ours vouch for it.

    Args:
        peer: Address of the connection.
        lines: Every line of the header, in order; all of them are one list (RFC 9110 §5.3).
        trusted: Networks of our proxies.
        header: Which header it is.
    """
    found = _address(peer)
    if found is None or not _is_in(found, trusted):
        return peer
    hops = _elements(lines) if header == "forwarded" else _parts(lines)
    for hop in hops:
        # A proxy that does not know, or says it in signs (RFC 7239 §6.2, §6.3), vouches for nobody.
        if (address := _address(hop)) is None:
            break
        found = address
        if not _is_in(address, trusted):
            break
    return str(found)


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as an operator writes them, ``10.0.0.0/8`` or one address.

    Raises:
        ValueError: One is no network, or all addresses there are.
    """
    networks = tuple(ip_network(text) for text in texts)
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("that is everyone; name the proxies alone")
    return networks


def _parts(lines: Sequence[str]) -> Iterator[str]:
    """The hops of ``X-Forwarded-For``, from the right."""
    for line in reversed(lines):
        yield from (part.strip() for part in reversed(line.split(",")))


def _elements(lines: Sequence[str]) -> Iterator[str]:
    """What ``for`` says in each element of ``Forwarded``, from the right; empty without one."""
    for line in reversed(lines):
        if WHOLE.match(line) is None:
            yield ""
            return
        for element in reversed(ELEMENT.findall(line)):
            pairs = (part.partition("=") for part in PARAMETER.findall(element))
            said = {name.strip().lower(): value.strip() for name, _, value in pairs}
            yield re.sub(r"\\(.)", r"\1", said.get("for", "").strip('"'))


def _address(text: str) -> Address | None:
    """An address with or without a port; IPv4 in IPv6 is IPv4."""
    if fits := WITH_PORT.match(text):
        text = fits[1] or fits[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
