"""BER to DER: rewrite what older software encoded loosely, so that one reader is enough.

CMS may be BER (RFC 5652 §2): time-stamp authorities send lengths without end and octet
strings in pieces (X.690 §8.1.3.6, §8.7.3). Both become definite and whole; whatever was
DER already stays byte for byte, so signatures over it still hold. Pure, within limits.
"""

from typing import Final

from riik.formats import der
from riik.formats.der import DerRefused

__all__ = ["first_to_der", "to_der"]

MOST_DEPTH: Final = 40
MOST_BYTES: Final = 1 << 20
CONSTRUCTED: Final = 0x20
ENDLESS: Final = 0x80
OCTET_STRING_IN_PIECES: Final = der.OCTET_STRING | CONSTRUCTED


def to_der(source: bytes, *, most: int = MOST_BYTES) -> bytes:
    """Rewrite one BER element.

    Args:
        source: The element; nothing may follow it.
        most: Bytes that are read at most.

    Raises:
        DerRefused: For ``too-long``, ``too-deep``, ``truncated``, ``trailing``, ``length``
            or ``tag``.
    """
    element, rest = first_to_der(source, most=most)
    if rest:
        raise DerRefused("an element more than there should be", why="trailing")
    return element


def first_to_der(source: bytes, *, most: int = MOST_BYTES) -> tuple[bytes, bytes]:
    """Rewrite the first BER element; also what follows it, as it is.

    Raises:
        DerRefused: As `to_der`, but for ``trailing``.
    """
    if len(source) > most:
        raise DerRefused("more bytes than are allowed here", why="too-long", most=most)
    element, end = _element(source, 0, len(source), depth=0)
    return element, source[end:]


def _element(source: bytes, at: int, limit: int, *, depth: int) -> tuple[bytes, int]:
    """The element at ``at`` as DER, and where it ends in the source."""
    if depth > MOST_DEPTH:
        raise DerRefused("nested too deep", why="too-deep", most=MOST_DEPTH)
    if limit - at < 2:
        raise DerRefused("an element less than there should be", why="truncated")
    tag = source[at]
    if tag & 0x1F == 0x1F:
        raise DerRefused("a tag of several bytes", why="tag")
    start, size = _length(source, at + 1, limit)
    if not tag & CONSTRUCTED:
        if size is None:
            raise DerRefused("a primitive element without end", why="length")
        return der.encode(tag, source[start : start + size]), start + size
    end = limit if size is None else start + size
    parts, at = _parts(source, start, end, endless=size is None, depth=depth)
    if tag == OCTET_STRING_IN_PIECES:
        return der.octet_string(b"".join(map(_piece, parts))), at
    return der.encode(tag, *parts), at


def _parts(
    source: bytes, at: int, end: int, *, endless: bool, depth: int
) -> tuple[list[bytes], int]:
    parts: list[bytes] = []
    while endless or at < end:
        if endless and source[at : at + 2] == b"\x00\x00":
            return parts, at + 2
        part, at = _element(source, at, end, depth=depth + 1)
        parts.append(part)
    return parts, at


def _piece(part: bytes) -> bytes:
    return der.Reader(part).octets()


def _length(source: bytes, at: int, limit: int) -> tuple[int, int | None]:
    """Where the content starts and its size; no size when it ends by a mark."""
    size, start = source[at], at + 1
    if size == ENDLESS:
        return start, None
    if size > ENDLESS:
        count = size & 0x7F
        if count > 4 or count > limit - start:
            raise DerRefused("a length out of all bounds", why="length")
        size, start = int.from_bytes(source[start : start + count], "big"), start + count
    if size > limit - start:
        raise DerRefused("a length beyond the end", why="truncated")
    return start, size
