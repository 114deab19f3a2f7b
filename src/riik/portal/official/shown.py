"""What officials' templates get: days, names and words of one reader.

Pure: the desk's plain values go in, rows for the macros of the design come out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from riik.core import from_text
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, in_sentence
from riik.portal.official.words import (
    PURPOSES,
    QUEUES,
    STATES,
    acting_text,
    decided_text,
    event_text,
    paper_text,
    proposal_text,
    reached_text,
)

__all__ = ["Telling", "address", "place_text", "read_place", "told_as", "told_of"]

Row = Mapping[str, Any]

_TOLD: Final = frozenset({"decided", "aside", "asked", "handed"})
_FIELD: Final = re.compile(r"[\w.]+")
_COUNT: Final = re.compile(r"\d{1,5}|\d{4}-\d{6,8}")

SOON_DAYS: Final = 1
_PROOFS: Final = {"proved": "yes", "signed": "yes", "missing": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How one reader is told things.

    Attributes:
        texts: Of this room.
        formats: Of the reader's language and country.
        now: The moment.
    """

    texts: Texts
    formats: Formats
    now: datetime

    def named(self, names: Mapping[str, str]) -> str:
        """Names by language: the reader's, else English, else any."""
        return names.get(self.texts.language) or names.get("en") or next(iter(names.values()), "")

    def worded(self, row: Row) -> str:
        """A ground in words for officials; what only its person is told is a quotation."""
        _ = self.texts
        if row["quoted"]:
            return _("What the person reads: “{text}”", text=row["text"])
        return str(row["text"])

    def grounds(self, grounds: Sequence[Row]) -> list[dict[str, Any]]:
        """What a verdict may rest on: in words for officials, and as the person reads it."""
        return [
            {
                **row,
                "worded": self.worded(row),
                # Said once is enough.
                "reads": "" if row["quoted"] and row["reads"] == row["text"] else row["reads"],
            }
            for row in grounds
        ]

    def needs(self, view: Row) -> list[str]:
        """Why a human decides."""
        return [self.worded(need) for need in view["needs"]]

    def official(self, official: Row | None) -> str:
        """A colleague's name, or a word for oneself."""
        if official is None:
            return ""
        _ = self.texts
        if official["me"]:
            return _("me")
        return self.formats.name(official["given"], official["family"], official["middle"])

    def filters(self, page: Row, seat: Row, which: str, service: str) -> list[dict[str, Any]]:
        """The queues with how many cases each holds."""
        names = [*("mine", "team", "overdue", "asked", "ended")]
        if "lead" in seat["roles"]:
            names.append("all")
        rows = []
        for name in names:
            row = {
                "href": address("/desk", queue=name, service=service),
                "text": self.texts(QUEUES[name]),
                "current": name == which,
            }
            if name in page["counts"]:
                row["count"] = self._count(page["counts"][name], page["most"])
            rows.append(row)
        return rows

    def queue_row(self, row: Row, *, which: str, service: str) -> dict[str, Any]:
        """A case in the queue."""
        href = address(f"/desk/cases/{row['case']}", queue=which, service=service)
        return {
            **row,
            "href": href,
            "needs_text": self._needs(row),
            "proposal_text": proposal_text(self.texts, row["proposal"]),
            "holder_text": self.official(row["holder"]),
            "when": self._when(row),
            "state_tag": STATES[row["state"]][0],
            "state_text": self.texts(STATES[row["state"]][1]),
        }

    def rail(self, rows: Sequence[Row], current: str, *, which: str, service: str) -> list[Any]:
        """The queue beside a case."""
        return [
            {
                "href": address(f"/desk/cases/{row['case']}", queue=which, service=service),
                "title": row["number"],
                "note": self._needs(row),
                "current": row["case"] == current,
            }
            for row in rows
        ]

    def acting(self, view: Row) -> str:
        """Who acts for the person, and as what; empty where nobody does."""
        acting = view["acting"]
        if not acting:
            return ""
        return acting_text(self.texts, acting["role"], **_signer(view), name=self._whom(view))

    def evidence(self, view: Row) -> list[dict[str, Any]]:
        """The rows of evidence with their values written out."""
        return [self._evidence(row) for row in view["rows"]]

    def trail(self, view: Row) -> list[dict[str, Any]]:
        """What the rules found against it, or gave to an official, each with its article."""
        proposal = view["proposal"] or {"outcome": ""}
        state = "no" if proposal["outcome"] == "refuse" else "wait"
        return [
            {"state": state, "text": self.worded(row), "saw": _law_and_values(row)}
            for row in view["trail"]["applied"]
        ]

    def clear(self, view: Row) -> list[dict[str, Any]]:
        """What was looked into and does not stand against it."""
        return [
            {"state": "yes", "apart": True, "text": self.worded(row), "law": row["law"]}
            for row in view["trail"]["clear"]
        ]

    def so_far(self, view: Row) -> list[dict[str, str]]:
        """What happened, with its moments."""
        rows = []
        for event in view["timeline"]:
            text = event_text(self.texts, event, **_signer(view), whom=self._whom(view))
            if text:
                at = from_text(event["at"])
                rows.append({"at": self.formats.iso(at), "when": self._short(at), "text": text})
        return rows

    def papers(self, view: Row) -> list[dict[str, Any]]:
        """The papers of the case by what they are; what people added by its own name."""
        signer, whom = _signer(view), self._whom(view)
        files = {row["document"]: row["value"] for row in view["rows"] if row.get("document")}
        return [
            {
                **paper,
                "title": files.get(paper["name"])
                or paper_text(self.texts, paper["name"], **signer, whom=whom),
                "size_text": self.formats.size(paper["size"]),
            }
            for paper in view["documents"]
        ]

    def decided(self, decided: Row | None) -> dict[str, Any] | None:
        """Who decided or proposed what, and when."""
        if decided is None:
            return None
        said = proposal_text if decided["act"] == "propose" else decided_text
        return {
            **decided,
            "outcome_text": said(self.texts, decided["outcome"]),
            "unit_text": self.named(decided["unit"]),
            "when": self._moment(from_text(decided["at"])),
        }

    def delivery(self, delivery: Row | None) -> dict[str, str] | None:
        """How the decision came to its person, and when."""
        if delivery is None:
            return None
        kind, text, channel = reached_text(self.texts, delivery)
        at = from_text(delivery["delivered"] or delivery["sent"])
        return {"kind": kind, "text": text, "channel": channel, "when": self._moment(at)}

    def question(self, question: Row | None) -> dict[str, str] | None:
        """What the person is asked now."""
        if question is None:
            return None
        when = self._moment(from_text(question["at"]))
        return {"message": question["message"], "name": question["name"], "when": when}

    def looks(self, looks: Sequence[Row]) -> list[dict[str, Any]]:
        """One's own looks, for the macro `looks`."""
        _, rows = self.texts, []
        for look in looks:
            at = from_text(look["at"])
            purpose = _(PURPOSES.get(look["purpose"], look["purpose"]))
            if look["case"]:
                text = _.html(
                    'You opened <a href="{href}">case {number}</a>: {purpose}.',
                    href=f"/desk/cases/{look['case']}",
                    number=look["number"],
                    purpose=in_sentence(purpose),
                )
            else:
                text = _.html(
                    "You looked a person up by their code: {purpose}.", purpose=in_sentence(purpose)
                )
            rows.append({"at": self.formats.iso(at), "when": self._moment(at), "text": text})
        return rows

    def day(self, moment: str | None) -> str:
        """A day of the country's calendar, or nothing."""
        return self.formats.day(from_text(moment)) if moment else ""

    def due(self, view: Row) -> tuple[str, str]:
        """Tag and words of the day by which the law wants a decision."""
        return self._due(view["due"]) if view["due"] else ("", "")

    def _whom(self, view: Row) -> str:
        """The person whose case it is, by name; by code where no register said it."""
        who = view["person"]
        name = (who["given_names"], who["family_name"], who.get("middle_names", ""))
        return self.formats.name(*name) if who["family_name"] else str(who["code"])

    def _evidence(self, row: Row) -> dict[str, Any]:
        shown = {**row, "shown": self._value(row)}
        if row["side"] == "register":
            shown["when"] = self._short(from_text(row["at"]))
            shown["proof_kind"] = _PROOFS[row["proof"]]
        return shown

    def _value(self, row: Row) -> str:
        if row["kind"] == "day":
            return self.formats.short(date.fromisoformat(row["value"]))
        if row["kind"] == "money":
            amounts = row["value"] if isinstance(row["value"], list) else [row["value"]]
            money = self.formats.money
            return ", ".join(money(one["minor"], one["currency"]) for one in amounts)
        return str(row["value"])

    def _needs(self, row: Row) -> str:
        _ = self.texts
        if row["second"]:
            return _("A second signature")
        needs = "; ".join(self.worded(need) for need in row["needs"])
        return needs or _("An official decides every case")

    def _when(self, row: Row) -> dict[str, str]:
        """The last cell of a row: due, since when the person was asked, or when it ended."""
        if row["ended"]:
            return {"tag": "", "text": self.formats.short(from_text(row["ended"]))}
        if row["asked"]:
            _, days = self.texts, (self._today() - self._local(row["asked"])).days
            text = _.count("asked a day ago", "asked {number} days ago", days)
            return {"tag": "", "text": _("asked today") if days == 0 else text}
        tag, text = self._due(row["due"]) if row["due"] else ("", "")
        return {"tag": tag, "text": text}

    def _due(self, due: str) -> tuple[str, str]:
        _, days = self.texts, (self._local(due) - self._today()).days
        if days < 0:
            return "no", _.count("a day late", "{number} days late", -days)
        if days == 0:
            return "wait", _("today")
        return ("wait" if days <= SOON_DAYS else ""), self.formats.day(from_text(due))

    def _local(self, moment: str) -> date:
        return self.formats.here(from_text(moment)).date()

    def _today(self) -> date:
        return self.formats.here(self.now).date()

    def _moment(self, at: datetime) -> str:
        return self.formats.recent(at, now=self.now)

    def _short(self, at: datetime) -> str:
        """A time of today, else the day as well."""
        same = self.formats.here(at).date() == self._today()
        return self.formats.time(at) if same else self._moment(at)

    def _count(self, count: int, most: int) -> str:
        return f"{self.formats.number(most)}+" if count >= most else self.formats.number(count)


def address(path: str, **query: str) -> str:
    """A path with those values of its query that say something."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def place_text(place: Sequence[str] | None) -> str:
    """Where the next page of a queue begins, for its address."""
    return "~".join(place) if place else ""


def read_place(text: str) -> tuple[str, str] | None:
    """The place out of an address; None for the first page or for what is none."""
    at, mark, number = text.partition("~")
    return (at, number) if mark and at and number and len(text) < 80 else None


def told_as(what: str, number: str) -> str:
    """What was just done, as it is kept for the page that confirms it."""
    return f"{what} {number}"


def told_of(kept: str) -> dict[str, str]:
    """What was just done, as it was kept; nothing else is shown."""
    what, _, number = kept.partition(" ")
    if what in _TOLD and _COUNT.fullmatch(number):
        return {"what": what, "number": number}
    return {"what": "", "number": ""}


def _signer(view: Row) -> dict[str, str]:
    """Who signs for the person, by name, else by code; empty where it is the person."""
    acting = view["acting"]
    return {"signer": (acting["name"] or acting["code"]) if acting else ""}


def _law_and_values(row: Row) -> str:
    """The article of a rule, and the fields it saw but for that a register was silent."""
    saw = [
        f"{one['question']} = {one['value']}"
        for one in row["saw"]
        if _FIELD.fullmatch(one["question"]) and not one["question"].endswith(".standing")
    ]
    return " · ".join(filter(None, (row["law"], ", ".join(saw))))
