"""Whom may one believe: is this certificate the member's, the server's, and is it good now?

Implements the checks of PR-MESSTRANSP §5 on certificates: path to an authority that the global
configuration approves, the member that the subject names, a fresh OCSP answer. Pure: OCSP
responses are given, and what is remembered follows from the bytes alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import MemberId
from riik.exchange.errors import InvalidSignature, PeerRefused, RevocationUnknown, UnknownMember
from riik.exchange.globalconf import GlobalConf, Server
from riik.trust import (
    Certificate,
    CertificateRefused,
    NotGood,
    Revocation,
    TrustRefused,
    exchange_member,
    read_certificate,
    validate_path,
    verify_ocsp,
)

__all__ = ["Believed", "Believer", "member_of"]

MOST_REMEMBERED = 4096

_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Believed:
    """A certificate whose path was validated: its key, who it names, who issued it."""

    key: PublicKeyTypes
    certificate: Certificate
    issuer: bytes
    named: tuple[MemberId | None, str]

    def names(self, member: MemberId) -> bool:
        """Does it name this member?"""
        whole, code = self.named
        return whole == member if whole is not None else code == member.code


class Believer:
    """Answers whether certificates may be believed, and remembers what costs to find out.

    Only what bytes alone decide is remembered, and only as long as the configuration stays
    the same; validity and age are compared with the clock each time.
    """

    def __init__(self) -> None:
        self._conf: GlobalConf | None = None
        self._paths: dict[tuple[bytes, bool], Believed] = {}
        self._statuses: dict[tuple[bytes, bytes], Revocation] = {}

    def signer(
        self, certificate: bytes, *, member: MemberId, conf: GlobalConf, at: datetime
    ) -> Believed:
        """Believe that a certificate is this member's, for signing messages (PR-MESSTRANSP §5).

        Raises:
            InvalidSignature: For ``signer-member`` or ``signer-path``.
        """
        try:
            found = self._path(certificate, tls=False, conf=conf, at=at)
        except TrustRefused as error:
            raise InvalidSignature(f"the signer: {error}", why="signer-path") from error
        if not found.names(member):
            raise InvalidSignature("the signer is another member", why="signer-member")
        return found

    def peer(
        self, certificate: bytes, *, conf: GlobalConf, at: datetime
    ) -> tuple[Server, Believed]:
        """Believe that a TLS certificate is one of a registered server's.

        Raises:
            PeerRefused: For ``unknown-certificate`` or ``path``.
        """
        server = conf.peers.get(sha256(certificate).digest())
        if server is None:
            raise PeerRefused("no server has this certificate", why="unknown-certificate")
        try:
            return server, self._path(certificate, tls=True, conf=conf, at=at)
        except TrustRefused as error:
            raise PeerRefused(f"the peer's certificate: {error}", why="path") from error

    def issuer(self, certificate: bytes, *, conf: GlobalConf, at: datetime) -> bytes:
        """Who issued one of our own certificates, DER.

        Raises:
            PathRefused: As `validate_path`.
        """
        return self._path(certificate, tls=True, conf=conf, at=at).issuer

    def require_good(
        self, believed: Believed, responses: Sequence[bytes], *, conf: GlobalConf, at: datetime
    ) -> None:
        """Require a fresh OCSP answer that says good, among those given.

        Raises:
            InvalidSignature: For ``revoked``, ``suspended`` or ``unknown``.
            RevocationUnknown: For ``too-old`` or ``missing``.
        """
        why = "missing"
        for response in responses:
            try:
                status = self._status(response, believed, conf)
                status.require_good()
            except NotGood as error:
                raise InvalidSignature(str(error), why=error.why) from error
            except TrustRefused:
                continue
            age = at - status.this_update
            if -_SKEW <= age <= timedelta(seconds=conf.ocsp_freshness):
                return
            why = "too-old"
        raise RevocationUnknown("no fresh OCSP answer for a certificate", why=why)

    def _path(self, certificate: bytes, *, tls: bool, conf: GlobalConf, at: datetime) -> Believed:
        if self._conf is not conf or len(self._paths) + len(self._statuses) > MOST_REMEMBERED:
            self._conf = conf
            self._paths.clear()
            self._statuses.clear()
        found = self._paths.get((certificate, tls))
        if found is None or not found.certificate.holds_at(at):
            path = validate_path(
                certificate,
                intermediates=conf.intermediates,
                anchors=conf.tls_issuers if tls else conf.issuers,
                at=at,
            )
            issuer = path.certificates[1] if len(path.certificates) > 1 else path.end
            key = load_der_public_key(path.end.public_key)
            found = self._paths[certificate, tls] = Believed(
                key, path.end, issuer.der, _named(path.end)
            )
        return found

    def _status(self, response: bytes, believed: Believed, conf: GlobalConf) -> Revocation:
        known = (response, believed.certificate.der)
        if known not in self._statuses:
            self._statuses[known] = verify_ocsp(
                response,
                certificate=believed.certificate.der,
                issuer=believed.issuer,
                anchors=conf.responders,
            )
        return self._statuses[known]


def _named(certificate: Certificate) -> tuple[MemberId | None, str]:
    """The member that a signing certificate names, or its code alone.

    Two naming profiles are read: that of X-Road's documents, where the serial number is
    ``instance/server/class`` and the common name the member's code, and the organisation
    identifier of EN 319 412-3 (``NTREE-70000001``: its code).
    """
    try:
        return exchange_member(certificate.der)[0], ""
    except CertificateRefused:
        return None, (certificate.subject.organisation_identifier or "").partition("-")[2]


def member_of(certificate: bytes, conf: GlobalConf) -> MemberId:
    """The registered member that a signing certificate names.

    Raises:
        UnknownMember: For ``signer`` when it is none, or more than one.
    """
    whole, code = _named(read_certificate(certificate))
    found = [each for each in conf.members if each == whole or (not whole and each.code == code)]
    if len(found) != 1:
        raise UnknownMember("the certificate names no registered member", why="signer")
    return found[0]
