"""Finding services by words: letters folded, endings forgiven, best first.

Folding makes one of *Hoà*, *hòa* and ``hoa``, of ``juhiluba`` and ``JUHILUBA``, of *đ* and
``d``: NFD without its marks, and the letters that have no marks by hand (Unicode 15 §2.11;
đ is no d with a mark). Estonian words change their ends (*juhiluba*, *juhiloa*), so a word
fits when a long beginning is the same. Pure.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

__all__ = ["Page", "fold", "is_word", "rank", "words_of"]

MOST_WORDS, LONGEST = 12, 200
EXACT, BEGINS, KIN, TYPED = 1.0, 0.8, 0.5, 0.4
"""How well a word fits: the same, its beginning, its kin, or one letter mistaken."""

SHORTEST_BEGINNING, SHORTEST_KIN, SHORTEST_TYPED = 3, 5, 5
SHORTEST_KNOWN = 4
"""A word that is shorter says too little to stand for a whole question."""

NAMES, TELLS = 8.0, 3.0
"""From this weight on a text says what something is; from that one on, what it is about."""

OTHER_LANGUAGE = 0.6
PHRASE = 1.5
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Something that can be found.

    Attributes:
        id: What is answered.
        fields: Texts by language, each with its weight; the heaviest say what it is.
    """

    id: str
    fields: Mapping[str, Sequence[tuple[float, str]]]


def fold(text: str) -> str:
    """A text without case, marks and special letters; what is left compares as people type."""
    plain = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in fold(text))
    return spaced.split()


def rank(asked: str, pages: Iterable[Page], *, language: str) -> list[tuple[str, float]]:
    """What fits the words, best first; every word has to fit, or else at least half of them.

    One of the words, or all of them together, has to say what the page is: *hôn* alone does not
    make a marriage of a divorce (*ly hôn*), nor an organisation's name a tax return of an account.
    A word that no page has says nothing about which page is meant ("*my* licence *runs out*"), so
    it is left out, as long as another word is left.

    Args:
        asked: As somebody typed it; more than 200 characters or 12 words are cut off.
        pages: What there is.
        language: The language of the page where it was typed: its texts weigh more.
    """
    wanted = words_of(asked[:LONGEST])[:MOST_WORDS]
    if not wanted:
        return []
    fits = {page.id: _fit(page, wanted, language) for page in pages}
    counted = _counted(fits.values(), set(wanted))
    meant = {page: fit for page, fit in fits.items() if fit.means(counted)}
    found = [(page, *fit.over(counted)) for page, fit in meant.items()]
    whole = [(page, score) for page, score, share in found if share == 1.0]
    partly = [(page, score * share) for page, score, share in found if share >= 0.5]
    return sorted(whole or partly, key=lambda one: (-one[1], one[0]))


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well each word fits a page, and in how heavy a text; ``bonus``: they stand together.

    ``together`` is the weight of the text in which they do, or 0.
    """

    words: Mapping[str, float]
    heavy: Mapping[str, float]
    bonus: float
    together: float

    def means(self, known: Set[str]) -> bool:
        """Whether the words say what the page is, and don't just stand somewhere in it."""
        if self.together >= TELLS:
            return True
        naming = [word for word in known if self.heavy[word] >= NAMES * KIN]
        if len(known) == 1:
            return bool(naming) or any(self.heavy[word] >= TELLS * KIN for word in known)
        return len(naming) > 1 or any(len(word) >= SHORTEST_KIN for word in naming)

    def over(self, known: Set[str]) -> tuple[float, float]:
        """How well the page fits, and which share of the known words it has at all."""
        share = sum(self.words[word] > 0 for word in known) / len(known)
        return self.bonus * sum(self.words.values()), share


def _counted(fits: Collection[_Fit], wanted: Set[str]) -> Set[str]:
    """The words that decide: those that some page has, if one of them says enough."""
    known = {word for word in wanted if any(one.words[word] for one in fits)}
    return known if any(len(word) >= SHORTEST_KNOWN for word in known) else wanted


def _fit(page: Page, wanted: Sequence[str], language: str) -> _Fit:
    best, heavy = dict.fromkeys(wanted, 0.0), dict.fromkeys(wanted, 0.0)
    phrase = f" {' '.join(wanted)} "
    together = 0.0
    for spoken, fields in page.fields.items():
        near = 1.0 if spoken == language else OTHER_LANGUAGE
        for weight, text in fields:
            have = words_of(text)
            if len(wanted) > 1 and phrase in f" {' '.join(have)} ":
                together = max(together, weight)
            for word in wanted:
                fits = max((_likeness(word, other) for other in have), default=0.0)
                heavy[word] = max(heavy[word], fits * weight)
                best[word] = max(best[word], fits * weight * near)
    return _Fit(best, heavy, PHRASE if together else 1.0, together)


def is_word(one: str, other: str) -> bool:
    """Whether two folded words are the same word, perhaps with another ending."""
    return one == other or _kin(one, other)


def _likeness(word: str, other: str) -> float:
    if word == other:
        return EXACT
    if len(word) >= SHORTEST_BEGINNING and other.startswith(word):
        return BEGINS
    if _kin(word, other):
        return KIN
    if min(len(word), len(other)) >= SHORTEST_TYPED and _one_off(word, other):
        return TYPED
    return 0.0


def _kin(one: str, other: str) -> bool:
    """A long beginning is the same: only the endings differ."""
    same = _common(one, other)
    return same >= SHORTEST_KIN and same >= max(len(one), len(other)) - 3


def _common(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _one_off(one: str, other: str) -> bool:
    """One letter is wrong, missing, too many, or two neighbours changed places."""
    begin = _common(one, other)
    end = _common(one[begin:][::-1], other[begin:][::-1])
    left, right = one[begin : len(one) - end], other[begin : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])
