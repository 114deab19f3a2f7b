"""What a file is by its bytes, and whether it is safe to keep: its name is nobody's proof.

PDF (ISO 32000-1 §7.5), JPEG (ITU-T T.81 §B.1), PNG (ISO 15948 §5, §11.2.2), ASiC-E (EN 319 162-1
§4.3.1). Pure: bytes in, a kind or a refusal out. Parts of a PDF that are compressed are not looked
into: what is hidden there is for a scanner to find.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from riik.core import Refused
from riik.formats.zip import Limits, ZipRefused, read_zip

__all__ = ["KINDS", "MEDIA_TYPES", "MediaRefused", "kind_inside"]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "asice": "application/vnd.etsi.asic-e+zip",
}
KINDS: Final = tuple(MEDIA_TYPES)

MOST_PIXELS: Final = 100_000_000
_CONTAINER: Final = Limits(entries=200, content=50_000_000, ratio=50, ratio_from=2_000_000)
_PDF: Final = re.compile(rb"%PDF-[12]\.\d")
_ACTS: Final = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|XFA|SubmitForm)(?![A-Za-z])")
_NAME: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class MediaRefused(Refused):
    """A file that is of no known kind, or not what it says, or not safe to keep."""

    code = "services.media-refused"


def kind_inside(content: bytes) -> str:
    """What a file is: one of `KINDS`.

    Raises:
        MediaRefused: For ``empty``, ``unknown-kind``, ``broken``, ``locked`` (nobody could read
            it), ``acts`` (it would run something) or ``bomb`` (small outside, huge inside).
    """
    if not content:
        raise MediaRefused("the file is empty", why="empty")
    for kind, (begins, check) in _LOOKS.items():
        if begins(content):
            check(content)
            return kind
    raise MediaRefused("this is no kind of file that is taken", why="unknown-kind")


def _pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise MediaRefused("the PDF has no end", why="broken")
    plain = _NAME.sub(lambda found: bytes([int(found[1], 16)]), content)
    if re.search(rb"/Encrypt(?![A-Za-z])", plain):
        raise MediaRefused("the PDF wants a password", why="locked")
    if _ACTS.search(plain):
        raise MediaRefused("the PDF would run something", why="acts")


def _jpeg(content: bytes) -> None:
    if b"\xff\xd9" not in content[-65_536:]:
        raise MediaRefused("the picture has no end", why="broken")
    for marker, segment in _segments(content):
        if marker in _SIZES and len(segment) >= 5:
            height, width = (int.from_bytes(segment[at : at + 2], "big") for at in (1, 3))
            return _pixels(width, height)
    raise MediaRefused("the picture has no size", why="broken")


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments of a JPEG up to its first scan."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:
            return
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + length


def _png(content: bytes) -> None:
    head, check = content[12:29], content[29:33]
    if content[12:16] != b"IHDR" or zlib.crc32(head) != int.from_bytes(check, "big"):
        raise MediaRefused("the picture's head is damaged", why="broken")
    if b"IEND\xaeB`\x82" not in content[-64:]:
        raise MediaRefused("the picture has no end", why="broken")
    _pixels(int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))


def _pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise MediaRefused("the picture is larger than anybody can see", why="bomb")


def _asice(content: bytes) -> None:
    try:
        first = read_zip(content, limits=_CONTAINER)[0]
    except ZipRefused as refused:
        large = refused.why in ("content", "ratio", "entries", "large")
        raise MediaRefused(str(refused), why="bomb" if large else "broken") from refused
    if first.name != "mimetype" or first.content.decode("latin-1") != MEDIA_TYPES["asice"]:
        raise MediaRefused("a ZIP that is no signed container", why="unknown-kind")


_Look = tuple[Callable[[bytes], bool], Callable[[bytes], None]]
_LOOKS: Final[Mapping[str, _Look]] = {
    "pdf": (lambda content: _PDF.match(content) is not None, _pdf),
    "jpeg": (lambda content: content.startswith(b"\xff\xd8\xff"), _jpeg),
    "png": (lambda content: content.startswith(_PNG), _png),
    "asice": (lambda content: content.startswith(b"PK\x03\x04"), _asice),
}
