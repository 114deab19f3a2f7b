"""The site's words: English stands in templates and code, the others in `locale/*.json`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency

__all__ = ["LANGUAGES", "Words", "choose_language"]

LANGUAGES = {"et": "Eesti", "vi": "Tiếng Việt", "en": "English"}
LOCALES = {"et": "et", "vi": "vi", "en": "en_GB"}
DAYS = {"et": "d. MMMM y", "vi": "d MMMM, y", "en": "d MMMM y"}
LIKED = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]+)*\s*(?:;\s*q=([01](?:\.\d+)?))?")
FOLDER = Path(__file__).parent / "locale"
GAP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: sentences, amounts and times."""

    language: str
    zone: str

    def __call__(self, text: str, **values: str) -> str:
        """A sentence in this language, its ``{names}`` filled."""
        said = _catalogue(self.language).get(text, text)
        return said.format(**values) if values else said

    def name(self, names: Mapping[str, str]) -> str:
        """An organisation's name."""
        return names.get(self.language) or names.get("en") or next(iter(names.values()), "")

    def money(self, amount: str, currency: str) -> str:
        """An amount, such as ``23,00 €``; decimal text in, never a float."""
        pattern = f"#,##0.00{GAP}¤"
        written: str = format_currency(amount, currency, pattern, locale=LOCALES[self.language])
        return written.replace("-", "\N{MINUS SIGN}")

    def account(self, number: str) -> str:
        """An account's number in groups of four, as on paper (ISO 13616 §5.3).

        Vietnam is not in the register of IBANs: there people know the bank's own number alone.
        """
        if number.startswith("VN"):
            number = number[6:]
        return " ".join(re.findall(".{1,4}", number))

    def moment(self, text: str) -> str:
        """A time of RFC 3339, in the country's zone."""
        return self._written(text, f"{DAYS[self.language]}, HH:mm")

    def clock(self, text: str) -> str:
        """Its time of day alone."""
        return self._written(text, "HH:mm")

    def day(self, text: str) -> str:
        """Its day alone."""
        return self._written(text, DAYS[self.language])

    def _written(self, text: str, pattern: str) -> str:
        moment = datetime.fromisoformat(text).astimezone(ZoneInfo(self.zone))
        return str(format_datetime(moment, pattern, locale=LOCALES[self.language]))


def choose_language(wanted: str, kept: str, accepted: str, usual: str) -> str:
    """The language asked for, else the one chosen before, else the browser's, else the usual."""
    ranked = re.findall(
        r"([a-z]{2,3})(?:-[a-z0-9]+)*\s*(?:;\s*q=([01](?:\.\d+)?))?", accepted.lower()
    )
    liked = sorted(ranked, key=lambda found: -float(found[1] or 1))
    wishes = [wanted, kept, *(str(code) for code, _ in liked)]
    return next((code for code in wishes if code in LANGUAGES), usual)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    path = FOLDER / f"{language}.json"
    found: Mapping[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found
