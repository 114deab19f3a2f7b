"""The texts of the pages in three languages, and which of them a visitor reads.

English stands in templates and code; ``locale/*.po`` hold the others: the design's own and the
room's, which wins. Pure: a request's words go in, a language and its texts come out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType, ModuleType
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

__all__ = [
    "LANGUAGES",
    "LOCALES",
    "Texts",
    "choose_language",
    "in_sentence",
    "later",
    "read_catalogue",
    "read_texts",
]

LANGUAGES: Final = {"et": "Eesti", "vi": "Tiếng Việt", "en": "English"}
"""Languages by code, each by its own name."""

LOCALES: Final = {
    language: Locale.parse(code) for language, code in (("et", "et"), ("vi", "vi"), ("en", "en_GB"))
}
"""Whose conventions the numbers and dates of a language follow (CLDR)."""

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*\Z"
)

NAMES: Final = ("Eesti", "Estonia", "Viet", "Việt", "Riik", "Riigi Teataja")
"""How the proper names begin that a text of ours may begin with."""


def in_sentence(text: str) -> str:
    """Words that begin a line elsewhere, as they stand within a sentence.

    Names and abbreviations keep their capital: ``Eestis elatud päevi``, ``ID-card``.
    """
    named = text.startswith(NAMES) or not text[1:2].strip() or text[1:2].isupper()
    return text if named else text[:1].lower() + text[1:]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language; in templates it is called ``_``.

    Attributes:
        language: One of `LANGUAGES`.
        translations: By the English text.
        plurals: Forms by the English singular, in the order of the catalogue.
    """

    language: str
    translations: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, text: str, /, **values: object) -> str:
        """A text in this language, with its values in place."""
        return self.translations.get(text, text).format(**values)

    def html(self, text: str, /, **values: object) -> Markup:
        """A text whose own tags count, such as ``<strong>``; its values are escaped."""
        # Texts are ours, from the template or its catalogue; what comes from outside is a value.
        return Markup(self.translations.get(text, text)).format(**values)  # noqa: S704

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form of a text that goes with ``number``, which stands in it as ``{number}``."""
        forms = self.plurals.get(one, (one, many))
        # Estonian and English: one form for one thing; Vietnamese has a single form.
        chosen = forms[0] if number == 1 or len(forms) == 1 else forms[-1]
        shown = format_decimal(number, locale=LOCALES[self.language])
        return chosen.format(number=shown, **values)


def later(text: str) -> str:
    """The text itself: marks it for the catalogues where it is only looked up later."""
    return text


def read_texts(*rooms: ModuleType | str, language: str) -> Texts:
    """The texts of the design and of rooms in one language; English needs no catalogue.

    Args:
        rooms: Packages with a folder ``locale``, or their names; a later one wins.
        language: One of `LANGUAGES`.
    """
    translations: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for room in (__package__, *rooms):
        name = room if isinstance(room, str) else room.__name__
        own = read_catalogue(name, language=language)
        translations.update(own.translations)
        plurals.update(own.plurals)
    return Texts(language, translations, plurals)


def read_catalogue(room: str, *, language: str) -> Texts:
    """One room's own catalogue of a language, empty when it has none."""
    catalogue = files(room).joinpath("locale", f"{language}.po")
    if not catalogue.is_file():
        return Texts(language, {})
    return _parsed(catalogue.read_bytes(), language)


@lru_cache(maxsize=512)
def _parsed(source: bytes, language: str) -> Texts:
    """A catalogue's texts; many rooms and nodes of a process read the same ones."""
    messages = [m for m in read_po(BytesIO(source)) if m.id and m.string]
    return Texts(
        language,
        MappingProxyType({m.id: str(m.string) for m in messages if isinstance(m.id, str)}),
        MappingProxyType(
            {m.id[0]: _forms(m.string) for m in messages if not isinstance(m.id, str)}
        ),
    )


def _forms(string: object) -> tuple[str, ...]:
    return tuple(map(str, string)) if isinstance(string, tuple | list) else (str(string),)


def choose_language(
    wanted: str | None, cookie: str | None, accepted: str, *, usual: Sequence[str] = ("en",)
) -> str:
    """The language asked for, else kept, else best accepted (RFC 9110 §12.5.4), else usual.

    Args:
        wanted: Of ``?lang=``; one we don't have is passed over.
        cookie: What the visitor chose before, on any of the host's sites.
        accepted: The header ``Accept-Language``, perhaps empty; what isn't a range is passed over.
        usual: The country's languages, in order.
    """
    for choice in (wanted, cookie):
        if choice in LANGUAGES:
            return choice
    ranges = [found for part in accepted.split(",")[:20] if (found := _RANGE.match(part))]
    for found in sorted(ranges, key=lambda found: -float(found[2] or 1)):
        code = found[1].lower()
        if code in LANGUAGES and float(found[2] or 1) > 0:
            return code
    return next((code for code in usual if code in LANGUAGES), "en")
