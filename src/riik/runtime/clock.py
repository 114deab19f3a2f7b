"""The machine's clock behind the port `Clock`."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["SystemClock"]


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The time of day as the operating system keeps it."""

    def now(self) -> datetime:
        """Now, with the zone UTC, to the microsecond."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        return time.monotonic()
