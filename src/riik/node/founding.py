"""Founding: keys, certificates and membership of organisations that begin together.

A member makes its keys, the Trust Centre certifies them, the centre registers member and server;
each step may be repeated and finds what an earlier one made. The demonstration country does all
of it in one program; in life each step is done by another organisation, with papers in between.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from riik.core import ClientId, KeyId, KeyKind, MemberId, ServerId, Signer
from riik.exchange.centre import Anchor, Centre, write_anchor
from riik.exchange.globalconf import Server
from riik.runtime.entropy import SystemEntropy
from riik.runtime.files import Disk
from riik.runtime.keys import FileKeys
from riik.transparency import verifier_key
from riik.transparency.notes import KeyType
from riik.trust import (
    Organisation,
    exchange_authentication,
    exchange_signature,
    list_signer,
    organisation_seal,
)
from riik.trust.component import Order, Trust

__all__ = ["Membership", "certify", "join", "log_key", "write_anchors"]

SERVER = "ss1"
AUTHORITY = "authority"
LOGIN_SECRET = "login-client-secret"  # noqa: S105 - a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An organisation that joins, and where its node's files are.

    Attributes:
        folder: The node's folder.
        role: What it is in the state, such as ``transport``.
        member: Its identifier.
        name: Its name in certificates.
        country: ISO 3166-1 alpha-2, upper case.
        subsystems: What it brings to the exchange.
        host: Where its security server listens.
        address: What the global configuration calls the server.
        key_cost: scrypt's N of a new key store.
    """

    folder: Path
    role: str
    member: MemberId
    name: str
    country: str
    subsystems: tuple[str, ...]
    host: str
    address: str
    key_cost: int = 32_768

    def keys(self) -> FileKeys:
        """The key store; it is made, with a passphrase beside it, where there is none."""
        Disk().folder(self.folder)
        path = self.folder / "passphrase"
        if not path.exists():
            Disk().write(path, SystemEntropy().bytes(32).hex().encode())
        passphrase = path.read_text(encoding="utf-8")
        return FileKeys(self.folder / "keys", passphrase, cost=self.key_cost)

    def login_secret(self) -> str:
        """SHA-256 of the secret that the member's site brings to login, hexadecimal.

        The secret is made where there is none, in a file of the member's own; login is told
        the digest alone.
        """
        Disk().folder(self.folder)
        path = self.folder / LOGIN_SECRET
        if not path.exists():
            Disk().write(path, urlsafe_b64encode(SystemEntropy().bytes(32)).rstrip(b"="))
        return sha256(path.read_bytes().strip()).hexdigest()

    def signer(self, purpose: str, kind: KeyKind = KeyKind.P256) -> Signer:
        """The member's key for a purpose; made where there is none."""
        return self.signers([purpose], kind)[0]

    def signers(self, purposes: Sequence[str], kind: KeyKind = KeyKind.P256) -> list[Signer]:
        """The member's keys for purposes, the store opened once: that takes its time."""
        store, keys = self.keys(), [KeyId(str(self.member), purpose) for purpose in purposes]
        return [store.signer(key) if store.has(key) else store.generate(key, kind) for key in keys]

    def certificate(self, purpose: str) -> Path:
        """Where a certificate is kept."""
        return self.folder / "certificates" / f"{purpose}.der"


def log_key(membership: Membership, *, origin: str, witness: bool = False) -> str:
    """The verifier key of a member's log of looks, or of its witness, made where there is none."""
    signer = membership.signer("witness" if witness else "log", KeyKind.ED25519)
    if witness:
        return str(verifier_key(signer, name=origin, type=KeyType.COSIGNATURE))
    return str(verifier_key(signer, name=origin))


def certify(memberships: Sequence[Membership], trust: Trust) -> None:
    """Have every member's keys certified, and bring each the authorities' certificates."""
    disk = Disk()
    orders, places = [], []
    for membership in memberships:
        disk.folder(membership.folder / "certificates")
        for purpose, order in _orders(membership).items():
            orders.append(order)
            places.append(membership.certificate(purpose))
    for place, certificate in zip(places, trust.issue_many(orders), strict=True):
        disk.write(place, certificate)
    for membership in memberships:
        for name, certificate in _authorities(trust).items():
            disk.write(membership.certificate(name), certificate)


def write_anchors(memberships: Sequence[Membership], *, origin: str) -> None:
    """Bring every member the anchor: where the configuration is, and who signs it."""
    [authority] = [one for one in memberships if one.role == AUTHORITY]
    certificate = authority.certificate("centre").read_bytes()
    anchor = Anchor(
        instance=authority.member.instance,
        sources=((f"{origin}/internalconf", (certificate,)),),
    )
    for membership in memberships:
        Disk().write(membership.folder / "anchor.xml", write_anchor(anchor))


def join(memberships: Sequence[Membership], centre: Centre) -> None:
    """Register members, subsystems and servers, and publish the global configuration."""
    for membership in memberships:
        subsystems = {one: one for one in membership.subsystems}
        centre.join(membership.member, name=membership.name, subsystems=subsystems)
    for membership in memberships:
        certificate = membership.certificate("exchange-tls").read_bytes()
        centre.join_server(
            Server(
                id=ServerId(membership.member, SERVER),
                address=membership.address,
                certificate_hashes=frozenset({sha256(certificate).digest()}),
                clients=frozenset(_clients(membership)),
            )
        )
    centre.publish()


def _clients(membership: Membership) -> list[ClientId]:
    return [ClientId(membership.member, one) for one in membership.subsystems]


def _orders(membership: Membership) -> dict[str, Order]:
    """The certificates a member needs, by purpose."""
    name, country = membership.name, membership.country
    organisation = Organisation(country=country, name=name, code=membership.member.code)
    profiles = {
        "exchange-sign": exchange_signature(
            membership.member, server=SERVER, name=name, country=country
        ),
        "exchange-tls": exchange_authentication(
            membership.member, server=SERVER, name=name, country=country, hosts=(membership.host,)
        ),
        "seal": organisation_seal(organisation),
    }
    if membership.role == AUTHORITY:
        profiles |= {
            "centre": organisation_seal(organisation),
            "statements": organisation_seal(organisation),
            "list": list_signer(organisation, name=f"{name} list"),
        }
    signers = membership.signers(list(profiles))
    return {
        purpose: Order(
            key=f"{membership.member}/{purpose}/{membership.host}",
            profile=profile,
            public_key=signer.public_key,
        )
        for (purpose, profile), signer in zip(profiles.items(), signers, strict=True)
    }


def _authorities(trust: Trust) -> dict[str, bytes]:
    made = trust.hierarchy
    return {
        "root": made.root.certificate,
        "issuing": made.issuing.certificate,
        "ocsp": made.ocsp.certificate,
        "tsa": made.tsa.certificate,
    }
