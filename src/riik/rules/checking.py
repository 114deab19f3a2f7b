"""What is wrong with rules that can be loaded: found before they decide about anybody.

Static checks: names nobody knows, tables with gaps or overlaps, rules that can't be reached,
rules without a law; and which tables can't be judged. Findings, not errors: who publishes decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

from riik.rules.coverage import Domains, gone_through
from riik.rules.feel import nodes
from riik.rules.feel.functions import builtin_functions
from riik.rules.model import DecisionNode, Knowledge, Rules
from riik.rules.names import unknown_names

__all__ = ["Finding", "check", "unknown_names"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at before publishing.

    Attributes:
        why: ``unknown-name``, ``gap``, ``overlap``, ``unreachable``, ``no-law`` or ``not-judged``.
        element: The decision or knowledge model.
        text: A sentence for the person who wrote the rules.
        rule: The row that is meant, from 1; 0 for all of the table.
    """

    why: str
    element: str
    text: str
    rule: int = 0


def check(rules: Rules, *, domains: Mapping[str, Sequence[Any]] | None = None) -> list[Finding]:
    """Everything worth a look, in the order of the file.

    Args:
        rules: The rules.
        domains: All values that an input expression can have, by its text: a form's choices.
            A list that decides nothing else is known without being told.
    """
    found: list[Finding] = []
    builtins = set(builtin_functions())
    known_values: Domains = {**_decided(rules), **(domains or {})}
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
            found += _table_findings(element.name, table, known_values)
    return found


def _table_findings(element: str, table: nodes.Table, domains: Domains) -> Iterator[Finding]:
    for rule in table.rules:
        if rule.law is None:
            text = f"{table.name}, rule {rule.number} names no law"
            yield Finding("no-law", element, text, rule.number)
    for seen in gone_through(table, domains):
        yield Finding(seen.why, element, f"{table.name}: {seen.text}", seen.rule)


def _decided(rules: Rules) -> dict[str, tuple[Any, ...]]:
    """What a decision can give whose table gives plain texts and nothing else, by its name."""
    found = {}
    for element in rules.elements.values():
        if not isinstance(element, DecisionNode) or not isinstance(element.node, nodes.Table):
            continue
        table = element.node
        if table.policy not in ("U", "A", "F", "P") or len(table.outputs) != 1:
            continue
        given = [rule.outputs[0] for rule in table.rules]
        given += [column.default for column in table.outputs if column.default]
        if all(isinstance(one, nodes.Literal) and isinstance(one.value, str) for one in given):
            found[element.name] = tuple(dict.fromkeys(one.value for one in given))  # type: ignore[union-attr]
    return found


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
