"""Which values an official can set right by hand, and what they typed as the schema wants it.

A text, a day, a number, yes or no, one of a list, a list of words, or an object of texts: what
stands in one form. Other values (relatives, photos) are corrected by the register's own program.
Pure; whether the whole record still holds is the schema's matter, in `writing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riik.registers.errors import RequestRefused

__all__ = ["Form", "form_of", "read_value", "shown_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a value is typed.

    Attributes:
        kind: ``text``, ``day``, ``number``, ``yes-no``, ``choice``, ``list``, ``parts`` or
            ``none``: not by hand.
        options: Codes to choose from.
        parts: Names of an object's texts.
    """

    kind: str
    options: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def form_of(schema: Mapping[str, Any]) -> Form:
    """How a value of this schema is typed."""
    options, parts = schema.get("enum", ()), schema.get("properties", {})
    if options and all(isinstance(one, str) for one in options):
        return Form(kind="choice", options=tuple(options))
    if schema.get("type") == "object" and _of_texts(parts):
        return Form(kind="parts", parts=tuple(parts))
    if schema.get("type") == "array":
        return Form(kind="list" if schema.get("items", {}).get("type") == "string" else "none")
    if schema.get("type") == "string":
        return Form(kind=_text_kind(schema))
    return Form(kind={"integer": "number", "boolean": "yes-no"}.get(schema.get("type", ""), "none"))


def read_value(schema: Mapping[str, Any], typed: Mapping[str, str]) -> Any:
    """What was typed, as a value: under ``value``, or each part of an object under its name.

    Raises:
        RequestRefused: For ``by-hand`` or ``value``.
    """
    form, text = form_of(schema), typed.get("value", "").strip()
    if form.kind == "none":
        raise RequestRefused("this is not corrected by hand", why="by-hand")
    if form.kind == "parts":
        found = {name: typed.get(name, "").strip() for name in form.parts}
        if any(found.values()):
            return found
        raise RequestRefused("what is right has to be said", why="value")
    if not text or (form.kind == "choice" and text not in form.options):
        raise RequestRefused("what is right has to be said", why="value")
    if form.kind == "number":
        return _whole(text)
    if form.kind == "yes-no":
        return text == "yes"
    if form.kind == "list":
        return [word.strip() for word in text.split(",") if word.strip()]
    return text


def shown_value(value: Any) -> str:
    """A value as the official reads and types it; an object's parts are shown apart too."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(shown_value(one) for one in value)
        case Mapping():
            text = value.get("text") or value.get("name")
            return str(text) if text else ", ".join(shown_value(one) for one in value.values())
    text = str(value)
    return "" if text.startswith("data:") else text


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise RequestRefused("a whole number is wanted", why="value")
    return int(text)


def _text_kind(schema: Mapping[str, Any]) -> str:
    if str(schema.get("pattern", "")).startswith("^data:"):
        return "none"
    return "day" if schema.get("format") == "date" else "text"


def _of_texts(properties: Mapping[str, Any]) -> bool:
    return bool(properties) and all(one.get("type") == "string" for one in properties.values())
