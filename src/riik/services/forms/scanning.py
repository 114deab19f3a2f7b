"""Is this file harmful? A port for a scanner, and the little that is looked for without one. Pure.

The built-in check is no scanner: it knows one pattern, the harmless one with which scanners are
tried (EICAR), so that the way of a refused file can be walked. Pages say that none is connected.
"""

from dataclasses import dataclass
from typing import Final, Protocol

__all__ = ["PatternCheck", "Scan"]

_EICAR: Final = b"".join(
    (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}", b"$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!")
)
"""In pieces, so that no scanner takes this program for the file."""


class Scan(Protocol):
    """Looks a file over before it is kept."""

    @property
    def scanner(self) -> str:
        """What people call it; empty while no scanner is connected."""
        ...

    async def __call__(self, content: bytes, /) -> str:
        """What was found in it; empty when nothing was.

        Raises:
            Unavailable: The scanner is silent; nothing is kept meanwhile.
        """
        ...


@dataclass(frozen=True, slots=True)
class PatternCheck:
    """Knows the pattern of the scanners' own test file, and nothing else."""

    scanner: str = ""

    async def __call__(self, content: bytes, /) -> str:
        """``EICAR`` for a file with that pattern."""
        return "EICAR" if _EICAR in content else ""
