"""The faces of the state: every page a person sees, and the calls behind them."""

from riik.portal.citizen import Portal
from riik.portal.citizen.standing.component import check_decisions

__all__ = ["Portal", "check_decisions"]
