"""Repeatable groups: a question that is answered by several things of one kind, one after another.

Pure. A group is a property of type array whose items are objects; each item is a page of its own.
While people add and change, their list is a draft: it becomes the answer when they say that it is
complete, and only then do rules and conditions see it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from riik.services.errors import AnswerRefused

__all__ = [
    "MOST_ITEMS",
    "changed_items",
    "check_group",
    "check_item",
    "fits",
    "group_faults",
    "is_group",
    "item_number",
    "with_item",
    "without_item",
]

MOST_ITEMS = 50
MOST_TEXT = 4_000
REMOVAL = "removal"
_SIMPLE = frozenset({"string", "integer", "number", "boolean"})

Schema = Mapping[str, Any]


def is_group(schema: Schema) -> bool:
    """Whether a question is answered by several things of one kind."""
    items = schema.get("items")
    return schema.get("type") == "array" and isinstance(items, Mapping) and "properties" in items


def item_number(detail: str, *, known: int) -> int:
    """Which item a step is about, from 1; one after the last is a new one.

    Raises:
        AnswerRefused: For ``unknown``: there is no such item.
    """
    number = int(detail) if detail.isascii() and detail.isdigit() and len(detail) < 4 else 0
    if not 1 <= number <= known + 1:
        raise AnswerRefused("there is no such item", why="unknown", field=detail[:40])
    return number


def changed_items(
    form: Mapping[str, Any], field: str, detail: str, content: Mapping[str, Any], items: list[Any]
) -> list[Any]:
    """The list of a group after a step: ``3`` answers the third item, ``3/removal`` removes it.

    Raises:
        AnswerRefused: There is no such group or item (``unknown``), or an answer does not fit.
    """
    if not field:
        raise AnswerRefused("this page has no items", why="unknown", field=detail[:40])
    number, _, act = detail.partition("/")
    position = item_number(number, known=len(items))
    if act == REMOVAL:
        return without_item(items, number=position)
    if act:
        raise AnswerRefused("there is no such step", why="unknown", field=act[:40])
    schema = form["properties"][field]
    return with_item(schema, items, content, number=position, field=field)


def with_item(
    schema: Schema, items: Sequence[Any], content: Mapping[str, Any], *, number: int, field: str
) -> list[Any]:
    """The list with an item changed, or one more.

    Raises:
        AnswerRefused: An answer does not fit, or there are too many (``many``).
    """
    most = schema.get("maxItems", MOST_ITEMS)
    if number > most:
        raise AnswerRefused("there are too many", why="many", field=field, most=most)
    check_item(schema, content)
    after = list(items)
    after[number - 1 : number] = [dict(content)]
    return after


def without_item(items: Sequence[Any], *, number: int) -> list[Any]:
    """The list without one item.

    Raises:
        AnswerRefused: For ``unknown``: there is no such item.
    """
    if number > len(items):
        raise AnswerRefused("there is no such item", why="unknown", field=str(number))
    return [*items[: number - 1], *items[number:]]


def check_item(schema: Schema, content: Mapping[str, Any]) -> None:
    """Refuse an item with an answer that is missing, unknown or does not fit.

    Raises:
        AnswerRefused: For ``unknown``, ``missing`` or ``value``; ``field`` names the question.
    """
    properties = schema["items"]["properties"]
    for field in content:
        if field not in properties:
            raise AnswerRefused("an item has no such question", why="unknown", field=field[:40])
    for field, inner in properties.items():
        if field not in content:
            if field in schema["items"].get("required", ()):
                raise AnswerRefused("a question has no answer", why="missing", field=field)
            continue
        value = content[field]
        if not fits(inner, value):
            raise AnswerRefused("this answer does not fit the question", why="value", field=field)


def fits(schema: Schema, value: Any) -> bool:
    """Whether an answer fits its question: its kind, its choices, its form (a day is a day)."""
    if isinstance(value, str) and len(value) > MOST_TEXT:
        return False
    return jsonschema_rs.is_valid(dict(schema), value, validate_formats=True)


def check_group(schema: Schema, items: Any, *, field: str) -> None:
    """Refuse a list that is none, too short or too long, or has an item that does not fit.

    Raises:
        AnswerRefused: For ``value``, ``few``, ``many``, or as `check_item`.
    """
    if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
        raise AnswerRefused("this is no list of items", why="value", field=field)
    least, most = schema.get("minItems", 0), schema.get("maxItems", MOST_ITEMS)
    if len(items) < least:
        raise AnswerRefused("there are too few", why="few", field=field, least=least)
    if len(items) > most:
        raise AnswerRefused("there are too many", why="many", field=field, most=most)
    for item in items:
        check_item(schema, item)


def group_faults(field: str, schema: Schema, *, alone: bool) -> Iterator[tuple[str, str]]:
    """What keeps a group from being asked: what is wrong, and what to do."""
    items = schema["items"]
    if not alone:
        yield f"{field}: a group shares its page", "give it a page of its own"
    if not items.get("title"):
        yield f"{field}: nobody says what one item is called", "add a title to items"
    if not 1 <= schema.get("maxItems", 0) <= MOST_ITEMS:
        yield f"{field}: how many at most?", f"add maxItems, 1 to {MOST_ITEMS}"
    if schema.get("minItems", 0) > schema.get("maxItems", MOST_ITEMS):
        yield f"{field}: more at least than at most", "correct minItems"
    unknown = sorted(set(items.get("required", ())) - set(items["properties"]))
    if unknown:
        yield f"{field}: items require {unknown[0]!r}, which is no question", "correct it"
    for name, inner in items["properties"].items():
        if inner.get("type", "string") not in _SIMPLE:
            text = f"{field}.{name}: a question of an item is a text, number, day or choice"
            yield text, "give it a page of its own"
