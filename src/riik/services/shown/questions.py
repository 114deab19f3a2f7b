"""The questions of a case in the person's language, with what is known about each answer.

A page may show, under a choice, what registers say about it (``x-facts`` of the form): the
address to which "by post" sends, the photo that "my present photo" means.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from riik.services.dossier import Dossier
from riik.services.forms.choices import FEE, warning_of
from riik.services.forms.days import bounds_of, days_fit, is_day
from riik.services.forms.groups import is_group
from riik.services.forms.lists import listed_choices
from riik.services.forms.pages import needed_fields, offered
from riik.services.forms.seen import seen_of
from riik.services.forms.timing import is_appointment
from riik.services.forms.uploads import MOST_BYTES, is_upload, paper_name
from riik.services.model import Exit, Page
from riik.services.shown.rows import Speaker, choice_facts, in_list, item_rows

__all__ = ["answered", "exit_view", "page_views", "question_views"]

_KINDS = {"boolean": "yes-no", "integer": "number", "number": "number"}
_FORMATS = {"date": "day", "email": "email"}
LONG_TEXT = 200
FEW_PAGES = 30


def page_views(speaker: Speaker) -> list[dict[str, Any]]:
    """The pages that are wanted now, each with whether it is answered, and with its questions.

    Of a long form only the page that comes next and the one that is opened carry theirs: nobody
    reads seven hundred questions at once.
    """
    running = speaker.running
    pages = [page for page in running.pages() if page.exit is None]
    views, ahead = [], False
    required = frozenset(running.definition.form.get("required", ()))
    for page in pages:
        form, dossier = running.definition.form, running.dossier
        done = answered(form, page, dossier, required=required, today=running.today)
        view = {"id": page.id, "title": _title(speaker, page), "answered": done}
        comes_next, ahead = not done and not ahead, ahead or not done
        whole = len(pages) <= FEW_PAGES or running.dossier.question is not None
        if whole or comes_next or page.id == speaker.opened:
            view["seen"] = seen_of(page, answers=dossier.answers, drafted=dossier.drafted)
            view["questions"] = question_views(speaker, page)
        views.append(view)
    return views


def question_views(speaker: Speaker, page: Page) -> list[dict[str, Any]]:
    """One page's questions: texts, kind, choices, what was answered, what is known of it."""
    form, answers = speaker.running.definition.form, speaker.running.dossier.answers
    needed = needed_fields(form, page)
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


def exit_view(speaker: Speaker, page: Exit) -> dict[str, Any]:
    """Why it can't go on, and what to do instead."""
    return {
        "title": speaker.say(page.title),
        "body": [speaker.say(text) for text in page.body],
        "instead": [
            {"text": speaker.say(way.text), "address": way.address, "service": way.service}
            for way in page.instead
        ],
    }


def answered(
    form: Mapping[str, Any],
    page: Page,
    dossier: Dossier,
    *,
    today: date,
    required: frozenset[str] | None = None,
) -> bool:
    """Whether a page has all the answers that it must have; one that needs none was opened.

    A day that fitted when it was given, and no longer does, is no answer today.
    """
    needed, given = needed_fields(form, page, required=required), dossier.answers
    if not days_fit(form["properties"], given, page.fields, today=today):
        return False
    if needed:
        return all(field in given for field in needed)
    return page.id in dossier.visited or any(field in given for field in page.fields)


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
    if is_upload(schema):
        return upload_view(speaker, schema, field=field, required=required, value=value)
    if is_group(schema):
        return group_view(speaker, schema, field=field, required=required, value=value)
    choices = [
        {
            "value": choice["const"],
            "title": say(choice["title"]),
            "hint": say(choice.get("description", "")),
            "facts": choice_facts(speaker, choice.get("x-facts", ())),
            "warning": say(warning_of(choice, known=speaker.running.known())),
            "fee": _fee(speaker, schema, field=field, value=choice["const"]),
        }
        for choice in offered(schema, speaker.running.dossier.facts)
    ]
    if listed_choices(schema, {}) is not None:
        # Where the register has nothing to choose from, people write it themselves.
        kind = "choice" if choices else "text"
    if kind == "yes-no" and not choices:
        choices = [
            {
                "value": truth,
                "title": say(word),
                "hint": "",
                "facts": [],
                "warning": "",
                "fee": None,
            }
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
        "value_text": in_list(speaker, schema, value) or "",
        "choices": choices,
        "facts": choice_facts(speaker, schema.get("x-facts", ())),
        **_where(speaker, schema),
        **_between(speaker, schema),
    }


def _where(speaker: Speaker, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a question that a time answers: where it is to be had."""
    if not is_appointment(schema) or speaker.times is None:
        return {}
    return {"places": speaker.times.places(schema, speaker.language)}


def _between(speaker: Speaker, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a question that a day answers: the first and the last that fit, where there are any."""
    if not is_day(schema):
        return {}
    first, last = bounds_of(schema, today=speaker.running.today)
    return {
        "earliest": first.isoformat() if first else None,
        "latest": last.isoformat() if last else None,
    }


def _fee(
    speaker: Speaker, schema: Mapping[str, Any], *, field: str, value: Any
) -> dict[str, Any] | None:
    """What is owed if this is chosen, by the answers so far; None where the choice decides none."""
    if FEE not in schema:
        return None
    running = speaker.running
    after = replace(running, dossier=running.dossier.with_answers({field: value}))
    return {"minor": after.known()["fee"]["amount"], "currency": running.definition.currency}


def upload_view(
    speaker: Speaker, schema: Mapping[str, Any], *, field: str, required: bool, value: Any
) -> dict[str, Any]:
    """A question that files answer: which there are, and what may come."""
    say = speaker.say
    return {
        "field": field,
        "title": say(schema.get("title", field)),
        "hint": say(schema.get("description", "")),
        "error": say(schema.get("x-error", "Add a file")),
        "kind": "upload",
        "type": "array",
        "required": required,
        "value": value,
        "choices": [],
        "facts": [],
        "least": schema.get("minItems", 0),
        "most": schema.get("maxItems", 0),
        "accept": list(schema.get("x-accept", ())),
        "bytes": schema.get("x-bytes", MOST_BYTES),
        "scanner": speaker.scanner,
        "items": [
            {"n": number, "document": paper_name(file), **file}
            for number, file in enumerate(speaker.running.dossier.listed(field), start=1)
        ],
    }


def group_view(
    speaker: Speaker, schema: Mapping[str, Any], *, field: str, required: bool, value: Any
) -> dict[str, Any]:
    """A question that several things answer: what there is so far, and the questions of each."""
    say, inner = speaker.say, schema["items"]
    needed = set(inner.get("required", ()))
    items = speaker.running.dossier.listed(field)
    return {
        "field": field,
        "title": say(schema.get("title", field)),
        "hint": say(schema.get("description", "")),
        "error": say(schema.get("x-error", "Answer this question")),
        "kind": "group",
        "type": "array",
        "required": required,
        "value": value,
        "choices": [],
        "facts": [],
        "least": schema.get("minItems", 0),
        "most": schema.get("maxItems", 0),
        "item": say(inner.get("title", "")),
        "items": [
            {"n": number, "values": dict(item), "rows": item_rows(speaker, schema, item)}
            for number, item in enumerate(items, start=1)
        ],
        "questions": [
            _question(speaker, one, field=name, required=name in needed, value=None)
            for name, one in inner["properties"].items()
        ],
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
