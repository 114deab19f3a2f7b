"""The syntax tree of FEEL, with DMN's boxed expressions in the same form.

DMN 1.5 §10.3.1 (FEEL) and §10.2 (boxed expressions, which FEEL's semantics defines).
Frozen values: `parser` and `boxed` make them, `compiler` and `checking` read them.
"""

from dataclasses import dataclass
from typing import TypeAlias

from riik.rules.feel.values import Value

__all__ = ["Node"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or a built-in function; ``at`` is its character in the source."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Property:
    """``of.name``."""

    of: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Negate:
    """``-of``."""

    of: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, comparison, ``and`` and ``or``."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Between:
    """``of between low and high``, both included."""

    of: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class Bound:
    """A one-sided test or range: ``< 5``, ``!= "no"``."""

    sign: str
    of: "Node"


@dataclass(frozen=True, slots=True)
class Interval:
    """``[start..end)``."""

    start: "Node"
    end: "Node"
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class Tests:
    """Unary tests: any must hold, or none when ``negated``; no tests are ``-``."""

    tests: tuple["Node", ...]
    negated: bool = False
    text: str = "-"


@dataclass(frozen=True, slots=True)
class In:
    """``of in (tests)``."""

    of: "Node"
    tests: Tests


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as written: its name and what stands in its angle brackets."""

    name: str
    inner: tuple["TypeName", ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """``of instance of type``."""

    of: "Node"
    type: TypeName


@dataclass(frozen=True, slots=True)
class If:
    """``if test then yes else no``."""

    test: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True, slots=True)
class Each:
    """One iterator: a name over a list, or over the numbers to ``last``."""

    name: str
    over: "Node"
    last: "Node | None" = None


@dataclass(frozen=True, slots=True)
class For:
    """``for iterators return body``."""

    iterators: tuple[Each, ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class Quantified:
    """``some`` or ``every`` iterators ``satisfies test``."""

    every: bool
    iterators: tuple[Each, ...]
    test: "Node"


@dataclass(frozen=True, slots=True)
class Filter:
    """``of[test]``."""

    of: "Node"
    test: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """``of(arguments)``, by position or by name."""

    of: "Node"
    arguments: tuple["Node", ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Define:
    """``function(parameters) body``, types where they are declared."""

    parameters: tuple[str, ...]
    types: tuple[TypeName | None, ...]
    body: "Node"
    result: TypeName | None = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``; a boxed list or relation too."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ContextOf:
    """``{name: value}``; a later entry sees the earlier; ``result`` of a boxed context."""

    entries: tuple[tuple[str, "Node"], ...]
    result: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A boxed expression whose value must conform to a type, or is null (§10.3.2.9.4)."""

    of: "Node"
    type: TypeName


@dataclass(frozen=True, slots=True)
class InputColumn:
    """One input of a decision table; ``allowed`` are its input values."""

    label: str
    of: "Node"
    allowed: Tests | None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One output of a decision table; ``values`` are in order of priority."""

    name: str
    values: "Tests | None"
    default: "Node | None"
    type: TypeName | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: tests, outputs, annotations by name, and the law it rests on."""

    number: int
    id: str
    tests: tuple[Tests, ...]
    outputs: tuple["Node", ...]
    annotations: tuple[tuple[str, str], ...]
    law: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table; ``policy`` is a letter with the collect sign: ``U``, ``C+``."""

    name: str
    policy: str
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[Rule, ...]


Node: TypeAlias = (
    Literal
    | Name
    | Property
    | Negate
    | Binary
    | Between
    | Bound
    | Interval
    | Tests
    | In
    | InstanceOf
    | If
    | For
    | Quantified
    | Filter
    | Call
    | Define
    | ListOf
    | ContextOf
    | Typed
    | Table
)
