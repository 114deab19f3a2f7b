"""The country's status as a page, in the visitor's language and the country's time.

Pure: a country and a language go in, HTML comes out. What it says stands in the template and in
``locale``; which language is `texts`, the drawing is `ring`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal
from jinja2 import Environment
from markupsafe import Markup

import riik.portal.operator
from riik.documents import weave
from riik.portal.design.pages import environment
from riik.portal.operator.ring import HEIGHT, WIDTH, ring
from riik.portal.operator.status import Country
from riik.portal.operator.texts import LANGUAGES, Texts, read_texts

__all__ = ["LogLine", "StatusPage", "log_lines"]

LOCALES: Final = {"et": "et", "vi": "vi", "en": "en_GB"}

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

KINDS: Final = {
    ".asice": "Signed container (ASiC-E)",
    ".tlog-proof": "Proof of a look",
    ".pdf": "Sealed letter (PDF)",
    ".xml": "Trusted list or configuration (XML)",
    ".pem": "Certificate",
    ".der": "Certificate",
    ".crt": "Certificate",
    ".tsr": "Time-stamp",
    ".ors": "Certificate status (OCSP)",
    ".json": "Record (JSON)",
    ".md": "Text",
    ".txt": "Text",
    ".vkey": "Key that verifies a log",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One log of looks beside what the witness has cosigned of it.

    Attributes:
        keeper: Who keeps it, in the visitor's language.
        size: Its looks.
        cosigned: The size that the witness cosigned last; None when that isn't known.
    """

    keeper: str
    size: int
    cosigned: int | None

    @property
    def state(self) -> str:
        """``whole``, ``behind``, or ``ahead``: the log is shorter than what was cosigned."""
        if self.cosigned is None or self.cosigned < self.size:
            return "behind"
        return "whole" if self.cosigned == self.size else "ahead"


def log_lines(country: Country, *, language: str) -> list[LogLine]:
    """Every log of those who answer, with what the witness says of it."""
    watched = country.watched
    return [
        LogLine(
            keeper=member.listed.called(language),
            size=member.status.log.size,
            cosigned=watched.get(member.status.log.origin),
        )
        for member in country.members
        if member.status is not None and member.status.log is not None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """Renders the page.

    Attributes:
        zone: The country's time zone, such as ``Europe/Tallinn``.
        with_files: There is a folder with the files of the last journey.
    """

    zone: str = "UTC"
    with_files: bool = False
    templates: Environment = field(default_factory=lambda: environment(riik.portal.operator))

    def render(self, country: Country, *, language: str) -> str:
        """The page in one of `LANGUAGES`."""
        texts = read_texts(language)
        logs = log_lines(country, language=language)
        names = {one.listed.member: one.listed.called(language) for one in country.members}
        return self.templates.get_template("status.html").render(
            _=texts,
            languages=LANGUAGES,
            country=country,
            headline=_headline(country, texts),
            silent=_listed(one.listed.called(language) for one in country.silent),
            demonstration=any(status.demonstration for status in country.answering),
            logs=logs,
            cosigned=f"{sum(line.state == 'whole' for line in logs)} / {len(logs)}",
            ring=ring(country, language=language),
            width=WIDTH,
            height=HEIGHT,
            with_files=self.with_files,
            name_of=lambda member: names.get(member, member),
            kind_of=lambda name: texts(_kind(name)),
            weave=_weave,
            **self._formats(language),
        )

    def _formats(self, language: str) -> dict[str, object]:
        locale, zone = LOCALES[language], ZoneInfo(self.zone)

        def number(value: int) -> str:
            return format_decimal(value, locale=locale)

        def size(value: int) -> str:
            if value < 1000:
                return f"{number(value)}{NO_BREAK}B"
            return f"{format_decimal(value / 1000, format='#,##0.0', locale=locale)}{NO_BREAK}kB"

        def time(moment: datetime) -> str:
            return format_time(moment, "HH:mm:ss", tzinfo=zone, locale=locale)

        def clock(moment: datetime) -> str:
            day = "d MMM" if language != "vi" else "d/M"
            return format_datetime(moment, f"{day}, HH:mm:ss", tzinfo=zone, locale=locale)

        return {"number": number, "size": size, "time": time, "clock": clock}


def _headline(country: Country, texts: Texts) -> str:
    if not country.members:
        return texts("No member is known here")
    if not country.silent:
        return texts("All {all} members answer", all=len(country.members))
    return texts(
        "{up} of {all} members answer", up=len(country.answering), all=len(country.members)
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _kind(name: str) -> str:
    return next((kind for ending, kind in KINDS.items() if name.endswith(ending)), "File")


def _weave(text: str) -> Markup:
    """A lozenge by which an organisation is recognised: drawn from its identifier."""
    # The drawing is made of numbers and colours only; nothing of the text is in it.
    return Markup(weave(sha256(text.encode()).digest(), units=1))  # noqa: S704
