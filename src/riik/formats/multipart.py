"""Multipart bodies, byte for byte: parts in, parts out, within stated limits.

Implements RFC 2046 §5.1 for machines that sign what they carry: a part's body is exactly
the bytes between its blank line and the line break before the next delimiter; nothing is
decoded, folded or repaired. Fed in pieces of any size by who reads a stream. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from riik.core import Refused

__all__ = ["Limits", "MultipartRefused", "Part", "Reader", "boundary_of", "read", "write"]

_BOUNDARY = re.compile(
    r'(?i);[ \t]*boundary=(?:"([0-9A-Za-z\'()+_,\-./:=? ]{1,70})"|([0-9A-Za-z\'()+_\-.]{1,70}))'
)
_HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\Z")


class MultipartRefused(Refused):
    """The bytes are no multipart body, or exceed a limit."""

    code = "formats.multipart-refused"


@dataclass(frozen=True, slots=True)
class Part:
    """One body part: its headers in order and its body's exact bytes."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def content_type(self) -> str:
        """The media type alone, lower case; ``text/plain`` when none is stated."""
        stated = self.header("content-type") or "text/plain"
        return stated.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a reader takes: bytes of the whole body, of one part's headers; number of parts."""

    most_bytes: int = 11 * 1024 * 1024
    most_header_bytes: int = 16 * 1024
    most_parts: int = 16


def boundary_of(content_type: str) -> str:
    """The boundary that a ``multipart/…`` content type states.

    Raises:
        MultipartRefused: For ``content-type`` or ``boundary``.
    """
    if not content_type.strip().lower().startswith("multipart/"):
        raise MultipartRefused("this content type isn't multipart", why="content-type")
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise MultipartRefused("the content type states no boundary", why="boundary")
    return (found[1] or found[2]).rstrip()


def write(parts: Sequence[Part], *, boundary: str) -> bytes:
    """Write parts as one body; lines end with CRLF.

    Raises:
        MultipartRefused: For ``boundary`` when a body holds it.
    """
    mark = b"--" + boundary.encode("ascii")
    pieces = []
    for part in parts:
        if mark in part.body:
            raise MultipartRefused("a part holds the boundary", why="boundary")
        pieces.append(mark + b"\r\n")
        pieces += [f"{name}: {value}\r\n".encode() for name, value in part.headers]
        pieces += [b"\r\n", part.body, b"\r\n"]
    return b"".join([*pieces, mark, b"--\r\n"])


def read(
    body: bytes, *, boundary: str, limits: Limits | None = None, newline: bytes = b"\r\n"
) -> list[Part]:
    """Read a whole body.

    Args:
        body: All of it, without the HTTP headers.
        boundary: From `boundary_of`.
        limits: What is taken at most.
        newline: CRLF; LF alone for files that were stored by others.

    Raises:
        MultipartRefused: As `Reader`.
    """
    reader = Reader(boundary, limits=limits or Limits(), newline=newline)
    return [*reader.feed(body), *reader.close()]


@dataclass(slots=True)
class Reader:
    """Reads one body in pieces; each part is handed out when its end was seen."""

    boundary: str
    limits: Limits = field(default_factory=Limits)
    newline: bytes = b"\r\n"
    may_end_open: bool = False
    _buffer: bytearray = field(init=False)
    _delimiter: bytes = field(init=False)
    _scanned: int = field(init=False, default=0)
    _bytes: int = field(init=False, default=0)
    _parts: int = field(init=False, default=-1)
    _ended: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        # A delimiter is the line break before it as well: the body's first line has none.
        self._buffer = bytearray(self.newline)
        self._delimiter = self.newline + b"--" + self.boundary.encode("ascii")

    def feed(self, chunk: bytes) -> list[Part]:
        """Take some bytes and answer the parts that they completed.

        Raises:
            MultipartRefused: For ``size``, ``parts``, ``header`` or ``header-size``.
        """
        self._bytes += len(chunk)
        if self._bytes > self.limits.most_bytes:
            raise MultipartRefused(
                "the body is larger than allowed", why="size", most=self.limits.most_bytes
            )
        if self._ended:
            return []
        self._buffer += chunk
        found = []
        while not self._ended and (part := self._next()) is not None:
            found += part
        return found

    def close(self) -> list[Part]:
        """Say that all bytes were fed; answers a last part only where ``may_end_open``.

        Raises:
            MultipartRefused: For ``end`` when the closing delimiter never came.
        """
        if self._ended:
            return []
        if not self.may_end_open or self._parts < 0:
            raise MultipartRefused("the closing delimiter is missing", why="end")
        self._ended = True
        return [self._part(bytes(self._buffer))]

    def _next(self) -> list[Part] | None:
        """Cut the buffer at the next delimiter line; nothing when it isn't there yet."""
        start = self._buffer.find(self._delimiter, self._scanned)
        if start < 0:
            self._scanned = max(0, len(self._buffer) - len(self._delimiter))
            return None
        after = start + len(self._delimiter)
        closing = self._buffer[after : after + 2] == b"--"
        line_end = after + 2 if closing else self._buffer.find(self.newline, after)
        if line_end < 0 or len(self._buffer) < after + 2:
            self._scanned = start
            return None
        if not closing and self._buffer[after:line_end].strip(b" \t"):
            self._scanned = after
            return []
        content = bytes(self._buffer[:start])
        # The line break stays: it begins the headers' block, and a delimiter may follow at once.
        del self._buffer[:line_end]
        self._scanned, self._ended = 0, closing
        self._parts += 1
        if self._parts > self.limits.most_parts:
            raise MultipartRefused("the body has more parts than allowed", why="parts")
        return [self._part(content)] if self._parts > 0 else []

    def _part(self, content: bytes) -> Part:
        head, blank, body = content.partition(self.newline * 2)
        if len(head) > self.limits.most_header_bytes:
            raise MultipartRefused("a part's headers are too long", why="header-size")
        if not blank and not head.endswith(self.newline):
            raise MultipartRefused("a part has no blank line after its headers", why="header")
        lines = [line for line in head.split(self.newline) if line]
        return Part(tuple(_header(line) for line in lines), body)


def _header(line: bytes) -> tuple[str, str]:
    try:
        found = _HEADER.match(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MultipartRefused("a part's header holds no UTF-8", why="header") from error
    if found is None:
        raise MultipartRefused("a line before the body is no header", why="header")
    return found[1], found[2].rstrip()
