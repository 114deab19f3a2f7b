"""The page's texts in three languages, and which of them a visitor reads.

English stands in the template; ``locale/*.po`` hold the others. Pure: a request's words go in,
a language and its texts come out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel.core import Locale
from babel.messages.pofile import read_po

__all__ = ["LANGUAGES", "Texts", "choose_language", "read_texts"]

LANGUAGES: Final = {"et": "Eesti", "vi": "Tiếng Việt", "en": "English"}
"""Languages by code, each by its own name."""

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: str
    translations: dict[str, str]

    def __call__(self, text: str, /, **values: object) -> str:
        """A text of the template in this language, with its values in place."""
        return self.translations.get(text, text).format(**values)

    def counted(self, one: str, other: str, /, *, count: int, **values: object) -> str:
        """A text that counts, in the form that this language has for the number (CLDR).

        Args:
            one: English for one.
            other: English for any other number.
            count: How many.
            values: What stands in the text, the number as it is written too.
        """
        form = Locale.parse(self.language).plural_form(count)
        return self(one if form == "one" else other, **values)


def read_texts(language: str) -> Texts:
    """Read a language's catalogue; English needs none."""
    catalogue = files(__package__).joinpath("locale", f"{language}.po")
    if not catalogue.is_file():
        return Texts(language, {})
    translations: dict[str, str] = {}
    for message in read_po(BytesIO(catalogue.read_bytes())):
        # A text that counts has a pair of ids; a language without a singular has one form.
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = message.string or ""
        strings = [said] if isinstance(said, str) else list(said)
        if all(ids) and all(strings):
            translations |= {ids[0]: strings[0], ids[-1]: strings[-1]}
    return Texts(language, translations)


def choose_language(wanted: str | None, accepted: str, *, usual: Sequence[str] = ("en",)) -> str:
    """The language asked for, else the best accepted one (RFC 9110 §12.5.4), else the usual.

    Args:
        wanted: Of ``?lang=``; one we don't have is passed over.
        accepted: The header ``Accept-Language``, perhaps empty; what isn't a range is passed over.
        usual: The country's languages, in order.
    """
    if wanted in LANGUAGES:
        return wanted
    ranges = [found for part in accepted.split(",")[:20] if (found := _RANGE.match(part))]
    for found in sorted(ranges, key=lambda found: -float(found[2] or 1)):
        code = found[1].lower()
        if code in LANGUAGES and float(found[2] or 1) > 0:
            return code
    return next((code for code in usual if code in LANGUAGES), "en")
