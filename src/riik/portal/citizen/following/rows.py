"""A case as its person follows it: one sentence of where it stands, its thread, its papers.

Pure: a case view of ``docs/reference/portal-calls.md`` goes in, rows of a page come out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from riik.core import from_text
from riik.portal.citizen.apply.where import asked_to_sign, at
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, later

__all__ = [
    "ENDED",
    "YOURS",
    "appeal_of",
    "case_rows",
    "deed",
    "joint_parts",
    "paper_rows",
    "thread_rows",
    "until_of",
    "whole",
]

View = Mapping[str, Any]

YOURS: Final = frozenset({"amend", "answer", "sign", "pay"})
ENDED: Final = frozenset({"granted", "refused", "withdrawn"})

DEEDS: Final = {
    "amend": later("Answer the official"),
    "pay": later("Pay the fee"),
    "sign": later("Go on"),
    "answer": later("Go on"),
}
"""What a person may do next, the first that fits, as the words of a button."""

LEAST: Final[Mapping[str, Any]] = {
    "title": "",
    "organisation": "",
    "number": "",
    "state_text": "",
    "state_tag": "",
    "person": {"self": True, "name": ""},
    "with": {"kind": "", "unit": "", "name": ""},
    "asked": None,
    "why_waiting": (),
    "decision": None,
    "grounds": (),
    "fee": None,
    "assistant": None,
    "joint": None,
    "may": (),
}
"""A case of which only the portal itself knows, because its provider is silent."""

ICONS: Final = {"yes": "check", "no": "cross", "wait": "pen", "now": "clock"}


def whole(view: View) -> dict[str, Any]:
    """A case with everything that a page shows, empty where nobody told it."""
    return {**LEAST, **view}


def deed(view: View) -> str:
    """The words of the button by which a case goes on; empty when it waits for others."""
    if view.get("channel") == "offer" and view["state"] == "draft":
        return later("Say yes")
    may = view.get("may", ())
    return next((text for act, text in DEEDS.items() if act in may), "")


def case_rows(cases: Iterable[View], formats: Formats, texts: Texts) -> dict[str, list[Any]]:
    """My cases: those that wait for the person, those under way, those that ended."""
    found: dict[str, list[Any]] = {"yours": [], "open": [], "ended": []}
    for view in cases:
        name = "ended" if view["state"] in ENDED else "yours" if deed(view) else "open"
        found[name].append(_case(view, formats, texts))
    return found


def thread_rows(view: View, formats: Formats) -> list[dict[str, Any]]:
    """The knots of what happened, what is now and what lies ahead, with their moments."""
    return [_knot(knot, formats) for knot in view.get("timeline", ())]


def paper_rows(view: View, formats: Formats, texts: Texts) -> list[dict[str, Any]]:
    """The papers of a case, as facts to download."""
    return [
        {
            "label": paper["title"],
            "value": f"{paper['name']}, {formats.size(paper['size'])}",
            "source": _about(paper, formats),
            "act_href": at(view["case"], "documents", paper["name"]),
            "act_text": texts("Download"),
        }
        for paper in view.get("documents", ())
    ]


def appeal_of(view: View) -> dict[str, Any] | None:
    """How to appeal, and the last day of it."""
    appeal = (view.get("decision") or {}).get("appeal")
    if not appeal:
        return None
    return {"text": appeal["text"], "until": date.fromisoformat(appeal["until"])}


def joint_parts(view: View, formats: Formats, texts: Texts) -> dict[str, Any]:
    """Who signs a joint application, until when, and whether it ended without them all."""
    joint = view.get("joint") or {}
    words = {
        "invited": texts("Not yet signed"),
        "signed": texts("Signed"),
        "declined": texts("Did not want to sign"),
        "lapsed": texts("Did not sign in time"),
    }
    first = {
        "label": (view.get("person") or {}).get("name") or texts("Who applied"),
        "value": texts("Signed"),
    }
    others = [
        {
            "label": texts("You") if one["you"] else one["person"],
            "value": words[one["standing"]],
            "source": formats.short(from_text(one["at"])) if one["at"] else "",
        }
        for one in joint.get("signers", ())
    ]
    return {
        "signers": [first, *others] if joint else [],
        "signers_until": from_text(joint["until"]) if joint else None,
        "asks": asked_to_sign(view),
        "ended_unsigned": any(
            one["standing"] in ("declined", "lapsed") for one in joint.get("signers", ())
        ),
    }


def until_of(view: View) -> date | None:
    """Until when an official's question wants its answer."""
    until = (view.get("asked") or {}).get("until")
    return date.fromisoformat(until[:10]) if until else None


def _case(view: View, formats: Formats, texts: Texts) -> dict[str, Any]:
    person, tag = view.get("person") or {}, str(view.get("state_tag", ""))
    words, ended = deed(view), view["state"] in ENDED
    holder = view.get("with") or {}
    due = from_text(view["due"]) if view.get("due") and not ended and not words else None
    return {
        "href": at(view["case"]),
        "title": view.get("title") or view["service"],
        "organisation": view.get("organisation", ""),
        "number": view.get("number", ""),
        "whose": "" if person.get("self", True) or asked_to_sign(view) else person.get("name", ""),
        "asks": person.get("name", "") if asked_to_sign(view) else "",
        "opened": from_text(view["opened"]),
        "word": view.get("state_text", ""),
        "tag": "" if tag == "plain" else tag,
        "icon": ICONS.get(tag, ""),
        "due": due,
        "as_of": from_text(view["as_of"]) if view.get("as_of") else None,
        "name": holder.get("name", "") if holder.get("kind") == "official" else "",
        "deed": texts(words) if words else "",
        "go": at(view["case"], "continue"),
        "unread": bool(view.get("unread")),
    }


def _knot(knot: View, formats: Formats) -> dict[str, Any]:
    moment: datetime | None = from_text(knot["at"]) if knot.get("at") else None
    day = date.fromisoformat(knot["day"]) if knot.get("day") else None
    when = formats.moment(moment) if moment else formats.day(day) if day else ""
    return {
        "title": knot["title"],
        "detail": knot.get("detail", ""),
        "state": knot["state"],
        "when": when,
        "at": formats.iso(moment) if moment else formats.iso(day) if day else "",
    }


def _about(paper: View, formats: Formats) -> str:
    about = str(paper.get("about", ""))
    return f"{about}, {formats.short(from_text(paper['at']))}" if paper.get("at") else about
