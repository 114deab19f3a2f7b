"""Questions and answers: which page is next, and does an answer fit its question?

The form is one JSON Schema (2020-12) for every channel, with the pages beside it
(``x-pages``). A page may have a FEEL condition over facts and answers.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema_rs

from riik.rules import expression
from riik.services.errors import AnswerRefused, FolderRefused
from riik.services.forms.exits import exit_of
from riik.services.forms.groups import check_group, fits, is_group
from riik.services.forms.lists import listed_choices
from riik.services.forms.uploads import check_uploads, is_upload
from riik.services.model import Fact, Page, Standing

__all__ = [
    "check_answers",
    "check_page",
    "check_schema",
    "group_of",
    "needed_fields",
    "offered",
    "pages_of",
    "wanted_pages",
]

_ANSWERED = re.compile(r"\banswers\b(?:\.([A-Za-z_][A-Za-z0-9_]*))?")
_PAGE_KEYS = {"id", "fields", "when", "exit"}


def pages_of(form: Mapping[str, Any]) -> tuple[Page, ...]:
    """The pages that a form declares.

    Raises:
        FolderRefused: For ``pages``: no pages, an unknown key or field, or a field on no page.
    """
    declared = form.get("x-pages")
    if not isinstance(declared, list) or not declared:
        raise FolderRefused("form.json has no x-pages", why="pages")
    properties = set(form.get("properties", {}))
    pages = [_page(page) for page in declared]
    asked = [field for page in pages for field in page.fields]
    if set(asked) != properties or len(asked) != len(properties):
        wrong = sorted(properties.symmetric_difference(asked)) or "a field is asked twice"
        raise FolderRefused(f"pages and properties differ: {wrong}", why="pages")
    return tuple(pages)


def _page(declared: Any) -> Page:
    unknown = set(declared) - _PAGE_KEYS
    asks, ends = bool(declared.get("fields")), "exit" in declared
    if unknown or not declared.get("id") or asks is ends:
        raise FolderRefused(
            f"a page has id, fields or exit, and perhaps when: {sorted(unknown)}", why="pages"
        )
    name, when = str(declared["id"]), declared.get("when", "")
    if ends and not when:
        raise FolderRefused(f"{name!r}: an exit has a condition, when", why="pages")
    leaves = exit_of(declared["exit"], page=name) if ends else None
    return Page(id=name, fields=tuple(declared.get("fields", ())), when=when, exit=leaves)


def is_listed(schema: Mapping[str, Any]) -> bool:
    """Whether a question is answered by a list that is worked on: of things, or of files."""
    return is_group(schema) or is_upload(schema)


def group_of(form: Mapping[str, Any], page: Page) -> str:
    """The list that a page asks for, of things or of files; or nothing."""
    [only, *others] = page.fields or ("",)
    schema = form["properties"].get(only, {})
    return only if not others and is_listed(schema) else ""


def check_schema(form: Mapping[str, Any]) -> None:
    """Refuse a form whose schema isn't one, or that reaches outside the folder.

    Raises:
        FolderRefused: For ``schema``.
    """
    if '"$ref"' in str(form).replace("'", '"'):
        raise FolderRefused("form.json may not refer to other schemas", why="schema")
    try:
        jsonschema_rs.Draft202012Validator(dict(form))
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise FolderRefused(f"form.json is no JSON Schema: {error}", why="schema") from error


def wanted_pages(
    pages: Sequence[Page], *, known: Mapping[str, Any], exits: bool = False
) -> list[Page]:
    """The pages to ask, by their conditions over what is known; with ``exits`` those as well."""
    return [
        page
        for page in pages
        if (exits or page.exit is None)
        and (not page.when or expression(page.when).value(_spoken_of(page.when, known)) is True)
    ]


def _spoken_of(when: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a condition speaks of: of hundreds of answers those that it names."""
    named = _ANSWERED.findall(when)
    given = known.get("answers")
    if not all(named) or not isinstance(given, Mapping):
        return known
    return {**known, "answers": {name: given[name] for name in named if name in given}}


def offered(schema: Mapping[str, Any], facts: Mapping[str, Fact]) -> list[Mapping[str, Any]]:
    """The choices of a question that registers leave: none that means a thing that isn't there.

    A choice names the fields that it means in ``x-facts``; a register that was silent leaves it
    open. Where nothing would be left, all are offered: the rules say what follows.
    """
    own = listed_choices(schema, {need: fact.values for need, fact in facts.items()})
    if own is not None:
        return list(own)
    choices = list(schema.get("oneOf", ()))
    left = [one for one in choices if not _empty(one.get("x-facts", ()), facts)]
    return left or choices


def _empty(names: Sequence[str], facts: Mapping[str, Fact]) -> bool:
    """Whether registers answered, and have nothing in any of these fields."""
    asked = [(facts.get(need), field) for need, _, field in (name.partition(".") for name in names)]
    return bool(asked) and all(
        fact is not None
        and fact.standing is not Standing.UNAVAILABLE
        and fact.values.get(field) is None
        for fact, field in asked
    )


def check_page(
    form: Mapping[str, Any],
    page: Page,
    answers: Mapping[str, Any],
    *,
    facts: Mapping[str, Fact] | None = None,
) -> dict[str, Any]:
    """The answers of one page, if each fits its question and none is missing.

    Raises:
        AnswerRefused: For ``unknown``, ``missing`` or ``value``; ``field`` says which.
    """
    required = needed_fields(form, page)
    for field in answers:
        if field not in page.fields:
            raise AnswerRefused("this page has no such question", why="unknown", field=field[:40])
    for field in page.fields:
        if field in required and field not in answers:
            raise AnswerRefused("a question has no answer", why="missing", field=field)
        if field in answers:
            schema = form["properties"][field]
            _check_value(schema, answers[field], field=field)
            choices = offered(schema, facts or {})
            if choices and all(one["const"] != answers[field] for one in choices):
                raise AnswerRefused("this choice is not offered", why="value", field=field)
    return dict(answers)


def needed_fields(
    form: Mapping[str, Any], page: Page, *, required: frozenset[str] | None = None
) -> set[str]:
    """The questions of a page that must have an answer: a list may be empty, but is said to be.

    Args:
        form: The form.
        page: The page.
        required: What the form requires, for who asks of many pages.
    """
    asked = set(page.fields)
    if page.when:
        return asked
    wanted = required if required is not None else frozenset(form.get("required", ()))
    return {one for one in asked if one in wanted or is_listed(form["properties"][one])}


def check_answers(
    form: Mapping[str, Any], pages: Sequence[Page], answers: Mapping[str, Any]
) -> None:
    """Refuse to go on while a wanted page lacks an answer.

    Raises:
        AnswerRefused: For ``missing`` or ``value``.
    """
    for page in pages:
        given = {field: answers[field] for field in page.fields if field in answers}
        check_page(form, page, given)


def _check_value(schema: Mapping[str, Any], value: object, *, field: str) -> None:
    if is_upload(schema) and isinstance(value, list):
        check_uploads(schema, value, field=field)
    if is_group(schema):
        check_group(schema, value, field=field)
    if not fits(schema, value):
        raise AnswerRefused("this answer does not fit the question", why="value", field=field)
