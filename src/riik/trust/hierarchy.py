"""A country's own authorities: root, issuing authority, OCSP responder, time-stamps.

`establish` makes them at the first start and finds them again at every other; a start that
was cut short is taken up where it ended, for a key that has no certificate yet gets one.
Keys stay in the key store. Which list names the authorities is decided by its publisher.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from riik.core import Clock, Database, Entropy, KeyId, KeyKind, Keys, Signer, Work
from riik.trust import profiles
from riik.trust.profiles import Organisation, Profile, make_certificate

__all__ = ["Authorities", "Authority", "Hierarchy", "establish", "new_serial"]

ROOT, ISSUING, OCSP, TSA = "root", "issuing", "ocsp", "tsa"
SERIAL_BYTES = 16
# Certificates begin a little before they are made, for clocks elsewhere run behind.
HEAD_START = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate, DER, and the signer of its key."""

    certificate: bytes
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Root, the authority that issues, and the two services that answer."""

    root: Authority
    issuing: Authority
    ocsp: Authority
    tsa: Authority


class Authorities(Protocol):
    """Where the authorities' certificates are kept; `store.AuthorityStore`."""

    def find(self, role: str, *, work: Work) -> bytes | None:
        """The certificate, DER, if there is one."""
        ...

    def add(self, role: str, certificate: bytes, *, work: Work) -> None:
        """Write one down, once for all."""
        ...


def new_serial(entropy: Entropy) -> int:
    """A positive serial number with 126 random bits (RFC 5280 §4.1.2.2: 20 bytes at most)."""
    number = int.from_bytes(entropy.bytes(SERIAL_BYTES), "big")
    return number >> 1 | 1 << (SERIAL_BYTES * 8 - 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ceremony:
    member: str
    keys: Keys
    store: Authorities
    database: Database
    began: datetime
    entropy: Entropy

    def authority(
        self, role: str, profile: Profile, *, kind: KeyKind, issuer: Authority | None
    ) -> Authority:
        """The authority of this role: found, or made and written down."""
        identifier = KeyId(self.member, f"trust-{role}")
        with self.database.read() as work:
            found = self.store.find(role, work=work)
        if found is not None:
            return Authority(found, self.keys.signer(identifier))
        if self.keys.has(identifier):
            signer = self.keys.signer(identifier)
        else:
            signer = self.keys.generate(identifier, kind)
        certificate = make_certificate(
            profile,
            public_key=signer.public_key,
            serial=new_serial(self.entropy),
            not_before=self.began,
            signer=signer if issuer is None else issuer.signer,
            issuer=None if issuer is None else issuer.certificate,
        )
        with self.database.work() as work:
            self.store.add(role, certificate, work=work)
        return Authority(certificate, signer)


def establish(
    organisation: Organisation,
    *,
    member: str,
    title: str,
    keys: Keys,
    store: Authorities,
    database: Database,
    clock: Clock,
    entropy: Entropy,
) -> Hierarchy:
    """Make or find this node's authorities.

    Authorities sign with P-384; the services that answer sign with P-256, eight times as
    many a second.

    Args:
        organisation: Who runs them; stands in every name.
        member: Whose keys they are in the key store.
        title: What their names begin with, such as ``Riik Demo``.
        keys: The node's key store.
        store: Where their certificates are kept.
        database: The node's database.
        clock: For the beginning of new certificates.
        entropy: For their serial numbers.
    """
    ceremony = _Ceremony(
        member=member,
        keys=keys,
        store=store,
        database=database,
        began=clock.now() - HEAD_START,
        entropy=entropy,
    )
    root = ceremony.authority(
        ROOT,
        profiles.root_authority(organisation, name=f"{title} Root"),
        kind=KeyKind.P384,
        issuer=None,
    )
    issuing = ceremony.authority(
        ISSUING,
        profiles.issuing_authority(organisation, name=f"{title} CA"),
        kind=KeyKind.P384,
        issuer=root,
    )
    return Hierarchy(
        root=root,
        issuing=issuing,
        ocsp=ceremony.authority(
            OCSP,
            profiles.ocsp_responder(organisation, name=f"{title} OCSP"),
            kind=KeyKind.P256,
            issuer=issuing,
        ),
        tsa=ceremony.authority(
            TSA,
            profiles.time_stamp_authority(organisation, name=f"{title} TSA"),
            kind=KeyKind.P256,
            issuer=issuing,
        ),
    )
