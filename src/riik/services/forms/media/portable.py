"""Does a PDF do anything but show itself? Looked at by its names, wherever they stand.

ISO 32000-2 §7.3.5 (names), §7.5.7 (object streams), §7.11.4 (embedded files), §12.6.4 (actions).
Refused are acts that run, fetch or send something, addresses that do, files inside that could be
run, and a second kind of file behind the end. Object streams are unpacked within limits, and one
that is packed or written otherwise than programs do is refused, for nobody looked into it; page
contents are not unpacked: they can't act. Files inside are judged by their names, which readers go
by: letters of this state carry what they say as data. Pure.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

from riik.services.forms.media.errors import MediaRefused

__all__ = ["check_pdf", "is_pdf"]

MOST_UNPACKED: Final = 16_000_000
MOST_STREAMS: Final = 2_000
HARMLESS: Final = (".json", ".xml", ".csv", ".txt", ".pdf", ".png", ".jpg", ".jpeg", ".asice")
_PDF: Final = re.compile(rb"%PDF-[12]\.\d")
_ACTS: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|RichMedia|XFA|SubmitForm|ImportData|GoToR|GoToE|GoTo3DView"
    rb"|Rendition|Movie|Sound|3D|FFilter|RichMediaExecute)(?![A-Za-z])"
)
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z])")
_NAME: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb">>\s*stream\r?\n")
_RUNS: Final = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|SubmitForm|ImportData|GoToR|GoToE|GoTo3DView|Rendition)"
    rb"(?![A-Za-z])"
)
_HEAD: Final = re.compile(rb"\d\s+obj\s*<<((?:[^<>()%]|<<[^<>()%]*>>)*+)>>\s*stream\r?\n")
_OBJECTS: Final = re.compile(rb"/ObjStm(?![A-Za-z])")
_FIRST: Final = re.compile(
    rb"/First(?![A-Za-z])(?:[\0\s]|%[^\r\n]*+)*+(?!\d++[\0\s]++\d++[\0\s]++R)\d"
)
# Possessive, for who writes the file would have it looked at for ever.
_KNOWN: Final = re.compile(
    rb"(?:\s*+/(?:Type\s*+/ObjStm|(?:N|First|Length|DL|Extends)\s++\d++(?:\s++\d++\s++R)?"
    rb"|Filter\s*+(?:/FlateDecode|\[\s*+/FlateDecode\s*+\])|DecodeParms\s*+\[?\s*+(?:null"
    rb"|<<(?:\s*+/(?:Predictor\s++1|(?:Columns|Colors|BitsPerComponent)\s++\d++)(?!\d))*+\s*+>>)"
    rb"(?:\s*+\])?)(?![A-Za-z0-9#]))*+\s*+"
)
_STRING: Final = rb"(\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f\s]*>|)"
_ADDRESS: Final = re.compile(rb"/(?:URI|Base)(?![A-Za-z])\s*(?!/)" + _STRING, re.DOTALL)
_FILE: Final = re.compile(rb"/(?:UF|F)\s*" + _STRING, re.DOTALL)
_INSIDE: Final = re.compile(rb"/(?:EmbeddedFiles?|EF|FileAttachment)(?![A-Za-z])")
_SCHEME: Final = re.compile(r"\s*(https?://|mailto:|tel:|#|$)", re.IGNORECASE)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}


def is_pdf(content: bytes) -> bool:
    """Does it begin like one?"""
    return _PDF.match(content) is not None


def check_pdf(content: bytes) -> None:
    """Look for what a paper does not do.

    Raises:
        MediaRefused: For ``broken``, ``locked``, ``acts``, ``attached``, ``two-kinds`` or ``bomb``.
    """
    _check_end(content)
    whole = _plain(content)
    # Names as long as these don't stand in packed bytes by chance, so nothing is left out here.
    if _RUNS.search(whole):
        raise MediaRefused("the PDF would run or fetch something", why="acts")
    for text in chain([_without_pictures(content)], _unpacked(content, whole)):
        plain = _plain(text)
        if _LOCKED.search(plain):
            raise MediaRefused("the PDF wants a password", why="locked")
        if _ACTS.search(plain) or not all(map(_is_address, _addresses(plain))):
            raise MediaRefused("the PDF would run or fetch something", why="acts")
        _check_inside(plain)


def _plain(text: bytes) -> bytes:
    """Names without their escapes (§7.3.5)."""
    return _NAME.sub(lambda found: bytes([int(found[1], 16)]), text)


def _check_end(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < len(content) - 2048 or end < 0:
        raise MediaRefused("the PDF has no end", why="broken")
    if content[end + 5 :].strip(b"\0\t\n\x0c\r "):
        raise MediaRefused("something stands after the PDF", why="two-kinds")


def _without_pictures(content: bytes) -> bytes:
    """Without packed page contents, pictures and fonts: by chance any short name stands in them."""
    kept, at = [], 0
    for found in _STREAM.finditer(content):
        if found.start() < at:
            continue
        head = content[max(at, content.rfind(b"obj", at, found.start())) : found.start()]
        end = content.find(b"endstream", found.end())
        if b"/Filter" in head and b"(" not in head and end >= 0:
            kept.append(content[at : found.end()])
            at = end
    return b"".join([*kept, content[at:]])


def _unpacked(content: bytes, whole: bytes) -> Iterator[bytes]:
    """The object streams, without which a look at the names would see half of them."""
    heads = [
        found
        for found in _HEAD.finditer(content)
        if _OBJECTS.search(found[1]) or _FIRST.search(found[1])
    ]
    # Some readers go by ``First`` alone. Each of both has to stand in a head that was understood.
    for sign in (_OBJECTS, _FIRST):
        if len(sign.findall(whole)) > sum(len(sign.findall(found[1])) for found in heads):
            raise MediaRefused("objects of the PDF are hidden", why="broken")
    if len(heads) > MOST_STREAMS:
        raise MediaRefused("the PDF is enormous inside", why="bomb")
    left = MOST_UNPACKED
    for found in heads:
        if _KNOWN.fullmatch(found[1]) is None:
            raise MediaRefused("objects of the PDF are packed in an unusual way", why="broken")
        # One that is not packed is looked at with what is plain.
        if b"/Filter" in found[1]:
            text = _inflated(content, found.end(), left)
            left -= len(text)
            yield text


def _inflated(content: bytes, start: int, left: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(content[start : content.find(b"endstream", start)], left)
    except zlib.error as error:
        raise MediaRefused("objects of the PDF don't unpack", why="broken") from error
    if len(text) >= left:
        raise MediaRefused("the PDF is enormous inside", why="bomb")
    if not unpacking.eof:
        raise MediaRefused("objects of the PDF don't unpack", why="broken")
    return text


def _addresses(plain: bytes) -> Iterator[bytes]:
    for found in _ADDRESS.finditer(plain):
        # ``/URI`` also names the kind of an act, and a dictionary of the catalogue.
        if not found[1] and plain[found.end() : found.end() + 2] == b"<<":
            continue
        if plain[max(0, found.start() - 9) : found.start()].rstrip().endswith(b"/S"):
            continue
        yield found[1]


def _is_address(string: bytes) -> bool:
    """An address of the web, of mail or of a telephone; one that stands elsewhere is none."""
    return bool(string) and _SCHEME.match(_text(string)) is not None


def _text(string: bytes) -> str:
    """What a string says (§7.3.4)."""
    if string.startswith(b"<"):
        digits = re.sub(rb"\s", b"", string[1:-1])
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raw = _ESCAPE.sub(_escaped, string[1:-1])
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", errors="replace")
    return raw.decode("latin-1")


def _escaped(found: re.Match[bytes]) -> bytes:
    escape = found[1]
    if escape[:1].isdigit():
        return bytes([int(escape, 8) & 0xFF])
    return _LETTERS.get(escape, b"" if escape == b"\r\n" else escape)


def _check_inside(plain: bytes) -> None:
    if _INSIDE.search(plain) is None:
        return
    names = [_text(found[1]) for found in _FILE.finditer(plain) if found[1]]
    for name in names:
        if not name.lower().rstrip(". ").endswith(HARMLESS):
            raise MediaRefused("a file in the PDF could be run", why="attached")
