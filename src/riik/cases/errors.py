"""What can be wrong with a request about a case.

CaseRefused
├── CaseUnknown       there is no such case here, or it is not this person's
└── TransitionRefused the case is not in a state from which that can happen
"""

from typing import ClassVar

from riik.core import Refused

__all__ = ["CaseRefused", "CaseUnknown", "TransitionRefused"]


class CaseRefused(Refused):
    """A request about a case that can't be followed."""

    code = "cases.refused"
    status: ClassVar[int] = 409


class CaseUnknown(CaseRefused):
    """No such case; the answer is the same when it is another person's."""

    code = "cases.unknown"
    status: ClassVar[int] = 404


class TransitionRefused(CaseRefused):
    """The case is in a state from which that can't happen."""

    code = "cases.transition-refused"
