"""One evaluation: its limits, what it has used of them, and variables in scopes.

Rules come from many hands. Every loop, call and comparison of lists is counted here, so
that a rules file can neither hang a node nor fill its memory.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from riik.rules.errors import LimitRefused
from riik.rules.feel.values import Value

__all__ = ["Limits", "Run", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much rules may use: steps of loops and calls, calls inside calls."""

    steps: int = 200_000
    depth: int = 40


@dataclass(slots=True)
class Run:
    """One evaluation: what it has used, what "now" is, and the rules that applied."""

    limits: Limits
    now: datetime | None = None
    used: int = 0
    depth: int = 0
    deciding: list[str] = field(default_factory=list)
    trail: list[Any] = field(default_factory=list)

    def tick(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            LimitRefused: For ``steps``.
        """
        self.used += steps
        if self.used > self.limits.steps:
            raise LimitRefused("these rules don't come to an end", why="steps")

    def enter(self) -> None:
        """Go into a function.

        Raises:
            LimitRefused: For ``depth`` or ``steps``.
        """
        self.depth += 1
        if self.depth > self.limits.depth:
            raise LimitRefused("these rules call themselves too deep", why="depth")
        self.tick()

    def leave(self) -> None:
        """Come back from it."""
        self.depth -= 1


class Scope:
    """Variables with their values; those around it are asked when it has no answer."""

    __slots__ = ("around", "run", "variables")

    def __init__(self, variables: dict[str, Value], around: "Scope | None", run: Run) -> None:
        self.variables = variables
        self.around = around
        self.run = run
