"""What a service's paper form says, blank or with the answers of a draft.

Pure: the folder's definition in, values for the template ``form.typ`` out. The questions are those
of ``form.json`` in its order; what registers know is told and not asked (once only). A page that
is asked only sometimes says so, for paper can't leave it out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from riik.services.errors import ServiceRefused
from riik.services.forms.groups import is_group
from riik.services.forms.lists import is_listed_in_file
from riik.services.forms.timing import is_appointment
from riik.services.forms.uploads import is_upload
from riik.services.model import ServiceDefinition

__all__ = ["MOST_ROWS", "paper_form"]

MOST_ROWS = 3
"""So many of a list have room on the form; further ones go on a sheet of their own."""

Schema = Mapping[str, Any]


def paper_form(
    definition: ServiceDefinition,
    *,
    language: str,
    organisation: Mapping[str, str],
    day: str,
    answers: Mapping[str, Any],
) -> dict[str, Any]:
    """The values of one form.

    Args:
        definition: The service.
        language: One of its languages.
        organisation: ``name``, ``code``, ``address``, perhaps ``contact``.
        day: The day of the form, ISO.
        answers: Those of a draft; nothing for a blank form.

    Raises:
        ServiceRefused: For ``language``: the service does not speak it.
    """
    if language not in definition.languages:
        raise ServiceRefused("the service does not speak this language", why="language")
    sheet = _Sheet(definition, language, answers)
    return {
        "form": True,
        "reference": f"{definition.id} {definition.version}",
        "date": day,
        "title": definition.names.get(language, definition.id),
        "organisation": dict(organisation),
        "summary": sheet.say(definition.guide.summary),
        "for-whom": [sheet.say(one) for one in definition.guide.for_whom],
        "known": [sheet.say(row.label) for row in definition.guide.known],
        "pages": list(sheet.pages()),
        "statement": sheet.say(definition.guide.statement),
        "joint": definition.joint is not None,
    }


class _Sheet:
    """One form being written."""

    def __init__(
        self, definition: ServiceDefinition, language: str, answers: Mapping[str, Any]
    ) -> None:
        self.definition, self.language, self.answers = definition, language, answers
        self.number = 0

    def say(self, text: str) -> str:
        return self.definition.text(text, self.language) if text else ""

    def pages(self) -> Iterator[dict[str, Any]]:
        properties = self.definition.form["properties"]
        needed = set(self.definition.form.get("required", ()))
        for page in self.definition.pages:
            if page.exit is not None:
                continue
            name = f"page.{page.id}"
            title = self.say(name)
            yield {
                "title": "" if title == name else title,
                "sometimes": bool(page.when),
                "questions": [
                    self.question(properties[field], self.answers.get(field), field in needed)
                    for field in page.fields
                ],
            }

    def question(self, schema: Schema, answer: Any, needed: bool) -> dict[str, Any]:
        self.number += 1
        return {
            "number": self.number,
            "needed": needed,
            **self.field(schema, answer),
        }

    def field(self, schema: Schema, answer: Any) -> dict[str, Any]:
        """One question, with its kind: what room an answer needs."""
        told = {
            "title": self.say(str(schema.get("title", ""))),
            "about": self.say(str(schema.get("description", ""))),
        }
        if is_group(schema):
            return told | {"kind": "rows", "rows": list(self.rows(schema, answer))}
        if is_upload(schema):
            return told | {"kind": "files"}
        choices = schema.get("oneOf")
        if choices:
            return told | {"kind": "choice", "choices": self.choices(choices, answer)}
        if schema.get("type") == "boolean":
            yes_no = [{"const": True, "title": "Yes"}, {"const": False, "title": "No"}]
            return told | {"kind": "choice", "choices": self.choices(yes_no, answer)}
        return told | {"kind": _kind(schema), "answer": self.text(schema, answer)}

    def rows(self, schema: Schema, answer: Any) -> Iterator[dict[str, Any]]:
        """Room for what is there, and for three at least."""
        items = schema["items"]
        given = [one for one in answer or () if isinstance(one, Mapping)]
        for place in range(max(MOST_ROWS, len(given))):
            row = given[place] if place < len(given) else {}
            yield {
                "title": f"{self.say(str(items.get('title', '')))} {place + 1}".strip(),
                "fields": [
                    self.field(inner, row.get(name)) for name, inner in items["properties"].items()
                ],
            }

    def choices(self, choices: Any, answer: Any) -> list[dict[str, Any]]:
        return [
            {
                "text": self.say(str(one.get("title", one["const"]))),
                "chosen": one["const"] == answer,
            }
            for one in choices
        ]

    def text(self, schema: Schema, answer: Any) -> str:
        if answer is None or isinstance(answer, list | Mapping):
            return ""
        if is_listed_in_file(schema):
            found = self.definition.lists.get(str(schema["x-list"]))
            return found.text(str(answer), self.language) if found else str(answer)
        return str(answer)


def _kind(schema: Schema) -> str:
    if is_appointment(schema):
        return "time"
    if schema.get("format") == "date":
        return "date"
    return "lines" if schema.get("x-kind") == "long-text" else "line"
