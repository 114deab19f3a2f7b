"""Asking rules: a decision, its value, and which rules of which law made it.

DMN 1.5 §10.4 (execution of decisions). Pure: the same rules, inputs and moment give the
same decision. A run that takes too many steps or goes too deep is stopped with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from riik.rules.errors import DecisionRefused, LimitRefused
from riik.rules.feel.compiler import bind
from riik.rules.feel.scope import Limits, Run, Scope
from riik.rules.feel.types import ANY, Type, coerce
from riik.rules.feel.values import FeelFunction, Value, from_plain, to_plain
from riik.rules.model import DecisionNode, Input, Key, Knowledge, Need, Rules, Service
from riik.rules.tables import Applied

__all__ = ["Decision", "decide", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided and why.

    Attributes:
        name: The decision or decision service that was asked.
        value: Its value: None, bool, Decimal, text, FEEL dates, lists, contexts.
        explanation: The rules that applied, in the order in which they did.
        made: The values of all decisions that were made on the way, by name.
        laws: The law that each of those decisions rests on, by its name, if it says so.
        rules_digest: Which rules: SHA-256 of the files, hexadecimal.
    """

    name: str
    value: Value
    explanation: tuple[Applied, ...]
    made: Mapping[str, Value]
    laws: Mapping[str, str]
    rules_digest: str

    @property
    def plain(self) -> Any:
        """The value as JSON has it: whole numbers as int, other numbers and dates as text."""
        return to_plain(self.value)


def decide(
    rules: Rules,
    decision: str,
    inputs: Mapping[str, Any],
    *,
    now: datetime | None = None,
    limits: Limits | None = None,
) -> Decision:
    """Make one decision, or call one decision service.

    Args:
        rules: From `load`.
        decision: Its name in the file.
        inputs: Values by name of input data (of a service: of its parameters), as Python
            or JSON has them; names that the rules don't know are passed over, inputs that
            aren't there are null, as are those of another type than declared.
        now: What ``now()`` and ``today()`` say, with the zone they are asked in.
        limits: Steps and depth; the usual ones if none are given.

    Raises:
        DecisionRefused: For ``unknown-decision``, ``float``, ``input-type|depth``.
        LimitRefused: For ``steps``, ``depth``, ``list``, ``trail``.
    """
    key = rules.by_name.get(decision)
    if key is None:
        raise DecisionRefused(f"there is no decision {decision}", why="unknown-decision")
    run = Run(limits or Limits(), now)
    evaluation = _Evaluation(rules, run, inputs)
    try:
        value = evaluation.asked(key)
    except RecursionError as error:
        raise LimitRefused("these rules call themselves too deep", why="depth") from error
    return Decision(
        name=decision,
        value=value,
        explanation=tuple(run.trail),
        made=evaluation.made,
        laws=evaluation.laws,
        rules_digest=rules.digest,
    )


@dataclass(slots=True)
class _Evaluation:
    """Decisions being made over one set of inputs; each is made once.

    What is given is taken into FEEL when it is asked for: a case knows more than a decision needs.
    """

    rules: Rules
    run: Run
    given: Mapping[str, Any]
    known: dict[Key, Value] = field(default_factory=dict)
    made: dict[str, Value] = field(default_factory=dict)
    laws: dict[str, str] = field(default_factory=dict)

    def asked(self, key: Key) -> Value:
        """The value of the decision or service that the caller asked for."""
        element = self.rules.elements[key]
        if isinstance(element, Service):
            values = [from_plain(self.given.get(need.name)) for need in element.parameters]
            return self.served(element, values)
        return self.value(key)

    def value(self, key: Key) -> Value:
        """The value of any element, from memory if it was there before."""
        if key not in self.known:
            self.known[key] = self.fresh(key)
        return self.known[key]

    def fresh(self, key: Key) -> Value:
        """The value of an element that nobody asked for before."""
        element = self.rules.elements[key]
        if isinstance(element, Input):
            given = from_plain(self.given.get(element.name))
            return coerce(given, element.type, self.run.tick)
        if isinstance(element, DecisionNode):
            return self.decided(element)
        if isinstance(element, Knowledge):
            return self.knowledge(element)
        return self.service(element)

    def decided(self, element: DecisionNode) -> Value:
        """The value of a decision in the scope of what it needs, of its declared type."""
        variables = self.variables(element.needs)
        self.run.deciding.append(element.name)
        value = element.logic(Scope(variables, None, self.run))
        self.run.deciding.pop()
        value = coerce(value, element.type, self.run.tick)
        self.made[element.name] = value
        if element.law:
            self.laws[element.name] = element.law
        return value

    def variables(self, needs: Sequence[Need]) -> dict[str, Value]:
        """The values needed, those of an imported file inside a context of its name."""
        found: dict[str, Value] = {}
        for need in needs:
            if need.imported_as is None:
                found[need.name] = self.value(need.key)
            else:
                found.setdefault(need.imported_as, {})[need.name] = self.value(need.key)
        return found

    def knowledge(self, element: Knowledge) -> Value:
        """A knowledge model as a function; it may call itself."""
        variables = self.variables(element.needs)
        function = element.logic(Scope(variables, None, self.run))
        variables[element.name] = function
        return function

    def service(self, element: Service) -> Value:
        """A decision service as a function of its parameters."""
        names = tuple(need.name for need in element.parameters)
        types = tuple(self.type_of(need) for need in element.parameters)

        def call(run: Run, values: Sequence[Value], named: Mapping[str, Value] | None) -> Value:
            bound = bind(names, types, values, named, run)
            return None if bound is None else self.served(element, list(bound.values()))

        return FeelFunction(names, call, element.name, types)

    def type_of(self, need: Need) -> Type:
        """The declared type of what is needed."""
        element = self.rules.elements[need.key]
        return element.type if isinstance(element, Input | DecisionNode) else ANY

    def served(self, element: Service, values: Sequence[Value]) -> Value:
        """The outputs of a service for these parameters; nothing else is seen by it."""
        known: dict[Key, Value] = {}
        for need, value in zip(element.parameters, values, strict=True):
            known[need.key] = coerce(value, self.type_of(need), self.run.tick)
        inner = _Evaluation(self.rules, self.run, {}, known, self.made, self.laws)
        outputs = {need.name: inner.value(need.key) for need in element.outputs}
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))


def explain(decision: Decision) -> list[dict[str, Any]]:
    """The explanation as JSON: for each rule that applied its cells, its law and a sentence."""
    return [
        {
            "decision": each.decision,
            "table": each.table,
            "rule": each.rule,
            "rule_id": each.rule_id,
            "law": each.law or decision.laws.get(each.decision),
            "saw": [
                {"question": saw.question, "value": to_plain(saw.value), "test": saw.test}
                for saw in each.saw
            ],
            "outputs": {name: to_plain(value) for name, value in each.outputs},
            "annotations": dict(each.annotations),
            "text": _sentence(each),
        }
        for each in decision.explanation
    ]


def _sentence(applied: Applied) -> str:
    where = f"{applied.table}, rule {applied.rule}" if applied.rule else f"{applied.table}, default"
    seen = "; ".join(f"{saw.question} = {to_plain(saw.value)} ({saw.test})" for saw in applied.saw)
    gave = ", ".join(f"{name} = {to_plain(value)}" for name, value in applied.outputs)
    law = f" [{applied.law}]" if applied.law else ""
    return f"{where}: {seen + ' → ' if seen else ''}{gave}{law}"
