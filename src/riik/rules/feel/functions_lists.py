"""Built-in functions of FEEL over lists and ranges.

DMN 1.5 §10.3.4.4 (lists), §10.3.4.8 (sort), §10.3.4.9 (ranges, table 78). Arguments come
checked by `functions`; a function answers null where its table says so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from riik.rules.errors import LimitRefused
from riik.rules.feel import temporal
from riik.rules.feel.operators import MATH, finite, one_sided, whole
from riik.rules.feel.tokens import unescape
from riik.rules.feel.values import FeelFunction, Range, Value, compare, equal

__all__ = ["LISTS", "RANGES"]

LONGEST_LIST = 100_000


def _bounded(items: list[Value]) -> list[Value]:
    if len(items) > LONGEST_LIST:
        raise LimitRefused("a list of these rules is too long", why="list", most=LONGEST_LIST)
    return items


def _holds(run: Any, items: list[Value], element: Value) -> bool:
    run.tick(len(items))
    return any(equal(each, element, run.tick) is True for each in items)


def _extreme(items: list[Value], sign: int) -> Value:
    if not items:
        return None
    best = items[0]
    for each in items:
        order = compare(each, best)
        if order is None:
            return None
        if order * sign > 0:
            best = each
    return best


def minimum(items: list[Value]) -> Value:
    """The first in order."""
    return _extreme(items, -1)


def maximum(items: list[Value]) -> Value:
    """The last in order."""
    return _extreme(items, 1)


def _numbers(items: list[Value]) -> bool:
    return bool(items) and all(isinstance(each, Decimal) for each in items)


def total(items: list[Value]) -> Value:
    """The sum of numbers."""
    if not _numbers(items):
        return None
    found = Decimal(0)
    for each in items:
        found = MATH.add(found, each)
    return finite(found)


def product(items: list[Value]) -> Value:
    """The numbers multiplied."""
    if not _numbers(items):
        return None
    found = Decimal(1)
    for each in items:
        found = MATH.multiply(found, each)
    return finite(found)


def mean(items: list[Value]) -> Value:
    """The average of numbers."""
    found = total(items)
    return None if found is None else finite(MATH.divide(found, Decimal(len(items))))


def median(items: list[Value]) -> Value:
    """The number in the middle, or the average of the two there."""
    if not _numbers(items):
        return None
    ordered, middle = sorted(items), len(items) // 2
    return ordered[middle] if len(items) % 2 else mean(ordered[middle - 1 : middle + 1])


def deviation(items: list[Value]) -> Value:
    """The standard deviation of a sample of two or more."""
    centre = mean(items)
    if centre is None or len(items) < 2:
        return None
    squares = [MATH.power(MATH.subtract(each, centre), Decimal(2)) for each in items]
    spread = total(squares)
    return finite(MATH.sqrt(MATH.divide(spread, Decimal(len(items) - 1))))


def mode(items: list[Value]) -> Value:
    """The numbers that come most often, in order."""
    if not items:
        return []
    if not _numbers(items):
        return None
    counts: dict[Decimal, int] = {}
    for each in items:
        counts[each] = counts.get(each, 0) + 1
    most = max(counts.values())
    return sorted(each for each, count in counts.items() if count == most)


def all_of(items: list[Value]) -> Value:
    """False if one is false, true if all are true, else null."""
    if any(each is False for each in items):
        return False
    return True if all(each is True for each in items) else None


def any_of(items: list[Value]) -> Value:
    """True if one is true, false if all are false, else null."""
    if any(each is True for each in items):
        return True
    return False if all(each is False for each in items) else None


def sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """A stretch of the list, from position 1, or from the end for negative ones."""
    place = whole(start)
    begin = place - 1 if place > 0 else len(items) + place
    if place == 0 or not 0 <= begin < len(items):
        return None
    if length is None:
        return items[begin:]
    count = whole(length)
    return items[begin : begin + count] if count >= 0 and begin + count <= len(items) else None


def append(items: list[Value], *more: Value) -> Value:
    """The list with these at its end."""
    return _bounded([*items, *more])


def concatenate(*lists: Value) -> Value:
    """The lists in a row."""
    return _bounded([each for items in lists for each in items])


def insert_before(items: list[Value], position: Decimal, new: Value) -> Value:
    """The list with one more at that position."""
    place = _place(items, position)
    return None if place is None else _bounded([*items[:place], new, *items[place:]])


def _place(items: list[Value], position: Decimal) -> int | None:
    """The index, from 0, of a position from 1 or from the end."""
    place = whole(position)
    if 1 <= place <= len(items):
        return place - 1
    return len(items) + place if -len(items) <= place <= -1 else None


def remove(items: list[Value], position: Decimal) -> Value:
    """The list without what is at that position."""
    place = _place(items, position)
    return None if place is None else [*items[:place], *items[place + 1 :]]


def replace_at(items: list[Value], position: Decimal, new: Value) -> Value:
    """The list with something else at that position."""
    place = _place(items, position)
    return None if place is None else [*items[:place], new, *items[place + 1 :]]


def replace_where(run: Any, items: list[Value], match: FeelFunction, new: Value) -> Value:
    """The list with something else wherever ``match(item, new)`` is true."""
    found = []
    for each in items:
        held = _called(run, match, [each, new])
        if not isinstance(held, bool):
            return None
        found.append(new if held else each)
    return found


def _called(run: Any, function: FeelFunction, arguments: list[Value]) -> Value:
    run.enter()
    found = function.call(run, arguments, None)
    run.leave()
    return found


def index_of(run: Any, items: list[Value], match: Value) -> Value:
    """The positions of what equals ``match``, from 1."""
    run.tick(len(items))
    return [
        Decimal(place)
        for place, each in enumerate(items, start=1)
        if equal(each, match, run.tick) is True
    ]


def distinct_values(run: Any, items: list[Value]) -> Value:
    """The list without repetitions."""
    found: list[Value] = []
    for each in items:
        if not _holds(run, found, each):
            found.append(each)
    return found


def union(run: Any, *lists: Value) -> Value:
    """The lists in a row without repetitions."""
    return distinct_values(run, concatenate(*lists))


def flatten(run: Any, items: list[Value]) -> Value:
    """The list without lists inside."""

    def leaves(inside: list[Value]) -> Iterator[Value]:
        for each in inside:
            run.tick()
            if isinstance(each, list):
                yield from leaves(each)
            else:
                yield each

    return _bounded(list(leaves(items)))


def sort(run: Any, items: list[Value], precedes: FeelFunction | None = None) -> Value:
    """The list in order, by ``precedes(a, b)`` or as its values are ordered."""
    run.tick(len(items))
    if precedes is None:
        if any(compare(each, items[0]) is None for each in items):
            return None
        return sorted(items, key=cmp_to_key(lambda a, b: compare(a, b) or 0))
    if len(precedes.parameters) != 2:
        return None
    return sorted(
        items, key=cmp_to_key(lambda a, b: -1 if _called(run, precedes, [a, b]) is True else 1)
    )


LISTS = {
    "list contains": (_holds, "run, list: list, element: any"),
    "count": (lambda items: Decimal(len(items)), "list: list"),
    "min": (minimum, "list: many"),
    "max": (maximum, "list: many"),
    "sum": (total, "list: many"),
    "product": (product, "list: many"),
    "mean": (mean, "list: many"),
    "median": (median, "list: many"),
    "stddev": (deviation, "list: many"),
    "mode": (mode, "list: many"),
    "all": (all_of, "list: many"),
    "and": (all_of, "list: many"),
    "any": (any_of, "list: many"),
    "or": (any_of, "list: many"),
    "sublist": (sublist, "list: list, start position: number, length?: number"),
    "append": (append, "list: list, item: rest"),
    "concatenate": (concatenate, "list: rest lists"),
    "insert before": (insert_before, "list: list, position: number, newItem: any"),
    "remove": (remove, "list: list, position: number"),
    "list replace": [
        (replace_at, "list: list, position: number, newItem: any"),
        (replace_where, "run, list: list, match: function, newItem: any"),
    ],
    "reverse": (lambda items: items[::-1], "list: list"),
    "index of": (index_of, "run, list: list, match: any"),
    "union": (union, "run, list: rest lists"),
    "distinct values": (distinct_values, "run, list: list"),
    "flatten": (flatten, "run, list: list"),
    "sort": (sort, "run, list: list, precedes?: function"),
}


class _Unordered(Exception):
    """Two values of a range that can't be compared: the answer is null."""


def _order(left: Value, right: Value) -> int:
    found = compare(left, right)
    if found is None:
        raise _Unordered
    return found


def _as_range(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value, True, True)


def _before(a: Range, b: Range) -> bool:
    order = _order(a.end, b.start)
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    start, end = _order(a.start, b.start), _order(a.end, b.end)
    begins = start < 0 or (start == 0 and a.start_included and not b.start_included)
    ends = end < 0 or (end == 0 and (not a.end_included or b.end_included))
    return begins and ends and not _before(a, b)


def _overlaps_after(a: Range, b: Range) -> bool:
    start, end = _order(b.start, a.start), _order(b.end, a.end)
    begins = start < 0 or (start == 0 and b.start_included and not a.start_included)
    ends = end < 0 or (end == 0 and (not b.end_included or a.end_included))
    return begins and ends and not _before(b, a)


def _finishes(a: Range, b: Range) -> bool:
    if a.end_included != b.end_included or _order(a.end, b.end) != 0:
        return False
    start = _order(a.start, b.start)
    return start > 0 or (start == 0 and (not a.start_included or b.start_included))


def _starts(a: Range, b: Range) -> bool:
    if a.start_included != b.start_included or _order(a.start, b.start) != 0:
        return False
    end = _order(a.end, b.end)
    return end < 0 or (end == 0 and (not a.end_included or b.end_included))


def _includes(a: Range, b: Range) -> bool:
    start, end = _order(a.start, b.start), _order(a.end, b.end)
    begins = start < 0 or (start == 0 and (a.start_included or not b.start_included))
    ends = end > 0 or (end == 0 and (a.end_included or not b.end_included))
    return begins and ends


def _coincides(a: Range, b: Range) -> bool:
    same = (a.start_included, a.end_included) == (b.start_included, b.end_included)
    return same and _order(a.start, b.start) == 0 and _order(a.end, b.end) == 0


def _relation(test: Callable[[Range, Range], bool], *, turned: bool = False) -> Any:
    def relate(first: Value, second: Value) -> Value:
        if first is None or second is None:
            return None
        left, right = _as_range(first), _as_range(second)
        try:
            return test(right, left) if turned else test(left, right)
        except _Unordered:
            return None

    return relate


_ENDPOINTS = re.compile(r"([\[\](])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\Z", re.DOTALL)
_NAMED = re.compile(r'(@|date and time|date|time|duration)\s*\(?\s*("[^"\\]*")\s*\)?\Z')
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)\Z", re.ASCII)
_READ: Mapping[str, tuple[Callable[[str], Value], ...]] = {
    "date": (temporal.read_date,),
    "time": (temporal.read_time,),
    "date and time": (temporal.read_date_time,),
    "duration": (temporal.read_duration,),
    "@": (
        temporal.read_date,
        temporal.read_time,
        temporal.read_duration,
        temporal.read_date_time,
    ),
}


def _endpoint(text: str) -> Value:
    """The constant that an end of a range literal is."""
    if _NUMBER.match(text):
        return finite(MATH.create_decimal(text))
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        return unescape(text)
    found = _NAMED.match(text)
    reads = _READ[found[1]] if found else ()
    values = (read(found[2][1:-1]) for read in reads if found)
    return next((value for value in values if value is not None), None)


def range_from(text: str) -> Value:
    """The range that a literal like ``[18..21)`` means; an end left out must be open."""
    found = _ENDPOINTS.match(text.strip())
    if found is None:
        return None
    opening, first, last, closing = found.groups()
    start, end = _endpoint(first), _endpoint(last)
    included = (opening == "[", closing == "]")
    for value, written, closed in ((start, first, included[0]), (end, last, included[1])):
        if value is None and (written or closed):
            return None
    if start is None:
        return None if end is None else one_sided("<=" if included[1] else "<", end)
    if end is None:
        return one_sided(">=" if included[0] else ">", start)
    order = compare(start, end)
    return Range(start, end, *included) if order is not None and order <= 0 else None


_POINTS = "point1: any, point2: any"
_RANGES = "range1: range, range2: range"

RANGES = {
    "range": (range_from, "from: string"),
    "before": (_relation(_before), _POINTS),
    "after": (_relation(_before, turned=True), _POINTS),
    "meets": (_relation(_meets), _RANGES),
    "met by": (_relation(_meets, turned=True), _RANGES),
    "overlaps": (_relation(_overlaps), _RANGES),
    "overlaps before": (_relation(_overlaps_before), _RANGES),
    "overlaps after": (_relation(_overlaps_after), _RANGES),
    "finishes": (_relation(_finishes), "point: any, range: range"),
    "finished by": (_relation(_finishes, turned=True), "range: range, point: any"),
    "includes": (_relation(_includes), "range: range, point: any"),
    "during": (_relation(_includes, turned=True), "point: any, range: range"),
    "starts": (_relation(_starts), "point: any, range: range"),
    "started by": (_relation(_starts, turned=True), "range: range, point: any"),
    "coincides": (_relation(_coincides), _POINTS),
}
