"""Canonical JSON: one value has one text, so that it can be hashed, sealed and signed.

Implements RFC 8785 (JCS) for the values that Riik writes: objects with text keys, lists,
text, whole numbers, true, false and null. Fractions are refused: amounts are minor units
and times are text, so nothing here may need a float (§3.2.2.3 never applies).
"""

import json
from typing import Any, NoReturn

import msgspec

from riik.core import Refused

__all__ = ["JsonRefused", "decode", "encode"]

LARGEST = 2**53 - 1
DEEPEST = 64

# Values are checked and in order when they come here. It escapes as RFC 8785 §3.2.2.2 wants,
# which a test compares for every character that there is.
_ENCODER = msgspec.json.Encoder()


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
    try:
        return _ENCODER.encode(_checked(value, 0))
    except UnicodeEncodeError as error:
        # Lone surrogates are no Unicode text (RFC 8785 §3.2.2.2); UTF-8 can't write them.
        raise JsonRefused("half a character is no text", why="text") from error


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


def _checked(value: Any, depth: int) -> Any:
    """The same value with its keys in order, when it has a canonical form."""
    if type(value) is str or value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise JsonRefused("a whole number beyond 2^53 is not exact elsewhere", why="number")
        return int(value)
    if not isinstance(value, dict | list | tuple):
        raise JsonRefused(f"{type(value).__name__} has no canonical form", why="kind")
    if depth == DEEPEST:
        raise JsonRefused("nested too deeply", why="depth", most=DEEPEST)
    if isinstance(value, dict):
        return {
            key: held if type(held := value[key]) is str else _checked(held, depth + 1)
            for key in _ordered(value)
        }
    return [_checked(each, depth + 1) for each in value]


def _ordered(value: dict[Any, Any]) -> list[str]:
    try:
        if all(map(str.isascii, value)):
            return sorted(value)
    except TypeError as error:
        raise JsonRefused("keys of an object are text", why="kind") from error
    if not all(isinstance(key, str) for key in value):
        raise JsonRefused("keys of an object are text", why="kind")
    # Keys are ordered by their UTF-16 units, not by their code points (§3.2.3); half a
    # character sorts somewhere and is refused when the text is written.
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
