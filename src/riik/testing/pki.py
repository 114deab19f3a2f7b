"""PKI in a box: a root, an issuing authority, OCSP, time-stamps and whoever needs a key.

Everything is real and in memory: keys are made when asked for, certificates by
`riik.trust`'s own profiles, answers by its own responders. The switches make what goes
wrong in the world: expired, not yet valid, suspended, revoked, another issuer, late.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import new as new_hash

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from riik.core import KeyKind, MemberId, PersonCode
from riik.trust import profiles
from riik.trust.certificates import read_certificate
from riik.trust.model import CertificateStatus, ServiceKind, Standing, TrustAnchor
from riik.trust.ocsp import CertId
from riik.trust.profiles import Organisation, Person, Profile, make_certificate
from riik.trust.responders import TimeStampRequest, make_ocsp_response, make_token

__all__ = ["AT", "Credential", "MemoryKey", "PersonCredentials", "Pki", "make_pki"]

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""The time at which tests stand, unless they say another."""

POLICY = "1.3.6.1.4.1.99999.1.1"
TRUST_CENTRE = Organisation(country="EE", name="Usalduskeskus", code="70000009")

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class MemoryKey:
    """A `Signer` in memory, for tests and throw-away countries."""

    def __init__(self, kind: KeyKind = KeyKind.P256) -> None:
        self.kind = kind
        self.private: PrivateKey = _generate(kind)
        self.public_key = self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes, /) -> bytes:
        """Sign the message with the hash that fits the kind."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        chosen = hashes.SHA384() if self.kind is KeyKind.P384 else hashes.SHA256()
        return self.private.sign(message, ec.ECDSA(chosen))

    def pem(self) -> bytes:
        """The private key as unencrypted PKCS#8, for other people's programs."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _generate(kind: KeyKind) -> PrivateKey:
    if kind is KeyKind.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if kind is KeyKind.RSA2048:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if kind is KeyKind.P384 else ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class Credential:
    """A key and the certificate of it, DER."""

    key: MemoryKey
    certificate: bytes


@dataclass(frozen=True, slots=True)
class PersonCredentials:
    """A person's two keys, as on a card."""

    authentication: Credential
    signature: Credential


@dataclass(slots=True, kw_only=True)
class Pki:
    """One country's trust services at one standing time.

    Attributes:
        at: When its certificates were issued, and its answers are given by default.
        standings: What the OCSP responder says, by serial number; else good.
    """

    at: datetime
    kind: KeyKind
    root: Credential
    ca: Credential
    responder: Credential
    tsa: Credential
    standings: dict[int, Standing] = field(default_factory=dict)
    last_serial: int = 1000

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Issuing authority and root, DER, as intermediates of a path."""
        return (self.ca.certificate, self.root.certificate)

    @property
    def anchors(self) -> tuple[TrustAnchor, ...]:
        """What this country's trusted list names: issuing authority, OCSP, time-stamps."""
        since = self.at - timedelta(days=400)
        return (
            TrustAnchor.granted(self.ca.certificate, since=since),
            TrustAnchor.granted(self.responder.certificate, since=since, kind=ServiceKind.OCSP_QC),
            TrustAnchor.granted(self.tsa.certificate, since=since, kind=ServiceKind.TSA_QTST),
        )

    @property
    def root_anchor(self) -> TrustAnchor:
        """The root as the only anchor."""
        return TrustAnchor.granted(self.root.certificate, since=self.at - timedelta(days=400))

    def issue(
        self,
        profile: Profile,
        *,
        key: MemoryKey | None = None,
        public_key: bytes | None = None,
        issuer: Credential | None = None,
        expired: bool = False,
        not_yet_valid: bool = False,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Credential:
        """Issue a certificate, to ``key`` or a new one.

        Args:
            profile: What it says.
            key: Whose certificate it is.
            public_key: Another public key to certify (a card's), SubjectPublicKeyInfo.
            issuer: Another issuer than the issuing authority.
            expired: It ended an hour ago.
            not_yet_valid: It begins in an hour.
            not_before: Another beginning than a day ago.
            not_after: Another end than the profile's.
        """
        key = key or MemoryKey(self.kind)
        issuer = issuer or self.ca
        hour = timedelta(hours=1)
        begins = not_before or (self.at + hour if not_yet_valid else self.at - 24 * hour)
        self.last_serial += 1
        certificate = make_certificate(
            profile,
            public_key=public_key or key.public_key,
            serial=self.last_serial,
            not_before=begins,
            not_after=self.at - hour if expired else not_after,
            signer=issuer.key,
            issuer=issuer.certificate,
            addresses=profiles.Addresses(
                ocsp="http://127.0.0.1:1/ocsp", issuer="http://127.0.0.1:1/ca.crt"
            ),
        )
        return Credential(key, certificate)

    def person(
        self,
        code: str = "EE38001085718",
        *,
        given_name: str = "Jaak-Kristjan",
        surname: str = "Jõeorg",
        kind: KeyKind = KeyKind.P384,
        expired: bool = False,
        not_yet_valid: bool = False,
    ) -> PersonCredentials:
        """A person's sign-in and signature keys, P-384 as on the card."""
        person = Person(code=PersonCode(code), given_name=given_name, surname=surname)
        made = [
            self.issue(profile, key=MemoryKey(kind), expired=expired, not_yet_valid=not_yet_valid)
            for profile in (
                profiles.person_authentication(person),
                profiles.person_signature(person),
            )
        ]
        return PersonCredentials(*made)

    def seal(self, name: str = "Transpordiamet", *, code: str = "70001490") -> Credential:
        """An organisation's e-seal."""
        organisation = Organisation(country="EE", name=name, code=code)
        return self.issue(profiles.organisation_seal(organisation))

    def member(
        self, member: MemberId, *, server: str = "ss1", hosts: Sequence[str] = ("127.0.0.1",)
    ) -> tuple[Credential, Credential]:
        """A member's signing and its security server's TLS key on the exchange."""
        name = f"Member {member.code}"
        sign = profiles.exchange_signature(member, server=server, name=name, country="EE")
        tls = profiles.exchange_authentication(
            member, server=server, name=name, country="EE", hosts=hosts
        )
        return self.issue(sign), self.issue(tls)

    def suspend(self, certificate: bytes) -> None:
        """Let OCSP say ``certificateHold`` from an hour ago on."""
        self._stand(certificate, Standing(CertificateStatus.SUSPENDED, self._hour_ago, 6))

    def resume(self, certificate: bytes) -> None:
        """Let OCSP say good again."""
        self._stand(certificate, Standing(CertificateStatus.GOOD))

    def revoke(self, certificate: bytes, *, since: datetime | None = None) -> None:
        """Let OCSP say revoked, from an hour ago on or another time."""
        self._stand(certificate, Standing(CertificateStatus.REVOKED, since or self._hour_ago, 1))

    def forget(self, certificate: bytes) -> None:
        """Let OCSP say unknown."""
        self._stand(certificate, Standing(CertificateStatus.UNKNOWN))

    def ocsp(
        self,
        certificate: bytes,
        *,
        at: datetime | None = None,
        late: timedelta = timedelta(),
        nonce: bytes | None = None,
        responder: Credential | None = None,
        hash_name: str = "sha1",
    ) -> bytes:
        """The responder's answer about a certificate of the issuing authority.

        Args:
            certificate: Whose status.
            at: When it answers; the standing time by default.
            late: How much later than that it does.
            nonce: The request's.
            responder: Another responder, such as one that nobody delegated.
            hash_name: How CertID names the issuer.
        """
        read = read_certificate(certificate)
        asked = CertId.of(read, issuer=read_certificate(self.ca.certificate), hash_name=hash_name)
        chosen = responder or self.responder
        standing = self.standings.get(read.serial, Standing(CertificateStatus.GOOD))
        return make_ocsp_response(
            [(asked, standing)],
            responder=chosen.certificate,
            signer=chosen.key,
            at=(at or self.at) + late,
            nonce=nonce,
        )

    def timestamp(
        self,
        covered: bytes,
        *,
        at: datetime | None = None,
        hash_name: str = "sha256",
        nonce: int | None = None,
        tsa: Credential | None = None,
    ) -> bytes:
        """A time-stamp token over bytes (not their digest)."""
        chosen = tsa or self.tsa
        self.last_serial += 1
        request = TimeStampRequest(
            imprint=new_hash(hash_name, covered).digest(), hash_name=hash_name, nonce=nonce
        )
        return make_token(
            request,
            certificate=chosen.certificate,
            signer=chosen.key,
            policy=POLICY,
            serial=self.last_serial,
            at=at or self.at,
        )

    @property
    def _hour_ago(self) -> datetime:
        return self.at - timedelta(hours=1)

    def _stand(self, certificate: bytes, standing: Standing) -> None:
        self.standings[read_certificate(certificate).serial] = standing


def make_pki(*, at: datetime = AT, kind: KeyKind = KeyKind.P256) -> Pki:
    """A country's trust services, whose certificates began a year before ``at``."""
    began = at - timedelta(days=365)
    root_key, ca_key, ocsp_key, tsa_key = (MemoryKey(kind) for _ in range(4))
    root = Credential(
        root_key,
        make_certificate(
            profiles.root_authority(TRUST_CENTRE, name="Riik Test Root"),
            public_key=root_key.public_key,
            serial=1,
            not_before=began,
            signer=root_key,
        ),
    )

    def issued(profile: Profile, key: MemoryKey, by: Credential, serial: int) -> Credential:
        certificate = make_certificate(
            profile,
            public_key=key.public_key,
            serial=serial,
            not_before=began,
            signer=by.key,
            issuer=by.certificate,
        )
        return Credential(key, certificate)

    ca = issued(profiles.issuing_authority(TRUST_CENTRE, name="Riik Test CA"), ca_key, root, 2)
    responder = profiles.ocsp_responder(TRUST_CENTRE, name="Riik Test OCSP")
    stamping = profiles.time_stamp_authority(TRUST_CENTRE, name="Riik Test TSA")
    return Pki(
        at=at,
        kind=kind,
        root=root,
        ca=ca,
        responder=issued(responder, ocsp_key, ca, 3),
        tsa=issued(stamping, tsa_key, ca, 4),
    )
