"""Decision tables: which rules hit, what the hit policy makes of them, and what applied.

DMN 1.5 §8.2 (notation), §8.3 (metamodel), §8.2.8 (hit policies
U A P F R O C with + < > #) and §8.2.9 (default output). Each rule that decided is put
in the run's trail with the values it saw and the law it rests on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from riik.rules.errors import LimitRefused
from riik.rules.feel import nodes
from riik.rules.feel.compiler import Compiled, Compiler
from riik.rules.feel.functions_lists import maximum, minimum, total
from riik.rules.feel.scope import Run, Scope
from riik.rules.feel.types import Type, coerce
from riik.rules.feel.values import Value, equal, number

__all__ = ["Applied", "Saw", "compile_table"]

MOST_APPLIED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saw:
    """One cell of a rule: what was asked, what it was, what the rule wanted."""

    question: str
    value: Value
    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One rule of one table that applied.

    Attributes:
        decision: The decision that was being made.
        table: The table's name: the decision's or the knowledge model's.
        rule: The row, from 1; 0 for the default outputs when no row applied.
        rule_id: The row's id in the file.
        saw: Its cells with the values they met; cells that take anything are left out.
        outputs: What it gave, by name of the output.
        law: The article it rests on, when the file says so.
        annotations: All its annotations, by name of the column.
    """

    decision: str
    table: str
    rule: int
    rule_id: str
    saw: tuple[Saw, ...]
    outputs: tuple[tuple[str, Value], ...]
    law: str | None
    annotations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule made ready."""

    rule: nodes.Rule
    tests: tuple[Compiled | None, ...]
    outputs: tuple[Compiled, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A rule that held, with its outputs."""

    rule: nodes.Rule | None
    outputs: list[Value]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table made ready."""

    node: nodes.Table
    inputs: tuple[Compiled, ...]
    allowed: tuple[Compiled | None, ...]
    rows: tuple[_Row, ...]
    types: tuple[Type, ...]
    ranks: tuple[Compiled | None, ...]
    defaults: tuple[Compiled | None, ...]

    def decide(self, scope: Scope) -> Value:
        """The value of the table in this scope."""
        run = scope.run
        values = [column(scope) for column in self.inputs]
        cells = [Scope({"?": value}, scope, run) for value in values]
        for allowed, cell in zip(self.allowed, cells, strict=True):
            if allowed is not None and allowed(cell) is not True:
                return None
        hits = self.hits(cells, scope)
        if not hits and any(self.defaults):
            outputs = [default(scope) if default else None for default in self.defaults]
            self.note(run, [_Hit(None, outputs)], values)
            plain = self.one(outputs)
            return [plain] if self.node.policy in ("R", "O", "C") else plain
        chosen, value = _POLICIES[self.node.policy](self, hits, scope)
        self.note(run, chosen, values)
        return value

    def hits(self, cells: Sequence[Scope], scope: Scope) -> list[_Hit]:
        """The rules whose tests all hold; only the first for the policy F."""
        found: list[_Hit] = []
        for row in self.rows:
            scope.run.tick()
            for test, cell in zip(row.tests, cells, strict=True):
                if test is not None and test(cell) is not True:
                    break
            else:
                given = [output(scope) for output in row.outputs]
                fitted = [
                    coerce(value, wanted, scope.run.tick)
                    for value, wanted in zip(given, self.types, strict=True)
                ]
                found.append(_Hit(row.rule, fitted))
                if self.node.policy == "F":
                    break
        return found

    def one(self, outputs: list[Value]) -> Value:
        """A single output as it is, several as a context."""
        if len(outputs) == 1:
            return outputs[0]
        names = [column.name for column in self.node.outputs]
        return dict(zip(names, outputs, strict=True))

    def ranked(self, hits: list[_Hit], scope: Scope) -> list[_Hit]:
        """The hits by priority of their outputs, first column first."""

        def rank(hit: _Hit) -> list[int]:
            places = []
            for value, order in zip(hit.outputs, self.ranks, strict=True):
                if order is not None:
                    places.append(int(order(Scope({"?": value}, scope, scope.run))))
            return places

        return sorted(hits, key=rank)

    def note(self, run: Run, hits: Sequence[_Hit], values: Sequence[Value]) -> None:
        """Put what applied in the trail.

        Raises:
            LimitRefused: For ``trail``.
        """
        if len(run.trail) + len(hits) > MOST_APPLIED:
            raise LimitRefused("these rules explain themselves without end", why="trail")
        for hit in hits:
            run.trail.append(self.applied(hit, run, values))

    def applied(self, hit: _Hit, run: Run, values: Sequence[Value]) -> Applied:
        """The explanation of one hit."""
        rule = hit.rule
        saw = tuple(
            Saw(question=column.label, value=value, test=test.text)
            for column, value, test in zip(
                self.node.inputs, values, rule.tests if rule else (), strict=rule is not None
            )
            if test.tests
        )
        names = (column.name or self.node.name for column in self.node.outputs)
        return Applied(
            decision=run.deciding[-1] if run.deciding else self.node.name,
            table=self.node.name,
            rule=rule.number if rule else 0,
            rule_id=rule.id if rule else "default",
            saw=saw,
            outputs=tuple(zip(names, hit.outputs, strict=True)),
            law=rule.law if rule else None,
            annotations=rule.annotations if rule else (),
        )


def _unique(table: _Table, hits: list[_Hit], _scope: Scope) -> tuple[list[_Hit], Value]:
    return (hits, table.one(hits[0].outputs)) if len(hits) == 1 else ([], None)


def _any(table: _Table, hits: list[_Hit], scope: Scope) -> tuple[list[_Hit], Value]:
    same = all(equal(hit.outputs, hits[0].outputs, scope.run.tick) for hit in hits)
    return (hits[:1], table.one(hits[0].outputs)) if hits and same else ([], None)


def _first(table: _Table, hits: list[_Hit], _scope: Scope) -> tuple[list[_Hit], Value]:
    return (hits[:1], table.one(hits[0].outputs)) if hits else ([], None)


def _priority(table: _Table, hits: list[_Hit], scope: Scope) -> tuple[list[_Hit], Value]:
    return _first(table, table.ranked(hits, scope), scope)


def _all(table: _Table, hits: list[_Hit], _scope: Scope) -> tuple[list[_Hit], Value]:
    return hits, [table.one(hit.outputs) for hit in hits]


def _ordered(table: _Table, hits: list[_Hit], scope: Scope) -> tuple[list[_Hit], Value]:
    return _all(table, table.ranked(hits, scope), scope)


def _collected(
    reckon: Callable[[list[Value]], Value],
) -> Callable[[_Table, list[_Hit], Scope], tuple[list[_Hit], Value]]:
    def collect(_table: _Table, hits: list[_Hit], _scope: Scope) -> tuple[list[_Hit], Value]:
        return hits, reckon([hit.outputs[0] for hit in hits])

    return collect


_POLICIES: Mapping[str, Callable[[_Table, list[_Hit], Scope], tuple[list[_Hit], Value]]] = {
    "U": _unique,
    "A": _any,
    "F": _first,
    "P": _priority,
    "R": _all,
    "O": _ordered,
    "C": _all,
    "C+": _collected(total),
    "C<": _collected(minimum),
    "C>": _collected(maximum),
    "C#": _collected(lambda values: number(len(values))),
}


def compile_table(compiler: Compiler, node: nodes.Table) -> Compiled:
    """Make a table ready; what it answers is `_Table.decide`."""

    def tests(cell: nodes.Tests | None) -> Compiled | None:
        return compiler.compile(cell) if cell is not None and (cell.tests or cell.negated) else None

    rows = tuple(
        _Row(rule, tuple(map(tests, rule.tests)), tuple(map(compiler.compile, rule.outputs)))
        for rule in node.rules
    )
    table = _Table(
        node=node,
        inputs=tuple(compiler.compile(column.of) for column in node.inputs),
        allowed=tuple(tests(column.allowed) for column in node.inputs),
        rows=rows,
        types=tuple(compiler.types.resolve(column.type) for column in node.outputs),
        ranks=tuple(_rank(compiler, column) for column in node.outputs),
        defaults=tuple(
            compiler.compile(column.default) if column.default else None for column in node.outputs
        ),
    )
    return table.decide


def _rank(compiler: Compiler, column: nodes.OutputColumn) -> Compiled | None:
    if column.values is None:
        return None
    tests = [compiler.compile(nodes.Tests((test,))) for test in column.values.tests]

    def rank(scope: Scope) -> int:
        for place, test in enumerate(tests):
            if test(scope) is True:
                return place
        return len(tests)

    return rank
