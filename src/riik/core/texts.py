"""What somebody typed: does it say anything at all?"""

import unicodedata

__all__ = ["is_blank"]

UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing: fillers of Hangul, the empty Braille cell."""


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: blanks, breaks and marks without a letter.

    Also characters of no width, such as U+200B, which `str.strip` leaves (Unicode 15 §23.2).
    """
    return all(unicodedata.category(one)[0] in "CMZ" or one in UNSEEN for one in text)
