"""Signing: from files to what a key signs, and from its answer to a container of level LT.

Implements making ASiC-E with XAdES baseline LT (EN 319 162-1 §5, EN 319 132-1 §6) in three
steps, for the key is elsewhere: `prepare`, then `stamped` says what the time-stamp covers,
then `finish` puts the evidence in. The order is the profile's: sign, time-stamp, ask OCSP.
Pure; asking the services is `component`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import new as new_hash
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.signatures import xades
from riik.signatures.container import (
    ASIC_E,
    Container,
    SignatureFile,
    add_signature,
    new_container,
    next_name,
    open_container,
)
from riik.signatures.errors import FormatRefused, SigningRefused
from riik.signatures.model import DataFile, Prepared
from riik.signatures.references import check_signature, method_hash
from riik.signatures.xades_read import read_signature_file
from riik.trust import (
    SignatureRefused,
    TimeStampRefused,
    read_certificate,
    read_timestamp,
)

__all__ = ["finish", "prepare", "prepare_more", "stamped"]

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_CURVES: Final = {256: "ecdsa-sha256", 384: "ecdsa-sha384", 521: "ecdsa-sha512"}


def prepare(files: Sequence[DataFile], *, certificate: bytes, at: datetime) -> Prepared:
    """Prepare a signature over files in a new container.

    Args:
        files: At least one; names are paths in the container.
        certificate: The signer's, DER: P-256, P-384, P-521 or RSA.
        at: The signing time that is claimed.

    Raises:
        ContainerRefused: The files don't make a container.
        CertificateRefused: It can't be read.
        SigningRefused: For ``key`` or ``certificate-expired``.
    """
    return _prepare(new_container(files), certificate=certificate, at=at)


def prepare_more(container: bytes, *, certificate: bytes, at: datetime) -> Prepared:
    """Prepare one more signature over all files of an ASiC-E; the others stay as they are.

    Raises:
        ContainerRefused: For what `open_container` refuses.
        SigningRefused: For ``container`` (no ASiC-E, or an incomplete one), ``key`` or
            ``certificate-expired``.
    """
    opened = open_container(container)
    if opened.media_type != ASIC_E or opened.problems or opened.others or not opened.files:
        raise SigningRefused("this container takes no more signatures", why="container")
    for file in opened.signatures:
        try:
            read_signature_file(file.content)
        except FormatRefused as error:
            raise SigningRefused(f"a signature in it is no XAdES: {error}", why="container") from (
                error
            )
    return _prepare(opened, certificate=certificate, at=at)


def _prepare(container: Container, *, certificate: bytes, at: datetime) -> Prepared:
    signer = read_certificate(certificate)
    if not signer.holds_at(at.astimezone(UTC)):
        raise SigningRefused("the certificate doesn't hold now", why="certificate-expired")
    method = _method(signer.public_key)
    file = next_name(container)
    draft = xades.draft_detached(
        container.files,
        name=f"S{file.removeprefix('META-INF/signatures').removesuffix('.xml')}",
        method=method,
        certificate=certificate,
        at=at,
    )
    return Prepared(
        to_sign=draft.signed_info,
        hash_name=method_hash(method),
        certificate=certificate,
        name=draft.name,
        before=draft.before,
        after=draft.after,
        file=file,
        container=add_signature(container),
    )


def _method(public_key: bytes) -> str:
    """The signature method that fits the key: each curve has its hash."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningRefused("the public key can't be used", why="key") from error
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size in _CURVES:
        return _MORE + _CURVES[key.key_size]
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return f"{_MORE}rsa-sha256"
    raise SigningRefused("a key of this kind makes no signatures here", why="key")


def stamped(prepared: Prepared, signature_value: bytes) -> bytes:
    """What the signature's time-stamp must cover: canonical SignatureValue (§5.3).

    Args:
        prepared: From `prepare`.
        signature_value: R and s one after the other for ECDSA; for RSA as it is.

    Raises:
        SigningRefused: For ``signature``: the signer's key didn't make it.
    """
    public_key = read_certificate(prepared.certificate).public_key
    try:
        check_signature(
            public_key,
            method=_method(public_key),
            signature=signature_value,
            message=prepared.to_sign,
        )
    except SignatureRefused as error:
        raise SigningRefused("this value is not of this key and file", why="signature") from error
    return xades.signature_value(prepared.name, signature_value)


def finish(
    prepared: Prepared,
    signature_value: bytes,
    *,
    timestamp: bytes,
    ocsp: Sequence[bytes],
    certificates: Sequence[bytes],
) -> bytes:
    """The container with the signature at level LT.

    Args:
        prepared: From `prepare`.
        signature_value: What the key answered: r and s for ECDSA, not DER.
        timestamp: RFC 3161 token over `stamped`, DER.
        ocsp: Responses, asked after the time-stamp, the signer's first, DER.
        certificates: The issuers, DER.

    Raises:
        SigningRefused: For ``signature``, ``timestamp`` or ``ocsp``.
    """
    covered = stamped(prepared, signature_value)
    try:
        token = read_timestamp(timestamp)
    except TimeStampRefused as error:
        raise SigningRefused(f"no time-stamp: {error}", why="timestamp") from error
    if new_hash(token.hash_name, covered).digest() != token.imprint:
        raise SigningRefused("the time-stamp is over other bytes", why="timestamp")
    if not ocsp:
        raise SigningRefused("level LT has an OCSP response", why="ocsp")
    draft = xades.Draft(
        name=prepared.name,
        signed_info=prepared.to_sign,
        before=prepared.before,
        after=prepared.after,
    )
    evidence = xades.unsigned(
        prepared.name, timestamp=timestamp, ocsp=ocsp, certificates=certificates
    )
    signature = xades.close(draft, value=signature_value, unsigned_properties=evidence)
    file = SignatureFile(prepared.file, xades.signature_file(signature))
    return add_signature(open_container(prepared.container), file)
