"""What can be wrong with rules.

RulesRefused          a rules file or expression can't be loaded
├── SyntaxRefused     it isn't FEEL
└── Unsupported       it is DMN, but a part that Riik leaves out on purpose
DecisionRefused       a decision can't be asked like this
└── LimitRefused      it took more steps, depth or room than rules may take

A wrong value inside an expression is not an error: FEEL answers null (DMN §10.3.2.13).
"""

from riik.core import Refused

__all__ = ["DecisionRefused", "LimitRefused", "RulesRefused", "SyntaxRefused", "Unsupported"]


class RulesRefused(Refused):
    """A rules file can't be loaded; ``why`` names the part."""

    code = "rules.refused"


class SyntaxRefused(RulesRefused):
    """A text isn't an expression of FEEL; ``at`` is the character, from 0."""

    code = "rules.syntax-refused"


class Unsupported(RulesRefused):
    """A construct of DMN that Riik doesn't run; ``why`` is its name in the file."""

    code = "rules.unsupported"


class DecisionRefused(Refused):
    """A decision that doesn't exist, or inputs that don't fit."""

    code = "rules.decision-refused"


class LimitRefused(DecisionRefused):
    """Rules ran longer, deeper or wider than a node allows; ``why`` says which."""

    code = "rules.limit-refused"
