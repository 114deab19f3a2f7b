"""All papers of all cases, the decisions first. Pure: case views go in, cards come out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from riik.core import from_text
from riik.portal.citizen.apply.where import at
from riik.portal.citizen.following.rows import ENDED
from riik.portal.design.formats import Formats

__all__ = ["paper_names", "shelves"]

COLOURS: Final = {"application": "slate", "amendment": "slate", "decision": "", "receipt": "pine"}
"""By the first word of a paper's name; the rest is madder."""

View = Mapping[str, Any]


def shelves(views: Iterable[View], formats: Formats) -> dict[str, list[dict[str, Any]]]:
    """Papers of cases that ended, and of those under way; the newest case first."""
    found: dict[str, list[dict[str, Any]]] = {"decided": [], "open": []}
    ordered = sorted(views, key=lambda view: str(view["opened"]), reverse=True)
    for view in ordered:
        papers = [_card(view, paper, formats) for paper in view.get("documents", ())]
        papers.sort(key=lambda paper: not paper["decides"])
        found["decided" if view["state"] in ENDED else "open"] += papers
    return found


def paper_names(view: View) -> set[str]:
    """What may be downloaded of a case: its papers, and what is going to be signed."""
    file = (view.get("statement") or {}).get("file") or {}
    return {str(one["name"]) for one in (*view.get("documents", ()), file) if one}


def _card(view: View, paper: View, formats: Formats) -> dict[str, Any]:
    name, kind = str(paper["name"]), str(paper["name"]).partition(".")[0].partition("-")[0]
    decides = name == "decision.pdf"
    moment: datetime | None = from_text(paper["at"]) if paper.get("at") else None
    person = view.get("person") or {}
    return {
        "title": paper["title"],
        "colour": COLOURS.get(kind, "madder"),
        "decides": decides,
        "tag": view["state_tag"] if decides else "",
        "word": view["state_text"] if decides else "",
        "case": view["title"],
        "case_href": at(view["case"]),
        "whose": "" if person.get("self", True) else person.get("name", ""),
        "organisation": view["organisation"],
        "weave": str(view.get("provider") or view["organisation"]),
        "about": paper.get("about", ""),
        "number": view.get("number", ""),
        "at": formats.short(moment) if moment else "",
        "file": f"{name.rpartition('.')[2]}, {formats.size(paper['size'])}",
        "href": at(view["case"], "documents", name),
        "checked": name.endswith(".asice") or decides,
    }
