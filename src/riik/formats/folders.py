"""Who answers for this folder? The owner's seal over all of its files, and how it is checked.

Services' and registers' folders are sealed alike (ADR 17). Pure. ``signature.jws`` is a compact JWS
(RFC 7515) with the seal's certificate in ``x5c``; its payload names the digest of all other files,
so a changed byte, a new file and a missing one all show. Whom one believes is told by certificate:
no chain is built here, and the time is the signer's own word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate, load_der_x509_certificate

from riik.core import Refused, Signer, TimeRefused, from_text, to_text
from riik.formats import canonical_json, jose

__all__ = [
    "SIGNATURE",
    "SealRefused",
    "Sealed",
    "admit_folder",
    "folder_digest",
    "read_seal",
    "seal_folder",
    "verify_folder",
]

SIGNATURE = "signature.jws"
TYPE = "riik-folder+jws"
ALGORITHMS = ("ES256", "ES384", "RS256")


class SealRefused(Refused):
    """A folder that its owner did not seal as it is."""

    code = "formats.seal-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A seal that holds: by which certificate (DER), when by its own word, over which digest."""

    certificate: bytes
    at: datetime
    digest: str


def folder_digest(files: Mapping[str, bytes]) -> str:
    """One digest of all files but the signature: names and contents, in order of the names."""
    listing = "".join(
        f"{sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files)
        if name != SIGNATURE
    )
    return sha256(listing.encode()).hexdigest()


def seal_folder(
    files: Mapping[str, bytes], *, signer: Signer, certificate: bytes, at: datetime
) -> dict[str, bytes]:
    """The folder with its owner's seal; an earlier one is replaced.

    Raises:
        SealRefused: For ``signer``: the certificate isn't this key's, or not valid at that time.
    """
    read = _certificate(certificate)
    if _public_key(read) != signer.public_key:
        raise SealRefused("this certificate is another key's", why="signer")
    _check_time(read, at)
    payload = canonical_json.encode({"at": to_text(at), "digest": folder_digest(files)})
    token = jose.sign(payload, signer=signer, certificates=[certificate], header={"typ": TYPE})
    return {**files, SIGNATURE: token.encode() + b"\n"}


def read_seal(signature: bytes) -> Sealed:
    """What a seal says, by whom and when; whose certificate is believed is not asked here.

    Raises:
        SealRefused: For ``signature`` (it doesn't hold), or ``signer``: it was made outside the
            time of its certificate.
    """
    try:
        token = signature.decode("ascii").strip()
        chain = jose.read(token, algorithms=ALGORITHMS).certificates
        certificate = _certificate(chain[0] if chain else b"")
        jws = jose.verify(token, key=_public_key(certificate), algorithms=ALGORITHMS)
        claims = jose.claims(jws)
        at = from_text(str(claims.get("at")))
    except (UnicodeDecodeError, TimeRefused, Refused) as error:
        raise SealRefused("the folder's signature doesn't hold", why="signature") from error
    if jws.header.get("typ") != TYPE:
        raise SealRefused("this signature is of something else", why="signature")
    _check_time(certificate, at)
    return Sealed(certificate=chain[0], at=at, digest=str(claims.get("digest")))


def verify_folder(files: Mapping[str, bytes], *, signers: Sequence[bytes]) -> Sealed:
    """Check the seal of a folder against the certificates (DER) of those who may seal it.

    Raises:
        SealRefused: For ``unsigned``, ``signature`` (it doesn't hold), ``signer`` (a stranger, or
            outside the certificate's time) or ``changed`` (it is over other files).
    """
    if SIGNATURE not in files:
        raise SealRefused("nobody signed this folder", why="unsigned")
    sealed = read_seal(files[SIGNATURE])
    if not any(compare_digest(sealed.certificate, signer) for signer in signers):
        raise SealRefused("somebody signed this folder whom nobody here named", why="signer")
    if not compare_digest(sealed.digest, folder_digest(files)):
        raise SealRefused("the folder was changed after it was signed", why="changed")
    return sealed


def admit_folder(
    files: Mapping[str, bytes], *, unsigned: bool, signers: Callable[[], Sequence[bytes]]
) -> None:
    """Let a folder run that its owner sealed; where ``unsigned``, also one that nobody signed.

    Raises:
        SealRefused: As `verify_folder`: a seal that doesn't hold is refused everywhere.
    """
    if not unsigned or SIGNATURE in files:
        verify_folder(files, signers=signers())


def _certificate(der: bytes) -> Certificate:
    try:
        return load_der_x509_certificate(der)
    except ValueError as error:
        raise SealRefused("there is no certificate of the signer", why="signature") from error


def _public_key(certificate: Certificate) -> bytes:
    key = certificate.public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_time(certificate: Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise SealRefused("the signer's certificate was not valid at that time", why="signer")
