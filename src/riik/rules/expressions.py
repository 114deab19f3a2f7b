"""One expression of FEEL outside a rules file: conditions of a process, derived fields.

DMN 1.5 §10. The same reader, evaluator and limits as for rules files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from riik.rules.errors import LimitRefused, RulesRefused, SyntaxRefused
from riik.rules.feel.compiler import Compiled, Compiler
from riik.rules.feel.functions import builtin_functions, builtin_names
from riik.rules.feel.operators import PROPERTY_NAMES
from riik.rules.feel.parser import parse_expression
from riik.rules.feel.scope import Limits, Run, Scope
from riik.rules.feel.tokens import Names
from riik.rules.feel.types import Types
from riik.rules.feel.values import Value, from_plain
from riik.rules.names import names_in, unknown_names
from riik.rules.tables import compile_table

__all__ = ["Expression", "expression"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression ready to be evaluated; two are the same when their text is."""

    text: str
    _logic: Compiled
    _names: frozenset[str]

    def value(
        self,
        variables: Mapping[str, Any],
        *,
        now: datetime | None = None,
        limits: Limits | None = None,
    ) -> Value:
        """Its value over these variables (Python or JSON values); `to_plain` gives JSON.

        Raises:
            DecisionRefused: For ``float`` or ``input-type|depth``.
            LimitRefused: For ``steps``, ``depth`` or ``list``.
        """
        run = Run(limits or Limits(), now)
        used = self._names.intersection(variables)
        given = {name: from_plain(variables[name]) for name in used}
        try:
            return self._logic(Scope(given, None, run))
        except RecursionError as error:
            raise LimitRefused("this expression goes too deep", why="depth") from error


def expression(text: str, *, names: Iterable[str] | None = None) -> Expression:
    """Read an expression.

    Args:
        text: FEEL.
        names: The variables it may use; others are refused. Without them any name of one
            word may stand there, and is null when it isn't given.

    Raises:
        SyntaxRefused: When it isn't FEEL.
        RulesRefused: For ``unknown-name``.
    """
    return _read(text, None if names is None else tuple(names))


@lru_cache(maxsize=4096)
def _read(text: str, names: tuple[str, ...] | None) -> Expression:
    functions = builtin_functions()
    known = list(names or ())
    scope = Names.of(known, builtin_names())
    try:
        node = parse_expression(text, scope, properties=Names.of(PROPERTY_NAMES))
        logic = Compiler(Types({}), functions, compile_table).compile(node)
    except RecursionError as error:
        raise SyntaxRefused("this expression is nested too deep", why="depth") from error
    strange = unknown_names(node, {*known, *functions}) if names is not None else []
    if strange:
        raise RulesRefused(f"nobody knows {strange[0]} here", why="unknown-name")
    return Expression(text, logic, frozenset(names_in(node)))
