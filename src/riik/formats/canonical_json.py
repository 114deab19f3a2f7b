"""Canonical JSON: one value has one text, so that it can be hashed, sealed and signed.

Implements RFC 8785 (JCS) for the values that Riik writes: objects with text keys, lists,
text, whole numbers, true, false and null. Fractions are refused: amounts are minor units
and times are text, so nothing here may need a float (§3.2.2.3 never applies).
"""

import json
from json.encoder import encode_basestring
from typing import Any, NoReturn

from riik.core import Refused

__all__ = ["JsonRefused", "decode", "encode"]

LARGEST = 2**53 - 1
DEEPEST = 64


class JsonRefused(Refused):
    """A value or a text that canonical JSON can't be, or isn't."""

    code = "formats.json-refused"


def encode(value: Any) -> bytes:
    """Write a value as canonical JSON in UTF-8 (RFC 8785 §3.2).

    Args:
        value: Dicts with text keys, lists, tuples, text, integers, booleans, None.

    Raises:
        JsonRefused: For ``kind``, ``number``, ``text`` or ``depth``.
    """
    pieces: list[str] = []
    _write(value, pieces, 0)
    return "".join(pieces).encode()


def decode(text: bytes, *, canonical: bool = False) -> Any:
    """Read JSON strictly: UTF-8, no key twice, no fraction, nothing nested too deeply.

    Args:
        text: One JSON value in UTF-8, without a byte order mark.
        canonical: Also refuse any spelling other than the canonical one.

    Raises:
        JsonRefused: For ``syntax``, ``key-twice``, ``number``, ``text``, ``depth``
            or ``spelling``.
    """
    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=_object,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except (ValueError, RecursionError) as error:
        raise JsonRefused("this is not JSON", why="syntax") from error
    if encode(value) != text and canonical:
        raise JsonRefused("this JSON isn't in its canonical spelling", why="spelling")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonRefused("an object has one key twice", why="key-twice")
    return found


def _no_fraction(_: str) -> NoReturn:
    raise JsonRefused("numbers here are whole numbers", why="number")


def _write(value: Any, pieces: list[str], depth: int) -> None:
    if depth > DEEPEST:
        raise JsonRefused("nested too deeply", why="depth", most=DEEPEST)
    match value:
        case None | bool():
            pieces.append({None: "null", True: "true", False: "false"}[value])
        case int():
            pieces.append(_number(value))
        case str():
            pieces.append(_text(value))
        case list() | tuple():
            _write_list(value, pieces, depth + 1)
        case dict():
            _write_object(value, pieces, depth + 1)
        case _:
            raise JsonRefused(f"{type(value).__name__} has no canonical form", why="kind")


def _number(value: int) -> str:
    if abs(value) > LARGEST:
        raise JsonRefused("a whole number beyond 2^53 is not exact elsewhere", why="number")
    return str(int(value))


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        # Lone surrogates are no Unicode text (RFC 8785 §3.2.2.2); UTF-8 can't write them.
        raise JsonRefused("half a character is no text", why="text") from error
    return encode_basestring(value)


def _write_list(values: list[Any] | tuple[Any, ...], pieces: list[str], depth: int) -> None:
    pieces.append("[")
    for position, value in enumerate(values):
        if position:
            pieces.append(",")
        _write(value, pieces, depth)
    pieces.append("]")


def _write_object(value: dict[Any, Any], pieces: list[str], depth: int) -> None:
    if not all(isinstance(key, str) for key in value):
        raise JsonRefused("keys of an object are text", why="kind")
    texts = {key: _text(key) for key in value}
    pieces.append("{")
    # Keys are ordered by their UTF-16 units, not by their code points (§3.2.3).
    for position, key in enumerate(sorted(value, key=lambda k: k.encode("utf-16-be"))):
        pieces.append(f"{',' if position else ''}{texts[key]}:")
        _write(value[key], pieces, depth)
    pieces.append("}")
