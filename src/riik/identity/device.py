"""The client of an ID-card: read it, try a PIN, sign with it.

Speaks the APDUs of the Estonian card of 2018 (applet "EstEID 2018", ISO/IEC 7816-4 and -8)
and of the Finnish one (FINEID v3), in the order of the transcripts in the corpus `eid`.
The bytes go through a `Transmit`: a PC/SC reader's, or the demonstration card's. Nothing
is kept between calls: the card itself holds the selected file and the verified PIN.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final, NoReturn, TypeAlias

from riik.identity import apdu
from riik.identity.apdu import OK, Response, command
from riik.identity.errors import CardRefused, CardSilent

__all__ = ["CardData", "EstEidCard", "FinEidCard", "Pin", "Transmit"]

Transmit: TypeAlias = Callable[[bytes], bytes]
"""Sends one command APDU and answers the card's response APDU; `CardSilent` without a card."""

_MAIN: Final = bytes.fromhex("a000000077010800070000fe00000100")
_AUTHENTICATION: Final = bytes.fromhex("e828bd080ff2504f5420415750")
_SIGNATURE: Final = bytes.fromhex("51534344204170706c69636174696f6e")

_PKCS15: Final = bytes.fromhex("a000000063504b43532d3135")

_CHUNK: Final = 0xC0
_MOST_BYTES: Final = 8192
_PIN_OCTETS: Final = 12
_DIGEST_OCTETS: Final = 48
_SIGNATURE_OCTETS: Final = 96
_RECORDS: Final = 8


class Pin(Enum):
    """The secrets: reference in commands, reference in the status object, fewest digits.

    The first three are the Estonian card's, `BASIC` is the Finnish one's.
    """

    PIN1 = (0x01, 0x01, 4)
    PIN2 = (0x85, 0x05, 5)
    PUK = (0x02, 0x02, 8)
    BASIC = (0x11, 0x11, 4)

    def __init__(self, reference: int, object_number: int, least: int) -> None:
        self.reference = reference
        self.object_number = object_number
        self.least = least


@dataclass(frozen=True, slots=True, kw_only=True)
class CardData:
    """The personal data file, which the card shows without any PIN.

    Attributes:
        sex: ``M`` or ``F``.
        citizenship: ISO 3166-1 alpha-3.
        birth_date: The day of birth.
        birth_place: Country of birth as printed; may be empty.
        code: Personal code without a country.
    """

    surname: str
    given_names: str
    sex: str
    citizenship: str
    birth_date: date
    birth_place: str
    code: str
    document_number: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class _Card:
    """One card in one reader: sends, fetches what is held back, reads files."""

    transmit: Transmit

    def _checked(self, sent: bytes, *, pin: Pin) -> bytes:
        """Send a command that a PIN guards; the status word says how the PIN stands."""
        answer = self._send(sent)
        if answer.status != OK:
            _refuse(answer.status, pin=pin)
        return answer.octets

    def _send(self, sent: bytes) -> Response:
        """Send, fetch what the card holds back (61xx), repeat with the right length (6Cxx)."""
        answer = Response.read(self.transmit(sent))
        if answer.status >> 8 == 0x6C:
            answer = Response.read(self.transmit(sent[:-1] + bytes([answer.status & 0xFF])))
        content = answer.octets
        while answer.status >> 8 == 0x61 and len(content) < _MOST_BYTES:
            more = command(b"\x00\xc0\x00\x00", expected=answer.status & 0xFF or 256)
            answer = Response.read(self.transmit(more))
            content += answer.octets
        return Response(content, answer.status)

    def _read_file(self, select: bytes, *, size_tag: str, chunk: int | None) -> bytes:
        """Select a file and read all of it, in chunks or in as much as the card gives."""
        answer = self._send(select)
        size = apdu.find(answer.octets, "62", size_tag)
        if answer.status != OK or size is None:
            raise CardSilent("a file is missing on the card", why="file")
        length, content = int.from_bytes(size, "big"), b""
        if length > _MOST_BYTES:
            raise CardSilent("a file of unlikely size", why="answer")
        while len(content) < length:
            most = 256 if chunk is None else min(chunk, length - len(content))
            header = b"\x00\xb0" + len(content).to_bytes(2, "big")
            part = self._send(command(header, expected=most))
            if part.status != OK or not part.octets:
                raise CardSilent("the card stopped in the middle of a file", why="file")
            content += part.octets
        return content[:length]

    def _select_application(self, identifier: bytes) -> None:
        answer = self._send(command(b"\x00\xa4\x04\x0c", identifier))
        if answer.status != OK:
            raise CardSilent("this is no card of this kind", why="card-kind")

    def _choose_key(self, *, template: int, algorithm: int, key: int) -> None:
        environment = bytes([0x80, 0x01, algorithm, 0x84, 0x01, key])
        answer = self._send(command(bytes([0x00, 0x22, 0x41, template]), environment))
        if answer.status != OK:
            raise CardSilent("the card doesn't know its key", why="card-kind")


@dataclass(frozen=True, slots=True)
class EstEidCard(_Card):
    """An Estonian card in a reader. Every method may raise `CardSilent`."""

    def document_number(self) -> str:
        """The number printed on the card, from its own file D003."""
        self._select_application(_MAIN)
        number = apdu.find(self._file(b"\xd0\x03", by=0x02), "04")
        if number is None:
            raise CardSilent("the card doesn't tell its number", why="answer")
        return _text(number)

    def personal_data(self) -> CardData:
        """What the card shows about its holder (files 5001 to 5008 in 5000)."""
        self._select_application(_MAIN)
        paths = [b"\x50\x00\x50" + bytes([number]) for number in range(1, _RECORDS + 1)]
        records = [_text(self._file(path)).strip() for path in paths]
        born, place = records[4][:10], records[4][10:].strip()
        return CardData(
            surname=records[0],
            given_names=records[1],
            sex=records[2],
            citizenship=records[3],
            birth_date=_date(born),
            birth_place=place,
            code=records[5],
            document_number=records[6],
            expires_on=_date(records[7]),
        )

    def authentication_certificate(self) -> bytes:
        """The certificate of the key behind PIN1, DER."""
        self._select_application(_MAIN)
        return self._file(bytes.fromhex("adf13401"))

    def signature_certificate(self) -> bytes:
        """The certificate of the key behind PIN2, DER."""
        self._select_application(_MAIN)
        return self._file(bytes.fromhex("adf2341f"))

    def tries_left(self, pin: Pin) -> int:
        """How many wrong tries a PIN still has; 0 is blocked."""
        self._select_application(_MAIN)
        number = pin.object_number
        wanted = bytes.fromhex(f"4d087006bf81{number:02x}02a080")
        answer = self._send(command(b"\x00\xcb\x3f\xff", wanted, expected=256))
        left = apdu.find(answer.octets, "70", f"bf81{number:02x}", "a0", "9b")
        if answer.status != OK or left is None:
            raise CardSilent("the card doesn't tell its tries", why="answer")
        return left[0]

    def verify_pin(self, pin: Pin, value: str) -> None:
        """Show a PIN to the card.

        Raises:
            CardRefused: For ``pin-shape`` (no try is lost), ``pin-wrong`` or ``pin-blocked``.
        """
        self._select_application(_SIGNATURE if pin is Pin.PIN2 else _MAIN)
        self._verify(pin, value)

    def change_pin(self, pin: Pin, *, old: str, new: str) -> None:
        """Replace a PIN; a wrong old one costs a try.

        Raises:
            CardRefused: As `verify_pin`, and ``pin-same``.
        """
        if old == new:
            raise CardRefused("the new PIN is the old one", why="pin-same")
        values = _padded(pin, old) + _padded(pin, new)
        self._select_application(_SIGNATURE if pin is Pin.PIN2 else _MAIN)
        self._checked(command(bytes([0x00, 0x24, 0x00, pin.reference]), values), pin=pin)

    def unblock_pin(self, pin: Pin, *, puk: str, new: str) -> None:
        """Give a blocked PIN a new value and all its tries again.

        Raises:
            CardRefused: As `verify_pin`, of the PUK.
        """
        value = _padded(pin, new)
        self._select_application(_MAIN)
        self._verify(Pin.PUK, puk)
        if pin is Pin.PIN2:
            self._select_application(_SIGNATURE)
        self._checked(command(bytes([0x00, 0x2C, 0x02, pin.reference]), value), pin=pin)

    def authenticate(self, digest: bytes, *, pin: str) -> bytes:
        """Sign a digest with the authentication key.

        Args:
            digest: SHA-384, 48 bytes.
            pin: PIN1.

        Returns:
            ``r || s``, 96 bytes.

        Raises:
            CardRefused: As `verify_pin`, and ``digest``.
        """
        _check_digest(digest)
        self._select_application(_AUTHENTICATION)
        self._choose_key(template=0xA4, algorithm=0x04, key=0x81)
        self._verify(Pin.PIN1, pin)
        return self._signature(b"\x00\x88\x00\x00", digest, pin=Pin.PIN1)

    def sign(self, digest: bytes, *, pin: str) -> bytes:
        """Sign a digest with the signature key; the card wants PIN2 for each signature.

        Args:
            digest: SHA-384, 48 bytes.
            pin: PIN2.

        Returns:
            ``r || s``, 96 bytes.

        Raises:
            CardRefused: As `verify_pin`, and ``digest``.
        """
        _check_digest(digest)
        self._select_application(_SIGNATURE)
        self._choose_key(template=0xB6, algorithm=0x54, key=0x9F)
        self._verify(Pin.PIN2, pin)
        return self._signature(b"\x00\x2a\x9e\x9a", digest, pin=Pin.PIN2)

    def _verify(self, pin: Pin, value: str) -> None:
        header = bytes([0x00, 0x20, 0x00, pin.reference])
        self._checked(command(header, _padded(pin, value)), pin=pin)

    def _signature(self, header: bytes, digest: bytes, *, pin: Pin) -> bytes:
        signature = self._checked(command(header, digest, expected=256), pin=pin)
        if len(signature) != _SIGNATURE_OCTETS:
            raise CardSilent("a signature of another length", why="answer")
        return signature

    def _file(self, path: bytes, *, by: int = 0x09) -> bytes:
        """Read a file by its path, or by its name below the main folder."""
        select = command(bytes([0x00, 0xA4, by, 0x04]), path, expected=256)
        return self._read_file(select, size_tag="80", chunk=_CHUNK)


@dataclass(frozen=True, slots=True)
class FinEidCard(_Card):
    """A Finnish card (FINEID v3, ISO/IEC 7816-15) in a reader, for signing in with it."""

    def authentication_certificate(self) -> bytes:
        """The certificate of the key behind the basic PIN, DER."""
        self._select_application(_PKCS15)
        select = command(b"\x00\xa4\x08\x04", b"\x43\x31", expected=256)
        return self._read_file(select, size_tag="81", chunk=None)

    def tries_left(self) -> int:
        """How many wrong tries the basic PIN still has; 0 is blocked."""
        wanted = bytes([0xA0, 0x03, 0x83, 0x01, Pin.BASIC.reference])
        answer = self._send(command(b"\x00\xcb\x00\xff", wanted, expected=256))
        left = apdu.find(answer.octets, "a0", "df21")
        if answer.status != OK or not left:
            raise CardSilent("the card doesn't tell its tries", why="answer")
        return left[0]

    def authenticate(self, digest: bytes, *, pin: str) -> bytes:
        """Sign a digest with the authentication key (RSA-PSS).

        Args:
            digest: SHA-256, 32 bytes.
            pin: The basic PIN.

        Raises:
            CardRefused: As `EstEidCard.verify_pin`, and ``digest``.
        """
        _check_digest(digest, octets=32)
        value = _padded(Pin.BASIC, pin, filler=b"\x00")
        self._checked(command(bytes([0, 0x20, 0, Pin.BASIC.reference]), value), pin=Pin.BASIC)
        self._choose_key(template=0xB6, algorithm=0x45, key=0x01)
        hashed = command(b"\x00\x2a\x90\xa0", apdu.tlv("90", digest))
        self._checked(hashed, pin=Pin.BASIC)
        return self._checked(command(b"\x00\x2a\x9e\x9a", expected=256), pin=Pin.BASIC)


def _refuse(status: int, *, pin: Pin) -> NoReturn:
    if status & 0xFFF0 == 0x63C0:
        tries = status & 0x0F
        if tries:
            raise CardRefused(f"{pin.name} is wrong", why="pin-wrong", tries=tries)
    if status in (0x63C0, 0x6983):
        raise CardRefused(f"{pin.name} is blocked", why="pin-blocked", tries=0)
    if status == 0x6982:
        raise CardRefused(f"the card wants {pin.name} first", why="pin-needed")
    if status in (0x6A80, 0x6985):
        raise CardRefused("the card doesn't take this", why="not-taken")
    raise CardSilent(f"the card answered {status:04X}", why="answer")


def _padded(pin: Pin, value: str, *, filler: bytes = b"\xff") -> bytes:
    """A PIN as the card takes it: digits, filled up."""
    if not re.fullmatch(r"[0-9]+", value, re.ASCII) or not pin.least <= len(value) <= _PIN_OCTETS:
        raise CardRefused(f"{pin.name} has {pin.least} to {_PIN_OCTETS} digits", why="pin-shape")
    return value.encode().ljust(_PIN_OCTETS, filler)


def _check_digest(digest: bytes, *, octets: int = _DIGEST_OCTETS) -> None:
    if len(digest) != octets:
        raise CardRefused(f"the card signs a digest of {octets} bytes", why="digest")


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise CardSilent("a text on the card is no text", why="answer") from error


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%d %m %Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise CardSilent("a day on the card is no day", why="answer") from error
