"""How a person wants to be told, and what nobody can refuse to be told. Pure.

What stands in the inbox stands there in any case: a choice is about being told that it does. What
has legal effect, and what concerns the safety of somebody's account, is always told.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from riik.inbox.errors import ChoiceRefused
from riik.inbox.outside.hours import read_hour
from riik.profiles import CHANNELS, Delivery

__all__ = ["KINDS", "LANGUAGES", "OPTIONAL", "Choice", "kind_of", "read_choice", "usual", "written"]

CASE, REMINDER, DECISION, SECURITY = "case", "reminder", "decision", "security"
KINDS: Final = (CASE, REMINDER, SECURITY)
"""What a sender may call a notice; with legal effect it is a decision, whatever it is called."""
OPTIONAL: Final = (CASE, REMINDER)
LANGUAGES: Final = ("et", "vi", "en")
LONGEST_REST: Final = 16 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one person has chosen, or what holds for who has chosen nothing.

    Attributes:
        channels: In the order in which they are tried; none: nothing but letters.
        language: Of what is said outside; empty: as the population register has it.
        refused: Kinds of notices that they don't want to be told of.
        quiet: From and until when; None: at any hour.
        chosen: It is the person's own.
    """

    channels: tuple[str, ...]
    language: str = ""
    refused: frozenset[str] = frozenset()
    quiet: tuple[str, str] | None = None
    chosen: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be chosen (``channel``, ``language``, ``must-tell``, ``quiet``)."""
        if not set(self.channels) <= set(CHANNELS) or len(set(self.channels)) < len(self.channels):
            raise ChoiceRefused("there is no such channel, or it stands there twice", why="channel")
        if self.language not in ("", *LANGUAGES):
            raise ChoiceRefused("nobody writes in this language here", why="language")
        if not self.refused <= set(OPTIONAL):
            raise ChoiceRefused("of this the state must tell you", why="must-tell")
        if self.quiet is not None:
            _check_rest(self.quiet)


def _check_rest(quiet: tuple[str, str]) -> None:
    try:
        begins, ends = (read_hour(hour) for hour in quiet)
    except ValueError as error:
        raise ChoiceRefused("an hour is written like 22:00", why="quiet") from error
    minutes = (ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute) % (24 * 60)
    if not 0 < minutes <= LONGEST_REST:
        raise ChoiceRefused("quiet hours are at most sixteen", why="quiet", most=16)


def usual(delivery: Delivery) -> Choice:
    """What holds for who has chosen nothing."""
    return Choice(channels=delivery.channels, quiet=delivery.quiet)


def kind_of(kind: str, *, legal_effect: bool) -> str:
    """What a notice is, to its person."""
    return DECISION if legal_effect else kind


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channels: tuple[str, ...]
    language: str
    refused: tuple[str, ...]
    quiet: tuple[str, str] | None = None


def written(choice: Choice) -> bytes:
    """A choice as it is kept and sent: JSON."""
    kept = _Kept(choice.channels, choice.language, tuple(sorted(choice.refused)), choice.quiet)
    return msgspec.json.encode(kept)


def read_choice(content: bytes) -> Choice:
    """A person's choice out of its JSON.

    Raises:
        ChoiceRefused: For ``json``, or as `Choice` says.
    """
    try:
        kept = msgspec.json.decode(content, type=_Kept)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ChoiceRefused("a choice has other fields", why="json") from error
    return Choice(
        channels=kept.channels,
        language=kept.language,
        refused=frozenset(kept.refused),
        quiet=kept.quiet,
        chosen=True,
    )
