"""DER: encode values thinly, read bytes strictly and within limits.

Implements the distinguished encoding of ITU-T X.690 (§8, §10, §11) as far as X.509,
OCSP, CMS and time-stamps need it: single-byte tags, definite lengths. The encoder joins
bytes and nothing else; the reader walks a buffer without copying what it skips.
Pure, no decisions: what a structure means is said where it is used.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Self

from riik.core import Refused

__all__ = [
    "BIT_STRING",
    "BOOLEAN",
    "ENUMERATED",
    "GENERALIZED_TIME",
    "INTEGER",
    "NULL",
    "OCTET_STRING",
    "OID",
    "SEQUENCE",
    "SET",
    "TEXT_TAGS",
    "DerRefused",
    "Reader",
    "bit_string",
    "boolean",
    "context",
    "encode",
    "enumerated",
    "generalized_time",
    "ia5_string",
    "integer",
    "null",
    "octet_string",
    "oid",
    "printable_string",
    "sequence",
    "set_of",
    "utf8_string",
    "x509_time",
]

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

MOST_BYTES: Final = 1 << 20
MOST_DEPTH: Final = 24
MOST_INTEGER_BYTES: Final = 2048

_CHARSETS: Final = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "latin-1",  # PrintableString: foreign issuers write signs outside its alphabet
    0x14: "latin-1",  # TeletexString is read as everyone reads it
    0x16: "ascii",
    0x1A: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}

TEXT_TAGS: Final = frozenset(_CHARSETS)
_PAIRS: Final = rb"(\d\d)" * 5
_UTC_TIME: Final = re.compile(rb"(\d\d)" + _PAIRS + rb"Z\Z")
_GENERALIZED_TIME: Final = re.compile(rb"(\d{4})" + _PAIRS + rb"(?:\.(\d{1,9}))?Z\Z")


class DerRefused(Refused):
    """The bytes are not DER, or pass a limit: ``why`` says which rule they break."""

    code = "formats.der-refused"


# Encoding


def encode(tag: int, *parts: bytes) -> bytes:
    """One element: the tag byte, the shortest length, the parts one after another."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE or SEQUENCE OF."""
    return encode(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF: the parts in ascending order (X.690 §11.6)."""
    return encode(SET, *sorted(parts))


def context(number: int, *parts: bytes, primitive: bool = False) -> bytes:
    """A context-specific tag: explicit or of a constructed type, unless ``primitive``."""
    return encode((0x80 if primitive else 0xA0) | number, *parts)


def integer(value: int) -> bytes:
    """INTEGER in the fewest bytes of two's complement."""
    bits = value.bit_length() if value >= 0 else (value + 1).bit_length()
    return encode(INTEGER, value.to_bytes(bits // 8 + 1, "big", signed=True))


def enumerated(value: int) -> bytes:
    """ENUMERATED, not negative."""
    return encode(ENUMERATED, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool) -> bytes:
    """BOOLEAN: ``FF`` or ``00`` (X.690 §11.1)."""
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def null() -> bytes:
    """NULL."""
    return b"\x05\x00"


@lru_cache(maxsize=1024)
def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted text."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        base128 = [arc & 0x7F]
        while arc := arc >> 7:
            base128.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(base128))
    return encode(OID, bytes(content))


def octet_string(content: bytes) -> bytes:
    """OCTET STRING."""
    return encode(OCTET_STRING, content)


def bit_string(content: bytes, *, unused: int = 0) -> bytes:
    """BIT STRING of whole bytes, or with ``unused`` zero bits at its end."""
    return encode(BIT_STRING, bytes((unused,)), content)


def utf8_string(text: str) -> bytes:
    """UTF8String."""
    return encode(UTF8_STRING, text.encode())


def printable_string(text: str) -> bytes:
    """PrintableString; the caller keeps to its alphabet."""
    return encode(PRINTABLE_STRING, text.encode("ascii"))


def ia5_string(text: str) -> bytes:
    """IA5String: ASCII."""
    return encode(IA5_STRING, text.encode("ascii"))


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC; a fraction is written only when there is one (§11.7)."""
    moment = moment.astimezone(UTC)
    text = f"{moment:%Y%m%d%H%M%S}".rjust(14, "0")
    if moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return encode(GENERALIZED_TIME, text.encode("ascii"), b"Z")


def x509_time(moment: datetime) -> bytes:
    """UTCTime from 1950 to 2049, else GeneralizedTime; whole seconds (RFC 5280 §4.1.2.5)."""
    moment = moment.astimezone(UTC).replace(microsecond=0)
    if 1950 <= moment.year < 2050:
        return encode(UTC_TIME, f"{moment:%y%m%d%H%M%S}Z".encode("ascii"))
    return generalized_time(moment)


# Reading


class Reader:
    """A cursor over the elements of one buffer or of one element's content.

    Each method reads the next element and moves on; a wrong tag, a length beyond the
    buffer, a form that isn't DER, or nesting beyond the limit raises `DerRefused`.
    """

    __slots__ = ("_depth", "_end", "_position", "_source")

    def __init__(self, source: bytes, *, most: int = MOST_BYTES) -> None:
        if len(source) > most:
            raise DerRefused("more bytes than are allowed here", why="too-long", most=most)
        self._source = source
        self._position = 0
        self._end = len(source)
        self._depth = 0

    @classmethod
    def only(cls, source: bytes, tag: int = SEQUENCE, *, most: int = MOST_BYTES) -> Self:
        """Enter the one element that ``source`` must consist of."""
        outer = cls(source, most=most)
        inner = outer.enter(tag)
        outer.finish()
        return inner

    def __bool__(self) -> bool:
        """Is there another element?"""
        return self._position < self._end

    def peek(self) -> int:
        """The tag of the next element, or -1 at the end."""
        return self._source[self._position] if self._position < self._end else -1

    def finish(self) -> None:
        """Refuse what is left over."""
        if self._position != self._end:
            raise DerRefused("an element more than there should be", why="trailing")

    def raw(self, tag: int = -1) -> bytes:
        """The next element whole: tag, length and content."""
        start = self._position
        _, end = self._open(tag)
        self._position = end
        return self._source[start:end]

    def content(self, tag: int) -> bytes:
        """The content of the next element."""
        start, end = self._open(tag)
        self._position = end
        return self._source[start:end]

    def enter(self, tag: int = SEQUENCE) -> Self:
        """A reader of the next element's content; this one moves behind it."""
        start, end = self._open(tag)
        if self._depth >= MOST_DEPTH:
            raise DerRefused("nested too deep", why="too-deep", most=MOST_DEPTH)
        self._position = end
        inner = object.__new__(type(self))
        inner._source = self._source
        inner._position = start
        inner._end = end
        inner._depth = self._depth + 1
        return inner

    def optional(self, tag: int) -> Self | None:
        """Enter the next element if it has this tag."""
        return self.enter(tag) if self.peek() == tag else None

    def skip(self) -> None:
        """Pass over the next element."""
        _, self._position = self._open(-1)

    def integer(self, tag: int = INTEGER) -> int:
        """An INTEGER of any sign, in its shortest form (X.690 §8.3.2)."""
        content = self.content(tag)
        if not 0 < len(content) <= MOST_INTEGER_BYTES:
            raise DerRefused("an integer is empty or too long", why="integer")
        if len(content) > 1 and (
            (content[0] == 0x00 and content[1] < 0x80) or (content[0] == 0xFF and content[1] > 0x7F)
        ):
            raise DerRefused("an integer has a needless first byte", why="integer")
        return int.from_bytes(content, "big", signed=True)

    def boolean(self) -> bool:
        """A BOOLEAN: ``00`` or ``FF``."""
        content = self.content(BOOLEAN)
        if content not in {b"\x00", b"\xff"}:
            raise DerRefused("a boolean that is neither", why="boolean")
        return content == b"\xff"

    def null(self) -> None:
        """A NULL."""
        if self.content(NULL):
            raise DerRefused("a NULL with content", why="null")

    def oid(self, tag: int = OID) -> str:
        """An OBJECT IDENTIFIER as dotted text."""
        return _dotted(self.content(tag))

    def octets(self) -> bytes:
        """The content of an OCTET STRING."""
        return self.content(OCTET_STRING)

    def bits(self) -> bytes:
        """The bytes of a BIT STRING that has no unused bits (a signature, a key)."""
        content = self.content(BIT_STRING)
        if not content or content[0] != 0:
            raise DerRefused("a bit string of another size", why="bit-string")
        return content[1:]

    def flags(self) -> frozenset[int]:
        """The numbers of the bits that are set in a named BIT STRING, from 0."""
        content = self.content(BIT_STRING)
        if not content or content[0] > 7 or (len(content) == 1 and content[0]):
            raise DerRefused("a bit string of another shape", why="bit-string")
        return frozenset(
            number
            for number in range((len(content) - 1) * 8 - content[0])
            if content[1 + number // 8] & (0x80 >> number % 8)
        )

    def text(self) -> str:
        """A string of any of the types that names use."""
        charset = _CHARSETS.get(self.peek())
        if charset is None:
            raise DerRefused("not a text", why="tag")
        try:
            return self.content(self.peek()).decode(charset)
        except UnicodeDecodeError as error:
            raise DerRefused("a text in another character set", why="text") from error

    def time(self) -> datetime:
        """A UTCTime or GeneralizedTime that ends in ``Z`` (X.690 §11.7, §11.8)."""
        tag = self.peek()
        if tag not in {UTC_TIME, GENERALIZED_TIME}:
            raise DerRefused("not a time", why="tag")
        return _moment(self.content(tag), short=tag == UTC_TIME)

    def _open(self, tag: int) -> tuple[int, int]:
        """Where the next element's content begins and ends."""
        source, at, end = self._source, self._position, self._end
        if end - at < 2:
            raise DerRefused("an element less than there should be", why="truncated")
        found = source[at]
        if tag not in (-1, found):
            raise DerRefused(f"tag {found:02x} where {tag:02x} should be", why="tag")
        if found & 0x1F == 0x1F:
            raise DerRefused("a tag of several bytes", why="tag")
        size, start = source[at + 1], at + 2
        if size >= 0x80:
            size, start = self._long_size(start, size & 0x7F)
        if size > end - start:
            raise DerRefused("a length beyond the end", why="truncated")
        return start, start + size

    def _long_size(self, at: int, count: int) -> tuple[int, int]:
        if not 1 <= count <= 4:
            raise DerRefused("a length without end or out of all bounds", why="length")
        if count > self._end - at:
            raise DerRefused("a length beyond the end", why="truncated")
        size = int.from_bytes(self._source[at : at + count], "big")
        if size < 0x80 or size.bit_length() <= (count - 1) * 8:
            raise DerRefused("a length that isn't the shortest", why="length")
        return size, at + count


@lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise DerRefused("an object identifier of another shape", why="oid")
    arcs, arc = [], 0
    for byte in content:
        if arc == 0 and byte == 0x80:
            raise DerRefused("an object identifier with a needless byte", why="oid")
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))


def _moment(content: bytes, *, short: bool) -> datetime:
    match = (_UTC_TIME if short else _GENERALIZED_TIME).match(content)
    if match is None:
        raise DerRefused("not a time of DER", why="time")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction = 0 if short else int((match[7] or b"")[:6].ljust(6, b"0"))
    if short:
        year += 1900 if year >= 50 else 2000
    try:
        return datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC)
    except ValueError as error:
        raise DerRefused("not a time of the calendar", why="time") from error
