"""The faces of the state: every page a person sees, and the calls behind them."""

from riik.portal.citizen import Portal

__all__ = ["Portal"]
