"""The demonstration card: answers APDUs as an Estonian ID-card does, with keys of its own.

Answers the commands that `identity`'s client and OpenSC send (ISO/IEC 7816-4 and -8), with
files, references and status words as the cards' transcripts in the corpus `eid` have them.
Everything that outlives the reader (keys, PINs, tries) is in a frozen `CardState` that is
handed to ``remember`` before the card answers. It protects nothing: whoever holds the
state holds the keys. A node outside the demonstration refuses its certificates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hmac import compare_digest
from typing import Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

__all__ = ["ATR", "CardState", "DemonstrationCard", "make_card"]

ATR: Final = bytes.fromhex("3bdb960080b1fe451f830012233f536549440f9000f1")
"""Answer to reset of a card of 2018, as a reader reports it."""

MOST_TRIES: Final = 3
PIN1, PIN2, PUK = 0x01, 0x85, 0x02

_OK, _BLOCKED, _NOT_VERIFIED, _CONDITIONS = 0x9000, 0x6983, 0x6982, 0x6985
_NO_FILE, _NO_CURRENT_FILE, _WRONG_BODY = 0x6A82, 0x6986, 0x6A80
_PAST_END, _NO_COMMAND, _WRONG_LENGTH, _MORE = 0x6B00, 0x6D00, 0x6700, 0x6100

_APPLICATIONS: Final[Mapping[bytes, bytes]] = {
    bytes.fromhex("a000000077010800070000fe00000100"): b"\x3f\x00",
    bytes.fromhex("e828bd080ff2504f5420415750"): b"\xad\xf1",
    bytes.fromhex("51534344204170706c69636174696f6e"): b"\xad\xf2",
}
_OBJECTS: Final = {0x01: PIN1, 0x05: PIN2, 0x02: PUK}
_KEYS: Final = {0x88: (0x81, PIN1), 0x2A: (0x9F, PIN2)}
# What a real card says of its PINs besides the tries; nobody reads it.
_RULES: Final = bytes.fromhex("8c06f300007343009c06f30000734300")

Outcome = tuple[bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """What is on the card while no reader powers it.

    Attributes:
        document_number: Two letters and seven digits.
        records: Contents of the files 5001 to 5008, as printed.
        authentication_key: PKCS #8, DER.
        signature_key: The same of the other key.
        authentication_certificate: DER; empty before the card is bound.
        signature_certificate: Likewise.
        pins: Value of each PIN by its reference.
        tries: Tries left of each PIN by its reference.
    """

    document_number: str
    records: tuple[str, ...]
    authentication_key: bytes
    signature_key: bytes
    authentication_certificate: bytes = b""
    signature_certificate: bytes = b""
    pins: Mapping[int, str] = field(default_factory=lambda: {PIN1: "", PIN2: "", PUK: ""})
    tries: Mapping[int, int] = field(
        default_factory=lambda: dict.fromkeys((PIN1, PIN2, PUK), MOST_TRIES)
    )

    def to_bytes(self) -> bytes:
        """The state as a file's content: JSON, with keys in the clear."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, content: bytes) -> "CardState":
        """Read what `to_bytes` wrote."""
        return msgspec.json.decode(content, type=cls)

    def bound(self, authentication: bytes, signature: bytes) -> "CardState":
        """The same card with certificates, DER."""
        return replace(
            self, authentication_certificate=authentication, signature_certificate=signature
        )

    def public_keys(self) -> tuple[bytes, bytes]:
        """Both public keys, SubjectPublicKeyInfo DER: authentication, signature."""
        return _public(self.authentication_key), _public(self.signature_key)


def make_card(
    *,
    document_number: str,
    surname: str,
    given_names: str,
    sex: str,
    citizenship: str,
    birth_date: date,
    code: str,
    expires_on: date,
    pins: tuple[str, str, str],
) -> CardState:
    """A new card with new keys, without certificates yet; ``pins`` are PIN1, PIN2, PUK."""
    records = (
        surname,
        given_names,
        sex,
        citizenship,
        f"{birth_date:%d %m %Y} {citizenship}",
        code,
        document_number,
        f"{expires_on:%d %m %Y}",
    )
    return CardState(
        document_number=document_number,
        records=records,
        authentication_key=_new_key(),
        signature_key=_new_key(),
        pins=dict(zip((PIN1, PIN2, PUK), pins, strict=True)),
    )


class DemonstrationCard:
    """A card in a reader. Its method `transmit` is the port that the client takes."""

    def __init__(
        self, state: CardState, *, remember: Callable[[CardState], None] | None = None
    ) -> None:
        """Insert a card.

        Args:
            state: What is on it.
            remember: Keeps the state durably; called before an answer that depends on it.
        """
        self.state = state
        self._remember = remember or (lambda state: None)
        self._commands: dict[int, Callable[[bytes, bytes, int | None], Outcome]] = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0xCB: self._get_data,
            0x20: self._verify,
            0x24: self._change,
            0x2C: self._reset_retry,
            0x22: self._manage_environment,
            0x88: self._use_key,
            0x2A: self._use_key,
        }
        self.reset()

    def reset(self) -> None:
        """Take power away and give it back: no file is selected, no PIN verified."""
        self._folder, self._file = b"\x3f\x00", b""
        self._verified: set[int] = set()
        self._key: int | None = None
        self._held_back = b""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            body, expected = _split(command)
        except IndexError:
            return _WRONG_LENGTH.to_bytes(2, "big")
        if command[1] == 0xC0:
            return self._get_response(expected)
        answer = self._commands.get(command[1])
        content, status = (b"", _NO_COMMAND) if answer is None else answer(command, body, expected)
        if content and expected is None:
            # Without Le the card holds its answer back until asked (ISO/IEC 7816-4 §5.3.4).
            self._held_back, content = content, b""
            status = _MORE | min(len(self._held_back), 0xFF)
        return content + status.to_bytes(2, "big")

    def _get_response(self, expected: int | None) -> bytes:
        part, self._held_back = self._held_back[:expected], self._held_back[expected or 0 :]
        return part + _OK.to_bytes(2, "big")

    def _files(self) -> dict[bytes, bytes]:
        state = self.state
        number = state.document_number.encode()
        files = {
            b"\x3f\x00\xd0\x03": b"\x04" + bytes([len(number)]) + number,
            b"\xad\xf1\x34\x01": state.authentication_certificate,
            b"\xad\xf2\x34\x1f": state.signature_certificate,
        }
        for position, text in enumerate(state.records, start=1):
            files[b"\x50\x00\x50" + bytes([position])] = text.encode()
        return files

    def _select(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        how, wants_size = command[2], command[3] == 0x04
        if how == 0x04:
            return self._enter(_APPLICATIONS.get(body))
        if how == 0x00 and body in (b"", b"\x3f\x00"):
            return self._enter(b"\x3f\x00")
        if how == 0x01:
            return self._enter(body if body in (b"\xad\xf1", b"\xad\xf2", b"\x50\x00") else None)
        # By path from the main folder, or by the file's own name in the current one.
        path = body if how == 0x09 and len(body) == 4 else self._folder + body[-2:]
        content = self._files().get(path)
        if how not in (0x02, 0x09) or content is None:
            return b"", _NO_FILE
        self._folder, self._file = path[:2], path
        size = len(content).to_bytes(2, "big")
        return (b"\x62\x04\x80\x02" + size if wants_size else b""), _OK

    def _enter(self, folder: bytes | None) -> Outcome:
        if folder is None:
            return b"", _NO_FILE
        self._folder, self._file = folder, b""
        return b"", _OK

    def _read_binary(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        content = self._files().get(self._file)
        if content is None:
            return b"", _NO_CURRENT_FILE
        offset = int.from_bytes(command[2:4], "big")
        if offset >= len(content):
            return b"", _PAST_END
        return content[offset : offset + (expected or 256)], _OK

    def _get_data(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        if command[2:4] != b"\x3f\xff" or len(body) != 10 or body[6] not in _OBJECTS:
            return b"", _NO_FILE
        left = self.state.tries[_OBJECTS[body[6]]]
        status = bytes([0x9A, 1, MOST_TRIES, 0x9B, 1, left, 0xA1, len(_RULES)]) + _RULES
        inner = b"\xa0" + bytes([len(status)]) + status
        named = b"\xbf\x81" + body[6:7] + bytes([len(inner)]) + inner
        return b"\x70" + bytes([len(named)]) + named, _OK

    def _verify(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        pin = command[3]
        if pin not in self.state.tries:
            return b"", _NO_FILE
        if not body:  # asks only how the PIN stands
            left = self.state.tries[pin]
            known = _OK if pin in self._verified else 0x63C0 | left if left else _BLOCKED
            return b"", known
        return b"", self._try(pin, body)

    def _try(self, pin: int, value: bytes) -> int:
        """Compare a PIN. The try is lost, durably, before the card looks at the value."""
        left = self.state.tries[pin]
        self._verified.discard(pin)
        if left == 0:
            return _BLOCKED
        self._keep(tries={**self.state.tries, pin: left - 1})
        if not compare_digest(value, _padded(self.state.pins[pin])):
            return 0x63C0 | (left - 1) if left > 1 else _BLOCKED
        self._keep(tries={**self.state.tries, pin: MOST_TRIES})
        self._verified.add(pin)
        return _OK

    def _change(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        pin, half = command[3], len(body) // 2
        if pin not in self.state.tries or len(body) != 24:
            return b"", _WRONG_BODY
        status = self._try(pin, body[:half])
        if status == _OK:
            self._keep(pins={**self.state.pins, pin: _digits(body[half:])})
        return b"", status

    def _reset_retry(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        pin = command[3]
        if pin not in (PIN1, PIN2):
            return b"", _WRONG_BODY
        if PUK not in self._verified:
            return b"", _NOT_VERIFIED
        pins = {**self.state.pins, pin: _digits(body)} if body else self.state.pins
        self._keep(pins=pins, tries={**self.state.tries, pin: MOST_TRIES})
        return b"", _OK

    def _manage_environment(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        at = body.find(b"\x84\x01")
        if at < 0 or at + 2 >= len(body):
            return b"", _WRONG_BODY
        self._key = body[at + 2]
        return b"", _OK

    def _use_key(self, command: bytes, body: bytes, expected: int | None) -> Outcome:
        """INTERNAL AUTHENTICATE and COMPUTE DIGITAL SIGNATURE: a digest in, r || s out."""
        key, pin = _KEYS[command[1]]
        if pin not in self._verified:
            return b"", _NOT_VERIFIED
        if self._key != key:
            return b"", _CONDITIONS
        if len(body) != 48:
            return b"", _WRONG_BODY
        if pin == PIN2:
            self._verified.discard(PIN2)  # PIN2 counts for one signature
        encoded = self.state.authentication_key if pin == PIN1 else self.state.signature_key
        signature = _private(encoded).sign(body, ec.ECDSA(Prehashed(hashes.SHA384())))
        r, s = decode_dss_signature(signature)
        return r.to_bytes(48, "big") + s.to_bytes(48, "big"), _OK

    def _keep(
        self,
        *,
        pins: Mapping[int, str] | None = None,
        tries: Mapping[int, int] | None = None,
    ) -> None:
        state = self.state
        self.state = replace(state, pins=pins or state.pins, tries=tries or state.tries)
        self._remember(self.state)


def _split(command: bytes) -> tuple[bytes, int | None]:
    """Body and Le of a command with short or extended lengths (ISO/IEC 7816-4 §5.1)."""
    rest = command[4:]
    if len(command) < 4:
        raise IndexError
    if not rest:
        return b"", None
    if len(rest) == 1:
        return b"", rest[0] or 256
    if rest[0] == 0 and len(rest) >= 3:
        length, rest = int.from_bytes(rest[1:3], "big"), rest[3:]
        if not rest:
            return b"", length or 65_536
    else:
        length, rest = rest[0], rest[1:]
    if len(rest) < length:
        raise IndexError
    expected = rest[length:]
    return rest[:length], None if not expected else int.from_bytes(expected, "big") or 256


def _padded(pin: str) -> bytes:
    return pin.encode().ljust(12, b"\xff")


def _digits(padded: bytes) -> str:
    return padded.rstrip(b"\xff").decode("ascii", "replace")


def _new_key() -> bytes:
    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _private(encoded: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(encoded, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "the card's own keys"  # noqa: S101 - our own mistake only
    return key


def _public(encoded: bytes) -> bytes:
    return (
        _private(encoded).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
