"""The table of built-in functions: names, parameters and kinds, checked before a call.

DMN 1.5 §10.3.4 (built-in functions), §10.3.2.9.4 (a list of one counts as its item, and
an item as a list of one). What does not fit a function's parameters gives null.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from riik.rules.feel.functions_lists import LISTS, RANGES
from riik.rules.feel.functions_time import TIMES
from riik.rules.feel.functions_values import CONTEXTS, NUMBERS, TEXTS, context_put
from riik.rules.feel.operators import as_date_time
from riik.rules.feel.tokens import Names
from riik.rules.feel.values import FeelFunction, Range, Value, kind_of

__all__ = ["builtin_functions", "builtin_names"]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter: kinds it takes; ``many`` takes a list or all arguments."""

    name: str
    kinds: frozenset[str]
    optional: bool
    nullable: bool


class _Misfit(Exception):
    """These arguments are not for this function."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to call a function."""

    action: Callable[..., Value]
    parameters: tuple[_Parameter, ...]
    with_run: bool

    def arrange(self, values: Sequence[Value], named: Mapping[str, Value] | None) -> list[Value]:
        """The arguments in order, or `_Misfit`."""
        if named is not None:
            values = self._by_name(named)
        last = self.parameters[-1].kinds if self.parameters else frozenset()
        if "many" in last:
            return [_list_or_all(values, named is not None)]
        if last & {"rest", "rest lists"}:
            return self._with_rest(values, lists="rest lists" in last)
        needed = sum(not parameter.optional for parameter in self.parameters)
        if not needed <= len(values) <= len(self.parameters):
            raise _Misfit
        pairs = zip(self.parameters, values, strict=False)
        return [_fitting(parameter, value) for parameter, value in pairs]

    def _by_name(self, named: Mapping[str, Value]) -> list[Value]:
        known = [parameter.name for parameter in self.parameters]
        if not set(named) <= set(known):
            raise _Misfit
        given = [parameter for parameter in self.parameters if parameter.name in named]
        if given != list(self.parameters[: len(given)]):
            raise _Misfit
        return [named[parameter.name] for parameter in given]

    def _with_rest(self, values: Sequence[Value], *, lists: bool) -> list[Value]:
        fixed = self.parameters[:-1]
        if len(values) <= len(fixed):
            raise _Misfit
        found = [
            _fitting(parameter, value) for parameter, value in zip(fixed, values, strict=False)
        ]
        rest = list(values[len(fixed) :])
        if lists:
            if any(value is None for value in rest):
                raise _Misfit
            rest = [value if isinstance(value, list) else [value] for value in rest]
        return found + rest


def _list_or_all(values: Sequence[Value], named: bool) -> list[Value]:
    if not values:
        raise _Misfit
    if len(values) > 1 and not named:
        return list(values)
    if values[0] is None:
        raise _Misfit
    return values[0] if isinstance(values[0], list) else [values[0]]


def _fitting(parameter: _Parameter, value: Value) -> Value:
    kinds = parameter.kinds
    if value is None:
        if parameter.nullable:
            return None
        raise _Misfit
    if "any" in kinds or kind_of(value) in kinds:
        return value
    if "list" in kinds and not isinstance(value, Range):
        return [value]
    if isinstance(value, list) and len(value) == 1 and kind_of(value[0]) in kinds:
        return value[0]
    if kind_of(value) == "date" and "date and time" in kinds:
        return as_date_time(value)
    raise _Misfit


def _form(action: Callable[..., Value], signature: str) -> _Form:
    parts = [part.strip() for part in signature.split(",")]
    with_run = parts[0] == "run"
    parameters = []
    for part in parts[with_run:]:
        name, _, kinds = part.partition(": ")
        nullable = kinds.endswith("?") or kinds == "any"
        chosen = frozenset(kinds.removesuffix("?").split("|"))
        parameters.append(_Parameter(name.removesuffix("?"), chosen, name.endswith("?"), nullable))
    return _Form(action, tuple(parameters), with_run)


def _size(value: Value) -> int:
    """Steps for going through or copying a value: large texts and lists have a price."""
    if type(value) is str:
        return len(value) >> 4
    return len(value) >> 2 if type(value) is list or type(value) is dict else 0


_PRICES = {"exp": 20, "log": 20, "sqrt": 5, "modulo": 5, "now": 2, "sort": 10}


def _function(name: str, forms: tuple[_Form, ...]) -> FeelFunction:
    price = _PRICES.get(name, 0)

    def call(run: Any, values: Sequence[Value], named: Mapping[str, Value] | None) -> Value:
        for form in forms:
            try:
                arranged = form.arrange(values, named)
            except _Misfit:
                continue
            run.tick(price + sum(map(_size, arranged)))
            found = form.action(run, *arranged) if form.with_run else form.action(*arranged)
            run.tick(_size(found))
            return found
        return None

    return FeelFunction(tuple(each.name for each in forms[0].parameters), call, name)


@cache
def builtin_functions() -> Mapping[str, FeelFunction]:
    """All built-in functions by name; made once, changed never."""
    tables: dict[str, Any] = {**NUMBERS, **TEXTS, **CONTEXTS, **LISTS, **RANGES, **TIMES}
    tables["context put"] = [
        tables["context put"],
        (context_put, "run, context: context, keys: list, value: any"),
    ]
    made = {}
    for name, entry in tables.items():
        forms = entry if isinstance(entry, list) else [entry]
        made[name] = _function(name, tuple(_form(*form) for form in forms))
    return MappingProxyType(made)


@cache
def _name_index() -> Names:
    return Names.of(builtin_functions())


def builtin_names() -> Names:
    """A scope of the built-in functions' names, that nothing is to be added to."""
    return Names.of([], _name_index())
