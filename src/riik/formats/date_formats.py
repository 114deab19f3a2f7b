"""Does a number format show a day or a time? ISO/IEC 29500-1 §18.8.30 and §18.8.31."""

import re
from typing import Final

__all__ = ["is_date_format"]

_BUILT_IN: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_QUIET: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_DATED: Final = re.compile(r"[ymdhs]", re.IGNORECASE)


def is_date_format(number: int, code: str | None) -> bool:
    """Is this one? Letters in quotes, after a backslash, and colours in brackets mean nothing.

    Args:
        number: The format's number; those below 164 that stand for dates are laid down.
        code: Its own code, where the workbook has one.
    """
    if code is None:
        return number in _BUILT_IN
    positive = _QUIET.sub("", code).partition(";")[0]
    return positive.lower() != "general" and _DATED.search(positive) is not None
