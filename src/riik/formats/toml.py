"""TOML files as frozen values: every key known, every type right, or refused by name.

The shape is a msgspec struct with ``forbid_unknown_fields``; what is wrong is told with the
place in the file, and an unknown key with the nearest known one.
"""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

import msgspec

from riik.core import Refused

__all__ = ["MOST_BYTES", "Shape", "TomlRefused", "read_toml", "with_sources", "write_toml"]

MOST_BYTES = 1_000_000

T = TypeVar("T", bound="Shape")


class TomlRefused(Refused):
    """A file that isn't TOML, or not of the shape it must have."""

    code = "formats.toml-refused"


if TYPE_CHECKING:
    # Type checkers don't inherit a struct's options; they are told them here.
    @dataclass_transform(
        frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,)
    )
    class Shape:
        """What a file of ours looks like."""

else:

    class _KeywordsOnly(type(msgspec.Struct)):
        """Structs whose fields may stand in any order, in subclasses as well."""

        def __new__(cls, name, bases, namespace, **options):
            return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **options})

    class Shape(
        msgspec.Struct,
        metaclass=_KeywordsOnly,
        frozen=True,
        forbid_unknown_fields=True,
        rename="kebab",
    ):
        """What a file of ours looks like: keys are the fields' names with ``-`` for ``_``."""


def read_toml(source: bytes, shape: type[T], *, name: str) -> T:
    """Read a file of at most 1 MB into a value of ``shape``.

    Args:
        source: The file's bytes, UTF-8.
        shape: The value it must have.
        name: The file's name, for the message.

    Raises:
        TomlRefused: For ``size``, ``syntax``, ``unknown-key`` or ``value``.
    """
    if len(source) > MOST_BYTES:
        raise TomlRefused(f"{name} is larger than {MOST_BYTES} bytes", why="size")
    try:
        tree = tomllib.loads(source.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TomlRefused(f"{name} is not TOML: {error}", why="syntax") from error
    _check_keys(tree, shape, place=name)
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        raise TomlRefused(f"{name}: {error}", why="value") from error


def _check_keys(tree: Any, shape: Any, *, place: str) -> None:
    """Refuse keys that the shape doesn't have, before msgspec does so without a hint."""
    inner = _struct_in(shape)
    if inner is None:
        return
    if isinstance(tree, list):
        for position, item in enumerate(tree):
            _check_keys(item, shape, place=f"{place}[{position}]")
        return
    if not isinstance(tree, dict):
        return
    if _is_table_of(shape):
        for key, item in tree.items():
            _check_keys(item, inner, place=f"{place}.{key}")
        return
    known = {field.encode_name: field.type for field in msgspec.structs.fields(inner)}
    for key, item in tree.items():
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            raise TomlRefused(f"{place}: no key {key!r} here{hint}", why="unknown-key")
        _check_keys(item, known[key], place=f"{place}.{key}")


def _struct_in(shape: Any) -> type[msgspec.Struct] | None:
    """The struct inside ``list[X]``, ``tuple[X, ...]``, ``dict[str, X]``, ``X | None``."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return shape
    for argument in getattr(shape, "__args__", ()):
        found = _struct_in(argument)
        if found is not None:
            return found
    return None


def _is_table_of(shape: Any) -> bool:
    return bool(re.match(r"(dict|collections\.abc\.Mapping|typing\.Mapping)\[", str(shape)))


def with_sources(tree: Any, written: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Every value by its place, with where it came from: ``file`` or ``default``.

    Args:
        tree: All values, in plain tables.
        written: What the file itself says.
        place: Of the tree itself.
    """
    if isinstance(tree, dict):
        for key, item in tree.items():
            inside = written.get(key) if isinstance(written, dict) else None
            yield from with_sources(item, inside, f"{place}.{key}" if place else key)
    elif tree is not None:
        yield place, str(tree), "default" if written is None else "file"


def write_toml(tree: dict[str, Any]) -> str:
    """Write a tree of tables, lists, texts, whole numbers and booleans; keys are bare or quoted."""
    lines: list[str] = []
    _write_table(tree, (), lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def _write_table(table: dict[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    lists = {key: value for key, value in table.items() if _is_tables(value)}
    lines += [
        f"{_key(key)} = {_value(value)}"
        for key, value in table.items()
        if key not in tables and key not in lists
    ]
    for key, value in tables.items():
        lines += ["", f"[{'.'.join(map(_key, (*path, key)))}]"]
        _write_table(value, (*path, key), lines)
    for key, rows in lists.items():
        for row in rows:
            lines += ["", f"[[{'.'.join(map(_key, (*path, key)))}]]"]
            _write_table(row, (*path, key), lines)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    # A JSON text is a TOML basic string but for the delete sign, which neither of ours has.
    return msgspec.json.encode(str(value)).decode()
