"""The country on the stage: not there yet, running, or just being founded anew.

The front page listens before the country does, and stays while it is founded anew; this is
what it knows of the country meanwhile.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from riik.demo.running import Demonstration

__all__ = ["Stage"]

MOST_LINES = 40


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the front page shows.

    Attributes:
        profile: ``ee`` or ``vn``.
        running: The country; None while it is founded or moved.
        lines: What was told of the progress, in English as on the terminal.
        again: Founds the country anew, once somebody has said how.
    """

    profile: str
    running: Demonstration | None = None
    lines: list[str] = field(default_factory=list)
    again: Callable[[], Awaitable[None]] | None = None

    def tell(self, line: str) -> None:
        """A line of progress."""
        self.lines.append(line)
        del self.lines[:-MOST_LINES]

    def show(self, running: Demonstration) -> None:
        """The country is there."""
        self.running = running
        self.lines.clear()

    @property
    def origins(self) -> dict[str, str]:
        """Where each place of the country is; nothing before it runs."""
        if self.running is None:
            return {}
        return {name: place.origin for name, place in self.running.places.items()}
