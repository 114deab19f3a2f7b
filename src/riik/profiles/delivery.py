"""When has what the state tells a person reached them? One country's law, as data.

A notice counts as delivered when it was opened; a letter takes its place when it was not, on the
day that the post says. Only where a law says so does silence count (``fiction``). Sending alone
never does: an outbox that stood still may cost nobody a right.
"""

import re
from typing import Final

import msgspec

__all__ = ["CHANNELS", "Delivery", "DeliveryRule"]

CHANNELS: Final = ("push", "mail", "text")
"""By what a person can be told that something waits for them; a letter is no such hint."""

_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MOST_DAYS: Final = 60


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Keys are the fields' names with ``-`` for ``_``."""


class DeliveryRule(_Shape, frozen=True):
    """One way in which a notice becomes delivered.

    Attributes:
        law: Its id among the profile's laws.
        says: The clause, by language, as people are told it.
        days: After how many days: a letter is sent, or silence counts; 0 where it is at once.
        assumed: The clause or the number is to be confirmed.
    """

    law: str
    says: dict[str, str]
    days: int = 0
    assumed: bool = False


class Delivery(_Shape, frozen=True):
    """How people are told, and what counts.

    Attributes:
        channels: Which are tried, in order, for who has chosen nothing.
        quiet: From and until when nobody is disturbed, by the country's clock.
        opened: What was opened in the inbox.
        letter: What was not opened for some days, and comes on paper then; None: never.
        fiction: Silence counts as delivery after some days; None where no law says so.
    """

    channels: tuple[str, ...]
    quiet: tuple[str, str]
    opened: DeliveryRule
    letter: DeliveryRule | None = None
    fiction: DeliveryRule | None = None

    def wrong(self) -> str:
        """What is wrong with it in one sentence; empty when nothing is."""
        if not set(self.channels) <= set(CHANNELS):
            return f"channels are of {', '.join(CHANNELS)}"
        if len(set(self.channels)) != len(self.channels):
            return "a channel stands there twice"
        if not all(_HOUR.fullmatch(hour) for hour in self.quiet) or len(set(self.quiet)) != 2:
            return "quiet is two different hours such as 22:00"
        for rule in filter(None, (self.letter, self.fiction)):
            if not 1 <= rule.days <= MOST_DAYS:
                return f"days are 1 to {MOST_DAYS}"
        return ""
