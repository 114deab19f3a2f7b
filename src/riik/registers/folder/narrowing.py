"""Could a value that was right be wrong now? Two schemas of one field, compared by keyword.

Pure. What can't be told (a changed pattern) counts as narrower: a version that breaks records is
found before it runs, not by the first person whose record it breaks.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

__all__ = ["narrowed"]

_LEAST: Final = ("minLength", "minimum", "minItems")
_MOST: Final = ("maxLength", "maximum", "maxItems")
_SAME: Final = ("pattern", "format")
_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def narrowed(old: Mapping[str, Any], new: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """What the newer schema takes away, a few words each, with the place inside the field."""
    at = f" at {place}" if place else ""
    if not _types(old, new):
        yield f"another type{at}"
        return
    choices, before = _choices(new), _choices(old)
    if choices is not None:
        lost = None if before is None else [one for one in before if one not in choices]
        if lost is None:
            yield f"a list of choices{at}"
        elif lost:
            yield f"without the choice {lost[0]!r}{at}"
    yield from _bounds(old, new, at)
    yield from _parts(old, new, place)
    yield from _alternatives(old, new, at)


def _types(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Does the newer one take every type that the older one took?"""
    after = _named(new)
    if not after:
        return True
    before, choices = _named(old), _choices(old)
    if choices is not None:
        return all(any(_KINDS[kind](one) for kind in after) for one in choices)
    return bool(before) and before <= after


def _named(schema: Mapping[str, Any]) -> frozenset[str]:
    kinds = schema.get("type", [])
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _choices(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[str]:
    if _choices(old) is not None:
        # What could be chosen is compared one by one; a bound beside it is checked there.
        return
    for key in _LEAST:
        if key in new and new[key] > old.get(key, 0 if key != "minimum" else float("-inf")):
            yield f"{key} {new[key]}{at}"
    for key in _MOST:
        if key in new and new[key] < old.get(key, float("inf")):
            yield f"{key} {new[key]}{at}"
    for key in _SAME:
        if key in new and new[key] != old.get(key):
            yield f"another {key}{at}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield f"uniqueItems{at}"


def _parts(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
    if "items" in new:
        yield from narrowed(old.get("items", {}), new["items"], f"{place}/items")
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, schema in before.items():
        if name in after:
            yield from narrowed(schema, after[name], f"{place}/{name}")
        elif new.get("additionalProperties") is False:
            yield f"without {name!r}{f' at {place}' if place else ''}"
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield f"{name!r} needed{f' at {place}' if place else ''}"


def _alternatives(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[str]:
    if "anyOf" not in new or new["anyOf"] == old.get("anyOf"):
        return
    before = old.get("anyOf", [old])
    for one in before:
        if all(any(narrowed(one, other)) for other in new["anyOf"]):
            yield f"other alternatives{at}"
            return
