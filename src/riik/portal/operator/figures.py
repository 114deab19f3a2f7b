"""A minister's page: one paragraph, six figures, four tables, and how each is counted. Pure.

What providers do not tell because it is about too few is not guessed here either: a sum over
hidden parts says that it is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import riik.portal.operator
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import Texts
from riik.portal.operator.tables import (
    availability_figure,
    availability_rows,
    channel_rows,
    look_rows,
    share_said,
)
from riik.profiles import Profile

__all__ = ["FiguresPage", "lasting"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
COUNTED = (
    *("opened", "decided", "median_seconds", "p95_seconds"),
    *("automatic", "online", "with_official"),
)
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage:
    """Renders it.

    Attributes:
        profile: The country's.
        place: The site's name by language.
        front: The demonstration's front page; empty in earnest.
    """

    profile: Profile
    place: Mapping[str, str]
    front: str = ""
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.operator))

    def render(
        self,
        services: Mapping[str, Any],
        looks: Mapping[str, Any],
        available: Mapping[str, Any],
        *,
        language: str,
        address: str = "/numbers",
    ) -> str:
        """The page in a language.

        Args:
            services: ``days``, ``services`` (rows of the providers' figures), ``silent``.
            looks: ``looks``, ``few`` (logs that told too few), ``logs``, ``silent``,
                ``registers`` (each with its looks by organisation and purpose).
            available: ``days``, ``rows`` (how often each subsystem was asked and answered).
            language: The visitor's.
            address: Of the page, with its query.
        """
        texts, formats = self.pages.texts[language], Formats(self.profile, language)
        shell = Shell(
            language=language,
            profile=self.profile,
            address=address,
            place=self.place.get(language, ""),
            demonstration=self.front,
        )
        rows = sorted(services["services"], key=_most, reverse=True)
        least = max((int(row["least"]) for row in rows), default=10)
        teller = _Teller(texts, formats, rows, services["days"], least)
        return self.pages.render(
            "numbers.html",
            shell,
            days=services["days"],
            sentences=teller.sentences(services["silent"], looks["silent"]),
            figures=[
                *teller.figures(),
                teller.looks(looks),
                availability_figure(available["rows"], texts, formats),
            ],
            rows=[teller.row(row) for row in rows if _told(row)],
            few=", ".join(dict.fromkeys(str(row["name"]) for row in rows if not _told(row))),
            channels=channel_rows([row for row in rows if _told(row)], texts, formats),
            looked=look_rows(looks["registers"], texts, formats),
            hidden=", ".join(one["register"] for one in looks["registers"] if one["hidden"]),
            available=availability_rows(available["rows"], texts, formats),
            least=least,
            step=max((int(row["step"]) for row in rows), default=5),
            until=self._until(rows, formats),
        )

    @staticmethod
    def _until(rows: Rows, formats: Formats) -> str:
        """The day that the figures end with, or the moment; empty where there are none."""
        if not rows:
            return ""
        # A period that ends at midnight has the day before as its last.
        last = min(datetime.fromisoformat(str(row["until"])) for row in rows)
        return formats.date((last - timedelta(seconds=1)).date())


def lasting(seconds: float, texts: Texts) -> str:
    """How long something took, in the unit that fits."""
    if seconds < 2 * MINUTE:
        return texts.count("{number} second", "{number} seconds", round(seconds))
    if seconds < 2 * HOUR:
        return texts.count("{number} minute", "{number} minutes", round(seconds / MINUTE))
    if seconds < 2 * DAY:
        return texts.count("{number} hour", "{number} hours", round(seconds / HOUR))
    return texts.count("{number} day", "{number} days", round(seconds / DAY))


def _told(row: Mapping[str, Any]) -> bool:
    """Whether its provider told anything of a service: a row of nothing but gaps tells none."""
    counts = (*(row[name] for name in COUNTED), *row["channels"].values())
    return any(count is not None for count in counts)


def _most(row: Mapping[str, Any]) -> tuple[int, str]:
    return (row["opened"] or 0, str(row["name"]))


@dataclass(frozen=True, slots=True)
class _Teller:
    """The figures of some services in one language; ``rows`` have the largest first."""

    texts: Texts
    formats: Formats
    rows: Rows
    days: int
    least: int

    def sentences(self, services: Sequence[str], registers: Sequence[str]) -> list[str]:
        """The paragraph."""
        texts = self.texts
        if begun := self._sum("opened"):
            # Each count is told as the multiple below it, so their sum is a least.
            said = [
                texts.count(
                    "At least {number} case was begun.",
                    "At least {number} cases were begun.",
                    begun,
                )
            ]
        else:
            said = [texts("Too few cases were begun to tell how many.")]
        if first := self._first("median_seconds"):
            said.append(self._half(first))
        else:
            said.append(texts("Too few were decided to say how long people waited."))
        silent = [*services, *registers]
        if silent:
            names = ", ".join(dict.fromkeys(silent))
            said.append(texts("No answer from: {names}. Their figures are missing.", names=names))
        return said

    def _half(self, row: Mapping[str, Any]) -> str:
        texts, seconds = self.texts, row["median_seconds"]
        if seconds <= MINUTE:
            return texts(
                "Half of the decisions on “{service}” came within a minute.", service=row["name"]
            )
        return texts(
            "Half of the decisions on “{service}” came within {time}.",
            service=row["name"],
            time=lasting(seconds, texts),
        )

    def figures(self) -> list[dict[str, str]]:
        """Four figures about services."""
        texts = self.texts
        return [
            self._of_one(texts("Begun online"), "online", self._share, min),
            self._of_one(texts("Middle wait for a decision"), "median_seconds", self._time, min),
            self._of_one(texts("One in twenty waits longer than"), "p95_seconds", self._time, max),
            self._of_one(texts("Decided by rules alone"), "automatic", self._share, min),
        ]

    def looks(self, told: Mapping[str, Any]) -> dict[str, str]:
        """The fifth."""
        texts = self.texts
        few = texts.count(
            "{number} log has too few to tell.", "{number} logs have too few to tell.", told["few"]
        )
        return {
            "title": texts("Looks at personal data"),
            "value": self.formats.number(told["looks"])
            if told["looks"] or not told["few"]
            else texts("no figure"),
            "text": texts("All of them in logs that a witness cosigns.")
            + (f" {few}" if told["few"] else ""),
        }

    def row(self, row: Mapping[str, Any]) -> list[Any]:
        """A row of the table."""
        texts = self.texts
        hidden = {"text": texts("hidden: too few"), "kind": "soft"}

        def shown(name: str, say: Callable[[Any], str]) -> Any:
            return hidden if row[name] is None else say(row[name])

        number = self.formats.number
        return [
            row["name"],
            row["organisation"],
            shown("opened", number),
            shown("decided", number),
            shown("median_seconds", self._time),
            shown("p95_seconds", self._time),
            shown("with_official", number),
        ]

    def _of_one(
        self,
        title: str,
        name: str,
        say: Callable[[Any], str],
        which: Callable[..., Mapping[str, Any]],
    ) -> dict[str, str]:
        told = [row for row in self.rows if row[name] is not None]
        if not told:
            return self._hidden(title)
        chosen = which(told, key=lambda row: row[name]) if which is max else told[0]
        return {"title": title, "value": say(chosen[name]), "text": str(chosen["name"])}

    def _hidden(self, title: str) -> dict[str, str]:
        texts = self.texts
        if not self.rows:
            text = texts("No organisation has told figures of a service.")
        else:
            text = texts(
                "It, or the rest beside it, counts fewer than {least} cases in {days} days: "
                "so few would tell of somebody.",
                least=self.formats.number(self.least),
                days=self.formats.number(self.days),
            )
        return {"title": title, "value": texts("no figure"), "text": text}

    def _first(self, name: str) -> Mapping[str, Any] | None:
        return next((row for row in self.rows if row[name] is not None), None)

    def _sum(self, name: str) -> int:
        """The sum of what was told."""
        return sum(row[name] or 0 for row in self.rows)

    def _time(self, seconds: float) -> str:
        # Providers round a time up to whole minutes: the least of them says no more than this.
        if seconds <= MINUTE:
            texts = self.texts
            return texts("at most a minute")
        return lasting(seconds, self.texts)

    def _share(self, share: float) -> str:
        return share_said(share, self.texts, self.formats)
