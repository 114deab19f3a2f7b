"""Built-in functions of FEEL over numbers, texts and contexts.

DMN 1.5 §10.3.4.1 (conversion), §10.3.4.2 (boolean), §10.3.4.3 (string), §10.3.4.5
(numeric), §10.3.4.9–10 (context). Arguments come checked by `functions`; a function
answers null where its table says so.
"""

import unicodedata
from collections.abc import Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from riik.rules.feel.operators import LONGEST_TEXT, MATH, finite, whole
from riik.rules.feel.patterns import compile_pattern, replace_all, split_at
from riik.rules.feel.values import Value, text_of

__all__ = ["CONTEXTS", "NUMBERS", "TEXTS"]

_LEAST_SCALE, _MOST_SCALE = -6111, 6176


def _rounded(value: Decimal, scale: Decimal, mode: str) -> Decimal | None:
    places = whole(scale)
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return value
    wide = MATH.copy()
    wide.rounding = mode
    # Room for all digits that stay, so that rounding is the only loss.
    wide.prec = max(34, value.adjusted() + places + 3)
    return finite(wide.quantize(value, Decimal((0, (1,), -places))))


def decimal(n: Decimal, scale: Decimal) -> Value:
    """Round half to even."""
    return _rounded(n, scale, ROUND_HALF_EVEN)


def floor(n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Round towards minus infinity."""
    return _rounded(n, scale, ROUND_FLOOR)


def ceiling(n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Round towards infinity."""
    return _rounded(n, scale, ROUND_CEILING)


def round_up(n: Decimal, scale: Decimal) -> Value:
    """Round away from zero."""
    return _rounded(n, scale, ROUND_UP)


def round_down(n: Decimal, scale: Decimal) -> Value:
    """Round towards zero."""
    return _rounded(n, scale, ROUND_DOWN)


def round_half_up(n: Decimal, scale: Decimal) -> Value:
    """Round to the nearest, halves away from zero."""
    return _rounded(n, scale, ROUND_HALF_UP)


def round_half_down(n: Decimal, scale: Decimal) -> Value:
    """Round to the nearest, halves towards zero."""
    return _rounded(n, scale, ROUND_HALF_DOWN)


def modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """``dividend - divisor * floor(dividend / divisor)``, with the divisor's sign."""
    if not divisor:
        return None
    wide = MATH.copy()
    wide.prec = 400
    quotient = wide.divide(dividend, divisor).to_integral_value(ROUND_FLOOR, wide)
    return finite(MATH.plus(wide.subtract(dividend, wide.multiply(divisor, quotient))))


def sqrt(number: Decimal) -> Value:
    """The square root; null for negative numbers."""
    return None if number < 0 else finite(MATH.sqrt(number))


def log(number: Decimal) -> Value:
    """The natural logarithm; null for zero and below."""
    return None if number <= 0 else finite(MATH.ln(number))


def exp(number: Decimal) -> Value:
    """Euler's number to that power."""
    return finite(MATH.exp(number))


def absolute(n: Value) -> Value:
    """The number or duration without its sign."""
    if isinstance(n, Decimal):
        return MATH.abs(n)
    nanos = getattr(n, "nanos", None)
    return type(n)(abs(nanos if nanos is not None else n.months))


def odd(number: Decimal) -> Value:
    """Is it odd?"""
    return number == number.to_integral_value() and whole(number) % 2 == 1


def even(number: Decimal) -> Value:
    """Is it even?"""
    return number == number.to_integral_value() and whole(number) % 2 == 0


_SEPARATORS = (" ", ",", ".", None)


def to_number(text: str, grouping: str | None = None, point: str | None = None) -> Value:
    """Read a number; separators may be space, comma or period, not the same."""
    if grouping not in _SEPARATORS or point not in (",", ".", None):
        return None
    if grouping is not None and grouping == (point or "."):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point:
        text = text.replace(point, ".")
    digits = text.removeprefix("-").removeprefix("+")
    if not digits or not digits.isascii() or (not digits[0].isdigit() and digits[0] != "."):
        return None
    if "_" in digits or digits != digits.strip():
        return None
    return finite(MATH.create_decimal(text))


def to_string(run: Any, value: Value) -> Value:
    """The value as text; null stays null."""
    return None if value is None else _short(text_of(value, run.tick))


def _short(text: str) -> str | None:
    return text if len(text) <= LONGEST_TEXT else None


def negation(value: Value) -> Value:
    """``not(value)``; null for what is no truth."""
    return not value if isinstance(value, bool) else None


def substring(text: str, start: Decimal, length: Decimal | None = None) -> Value:
    """Characters from ``start``, from 1, or from the end for negative ones."""
    place = whole(start)
    begin = place - 1 if place > 0 else len(text) + place
    if place == 0 or not 0 <= begin < max(len(text), 1):
        return None
    if length is None:
        return text[begin:]
    count = whole(length)
    return text[begin : begin + count] if count >= 1 else None


def substring_before(text: str, match: str) -> Value:
    """What stands before the first ``match``; empty if there is none."""
    return text.partition(match)[0] if match and match in text else ""


def substring_after(text: str, match: str) -> Value:
    """What stands after the first ``match``; empty if there is none."""
    return text.partition(match)[2] if match else text


def matches(run: Any, text: str, pattern: str, flags: str | None = None) -> Value:
    """Does the pattern match anywhere in the text?"""
    made = compile_pattern(pattern, flags or "")
    return None if made is None else made.search(text, 0, run.tick) is not None


def replace(run: Any, text: str, pattern: str, new: str, flags: str | None = None) -> Value:
    """Every match of the pattern replaced."""
    made = compile_pattern(pattern, flags or "")
    return None if made is None else replace_all(made, text, new, run.tick)


def split(run: Any, text: str, delimiter: str) -> Value:
    """The parts of the text between matches of the delimiter."""
    made = compile_pattern(delimiter, "")
    return None if made is None else split_at(made, text, run.tick)


def string_join(texts: list[Value], delimiter: str | None = None) -> Value:
    """The texts in a row, nulls left out."""
    if not all(isinstance(each, str) or each is None for each in texts):
        return None
    kept = [each for each in texts if each is not None]
    gap = delimiter or ""
    size = sum(map(len, kept)) + len(gap) * len(kept)
    return gap.join(kept) if size <= LONGEST_TEXT else None


def upper_case(text: str) -> Value:
    """Capital letters, in one normal form."""
    return unicodedata.normalize("NFC", text.upper()) if text.isascii() is False else text.upper()


def get_value(context: dict[str, Value], key: Value) -> Value:
    """The entry of that name, or reached by that path of names."""
    found: Value = context
    for name in key if isinstance(key, list) else [key]:
        if not isinstance(found, dict) or not isinstance(name, str):
            return None
        found = found.get(name)
    return found if key != [] else None


def get_entries(context: dict[str, Value]) -> Value:
    """A list of contexts with ``key`` and ``value``."""
    return [{"key": key, "value": value} for key, value in context.items()]


def context_of(run: Any, entries: Sequence[Value]) -> Value:
    """The context that a list of keys and values describes; null if one comes twice."""
    made: dict[str, Value] = {}
    run.tick(len(entries))
    for entry in entries:
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            return None
        if not isinstance(entry["key"], str) or entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


def _put(context: Value, path: list[Value], value: Value) -> Value:
    key, *rest = path
    if not isinstance(context, dict) or not isinstance(key, str):
        return None
    inner = value if not rest else _put(context.get(key), rest, value)
    return None if rest and inner is None else {**context, key: inner}


def context_put(run: Any, context: dict[str, Value], keys: Value, value: Value) -> Value:
    """The context with one entry set, which a path of names may lead to."""
    path = keys if isinstance(keys, list) else [keys]
    run.tick(len(context) + len(path))
    return _put(context, path, value) if 0 < len(path) < 40 else None


def context_merge(run: Any, contexts: list[Value]) -> Value:
    """One context of several; the later entry wins."""
    made: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        run.tick(len(context))
        made |= context
    return made


NUMBERS = {
    "decimal": (decimal, "n: number, scale: number"),
    "floor": (floor, "n: number, scale?: number"),
    "ceiling": (ceiling, "n: number, scale?: number"),
    "round up": (round_up, "n: number, scale: number"),
    "round down": (round_down, "n: number, scale: number"),
    "round half up": (round_half_up, "n: number, scale: number"),
    "round half down": (round_half_down, "n: number, scale: number"),
    "modulo": (modulo, "dividend: number, divisor: number"),
    "sqrt": (sqrt, "number: number"),
    "log": (log, "number: number"),
    "exp": (exp, "number: number"),
    "abs": (absolute, "n: number|days and time duration|years and months duration"),
    "odd": (odd, "number: number"),
    "even": (even, "number: number"),
    "number": (
        to_number,
        "from: string, grouping separator?: string?, decimal separator?: string?",
    ),
}
TEXTS = {
    "string": (to_string, "run, from: any"),
    "not": (negation, "negand: any"),
    "substring": (substring, "string: string, start position: number, length?: number"),
    "string length": (lambda text: Decimal(len(text)), "string: string"),
    "upper case": (upper_case, "string: string"),
    "lower case": (lambda text: text.lower(), "string: string"),
    "substring before": (substring_before, "string: string, match: string"),
    "substring after": (substring_after, "string: string, match: string"),
    "contains": (lambda text, match: match in text, "string: string, match: string"),
    "starts with": (lambda text, match: text.startswith(match), "string: string, match: string"),
    "ends with": (lambda text, match: text.endswith(match), "string: string, match: string"),
    "matches": (matches, "run, input: string, pattern: string, flags?: string?"),
    "replace": (
        replace,
        "run, input: string, pattern: string, replacement: string, flags?: string?",
    ),
    "split": (split, "run, string: string, delimiter: string"),
    "string join": (string_join, "list: list, delimiter?: string?"),
}
CONTEXTS = {
    "get value": (get_value, "m: context, key: string|list"),
    "get entries": (get_entries, "m: context"),
    "context": (context_of, "run, entries: list"),
    "context put": (context_put, "run, context: context, key: string, value: any"),
    "context merge": (context_merge, "run, contexts: list"),
}
