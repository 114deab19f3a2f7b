"""The CMS inside a PDF's signature: what its signer put their key to.

Reads SignedData of RFC 5652 §5 as CAdES baseline has it (EN 319 122-1 §5, §6.3): one signer,
nothing encapsulated, the certificate bound in by its digest (RFC 5035 §5). Pure DER; nothing is
believed here, that is `judging`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from riik.formats import der, oids
from riik.signatures.errors import FormatRefused
from riik.trust import Algorithm, SignatureRefused, read_algorithm

__all__ = ["Cms", "read_cms"]

MOST_BYTES: Final = 1024 * 1024
HASHES: Final = {oids.SHA256: "sha256", oids.SHA384: "sha384", oids.SHA512: "sha512"}
"""hashlib's names of the hashes that a PDF's signature may use (TS 119 312 §5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cms:
    """One signature, read.

    Attributes:
        certificates: What stands in it, DER, in its order.
        serial: Of the signer's certificate, when the signer is named by issuer and serial.
        issuer: DER of the issuer's name, then.
        subject_key: The signer's key identifier, when the signer is named by that.
        digest: Hash of the content, hashlib's name.
        signed_hash: What the signer says the content's digest is.
        attributes: The signed attributes, DER of their SET: what the key signed.
        bound: Hash name and digest of the signer's certificate.
        algorithm: How it was signed.
        signature: Its value.
        stamps: Time-stamp tokens over the value, DER.
    """

    certificates: tuple[bytes, ...]
    serial: int | None
    issuer: bytes
    subject_key: bytes
    digest: str
    signed_hash: bytes
    attributes: bytes
    bound: tuple[str, bytes]
    algorithm: Algorithm
    signature: bytes
    stamps: tuple[bytes, ...]


def read_cms(content: bytes) -> Cms:
    """Read a detached CMS signature of one signer.

    Raises:
        FormatRefused: For ``encoding``, ``content-type``, ``signer-count``, ``algorithm``,
            ``attributes`` or ``signing-certificate``.
    """
    try:
        certificates, signer = _open(content)
        return _signer(signer, certificates=certificates)
    except der.DerRefused as error:
        raise FormatRefused(f"not a CMS signature: {error}", why="encoding") from error
    except SignatureRefused as error:
        raise FormatRefused(str(error), why="algorithm") from error


def _open(content: bytes) -> tuple[tuple[bytes, ...], der.Reader]:
    outer = der.Reader.only(content, most=MOST_BYTES)
    if outer.oid() != oids.SIGNED_DATA:
        raise FormatRefused("not signed data", why="content-type")
    body = outer.enter(0xA0).enter()
    outer.finish()
    body.integer()
    body.skip()
    encapsulated = body.enter()
    if encapsulated.oid() != oids.DATA or encapsulated:
        raise FormatRefused("it signs something inside itself", why="content-type")
    certificates = tuple(_elements(body.optional(0xA0)))
    body.optional(0xA1)
    signers = body.enter(der.SET)
    body.finish()
    signer = signers.enter()
    if signers:
        raise FormatRefused("more than one signer", why="signer-count")
    return certificates, signer


def _elements(body: der.Reader | None) -> Iterator[bytes]:
    while body:
        yield body.raw()


def _signer(signer: der.Reader, *, certificates: tuple[bytes, ...]) -> Cms:
    signer.integer()
    issuer, serial, subject_key = _identifier(signer)
    digest = _hash(signer.enter())
    attributes = signer.content(0xA0)
    algorithm = read_algorithm(signer.raw(der.SEQUENCE), digest=digest)
    value = signer.octets()
    unsigned = signer.content(0xA1) if signer.peek() == 0xA1 else b""
    signer.finish()
    signed = _attributes(attributes)
    return Cms(
        certificates=certificates,
        serial=serial,
        issuer=issuer,
        subject_key=subject_key,
        digest=digest,
        signed_hash=_signed_hash(signed),
        attributes=der.encode(der.SET, attributes),
        bound=_bound(signed),
        algorithm=algorithm,
        signature=value,
        stamps=tuple(_attributes(unsigned).get(oids.SIGNATURE_TIME_STAMP, ())),
    )


def _identifier(signer: der.Reader) -> tuple[bytes, int | None, bytes]:
    if signer.peek() == 0x80:
        return b"", None, signer.content(0x80)
    body = signer.enter()
    return body.raw(der.SEQUENCE), body.integer(), b""


def _hash(body: der.Reader) -> str:
    kind = body.oid()
    if kind not in HASHES:
        raise FormatRefused(f"a hash that is not used here: {kind}", why="algorithm")
    return HASHES[kind]


def _attributes(attributes: bytes) -> dict[str, tuple[bytes, ...]]:
    """The values of each attribute; none may stand twice (RFC 5652 §5.3)."""
    values: dict[str, tuple[bytes, ...]] = {}
    body = der.Reader(attributes)
    while body:
        attribute = body.enter()
        kind = attribute.oid()
        if kind in values:
            raise FormatRefused("an attribute stands twice", why="attributes")
        values[kind] = tuple(_elements(attribute.enter(der.SET)))
        attribute.finish()
    return values


def _only(signed: dict[str, tuple[bytes, ...]], kind: str, *, why: str) -> bytes:
    values = signed.get(kind, ())
    if len(values) != 1:
        raise FormatRefused(f"signed attribute {kind} is missing or not single", why=why)
    return values[0]


def _signed_hash(signed: dict[str, tuple[bytes, ...]]) -> bytes:
    content_type = der.Reader(_only(signed, oids.CONTENT_TYPE, why="attributes"))
    if content_type.oid() != oids.DATA:
        raise FormatRefused("the signer signed another type", why="content-type")
    return der.Reader(_only(signed, oids.MESSAGE_DIGEST, why="attributes")).octets()


def _bound(signed: dict[str, tuple[bytes, ...]]) -> tuple[str, bytes]:
    """Which certificate the signer bound in: the first ESSCertIDv2 (RFC 5035 §3)."""
    value = _only(signed, oids.SIGNING_CERTIFICATE_V2, why="signing-certificate")
    identifier = der.Reader.only(value).enter().enter()
    name = _hash(identifier.enter()) if identifier.peek() == der.SEQUENCE else "sha256"
    return name, identifier.octets()
