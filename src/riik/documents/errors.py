"""What can be wrong with a letter.

LetterRefused     the template or its data are at fault: a key is missing, it isn't typst
PressUnavailable  the press died or took too long; a template may be the cause
"""

from riik.core import Refused, Unavailable

__all__ = ["LetterRefused", "PressUnavailable"]


class LetterRefused(Refused):
    """This template can't be printed with these data."""

    code = "documents.letter-refused"


class PressUnavailable(Unavailable):
    """The press broke down."""

    code = "documents.press-unavailable"
