"""How a register's record, its history and a proposal are told to an official."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from riik.core import from_text
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, later

__all__ = ["EXAMPLE", "OUTSIDE", "REASONS", "SENTENCES", "Telling", "named"]

SENTENCES: Final[Mapping[str, str]] = {
    "own-case": later("This is about yourself: a colleague does it."),
    "other-register": later("Another official answers for this register."),
    "level": later("Sign in with the ID-card: this desk wants the surest way."),
    "purpose": later("The register's folder gives its owner no right for this purpose."),
    "register": later("There is no such register here."),
    "unknown": later("There is no such record."),
    "offer": later("Officials make no such change by hand."),
    "order": later("This waits no more: somebody has signed or refused it."),
    "four-eyes": later("You proposed this yourself: another official looks at it."),
    "case": later("Say in which case you look: find the record again."),
    "case-unknown": later("There is no such case here: find the record again."),
}
"""What can't be done, on a page of its own."""

REASONS: Final[Mapping[str, str]] = {
    "registers.request-refused.reason": later("Say why: it stands in the record's history."),
    "registers.request-refused.long": later("Say it in at most 2000 letters."),
    "registers.request-refused.nothing": later("Nothing is changed yet."),
    "registers.request-refused.value": later("A value is not written as the register wants it."),
    "registers.request-refused.since": later("Write a day like {day}, not before the record."),
    "registers.request-refused.day": later("This is no day of the calendar. Write it like {day}."),
    "registers.request-refused.when": later("Choose from when it is so."),
    "registers.request-refused.signed": later("This was signed already. Open the record again."),
    "registers.request-refused.ticket": later("This page is old. Open the record again."),
    "registers.request-refused.order": later("This waits no more: open the list again."),
    "registers.record-refused.schema": later("The register can't hold a value as it is written."),
    "registers.record-refused.raced": later("The record was changed a moment ago. Open it again."),
    "registers.record-refused.waiting": later("A change of it waits for a second official."),
    "registers.record-refused.closed": later("The record is closed: only a correction changes it."),
    "registers.record-refused.runs-over": later("Another change holds from a later day."),
    "registers.official-refused.own-case": later("This is about yourself: a colleague does it."),
    "registers.official-refused.four-eyes": later("You proposed this: another official signs."),
    "registers.unknown-subject.unknown": later("There is no such record or request."),
    "registers.correction-answered.answered": later("Somebody has answered this request already."),
    "node.signer-refused.person": later("This card is somebody else's."),
}  # fmt: skip
"""Why nothing was signed, by code and reason."""

OUTSIDE: Final = "outside:"
"""Before the reference of a case that is kept elsewhere, as the register's desk wants it."""

CASE: Final = later("case {number}")
CASE_ELSEWHERE: Final = later("case {number}, kept elsewhere")

EXAMPLE: Final = date(2026, 11, 30)
"""A day, to show how days are typed."""

KINDS: Final[Mapping[str, str]] = {
    "open": later("Opened"),
    "change": later("Changed"),
    "correct": later("Corrected"),
    "close": later("Closed"),
}


def named(names: Mapping[str, str], language: str) -> str:
    """One of a thing's names: in this language, else any."""
    return names.get(language) or next(iter(names.values()), "")


@dataclass(frozen=True, slots=True)
class Telling:
    """The room's words and formats for one reader."""

    texts: Texts
    formats: Formats

    def fields(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Each field with its label and its value in the reader's words."""
        return [{**row, "label": self.name(row["names"]), "shown": self.value(row)} for row in rows]

    def case(self, number: str) -> str:
        """A case, as it stands in the log of looks, in the reader's words."""
        reference = number.removeprefix(OUTSIDE)
        text = CASE if reference == number else CASE_ELSEWHERE
        return self.texts(text, number=reference)

    def value(self, row: Mapping[str, Any]) -> str:
        """A value as people write it; what is not known is empty."""
        text = str(row["value"])
        if not text:
            return ""
        if row["kind"] == "yes-no":
            _ = self.texts
            return _("yes") if text == "yes" else _("no")
        if row["kind"] == "day":
            return self.day(text)
        if row.get("currency"):
            return self.amount(text, row["currency"])
        if row["kind"] == "list":
            text = self.listed(row) or text
        return self.name(row["called"]) if row["kind"] == "choice" else text

    def listed(self, row: Mapping[str, Any]) -> str:
        """Codes of a list, each with its words where the register has some: ``B (car)``."""
        codes = str(row["value"]).split(", ")
        called = [self.name(names) for names in row.get("coded", ())]
        if len(called) != len(codes):
            return ""
        return ", ".join(
            code if code == word else f"{code} ({word})"
            for code, word in zip(codes, called, strict=True)
        )

    def when(self, *, correction: bool) -> list[dict[str, str]]:
        """From when a change can hold: nothing is chosen for the official."""
        _ = self.texts
        rows = [
            {"value": "today", "title": _("From today")},
            {"value": "day", "title": _("From the day written below")},
        ]
        if correction:
            rows.append(
                {
                    "value": "always",
                    "title": _("It was always wrong"),
                    "hint": _("Then it is so since the record began."),
                }
            )
        return rows

    def amount(self, text: str, currency: str) -> str:
        """An amount in minor units as money; what is none stays as it is."""
        whole = text.removeprefix("-")
        if not (whole.isascii() and whole.isdigit()) or not re.fullmatch("[A-Z]{3}", currency):
            return text
        return self.formats.money(int(text), currency)

    def day(self, text: str) -> str:
        """A day in the reader's words; what is none stays as it is."""
        try:
            return self.formats.short(date.fromisoformat(text))
        except ValueError:
            return text

    def typed(self, row: Mapping[str, Any]) -> str:
        """A day as it would be typed; what is none stays as it is."""
        if row["kind"] != "day" or not row["value"]:
            return str(row["value"])
        try:
            return self.formats.typed(date.fromisoformat(str(row["value"])))
        except ValueError:
            return str(row["value"])

    def moment(self, text: str) -> str:
        """A moment in the reader's words."""
        at = self.formats.here(from_text(text))
        return f"{self.formats.short(at)}, {self.formats.time(at)}"

    def name(self, names: Mapping[str, str]) -> str:
        """A name in the reader's language."""
        return named(names, self.texts.language)

    def _became(self, one: Mapping[str, Any]) -> str:
        _ = self.texts
        if one["image"]:
            return _("a picture")
        return self.value(one) or self.name(one["called"]) or _("taken away")

    def history(self, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Changes as the knots of a thread, the newest first."""
        _, knots = self.texts, []
        for change in changes:
            who = ", ".join(change["officials"]) or self.name(change["actor_names"])
            told = [f"{self.name(one['names'])}: {self._became(one)}" for one in change["changes"]]
            day = self.formats.since(date.fromisoformat(change["from"]), year=True)
            since = _("from {day}", day=day)
            parts = [who, since, self.name(change["ground"]), change["reason"], "; ".join(told)]
            knots.append(
                {
                    "title": self.texts(KINDS[change["kind"]]),
                    "when": self.moment(change["at"]),
                    "at": change["at"],
                    "detail": " · ".join(filter(None, parts)),
                }
            )
        return knots
