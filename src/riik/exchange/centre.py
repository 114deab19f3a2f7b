"""The centre: who is a member, what nodes are told of it, and how they believe it.

Implements PR-GCONF's anchor (§3) and signed directory (§4), and the centre's own verbs:
register members, subsystems and servers, publish. The parameters themselves are in
`globalconf`. Between centre and nodes only the anchor's certificates are believed; a node
that can't reach the centre goes on with what it has until that expires. Pure but for its ports.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import new, sha512
from hmac import compare_digest
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature as CryptographyRefused
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from riik.core import (
    ClientId,
    Clock,
    Database,
    Entropy,
    InThread,
    KeyKind,
    MemberId,
    Signer,
    TimeRefused,
    Work,
    from_text,
)
from riik.exchange.errors import ConfigurationRefused
from riik.exchange.globalconf import (
    Authority,
    GlobalConf,
    Server,
    Service,
    base64_text,
    conf_document,
    conf_root,
    decoded,
    tag,
    text_at,
    write_private,
    write_shared,
)
from riik.exchange.model import Kept
from riik.exchange.protocol.hashchain import DIGESTS, SHA512
from riik.formats.multipart import Limits, MultipartRefused, Part, Reader, boundary_of, read, write

__all__ = [
    "Anchor",
    "Centre",
    "Directory",
    "Publication",
    "open_directory",
    "read_anchor",
    "seal_directory",
    "write_anchor",
]

_PUBLISHED = "published"

SHARED, PRIVATE = "SHARED-PARAMETERS", "PRIVATE-PARAMETERS"

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_LIMITS = Limits(most_bytes=32 * 1024 * 1024, most_parts=64)


# --- the anchor -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a node is given by hand, out of band: where the configuration is, who signs it.

    Attributes:
        sources: Download address and the verification certificates, DER, of each source.
    """

    instance: str
    sources: tuple[tuple[str, tuple[bytes, ...]], ...]
    generated_at: datetime | None = None

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """All verification certificates."""
        return tuple(each for _, certificates in self.sources for each in certificates)


def write_anchor(anchor: Anchor) -> bytes:
    """Write a configuration anchor (PR-GCONF Annex A)."""
    sources = "".join(
        f"<source>{tag('downloadURL', url)}"
        + "".join(tag("verificationCert", base64_text(each)) for each in certificates)
        + "</source>"
        for url, certificates in anchor.sources
    )
    moment = anchor.generated_at
    made = tag("generatedAt", moment.strftime("%Y-%m-%dT%H:%M:%SZ")) if moment else ""
    return conf_document(
        "configurationAnchor", made + tag("instanceIdentifier", anchor.instance) + sources
    )


def read_anchor(document: bytes) -> Anchor:
    """Read a configuration anchor.

    Raises:
        ConfigurationRefused: For ``anchor``.
    """
    root = conf_root(document, "configurationAnchor", why="anchor")
    try:
        generated = root.findtext("generatedAt")
        anchor = Anchor(
            instance=text_at(root, "instanceIdentifier"),
            sources=tuple(
                (
                    text_at(source, "downloadURL"),
                    tuple(decoded(each.text) for each in source.iterfind("verificationCert")),
                )
                for source in root.iterfind("source")
            ),
            generated_at=from_text(generated) if generated else None,
        )
    except (ValueError, TimeRefused) as error:
        raise ConfigurationRefused("the anchor is malformed", why="anchor") from error
    if not anchor.sources or not all(certificates for _, certificates in anchor.sources):
        raise ConfigurationRefused("the anchor names no source", why="anchor")
    return anchor


# --- the signed directory ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A verified directory: its parts' places and digests.

    Attributes:
        expires_at: Until when it counts.
        version: Schema version of its parts; 0 when not stated.
        parts: Identifier (``SHARED-PARAMETERS``), instance, location, digest method, digest.
    """

    expires_at: datetime
    version: int
    parts: tuple[tuple[str, str, str, str, bytes], ...]

    def find(self, identifier: str) -> str | None:
        """Where the part of that name is, relative to the source."""
        return next((place for name, _, place, _, _ in self.parts if name == identifier), None)

    def check(self, location: str, content: bytes) -> None:
        """Check a downloaded part against its digest.

        Raises:
            ConfigurationRefused: For ``part-digest``.
        """
        for _, _, place, method, digest in self.parts:
            if place == location and compare_digest(new(DIGESTS[method], content).digest(), digest):
                return
        raise ConfigurationRefused("a part isn't what the directory says", why="part-digest")


def seal_directory(
    parts: Sequence[tuple[str, str, bytes]],
    *,
    instance: str,
    expires_at: datetime,
    signer: Signer,
    certificate: bytes,
    boundary: str,
) -> tuple[str, bytes]:
    """Sign a directory; answers its content type and its bytes.

    Args:
        parts: Identifier, location and content of each.
        instance: The instance they are of.
        expires_at: Until when it counts, UTC.
        signer: The configuration signing key.
        certificate: Its certificate, DER, which the anchor names.
        boundary: Text that no part holds; unpredictable.
    """
    inner, outer = f"i{boundary}", f"o{boundary}"
    head = (("Expire-date", expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")), ("Version", "6"))
    listed = [
        Part(
            (
                ("Content-type", "application/octet-stream"),
                ("Content-transfer-encoding", "base64"),
                ("Content-identifier", f"{identifier}; instance='{instance}'"),
                ("Content-location", location),
                ("Hash-algorithm-id", SHA512),
            ),
            b64encode(sha512(content).digest()),
        )
        for identifier, location, content in parts
    ]
    signed = write([Part(head, b""), *listed], boundary=inner)
    method = "ecdsa-sha256" if signer.kind is KeyKind.P256 else "rsa-sha256"
    directory = Part((("Content-Type", f"multipart/mixed; boundary={inner}"),), signed)
    signature = Part(
        (
            ("Content-Type", "application/octet-stream"),
            ("Content-transfer-encoding", "base64"),
            ("Signature-algorithm-id", _MORE + method),
            (
                "Verification-certificate-hash",
                f'{base64_text(sha512(certificate).digest())}; hash-algorithm-id="{SHA512}"',
            ),
        ),
        b64encode(signer.sign(signed)),
    )
    content_type = f"multipart/related; charset=UTF-8; boundary={outer}"
    return content_type, write([directory, signature], boundary=outer)


def open_directory(content_type: str, body: bytes, *, certificates: Sequence[bytes]) -> Directory:
    """Verify and read a signed directory.

    Whether it has expired is the caller's question: evidence is judged by old ones.

    Args:
        content_type: As the source stated it.
        body: The directory's bytes; lines may end with LF alone where it was stored as a file.
        certificates: The anchor's verification certificates, DER.

    Raises:
        ConfigurationRefused: For ``directory`` or ``directory-signature``.
    """
    newline = b"\r\n" if b"\r\n" in body else b"\n"
    try:
        parts = read(body, boundary=boundary_of(content_type), limits=_LIMITS, newline=newline)
        if len(parts) != 2:
            raise ConfigurationRefused("directory and signature make two parts", why="directory")
        signed, signature = parts
        _check_signature(signed.body, signature, certificates)
        # Signed directories of others leave the inner multipart open: its end is the part's end.
        reader = Reader(
            boundary_of(signed.header("content-type") or ""),
            limits=_LIMITS,
            newline=newline,
            may_end_open=True,
        )
        head, *listed = [*reader.feed(signed.body), *reader.close()]
        return Directory(
            expires_at=from_text(head.header("expire-date") or ""),
            version=int(head.header("version") or 0),
            parts=tuple(_listed(listed)),
        )
    except (MultipartRefused, TimeRefused, ValueError) as error:
        raise ConfigurationRefused("the directory is malformed", why="directory") from error


def _listed(parts: Sequence[Part]) -> Iterator[tuple[str, str, str, str, bytes]]:
    for part in parts:
        identifier, _, rest = (part.header("content-identifier") or "").partition(";")
        instance = rest.partition("=")[2].strip().strip("\"'")
        method = part.header("hash-algorithm-id") or ""
        location = part.header("content-location") or ""
        if method not in DIGESTS or not identifier or not location:
            raise ConfigurationRefused("a part isn't described", why="directory")
        yield identifier.strip(), instance, location, method, b64decode(part.body)


def _check_signature(signed: bytes, part: Part, certificates: Sequence[bytes]) -> None:
    stated, _, algorithm = (part.header("verification-certificate-hash") or "").partition(";")
    method = algorithm.partition("=")[2].strip().strip("\"'") or SHA512
    name = (part.header("signature-algorithm-id") or "").removeprefix(_MORE)
    try:
        wanted, value = b64decode(stated), b64decode(part.body)
    except Base64Error as error:
        raise ConfigurationRefused("no base64", why="directory-signature") from error
    for certificate in certificates:
        if method in DIGESTS and compare_digest(new(DIGESTS[method], certificate).digest(), wanted):
            _verify(certificate, name, value, signed)
            return
    raise ConfigurationRefused("signed by nobody the anchor names", why="directory-signature")


_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def _verify(certificate: bytes, method: str, value: bytes, signed: bytes) -> None:
    key = load_der_x509_certificate(certificate).public_key()
    family, _, hashed = method.partition("-")
    try:
        if isinstance(key, rsa.RSAPublicKey) and family == "rsa" and hashed in _HASHES:
            key.verify(value, signed, padding.PKCS1v15(), _HASHES[hashed])
        elif isinstance(key, ec.EllipticCurvePublicKey) and family == "ecdsa" and hashed in _HASHES:
            key.verify(value, signed, ec.ECDSA(_HASHES[hashed]))
        else:
            raise ConfigurationRefused("method and key differ", why="directory-signature")
    except CryptographyRefused as error:
        raise ConfigurationRefused(
            "the directory was changed", why="directory-signature"
        ) from error


# --- the component ----------------------------------------------------------------------------


class CentreStore(Protocol):
    """The register of members and servers: `store` keeps it in SQL."""

    def add_member(self, member: MemberId | ClientId, *, name: str, work: Work) -> None: ...
    def members(self, *, work: Work) -> dict[MemberId | ClientId, str]: ...
    def drop_member(self, member: MemberId | ClientId, *, work: Work) -> None: ...
    def put_server(self, server: Server, *, work: Work) -> None: ...
    def drop_server(self, server: Server, *, work: Work) -> None: ...
    def servers(self, *, work: Work) -> list[Server]: ...
    def keep(self, kept: Kept, *, work: Work) -> None: ...
    def kept(self, name: str, *, work: Work) -> Kept | None: ...


class Publication(msgspec.Struct, frozen=True):
    """A published configuration: the signed directory, and its parts by location."""

    content_type: str
    directory: bytes
    parts: dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The governing authority's register of the exchange, and its voice.

    Attributes:
        instance: The instance's name, such as ``EE-DEMO``.
        url: Where nodes find ``/internalconf``.
        signer: The configuration signing key.
        certificate: Its certificate, DER, which the anchor carries.
        authorities: Whose certificates are taken.
        time_stampers: Whose time-stamps are taken.
        ocsp_freshness: How old an OCSP answer may be, seconds.
        stamping_interval: How often nodes time-stamp their logs, seconds.
        lifetime: How long a publication counts.
    """

    instance: str
    url: str
    store: CentreStore
    database: Database
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    signer: Signer
    certificate: bytes
    authorities: tuple[Authority, ...]
    time_stampers: tuple[Service, ...]
    ocsp_freshness: int = 3600
    stamping_interval: int = 60
    lifetime: timedelta = timedelta(seconds=600)

    def join(self, member: MemberId, *, name: str, subsystems: Mapping[str, str]) -> None:
        """Register a member with its subsystems (code and name); repeating renames.

        Raises:
            ConfigurationRefused: For ``instance``.
        """
        if member.instance != self.instance:
            raise ConfigurationRefused("a member of another instance", why="instance")
        with self.database.work() as work:
            self.store.add_member(member, name=name, work=work)
            for code, own_name in subsystems.items():
                self.store.add_member(ClientId(member, code), name=own_name, work=work)

    def join_server(self, server: Server) -> None:
        """Register a security server with its certificates and clients, or change it.

        Raises:
            ConfigurationRefused: For ``address`` or ``client`` when one isn't registered.
        """
        _ = server.endpoint
        with self.database.work() as work:
            members = self.store.members(work=work)
            for client in (server.id.owner, *server.clients):
                if client not in members:
                    raise ConfigurationRefused("a client isn't registered", why="client")
            self.store.put_server(server, work=work)

    def leave(self, member: MemberId | ClientId) -> None:
        """Let a member go with all its subsystems and servers, or one subsystem.

        From the next publication on nobody believes it and nobody asks it: at the latest when
        the one before is over (``lifetime``).

        Raises:
            ConfigurationRefused: For ``client`` when it isn't registered.
        """
        with self.database.work() as work:
            known = self.store.members(work=work)
            if member not in known:
                raise ConfigurationRefused("it isn't registered", why="client")
            gone = {one for one in known if member in (one, getattr(one, "member", None))}
            for one in gone:
                self.store.drop_member(one, work=work)
            for server in self.store.servers(work=work):
                if server.id.owner in gone:
                    self.store.drop_server(server, work=work)
                elif server.clients & gone:
                    kept = replace(server, clients=server.clients - gone)
                    self.store.put_server(kept, work=work)

    def anchor(self) -> Anchor:
        """What every node is given by hand."""
        return Anchor(
            instance=self.instance,
            sources=((self.url, (self.certificate,)),),
            generated_at=self.clock.now().replace(microsecond=0),
        )

    def publish(self) -> Publication:
        """Sign what is registered now, and keep it for who asks; run every 60 seconds."""
        with self.database.read() as work:
            registered = self.store.members(work=work)
            servers = tuple(self.store.servers(work=work))
        conf = GlobalConf(
            instance=self.instance,
            members={m: name for m, name in registered.items() if isinstance(m, MemberId)},
            subsystems={c: name for c, name in registered.items() if isinstance(c, ClientId)},
            servers=servers,
            authorities=self.authorities,
            time_stampers=self.time_stampers,
            ocsp_freshness=self.ocsp_freshness,
            stamping_interval=self.stamping_interval,
        )
        published = self._sealed(write_private(conf), write_shared(conf))
        now = int(self.clock.now().timestamp() * 1000)
        kept = Kept(name=_PUBLISHED, content=msgspec.msgpack.encode(published), at_ms=now)
        with self.database.work() as work:
            self.store.keep(kept, work=work)
        return published

    def published(self) -> Publication | None:
        """What was published last."""
        with self.database.read() as work:
            kept = self.store.kept(_PUBLISHED, work=work)
        return msgspec.msgpack.decode(kept.content, type=Publication) if kept else None

    def _sealed(self, private: bytes, shared: bytes) -> Publication:
        # The place follows from the content: a node never mixes parts of two publications.
        stamp = sha512(private + shared).hexdigest()[:24]
        places = {
            f"/V6/{stamp}/private-params.xml": (PRIVATE, private),
            f"/V6/{stamp}/shared-params.xml": (SHARED, shared),
        }
        content_type, directory = seal_directory(
            [(name, place, content) for place, (name, content) in places.items()],
            instance=self.instance,
            expires_at=self.clock.now() + self.lifetime,
            signer=self.signer,
            certificate=self.certificate,
            boundary=self.entropy.bytes(16).hex(),
        )
        parts = {place: content for place, (_, content) in places.items()}
        return Publication(content_type, directory, parts)
