"""The questions of a case in the person's language, with what is known about each answer.

A page may show, under a choice, what registers say about it (``x-facts`` of the form): the
address to which "by post" sends, the photo that "my present photo" means.
"""

from collections.abc import Mapping
from typing import Any

from riik.services.forms.pages import offered, wanted_pages
from riik.services.model import Page
from riik.services.shown.rows import Speaker, choice_facts

__all__ = ["answered", "page_views", "question_views"]

_KINDS = {"boolean": "yes-no", "integer": "number", "number": "number"}
_FORMATS = {"date": "day", "email": "email"}
LONG_TEXT = 200


def page_views(speaker: Speaker) -> list[dict[str, Any]]:
    """The pages that are wanted now, each with its questions and whether it is answered."""
    running = speaker.running
    return [
        {
            "id": page.id,
            "title": _title(speaker, page),
            "answered": answered(running.definition.form, page, running.dossier.answers),
            "questions": question_views(speaker, page),
        }
        for page in wanted_pages(running.definition.pages, known=running.known())
    ]


def question_views(speaker: Speaker, page: Page) -> list[dict[str, Any]]:
    """One page's questions: texts, kind, choices, what was answered, what is known of it."""
    form, answers = speaker.running.definition.form, speaker.running.dossier.answers
    needed = set(page.fields) if page.when else set(form.get("required", ()))
    return [
        _question(
            speaker,
            form["properties"][field],
            field=field,
            required=field in needed,
            value=answers.get(field),
        )
        for field in page.fields
    ]


def answered(form: Mapping[str, Any], page: Page, answers: Mapping[str, Any]) -> bool:
    """Whether a page has all the answers that it must have."""
    required = set(form.get("required", ()))
    needed = set(page.fields) if page.when else required & set(page.fields)
    return needed <= set(answers)


def _title(speaker: Speaker, page: Page) -> str:
    """A page is called by its only question, or by a text of its own, ``page.<id>``."""
    properties = speaker.running.definition.form["properties"]
    own = speaker.say(f"page.{page.id}")
    if own != f"page.{page.id}":
        return own
    return speaker.say(properties[page.fields[0]].get("title", page.fields[0]))


def _question(
    speaker: Speaker, schema: Mapping[str, Any], *, field: str, required: bool, value: Any
) -> dict[str, Any]:
    say, kind = speaker.say, _kind(schema)
    choices = [
        {
            "value": choice["const"],
            "title": say(choice["title"]),
            "hint": say(choice.get("description", "")),
            "facts": choice_facts(speaker, choice.get("x-facts", ())),
        }
        for choice in offered(schema, speaker.running.dossier.facts)
    ]
    if kind == "yes-no" and not choices:
        choices = [
            {"value": truth, "title": say(word), "hint": "", "facts": []}
            for truth, word in ((True, "Yes"), (False, "No"))
        ]
    return {
        "field": field,
        "title": say(schema.get("title", field)),
        "hint": say(schema.get("description", "")),
        "error": say(schema.get("x-error", "Answer this question")),
        "kind": kind,
        "type": schema.get("type", "string"),
        "required": required,
        "value": value,
        "choices": choices,
        "facts": choice_facts(speaker, schema.get("x-facts", ())),
    }


def _kind(schema: Mapping[str, Any]) -> str:
    """What a page makes of a question: a choice, yes or no, or a field of some kind."""
    if "oneOf" in schema:
        return "choice"
    named = schema.get("x-kind") or _FORMATS.get(schema.get("format", ""))
    if named:
        return str(named)
    if schema.get("type", "string") == "string":
        return "long-text" if schema.get("maxLength", 0) > LONG_TEXT else "text"
    return _KINDS.get(schema["type"], "text")
