"""Signed notes: whose keys signed this text?

Implements C2SP signed-note (format, key ids, verifier keys) and the two signed messages of
C2SP tlog-cosignature. Signature types: Ed25519 (1), ECDSA (2, key id from the public key),
cosignatures with Ed25519 (4) and with ML-DSA-44 (6). What a tree head says is `checkpoints`.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import KeyKind, Signer
from riik.transparency.errors import NoteRefused

__all__ = [
    "KeyType",
    "Note",
    "Signature",
    "VerifiedSignature",
    "VerifierKey",
    "from_base64",
    "sign_note",
    "to_base64",
    "verifier_key",
    "verify_note",
]

MOST_SIGNATURES = 100
LARGEST_TIME = 2**63 - 1
DASH = "— "

_NAME = re.compile(r"[^\s+]+\Z")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)\Z")
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


class KeyType(IntEnum):
    """Signature types that C2SP signed-note assigns and this module knows."""

    ED25519 = 0x01
    ECDSA = 0x02
    COSIGNATURE = 0x04
    COSIGNATURE_ML_DSA_44 = 0x06

    @property
    def timed(self) -> bool:
        """Does the signature carry the time when it was made?"""
        return self in (KeyType.COSIGNATURE, KeyType.COSIGNATURE_ML_DSA_44)


_KEY_BYTES = {KeyType.ED25519: 32, KeyType.COSIGNATURE: 32, KeyType.COSIGNATURE_ML_DSA_44: 1312}


def to_base64(content: bytes) -> str:
    """Standard base64 in one line (RFC 4648 §4)."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read standard base64 in its one spelling.

    Raises:
        NoteRefused: For ``base64``.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused("this is not base64", why="base64") from error
    if to_base64(content) != text:
        raise NoteRefused("this base64 has a second spelling", why="base64")
    return content


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A signer's public key under its name.

    Attributes:
        name: What stands in the signature line; no spaces, no plus.
        type: Which signatures the key makes.
        key: Ed25519: 32 bytes; ECDSA: SubjectPublicKeyInfo, DER; ML-DSA-44: 1312 bytes.
    """

    name: str
    type: KeyType
    key: bytes

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise NoteRefused("a key's name has no spaces and no plus", why="key-name")
        if len(self.key) != _KEY_BYTES.get(self.type, len(self.key)):
            raise NoteRefused("this key has another length", why="key-size")

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read ``name+12345678+base64`` and check the id it states.

        Raises:
            NoteRefused: For ``key-shape``, ``key-type``, ``key-size``, ``key-id``, ``base64``.
        """
        match = _KEY.match(text)
        if match is None:
            raise NoteRefused("this is no verifier key", why="key-shape")
        encoded = from_base64(match[3])
        if not encoded or encoded[0] not in list(KeyType):
            raise NoteRefused("no such type of signature here", why="key-type")
        key = cls(match[1], KeyType(encoded[0]), encoded[1:])
        if key.id.hex() != match[2]:
            raise NoteRefused("the key has another id than stated", why="key-id")
        return key

    @property
    def id(self) -> bytes:
        """The key's four bytes in a signature line."""
        if self.type is KeyType.ECDSA:
            return sha256(self.key).digest()[:4]
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.key)}"

    def verify(self, text: str, signature: bytes, /) -> datetime | None:
        """Check a signature of this key over a note's text.

        Returns:
            When it was made, if signatures of this type say so.

        Raises:
            NoteRefused: For ``signature``, ``time``, or ``text`` when a cosigned text is
                no tree head.
        """
        if not self.type.timed:
            self._check(text.encode(), signature)
            return None
        seconds = int.from_bytes(signature[:8])
        if len(signature) < 8 or seconds > LARGEST_TIME:
            raise NoteRefused("a cosignature begins with its time", why="time")
        self._check(cosigned_message(self, text, seconds), signature[8:])
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise NoteRefused("this time is beyond all calendars", why="time") from error

    def _check(self, message: bytes, signature: bytes) -> None:
        try:
            match self.type:
                case KeyType.ECDSA:
                    public = load_der_public_key(self.key)
                    if not isinstance(public, EllipticCurvePublicKey):
                        raise NoteRefused("this is no key for ECDSA", why="key-type")
                    public.verify(signature, message, ECDSA(SHA256()))
                case KeyType.COSIGNATURE_ML_DSA_44:
                    MLDSA44PublicKey.from_public_bytes(self.key).verify(signature, message)
                case _:
                    Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm) as error:
            raise NoteRefused(f"the signature of {self.name} fails", why="signature") from error


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: a name, a key id of four bytes, and the signature."""

    name: str
    key_id: bytes
    value: bytes

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read ``— name base64``, without its newline.

        Raises:
            NoteRefused: For ``shape`` or ``base64``.
        """
        parts = line.removeprefix(DASH).split(" ")
        if not line.startswith(DASH) or len(parts) != 2 or not _NAME.match(parts[0]):
            raise NoteRefused("this is no signature line", why="shape")
        content = from_base64(parts[1])
        if len(content) < 5:
            raise NoteRefused("this signature line holds no signature", why="shape")
        return cls(parts[0], content[:4], content[4:])

    def __str__(self) -> str:
        return f"{DASH}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A signature that holds: by which key, and when, if it says so."""

    key: VerifierKey
    signature: Signature
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and its signatures, none of them checked."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: bytes) -> "Note":
        """Take a note apart; `verify_note` says whom to believe.

        Raises:
            NoteRefused: For ``text``, ``shape``, ``base64`` or ``signature-count``.
        """
        try:
            whole = note.decode()
        except UnicodeDecodeError as error:
            raise NoteRefused("a note is UTF-8", why="text") from error
        if _CONTROL.search(whole):
            raise NoteRefused("a note has no control characters", why="text")
        text, blank, block = whole.rpartition("\n\n")
        if not blank or not block.endswith("\n"):
            raise NoteRefused("a note ends with signature lines", why="shape")
        lines = block.removesuffix("\n").split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise NoteRefused("too many signatures", why="signature-count", most=MOST_SIGNATURES)
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines))

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """The same note with further signatures at its end; each key signs once."""
        by_key = {(one.name, one.key_id): one for one in reversed([*self.signatures, *more])}
        return Note(self.text, tuple(reversed(by_key.values())))


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifiedSignature, ...]:
    """The signatures of known keys, each key once, in the order of the note.

    Signatures of unknown keys are passed over; one of a known key that fails spoils the
    whole note (C2SP signed-note, "Signatures").

    Raises:
        NoteRefused: For ``signature``, ``time``, ``text``, or ``no-known-key``.
    """
    known = {(key.name, key.id): key for key in keys}
    verified: dict[VerifierKey, VerifiedSignature] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None and key not in verified:
            at = key.verify(note.text, signature.value)
            verified[key] = VerifiedSignature(key, signature, at)
    if not verified:
        raise NoteRefused("nobody we know signed this", why="no-known-key")
    return tuple(verified.values())


def verifier_key(signer: Signer, *, name: str, type: KeyType = KeyType.ED25519) -> VerifierKey:  # noqa: A002 - the word of the standard
    """The public half of an Ed25519 signer, as others must know it.

    Raises:
        NoteRefused: For ``key-type``.
    """
    if signer.kind is not KeyKind.ED25519 or type not in (KeyType.ED25519, KeyType.COSIGNATURE):
        raise NoteRefused("notes are signed with Ed25519 here", why="key-type")
    return VerifierKey(name, type, signer.public_key.removeprefix(_ED25519_SPKI))


def sign_note(text: str, signer: Signer, *, name: str, at: datetime | None = None) -> Signature:
    """Sign a note's text with Ed25519: as its author, or with a time as a cosigner.

    Args:
        text: The note's text, with its last newline.
        signer: An Ed25519 key.
        name: The signer's name, without spaces and plus.
        at: When a witness cosigns; whole seconds count. None signs as the author.
    """
    if at is None:
        key = verifier_key(signer, name=name)
        return Signature(name, key.id, signer.sign(text.encode()))
    key = verifier_key(signer, name=name, type=KeyType.COSIGNATURE)
    seconds = int(at.timestamp())
    value = seconds.to_bytes(8) + signer.sign(cosigned_message(key, text, seconds))
    return Signature(name, key.id, value)


def cosigned_message(key: VerifierKey, text: str, seconds: int) -> bytes:
    """What a cosigner signs over a tree head (C2SP tlog-cosignature).

    Raises:
        NoteRefused: For ``text``, when an ML-DSA cosigner's text is no tree head.
    """
    if key.type is KeyType.COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    names = (key.name.encode(), origin.encode())
    if not re.fullmatch(r"0|[1-9]\d{0,18}", size, re.ASCII) or max(map(len, names)) > 255:
        raise NoteRefused("what is cosigned is a tree head", why="text")
    fields = (
        b"subtree/v1\n\0", bytes([len(names[0])]), names[0], seconds.to_bytes(8),
        bytes([len(names[1])]), names[1], bytes(8), int(size).to_bytes(8), from_base64(root),
    )  # fmt: skip
    return b"".join(fields)
