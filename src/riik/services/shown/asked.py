"""What an official asks of the person, as pages show it: the question, its pages, the amendment.

Pure. While a question is open the case shows the pages that were asked, with the person's answers
as they would be; what is signed are those answers, each with what it was before.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from riik.services.desk.amending import (
    AMENDMENT,
    amendment_file,
    asked_page,
    may_amend,
    pages_asked,
)
from riik.services.model import Page
from riik.services.shown.questions import page_views, question_views
from riik.services.shown.rows import Row, Speaker, said_rows

__all__ = ["amendment_statement", "asked_next", "asked_pages", "asked_told"]


def asked_told(speaker: Speaker) -> dict[str, Any] | None:
    """The question and who asks it; None while nothing is asked."""
    question = speaker.running.dossier.question
    if question is None:
        return None
    return {
        "message": question.message,
        "pages": list(question.pages),
        "by": question.name,
        "unit": speaker.named(question.unit),
        "at": question.at,
        "until": None,
    }


def asked_next(speaker: Speaker) -> dict[str, Any]:
    """The page to answer next; when all are answered, the amendment is handed in."""
    page = asked_page(speaker.running)
    if page is None:
        return {"step": "submission"}
    questions = question_views(_drafted(speaker), page)
    return {"step": f"answers/{page.id}", "page": page.id, "questions": questions}


def asked_pages(speaker: Speaker) -> list[dict[str, Any]]:
    """The pages that were asked, and those that the new answers make necessary."""
    given = speaker.running.dossier.amended
    asked = {page.id: page for page in pages_asked(speaker.running)}
    return [
        {**view, "answered": _answered(asked[view["id"]], given)}
        for view in page_views(_drafted(speaker))
        if view["id"] in asked
    ]


def amendment_statement(speaker: Speaker) -> dict[str, Any]:
    """Exactly what is going to be signed: the new answers, each with what it was."""
    given = speaker.running.dossier.amended
    before = {(row["field"], row.get("item")): row["value"] for row in said_rows(speaker)}
    rows: list[Row] = [
        {**row, "before": before.get((row["field"], row.get("item")), "")}
        for row in said_rows(_drafted(speaker))
        if row["field"] in given
    ]
    return {
        "sentence": speaker.say("I change my answers as written here."),
        "rows": rows,
        "fee": None,
        "file": _file(speaker) if may_amend(speaker.running) else None,
    }


def _file(speaker: Speaker) -> dict[str, Any]:
    """The file that a signature would be put to, so that a person can read it before."""
    content = amendment_file(speaker.running, language=speaker.language)
    return {
        "name": AMENDMENT,
        "media_type": "application/json",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }


def _drafted(speaker: Speaker) -> Speaker:
    """The case with the answers as they would be."""
    dossier = speaker.running.dossier
    after = replace(speaker.running, dossier=dossier.with_answers(dossier.amended))
    return replace(speaker, running=after)


def _answered(page: Page, given: Any) -> bool:
    return bool(set(page.fields) & set(given))
