"""Time-stamps: did these bytes exist at that time, and who says so?

Implements asking for (RFC 3161 §2.4.1) and verifying (§2.3, §2.4.2) time-stamp tokens:
CMS SignedData (RFC 5652 §5) with the signer's certificate bound in by RFC 5035. Tokens of
any authority verify, RSA and ECDSA. Pure, and on our own reader of DER, because it is on
the path of every signature; making tokens is `responders`, the network is `client`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import new as new_hash
from hmac import compare_digest
from typing import Final

from riik.formats import der, oids
from riik.formats.ber import to_der
from riik.trust.algorithms import (
    HASH_NAMES,
    Algorithm,
    check_hash,
    check_strength,
    hash_identifier,
    read_algorithm,
    verify_signature,
)
from riik.trust.certificates import names_agree, read_certificate, read_name
from riik.trust.errors import (
    CertificateRefused,
    PathRefused,
    SignatureRefused,
    TimeStampRefused,
)
from riik.trust.model import Certificate, Name, Path, ServiceKind, TimeStamp, TrustAnchor
from riik.trust.paths import validate_path

__all__ = [
    "TSA_KINDS",
    "TimeStampToken",
    "make_timestamp_request",
    "read_timestamp",
    "read_timestamp_response",
    "verify_timestamp",
]

TSA_KINDS: Final = frozenset({ServiceKind.TSA, ServiceKind.TSA_QTST, ServiceKind.TSA_TSS_QC})
MOST_TOKEN_BYTES: Final = 256 * 1024
GRANTED: Final = {0, 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampToken:
    """A token as read, not yet believed: `verify_timestamp` does that.

    Attributes:
        content: TSTInfo, DER.
        attributes: The signed attributes as they are signed: SET OF, DER.
        signer: Who signed: issuer's name and serial number, or a key identifier.
        digest: hashlib's name of the hash over ``content``.
        signed_hash: The message digest attribute.
        bound: Hash name and hash of the signer's certificate (ESSCertID).
    """

    content: bytes
    policy: str
    hash_name: str
    imprint: bytes
    serial: int
    time: datetime
    accuracy: float
    nonce: int | None
    certificates: tuple[bytes, ...]
    signer: tuple[Name, int] | bytes
    digest: str
    attributes: bytes
    signed_hash: bytes
    bound: tuple[str, bytes]
    algorithm: Algorithm
    signature: bytes


def make_timestamp_request(
    imprint: bytes, *, hash_name: str = "sha256", nonce: int | None = None
) -> bytes:
    """Ask for a token over a digest, with the authority's certificate in it."""
    algorithm = hash_identifier(hash_name)
    return der.sequence(
        der.integer(1),
        der.sequence(algorithm, der.octet_string(imprint)),
        b"" if nonce is None else der.integer(nonce),
        der.boolean(True),
    )


def read_timestamp_response(response: bytes) -> bytes:
    """The token in a response (RFC 3161 §2.4.2), DER, not verified.

    Raises:
        TimeStampRefused: For ``encoding`` or ``not-granted``.
    """
    try:
        body = der.Reader.only(response, most=MOST_TOKEN_BYTES)
        status = body.enter().integer()
        if status not in GRANTED or not body:
            raise TimeStampRefused(
                f"the authority answered {status}", why="not-granted", status=status
            )
        token = body.raw(der.SEQUENCE)
        body.finish()
    except der.DerRefused as error:
        raise TimeStampRefused(f"not a response: {error}", why="encoding") from error
    return token


def read_timestamp(token: bytes) -> TimeStampToken:
    """Read a token of at most 256 KiB without believing it: for its hash and its time.

    Raises:
        TimeStampRefused: For ``encoding``, ``algorithm``, ``content-type``,
            ``signer-count`` or ``signing-certificate``.
    """
    try:
        # Authorities of the older kind send BER; DER is what nearly everyone sends.
        return _read_token(to_der(token, most=MOST_TOKEN_BYTES) if _is_endless(token) else token)
    except der.DerRefused as error:
        raise TimeStampRefused(f"not a time-stamp: {error}", why="encoding") from error
    except SignatureRefused as error:
        raise TimeStampRefused(str(error), why="algorithm") from error


def verify_timestamp(
    token: bytes,
    *,
    imprint: bytes,
    anchors: Sequence[TrustAnchor],
    intermediates: Sequence[bytes] = (),
    nonce: int | None = None,
    kinds: Collection[ServiceKind] = TSA_KINDS,
) -> TimeStamp:
    """Believe a token over ``imprint``, or refuse it.

    The authority is judged at the token's own time; whether that time is fitting is the
    caller's question.

    Args:
        token: ContentInfo, DER.
        imprint: Digest of the stamped bytes by the token's hash: `read_timestamp` tells
            which one.
        anchors: What the caller trusts; authorities that a list names, or their issuers.
        intermediates: Issuers that may be needed beside those in the token, DER.
        nonce: What the request carried; then the token must carry the same.
        kinds: Which kinds of service may stamp here.

    Raises:
        TimeStampRefused: For what `read_timestamp` refuses, ``imprint``, ``nonce``,
            ``weak``, ``signer``, ``purpose``, ``signature``, or the sub-indication of
            a path that fails.
    """
    read = read_timestamp(token)
    if not compare_digest(read.imprint, imprint):
        raise TimeStampRefused("the token is over other bytes", why="imprint")
    if nonce is not None and read.nonce != nonce:
        raise TimeStampRefused("the token answers another request", why="nonce")
    certificate = _find_signer(read, anchors=anchors)
    _check_purpose(certificate)
    _check_signed(read, certificate)
    return TimeStamp(
        time=read.time,
        accuracy=read.accuracy,
        serial=read.serial,
        policy=read.policy,
        hash_name=read.hash_name,
        imprint=read.imprint,
        nonce=read.nonce,
        path=_find_path(
            certificate,
            intermediates=(*read.certificates, *intermediates),
            anchors=anchors,
            at=read.time,
            kinds=TSA_KINDS.intersection(kinds),
        ),
    )


def _is_endless(token: bytes) -> bool:
    return token[1:2] == b"\x80"


def _read_token(token: bytes) -> TimeStampToken:
    outer = der.Reader.only(token, most=MOST_TOKEN_BYTES)
    if outer.oid() != oids.SIGNED_DATA:
        raise TimeStampRefused("not signed data", why="content-type")
    body = outer.enter(0xA0).enter()
    outer.finish()
    body.integer()
    body.skip()
    encapsulated = body.enter()
    if encapsulated.oid() != oids.TST_INFO:
        raise TimeStampRefused("not a time-stamp inside", why="content-type")
    content = encapsulated.enter(0xA0).octets()
    certificates = tuple(_elements(body.optional(0xA0)))
    if body.peek() == 0xA1:
        body.skip()
    signers = body.enter(der.SET)
    body.finish()
    signer = signers.enter()
    if signers:
        raise TimeStampRefused("more than one signer", why="signer-count")
    return _read_signer(signer, content=content, certificates=certificates)


def _elements(body: der.Reader | None) -> Iterator[bytes]:
    while body:
        yield body.raw()


def _read_signer(
    signer: der.Reader, *, content: bytes, certificates: tuple[bytes, ...]
) -> TimeStampToken:
    """SignerInfo (RFC 5652 §5.3) with its TSTInfo."""
    signer.integer()
    identifier = _read_identifier(signer)
    digest = _read_hash(signer.enter())
    attributes = signer.content(0xA0)
    algorithm = read_algorithm(signer.raw(der.SEQUENCE), digest=digest)
    signature = signer.octets()
    if signer.peek() == 0xA1:
        signer.skip()
    signer.finish()
    values = _read_attributes(attributes)
    content_type, message_digest = values.get(oids.CONTENT_TYPE), values.get(oids.MESSAGE_DIGEST)
    if content_type is None or der.Reader(content_type).oid() != oids.TST_INFO:
        raise TimeStampRefused("the signer signed another type", why="content-type")
    if message_digest is None:
        raise TimeStampRefused("no message digest is signed", why="signature")
    info = der.Reader.only(content)
    info.integer()
    policy = info.oid()
    stamped = info.enter()
    return TimeStampToken(
        content=content,
        policy=policy,
        hash_name=_read_hash(stamped.enter()),
        imprint=stamped.octets(),
        serial=info.integer(),
        time=info.time(),
        accuracy=_read_accuracy(info.optional(der.SEQUENCE)),
        nonce=_read_nonce(info),
        certificates=certificates,
        signer=identifier,
        digest=digest,
        attributes=der.encode(der.SET, attributes),
        signed_hash=der.Reader(message_digest).octets(),
        bound=_read_bound(values),
        algorithm=algorithm,
        signature=signature,
    )


def _read_identifier(signer: der.Reader) -> tuple[Name, int] | bytes:
    """SignerIdentifier: issuerAndSerialNumber or subjectKeyIdentifier."""
    if signer.peek() == 0x80:
        return signer.content(0x80)
    body = signer.enter()
    return read_name(body.raw(der.SEQUENCE)), body.integer()


def _read_hash(body: der.Reader) -> str:
    kind = body.oid()
    if kind not in HASH_NAMES:
        raise TimeStampRefused(f"an unknown hash {kind}", why="algorithm")
    return HASH_NAMES[kind]


def _read_attributes(attributes: bytes) -> dict[str, bytes]:
    """The single value of each signed attribute; none may stand twice (RFC 5652 §5.3)."""
    values: dict[str, bytes] = {}
    body = der.Reader(attributes)
    while body:
        attribute = body.enter()
        kind = attribute.oid()
        if kind in values:
            raise TimeStampRefused("a signed attribute stands twice", why="encoding")
        given = attribute.enter(der.SET)
        values[kind] = given.raw()
        if given and kind in {oids.CONTENT_TYPE, oids.MESSAGE_DIGEST}:
            raise TimeStampRefused("an attribute with two values", why="encoding")
    return values


def _read_accuracy(accuracy: der.Reader | None) -> float:
    """Seconds; zero when the token doesn't say (RFC 3161 §2.4.2)."""
    if accuracy is None:
        return 0.0
    seconds = accuracy.integer() if accuracy.peek() == der.INTEGER else 0
    millis = accuracy.integer(0x80) if accuracy.peek() == 0x80 else 0
    micros = accuracy.integer(0x81) if accuracy.peek() == 0x81 else 0
    return seconds + millis / 1e3 + micros / 1e6


def _read_nonce(info: der.Reader) -> int | None:
    if info.peek() == der.BOOLEAN:
        info.boolean()
    return info.integer() if info.peek() == der.INTEGER else None


def _read_bound(values: dict[str, bytes]) -> tuple[str, bytes]:
    """Which certificate the signer bound in: the first ESSCertIDv2, or ESSCertID."""
    newer = values.get(oids.SIGNING_CERTIFICATE_V2)
    chosen = newer or values.get(oids.SIGNING_CERTIFICATE)
    if chosen is None:
        raise TimeStampRefused("no certificate is bound in", why="signing-certificate")
    identifier = der.Reader.only(chosen).enter().enter()
    hash_name = "sha1" if newer is None else "sha256"
    if newer is not None and identifier.peek() == der.SEQUENCE:
        hash_name = _read_hash(identifier.enter())
    return hash_name, identifier.octets()


def _find_signer(read: TimeStampToken, *, anchors: Sequence[TrustAnchor]) -> Certificate:
    """The certificate that SignerIdentifier names, from the token or the list."""
    listed = (anchor.certificate for anchor in anchors if anchor.kind in TSA_KINDS)
    for candidate in (*read.certificates, *listed):
        try:
            certificate = read_certificate(candidate)
        except CertificateRefused:
            continue
        if _is_named(certificate, read.signer):
            return _bound_in(certificate, read)
    raise TimeStampRefused("the authority's certificate is missing", why="signer")


def _is_named(certificate: Certificate, identifier: tuple[Name, int] | bytes) -> bool:
    if isinstance(identifier, bytes):
        return certificate.subject_key == identifier
    issuer, serial = identifier
    return serial == certificate.serial and names_agree(issuer, certificate.issuer)


def _bound_in(certificate: Certificate, read: TimeStampToken) -> Certificate:
    hash_name, bound = read.bound
    if not compare_digest(new_hash(hash_name, certificate.der).digest(), bound):
        raise TimeStampRefused("another certificate is bound in", why="signing-certificate")
    return certificate


def _check_purpose(certificate: Certificate) -> None:
    """Time-stamping, alone and critical (RFC 3161 §2.3)."""
    alone = certificate.extended_key_usage == (oids.TIME_STAMPING,)
    if not alone or oids.EXTENDED_KEY_USAGE not in certificate.critical:
        raise TimeStampRefused("the key is not for time-stamps alone", why="purpose")


def _check_signed(read: TimeStampToken, certificate: Certificate) -> None:
    try:
        check_hash(read.hash_name, at=read.time)
        check_hash(read.digest, at=read.time)
        check_strength(certificate.public_key, algorithm=read.algorithm, at=read.time)
    except SignatureRefused as error:
        raise TimeStampRefused(f"too weak: {error}", why="weak") from error
    if not compare_digest(new_hash(read.digest, read.content).digest(), read.signed_hash):
        raise TimeStampRefused("the content was changed", why="signature")
    try:
        verify_signature(
            certificate.public_key,
            algorithm=read.algorithm,
            signature=read.signature,
            message=read.attributes,
        )
    except SignatureRefused as error:
        raise TimeStampRefused("the authority did not sign this", why="signature") from error


def _find_path(
    certificate: Certificate,
    *,
    intermediates: Sequence[bytes],
    anchors: Sequence[TrustAnchor],
    at: datetime,
    kinds: Collection[ServiceKind],
) -> Path:
    try:
        return validate_path(
            certificate.der, intermediates=intermediates, anchors=anchors, at=at, kinds=kinds
        )
    except PathRefused as error:
        raise TimeStampRefused(f"no trust in the authority: {error}", why=error.why) from error
