"""What the rooms of a PDF tell each other."""

import re
from typing import Final

__all__ = ["Unexplained", "called"]

_WORD: Final = re.compile(r"/[A-Za-z]{1,32}")


class Unexplained(Exception):
    """A later revision holds something that evidence doesn't need; its text says what."""


def called(key: str) -> str:
    """A key of a stranger's file as it may be told: on a screen its bytes could be a command."""
    return key if _WORD.fullmatch(key) else "an entry"
