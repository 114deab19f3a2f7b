"""What an expression means: each node of the tree becomes a small function over a scope.

DMN 1.5 §10.3.2 (semantics of FEEL), §10.3.2.13 and its tables. Nothing of Python is
reachable from a rules file: names are looked up in scopes and in the table of built-in
functions, and nowhere else. Every loop and call is counted against the run's limits.
Decision tables are in `tables`, what operators do to values is in `operators`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from riik.rules.feel import nodes, operators
from riik.rules.feel.nodes import Node
from riik.rules.feel.scope import Run, Scope
from riik.rules.feel.types import Type, Types, coerce, conforms
from riik.rules.feel.values import FeelFunction, Range, Value, compare, equal

__all__ = ["Compiled", "Compiler", "bind"]


Compiled: TypeAlias = Callable[[Scope], Value]


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles nodes, with these types and these functions known."""

    types: Types
    functions: Mapping[str, FeelFunction]
    table: Callable[["Compiler", nodes.Table], Compiled]

    def compile(self, node: Node) -> Compiled:
        """The function that evaluates this node in a scope."""
        made: Compiled = _COMPILERS[type(node)](self, node)
        return made


def _literal(_compiler: Compiler, node: nodes.Literal) -> Compiled:
    value = node.value
    return lambda scope: value


def _name(compiler: Compiler, node: nodes.Name) -> Compiled:
    name, builtin = node.name, compiler.functions.get(node.name)

    def look_up(scope: Scope) -> Value:
        place: Scope | None = scope
        while place is not None:
            if name in place.variables:
                return place.variables[name]
            place = place.around
        return builtin

    return look_up


def _property(compiler: Compiler, node: nodes.Property) -> Compiled:
    of, name = compiler.compile(node.of), node.name

    def read(scope: Scope) -> Value:
        value = of(scope)
        if type(value) is dict:
            return value.get(name)
        if type(value) is list:
            scope.run.tick(len(value))
        return operators.property_of(value, name)

    return read


def _negate(compiler: Compiler, node: nodes.Negate) -> Compiled:
    of = compiler.compile(node.of)
    return lambda scope: operators.negate(of(scope))


def _binary(compiler: Compiler, node: nodes.Binary) -> Compiled:
    left, right, sign = compiler.compile(node.left), compiler.compile(node.right), node.sign
    if sign == "and":
        return _junction(left, right, decisive=False)
    if sign == "or":
        return _junction(left, right, decisive=True)
    if sign in operators.ARITHMETIC:
        pairs, power = operators.ARITHMETIC[sign], sign == "**"

        def reckon(scope: Scope) -> Value:
            first, second = left(scope), right(scope)
            if power or type(first) is str:
                scope.run.tick(len(first) >> 4 if type(first) is str else 20)
            operation = pairs.get((type(first), type(second)))
            return operation(first, second) if operation else None

        return reckon
    return lambda scope: operators.holds(sign, left(scope), right(scope), scope.run.tick)


def _junction(left: Compiled, right: Compiled, *, decisive: bool) -> Compiled:
    """``and`` (decided by false) and ``or`` (by true); anything else is null (table 48)."""

    def decide(scope: Scope) -> Value:
        first = left(scope)
        if first is decisive:
            return decisive
        second = right(scope)
        if second is decisive:
            return decisive
        both = isinstance(first, bool) and isinstance(second, bool)
        return (not decisive) if both else None

    return decide


def _between(compiler: Compiler, node: nodes.Between) -> Compiled:
    of, low, high = (compiler.compile(part) for part in (node.of, node.low, node.high))

    def test(scope: Scope) -> Value:
        interval = Range(low(scope), high(scope), True, True)
        return operators.within(of(scope), interval, scope.run.tick)

    return test


def _bound(compiler: Compiler, node: nodes.Bound) -> Compiled:
    of, sign = compiler.compile(node.of), node.sign
    return lambda scope: operators.one_sided(sign, of(scope))


def _interval(compiler: Compiler, node: nodes.Interval) -> Compiled:
    start, end = compiler.compile(node.start), compiler.compile(node.end)

    def make(scope: Scope) -> Value:
        low, high = start(scope), end(scope)
        order = compare(low, high)
        one_sided = (low is None) != (high is None)
        if not one_sided and (order is None or order > 0):
            return None
        return Range(low, high, node.start_included, node.end_included)

    return make


def matches(value: Value, test: Value, scope: Scope) -> bool | None:
    """Is the value what a positive unary test gave: equal, in its range or its list?"""
    tick = scope.run.tick
    if isinstance(test, Range):
        if isinstance(value, Range):
            return equal(value, test)
        return operators.within(value, test, tick)
    if isinstance(test, list):
        tick(len(test))
        if isinstance(value, list) and equal(value, test, tick):
            return True
        return any(matches(value, each, scope) is True for each in test)
    return equal(value, test, tick)


def _tests(compiler: Compiler, node: nodes.Tests) -> Compiled:
    """Unary tests over the variable ``?`` (grammar rules 12–17)."""
    tests = [(compiler.compile(test), uses_name(test, "?")) for test in node.tests]
    negated = node.negated

    def judge(scope: Scope) -> Value:
        if not tests:
            return True
        value = scope.variables["?"]
        unknown = False
        for test, of_input in tests:
            found = test(scope)
            if of_input or (found is True and not isinstance(value, bool)):
                held = found if isinstance(found, bool) else None
            else:
                held = matches(value, found, scope)
            if held is True:
                return not negated
            unknown = unknown or held is None
        if negated:
            return None if unknown else True
        return None if unknown and len(tests) == 1 else False

    return judge


def uses_name(node: Any, name: str) -> bool:
    """Does this expression speak of that variable?"""
    if isinstance(node, nodes.Name):
        return node.name == name
    if isinstance(node, tuple):
        return any(uses_name(each, name) for each in node)
    if isinstance(node, nodes.Literal) or not hasattr(node, "__dataclass_fields__"):
        return False
    return any(uses_name(getattr(node, part), name) for part in node.__dataclass_fields__)


def _in(compiler: Compiler, node: nodes.In) -> Compiled:
    of, judge = compiler.compile(node.of), _tests(compiler, node.tests)
    return lambda scope: judge(Scope({"?": of(scope)}, scope, scope.run))


def _instance_of(compiler: Compiler, node: nodes.InstanceOf) -> Compiled:
    of, wanted = compiler.compile(node.of), compiler.types.resolve(node.type)

    def test(scope: Scope) -> Value:
        value = of(scope)
        return value is not None and conforms(value, wanted, scope.run.tick)

    return test


def _if(compiler: Compiler, node: nodes.If) -> Compiled:
    test, yes, no = (compiler.compile(part) for part in (node.test, node.yes, node.no))
    return lambda scope: yes(scope) if test(scope) is True else no(scope)


Iterator_: TypeAlias = tuple[str, Compiled, Compiled | None]


def _each(compiler: Compiler, iterators: Sequence[nodes.Each]) -> list[Iterator_]:
    return [
        (each.name, compiler.compile(each.over), compiler.compile(each.last) if each.last else None)
        for each in iterators
    ]


def _span(start: Value, end: Value) -> Iterator[Value] | None:
    """Whole numbers, or days, from one to the other, up or down (§10.3.2.14)."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        first, last = operators.whole(start), operators.whole(end)
        step = 1 if first <= last else -1
        return (Decimal(each) for each in range(first, last + step, step))
    return operators.days(start, end)


def _items(value: Value) -> Iterator[Value] | None:
    if isinstance(value, list):
        return iter(value)
    if isinstance(value, Range):
        return _closed(value)
    return None if value is None else iter([value])


def _closed(value: Range) -> Iterator[Value] | None:
    span = _span(value.start, value.end)
    if span is None:
        return None
    left_out = [] if value.start_included else [value.start]
    left_out += [] if value.end_included else [value.end]
    return (each for each in span if all(equal(each, bound) is not True for bound in left_out))


def _turns(iterators: list[Iterator_], scope: Scope) -> Iterator[Scope | None]:
    """A scope a turn, the first iterator outermost; None once if one can't be gone over."""
    (name, over, last), rest = iterators[0], iterators[1:]
    start = over(scope)
    found = _items(start) if last is None else _span(start, last(scope))
    if found is None:
        yield None
        return
    for item in found:
        scope.run.tick()
        inner = Scope({name: item}, scope, scope.run)
        if rest:
            yield from _turns(rest, inner)
        else:
            yield inner


def _for(compiler: Compiler, node: nodes.For) -> Compiled:
    iterators, body = _each(compiler, node.iterators), compiler.compile(node.body)
    looks_back = uses_name(node.body, "partial")

    def collect(scope: Scope) -> Value:
        results: list[Value] = []
        around = Scope({}, scope, scope.run)
        for turn in _turns(iterators, around):
            if turn is None:
                return None
            if looks_back:
                # A turn may keep what it saw, so it sees a list of its own.
                scope.run.tick(len(results))
                around.variables["partial"] = list(results)
            results.append(body(turn))
        return results

    return collect


def _quantified(compiler: Compiler, node: nodes.Quantified) -> Compiled:
    iterators, test, every = (
        _each(compiler, node.iterators),
        compiler.compile(node.test),
        node.every,
    )

    def judge(scope: Scope) -> Value:
        unknown = False
        for turn in _turns(iterators, scope):
            if turn is None:
                return None
            held = test(turn)
            if held is (not every):
                return not every
            unknown = unknown or not isinstance(held, bool)
        return None if unknown else every

    return judge


def _filter(compiler: Compiler, node: nodes.Filter) -> Compiled:
    of, test = compiler.compile(node.of), compiler.compile(node.test)

    def choose(scope: Scope) -> Value:
        value = of(scope)
        items = value if isinstance(value, list) else [] if value is None else [value]
        chosen = []
        for item in items:
            scope.run.tick()
            found = test(_item_scope(item, scope))
            if isinstance(found, Decimal):
                return _at(items, test(scope))
            if found is True:
                chosen.append(item)
        if not items and isinstance(test(scope), Decimal):
            return None
        return chosen

    return choose


def _item_scope(item: Value, scope: Scope) -> Scope:
    named = Scope({"item": item}, scope, scope.run)
    return Scope(item, named, scope.run) if isinstance(item, dict) else named


def _at(items: list[Value], index: Value) -> Value:
    """The item at a position, from 1, or from the end for negative ones."""
    if not isinstance(index, Decimal) or index != index.to_integral_value():
        return None
    place = operators.whole(index)
    if 1 <= place <= len(items):
        return items[place - 1]
    return items[place] if -len(items) <= place <= -1 else None


def _call(compiler: Compiler, node: nodes.Call) -> Compiled:
    of = compiler.compile(node.of)
    arguments = [compiler.compile(argument) for argument in node.arguments]
    names = node.names

    def call(scope: Scope) -> Value:
        function = of(scope)
        if not isinstance(function, FeelFunction):
            return None
        values = [argument(scope) for argument in arguments]
        run = scope.run
        run.enter()
        if names:
            found = function.call(run, (), dict(zip(names, values, strict=True)))
        else:
            found = function.call(run, values, None)
        run.leave()
        return found

    return call


def bind(
    parameters: Sequence[str],
    types: Sequence[Type],
    values: Sequence[Value],
    named: Mapping[str, Value] | None,
    run: Run,
) -> dict[str, Value] | None:
    """Arguments by parameter; nothing when they don't fit in number, name or type."""
    if named is not None:
        if set(named) != set(parameters):
            return None
        values = [named[name] for name in parameters]
    if len(values) != len(parameters):
        return None
    bound = {}
    for name, wanted, value in zip(parameters, types, values, strict=True):
        fitting = coerce(value, wanted, run.tick)
        if fitting is None and value is not None:
            return None
        bound[name] = fitting
    return bound


def _define(compiler: Compiler, node: nodes.Define) -> Compiled:
    body, parameters = compiler.compile(node.body), node.parameters
    types = tuple(compiler.types.resolve(each) for each in node.types)
    result = compiler.types.resolve(node.result)

    def define(scope: Scope) -> Value:
        def call(run: Run, values: Sequence[Value], named: Mapping[str, Value] | None) -> Value:
            bound = bind(parameters, types, values, named, run)
            if bound is None:
                return None
            return coerce(body(Scope(bound, scope, run)), result, run.tick)

        return FeelFunction(parameters, call, types=types, result=result)

    return define


def _list(compiler: Compiler, node: nodes.ListOf) -> Compiled:
    items = [compiler.compile(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _context(compiler: Compiler, node: nodes.ContextOf) -> Compiled:
    entries = [(name, compiler.compile(entry)) for name, entry in node.entries]
    result = compiler.compile(node.result) if node.result else None
    twice = len({name for name, _ in entries}) < len(entries)

    def make(scope: Scope) -> Value:
        if twice:
            return None
        made: dict[str, Value] = {}
        inner = Scope(made, scope, scope.run)
        for name, entry in entries:
            made[name] = entry(inner)
        return made if result is None else result(inner)

    return make


def _typed(compiler: Compiler, node: nodes.Typed) -> Compiled:
    of, wanted = compiler.compile(node.of), compiler.types.resolve(node.type)
    return lambda scope: coerce(of(scope), wanted, scope.run.tick)


_COMPILERS: Mapping[type, Callable[[Compiler, Any], Compiled]] = {
    nodes.Literal: _literal,
    nodes.Name: _name,
    nodes.Property: _property,
    nodes.Negate: _negate,
    nodes.Binary: _binary,
    nodes.Between: _between,
    nodes.Bound: _bound,
    nodes.Interval: _interval,
    nodes.Tests: _tests,
    nodes.In: _in,
    nodes.InstanceOf: _instance_of,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Quantified: _quantified,
    nodes.Filter: _filter,
    nodes.Call: _call,
    nodes.Define: _define,
    nodes.ListOf: _list,
    nodes.ContextOf: _context,
    nodes.Typed: _typed,
    nodes.Table: lambda compiler, node: compiler.table(compiler, node),
}
