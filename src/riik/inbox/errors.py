"""What can be wrong with a notice."""

from typing import ClassVar

from riik.core import Refused

__all__ = ["NoticeRefused"]


class NoticeRefused(Refused):
    """A notice that can't be kept or found: unknown, another's, without a text."""

    code = "inbox.notice-refused"
    status: ClassVar[int] = 404
