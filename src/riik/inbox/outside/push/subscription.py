"""Where a browser takes messages: its address and its keys, as the page handed them over. Pure.

Push API §8. The address is a stranger's word: whoever names one makes this node call it, so it is
HTTPS, without a user, on the usual port, and no address of a private network. That its *name* leads
to none either is seen to when it is called (`client`).
"""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from riik.formats.jose import JwsRefused, decode_base64url
from riik.inbox.errors import PushRefused

__all__ = ["Browser", "is_public", "read_browser"]

MOST_ADDRESS = 600
_GATEWAYS = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
"""Addresses whose end is one of version 4 (RFC 4291 §2.5.5.1, RFC 6052 §2.1)."""

_LOCAL = (IPv6Network("fec0::/10"), IPv6Network("64:ff9b:1::/48"))
"""Of a site (RFC 3879), and of a network's own gateway (RFC 8215)."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One browser of one person.

    Attributes:
        endpoint: The push service's address for it.
        key: Its public key, P-256, uncompressed, 65 bytes (RFC 8291 §2).
        secret: The authentication secret, 16 bytes (RFC 8291 §3.2).
    """

    endpoint: str = field(repr=False)
    key: bytes = field(repr=False)
    secret: bytes = field(repr=False)


class _Keys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct, frozen=True):
    endpoint: str
    keys: _Keys


def read_browser(content: bytes) -> Browser:
    """A `PushSubscription` as its ``toJSON`` writes it.

    Raises:
        PushRefused: For ``json``, ``address`` or ``key``.
    """
    try:
        told = msgspec.json.decode(content, type=_Subscription)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise PushRefused("this is no browser's subscription", why="json") from error
    _check_address(told.endpoint)
    try:
        key, secret = decode_base64url(told.keys.p256dh), decode_base64url(told.keys.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except (JwsRefused, ValueError) as error:
        raise PushRefused("this is no key of a browser", why="key") from error
    if len(key) != 65 or len(secret) != 16:
        raise PushRefused("this is no key of a browser", why="key")
    return Browser(endpoint=told.endpoint, key=key, secret=secret)


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise PushRefused("no message goes to such an address", why="address") from error
    plain = address.isascii() and address.isprintable() and " " not in address
    usual = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    # A name, never a number: 127.1, 0x7f000001 and [::1] have no letter after their last dot.
    named = bool(_HOST.fullmatch(host)) and host.rpartition(".")[2].isalpha()
    if not (plain and usual and named) or parts.fragment or len(address) > MOST_ADDRESS:
        raise PushRefused("no message goes to such an address", why="address")


def is_public(address: str) -> bool:
    """Does this IP address lie outside every private, local and reserved network?

    One of version 6 that carries one of version 4 leads where that one does.
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if any(found in network for network in _LOCAL):
            return False
        found = _carried(found) or found
    return found.is_global and not found.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _GATEWAYS):
        return IPv4Address(address.packed[-4:])
    # RFC 4291 §2.5.5.2, RFC 3056 §2.
    return address.ipv4_mapped or address.sixtofour
