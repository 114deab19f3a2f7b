"""What is wrong with a form beyond its being JSON Schema: groups, conditions, names. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from riik.services.errors import FolderRefused
from riik.services.forms.days import day_faults
from riik.services.forms.groups import group_faults, is_group
from riik.services.forms.lists import list_faults
from riik.services.forms.timing import appointment_faults, is_appointment
from riik.services.forms.uploads import is_upload, upload_faults
from riik.services.model import Page, ServiceDefinition

__all__ = ["check_form", "every_question", "form_faults"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_ANSWERED = re.compile(r"answers\.([A-Za-z_][A-Za-z0-9_]*)")

Fault = tuple[str, str, tuple[str, ...]]
"""What is wrong, what to do, and the words that lead to its line."""


def check_form(definition: ServiceDefinition) -> None:
    """Refuse a form that could not be asked.

    Raises:
        FolderRefused: For ``form``.
    """
    for text, _, _ in form_faults(definition):
        raise FolderRefused(text, why="form")


def every_question(form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema of every question, those of items as well, and of the items themselves."""
    for schema in form["properties"].values():
        yield schema
        if is_group(schema):
            yield schema["items"]
            yield from schema["items"]["properties"].values()


def form_faults(definition: ServiceDefinition) -> Iterator[Fault]:
    """Everything that is wrong, page by page."""
    form, pages = definition.form, definition.pages
    before: set[str] = set()
    ids: set[str] = set()
    for page in pages:
        if page.id in ids:
            yield f"two pages are called {page.id!r}", "call one otherwise", ("x-pages", page.id)
        ids.add(page.id)
        yield from _condition(form, page, before)
        for field in page.fields:
            schema = form["properties"][field]
            yield from _question(field, schema, alone=len(page.fields) == 1)
            if schema.get("x-kind") == "listed":
                needs = {need.id: need.fields for need in definition.needs}
                for text, remedy in list_faults(
                    field,
                    schema,
                    lists=definition.lists,
                    needs=needs,
                    languages=definition.languages,
                ):
                    yield text, remedy, ("properties", field)
        before |= set(page.fields)


def _condition(form: Mapping[str, Any], page: Page, before: set[str]) -> Iterator[Fault]:
    """A condition can only speak of what was asked before."""
    for name in _ANSWERED.findall(page.when):
        if name not in form["properties"]:
            remedy = "correct the name"
            yield f"{page.id}: nobody asks {name!r}", remedy, ("x-pages", page.id)
        elif name not in before:
            remedy = "move the page after it"
            yield f"{page.id}: {name!r} is asked later", remedy, ("x-pages", page.id)


def _question(field: str, schema: Mapping[str, Any], *, alone: bool) -> Iterator[Fault]:
    if not _NAME.match(field):
        yield f"{field!r} is no name of a question", "use a-z, 0-9 and _", ("properties", field)
    inner = schema["items"].get("properties", {}) if is_group(schema) else {}
    for name, one in {field: schema, **inner}.items():
        for text, remedy in day_faults(name, one):
            yield text, remedy, ("properties", name)
    if is_appointment(schema):
        for text, remedy in appointment_faults(field, schema):
            yield text, remedy, ("properties", field)
    if is_upload(schema):
        for text, remedy in upload_faults(field, schema, alone=alone):
            yield text, remedy, ("properties", field)
    if is_group(schema):
        for text, remedy in group_faults(field, schema, alone=alone):
            yield text, remedy, ("properties", field)
