"""Letters: how names are ordered, and how they are found when typed without their marks.

Collation keys of our own, for a column beside the name: text order of keys is the order of
the country's alphabet. Levels as in the Unicode Collation Algorithm (UTS 10 §1.1): letters,
then marks that make no letter of their own, then small before capital. Vietnamese: tone
order none, huyền, hỏi, ngã, sắc, nặng; and the tone stands on either vowel of a group
(``hoà`` and ``hòa`` are one word), so its place is not compared. Pure.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

__all__ = ["Alphabet", "collation_key", "fold_for_search", "in_small_letters", "name_key"]

_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: 1 to 5
_NO_MARKS: Final = str.maketrans({
    "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "AE",
    "’": "'",
})  # fmt: skip
_FIRST: Final = 0x100


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The letters of a language in order, each with the marks that belong to it.

    Attributes:
        letters: Small letters in order.
        tones: Whether Vietnamese tones are marks of the syllable and not of the letter.
    """

    letters: tuple[str, ...]
    tones: bool = False


def collation_key(text: str, alphabet: Alphabet) -> str:
    """A key whose text order is the alphabet's order of ``text``.

    Letters that the alphabet lacks stand with the letter they come from (``å`` with ``a``),
    digits before letters, all else before digits.
    """
    places = {letter: _FIRST + place for place, letter in enumerate(alphabet.letters, start=100)}
    first, second, third = [], [], []
    for word in unicodedata.normalize("NFC", text).split():
        tone = 0
        for letter in word:
            bare, mark = _take_tone(letter) if alphabet.tones else (letter, 0)
            tone = tone or mark
            small = bare.lower()
            place, rest = _place(small, places)
            first.append(place)
            second.append(rest)
            third.append("2" if bare != small else "1")
        first.append(" ")
        second.append(chr(0x30 + tone))
    return f"{''.join(first)}\x01{''.join(second)}\x01{''.join(third)}"


def in_small_letters(name: str) -> str:
    """A name that stands in capitals, as certificates have it, as people write it.

    ``MARI-LIIS O’CONNEŽ`` becomes ``Mari-Liis O’Connež``; a name with any small letter is how
    its bearer writes it, and stays.
    """
    if len(name) < 2 or not name.isupper():
        return name
    return "".join(
        letter if not place or not name[place - 1].isalpha() else letter.lower()
        for place, letter in enumerate(name)
    )


def _take_tone(letter: str) -> tuple[str, int]:
    """A letter without its Vietnamese tone, and which one it had; 0 is none."""
    parts = unicodedata.normalize("NFD", letter)
    tone = next((1 + _TONES.index(part) for part in parts if part in _TONES), 0)
    bare = "".join(part for part in parts if part not in _TONES)
    return unicodedata.normalize("NFC", bare), tone


def _place(small: str, places: dict[str, int]) -> tuple[str, str]:
    """Where a letter stands, and a weight for marks that make no letter of their own."""
    if small in places:
        return chr(places[small]), "0"
    parts = unicodedata.normalize("NFD", small.translate(_NO_MARKS))
    if parts[0] in places:
        return chr(places[parts[0]]), parts[1:2] or "1"
    return (chr(0x80 + int(small)) if small.isdecimal() and small.isascii() else small[0]), "0"


def name_key(parts: tuple[str, ...], alphabet: Alphabet) -> str:
    """A key of a name whose parts are compared one after the other, such as family, given."""
    return "\x00".join(collation_key(part, alphabet) for part in parts)


def fold_for_search(text: str) -> str:
    """Small letters without marks: ``Đặng Thị Hoà`` and ``dang thi hòa`` are found as one."""
    parts = unicodedata.normalize("NFD", text.translate(_NO_MARKS))
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())
