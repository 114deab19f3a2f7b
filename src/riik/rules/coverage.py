"""Which cases does a decision table forget, and which does it decide twice?

DMN 1.5 §8.2.8. Every input expression is cut at the values that its cells name; one sample
stands for all values between two cuts, for no cell can tell them apart. Rules are asked by the same
evaluator that decides, and what holds is a set of rules in the bits of a number, so that samples
which the same rules take are one. Numbers are dense; days and months are not: nothing lies between
two days. Columns that ask the same are one column. Null is gone through where a cell speaks of it.
What the hit policy allows is no finding: a list of several, or an empty one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from riik.rules.errors import LimitRefused
from riik.rules.feel import nodes
from riik.rules.feel.compiler import Compiler
from riik.rules.feel.functions import builtin_functions
from riik.rules.feel.nodes import Node
from riik.rules.feel.scope import Limits, Run, Scope
from riik.rules.feel.temporal import Date, DaysTime, YearsMonths
from riik.rules.feel.types import Types
from riik.rules.names import unknown_names

__all__ = ["Domains", "Seen", "gone_through"]

MOST_CASES = 5_000
STEPS = 2_000_000
OTHER = "\uffff something else"

Domains: TypeAlias = Mapping[str, Sequence[Any]]
"""All values that an input expression can have, by its text."""

_ONE_ANSWER = frozenset({"U", "A", "F", "P", "C+", "C<", "C>"})
"""Policies under which no rule is no answer; of the others an empty list is one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is wrong with a table: why, in words, and with which rule (0: all of it)."""

    why: str
    text: str
    rule: int = 0


@dataclass(frozen=True, slots=True)
class _Class:
    """Values of a column that the same rules take: the rules as bits, and one of them in words."""

    rules: int
    text: str


@dataclass(frozen=True, slots=True)
class _Case:
    """Values column by column, in words, and how many more there are like them."""

    told: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        return ", ".join(filter(None, self.told)) or "everything"


class _NotSimple(Exception):
    """A cell whose values can't be gone through, in words."""


def gone_through(table: nodes.Table, domains: Domains) -> Iterator[Seen]:
    """Gaps, overlaps and rules that never apply; or that the table can't be judged, and why."""
    try:
        columns = [_classes(table, places, domains) for places in _same(table)]
        everything = (1 << len(table.rules)) - 1
        if table.policy not in _ONE_ANSWER:
            yield from _unreached(table, _each_alone(columns, everything))
            return
        cases = _combined(columns, everything)
    except (_NotSimple, LimitRefused) as told:
        yield Seen("not-judged", f"gaps and overlaps can't be judged: {told}")
        return
    yield from _gaps(table, cases)
    yield from _overlaps(table, cases)
    yield from _unreached(table, cases)


def _same(table: nodes.Table) -> list[list[int]]:
    """The columns by what they ask: who asks the same twice gets the same answer."""
    found: dict[str, list[int]] = {}
    for place, column in enumerate(table.inputs):
        found.setdefault(column.label, []).append(place)
    return list(found.values())


def _combined(columns: Sequence[Sequence[_Class]], everything: int) -> dict[int, "_Case"]:
    """The sets of rules that hold for some case, each with one such case and how many there are.

    Column by column: two beginnings of a case that leave the same rules are one.
    """
    cases = {everything: _Case((), 1)}
    for column in columns:
        further: dict[int, _Case] = {}
        for rules, case in cases.items():
            for one in column if rules else [_Class(0, "")]:
                found = further.get(rules & one.rules)
                further[rules & one.rules] = (
                    _Case(found.told, found.count + case.count)
                    if found
                    else _Case((*case.told, one.text), case.count)
                )
        if len(further) > MOST_CASES:
            raise _NotSimple(f"there are more than {MOST_CASES} ways in which rules meet")
        cases = further
    return cases


def _each_alone(columns: Sequence[Sequence[_Class]], everything: int) -> list[int]:
    """The rules that hold for some case: those that each column takes for some value."""
    for column in columns:
        taken = 0
        for one in column:
            taken |= one.rules
        everything &= taken
    return [everything]


def _gaps(table: nodes.Table, cases: Mapping[int, _Case]) -> Iterator[Seen]:
    gap = cases.get(0)
    defaults = any(column.default for column in table.outputs)
    if gap and not defaults and table.policy in _ONE_ANSWER:
        more = f" (and {gap.count - 1} more)" if gap.count > 1 else ""
        yield Seen("gap", f"no rule for {gap}{more}")


def _overlaps(table: nodes.Table, cases: Mapping[int, _Case]) -> Iterator[Seen]:
    """Two rules for one case, where the policy wants one: U always, A when they differ."""
    if table.policy not in ("U", "A"):
        return
    for rules, case in cases.items():
        hits = [rule for rule in table.rules if rules >> (rule.number - 1) & 1]
        differ = any(rule.outputs != hits[0].outputs for rule in hits)
        if len(hits) > 1 and (table.policy == "U" or differ):
            numbers = " and ".join(str(rule.number) for rule in hits)
            yield Seen("overlap", f"rules {numbers} both hold for {case}", hits[1].number)


def _unreached(table: nodes.Table, cases: Iterable[int]) -> Iterator[Seen]:
    reached = 0
    for rules in cases:
        reached |= rules & -rules if table.policy == "F" else rules
    for rule in table.rules:
        if not reached >> (rule.number - 1) & 1:
            yield Seen("unreachable", f"rule {rule.number} never applies", rule.number)


def _classes(table: nodes.Table, places: Sequence[int], domains: Domains) -> list[_Class]:
    """The values of what some columns ask, one for all that the same rules take."""
    column = table.inputs[places[0]]
    cells = [rule.tests[place] for rule in table.rules for place in places]
    samples = _samples(column, cells, domains.get(column.label))
    found: dict[int, _Class] = {}
    for value, text in samples:
        if column.allowed and not _takes(column.allowed, value, column.label):
            continue
        rules = 0
        for rule in table.rules:
            if all(_takes(rule.tests[place], value, column.label) for place in places):
                rules |= 1 << (rule.number - 1)
        found.setdefault(rules, _Class(rules, f"{column.label} {text}" if text else ""))
    return list(found.values())


def _samples(
    column: nodes.InputColumn, cells: Sequence[nodes.Tests], domain: Sequence[Any] | None
) -> list[tuple[Any, str]]:
    """A value for every stretch between two cuts, with its words."""
    tests = [*cells, *([column.allowed] if column.allowed else [])]
    named = [value for cell in tests for value in _named(cell, column.label)]
    null = [(None, "= null")] if None in named else []
    cuts = list(dict.fromkeys(value for value in named if value is not None))
    if domain is not None:
        known = [value for value in domain if value is not None]
        return [*((value, f"= {_told(value)}") for value in known), *null]
    kinds = {type(cut) for cut in cuts}
    if len(kinds) > 1:
        raise _NotSimple(f"{column.label} is compared with values of several kinds")
    if not kinds:
        return [*null, (Decimal(0), "= anything else" if null else "")]
    kind = kinds.pop()
    if kind is bool:
        return [(True, "= true"), (False, "= false"), *null]
    if kind is str:
        other = [] if column.allowed else [(OTHER, "= something else")]
        return [*((cut, f"= {_told(cut)}") for cut in sorted(cuts)), *other, *null]
    return [*_around(sorted(cuts), column.label), *null]


def _around(cuts: list[Any], label: str) -> list[tuple[Any, str]]:
    found = [(_beside(cuts[0], -1, label), f"< {_told(cuts[0])}")]
    for low, high in zip(cuts, [*cuts[1:], None], strict=True):
        found.append((low, f"= {_told(low)}"))
        between = None if high is None else _between(low, high, label)
        if between is not None:
            found.append((between, f"between {_told(low)} and {_told(high)}"))
    return [*found, (_beside(cuts[-1], 1, label), f"> {_told(cuts[-1])}")]


def _between(low: Any, high: Any, label: str) -> Any:
    """A value between two, or None: nothing lies between two days."""
    if isinstance(low, Decimal):
        return (low + high) / 2
    after = _beside(low, 1, label)
    return after if after < high else None


def _beside(value: Any, way: int, label: str) -> Any:
    if isinstance(value, Decimal):
        return value + way
    if isinstance(value, YearsMonths):
        return YearsMonths(value.months + way)
    if isinstance(value, DaysTime):
        return DaysTime(value.nanos + way)
    try:
        day = date(value.year, value.month, value.day) + timedelta(days=way)
    except (ValueError, OverflowError) as error:
        raise _NotSimple(f"{label} is compared with {value}") from error
    return Date(day.year, day.month, day.day)


def _named(cell: nodes.Tests, label: str) -> Iterator[Any]:
    """The values at which a cell's answer changes."""
    for test in cell.tests:
        if isinstance(test, nodes.Interval):
            yield from (_constant(test.start, label), _constant(test.end, label))
            continue
        value = _constant(test.of if isinstance(test, nodes.Bound) else test, label)
        ordered = isinstance(test, nodes.Bound) and test.sign not in ("=", "!=")
        if ordered and isinstance(value, str | bool | None):
            raise _NotSimple(f"{label} is compared with {_told(value)} by size")
        yield from value if isinstance(value, list) else (value,)


def _constant(node: Node, label: str) -> Any:
    """The value of an expression that needs nothing but itself."""
    functions = builtin_functions()
    if unknown_names(node, set(functions) - {"now", "today"}):
        raise _NotSimple(f"a cell of {label} reckons with other values")
    value = Compiler(Types({}), functions, _no_table).compile(node)(_scope({}))
    parts = value if isinstance(value, list) else [value]
    kinds = Decimal | str | bool | Date | YearsMonths | DaysTime | None
    if not all(isinstance(part, kinds) for part in parts):
        raise _NotSimple(f"a cell of {label} is neither number, text, truth value, nor day")
    return value


def _takes(cell: nodes.Tests, value: Any, label: str) -> bool:
    if not cell.tests and not cell.negated:
        return True
    if unknown_names(cell, set(builtin_functions()) - {"now", "today"}):
        raise _NotSimple(f"a cell of {label} reckons with other values")
    judge = Compiler(Types({}), builtin_functions(), _no_table).compile(cell)
    return judge(_scope({"?": value})) is True


def _scope(variables: dict[str, Any]) -> Scope:
    return Scope(variables, None, Run(Limits(steps=STEPS)))


def _no_table(_compiler: Compiler, _node: nodes.Table) -> Any:
    raise _NotSimple("a cell holds a table")


def _told(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
