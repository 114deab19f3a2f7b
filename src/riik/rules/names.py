"""Names in an expression that nothing around it defines."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from riik.rules.feel import nodes

__all__ = ["names_in", "unknown_names"]


def unknown_names(node: Any, known: set[str]) -> list[str]:
    """Names in an expression that nothing around it defines, each once."""
    return list(dict.fromkeys(_unknown(node, frozenset(known))))


def names_in(node: Any) -> Iterator[str]:
    """Every name that an expression speaks of, whatever defines it."""
    if isinstance(node, nodes.Name):
        yield node.name
    elif isinstance(node, tuple | list):
        for each in node:
            yield from names_in(each)
    elif is_dataclass(node) and not isinstance(node, type):
        for part in node.__dataclass_fields__:
            yield from names_in(getattr(node, part))


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
