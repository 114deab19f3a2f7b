"""Who asks, behind proxies: theirs is believed, from the right, and what anybody forges is not."""

import asyncio
from ipaddress import ip_network

import pytest

from riik.runtime.web import BehindProxies
from riik.runtime.web.proxies import asker

OURS = tuple(ip_network(one) for one in ("10.0.0.0/8", "127.0.0.1/32", "2001:db8:1::/48"))
PROXY, STRANGER, OTHER = "10.0.0.7", "198.51.100.4", "203.0.113.9"


def found(peer, *lines, header="x-forwarded-for"):
    return asker(peer, lines, trusted=OURS, header=header)


def client_of(peer, *fields, trusted=OURS, header="x-forwarded-for"):
    """What an application behind it reads in its scope."""
    told = []

    async def app(scope, receive, send):
        told.append(scope.get("client"))

    headers = [(name.encode(), value.encode()) for name, value in fields]
    scope = {"type": "http", "headers": headers, "client": peer}
    asyncio.run(BehindProxies(app=app, trusted=trusted, header=header)(scope, None, None))
    return told[0]


@pytest.mark.parametrize(
    "fields",
    [
        [("x-forwarded-for", OTHER)],
        [("x-forwarded-for", f"{OTHER}, {PROXY}")],
        [("forwarded", f"for={OTHER}")],
        [("x-forwarded-for", OTHER), ("forwarded", f"for={OTHER}"), ("x-real-ip", OTHER)],
    ],
    ids=["alone", "with-a-proxy-s-address", "the-other-header", "all-of-them"],
)
@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_a_stranger_s_word_about_themselves_is_nothing(fields, header):
    assert client_of((STRANGER, 5), *fields, header=header) == (STRANGER, 5)


def test_without_trusted_proxies_nobody_is_believed():
    peer = ("127.0.0.1", 5)
    assert client_of(peer, ("x-forwarded-for", OTHER), trusted=()) == peer


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        ([f"{OTHER}, {STRANGER}"], STRANGER),
        ([f"10.0.0.1, {OTHER}, {STRANGER}"], STRANGER),
        ([f"{OTHER}, {STRANGER}, 10.0.0.9"], STRANGER),
        ([OTHER, STRANGER], STRANGER),
        ([OTHER, f"{STRANGER}, 10.0.0.9"], STRANGER),
    ],
    ids=["one-forged", "a-proxy-forged", "two-proxies", "a-line-forged", "lines-and-proxies"],
)
def test_what_stands_left_of_a_stranger_is_the_stranger_s(lines, who):
    assert found(PROXY, *lines) == who


@pytest.mark.parametrize(
    "line",
    [
        "",
        "unknown",
        "_hidden",
        f"{OTHER}, unknown",
        f"{OTHER},",
        "1.2.3",
        "1.2.3.4.5",
        "::1::",
        "%",
    ],
)
def test_a_proxy_that_does_not_know_vouches_for_nobody(line):
    assert found(PROXY, line) == PROXY


def test_the_other_header_passes_a_proxy_and_is_not_read():
    forged = [("forwarded", f"for={OTHER}"), ("x-forwarded-for", STRANGER)]
    assert client_of((PROXY, 5), *forged) == (STRANGER, 0)
    forged = [("x-forwarded-for", OTHER), ("forwarded", f"for={STRANGER}")]
    assert client_of((PROXY, 5), *forged, header="forwarded") == (STRANGER, 0)


@pytest.mark.parametrize(
    "line",
    [
        f'for={OTHER};by="',
        f'for="{OTHER}, for={STRANGER}',
        f"for={OTHER}, by={PROXY}",
        f"for={OTHER}, for=unknown",
        f"for={OTHER}, for=_gazonk",
        f"for={OTHER}, {STRANGER}",
        f"for={OTHER}\\",
    ],
)
def test_an_element_that_names_nobody_hides_those_before_it(line):
    """RFC 7239 §4, §6.2, §6.3."""
    assert found(PROXY, line, header="forwarded") == PROXY


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ('For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
        ('by="a;for=1.2.3.4,x";FOR="192.0.2.43:47011"', "192.0.2.43"),
        (f"for={STRANGER}, for=10.0.0.9;proto=https", STRANGER),
        (r'for="\1\92.0.2.60"', "192.0.2.60"),
    ],
)
def test_the_standard_s_own_header_is_read(line, who):
    """RFC 7239 §4's examples, and what stands in quotes."""
    assert found(PROXY, line, header="forwarded") == who


@pytest.mark.parametrize(
    ("peer", "line", "who"),
    [
        (PROXY, f"{STRANGER}:4711", STRANGER),
        (PROXY, "2001:db8:2::1", "2001:db8:2::1"),
        ("2001:db8:1::5", "[2001:db8:2::1]:443", "2001:db8:2::1"),
        ("::ffff:10.0.0.7", f"::ffff:{STRANGER}", STRANGER),
        (PROXY, "10.1.1.1, 10.0.0.9", "10.1.1.1"),
    ],
    ids=["a-port", "ipv6", "ipv6-and-port", "ipv4-in-ipv6", "all-are-ours"],
)
def test_addresses_are_written_in_many_ways(peer, line, who):
    assert found(peer, line) == who


@pytest.mark.parametrize("peer", [None, ("testclient", 1)])
def test_a_peer_without_an_address_is_left_alone(peer):
    assert client_of(peer, ("x-forwarded-for", OTHER)) == peer
