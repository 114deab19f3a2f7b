"""In which encoding is this text? Recognised from its bytes, never taken for granted.

UTF-8 and UTF-16 by their marks and their grammar; of the one-byte encodings, TCVN3 (the fonts
.VnTime) and VNI-Windows are told from Latin by whether the words become Vietnamese syllables, and
the Latin ones from each other by the places of their š, ž, ä, ö and ü inside of words.
Tables: TCVN 5712:1993 VN3; VNI-Windows as its fonts draw it. Pure.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from riik.registers.errors import ImportRefused

__all__ = ["NAMES", "Encoding", "encoding_named", "recognise", "repaired"]

_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"
_TCVN3: Final = str.maketrans(
    dict(zip(map(chr, range(0xA1, 0xAF)), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))
    | {
        chr(code): letter
        for first, letters in (
            (0xB5, "àảãáạ"), (0xBB, "ằẳẵắ"), (0xC6, "ặầẩẫấậè"), (0xCE, "ẻẽéẹềểễếệì"),
            (0xD8, "ỉ"), (0xDC, "ĩíịò"), (0xE1, "ỏõóọồổỗốộờởỡớợù"), (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
        )
        for code, letter in enumerate(letters, first)
    }
)  # fmt: skip
# A base letter and the sign that follows it. The signs of â and ă carry the tone as well.
_VNI_MARKS: Final = {
    **dict(zip("øûõùï", (("", tone) for tone in _TONES), strict=True)),
    "â": ("\u0302", ""),
    **dict(zip("àåãáä", (("\u0302", tone) for tone in _TONES), strict=True)),
    "ê": ("\u0306", ""),
    **dict(zip("èúüéë", (("\u0306", tone) for tone in _TONES), strict=True)),
}
_VNI_LETTERS: Final = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI: Final = re.compile(
    f"[aeiouyôö][{''.join(_VNI_MARKS)}]|[{''.join(_VNI_LETTERS)}]", re.IGNORECASE
)
_ONSET: Final = (
    "b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x"
)  # fmt: skip
_SYLLABLE: Final = re.compile(f"(?:{_ONSET})?[aăâeêioôơuưy]{{1,3}}(?:ch|c|m|ng|nh|n|p|t)?\\Z")
# Inside of words only: elsewhere these bytes are quotation marks in Windows, and signs in Latin-1.
_DOS: Final = re.compile(rb"[A-Za-z][\x81\x84\x94][A-Za-z]")
_NINTH: Final = re.compile(rb"[A-Za-z][\xa8\xb8][A-Za-z]|\b[\xa6\xb4][a-z]{2}")

NAMES: Final = {
    "utf-8": "utf-8",
    "utf-8-bom": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "latin-1": "cp1252",
    "windows-1257": "cp1257",
    "iso-8859-15": "iso8859-15",
    "dos-775": "cp775",
    "tcvn3": "latin-1",
    "vni-windows": "latin-1",
}
"""Encodings by the names that a mapping gives them, with Python's codec for the bytes."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text.

    Attributes:
        name: One of `NAMES`.
        note: What is to be said of it to whoever imports; empty when there is no doubt.
    """

    name: str
    note: str = ""

    @property
    def codec(self) -> str:
        """Python's codec; old Vietnamese letters are repaired after it."""
        return NAMES[self.name]


def encoding_named(name: str) -> Encoding:
    """The encoding that a mapping names.

    Raises:
        ImportRefused: For ``encoding``.
    """
    if name not in NAMES:
        raise ImportRefused(f"encoding is one of {', '.join(NAMES)}", why="encoding")
    return Encoding(name)


def recognise(sample: bytes) -> Encoding:
    """Say in which encoding a file's beginning is; what is a guess says so in its note."""
    if sample.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-bom")
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16")
    wide = _unmarked_utf16(sample)
    if wide:
        return Encoding(wide, "no byte order mark; recognised by its zero bytes")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _one_byte(sample)
    return Encoding("utf-8")


def repaired(text: str, *, encoding: str) -> str:
    """A cell's text with letters of old Vietnamese fonts turned into Unicode's, NFC."""
    if encoding == "tcvn3":
        text = text.translate(_TCVN3)
    elif encoding == "vni-windows":
        text = _VNI.sub(_vni_letter, text)
    elif text.isascii():
        return text
    return unicodedata.normalize("NFC", text)


def _vni_letter(found: re.Match[str]) -> str:
    written = found.group()
    if len(written) == 1:
        letter = _VNI_LETTERS[written.lower()]
        return letter.upper() if written.isupper() else letter
    base = {"ô": "ơ", "ö": "ư", "Ô": "Ơ", "Ö": "Ư"}.get(written[0], written[0])
    shape, tone = _VNI_MARKS[written[1].lower()]
    return unicodedata.normalize("NFC", f"{base}{shape}{tone}")


def _unmarked_utf16(sample: bytes) -> str:
    """Text of Latin letters in UTF-16 has a zero in every second byte."""
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    zeros_first, zeros_last = sample[0::2].count(0), sample[1::2].count(0)
    if zeros_last > 0.6 * pairs and zeros_first < 0.1 * pairs:
        return "utf-16-le"
    if zeros_first > 0.6 * pairs and zeros_last < 0.1 * pairs:
        return "utf-16-be"
    return ""


def _one_byte(sample: bytes) -> Encoding:
    text = sample.decode("latin-1")
    words = [word for word in re.findall(r"[A-Za-z\x80-\xff]+", text) if not word.isascii()]
    scores = {name: _vietnamese(words, encoding=name) for name in ("tcvn3", "vni-windows")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= 0.7:
        note = f"an old Vietnamese encoding: {round(100 * scores[best])} % of such words fit"
        return Encoding(best, note)
    if _DOS.search(sample):
        return Encoding("dos-775", "not UTF-8; ä, ö and ü stand in words where DOS had them")
    baltic = sum(sample.count(byte) for byte in b"\xd0\xde\xf0\xfe")
    if baltic:
        return Encoding("windows-1257", "not UTF-8; š and ž stand where Baltic Windows has them")
    if _NINTH.search(sample):
        return Encoding(
            "iso-8859-15", "not UTF-8; š and ž stand in words where ISO 8859-15 has them"
        )
    return Encoding("latin-1", "not UTF-8; õ, ä, ö and ü would be the same in windows-1257")


def _vietnamese(words: Iterable[str], *, encoding: str) -> float:
    """How many of these words are Vietnamese syllables when read so, of one."""
    wanted = list(words)
    fitting = sum(_is_syllable(repaired(word, encoding=encoding)) for word in wanted)
    return fitting / len(wanted) if wanted else 0.0


def _is_syllable(word: str) -> bool:
    apart = unicodedata.normalize("NFD", word.lower())
    tones = sum(mark in _TONES for mark in apart)
    toneless = unicodedata.normalize("NFC", "".join(m for m in apart if m not in _TONES))
    return tones <= 1 and _SYLLABLE.match(toneless) is not None and not word.isascii()
