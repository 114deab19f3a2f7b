"""What can be wrong with a notice, with a choice, and with what is said outside.

RiikError
└── Refused
    ├── NoticeRefused    no such notice, or one that can't be kept
    ├── ChoiceRefused    nobody can be told in this way, or can refuse to be
    ├── WordsRefused     the texts of messages have a gap, or say more than they may
    └── PushRefused      no browser takes messages at such a place
"""

from typing import ClassVar

from riik.core import Refused

__all__ = ["ChoiceRefused", "NoticeRefused", "PushRefused", "WordsRefused"]


class NoticeRefused(Refused):
    """A notice that can't be kept or found: unknown, another's, without a text."""

    code = "inbox.notice-refused"
    status: ClassVar[int] = 404


class ChoiceRefused(Refused):
    """A way of being told that there is not, or that nobody can refuse."""

    code = "inbox.choice-refused"
    status: ClassVar[int] = 422


class WordsRefused(Refused):
    """Texts of messages that lack a language, or hold what no message may say."""

    code = "inbox.words-refused"


class PushRefused(Refused):
    """A browser's address or key to which no message goes."""

    code = "inbox.push-refused"
    status: ClassVar[int] = 422
