"""ZIP from outside: read whole, once, and only if every reader would see the same files.

Implements the part of APPNOTE 6.3 that containers need: entries stored or deflated,
one disk, sizes below 4 GiB. Refused: encryption, two entries of one name, local headers
that disagree with the central directory, entries that overlap, bytes that belong to
none, a wrong CRC, and what expands out of all proportion. Pure: bytes in, bytes out.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from riik.core import Refused

__all__ = ["Entry", "Limits", "ZipRefused", "read_zip", "write_zip"]

STORED: Final = 0
DEFLATED: Final = 8

_END: Final = struct.Struct("<4s4H2LH")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DESCRIPTOR: Final = 0x0008
_UTF8: Final = 0x0800
_DATE_1980: Final = 0x0021
_MOST_COMMENT: Final = 0xFFFF


class ZipRefused(Refused):
    """The bytes are no ZIP, or one that two readers could read in two ways."""

    code = "formats.zip-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a ZIP may hold.

    Attributes:
        entries: Number of entries.
        content: Bytes of all contents together.
        ratio: How many times larger than the file the contents may be, once they
            exceed ``ratio_from`` bytes.
    """

    entries: int = 2000
    content: int = 512 * 1024 * 1024
    ratio: int = 100
    ratio_from: int = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a ZIP.

    Attributes:
        stored: It is not compressed.
        extra: Its local header's extra field.
    """

    name: str
    content: bytes
    stored: bool = False
    extra: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """An entry as the central directory lists it."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def read_zip(source: bytes, *, limits: Limits = Limits()) -> tuple[Entry, ...]:
    """Read all entries, in the order in which they stand in the file.

    Directories (empty, with a name that ends in ``/``) are left out.

    Raises:
        ZipRefused: For ``no-zip``, ``disks``, ``large``, ``encrypted``, ``method``, ``name``,
            ``duplicate``, ``headers-differ``, ``overlap``, ``gap``, ``crc``, ``compressed``,
            ``entries``, ``content`` or ``ratio``.
    """
    start, end, count = _find_directory(source)
    if count > limits.entries:
        raise ZipRefused(f"more than {limits.entries} entries", why="entries")
    listed = sorted(_read_directory(source, start, end, count), key=lambda each: each.offset)
    total = sum(each.size for each in listed)
    if total > limits.content:
        raise ZipRefused("the contents are too large", why="content", most=limits.content)
    if total > limits.ratio_from and total > limits.ratio * len(source):
        raise ZipRefused("the contents are out of proportion to the file", why="ratio")
    if len({each.name for each in listed}) != len(listed):
        raise ZipRefused("two entries have one name", why="duplicate")
    ends = [*(each.offset for each in listed[1:]), start]
    if not listed:
        raise ZipRefused("a ZIP without entries", why="no-zip")
    if listed[0].offset != 0:
        raise ZipRefused("something stands before the first entry", why="gap")
    entries = [_read_entry(source, each, end) for each, end in zip(listed, ends, strict=True)]
    return tuple(entry for entry in entries if entry.content or not entry.name.endswith("/"))


def _find_directory(source: bytes) -> tuple[int, int, int]:
    """Where the central directory begins and ends, and how many entries it has."""
    for at in range(len(source) - _END.size, max(-1, len(source) - _END.size - _MOST_COMMENT), -1):
        if source[at : at + 4] == b"PK\x05\x06":
            break
    else:
        raise ZipRefused("not a ZIP", why="no-zip")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(source, at)
    if (disk, first_disk) != (0, 0) or here != count:
        raise ZipRefused("a ZIP on several disks", why="disks")
    if 0xFFFF in (count, here) or 0xFFFFFFFF in (size, start):
        raise ZipRefused("a ZIP of the large form", why="large")
    if at + _END.size + comment != len(source) or start + size != at:
        raise ZipRefused("something stands around the central directory", why="gap")
    return start, at, count


def _read_directory(source: bytes, at: int, end: int, count: int) -> Iterator[_Listed]:
    for _ in range(count):
        if end - at < _CENTRAL.size or source[at : at + 4] != b"PK\x01\x02":
            raise ZipRefused("the central directory is damaged", why="no-zip")
        fields = _CENTRAL.unpack_from(source, at)
        flags, method, crc, packed, size = fields[3], fields[4], *fields[7:10]
        name_size, extra_size, comment_size, disk = fields[10:14]
        name_at = at + _CENTRAL.size
        at = name_at + name_size + extra_size + comment_size
        if at > end or disk != 0:
            raise ZipRefused("the central directory is damaged", why="no-zip")
        if flags & _ENCRYPTED:
            raise ZipRefused("an entry is encrypted", why="encrypted")
        if method not in {STORED, DEFLATED}:
            raise ZipRefused(f"an entry is packed by method {method}", why="method")
        yield _Listed(
            name=source[name_at : name_at + name_size],
            flags=flags,
            method=method,
            crc=crc,
            packed=packed,
            size=size,
            offset=fields[16],
        )
    if at != end:
        raise ZipRefused("the central directory has more than it says", why="gap")


def _read_entry(source: bytes, listed: _Listed, end: int) -> Entry:
    """Read one entry whose bytes must fill the file up to ``end``."""
    at = listed.offset
    if end - at < _LOCAL.size or source[at : at + 4] != b"PK\x03\x04":
        raise ZipRefused("an entry isn't where it should be", why="overlap")
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack_from(
        source, at
    )
    name_at = at + _LOCAL.size
    content_at = name_at + name_size + extra_size
    name = source[name_at : name_at + name_size]
    later = bool(flags & _DESCRIPTOR)
    sizes = (listed.crc, listed.packed, listed.size)
    agree = (crc, packed, size) == sizes or (later and (crc, packed, size) == (0, 0, 0))
    if (name, flags, method) != (listed.name, listed.flags, listed.method) or not agree:
        raise ZipRefused("two headers of one entry disagree", why="headers-differ")
    packed_end = content_at + listed.packed
    _check_end(source, packed_end, end, sizes if later else None)
    content = _expand(source[content_at:packed_end], listed)
    if zlib.crc32(content) != listed.crc:
        raise ZipRefused("an entry is damaged", why="crc")
    return Entry(
        name=_read_name(name, flags),
        content=content,
        stored=method == STORED,
        extra=source[name_at + name_size : content_at],
    )


def _check_end(source: bytes, at: int, end: int, described: tuple[int, int, int] | None) -> None:
    """The next entry must follow at once, or after a data descriptor (§4.3.9)."""
    if at > end:
        raise ZipRefused("two entries overlap", why="overlap")
    rest = source[at:end]
    if described is None:
        if rest:
            raise ZipRefused("bytes that belong to no entry", why="gap")
        return
    short = struct.pack("<3L", *described)
    if rest not in {short, b"PK\x07\x08" + short}:
        raise ZipRefused("a data descriptor disagrees", why="headers-differ")


def _expand(packed: bytes, listed: _Listed) -> bytes:
    if listed.method == STORED:
        content, whole = packed, True
    else:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflate.decompress(packed, listed.size + 1)
        except zlib.error as error:
            raise ZipRefused("an entry can't be expanded", why="compressed") from error
        whole = inflate.eof and not inflate.unused_data
    if len(content) != listed.size or not whole:
        raise ZipRefused("an entry has another size than it says", why="compressed")
    return content


def _read_name(name: bytes, flags: int) -> str:
    """UTF-8, whether flagged or not; else code page 437 (§ appendix D)."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError as error:
        if flags & _UTF8:
            raise ZipRefused("a name is not UTF-8", why="name") from error
        text = name.decode("cp437")
    if not text or any(ord(sign) < 32 for sign in text):
        raise ZipRefused("a name with control characters", why="name")
    return text


def write_zip(entries: Iterable[Entry]) -> bytes:
    """Write a ZIP; the same entries give the same bytes, dated 1980.

    Raises:
        ZipRefused: For ``large`` or ``duplicate``.
    """
    parts: list[bytes] = []
    directory: list[bytes] = []
    names: set[str] = set()
    offset = 0
    for entry in entries:
        if entry.name in names:
            raise ZipRefused("two entries have one name", why="duplicate")
        names.add(entry.name)
        name = entry.name.encode()
        packed = entry.content if entry.stored else _deflate(entry.content)
        method = STORED if entry.stored else DEFLATED
        flags = 0 if name.isascii() else _UTF8
        common = (flags, method, 0, _DATE_1980, zlib.crc32(entry.content))
        sizes = (len(packed), len(entry.content))
        header = _LOCAL.pack(b"PK\x03\x04", 20, *common, *sizes, len(name), 0)
        parts += [header, name, packed]
        directory += [
            _CENTRAL.pack(b"PK\x01\x02", 20, 20, *common, *sizes, len(name), 0, 0, 0, 0, 0, offset),
            name,
        ]
        offset += len(header) + len(name) + len(packed)
        if offset > 0xFFFF0000 or len(names) > 0xFFF0:
            raise ZipRefused("too much for a ZIP of the small form", why="large")
    listed = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(names), len(names), len(listed), offset, 0)
    return b"".join([*parts, listed, end])


def _deflate(content: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush()
