"""Is a picture one picture, of a size that can be shown, and nothing else besides?

JPEG (ITU-T T.81 §B.1, §B.2) and PNG (ISO 15948 §5, §11). A second frame or head would be another
picture to other programs than to ours; texts inside a PNG are packed and may be bombs; what stands
after the end may be a file of another kind. Pure.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from riik.services.forms.media.errors import MediaRefused

__all__ = ["check_jpeg", "check_png"]

MOST_PIXELS: Final = 100_000_000
MOST_TEXT: Final = 8_000_000
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA
_END: Final = 0xD9
_MARKER: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""The next marker in a scan; stuffed bytes and restarts belong to the scan (§B.1.1.2)."""

_PNG_END: Final = b"\0\0\0\0IEND\xaeB`\x82"
_PACKED: Final = {b"zTXt": 2, b"iCCP": 2}
"""Chunks with packed content: zeros and methods between the keyword and it (§11.3)."""


def check_jpeg(content: bytes) -> None:
    """Look at a JPEG's size and frames.

    Raises:
        MediaRefused: For ``broken`` or ``bomb``.
    """
    sizes = [
        (int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big"))
        for marker, segment in _segments(content)
        if marker in _SIZES
    ]
    if len(sizes) != 1:
        raise MediaRefused("it is not one picture", why="broken")
    height, width = sizes[0]
    _check_size(width, height)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments of a JPEG, to the end of its picture.

    Cameras keep further pictures after the end; they are none of this one.
    """
    at = 2
    while (found := _MARKER.match(content, at)) is not None:
        marker, at = content[found.end() - 1], found.end()
        if marker == _END:
            return
        length = int.from_bytes(content[at : at + 2], "big")
        if length < 2 or at + length > len(content):
            break
        yield marker, content[at + 2 : at + length]
        at += length
        if marker == _SCAN:
            following = _MARKER.search(content, at)
            at = following.start() if following else len(content)
    raise MediaRefused("the picture has no end", why="broken")


def check_png(content: bytes) -> None:
    """Look at a PNG's head, its chunks and its end.

    Raises:
        MediaRefused: For ``broken``, ``bomb`` or ``two-kinds``.
    """
    heads = 0
    for kind, data in _chunks(content):
        heads += kind == b"IHDR"
        if heads != 1:
            raise MediaRefused("it is not one picture", why="broken")
        if kind == b"IHDR":
            _check_size(*struct.unpack_from(">II", data.ljust(8, b"\0")))
        _check_text(kind, data)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if zlib.crc32(kind + data) != int.from_bytes(check, "big") or len(check) != 4:
            raise MediaRefused("the picture is damaged", why="broken")
        if kind == b"IEND":
            if content[at:] != _PNG_END:
                raise MediaRefused("something stands after the picture", why="two-kinds")
            return
        yield kind, data
        at += 12 + length
    raise MediaRefused("the picture has no end", why="broken")


def _check_text(kind: bytes, data: bytes) -> None:
    if kind in _PACKED:
        packed = data.partition(b"\0")[2][1:]
    elif kind == b"iTXt" and data.partition(b"\0")[2][:1] == b"\1":
        packed = data.partition(b"\0")[2][2:].split(b"\0", 2)[-1]
    else:
        return
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, MOST_TEXT)
    except zlib.error as error:
        raise MediaRefused("the picture is damaged", why="broken") from error
    if unpacking.unconsumed_tail:
        raise MediaRefused("a text in the picture is enormous", why="bomb")


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise MediaRefused("the picture is larger than anybody can see", why="bomb")
