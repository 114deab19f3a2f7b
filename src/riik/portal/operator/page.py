"""The country's status as a page, in the visitor's language and the country's time.

Pure: a country and a language go in, HTML comes out. What it says stands in the template and in
``locale``; which language is `texts`, the drawing is `ring`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

import riik.portal.operator
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import Texts, later
from riik.portal.operator.ring import HEIGHT, WIDTH, ring
from riik.portal.operator.status import Country
from riik.profiles import Profile

__all__ = ["LogLine", "StatusPage", "log_lines"]

KINDS: Final = {
    ".asice": later("Signed container (ASiC-E)"),
    ".tlog-proof": later("Proof of a look"),
    ".pdf": later("Sealed letter (PDF)"),
    ".xml": later("Trusted list or configuration (XML)"),
    ".pem": later("Certificate"),
    ".der": later("Certificate"),
    ".crt": later("Certificate"),
    ".tsr": later("Time-stamp"),
    ".ors": later("Certificate status (OCSP)"),
    ".json": later("Record (JSON)"),
    ".md": later("Text"),
    ".txt": later("Text"),
    ".vkey": later("Key that verifies a log"),
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
        profile: The country's, for its names and its time.
        with_files: There is a folder with the files of the last journey.
        home: Where the brand leads.
        front: The demonstration's front page; empty where this page is the first.
    """

    profile: Profile
    with_files: bool = False
    home: str = "/"
    front: str = ""
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.operator))

    def drawing(self, country: Country, *, language: str) -> Markup:
        """The map alone, for another page of the country."""
        shell = Shell(language=language, profile=self.profile)
        drawn = self.pages.render(
            "map.html", shell, ring=ring(country, language=language), width=WIDTH, height=HEIGHT
        )
        # Jinja2 has escaped every name in it.
        return Markup(drawn)  # noqa: S704

    def render(self, country: Country, *, language: str, address: str = "/") -> str:
        """The page in a language; ``address`` is where the visitor found it."""
        texts = self.pages.texts[language]
        logs = log_lines(country, language=language)
        names = {one.listed.member: one.listed.called(language) for one in country.members}
        shell = Shell(
            language=language,
            profile=self.profile,
            address=address,
            place=texts("A digital state that runs"),
            home=self.home,
            demonstration=self.front,
        )
        return self.pages.render(
            "status.html",
            shell,
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
        )


def _headline(country: Country, texts: Texts) -> str:
    if not country.members:
        return texts("No member is known here")
    if not country.silent:
        return texts("All {all} members answer", all=len(country.members))
    return texts(
        "{up} of {all} members answer",
        up=len(country.members) - len(country.silent),
        all=len(country.members),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _kind(name: str) -> str:
    return next((kind for ending, kind in KINDS.items() if name.endswith(ending)), later("File"))
