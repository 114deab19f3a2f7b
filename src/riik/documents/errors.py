"""What can be wrong with a letter.

LetterRefused     the template or its data are at fault: a key is missing, it isn't typst
PaperRefused      a code or a statement that no paper of ours carries
PressUnavailable  the press died or took too long; a template may be the cause
"""

from riik.core import Refused, Unavailable

__all__ = ["LetterRefused", "PaperRefused", "PressUnavailable"]


class LetterRefused(Refused):
    """This template can't be printed with these data."""

    code = "documents.letter-refused"


class PaperRefused(Refused):
    """What was typed or scanned is of no paper."""

    code = "documents.paper-refused"


class PressUnavailable(Unavailable):
    """The press broke down."""

    code = "documents.press-unavailable"
