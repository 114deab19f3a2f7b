"""What follows from the law: decisions over DMN files, with the rules that made them.

``load`` a file once, ``decide`` as often as needed, ``explain`` what applied, ``check`` a
file before it is published. ``expression`` reads one condition of FEEL, for processes.
Files can't make code run: FEEL has its own reader and evaluator, with limits.
"""

from riik.rules.checking import Finding, check
from riik.rules.deciding import Decision, decide, explain
from riik.rules.errors import (
    DecisionRefused,
    LimitRefused,
    RulesRefused,
    SyntaxRefused,
    Unsupported,
)
from riik.rules.expressions import Expression, expression
from riik.rules.feel.scope import Limits
from riik.rules.feel.values import to_plain
from riik.rules.listed import write_rules
from riik.rules.model import Rules
from riik.rules.reading import load
from riik.rules.tables import Applied, Saw

__all__ = [
    "Applied",
    "Decision",
    "DecisionRefused",
    "Expression",
    "Finding",
    "LimitRefused",
    "Limits",
    "Rules",
    "RulesRefused",
    "Saw",
    "SyntaxRefused",
    "Unsupported",
    "check",
    "decide",
    "explain",
    "expression",
    "load",
    "to_plain",
    "write_rules",
]
