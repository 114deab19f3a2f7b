"""What a check found in a folder: where, what, and what to do about it."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to correct, or (not grave) to look at.

    Attributes:
        why: What kind: ``need``, ``ask-once``, ``path``, ``texts``, ``fee``, ``no-law``, ``gap`` …
        file: Its path in the folder; empty for all of it.
        line: The line in it, from 1; 0 where it can't be told.
        text: What is wrong, a sentence without its full stop.
        remedy: What to do.
        grave: The folder does not pass with it.
    """

    why: str
    file: str
    line: int
    text: str
    remedy: str
    grave: bool = True

    @property
    def place(self) -> str:
        """``file:line``, as editors read it."""
        return f"{self.file}:{self.line}" if self.line else self.file or "folder"
