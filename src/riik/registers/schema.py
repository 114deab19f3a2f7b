"""What a record looks like: JSON Schema 2020-12 with notes on what is sealed and indexed.

Implements the keywords of JSON Schema Validation 2020-12 that records need, and four notes
of our own on a top-level property: ``x-personal`` (sealed under the person's key; the
default, so that forgetting the note leaks nothing), ``x-index`` (found by a blind index),
``x-person`` (holds codes of other persons, whose data are looked at as well) and ``x-money``
(an amount in minor units: of which currency, or which field says it). Fractions are refused:
amounts are minor units, and changes are signed as canonical JSON. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from jsonschema_rs import Draft202012Validator
from jsonschema_rs import ValidationError as SchemaError

from riik.core import PersonCode, person_code
from riik.registers.errors import DefinitionRefused, RecordRefused

__all__ = ["RecordSchema", "codes_of", "read_schema"]

_KEYWORDS: Final = frozenset({
    "$schema", "$id", "title", "description", "examples",
    "type", "enum", "const", "format", "pattern", "anyOf",
    "properties", "required", "additionalProperties",
    "items", "minItems", "maxItems", "uniqueItems",
    "minLength", "maxLength", "minimum", "maximum",
    "x-personal", "x-index", "x-person", "x-money",
})  # fmt: skip
_NOTES: Final = ("x-personal", "x-index", "x-person", "x-money")
_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")
_TYPES: Final = frozenset(["object", "array", "string", "integer", "boolean", "null"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSchema:
    """A record's schema, checked.

    Attributes:
        document: The schema itself, as values of JSON.
        fields: Its top-level properties in order.
        personal: Those that are sealed.
        indexed: Those that are found by a blind index.
        persons: Those that hold codes of other persons.
        money: Those that are amounts: the currency of each, or the field that names it.
    """

    document: Mapping[str, Any]
    fields: tuple[str, ...]
    personal: frozenset[str]
    indexed: tuple[str, ...]
    persons: tuple[str, ...]
    money: Mapping[str, str]
    _validator: Any = field(repr=False, compare=False)

    def check(self, values: Mapping[str, Any]) -> None:
        """Check a whole record. What is refused is told by place and rule, never by value.

        Raises:
            RecordRefused: For ``schema``, with the JSON pointer of the place (RFC 6901).
        """
        held = values if isinstance(values, dict) else dict(values)
        if self._validator.is_valid(held):
            return
        for error in self._validator.iter_errors(held):
            pointer = "".join(f"/{step}" for step in error.instance_path) or "/"
            rule = str(error.schema_path[-1]) if error.schema_path else "schema"
            raise RecordRefused(
                f"the record breaks {rule!r} at {pointer}",
                why="schema",
                pointer=pointer,
                rule=rule,
            )

    def fits(self, field: str, value: Any) -> bool:
        """Could this field have this value?"""
        schema = self.document["properties"].get(field)
        if schema is None:
            return False
        return Draft202012Validator(_without_notes(schema), validate_formats=True).is_valid(value)

    def part(self, fields: tuple[str, ...]) -> dict[str, Any]:
        """The schema of these fields alone, each of which may be null, for OpenAPI."""
        properties = self.document["properties"]
        shown = {
            name: {"anyOf": [_without_notes(properties[name]), {"type": "null"}]} for name in fields
        }
        return {"type": "object", "properties": shown, "additionalProperties": False}


def read_schema(document: Any, *, name: str) -> RecordSchema:
    """Check a schema and compile it.

    Raises:
        DefinitionRefused: For ``schema``, with the place; an unknown keyword is told with
            the nearest known one.
    """
    if not isinstance(document, dict) or document.get("type") != "object":
        raise DefinitionRefused(f"{name}: a record is an object", why="schema")
    for place, node in _nodes(document, name):
        _check_node(node, place)
    properties = document.get("properties", {})
    if not properties:
        raise DefinitionRefused(f"{name}: a record has properties", why="schema")
    noted = {note: _noted(properties, note) for note in ("x-index", "x-person")}
    try:
        validator = Draft202012Validator(document, validate_formats=True)
    except (SchemaError, ValueError) as error:
        raise DefinitionRefused(f"{name} is no JSON Schema: {error}", why="schema") from error
    return RecordSchema(
        document=document,
        fields=tuple(properties),
        personal=frozenset(f for f, s in properties.items() if s.get("x-personal", True)),
        indexed=noted["x-index"],
        persons=noted["x-person"],
        money=_money(properties, name),
        _validator=validator,
    )


def _noted(properties: Mapping[str, Mapping[str, Any]], note: str) -> tuple[str, ...]:
    return tuple(name for name, schema in properties.items() if schema.get(note, False))


def _money(properties: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, str]:
    """The amounts, each with its currency (ISO 4217) or the field in which it stands."""
    found = {key: one["x-money"] for key, one in properties.items() if "x-money" in one}
    for key, said in found.items():
        place = f"{name}/properties/{key}"
        if properties[key].get("type") != "integer":
            raise DefinitionRefused(f"{place}: money is an integer, in minor units", why="schema")
        if not isinstance(said, str) or not (_CURRENCY.match(said) or said in properties):
            text = f"{place}: x-money is a currency such as EUR, or a field that has it"
            raise DefinitionRefused(text, why="schema")
    return found


def _without_notes(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in _NOTES}


def _nodes(node: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every subschema with its place."""
    if not isinstance(node, dict):
        raise DefinitionRefused(f"{place}: a schema is an object here", why="schema")
    yield place, node
    for key, child in node.get("properties", {}).items():
        yield from _nodes(child, f"{place}/properties/{key}")
    if "items" in node:
        yield from _nodes(node["items"], f"{place}/items")
    for position, child in enumerate(node.get("anyOf", ())):
        yield from _nodes(child, f"{place}/anyOf/{position}")


def _check_node(node: Mapping[str, Any], place: str) -> None:
    for key in node:
        if key not in _KEYWORDS:
            near = get_close_matches(key, sorted(_KEYWORDS), n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise DefinitionRefused(f"{place}: no keyword {key!r} here{hint}", why="schema")
    named = node.get("type", [])
    types = {named} if isinstance(named, str) else set(named)
    if not types <= _TYPES:
        raise DefinitionRefused(f"{place}: type is one of {sorted(_TYPES)}", why="schema")
    if "object" in types and node.get("additionalProperties") is not False:
        raise DefinitionRefused(f"{place}: additionalProperties must be false", why="schema")


def codes_of(value: object) -> Iterable[PersonCode]:
    """Codes of persons in a value: a text, a list, or the ``person`` of an object."""
    match value:
        case str():
            yield person_code(value)
        case list():
            for item in value:
                yield from codes_of(item)
        case {"person": str(code)}:
            yield person_code(code)
