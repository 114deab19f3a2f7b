"""What is wrong with rules that can be loaded: found before they decide about anybody.

Static checks: names nobody knows, tables with gaps or overlaps (over whole-number and
text columns that are simple enough to be gone through), rules that can't be reached,
rules without a law. Findings, not errors: who publishes decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from riik.rules.feel import nodes
from riik.rules.feel.functions import builtin_functions
from riik.rules.feel.nodes import Node
from riik.rules.model import DecisionNode, Knowledge, Rules

__all__ = ["Finding", "check", "unknown_names"]

MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at before publishing.

    Attributes:
        why: ``unknown-name``, ``gap``, ``overlap``, ``unreachable`` or ``no-law``.
        element: The decision or knowledge model.
        text: A sentence for the person who wrote the rules.
    """

    why: str
    element: str
    text: str


def check(rules: Rules) -> list[Finding]:
    """Everything worth a look, in the order of the file."""
    found: list[Finding] = []
    builtins = set(builtin_functions())
    for element in rules.elements.values():
        if not isinstance(element, DecisionNode | Knowledge):
            continue
        known = builtins | {need.imported_as or need.name for need in element.needs}
        known.add(element.name)
        found += [
            Finding("unknown-name", element.name, f"nobody knows {name} here")
            for name in unknown_names(element.node, known)
        ]
        for table in tables_in(element.node):
            found += _table_findings(element.name, table)
    return found


def unknown_names(node: Any, known: set[str]) -> list[str]:
    """Names in an expression that nothing around it defines, each once."""
    return list(dict.fromkeys(_unknown(node, frozenset(known))))


def _unknown(node: Any, known: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.Name):
        if node.name not in known:
            yield node.name
    elif isinstance(node, tuple):
        for each in node:
            yield from _unknown(each, known)
    elif isinstance(node, nodes.Literal | nodes.TypeName) or not is_dataclass(node):
        return
    else:
        yield from _SCOPED.get(type(node), _unknown_parts)(node, known)


def _unknown_parts(node: Any, known: frozenset[str]) -> Iterator[str]:
    for part in node.__dataclass_fields__:
        yield from _unknown(getattr(node, part), known)


def _unknown_in_filter(node: nodes.Filter, known: frozenset[str]) -> Iterator[str]:
    # Inside a filter any name may be an entry of the items.
    yield from _unknown(node.of, known)


def _unknown_in_context(node: nodes.ContextOf, known: frozenset[str]) -> Iterator[str]:
    for name, value in node.entries:
        yield from _unknown(value, known)
        known |= {name}
    yield from _unknown(node.result, known)


def _unknown_in_loop(node: nodes.For | nodes.Quantified, known: frozenset[str]) -> Iterator[str]:
    for each in node.iterators:
        yield from _unknown((each.over, each.last), known)
        known |= {each.name, "partial"}
    yield from _unknown(node.body if isinstance(node, nodes.For) else node.test, known)


def _unknown_in_function(node: nodes.Define, known: frozenset[str]) -> Iterator[str]:
    yield from _unknown(node.body, known | set(node.parameters))


def _unknown_in_tests(node: nodes.Tests, known: frozenset[str]) -> Iterator[str]:
    yield from _unknown(node.tests, known | {"?"})


_SCOPED: dict[type, Any] = {
    nodes.Filter: _unknown_in_filter,
    nodes.ContextOf: _unknown_in_context,
    nodes.For: _unknown_in_loop,
    nodes.Quantified: _unknown_in_loop,
    nodes.Define: _unknown_in_function,
    nodes.Tests: _unknown_in_tests,
}


def tables_in(node: Any) -> Iterator[nodes.Table]:
    """All decision tables inside a node."""
    if isinstance(node, nodes.Table):
        yield node
    elif isinstance(node, tuple):
        for each in node:
            yield from tables_in(each)
    elif is_dataclass(node) and not isinstance(node, nodes.Literal):
        for part in node.__dataclass_fields__:
            yield from tables_in(getattr(node, part))


def _table_findings(element: str, table: nodes.Table) -> Iterator[Finding]:
    for rule in table.rules:
        if rule.law is None:
            yield Finding("no-law", element, f"{table.name}, rule {rule.number} names no law")
    columns = [_samples(table, place) for place in range(len(table.inputs))]
    combinations = 1
    for column in columns:
        if column is None:
            return
        combinations *= len(column)
    if combinations > MOST_COMBINATIONS:
        return
    yield from _gone_through(element, table, [column for column in columns if column])


def _gone_through(
    element: str, table: nodes.Table, columns: list[list["_Sample"]]
) -> Iterator[Finding]:
    reached: set[int] = set()
    gaps: list[str] = []
    overlaps: dict[tuple[int, ...], str] = {}
    for case in product(*columns):
        hits = [
            rule.number
            for rule in table.rules
            if all(_takes(test, sample) for test, sample in zip(rule.tests, case, strict=True))
        ]
        told = ", ".join(
            f"{column.label} {sample.text}"
            for column, sample in zip(table.inputs, case, strict=True)
        )
        reached.update(hits[:1] if table.policy == "F" else hits)
        if not hits:
            gaps.append(told)
        elif len(hits) > 1 and table.policy == "U":
            overlaps.setdefault(tuple(hits), told)
    if gaps and not any(column.default for column in table.outputs):
        more = f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else ""
        yield Finding("gap", element, f"{table.name}: no rule for {gaps[0]}{more}")
    for rules, told in overlaps.items():
        numbers = " and ".join(map(str, rules))
        yield Finding("overlap", element, f"{table.name}: rules {numbers} both hold for {told}")
    for rule in table.rules:
        if rule.number not in reached:
            yield Finding("unreachable", element, f"{table.name}: rule {rule.number} never applies")


@dataclass(frozen=True, slots=True)
class _Sample:
    """One value that stands for all between two bounds of a column."""

    value: Any
    text: str


class _NotSimple(Exception):
    """A cell that isn't a constant, a bound or an interval of constants."""


def _samples(table: nodes.Table, place: int) -> list[_Sample] | None:
    """Values at and between the bounds of a column; none when it isn't simple."""
    cells = [rule.tests[place] for rule in table.rules]
    allowed = table.inputs[place].allowed
    try:
        bounds = {bound for cell in cells for bound in _bounds(cell)}
        given = set(_bounds(allowed)) if allowed else None
    except _NotSimple:
        return None
    if all(isinstance(bound, Decimal) for bound in bounds):
        numbers = _around(sorted(bounds | (given or set())))
        if allowed:
            numbers = [each for each in numbers if _takes(allowed, each)]
        return numbers
    if any(isinstance(bound, Decimal) for bound in bounds):
        return None
    if all(isinstance(bound, bool) for bound in bounds):
        return [_Sample(True, "= true"), _Sample(False, "= false")]
    known = bounds | (given or set())
    samples = [_Sample(bound, f'= "{bound}"') for bound in sorted(known, key=str)]
    return samples if given else [*samples, _Sample(object(), "= something else")]


def _around(bounds: list[Decimal]) -> list[_Sample]:
    if not bounds:
        return [_Sample(Decimal(0), "anything")]
    found = [_Sample(bounds[0] - 1, f"< {bounds[0]}")]
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        found.append(_Sample(low, f"= {low}"))
        if high is not None:
            found.append(_Sample((low + high) / 2, f"between {low} and {high}"))
    return [*found, _Sample(bounds[-1] + 1, f"> {bounds[-1]}")]


def _constant(node: Node | None) -> Any:
    if isinstance(node, nodes.Literal) and isinstance(node.value, Decimal | str | bool):
        return node.value
    if isinstance(node, nodes.Negate) and isinstance(node.of, nodes.Literal):
        value = node.of.value
        if isinstance(value, Decimal):
            return -value
    raise _NotSimple


def _bounds(cell: nodes.Tests) -> Iterator[Any]:
    for test in cell.tests:
        if isinstance(test, nodes.Bound):
            yield _constant(test.of)
        elif isinstance(test, nodes.Interval):
            yield _constant(test.start)
            yield _constant(test.end)
        else:
            yield _constant(test)


def _takes(cell: nodes.Tests, sample: _Sample) -> bool:
    if not cell.tests:
        return True
    return any(_meets(test, sample.value) for test in cell.tests) is not cell.negated


def _meets(test: Node, value: Any) -> bool:
    if isinstance(test, nodes.Interval):
        low, high = _constant(test.start), _constant(test.end)
        above = value >= low if test.start_included else value > low
        return bool(above and (value <= high if test.end_included else value < high))
    if isinstance(test, nodes.Bound):
        bound = _constant(test.of)
        if test.sign in ("=", "!="):
            return bool((value == bound) is (test.sign == "="))
        if type(value) is not type(bound):
            return False
        order = (value > bound) - (value < bound)
        return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}[test.sign]
    constant = _constant(test)
    return bool(type(value) is type(constant) and value == constant)
