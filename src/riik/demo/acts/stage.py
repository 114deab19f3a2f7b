"""The country on the stage: not there yet, running, or just being founded anew.

The front page listens before the country does, and stays while it is founded anew; this is
what it knows of the country meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping
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

    def cast(self, language: str) -> list[dict[str, str]]:
        """Who can do what, with names and codes as they are in this country."""
        if self.running is None:
            return []
        codes = {one.id: str(one.code)[2:] for one in self.running.holders}
        names = {one.id: one.name for one in self.running.holders}
        return [
            {
                "id": f"{one.person}/{one.service}",
                "name": names[one.person],
                "text": _with_codes(one.text.get(language) or one.text["en"], codes),
            }
            for one in self.running.country.cast
            if one.person in names and one.service in self.running.country.providers
        ]

    @property
    def origins(self) -> dict[str, str]:
        """Where each place of the country is; nothing before it runs."""
        if self.running is None:
            return {}
        return {name: place.origin for name, place in self.running.places.items()}


def _with_codes(text: str, codes: Mapping[str, str]) -> str:
    """A text with the personal codes of those whom it names."""
    for name, code in codes.items():
        text = text.replace(f"{{{name}}}", code)
    return text
