"""Types of FEEL and of item definitions: does a value conform, and what is made fit?

DMN 1.5 §10.3.2.9 (type lattice, conformance and the implicit conversions of §10.3.2.9.4),
§7.3.3 (item definitions). Whether allowed values hold is asked of compiled unary tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from riik.rules.errors import RulesRefused
from riik.rules.feel.nodes import TypeName
from riik.rules.feel.operators import as_date_time
from riik.rules.feel.temporal import Date
from riik.rules.feel.values import FeelFunction, Range, Tick, Value, kind_of

__all__ = ["ANY", "ItemDefinition", "Type", "Types", "coerce", "conforms"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: a kind, and what is inside a list, context, range or function."""

    kind: str
    inner: tuple["Type", ...] = ()
    keys: tuple[str, ...] = ()
    allowed: Callable[[Value], bool] | None = None


ANY = Type("Any")

_ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "day time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
_ONE_WORD = "number string boolean date time list context range function Any Null"
_PLAIN = frozenset((*_ONE_WORD.split(), *_ALIASES.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """A named type of a rules file, as it is written there.

    Attributes:
        name: What references call it.
        type: The type it is based on.
        is_list: It is a list of that.
        components: Its entries when it is a context.
        allowed: Whether a value is one of its allowed values.
        function: The type of a function: its parameters' types, then its result's.
    """

    name: str
    type: TypeName | None
    is_list: bool = False
    components: tuple["ItemDefinition", ...] = ()
    allowed: Callable[[Value], bool] | None = None
    function: TypeName | None = None


@dataclass(frozen=True, slots=True)
class Types:
    """The item definitions that type names may mean."""

    definitions: Mapping[str, ItemDefinition]

    def resolve(self, name: TypeName | None, inside: tuple[str, ...] = ()) -> Type:
        """The type of a type name.

        Raises:
            RulesRefused: For ``unknown-type`` or ``recursive-type``.
        """
        if name is None:
            return ANY
        if name.name in self.definitions:
            if name.name in inside:
                raise RulesRefused(f"type {name.name} contains itself", why="recursive-type")
            return self._defined(self.definitions[name.name], (*inside, name.name))
        kind = _ALIASES.get(name.name, name.name)
        if kind not in _PLAIN:
            raise RulesRefused(f"there is no type {name.name}", why="unknown-type")
        return Type(kind, tuple(self.resolve(each, inside) for each in name.inner), name.keys)

    def _defined(self, item: ItemDefinition, inside: tuple[str, ...]) -> Type:
        if item.function is not None:
            made = self.resolve(item.function, inside)
        elif item.components:
            inner = tuple(self._defined(each, inside) for each in item.components)
            made = Type("context", inner, tuple(each.name for each in item.components))
        else:
            base = self.resolve(item.type, inside)
            made = Type(base.kind, base.inner, base.keys, item.allowed or base.allowed)
        return Type("list", (made,)) if item.is_list else made


def _inside_list(value: list[Value], wanted: Type, tick: Tick) -> bool:
    tick(len(value))
    return all(each is None or conforms(each, wanted.inner[0], tick) for each in value)


def _inside_context(value: dict[str, Value], wanted: Type, tick: Tick) -> bool:
    tick(len(value))
    return all(
        key in value and (value[key] is None or conforms(value[key], inner, tick))
        for key, inner in zip(wanted.keys, wanted.inner, strict=True)
    )


def _inside_range(value: Range, wanted: Type, tick: Tick) -> bool:
    bounds = [bound for bound in (value.start, value.end) if bound is not None]
    return all(conforms(bound, wanted.inner[0], tick) for bound in bounds)


def subtype(narrow: Type, wide: Type) -> bool:
    """Does every value of ``narrow`` conform to ``wide``?"""
    if wide.kind == "Any" or narrow.kind == "Null":
        return True
    if narrow.kind != wide.kind:
        return False
    if wide.kind == "context":
        mine = dict(zip(narrow.keys, narrow.inner, strict=True))
        return all(
            key in mine and subtype(mine[key], inner)
            for key, inner in zip(wide.keys, wide.inner, strict=True)
        )
    return all(
        subtype(mine, theirs) for mine, theirs in zip(narrow.inner, wide.inner, strict=False)
    )


def _like_function(value: FeelFunction, wanted: Type, _tick: Tick) -> bool:
    *parameters, result = wanted.inner or (ANY,)
    if len(value.parameters) != len(parameters):
        return False
    known: tuple[Any, ...] = value.types or (ANY,) * len(parameters)
    takes = all(subtype(each, mine) for each, mine in zip(parameters, known, strict=True))
    return takes and subtype(value.result or ANY, result)


_INSIDE: Mapping[str, Callable[[Any, Type, Tick], bool]] = {
    "list": _inside_list,
    "context": _inside_context,
    "range": _inside_range,
    "function": _like_function,
}


def conforms(value: Value, wanted: Type, tick: Tick) -> bool:
    """Is this value of that type, with its allowed values?"""
    if wanted.kind == "Any":
        return wanted.allowed is None or wanted.allowed(value)
    if value is None:
        return wanted.kind == "Null"
    if kind_of(value) != wanted.kind:
        return False
    if wanted.inner and not _INSIDE[wanted.kind](value, wanted, tick):
        return False
    return wanted.allowed is None or wanted.allowed(value)


def coerce(value: Value, wanted: Type, tick: Tick) -> Value:
    """The value if it conforms, or what it converts to, or null (§10.3.2.9.4)."""
    if value is None or conforms(value, wanted, tick):
        return value
    if wanted.kind == "list" and not isinstance(value, list):
        return [value] if not wanted.inner or conforms(value, wanted.inner[0], tick) else None
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], wanted, tick):
        return value[0]
    if isinstance(value, Date) and wanted.kind == "date and time":
        return as_date_time(value)
    return None
